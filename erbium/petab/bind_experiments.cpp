// SPDX-License-Identifier: Apache-2.0
// erbium/petab/bind_experiments.cpp: what holds in each period of an experiment.
//
// PEtab 1: a condition says what holds during it; what it leaves open is the model's own value, or
// for states whatever was there. PEtab 2: a condition says what changes; all else stays.
#include "erbium/petab/bind_experiments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/petab/expression.hpp"

namespace erbium::petab {
namespace {

using lang::Expression;

/// The value that the network itself gives a parameter, when it is a plain number.
std::optional<double> own_number(const net::Network& network, std::string_view parameter) {
    for (const net::Parameter& p : network.parameters) {
        if (p.name == parameter && p.value.is_constant()) {
            return p.value.nodes().front().number;
        }
    }
    return std::nullopt;
}

class ExperimentOpener {
public:
    ExperimentOpener(const Problem& problem, const Model& model, const Names& names,
                     Diagnostics& diagnostics)
        : problem_{problem}, model_{model}, names_{names}, diagnostics_{diagnostics} {}

    OpenExperiment open(std::size_t index) {
        const Experiment& experiment = problem_.experiments[index];
        OpenExperiment result;
        result.experiment = index;
        Settings current;
        bool is_first = true;
        for (const Period& period : experiment.periods) {
            const bool is_equilibration = std::isinf(period.time);
            if (problem_.version == 1) {
                current.clear();
            }
            Settings constants;
            Settings states;
            read_period(period, is_first, current, constants, states);
            if (is_first) {
                result.has_equilibration = is_equilibration;
                result.start = is_equilibration ? 0.0 : period.time;
                (is_equilibration ? result.equilibration : result.parameters) = constants;
            } else if (result.has_equilibration && !has_start_) {
                result.start = period.time;
                result.parameters = current;
                if (!states.empty()) {
                    result.later.push_back({period.time, {}, std::move(states)});
                }
            } else {
                result.later.push_back({period.time, std::move(constants), std::move(states)});
            }
            has_start_ = has_start_ || !is_equilibration;
            is_first = false;
        }
        if (result.has_equilibration && !has_start_) {
            result.parameters = current;
        }
        complete_equilibration(experiment, result);
        check_outputs(experiment, result);
        has_start_ = false;
        return result;
    }

private:
    void complain(const char* code, const Span& where, std::string message, std::string hint = {}) {
        // One complaint for each place, however many experiments use the condition.
        if (seen_.insert({where.begin, message}).second) {
            diagnostics_.error(code, where, std::move(message), std::move(hint));
        }
    }

    /// Adds to `current` what holds from now on, to `constants` and `states` what changes now.
    void read_period(const Period& period, bool is_first, Settings& current, Settings& constants,
                     Settings& states) {
        const Settings before = current;
        for (const std::size_t c : period.conditions) {
            for (const Assignment& assignment : problem_.conditions[c].assignments) {
                const Entity* entity = model_.find(assignment.target);
                ERBIUM_CHECK(entity != nullptr, "unknown targets were made output parameters");
                if (names_.parameters.count(assignment.target) != 0) {
                    continue;  // check_parameter_table complains
                }
                if (entity->kind == EntityKind::algebraic ||
                    (is_first && entity->initial.empty())) {
                    complain("ERB-PETAB-0010", assignment.span,
                             fmt::format("a condition cannot set '{}': the model computes it",
                                         assignment.target));
                    continue;
                }
                if (assignment.value.empty()) {
                    continue;
                }
                const auto value = in_table_parameters(assignment, before);
                if (!value) {
                    continue;
                }
                if (entity->kind == EntityKind::state && !is_first) {
                    states[assignment.target] = *value;
                } else {
                    constants[entity->initial] = *value;
                    if (entity->kind == EntityKind::constant) {
                        current[entity->initial] = *value;
                    }
                }
            }
        }
    }

    /// The value in names of the parameter table; constants of the model are written out.
    std::optional<Expression> in_table_parameters(const Assignment& assignment,
                                                  const Settings& before) {
        bool is_known = true;
        Expression replacement;
        Expression value =
            with_names_replaced(assignment.value, [&](std::string_view name) -> const Expression* {
                if (names_.parameters.count(name) != 0) {
                    return nullptr;
                }
                const Entity* entity = model_.find(name);
                if (entity == nullptr) {
                    complain(
                        "ERB-PETAB-0009", assignment.span,
                        fmt::format("'{}' is in neither the model nor the parameter table", name));
                    is_known = false;
                    return nullptr;
                }
                if (entity->kind == EntityKind::constant) {
                    const auto set = before.find(entity->initial);
                    if (set != before.end()) {
                        return &set->second;
                    }
                    if (const auto number = own_number(model_.network, entity->value)) {
                        replacement = Expression::constant(*number);
                        return &replacement;
                    }
                }
                diagnostics_.unsupported(
                    "ERB-PETAB-0012", assignment.span,
                    fmt::format("a condition whose value depends on '{}', which the model computes",
                                name));
                is_known = false;
                return nullptr;
            });
        return is_known ? std::optional{std::move(value)} : std::nullopt;
    }

    /// Constants that only hold from the start on have the model's own value before it.
    void complete_equilibration(const Experiment& experiment, OpenExperiment& result) {
        if (!result.has_equilibration) {
            return;
        }
        for (const auto& [name, value] : result.parameters) {
            if (result.equilibration.count(name) != 0) {
                continue;
            }
            if (const auto number = own_number(model_.network, name)) {
                result.equilibration.emplace(name, Expression::constant(*number));
            } else {
                diagnostics_.unsupported(
                    "ERB-PETAB-0012", experiment.span,
                    fmt::format("an experiment that leaves '{}', which the model computes, to it "
                                "before the start and sets it afterwards",
                                name));
            }
        }
    }

    void check_outputs(const Experiment& experiment, const OpenExperiment& result) {
        for (const std::string& output : names_.outputs) {
            if (result.parameters.count(output) == 0) {
                complain("ERB-PETAB-0009", experiment.span,
                         fmt::format("'{}' is in neither the model nor the parameter table, and "
                                     "experiment '{}' does not set it",
                                     output, experiment.id));
            }
        }
    }

    const Problem& problem_;
    const Model& model_;
    const Names& names_;
    Diagnostics& diagnostics_;
    bool has_start_{};
    std::set<std::pair<std::uint32_t, std::string>> seen_;
};

/// Turns settings by name into settings by index.
class Closer {
public:
    Closer(const Model& model, const Names& names, const BoundProblem& bound,
           Diagnostics& diagnostics)
        : model_{model}, names_{names}, bound_{bound}, diagnostics_{diagnostics} {}

    ValueSource source(const Expression& expression, const std::string& target) {
        ValueSource source{Formula::constant(0.0), {}};
        if (expression.is_constant()) {
            source.formula = Formula::constant(expression.nodes().front().number);
            return source;
        }
        const std::vector<std::string> inputs = names_in(expression);
        for (const std::string& name : inputs) {
            source.rows.push_back(names_.parameters.at(name));
        }
        if (expression.is_reference()) {
            source.formula = Formula::input();
        } else if (auto formula = Formula::make(expression, inputs,
                                                fmt::format("condition value of '{}'", target),
                                                diagnostics_)) {
            source.formula = *std::move(formula);
        }
        return source;
    }

    std::vector<ParameterSetting> parameters(const Settings& settings) {
        std::vector<ParameterSetting> result;
        for (const auto& [name, value] : settings) {
            const auto id = bound_.system.find_parameter(name);
            ERBIUM_CHECK(id.has_value(), "an entity's initial value is a parameter");
            result.push_back({*id, source(value, name)});
        }
        return result;
    }

    std::vector<StateSetting> states(const Settings& settings) {
        std::vector<StateSetting> result;
        for (const auto& [name, value] : settings) {
            const Entity& entity = *model_.find(name);
            ERBIUM_CHECK(entity.species.has_value(), "a state has a species");
            StateSetting setting{*entity.species, source(value, name), std::nullopt};
            if (!entity.volume.empty()) {
                setting.volume = bound_.system.find_parameter(entity.volume);
                if (!setting.volume) {
                    diagnostics_.unsupported(
                        "ERB-PETAB-0012", {},
                        fmt::format("setting the concentration of '{}' during an experiment: its "
                                    "compartment changes its size",
                                    name));
                }
            }
            result.push_back(std::move(setting));
        }
        return result;
    }

private:
    const Model& model_;
    const Names& names_;
    const BoundProblem& bound_;
    Diagnostics& diagnostics_;
};

/// Output times, columns and data of an experiment.
void add_data(const BoundProblem& bound, BoundExperiment& experiment) {
    std::set<double> times;
    std::set<FunctionId> columns;
    const Problem& problem = bound.problem;
    for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
        const Measurement& measurement = problem.measurements[m];
        if (measurement.experiment != experiment.experiment) {
            continue;
        }
        for (const BoundFormula* formula :
             {&bound.observables[measurement.observable], &bound.noises[measurement.observable]}) {
            for (const FormulaInput& input : formula->inputs) {
                if (input.kind == FormulaInput::Kind::column) {
                    columns.insert(FunctionId{static_cast<std::uint32_t>(input.index)});
                }
            }
        }
        if (std::isfinite(measurement.time)) {
            times.insert(measurement.time);
        } else {
            experiment.has_steady_data = true;
        }
    }
    experiment.times.assign(times.begin(), times.end());
    experiment.columns.assign(columns.begin(), columns.end());
    for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
        const Measurement& measurement = problem.measurements[m];
        if (measurement.experiment != experiment.experiment) {
            continue;
        }
        Datum datum{m, std::nullopt};
        if (std::isfinite(measurement.time)) {
            datum.row = static_cast<std::size_t>(std::lower_bound(experiment.times.begin(),
                                                                  experiment.times.end(),
                                                                  measurement.time) -
                                                 experiment.times.begin());
        }
        experiment.data.push_back(datum);
    }
}

void add_free_parameters(const BoundProblem& bound, BoundExperiment& experiment) {
    std::set<std::size_t> rows;
    const auto collect = [&](const ValueSource& source) {
        rows.insert(source.rows.begin(), source.rows.end());
    };
    for (const auto* settings : {&experiment.parameters, &experiment.equilibration}) {
        for (const ParameterSetting& setting : *settings) {
            collect(setting.value);
        }
    }
    for (const Change& change : experiment.changes) {
        for (const ParameterSetting& setting : change.parameters) {
            collect(setting.value);
        }
        for (const StateSetting& setting : change.states) {
            collect(setting.value);
        }
    }
    for (std::size_t i = 0; i < bound.estimated.size(); ++i) {
        if (rows.count(bound.estimated[i]) != 0) {
            experiment.free.push_back(i);
        }
    }
}

}  // namespace

void add_output_parameters(const Problem& problem, Model& model, Names& names) {
    for (const Condition& condition : problem.conditions) {
        for (const Assignment& assignment : condition.assignments) {
            const std::string& target = assignment.target;
            if (model.find(target) == nullptr && names.parameters.count(target) == 0 &&
                is_petab_id(target)) {
                names.outputs.push_back(target);
                model.network.parameters.push_back({target, Expression::constant(0.0)});
                model.entities.emplace(
                    target, Entity{EntityKind::constant, target, target, std::nullopt, {}});
            }
        }
    }
}

void check_parameter_table(const Problem& problem, const Model& model, Diagnostics& diagnostics) {
    std::set<std::string, std::less<>> ids;
    for (const Parameter& parameter : problem.parameters) {
        ids.insert(parameter.id);
        const Entity* entity = model.find(parameter.id);
        if (entity != nullptr && entity->kind != EntityKind::constant) {
            diagnostics.error("ERB-PETAB-0010", parameter.span,
                              fmt::format("'{}' is no constant of the model", parameter.id),
                              entity->kind == EntityKind::state
                                  ? "set its initial value by a condition"
                                  : "the model computes it");
        }
    }
    for (const Condition& condition : problem.conditions) {
        for (const Assignment& assignment : condition.assignments) {
            if (ids.count(assignment.target) != 0) {
                diagnostics.error(
                    "ERB-PETAB-0010", assignment.span,
                    fmt::format("'{}' is in the parameter table; a condition cannot set it too",
                                assignment.target));
            } else if (!is_petab_id(assignment.target)) {
                diagnostics.error("ERB-PETAB-0009", assignment.span,
                                  fmt::format("the model has no '{}' that a condition could set",
                                              assignment.target));
            }
        }
    }
}

std::vector<OpenExperiment> open_experiments(const Problem& problem, const Model& model,
                                             const Names& names, Diagnostics& diagnostics) {
    std::vector<OpenExperiment> result;
    if (diagnostics.has_errors()) {
        return result;
    }
    std::set<std::size_t> measured;
    for (const Measurement& measurement : problem.measurements) {
        measured.insert(measurement.experiment);
    }
    ExperimentOpener opener{problem, model, names, diagnostics};
    for (const std::size_t index : measured) {
        result.push_back(opener.open(index));
    }
    // Parameters of the table that the model has hold everywhere.
    for (OpenExperiment& experiment : result) {
        for (const Parameter& parameter : problem.parameters) {
            const Entity* entity = model.find(parameter.id);
            if (entity != nullptr && !entity->initial.empty()) {
                experiment.parameters.emplace(entity->initial, Expression::reference(parameter.id));
            }
        }
    }
    return result;
}

void close_experiments(std::vector<OpenExperiment> open, const Model& model, const Names& names,
                       BoundProblem& bound, Diagnostics& diagnostics) {
    Closer closer{model, names, bound, diagnostics};
    for (const OpenExperiment& from : open) {
        BoundExperiment experiment;
        experiment.experiment = from.experiment;
        experiment.start = from.start;
        experiment.parameters = closer.parameters(from.parameters);
        experiment.has_equilibration = from.has_equilibration;
        experiment.equilibration = closer.parameters(from.equilibration);
        for (const OpenExperiment::Later& later : from.later) {
            experiment.changes.push_back(
                {later.time, closer.parameters(later.constants), closer.states(later.states)});
        }
        add_data(bound, experiment);
        add_free_parameters(bound, experiment);
        bound.experiments.push_back(std::move(experiment));
    }
}

}  // namespace erbium::petab
