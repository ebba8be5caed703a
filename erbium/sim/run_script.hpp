// SPDX-License-Identifier: Apache-2.0
// erbium/sim/run_script.hpp: what happened in a recorded run, in order: steps, events, outputs.
// Reads: Run, StepTrace   Used by: sim::ForwardSweep (forwards), sim::AdjointSweep (backwards)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/run.hpp"
#include "erbium/sim/step_trace.hpp"

namespace erbium::sim {

/// `RunScript` has no such thing.
inline constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

/// A time that may move with the inputs, and why. See docs/theory/sensitivities.md, Moments.
struct Moment {
    enum class Cause : std::uint8_t {
        crossing,  ///< a comparison changed; index: of RunScript::crossings
        stop,      ///< `time` reached a parameter; index: of RunScript::stops
        event,     ///< index: of Run::events
        delayed,   ///< a triggered event's delay is over; index: of RunScript::firings
    };
    Cause cause{};
    std::size_t index{};
};

struct ScriptItem {
    enum class Kind : std::uint8_t {
        step,          ///< index: of the trace; rows [row_begin, row_end) are interpolated in it
        output,        ///< index: a row of the result, which shows the state as it stands
        event,         ///< index: of Run::events
        moment_begin,  ///< index: of RunScript::moments; from here on derivatives of the state
                       ///< follow the time of the moment
        moment_end,    ///< ... and from here on they are at a held time again
        firing,        ///< index: of RunScript::firings
        assignment,    ///< index: of RunScript::assignments
    };
    Kind kind{};
    std::size_t index{};
    double time{};
    std::size_t row_begin{};
    std::size_t row_end{};
    /// Of events, outputs, firings and assignments: which of RunScript::states holds the state
    /// before it. Of moments: which of RunScript::rates holds dy/dt there.
    std::size_t state{};
    std::size_t held{};            ///< of steps: which row of RunScript::held is in force
    double kept_part{1.0};         ///< of steps: how much of it was kept, 1 unless it was cut
    std::size_t moment{kNoIndex};  ///< of firings and assignments: the moment they are in
    bool is_first{};               ///< of moment_begin: the moment was not begun before
};

/// Until the run's end or failure.
struct RunScript {
    /// How the time of a crossing moves: the comparison's difference r is 0 there.
    struct Crossing {
        double rate{};                 ///< dr/dt along the interpolated state
        std::vector<double> by_state;  ///< dr/dy
        std::vector<double> by_slot;   ///< dr by constants, slots before that of time
    };
    struct Firing {
        std::size_t event{};         ///< of System::events()
        std::size_t value_begin{};   ///< its values among those of all firings
        std::vector<double> values;  ///< those of the trigger's time, without factors
    };
    struct Assignment {
        std::size_t firing{};
        std::vector<double> values;  ///< what its targets were set to
    };

    std::vector<ScriptItem> items;
    std::vector<double> states;  ///< rows of all states
    std::vector<double> rates;   ///< rows of dy/dt
    std::vector<double> held;    ///< rows of truths of comparisons in rates, as System::roots()
    std::vector<Moment> moments;
    std::vector<Crossing> crossings;
    /// Slots that held the time of a stop; of several, none can be told to be the cause, and no
    /// derivative by them is known.
    std::vector<std::vector<eqn::Slot>> stops;
    std::vector<Firing> firings;
    std::vector<Assignment> assignments;
    std::size_t value_count{};  ///< values of all firings
    std::size_t rows{};         ///< outputs that were reached
    double end_time{};
    std::string obstacle;  ///< why there are no derivatives past some time; empty when there are

    [[nodiscard]] std::span<const double> state(std::size_t i, std::size_t n) const noexcept {
        return std::span{states}.subspan(i * n, n);
    }
    [[nodiscard]] std::span<const double> rate(std::size_t i, std::size_t n) const noexcept {
        return std::span{rates}.subspan(i * n, n);
    }
};

/// Appends items to a script, with the state, parameters and comparisons as they stand.
class ScriptWriter {
public:
    /// The run must outlive it; begins with its parameters and initial state.
    ScriptWriter(const eqn::System& system, const Run& run);

    [[nodiscard]] const Run& run() const noexcept { return run_; }
    [[nodiscard]] RunScript& script() noexcept { return script_; }
    [[nodiscard]] eqn::ReferenceKernel& kernel() noexcept { return kernel_; }
    /// The state as it stands.
    [[nodiscard]] std::vector<double>& state() noexcept { return y_; }

    std::size_t keep_state();
    /// dy/dt of the state as it stands.
    std::size_t keep_rate(double t);
    /// The same of rates that were found otherwise.
    std::size_t keep_rate(std::span<const double> rate);
    void output(double t);
    /// An event of the run, whose time is a moment of its own; changes the state.
    void event(std::size_t index, double t);
    /// Appends a moment that has not begun.
    std::size_t add_moment(Moment::Cause cause, std::size_t index);
    void begin_moment(std::size_t moment, double t, std::size_t rate);
    void end_moment(std::size_t moment, double t);

private:
    const Run& run_;
    eqn::ReferenceKernel kernel_;
    RunScript script_;
    std::vector<double> y_;
    std::vector<double> rate_;
    std::vector<std::uint8_t> has_begun_;  // by moment
};

/// The parameters that an assignment of the script set.
[[nodiscard]] std::vector<ParameterValue> assigned_parameters(const eqn::System& system,
                                                              const RunScript& script,
                                                              std::size_t assignment);

/// Applies changes of states in their order.
void change_states(std::span<const StateChange> changes, std::span<double> y) noexcept;

}  // namespace erbium::sim
