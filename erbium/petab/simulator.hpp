// SPDX-License-Identifier: Apache-2.0
// erbium/petab/simulator.hpp: runs the experiments of a bound problem.
// Reads: BoundProblem   Makes: ExperimentOutput   Used by: petab::Objective
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "erbium/petab/bind.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/solver.hpp"

namespace erbium::petab {

/// What the system's functions were at the times of the data.
struct ExperimentOutput {
    std::size_t columns{};
    std::vector<double> values;  ///< (times, then the steady state if there is one) x columns
    /// Derivatives by the free parameters on their scale: rows x columns x free. Empty when not
    /// asked for.
    std::vector<double> slopes;
    std::string failure;  ///< why there are no values; empty when there are
    /// Derivatives are differences, for this reason; empty when they are exact.
    std::string fallback;
};

/// Which integrator computes values. Derivatives always come with lanes.
enum class Integration {
    reference,  ///< sim::Solver, one run after the other
    /// Rosenbrock steps over SIMD lanes, many experiments at once; the numbers whose derivatives
    /// sim::SensitivitySolver gives. Experiments with an equilibration: as reference.
    lanes
};

struct SimulatorOptions {
    Integration integration{Integration::lanes};
    sim::SolverOptions solver{.tolerances = {.rtol = 1e-8}};  ///< of the reference
    /// Few long steps of order 5 are accurate enough at this (the likelihoods in
    /// tests/petab/suite_test.cpp hold for both).
    double lanes_rtol{1e-6};
    double steady_tolerance{1e-8};  ///< see sim::Equilibration
    /// Gradients without curvature come from the adjoint method for experiments with at least this
    /// many free parameters: it costs two to three runs, forward mode a part of a run each.
    std::size_t adjoint_from{50};
};

/// dG/d(output.values) of a number G, for one experiment.
using ColumnWeights =
    std::function<std::vector<double>(std::size_t experiment, const ExperimentOutput& output)>;

/// An experiment, and the derivatives of G by its free parameters on their scales.
struct AdjointOutput {
    ExperimentOutput output;  ///< without slopes
    std::vector<double> by_free;
};

/// One thread at a time.
class Simulator {
public:
    Simulator(std::shared_ptr<const BoundProblem> problem, const SimulatorOptions& options);

    /// All experiments, in the order of the problem's. @param values  of all rows of the parameter
    /// table, linear
    [[nodiscard]] std::vector<ExperimentOutput> run(std::span<const double> values,
                                                    bool with_slopes);

    /// All experiments with derivatives of one number, by the adjoint method where it pays and is
    /// possible, else by the slopes of run().
    [[nodiscard]] std::vector<AdjointOutput> run_adjoint(std::span<const double> values,
                                                         const ColumnWeights& weights);
    /// True when run_adjoint would use the adjoint method for some experiment.
    [[nodiscard]] bool prefers_adjoint() const noexcept;

    /// One experiment by the reference, with derivatives by central differences: the slow, obvious
    /// way, and the way of experiments that cannot be differentiated.
    [[nodiscard]] ExperimentOutput run_reference(const BoundExperiment& experiment,
                                                 std::span<const double> values, bool with_slopes);

private:
    /// d(input)/d(free parameter on its scale).
    struct Link {
        std::size_t input{};
        std::size_t free{};
        double slope{};
    };
    struct Plan {
        sim::Run run;
        std::vector<sim::Input> inputs;
        std::vector<Link> links;
        std::string refusal;  ///< why the links do not tell everything; empty when they do
    };

    Plan plan(const BoundExperiment& experiment, std::span<const double> values, bool with_links);
    sim::Run steady_run(const BoundExperiment& experiment, const Plan& plan) const;
    void add_values(std::span<const double> values, std::vector<ExperimentOutput>& outputs);
    void add_slopes(std::span<const double> values, std::vector<ExperimentOutput>& outputs);
    ExperimentOutput slopes_of(const BoundExperiment& experiment, std::span<const double> values);
    sim::SensitivitySolver& sensitivities();
    std::string take_slopes(const BoundExperiment& experiment, const Plan& plan,
                            const sim::Sensitivities& from, ExperimentOutput& output) const;
    ExperimentOutput reference_values(const BoundExperiment& experiment,
                                      std::span<const double> values);
    void add_differences(const BoundExperiment& experiment, std::span<const double> values,
                         ExperimentOutput& output);
    double set(const ValueSource& source, const BoundExperiment& experiment,
               std::span<const double> values, const sim::Input* input, double factor, Plan& plan);
    [[nodiscard]] std::string failure_of(const BoundExperiment& experiment,
                                         const sim::Status& status) const;

    std::shared_ptr<const BoundProblem> problem_;
    SimulatorOptions options_;
    sim::Solver solver_;
    std::unique_ptr<sim::BatchSolver> lanes_;                // made when first needed
    std::unique_ptr<sim::SensitivitySolver> sensitivities_;  // made when first needed
    std::vector<std::size_t> position_;  // by row of the parameter table: of the estimated ones
    std::vector<double> inputs_;
    std::vector<double> slopes_;
    std::vector<double> work_;
};

}  // namespace erbium::petab
