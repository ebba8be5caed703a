// SPDX-License-Identifier: Apache-2.0
// erbium/sim/rosenbrock_solver.hpp: the integrator of most single runs, a Rosenbrock method.
// Used by: sim::Solver
#pragma once

#include <span>
#include <vector>

#include "erbium/sim/one_step_integrator.hpp"
#include "erbium/sim/rosenbrock_tableau.hpp"

namespace erbium::sim {

/// Rodas5P for one subject, the method of the batch over lanes. One factorisation per step, eight
/// evaluations and solves, no iteration. Algebraic states are solved for in each stage: the method
/// is one for systems of index 1 (Steinebach, BIT Numer Math 63 (2023) 27).
class RosenbrockIntegrator : public OneStepIntegrator {
public:
    /// The kernel must outlive the integrator. The plan is that of the elimination's Jacobian.
    RosenbrockIntegrator(eqn::ReferenceKernel& kernel, eqn::Elimination elimination,
                         const MatrixPlan& plan, const RosenbrockTableau& tableau = rodas5p());

    void interpolate(double t, std::span<double> y) override;
    void log_step(double end, bool is_cut, std::span<const double> y,
                  TrajectoryLog& log) const override;
    /// Where rates depend on time the error inside of a step is estimated and controlled too.
    [[nodiscard]] bool stops_at_outputs() const noexcept override { return false; }
    [[nodiscard]] std::string_view name() const noexcept override { return tableau_.name; }

protected:
    [[nodiscard]] Outcome attempt(double h) override;  // a test makes one that fails

private:
    [[nodiscard]] bool prepare() override;
    void accepted() override { k_.swap(k_accepted_); }
    [[nodiscard]] std::span<double> stage(int s) noexcept;
    [[nodiscard]] bool estimate_inside(double h);

    const RosenbrockTableau& tableau_;
    std::vector<double> f_stage_;
    std::vector<double> right_;
    std::vector<double> beside_;  // of right_, what its residual counts against
    std::vector<double> k_;       // stages, one after another; of the last attempt
    std::vector<double> k_accepted_;
    std::vector<double> inside_;  // estimate of the error inside of a step
};

}  // namespace erbium::sim
