// SPDX-License-Identifier: Apache-2.0
// erbium/petab/problem.hpp: a parameter estimation problem as its tables say it.
// Reads: PEtab 1 and 2   Makes: Problem   Used by: petab::bind, petab::write_problem
// See docs/reference/petab.md for what is supported.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/lang/expression.hpp"
#include "erbium/petab/noise.hpp"
#include "erbium/petab/prior.hpp"

namespace erbium::petab {

/// A row of the parameter table. Bounds and values are linear, whatever the scale.
struct Parameter {
    std::string id;
    std::string name;
    Scale scale{Scale::linear};
    double lower{-std::numeric_limits<double>::infinity()};
    double upper{std::numeric_limits<double>::infinity()};
    double nominal{std::numeric_limits<double>::quiet_NaN()};  ///< NaN: none is given
    bool is_estimated{};
    std::optional<Prior> prior;        ///< part of the posterior
    std::optional<Prior> start_prior;  ///< where starts are drawn from; PEtab 1 only
    Span span;                         ///< of the id
};

/// One thing that a condition sets.
struct Assignment {
    std::string target;
    lang::Expression value;
    Span span;  ///< of the value
};

struct Condition {
    std::string id;
    std::vector<Assignment> assignments;
    Span span;
};

/// A stretch of an experiment, from `time` to the next period or to the end.
struct Period {
    double time{};                        ///< -infinity: until nothing changes any more
    std::vector<std::size_t> conditions;  ///< applied together, of Problem::conditions
};

/// What is simulated. In PEtab 1 each pair of conditions that is measured is one.
struct Experiment {
    std::string id;
    std::vector<Period> periods;   ///< ascending in time; empty: the model as it is, from time 0
    std::string preequilibration;  ///< PEtab 1: ids of the pair's conditions
    std::string simulation;
    Span span;
};

struct Observable {
    std::string id;
    std::string name;
    lang::Expression formula;
    lang::Expression noise;
    std::vector<std::string> placeholders;
    std::vector<std::string> noise_placeholders;
    NoiseModel model;
    Span span;
};

/// A number, or a row of the parameter table, in the place of a placeholder.
struct Override {
    double number{};
    std::optional<std::size_t> parameter;
};

struct Measurement {
    std::size_t observable{};
    std::size_t experiment{};
    double time{};  ///< +infinity: in the steady state
    double value{};
    std::vector<Override> observable_overrides;
    std::vector<Override> noise_overrides;
    std::string observable_parameters;  ///< the cells as written, for the simulation table
    std::string noise_parameters;
    Span span;  ///< of the row's first cell
};

/// A name of the tables for something in the model whose own name is no identifier. PEtab 2.
struct Mapping {
    std::string id;
    std::string entity;
    Span span;
};

enum class ModelLanguage { sbml, bngl };

struct ModelFile {
    ModelLanguage language{ModelLanguage::sbml};
    std::string location;  ///< relative to the problem's folder
    std::shared_ptr<const SourceText> text;
    Span span;  ///< where the YAML names it
};

struct Problem {
    int version{1};
    std::string folder;
    ModelFile model;
    std::vector<Parameter> parameters;
    std::vector<Condition> conditions;
    std::vector<Experiment> experiments;
    std::vector<Observable> observables;
    std::vector<Measurement> measurements;
    std::vector<Mapping> mappings;
    std::vector<std::shared_ptr<const SourceText>> texts;  ///< all files read
    Diagnostics warnings;

    [[nodiscard]] std::vector<std::size_t> estimated() const;
};

/// Reads the problem that a YAML file describes, with all its tables; the files it names lie in its
/// folder or below. What one table says about another is checked here, what it says about the
/// model by bind().
///
/// Errors: everything wrong with all tables in one pass, each naming file, row and column:
/// ERB-YAML-*, ERB-TABLE-*, ERB-PETAB-0001 to 0012; throws IoError when the YAML itself cannot be
/// read.
[[nodiscard]] Outcome<Problem, Diagnostics> read_problem(const std::string& yaml_path);

/// Letters, digits and underscores, not first a digit.
[[nodiscard]] bool is_petab_id(std::string_view id) noexcept;

}  // namespace erbium::petab
