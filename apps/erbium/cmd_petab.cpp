// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_petab.cpp: the likelihood of a PEtab problem at its nominal parameters.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "erbium/base/text.hpp"
#include "erbium/petab/objective.hpp"
#include "erbium/petab/simulation_table.hpp"
#include "erbium/petab/write_problem.hpp"
#include "json_number.hpp"
#include "manifest.hpp"

namespace erbium::app {
namespace {

/// A parameter without a nominal value cannot be evaluated at one.
Exit require_nominal(const petab::BoundProblem& problem) {
    Diagnostics diagnostics;
    for (const std::size_t row : problem.estimated) {
        const petab::Parameter& parameter = problem.problem.parameters[row];
        if (std::isnan(parameter.nominal)) {
            diagnostics.error("ERB-PETAB-0006", parameter.span,
                              fmt::format("parameter '{}' has no nominal value", parameter.id),
                              "the likelihood is computed at the nominal values");
        }
    }
    return show(diagnostics);
}

/// Writes the problem as PEtab 2.
Exit write_exported(const petab::Problem& problem, const std::string& folder) {
    const auto model = petab::read_model(problem);
    if (!model) {
        return show(model.error());
    }
    const auto files = petab::export_version_2(problem, model.value());
    if (!files) {
        return show(files.error());
    }
    for (const auto& [name, text] : files.value()) {
        write_file((std::filesystem::path{folder} / name).string(), text);
    }
    return Exit::ok;
}

}  // namespace

Exit run(const PetabCommand& command) {
    auto loaded = petab::load_problem(command.problem);
    if (!loaded) {
        return show(loaded.error());
    }
    const auto problem = std::make_shared<const petab::BoundProblem>(std::move(loaded).value());
    print_error(problem->warnings.text());
    if (!command.exported.empty()) {
        if (const Exit exit = write_exported(problem->problem, command.exported);
            exit != Exit::ok) {
            return exit;
        }
    }
    if (const Exit exit = require_nominal(*problem); exit != Exit::ok) {
        return exit;
    }
    // The reference for numbers that are reported; lanes are for the many evaluations of a fit.
    petab::SimulatorOptions options;
    options.integration = petab::Integration::reference;
    options.solver.tolerances.rtol = command.rtol.value_or(options.solver.tolerances.rtol);
    options.solver.tolerances.atol = command.atol;
    petab::Objective objective{problem, options};
    const std::vector<double> x = objective.nominal();
    const petab::Prediction prediction = objective.predict(x);
    if (!command.simulations.empty()) {
        write_file(command.simulations, petab::simulation_table(problem->problem, prediction));
        Manifest manifest;
        manifest.command = "petab";
        manifest.inputs = problem->problem.texts;
        manifest.species = problem->system.state_count();
        manifest.reactions = problem->system.reaction_count();
        manifest.solver = options.solver;
        manifest.runs = problem->experiments.size();
        manifest.failed_runs = prediction.failure.empty() ? 0 : 1;
        manifest.fallbacks = problem->departures;
        write_manifest(std::filesystem::path{command.simulations}.parent_path().string(), manifest);
    }
    petab::ObjectiveGradient gradient;
    if (command.with_gradient && prediction.failure.empty()) {
        gradient = objective.gradient(x);
        for (const std::string& fallback : gradient.fallbacks) {
            print_error(fmt::format("erbium: {}\n", fallback));
        }
    }
    if (command.as_json) {
        nlohmann::ordered_json json;
        json["llh"] = json_number(prediction.llh);
        json["chi2"] = json_number(prediction.chi2);
        json["log_prior"] = json_number(prediction.log_prior);
        json["measurements"] = problem->problem.measurements.size();
        json["estimated"] = problem->estimated.size();
        if (!prediction.failure.empty()) {
            json["failure"] = prediction.failure;
        }
        for (std::size_t i = 0; i < gradient.values.size(); ++i) {
            // Of the log likelihood and prior, as llh is; the objective is its negative.
            json["gradient"][objective.coordinates()[i].name] = json_number(-gradient.values[i]);
        }
        print(json.dump() + "\n");
    } else {
        print(fmt::format("log likelihood  {}\nchi2            {}\nlog prior       {}\n",
                          rounded(prediction.llh, 10), rounded(prediction.chi2, 10),
                          rounded(prediction.log_prior, 10)));
        for (std::size_t i = 0; i < gradient.values.size(); ++i) {
            print(fmt::format("{:<32} {}\n", objective.coordinates()[i].name,
                              rounded(-gradient.values[i], 8)));
        }
    }
    if (!prediction.failure.empty()) {
        return fail(Exit::numerical, prediction.failure);
    }
    return gradient.failure.empty() ? Exit::ok : fail(Exit::numerical, gradient.failure);
}

}  // namespace erbium::app
