// SPDX-License-Identifier: Apache-2.0
// erbium/sim/esdirk_solver.hpp: the integrator of single runs whose factorisations are dear.
// Used by: sim::Solver
#pragma once

#include <array>
#include <span>
#include <vector>

#include "erbium/sim/esdirk_tableau.hpp"
#include "erbium/sim/one_step_integrator.hpp"

namespace erbium::sim {

/// A diagonally implicit method with simplified Newton iterations: the Jacobian and its factors
/// serve for several steps, as long as the iterations converge fast and the length of the steps
/// changes little. Where Rodas5P factorises in every step, this one does in every few, for more
/// evaluations and solves and a lower order.
class EsdirkIntegrator final : public OneStepIntegrator {
public:
    /// The kernel must outlive the integrator. The plan is that of the elimination's Jacobian.
    /// @param newton_tolerance  largest estimated error of a stage, as part of the error that a
    /// step
    ///        may make
    EsdirkIntegrator(eqn::ReferenceKernel& kernel, eqn::Elimination elimination,
                     const MatrixPlan& plan, const EsdirkTableau& tableau = esdirk4(),
                     double newton_tolerance = 0.01);

    void start(double t, std::span<const double> y, double atol, double stop, bool jumps_at_stop,
               double first_step) override;
    void interpolate(double t, std::span<double> y) override;
    [[nodiscard]] std::string_view name() const noexcept override { return tableau_.name; }

private:
    [[nodiscard]] bool prepare() override;
    [[nodiscard]] double preferred(double h) const noexcept override;
    [[nodiscard]] Outcome attempt(double h) override;
    void accepted() override;
    [[nodiscard]] Outcome take_stages(double h);
    [[nodiscard]] Outcome iterate(int stage, double h);
    void estimate_error(double h);
    [[nodiscard]] std::span<double> stage(int s) noexcept;

    const EsdirkTableau& tableau_;
    double newton_tolerance_;
    std::array<EsdirkTableau::Row, EsdirkTableau::kStages> guess_{};  // of k_i from earlier ones
    std::vector<double> base_;
    std::vector<double> f_stage_;
    std::vector<double> right_;
    std::vector<double> change_;
    std::vector<double> estimate_;
    std::vector<double> k_;  // stages, one after another; of the last attempt
    std::vector<double> k_accepted_;

    double h_matrix_{};       // the factors are of a step of this length; 0 without factors
    bool is_matrix_fresh_{};  // the Jacobian is that of (t_, y_)
    bool is_matrix_checked_{};
    bool wants_matrix_{};  // convergence was slow
    double remaining_{};   // error of an iterate, as a multiple of its last change
};

}  // namespace erbium::sim
