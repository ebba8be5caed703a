// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_control.hpp: how long the steps of a one-step method are.
// Used by: sim::RosenbrockIntegrator
#pragma once

#include <cstddef>
#include <span>

namespace erbium::sim {

/// The sizes of the steps of one subject: Gustafsson's predictive control (ACM Trans Math Softw 20
/// (1994) 496) in the form of RODAS (Hairer, Wanner 1996). After a dose steps must grow over many
/// decades, so that they may grow by more than in RODAS.
class StepControl {
public:
    /// @param error_order  of the embedded solution: its error is O(h^(error_order + 1))
    explicit StepControl(int error_order) noexcept : exponent_{1.0 / (error_order + 1.0)} {}

    /// At a start: forgets what the last steps were like.
    void start(double h) noexcept;

    /// A first step, measured against the time in which something that matters would double at the
    /// present rate; mostly fast states that settle. Ten parts rather than one, for a rejected step
    /// costs less than a decade of accepted ones. Infinite where nothing changes.
    [[nodiscard]] double first(std::span<const double> y, std::span<const double> rate, double rtol,
                               double atol) const noexcept;

    /// The next step.
    [[nodiscard]] double h() const noexcept { return h_; }

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
    bool was_rejected_{};
};

}  // namespace erbium::sim
