// SPDX-License-Identifier: Apache-2.0
// erbium/petab/bind_experiments.hpp: conditions and periods as settings of a run; private to bind.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "erbium/petab/bind.hpp"
#include "erbium/petab/model.hpp"

namespace erbium::petab {

struct Names {
    std::map<std::string, std::size_t, std::less<>> parameters;  ///< rows of the parameter table
    /// Targets of conditions that only observables use.
    std::vector<std::string> outputs;
};

/// Settings by target, as expressions of parameters of the table. An empty one: the model's own.
using Settings = std::map<std::string, lang::Expression, std::less<>>;

/// An experiment before the system is compiled.
struct OpenExperiment {
    std::size_t experiment{};
    bool has_equilibration{};
    double start{};
    Settings equilibration;  ///< constants and initial values before the start
    Settings parameters;     ///< constants from the start on; initial values without equilibration
    struct Later {
        double time{};
        Settings constants;
        Settings states;
    };
    std::vector<Later> later;
};

/// Targets of conditions that are neither the model's nor the parameter table's become parameters
/// of the network: they scale or shift observables.
void add_output_parameters(const Problem& problem, Model& model, Names& names);

/// Rows of the parameter table that the model has must be constants of it, and no condition may
/// set them.
void check_parameter_table(const Problem& problem, const Model& model, Diagnostics& diagnostics);

[[nodiscard]] std::vector<OpenExperiment> open_experiments(const Problem& problem,
                                                           const Model& model, const Names& names,
                                                           Diagnostics& diagnostics);

/// Fills bound.experiments; needs its system, formulas and measurements.
void close_experiments(std::vector<OpenExperiment> open, const Model& model, const Names& names,
                       BoundProblem& bound, Diagnostics& diagnostics);

}  // namespace erbium::petab
