// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_check.cpp: reads a model or a problem and says what is wrong with it.
#include <fmt/format.h>

#include "check_derivatives.hpp"
#include "check_petab.hpp"
#include "commands.hpp"
#include "erbium/net/growth.hpp"
#include "inputs.hpp"
#include "json_number.hpp"

namespace erbium::app {
namespace {

nlohmann::ordered_json as_json(const Diagnostics& diagnostics) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        nlohmann::ordered_json one;
        one["severity"] = diagnostic.severity == Severity::error ? "error" : "warning";
        one["kind"] = diagnostic.trouble == Trouble::unsupported ? "unsupported" : "invalid";
        one["code"] = diagnostic.code;
        if (diagnostic.span.source) {
            const LineColumn where =
                line_column(diagnostic.span.source->text, diagnostic.span.begin);
            one["file"] = diagnostic.span.source->path;
            one["line"] = where.line;
            one["column"] = where.column;
        }
        one["message"] = diagnostic.message;
        one["hint"] = diagnostic.hint;
        all.push_back(std::move(one));
    }
    return all;
}

/// What was found in a target that is right: one line for people, fields for programs.
struct Summary {
    std::string words;
    nlohmann::ordered_json fields;
    Diagnostics warnings;
};

Outcome<Summary, Diagnostics> summary_of(const Target& target) {
    if (target.kind == TargetKind::net || target.kind == TargetKind::sbml) {
        const Outcome<LoadedNetwork, Diagnostics> loaded = load_network(target);
        if (!loaded) {
            return loaded.error();
        }
        const net::Network& network = loaded.value().network;
        return Summary{
            fmt::format("{} species, {} reactions, {} observables", network.species_count(),
                        network.reaction_count(), network.observables.size()),
            {{"species", network.species_count()},
             {"reactions", network.reaction_count()},
             {"observables", network.observables.size()}},
            loaded.value().warnings};
    }
    const Outcome<LoadedModel, Diagnostics> loaded = load_model(target);
    if (!loaded) {
        return loaded.error();
    }
    const model::Model& model = loaded.value().model;
    Diagnostics warnings = loaded.value().warnings;
    warnings.append(net::polymerisation_warnings(model));
    return Summary{
        fmt::format("{} molecule types, {} rules, {} parameters, {} observables, {} functions",
                    model.molecule_types.size(), model.rules.size(), model.parameters.size(),
                    model.observables.size(), model.functions.size()),
        {{"molecule_types", model.molecule_types.size()},
         {"rules", model.rules.size()},
         {"parameters", model.parameters.size()},
         {"observables", model.observables.size()},
         {"functions", model.functions.size()}},
        std::move(warnings)};
}

Outcome<Summary, Diagnostics> summary_of_petab(const std::string& path) {
    auto loaded = petab::load_problem(path);
    if (!loaded) {
        return std::move(loaded).error();
    }
    const petab::BoundProblem& problem = loaded.value();
    return Summary{fmt::format("{} measurements in {} experiments, {} estimated parameters",
                               problem.problem.measurements.size(), problem.experiments.size(),
                               problem.estimated.size()),
                   {{"measurements", problem.problem.measurements.size()},
                    {"experiments", problem.experiments.size()},
                    {"estimated", problem.estimated.size()}},
                   problem.warnings};
}

/// Prints what was found.
Exit tell(const CheckCommand& command, const Outcome<Summary, Diagnostics>& summary) {
    const Diagnostics& found = summary ? summary.value().warnings : summary.error();
    if (command.as_json) {
        nlohmann::ordered_json json;
        json["target"] = command.target;
        json["ok"] = static_cast<bool>(summary);
        if (summary) {
            json.update(summary.value().fields);
        }
        json["diagnostics"] = as_json(found);
        print(json_text(json) + "\n");
        if (summary) {
            return Exit::ok;
        }
        return found.is_only_unsupported() ? Exit::unsupported : Exit::invalid_input;
    }
    const Exit code = show(found);
    if (summary) {
        print(fmt::format("{}: ok ({})\n", command.target, summary.value().words));
    }
    return code;
}

}  // namespace

Exit run(const CheckCommand& command) {
    const bool is_petab = is_petab_problem(command.target);
    if (is_petab && command.with_derivatives) {
        return check_petab_derivatives(command);
    }
    if (is_petab) {
        return tell(command, summary_of_petab(command.target));
    }
    const Outcome<Target, Diagnostics> target = find_target(command.target);
    if (command.with_derivatives) {
        return target ? check_derivatives(command, target.value()) : show(target.error());
    }
    const Outcome<Summary, Diagnostics> summary =
        target ? summary_of(target.value()) : Outcome<Summary, Diagnostics>{target.error()};
    return tell(command, summary);
}

}  // namespace erbium::app
