// SPDX-License-Identifier: Apache-2.0
// erbium/petab/bind.hpp: a problem's tables joined with its model: what to run, what to compare.
// Reads: Problem, Model   Makes: BoundProblem   Used by: petab::Objective
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/petab/formula.hpp"
#include "erbium/petab/problem.hpp"

namespace erbium::petab {

/// A number that follows from rows of the parameter table.
struct ValueSource {
    Formula formula;
    std::vector<std::size_t> rows;  ///< the formula's inputs, of Problem::parameters
};

struct ParameterSetting {
    ParameterId parameter;
    ValueSource value;
};

/// An amount that a period sets: the value, times a volume when the value is a concentration.
struct StateSetting {
    SpeciesId species;
    ValueSource value;
    std::optional<ParameterId> volume;
};

/// What a period changes at its start.
struct Change {
    double time{};
    std::vector<ParameterSetting> parameters;
    std::vector<StateSetting> states;
};

/// What one input of an observable's or noise's formula is.
struct FormulaInput {
    enum class Kind : std::uint8_t {
        column,               ///< a function of the system: index is a FunctionId
        observable_override,  ///< index: which of the measurement's overrides
        noise_override,
        parameter  ///< index: row of the parameter table
    };
    Kind kind{};
    std::size_t index{};
};

struct BoundFormula {
    Formula formula;
    std::vector<FormulaInput> inputs;
};

/// One measurement in an experiment.
struct Datum {
    std::size_t measurement{};
    std::optional<std::size_t> row;  ///< of BoundExperiment::times; nothing: the steady state
};

struct BoundExperiment {
    std::size_t experiment{};  ///< of Problem::experiments
    double start{};
    std::vector<ParameterSetting> parameters;  ///< from the start on
    bool has_equilibration{};
    std::vector<ParameterSetting> equilibration;  ///< on top of these, before the start
    std::vector<Change> changes;
    std::vector<double> times;  ///< ascending, each once
    std::vector<FunctionId> columns;
    std::vector<Datum> data;
    bool has_steady_data{};
    /// Estimated parameters that the simulation depends on: positions in BoundProblem::estimated.
    std::vector<std::size_t> free;

    /// Position of a function in `columns`, which has it.
    [[nodiscard]] std::size_t column_of(FunctionId function) const;
};

/// A problem with its model, ready to be simulated. Never changes.
struct BoundProblem {
    Problem problem;
    eqn::System system;
    std::vector<std::size_t> estimated;  ///< rows of the parameter table, in its order
    std::vector<BoundFormula> observables;
    std::vector<BoundFormula> noises;
    std::vector<BoundExperiment> experiments;  ///< those that are measured
    std::vector<std::string> departures;       ///< of the model's import, for the manifest
    Diagnostics warnings;
};

/// Joins a problem with its model. Each part of an observable's or noise's formula that depends on
/// the model alone becomes a function of the system, so that simulation and sensitivities compute
/// it exactly; what scales it by parameters of the tables stays outside (Formula).
///
/// Errors: those of the model; ERB-PETAB-0009, 0010, 0012 with the place in the tables.
[[nodiscard]] Outcome<BoundProblem, Diagnostics> bind(Problem problem);

/// read_problem() and bind().
[[nodiscard]] Outcome<BoundProblem, Diagnostics> load_problem(const std::string& yaml_path);

}  // namespace erbium::petab
