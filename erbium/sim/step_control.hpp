// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_control.hpp: how long the steps of a one-step method are.
// Used by: sim::RosenbrockIntegrator, sim::LaneIntegrator
#pragma once

#include <cstddef>

namespace erbium::sim {

/// The sizes of the steps of one subject: Gustafsson's predictive control (ACM Trans Math Softw 20
/// (1994) 496) in the form of RODAS (Hairer, Wanner 1996). After a dose steps must grow over many
/// decades, so that they may grow by more than in RODAS.
class StepControl {
public:
    /// @param error_order  of the embedded solution: its error is O(h^(error_order + 1))
    explicit StepControl(int error_order) noexcept : exponent_{1.0 / (error_order + 1.0)} {}

    /// A new subject: nothing of the last one is kept.
    void begin_run() noexcept;
    /// A start with a step that is good there: forgets what the last steps were like.
    void start(double h) noexcept;
    /// A start about which only the state and its rates are known. The first step is measured
    /// against the time in which something that matters would double at the present rate, mostly
    /// fast states that settle; ten parts of that rather than one, for a rejected step costs less
    /// than a decade of accepted ones; then corrected by how far off that was at the last such
    /// start of this run.
    /// @param y,rate  of n states, state i at [i * stride]
    /// @param most    the longest first step
    void start(const double* y, const double* rate, std::size_t n, std::size_t stride, double rtol,
               double atol, double most) noexcept;

    /// The next step, whatever is in its way.
    [[nodiscard]] double h() const noexcept { return h_; }
    /// Cut to the time that is left: a rest shorter than the step is taken in one, or in two of
    /// equal length. Equal to `left` when it reaches the end.
    [[nodiscard]] double cut(double left) const noexcept;
    /// The next step is lost in rounding at time t, or in what is left up to `stop`.
    [[nodiscard]] bool is_lost(double t, double stop) const noexcept;

    /// After a step of length h with this error norm, at most 1. `was_cut`: it was shortened for a
    /// stop and says little about the one after it.
    void accept(double h, double error, bool was_cut) noexcept;
    /// After a step whose error norm was above 1.
    void reject(double h, double error) noexcept;
    /// After a step that gave no number, or no solution of its linear systems.
    void refuse(double h) noexcept;

private:
    double exponent_;
    double h_{};
    double h_accepted_{};  // last accepted step and its error
    double error_accepted_{};
    double guess_{};  // at the present start; 0 when there was none
    double guess_ratio_{1.0};
    bool was_rejected_{};
};

}  // namespace erbium::sim
