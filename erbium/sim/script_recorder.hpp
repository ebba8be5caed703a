// SPDX-License-Identifier: Apache-2.0
// erbium/sim/script_recorder.hpp: records a run so that it can be differentiated.
// Reads: TrajectoryLog's calls   Makes: RunScript, StepTrace   Used by: sim::RunRecorder
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "erbium/sim/many_sided_solver.hpp"
#include "erbium/sim/run_script.hpp"
#include "erbium/sim/trajectory_log.hpp"

namespace erbium::sim {

/// A comparison that changed at the end of the last step.
struct StepCut {
    double time{};
    RunScript::Crossing crossing;
    std::vector<double> rate;  ///< dy/dt of the interpolant
    bool is_in_rate{};
    std::string obstacle;
};

/// Writes down what a run does, and at each time that may move with the inputs why it does:
/// the comparison that changed there, the parameter that `time` reached, the event of the run whose
/// dose pulled a trigger, the delay that was over.
///
/// Where that time has no derivative (a difference that touches 0 or jumps over it, two comparisons
/// that change at once) and something depends on it, RunScript::obstacle says so.
class ScriptRecorder final : public TrajectoryLog {
public:
    /// The run must outlive it.
    /// @param keeps_stages  of each step, and factors of the first of them
    /// @param many   how factors are kept; as they are when null
    /// @param spare  a trace that nobody needs: its memory is used
    ScriptRecorder(const eqn::System& system, const Run& run, bool keeps_stages,
                   const ManySidedSolver* many = nullptr, StepTrace spare = {});

    using HandOn = std::function<void(const RunScript&, const StepTrace&)>;
    /// Hands on steps while the run goes on, with the items of the script since the last call, as
    /// soon as the steps take as many bytes; both are forgotten then. So a long run needs no more
    /// memory than a short one, and factors are read while they are in the cache.
    void hand_on_to(HandOn hand_on, std::size_t bytes) {
        hand_on_ = std::move(hand_on);
        bytes_together_ = bytes;
    }

    /// What was recorded, or is left of it; once, at the end.
    [[nodiscard]] RunScript take_script(double end_time);
    [[nodiscard]] StepTrace take_trace() { return std::move(trace_); }

    void start(double t, std::span<const double> y) override;
    void step(const LoggedStep& logged) override;
    void output(double t, std::span<const double> y, bool is_inside) override;
    void arrive(double t, std::span<const double> y) override;
    void event(std::size_t index, double t, std::span<const double> y) override;
    void fire(std::size_t firing, std::size_t event, double t, std::span<const double> y) override;
    void assign(std::size_t firing, double t, std::span<const double> y,
                std::span<const double> values) override;
    void leave(double t, std::span<const double> y) override;

private:
    void look(double t, std::span<const double> y, std::vector<double>& truths);
    void hand_on();
    void keep_factors(std::span<const double> factors);
    void find_cut(const LoggedStep& step);
    RunScript::Crossing crossing_of(const eqn::Root& root, double t, std::span<const double> y,
                                    std::span<const double> rate, std::string& obstacle);
    void arrive_at_stop(double t);
    void open_cut();
    void open(std::size_t moment, double t);
    void close(double t);
    void set_state(std::span<const double> y);

    const eqn::System system_;
    const eqn::Program program_;
    bool keeps_stages_;
    const ManySidedSolver* many_;
    std::size_t factor_bytes_{};
    HandOn hand_on_;
    std::size_t bytes_together_{};
    bool has_stepped_{};
    StepTrace trace_;
    ScriptWriter writer_;
    std::vector<double> begin_;   // state at which the next step begins
    std::vector<double> truths_;  // of roots, since the last start
    std::vector<double> truths_now_;
    std::vector<double> slot_worths_;
    std::size_t held_{};
    std::size_t held_count_{};
    std::optional<StepCut> cut_;
    double last_cut_time_{-std::numeric_limits<double>::infinity()};
    RunScript::Crossing last_crossing_;
    // While things are done at one time.
    std::size_t open_{kNoIndex};               // moment
    std::size_t arrival_{kNoIndex};            // what brought the state here
    std::size_t cause_{kNoIndex};              // what was done last
    bool has_changed_{};                       // since the arrival
    std::vector<std::uint8_t> was_true_;       // triggers, at the arrival
    std::vector<std::size_t> firing_moments_;  // by firing
};

}  // namespace erbium::sim
