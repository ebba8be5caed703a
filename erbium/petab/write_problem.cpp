// SPDX-License-Identifier: Apache-2.0
// erbium/petab/write_problem.cpp: the tables of PEtab 2.
#include "erbium/petab/write_problem.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <set>

#include "erbium/base/text.hpp"

namespace erbium::petab {
namespace {

using lang::Expression;
using lang::ExpressionNode;
using lang::Op;

/// Operators as PEtab binds them; everything is in parentheses, so that nothing depends on that.
std::string operator_text(Op op) {
    switch (op) {
        case Op::power:
            return "^";
        case Op::multiply:
            return "*";
        case Op::divide:
            return "/";
        case Op::add:
            return "+";
        case Op::subtract:
            return "-";
        case Op::less:
            return "<";
        case Op::less_equal:
            return "<=";
        case Op::greater:
            return ">";
        case Op::greater_equal:
            return ">=";
        case Op::equal:
            return "==";
        case Op::not_equal:
            return "!=";
        case Op::logical_and:
            return "&&";
        case Op::logical_or:
            return "||";
        default:
            return "?";
    }
}

/// The functions of equations in PEtab's words.
std::string function_text(std::string_view name, const std::vector<std::string>& arguments) {
    if (name == "if") {
        return fmt::format("piecewise({}, {}, {})", arguments[1], arguments[0], arguments[2]);
    }
    std::string petab{name};
    if (petab.starts_with("a") && petab != "abs") {
        petab = "arc" + petab.substr(1);  // asin, acosh, ...
    }
    return fmt::format("{}({})", petab, fmt::join(arguments, ", "));
}

std::string number_text(double value) {
    if (std::isinf(value)) {
        return value > 0.0 ? "inf" : "(-inf)";
    }
    return value < 0.0 ? fmt::format("({})", shortest(value)) : shortest(value);
}

std::string formula_text(const Expression& expression) {
    std::vector<std::string> stack;
    for (const ExpressionNode& node : expression.nodes()) {
        if (node.op == Op::number) {
            stack.push_back(number_text(node.number));
            continue;
        }
        if (node.op == Op::name) {
            stack.push_back(node.text);
            continue;
        }
        const auto first = stack.end() - static_cast<std::ptrdiff_t>(node.arity);
        const std::vector<std::string> operands{first, stack.end()};
        stack.erase(first, stack.end());
        if (node.op == Op::call) {
            stack.push_back(function_text(node.text, operands));
        } else if (node.op == Op::negate) {
            stack.push_back(fmt::format("(-{})", operands[0]));
        } else if (node.op == Op::logical_not) {
            stack.push_back(fmt::format("(!{})", operands[0]));
        } else {
            stack.push_back(
                fmt::format("({}{}{})", operands[0], operator_text(node.op), operands[1]));
        }
    }
    return stack.empty() ? "0" : stack.front();
}

/// A prior over the value itself: what PEtab 2 has words for.
Prior over_value(const Prior& prior, Scale scale) {
    Prior result = prior;
    result.is_on_scale = false;
    if (!prior.is_on_scale || scale == Scale::linear) {
        return result;
    }
    const double factor = scale == Scale::log10 ? std::numbers::ln10 : 1.0;
    switch (prior.kind) {
        case PriorKind::uniform:
            return {PriorKind::log_uniform, from_scale(scale, prior.a), from_scale(scale, prior.b),
                    false, 0.0};
        case PriorKind::normal:
            return {PriorKind::log_normal, prior.a * factor, prior.b * factor, false, 0.0};
        default:
            return {PriorKind::log_laplace, prior.a * factor, prior.b * factor, false, 0.0};
    }
}

std::string prior_cells(const Prior& prior) {
    const bool has_one = prior_word(prior_name(prior.kind), 2)->arguments == 1;
    return fmt::format("{}\t{}{}", prior_name(prior.kind), shortest(prior.a),
                       has_one ? "" : ";" + shortest(prior.b));
}

std::string parameters_text(const Problem& problem) {
    std::string text =
        "parameterId\tparameterName\tlowerBound\tupperBound\tnominalValue\testimate\t"
        "priorDistribution\tpriorParameters\n";
    for (const Parameter& p : problem.parameters) {
        const auto bound = [&](double value) {
            return p.is_estimated || std::isfinite(value) ? shortest(value) : std::string{};
        };
        text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", p.id, p.name, bound(p.lower),
                            bound(p.upper), std::isnan(p.nominal) ? "" : shortest(p.nominal),
                            p.is_estimated ? "true" : "false",
                            p.prior ? prior_cells(over_value(*p.prior, p.scale)) : "\t");
    }
    return text;
}

std::string observables_text(const Problem& problem) {
    std::string text =
        "observableId\tobservableName\tobservableFormula\tobservablePlaceholders\tnoiseFormula\t"
        "noisePlaceholders\tnoiseDistribution\n";
    for (const Observable& o : problem.observables) {
        const bool is_log = o.model.transformation != Transformation::linear;
        std::string noise = formula_text(o.noise);
        if (o.model.transformation == Transformation::log10) {
            noise = fmt::format("{}*ln(10)", noise);
        }
        text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}{}\n", o.id, o.name, formula_text(o.formula),
                            fmt::join(o.placeholders, ";"), noise,
                            fmt::join(o.noise_placeholders, ";"), is_log ? "log-" : "",
                            o.model.kind == NoiseKind::laplace ? "laplace" : "normal");
    }
    return text;
}

std::string measurements_text(const Problem& problem) {
    std::string text =
        "observableId\texperimentId\ttime\tmeasurement\tobservableParameters\tnoiseParameters\n";
    const auto cells = [&](const std::vector<Override>& overrides) {
        std::string cell;
        for (const Override& o : overrides) {
            cell += (cell.empty() ? "" : ";") +
                    (o.parameter ? problem.parameters[*o.parameter].id : shortest(o.number));
        }
        return cell;
    };
    for (const Measurement& m : problem.measurements) {
        text +=
            fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", problem.observables[m.observable].id,
                        problem.experiments[m.experiment].id, shortest(m.time), shortest(m.value),
                        cells(m.observable_overrides), cells(m.noise_overrides));
    }
    return text;
}

class ConditionWriter {
public:
    ConditionWriter(const Problem& problem, const Model& model)
        : problem_{problem}, model_{model} {}

    /// Conditions and experiments; a row for each setting that stands.
    void write() {
        for (const Condition& condition : problem_.conditions) {
            for (const Assignment& a : condition.assignments) {
                if (!a.value.empty()) {
                    add(condition.id, a.target, formula_text(a.value));
                }
            }
        }
        for (const Experiment& experiment : problem_.experiments) {
            write(experiment);
        }
    }

    std::string conditions{"conditionId\ttargetId\ttargetValue\n"};
    std::string experiments{"experimentId\ttime\tconditionId\n"};
    Diagnostics diagnostics;

private:
    void add(const std::string& condition, const std::string& target, const std::string& value) {
        conditions += fmt::format("{}\t{}\t{}\n", condition, target, value);
        written_.insert(condition);
    }

    void write(const Experiment& experiment) {
        std::set<std::string> set_before;
        for (const Period& period : experiment.periods) {
            std::vector<std::string> ids;
            std::set<std::string> set_now;
            for (const std::size_t c : period.conditions) {
                const Condition& condition = problem_.conditions[c];
                if (written_.count(condition.id) != 0) {
                    ids.push_back(condition.id);
                }
                for (const Assignment& a : condition.assignments) {
                    if (!a.value.empty()) {
                        set_now.insert(a.target);
                    }
                }
            }
            if (problem_.version == 1) {
                give_back(experiment, set_before, set_now, ids);
                set_before = set_now;
            }
            for (const std::string& id : ids) {
                experiments +=
                    fmt::format("{}\t{}\t{}\n", experiment.id, shortest(period.time), id);
            }
            if (ids.empty()) {
                experiments += fmt::format("{}\t{}\t\n", experiment.id, shortest(period.time));
            }
        }
    }

    /// PEtab 1: constants that the period before had set and this one does not are the model's own
    /// again.
    void give_back(const Experiment& experiment, const std::set<std::string>& before,
                   const std::set<std::string>& now, std::vector<std::string>& ids) {
        const std::string id = experiment.id + "__own";
        for (const std::string& target : before) {
            const Entity* entity = model_.find(target);
            if (now.count(target) != 0 || entity == nullptr ||
                entity->kind != EntityKind::constant) {
                continue;
            }
            bool is_number = false;
            for (const net::Parameter& p : model_.network.parameters) {
                if (p.name == entity->value && p.value.is_constant()) {
                    add(id, target, shortest(p.value.nodes().front().number));
                    is_number = true;
                }
            }
            if (!is_number) {
                diagnostics.unsupported(
                    "ERB-PETAB-0012", experiment.span,
                    fmt::format("writing as PEtab 2 an experiment that gives '{}' back to the "
                                "model, which computes it",
                                target));
            }
        }
        if (written_.count(id) != 0) {
            ids.push_back(id);
        }
    }

    const Problem& problem_;
    const Model& model_;
    std::set<std::string> written_;
};

}  // namespace

Outcome<ExportedProblem, Diagnostics> export_version_2(const Problem& problem, const Model& model) {
    ConditionWriter writer{problem, model};
    writer.write();
    if (writer.diagnostics.has_errors()) {
        return std::move(writer.diagnostics);
    }
    ExportedProblem files;
    const std::string name = std::filesystem::path{problem.model.location}.filename().string();
    files[name] = problem.model.text->text;
    files["parameters.tsv"] = parameters_text(problem);
    files["conditions.tsv"] = std::move(writer.conditions);
    files["experiments.tsv"] = std::move(writer.experiments);
    files["observables.tsv"] = observables_text(problem);
    files["measurements.tsv"] = measurements_text(problem);
    std::string mapping;
    if (!problem.mappings.empty()) {
        files["mappings.tsv"] = "petabEntityId\tmodelEntityId\n";
        for (const Mapping& m : problem.mappings) {
            files["mappings.tsv"] += fmt::format("{}\t{}\n", m.id, m.entity);
        }
        mapping = "mapping_files: [mappings.tsv]\n";
    }
    files["problem.yaml"] = fmt::format(
        "format_version: 2.0.0\n"
        "parameter_files: [parameters.tsv]\n"
        "model_files:\n"
        "  model:\n"
        "    location: \"{}\"\n"
        "    language: {}\n"
        "condition_files: [conditions.tsv]\n"
        "experiment_files: [experiments.tsv]\n"
        "observable_files: [observables.tsv]\n"
        "measurement_files: [measurements.tsv]\n"
        "{}",
        name, problem.model.language == ModelLanguage::sbml ? "sbml" : "bngl", mapping);
    return files;
}

}  // namespace erbium::petab
