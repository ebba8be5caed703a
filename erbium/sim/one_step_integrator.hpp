// SPDX-License-Identifier: Apache-2.0
// erbium/sim/one_step_integrator.hpp: what the implicit one-step methods of single runs share.
// Reads: ReferenceKernel, Elimination, MatrixPlan   Used by: RosenbrockIntegrator, EsdirkIntegrator
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/eqn/elimination.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/flux_kernel.hpp"
#include "erbium/sim/integrator.hpp"
#include "erbium/sim/jacobian_kernel.hpp"
#include "erbium/sim/shifted_jacobian.hpp"
#include "erbium/sim/step_control.hpp"

namespace erbium::sim {

/// Steps with error control of a method that only has to say how one step is attempted. Starts anew
/// at no cost, so that doses and events are cheap. Amounts are never clipped: a step keeps every
/// conservation law to rounding, and small amounts may dip below zero by about the absolute
/// tolerance.
class OneStepIntegrator : public Integrator {
public:
    /// The next runs factorise with row exchanges, or again without.
    void exchange_rows(bool exchanges_rows) noexcept { exchanges_rows_ = exchanges_rows; }

    void begin_run(double rtol, std::size_t max_steps) override;
    void start(double t, std::span<const double> y, double atol, double stop, bool jumps_at_stop,
               double first_step) override;
    [[nodiscard]] Status step(double limit, double& t, std::span<double> y) override;
    [[nodiscard]] double next_step_size() const override { return control_.h(); }
    [[nodiscard]] bool stops_at_outputs() const noexcept override { return depends_on_time_; }
    [[nodiscard]] bool euler_correction(double t, std::span<const double> y, double h,
                                        std::span<double> correction) override;
    [[nodiscard]] Statistics statistics() const override { return statistics_; }
    [[nodiscard]] const std::vector<std::string>& fallbacks() const noexcept override {
        return fallbacks_;
    }

protected:
    /// @param error_order  of the embedded solution, for the control of step sizes
    /// @param plan         of the elimination's Jacobian
    OneStepIntegrator(eqn::ReferenceKernel& kernel, eqn::Elimination elimination,
                      const MatrixPlan& plan, int error_order);

    enum class Outcome : std::uint8_t { done, not_finite, no_factors, no_convergence };

    /// What is needed at (t_, y_) before steps from there; false when rates there are not finite.
    [[nodiscard]] virtual bool prepare() = 0;
    /// The length to take instead of h where a shorter one is cheaper.
    [[nodiscard]] virtual double preferred(double h) const noexcept { return h; }
    /// From (t_, y_) by h: fills y_next_ and error_.
    [[nodiscard]] virtual Outcome attempt(double h) = 0;
    /// The attempted step was taken; t_ and y_ are its end, before_ and y_before_ its begin.
    virtual void accepted() = 0;

    [[nodiscard]] bool rates(double t, std::span<const double> y, std::span<double> rate);
    /// df/dy and, with has_time_slope_, df/dt at (t_, y_).
    void differentiate();
    /// Root mean square of a change over its weights, at most 1 when the step is accurate enough.
    [[nodiscard]] double weighted_norm(std::span<const double> change) const noexcept;
    /// Whether matrix_, I / length - J, was good for this solution. It is a change of the state,
    /// which counts to its tolerance: near a steady state the rates are rounding errors of what
    /// cancels in them, and nothing depends on how well those are solved for.
    [[nodiscard]] bool solves_well(std::span<const double> right, std::span<const double> change,
                                   double length);
    void note(std::string what);

    eqn::ReferenceKernel& kernel_;
    FluxKernel fluxes_;
    eqn::Elimination elimination_;  // its changes complete those that were solved for
    JacobianKernel derivatives_;
    eqn::AlgebraicStates algebraic_;
    ShiftedJacobian matrix_;
    bool depends_on_time_;
    bool has_time_slope_;
    bool exchanges_rows_{};

    double rtol_{};
    double atol_{};
    double stop_{};
    double latest_{};  // the last time at which the present rates hold
    double t_{};
    double before_{};               // the last step went from here to t_
    double size_{};                 // and was tried with this length
    std::vector<double> y_;         // at t_
    std::vector<double> y_before_;  // at before_
    std::vector<double> y_next_;
    std::span<const double> error_;        // estimate of the last attempt that was done
    std::span<const double> inner_error_;  // the same inside of the step; empty: not estimated
    std::vector<double> f_;                // rates at (t_, y_)
    std::vector<double> slope_;            // df/dt there
    std::vector<double> jacobian_;
    bool needs_rates_{};  // f_ is not yet that of (t_, y_)
    Statistics statistics_;

private:
    [[nodiscard]] Status failure(Failure kind, std::string why);
    [[nodiscard]] Status give_up();
    [[nodiscard]] std::optional<SpeciesId> worst_species() const noexcept;

    ShiftedJacobian euler_matrix_;  // apart, so that looking for a steady state changes no step
    std::size_t max_steps_{};
    StepControl control_;
    bool needs_first_step_{};
    Outcome last_outcome_{Outcome::done};
    bool has_error_{};                   // error_ is of the last attempt
    std::optional<SpeciesId> bad_rate_;  // of a state that was finite, in the last attempt
    std::vector<double> beside_;         // of a right side, what its residual counts against
    std::vector<double> euler_rates_;
    std::vector<double> euler_jacobian_;
    std::vector<std::string> fallbacks_;
};

/// y = base + sum_j weights_j k_j over the first `stages` rows of k, each as long as y.
void add_stages(std::span<const double> base, const double* k, int stages, const double* weights,
                std::span<double> y) noexcept;
/// y = sum_j weights_j k_j.
void sum_stages(const double* k, int stages, const double* weights, std::span<double> y) noexcept;

}  // namespace erbium::sim
