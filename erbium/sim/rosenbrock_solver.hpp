// SPDX-License-Identifier: Apache-2.0
// erbium/sim/rosenbrock_solver.hpp: the integrator of single runs, a Rosenbrock method.
// Reads: ReferenceKernel, SupernodePlan   Used by: sim::Solver
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/eqn/elimination.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/row_exchange_lu.hpp"
#include "erbium/math/supernodal_lu.hpp"
#include "erbium/sim/integrator.hpp"
#include "erbium/sim/rosenbrock_tableau.hpp"
#include "erbium/sim/step_control.hpp"

namespace erbium::sim {

/// LU factors of shift I - J, J of a system's pattern: pivots on the diagonal, guarded; or with row
/// exchanges, which is slower and refuses only what is singular.
class ShiftedJacobian {
public:
    explicit ShiftedJacobian(const math::SupernodePlan& plan);

    /// False when the matrix is singular or not finite, or its diagonal no good as pivots.
    [[nodiscard]] bool factor(std::span<const double> jacobian, double shift, bool exchanges_rows);
    /// Componentwise backward error of x, at best about 1e-16.
    /// @param beside  what b is known to anyway; empty: exactly
    [[nodiscard]] double backward_error(std::span<const double> b, std::span<const double> x,
                                        std::span<const double> beside = {});
    /// `x` may be `b`.
    void solve(std::span<const double> b, std::span<double> x);

private:
    math::SupernodePlan plan_;
    math::SupernodalLu lu_;
    std::optional<math::RowExchangeLu> exchanging_;  // made when it is first needed
    std::span<const double> jacobian_;
    double shift_{};
    bool exchanges_rows_{};
};

/// Rodas5P for one subject, the method of the batch over lanes. One factorisation per step, eight
/// evaluations and solves; starts anew at no cost, so that doses and events are cheap. Amounts are
/// never clipped: a step keeps every conservation law to rounding, and small amounts may dip below
/// zero by about the absolute tolerance.
class RosenbrockIntegrator final : public Integrator {
public:
    /// The kernel must outlive the integrator. The plan is that of the elimination's Jacobian.
    RosenbrockIntegrator(eqn::ReferenceKernel& kernel, eqn::Elimination elimination,
                         const math::SupernodePlan& plan,
                         const RosenbrockTableau& tableau = rodas5p());

    /// The next runs factorise with row exchanges, or again without.
    void exchange_rows(bool exchanges_rows) noexcept { exchanges_rows_ = exchanges_rows; }

    void begin_run(double rtol, std::size_t max_steps) override;
    void start(double t, std::span<const double> y, double atol, double stop, bool jumps_at_stop,
               double first_step) override;
    [[nodiscard]] Status step(double limit, double& t, std::span<double> y) override;
    void interpolate(double t, std::span<double> y) override;
    [[nodiscard]] double next_step_size() const override { return control_.h(); }
    [[nodiscard]] bool stops_at_outputs() const noexcept override { return depends_on_time_; }
    [[nodiscard]] bool euler_correction(double t, std::span<const double> y, double h,
                                        std::span<double> correction) override;
    [[nodiscard]] Statistics statistics() const override { return statistics_; }
    [[nodiscard]] const std::vector<std::string>& fallbacks() const noexcept override {
        return fallbacks_;
    }

private:
    [[nodiscard]] std::span<double> stage(int s) noexcept;
    [[nodiscard]] bool rates(double t, std::span<const double> y, std::span<double> rate);
    void differentiate();
    enum class Outcome : std::uint8_t { done, not_finite, no_factors };
    [[nodiscard]] Outcome attempt(double h);
    [[nodiscard]] double error_norm() const noexcept;
    [[nodiscard]] Status failure(Failure kind, std::string why);
    [[nodiscard]] Status give_up();
    [[nodiscard]] std::optional<SpeciesId> worst_species() const noexcept;

    eqn::ReferenceKernel& kernel_;
    eqn::Elimination elimination_;  // its changes complete those that were solved for
    const RosenbrockTableau& tableau_;
    ShiftedJacobian matrix_;
    ShiftedJacobian euler_matrix_;  // apart, so that looking for a steady state changes no step
    bool depends_on_time_;
    bool has_time_slope_;
    bool exchanges_rows_{};

    double rtol_{};
    double atol_{};
    std::size_t max_steps_{};
    double stop_{};
    double latest_{};  // the last time at which the present rates hold
    double t_{};
    double before_{};  // the last step went from here to t_
    StepControl control_;
    bool needs_rates_{};
    bool needs_first_step_{};
    Outcome last_outcome_{Outcome::done};
    std::optional<SpeciesId> bad_rate_;  // of a state that was finite, in the last attempt

    std::vector<double> y_;         // at t_
    std::vector<double> y_before_;  // at before_
    std::vector<double> y_next_;
    std::vector<double> f_;  // at (t_, y_)
    std::vector<double> f_stage_;
    std::vector<double> slope_;  // df/dt
    std::vector<double> right_;
    std::vector<double> beside_;  // of right_, what its residual counts against
    std::vector<double> k_;       // stages, one after another; of the last attempt
    std::vector<double> k_accepted_;
    std::vector<double> jacobian_;
    std::vector<double> euler_jacobian_;
    Statistics statistics_;
    std::vector<std::string> fallbacks_;
};

}  // namespace erbium::sim
