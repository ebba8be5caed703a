// SPDX-License-Identifier: Apache-2.0
// erbium/sim/steady_state.hpp: when an equilibration has reached its steady state.
// Used by: sim::Trajectory, sim::LaneIntegrator
//
// The state counts as steady when the implicit Euler step over all of the time left, h = max_time
// - t, changes it by less than the tolerance: max |d_i| / w_i <= 1 with
//
//   d = (I - h J)^-1 h f(y),   w_i = tolerance (|y_i| + max |y| / 1000)
//
// For a stable linear system that is no more than the change that time would bring. Unlike a bound
// on |f| it has no unit of time, sees slow modes, and is defined although conservation laws make J
// singular. Such a step is a correction of Newton's method, which keeps the conservation laws; more
// of them refine the steady state. They are taken from the last jump of the equations on. A state
// at which a comparison of System::roots() is another than where they began is none of the
// equations that they solved, so no steady state.
//
// Limits: an oscillation is never steady; a state on an unstable branch counts as steady.
#pragma once

#include <cstddef>
#include <cstdint>

namespace erbium::sim {

/// How large a change of n states is in the measure above: max |change_i| / w_i, NaN when one is
/// NaN. State i is at [i * stride]: one lane of several, or 1.
[[nodiscard]] double weighted_change(const double* change, const double* y, std::size_t n,
                                     std::size_t stride, double tolerance) noexcept;

/// What corrections of Newton's method from a state that is nearly steady have come to.
class SteadyStateSearch {
public:
    /// Corrections larger than this are not taken: the state is not nearly steady.
    static constexpr double kNearlySteady = 1e3;

    enum class Verdict : std::uint8_t {
        go_on,       ///< take this correction, and another one
        steady,      ///< take this correction: the state after it is steady
        not_steady,  ///< integrate on from where the corrections began
    };

    void begin() noexcept { corrections_ = 0; }
    /// Judges one correction by its size in the measure above.
    [[nodiscard]] Verdict judge(double size) noexcept;

private:
    int corrections_{};
};

}  // namespace erbium::sim
