// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_sim.cpp: one simulation: of a package, of a model file, or of a file's own
// actions.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "commands.hpp"
#include "erbium/base/text.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/report/table.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "inputs.hpp"
#include "manifest.hpp"
#include "quasi_steady_run.hpp"
#include "sim_actions.hpp"
#include "sim_output.hpp"
#include "sim_package.hpp"
#include "sim_sbml.hpp"
#include "solved_network.hpp"
#include "watched_run.hpp"

namespace erbium::app {
namespace {

/// The columns a user asked for, or all observables and functions without arguments.
Outcome<sim::Recording, Diagnostics> recording_of(const eqn::System& system,
                                                  const std::vector<std::string>& names) {
    if (names.empty()) {
        return sim::Recording::all_observables(system);
    }
    Diagnostics diagnostics;
    sim::Recording recording;
    for (const std::string& name : names) {
        if (const auto observable = system.find_observable(name)) {
            recording.observables.push_back(*observable);
        } else if (const auto function = system.find_function(name)) {
            recording.functions.push_back(*function);
        } else if (const auto species = system.find_species(name)) {
            recording.species.push_back(*species);
        } else {
            std::vector<std::string> known = system.observables().names();
            known.insert(known.end(), system.functions().names().begin(),
                         system.functions().names().end());
            diagnostics.error("ERB-APP-0005", {},
                              fmt::format("'{}' is no observable, function or species", name),
                              did_you_mean(name, known));
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return recording;
}

Outcome<std::vector<sim::ParameterValue>, Diagnostics> parameters_of(
    const eqn::System& system, const std::vector<std::string>& settings) {
    Diagnostics diagnostics;
    std::vector<sim::ParameterValue> values;
    for (const std::string& text : settings) {
        const std::size_t equals = text.find('=');
        const std::string name{trimmed(std::string_view{text}.substr(0, equals))};
        const std::optional<double> value =
            equals == std::string::npos
                ? std::nullopt
                : parse_double(trimmed(std::string_view{text}.substr(equals + 1)));
        const std::optional<ParameterId> parameter = system.find_parameter(name);
        if (!value) {
            diagnostics.error("ERB-APP-0006", {},
                              fmt::format("--set {}: expected NAME=NUMBER", text));
        } else if (!parameter) {
            diagnostics.error("ERB-APP-0006", {},
                              fmt::format("--set {}: no parameter '{}'", text, name),
                              did_you_mean(name, system.parameters().names()));
        } else {
            values.push_back({*parameter, *value});
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return values;
}

Exit simulate_file(const SimCommand& command, const Target& target) {
    const Outcome<double, Diagnostics> until = end_time(command.until);
    if (!until) {
        return show(until.error());
    }
    const Outcome<LoadedNetwork, Diagnostics> loaded = load_network(target);
    if (!loaded) {
        return show(loaded.error());
    }
    print_error(loaded.value().warnings.text());
    const SolvedNetwork solved{loaded.value().network, command.lumps, command.readouts};
    const Outcome<eqn::System, Diagnostics> system = eqn::compile(solved.network());
    if (!system) {
        return show(system.error());
    }
    const auto parameters = parameters_of(system.value(), command.treatment.settings);
    if (!parameters) {
        return show(parameters.error());
    }
    const auto recording = recording_of(system.value(), command.readouts);
    if (!recording) {
        return show(recording.error());
    }
    sim::SolverOptions options;
    options.tolerances.rtol = command.rtol.value_or(options.tolerances.rtol);
    options.tolerances.atol = command.atol;
    options.method = command.solver;
    options.reducing = command.reduction;
    const std::size_t steps = command.steps.value_or(kStepsOfAFile);
    if (const Exit code = refuse_too_many(steps, recording.value().size()); code != Exit::ok) {
        return code;
    }
    sim::Run run;
    run.parameters = parameters.value();
    run.output_times = equal_steps(until.value(), steps);
    run.recording = recording.value();
    std::optional<QuasiSteadyRecord> record;
    sim::Result result;
    if (command.quasi_steady.empty()) {
        result = solve_watched(system.value(), run, options);
    } else {
        const Outcome<double, Diagnostics> within =
            end_time(command.quasi_steady, "--quasi-steady");
        if (!within) {
            return show(within.error());
        }
        auto made = solve_quasi_steady(solved.network(), system.value(), run, options,
                                       within.value(), !command.is_unchecked);
        if (!made) {
            return show(made.error());
        }
        result = std::move(made.value().result);
        record = std::move(made.value().record);
        print_error(quasi_steady_text(*record));
    }

    report::Table table{.title = command.target,
                        .columns = {{.name = "time", .align = report::Align::end}}};
    for (const std::string& name : run.recording.names(system.value())) {
        table.columns.push_back({.name = name, .align = report::Align::end, .digits = 6});
    }
    for (std::size_t i = 0; i < rows_of(result); ++i) {
        report::Row row{.cells = {result.times[i]}};
        for (std::size_t c = 0; c < result.columns; ++c) {
            row.cells.emplace_back(result.at(i, c));
        }
        table.rows.push_back(std::move(row));
    }
    write_result(command, table,
                 {.inputs = loaded.value().texts,
                  .species = system.value().state_count(),
                  .reactions = system.value().reaction_count(),
                  .solver = options,
                  .reduction = result.reduction,
                  .method = result.method,
                  .before_lumping = solved.lumped_from(),
                  .quasi_steady = record,
                  .runs = 1,
                  .failed_runs = result.status.ok() ? 0U : 1U,
                  .fallbacks = fallbacks_of(result)});
    if (record && record->is_comparison_interrupted) {
        return fail(Exit::interrupted, "the run is whole; how far it is off is not known");
    }
    return exit_of(result);
}

}  // namespace

Exit run(const SimCommand& command) {
    if (command.solver == sim::Method::cvode && !sim::has_cvode()) {
        return fail(Exit::usage,
                    "--solver cvode: this program was built without SUNDIALS; install its "
                    "development package (Debian: libsundials-dev libsuitesparse-dev) and build "
                    "again, or leave --solver out");
    }
    const Outcome<Target, Diagnostics> target = find_target(command.target);
    if (!target) {
        return show(target.error());
    }
    if (!command.quasi_steady.empty() &&
        (command.until.empty() || target.value().kind == TargetKind::package ||
         target.value().kind == TargetKind::sbml)) {
        return fail(Exit::usage,
                    "--quasi-steady is for one simulation (--until) of a .bngl or .net file");
    }
    if (!command.quasi_steady.empty() && command.solver != sim::Method::own) {
        return fail(Exit::usage,
                    "--quasi-steady makes algebraic states, which only Rodas5P solves for: leave "
                    "--solver out");
    }
    if (target.value().kind == TargetKind::package) {
        return simulate_package(command, target.value());
    }
    const TreatmentOptions& treatment = command.treatment;
    if (!treatment.profile.empty() || !treatment.drugs.empty() || !treatment.background.empty()) {
        return fail(Exit::usage,
                    fmt::format("--profile, --drug and --background need a package; {} is a file",
                                command.target));
    }
    if (target.value().kind == TargetKind::sbml) {
        return simulate_sbml(command, target.value());
    }
    if (!command.amounts.empty() || !command.concentrations.empty() ||
        command.treats_fast_as_ordinary) {
        return fail(Exit::usage,
                    fmt::format("--amounts, --concentrations and --fast-as-ordinary are for SBML; "
                                "{} is not SBML",
                                command.target));
    }
    if (!command.until.empty()) {
        return simulate_file(command, target.value());
    }
    if (target.value().kind == TargetKind::net) {
        return fail(Exit::usage, "a .net file has no actions: give --until");
    }
    if (command.lumps == Lumps::always) {
        return fail(Exit::usage,
                    "--lump is for one simulation; a file's actions may ask for any "
                    "species: give --until");
    }
    return run_file_actions(target.value().path, command.output.empty() ? "." : command.output,
                            command.solver, command.reduction, command.skips_writers);
}

}  // namespace erbium::app
