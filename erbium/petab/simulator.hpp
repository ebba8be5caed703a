// SPDX-License-Identifier: Apache-2.0
// erbium/petab/simulator.hpp: runs the experiments of a bound problem.
// Reads: BoundProblem   Makes: ExperimentOutput   Used by: petab::Objective
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "erbium/petab/bind.hpp"
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
};

struct SimulatorOptions {
    sim::SolverOptions solver{.tolerances = {.rtol = 1e-8}};
    double steady_tolerance{1e-8};  ///< see sim::Equilibration
};

/// One thread at a time.
class Simulator {
public:
    Simulator(std::shared_ptr<const BoundProblem> problem, const SimulatorOptions& options);

    /// @param values  of all rows of the parameter table, linear
    [[nodiscard]] ExperimentOutput run(const BoundExperiment& experiment,
                                       std::span<const double> values, bool with_slopes);

    /// The run that an experiment asks for, without its steady-state measurements.
    [[nodiscard]] sim::Run run_of(const BoundExperiment& experiment,
                                  std::span<const double> values);

private:
    ExperimentOutput values_of(const BoundExperiment& experiment, std::span<const double> values);
    void add_differences(const BoundExperiment& experiment, std::span<const double> values,
                         ExperimentOutput& output);
    double number(const ValueSource& source, std::span<const double> values);
    void set(const std::vector<ParameterSetting>& settings, std::span<const double> values,
             std::vector<sim::ParameterValue>& to);

    std::shared_ptr<const BoundProblem> problem_;
    SimulatorOptions options_;
    sim::Solver solver_;
    std::vector<double> inputs_;
    std::vector<double> work_;
};

}  // namespace erbium::petab
