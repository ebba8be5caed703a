// SPDX-License-Identifier: Apache-2.0
// erbium/petab/bind.cpp: names of tables looked up in the model, observables made functions of it.
#include "erbium/petab/bind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/petab/bind_experiments.hpp"
#include "erbium/petab/expression.hpp"

namespace erbium::petab {
namespace {

using lang::Expression;

/// Functions that are added to the network, each expression once.
class ColumnBook {
public:
    ColumnBook(const Model& model, net::Network& network) : model_{model}, network_{network} {}

    /// The function's name. `expression` is in names of entities and `time`.
    std::string name_of(const Expression& expression) {
        const Expression value =
            with_names_replaced(expression, [&](std::string_view name) -> const Expression* {
                const Entity* entity = model_.find(name);
                if (entity == nullptr || entity->value == name) {
                    return nullptr;
                }
                replacement_ = Expression::reference(entity->value);
                return &replacement_;
            });
        const auto [at, is_new] = names_.emplace(value.text(), "");
        if (is_new) {
            at->second = fmt::format("petab__column{}", names_.size() - 1);
            network_.functions.push_back({at->second, value});
        }
        return at->second;
    }

private:
    const Model& model_;
    net::Network& network_;
    Expression replacement_;
    std::map<std::string, std::string> names_;
};

/// A formula before the system is compiled: inputs by name.
struct OpenFormula {
    Expression outer;
    std::vector<std::string> columns;  ///< functions of the network
};

/// Looks the names of one formula up and cuts it.
class FormulaBinder {
public:
    FormulaBinder(const Problem& problem, const Model& model, const Names& names, ColumnBook& book,
                  Diagnostics& diagnostics)
        : problem_{problem}, model_{model}, names_{names}, book_{book}, diagnostics_{diagnostics} {}

    OpenFormula open(const Observable& observable, const Expression& formula, bool is_noise) {
        const auto is_placeholder = [&](std::string_view name) {
            return has(observable.placeholders, name) ||
                   (is_noise && has(observable.noise_placeholders, name));
        };
        for (const lang::ExpressionNode& node : formula.nodes()) {
            if (node.op == lang::Op::name && !is_placeholder(node.text) && !is_model(node.text) &&
                names_.parameters.count(node.text) == 0) {
                complain(formula.span_of(node), node.text);
            }
        }
        SplitExpression parts = split_off_model(formula, [&](std::string_view name) {
            return !is_placeholder(name) && is_model(name);
        });
        OpenFormula result{std::move(parts.outer), {}};
        for (const Expression& column : parts.columns) {
            result.columns.push_back(book_.name_of(column));
        }
        return result;
    }

private:
    static bool has(const std::vector<std::string>& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    [[nodiscard]] bool is_model(std::string_view name) const {
        return name == "time" || model_.find(name) != nullptr;
    }
    void complain(const Span& where, const std::string& name) {
        std::vector<std::string> known;
        for (const auto& [id, entity] : model_.entities) {
            known.push_back(id);
        }
        for (const Parameter& parameter : problem_.parameters) {
            known.push_back(parameter.id);
        }
        diagnostics_.error(
            "ERB-PETAB-0009", where,
            fmt::format("'{}' is in neither the model nor the parameter table", name),
            did_you_mean(name, known));
    }

    const Problem& problem_;
    const Model& model_;
    const Names& names_;
    ColumnBook& book_;
    Diagnostics& diagnostics_;
};

std::optional<BoundFormula> close(const OpenFormula& open, const Observable& observable,
                                  const Names& names, const eqn::System& system,
                                  Diagnostics& diagnostics) {
    BoundFormula bound;
    const std::vector<std::string> inputs = names_in(open.outer);
    const auto position = [](const std::vector<std::string>& all, const std::string& name) {
        const auto at = std::find(all.begin(), all.end(), name);
        return at == all.end() ? std::nullopt
                               : std::optional{static_cast<std::size_t>(at - all.begin())};
    };
    using Kind = FormulaInput::Kind;
    for (const std::string& name : inputs) {
        if (name.starts_with(kColumnPrefix)) {
            const std::string& column = open.columns[std::stoul(name.substr(kColumnPrefix.size()))];
            const auto function = system.find_function(column);
            ERBIUM_CHECK(function.has_value(), "functions that were added are there");
            bound.inputs.push_back({Kind::column, function->value});
        } else if (const auto i = position(observable.placeholders, name)) {
            bound.inputs.push_back({Kind::observable_override, *i});
        } else if (const auto k = position(observable.noise_placeholders, name)) {
            bound.inputs.push_back({Kind::noise_override, *k});
        } else {
            bound.inputs.push_back({Kind::parameter, names.parameters.at(name)});
        }
    }
    auto formula = Formula::make(open.outer, inputs, fmt::format("observable '{}'", observable.id),
                                 diagnostics);
    if (!formula) {
        return std::nullopt;
    }
    bound.formula = *std::move(formula);
    return bound;
}

/// Rows of the parameter table that nothing uses.
void warn_of_unused(const BoundProblem& bound, const std::set<std::size_t>& used,
                    Diagnostics& warnings) {
    for (const std::size_t row : bound.estimated) {
        if (used.count(row) == 0) {
            const Parameter& parameter = bound.problem.parameters[row];
            warnings.warning("ERB-PETAB-0013", parameter.span,
                             fmt::format("no measurement depends on '{}'", parameter.id),
                             "its gradient is 0 and its value stays where it starts");
        }
    }
}

std::set<std::size_t> used_rows(const BoundProblem& bound) {
    std::set<std::size_t> used;
    const auto use = [&](const std::vector<ParameterSetting>& settings) {
        for (const ParameterSetting& setting : settings) {
            used.insert(setting.value.rows.begin(), setting.value.rows.end());
        }
    };
    for (const BoundExperiment& experiment : bound.experiments) {
        use(experiment.parameters);
        use(experiment.equilibration);
        for (const Change& change : experiment.changes) {
            use(change.parameters);
            for (const StateSetting& setting : change.states) {
                used.insert(setting.value.rows.begin(), setting.value.rows.end());
            }
        }
    }
    for (const std::vector<BoundFormula>* formulas : {&bound.observables, &bound.noises}) {
        for (const BoundFormula& formula : *formulas) {
            for (const FormulaInput& input : formula.inputs) {
                if (input.kind == FormulaInput::Kind::parameter) {
                    used.insert(input.index);
                }
            }
        }
    }
    for (const Measurement& measurement : bound.problem.measurements) {
        for (const auto* overrides :
             {&measurement.observable_overrides, &measurement.noise_overrides}) {
            for (const Override& override_ : *overrides) {
                if (override_.parameter) {
                    used.insert(*override_.parameter);
                }
            }
        }
    }
    return used;
}

}  // namespace

std::size_t BoundExperiment::column_of(FunctionId function) const {
    const auto at = std::lower_bound(columns.begin(), columns.end(), function);
    ERBIUM_CHECK(at != columns.end() && *at == function, "the experiment records the function");
    return static_cast<std::size_t>(at - columns.begin());
}

Outcome<BoundProblem, Diagnostics> bind(Problem problem) {
    auto read = read_model(problem);
    if (!read) {
        return std::move(read).error();
    }
    Model model = std::move(read).value();
    Diagnostics diagnostics;
    Names names;
    for (std::size_t i = 0; i < problem.parameters.size(); ++i) {
        names.parameters.emplace(problem.parameters[i].id, i);
    }
    add_output_parameters(problem, model, names);
    check_parameter_table(problem, model, diagnostics);

    ColumnBook book{model, model.network};
    FormulaBinder binder{problem, model, names, book, diagnostics};
    std::vector<OpenFormula> observables;
    std::vector<OpenFormula> noises;
    for (const Observable& observable : problem.observables) {
        observables.push_back(binder.open(observable, observable.formula, false));
        // The observable's own name in its noise stands for its formula.
        noises.push_back(binder.open(
            observable,
            with_names_replaced(observable.noise,
                                [&](std::string_view name) {
                                    return name == observable.id && model.find(name) == nullptr
                                               ? &observable.formula
                                               : nullptr;
                                }),
            true));
    }
    std::vector<OpenExperiment> experiments = open_experiments(problem, model, names, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    auto system = eqn::compile(model.network);
    if (!system) {
        return std::move(system).error();
    }
    BoundProblem bound{std::move(problem), std::move(system).value(), {}, {}, {}, {}, {}, {}};
    bound.departures = std::move(model.departures);
    bound.estimated = bound.problem.estimated();
    for (std::size_t i = 0; i < observables.size(); ++i) {
        const Observable& observable = bound.problem.observables[i];
        auto formula = close(observables[i], observable, names, bound.system, diagnostics);
        auto noise = close(noises[i], observable, names, bound.system, diagnostics);
        if (formula && noise) {
            bound.observables.push_back(*std::move(formula));
            bound.noises.push_back(*std::move(noise));
        }
    }
    if (!diagnostics.has_errors()) {
        close_experiments(std::move(experiments), model, names, bound, diagnostics);
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    bound.warnings = bound.problem.warnings;
    warn_of_unused(bound, used_rows(bound), bound.warnings);
    return bound;
}

Outcome<BoundProblem, Diagnostics> load_problem(const std::string& yaml_path) {
    auto problem = read_problem(yaml_path);
    if (!problem) {
        return std::move(problem).error();
    }
    return bind(std::move(problem).value());
}

}  // namespace erbium::petab
