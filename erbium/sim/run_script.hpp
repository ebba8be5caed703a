// SPDX-License-Identifier: Apache-2.0
// erbium/sim/run_script.hpp: what happened in a recorded run, in order: steps, events, outputs.
// Reads: Run, StepTrace   Used by: sim::ForwardSweep (forwards), sim::AdjointSweep (backwards)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/sim/run.hpp"
#include "erbium/sim/step_trace.hpp"

namespace erbium::sim {

struct ScriptItem {
    enum class Kind : std::uint8_t {
        step,    ///< index: of the trace; rows [row_begin, row_end) are interpolated in it
        event,   ///< index: of Run::events; event_states holds the state before it
        output,  ///< index: a row of the result, which shows the state as it stands
    };
    Kind kind{};
    std::size_t index{};
    double time{};
    std::size_t row_begin{};
    std::size_t row_end{};
    std::size_t state{};  ///< of events and outputs: which of RunScript::states
};

/// Until the run's end or failure.
struct RunScript {
    std::vector<ScriptItem> items;
    std::vector<double> states;  ///< before each event and at each output that is not interpolated
    std::size_t rows{};          ///< outputs that were reached
    double end_time{};

    [[nodiscard]] std::span<const double> state(std::size_t i, std::size_t n) const noexcept {
        return std::span{states}.subspan(i * n, n);
    }
};

/// Puts a trace in order by the rules of RunInProgress::settle: outputs and events at one time, a
/// time that stands twice, intervals too short to integrate.
/// @param initial  the state at start_time, before the events there
[[nodiscard]] RunScript make_script(const Run& run, const StepTrace& trace, bool has_failed,
                                    std::span<const double> initial);

/// Applies changes of states in their order.
void change_states(std::span<const StateChange> changes, std::span<double> y) noexcept;

}  // namespace erbium::sim
