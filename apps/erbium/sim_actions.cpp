// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_actions.cpp: gives the actions their generator and writers.
#include "sim_actions.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <optional>
#include <thread>

#include "action_files.hpp"
#include "erbium/base/text.hpp"
#include "erbium/net/find_species.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/write_net.hpp"
#include "erbium/sim/action_table.hpp"
#include "erbium/sim/actions.hpp"
#include "inputs.hpp"
#include "manifest.hpp"
#include "progress_line.hpp"

namespace erbium::app {
namespace {

/// A whole number above 0, or a complaint at its place.
std::optional<std::size_t> count_of(const model::ActionArgument& argument, std::string_view text,
                                    Diagnostics& diagnostics) {
    const std::optional<double> value = parse_double(trimmed(text));
    if (!value || !(*value >= 0.0) || *value > 1e15 || *value != std::floor(*value)) {
        diagnostics.error(
            "ERB-APP-0007", argument.span,
            fmt::format("{}: expected a whole number, found '{}'", argument.name, text));
        return std::nullopt;
    }
    return static_cast<std::size_t>(*value);
}

/// The limits that generate_network({max_iter=>10,max_agg=>5,max_stoich=>{R=>5}}) asks for.
Outcome<net::GenerateOptions, Diagnostics> generate_options(const model::Action& action) {
    net::GenerateOptions options;
    Diagnostics diagnostics;
    for (const model::ActionArgument& argument : action.arguments) {
        if (argument.values.empty()) {
            continue;
        }
        if (argument.name == "max_iter") {
            options.max_iterations = count_of(argument, argument.values.front(), diagnostics);
        } else if (argument.name == "max_agg") {
            options.max_molecules = count_of(argument, argument.values.front(), diagnostics);
        } else if (argument.name == "max_stoich") {
            for (const std::string& entry : argument.values) {  // "R=>5"
                const std::size_t arrow = entry.find("=>");
                const std::string_view value = arrow == std::string::npos
                                                   ? std::string_view{}
                                                   : std::string_view{entry}.substr(arrow + 2);
                if (value == "unlimited") {
                    continue;
                }
                if (const auto count = count_of(argument, value, diagnostics)) {
                    options.max_stoichiometry.emplace_back(entry.substr(0, arrow), *count);
                }
            }
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return options;
}

}  // namespace

Exit run_file_actions(const std::string& path, const std::string& folder, sim::Method solver,
                      sim::Reducing reduction, bool skips_writers) {
    Outcome<LoadedModel, Diagnostics> loaded = load_model({TargetKind::bngl, path});
    if (!loaded) {
        return show(loaded.error());
    }
    print_error(loaded.value().warnings.text());
    const model::Model file = loaded.value().model;  // its actions outlive a readFile
    if (file.actions.empty()) {
        return fail(Exit::usage, fmt::format("{} has no actions: give --until", path));
    }
    Manifest manifest{.command = "erbium sim " + path,
                      .solver = {.tolerances = sim::Tolerances::of_actions(), .method = solver}};
    ActionFiles files{std::move(loaded).value(), path, folder};
    sim::ActionContext context;
    context.stem = file.name;
    context.folder = folder;
    context.protocol = file.protocol;
    context.method = solver;
    context.reducing = reduction;
    context.threads = std::max(1U, std::thread::hardware_concurrency());
    context.skips_writers = skips_writers;
    context.elsewhere = files.writers();
    context.read = [&](const model::Action& action) { return files.read(action); };
    context.find_species = [&](const net::Network& network, std::string_view text) {
        return net::find_species(network, files.model(), text);
    };
    context.generate = [&](const model::Action& action) -> Outcome<net::Network, Diagnostics> {
        if (files.read_network()) {
            return *files.read_network();
        }
        Outcome<net::GenerateOptions, Diagnostics> options = generate_options(action);
        if (!options) {
            return std::move(options).error();
        }
        Diagnostics misplaced;
        const auto stem = sim::output_stem(action, context.stem, "", misplaced);
        if (!stem) {
            return misplaced;
        }
        ProgressLine progress;
        options.value().progress = progress.of_generation();
        options.value().threads = context.threads;
        Outcome<net::Generated, Diagnostics> generated =
            net::generate(files.model(), options.value());
        progress.clear();
        if (!generated) {
            return std::move(generated).error();
        }
        print_error(generated.value().warnings.text());
        manifest.species = generated.value().network.species_count();
        manifest.reactions = generated.value().network.reaction_count();
        if (sim::flag_option(action, "write", true)) {
            const std::string net_path =
                (std::filesystem::path{folder} / (*stem + ".net")).string();
            write_file(net_path, net::write_net(generated.value().network));
            print(fmt::format("wrote {}\n", net_path));
        }
        return std::move(generated.value().network);
    };
    const Outcome<sim::ActionReport, Diagnostics> report = sim::run_actions(file.actions, context);
    if (!report) {
        return show(report.error());
    }
    print_error(report.value().warnings.text());
    manifest.inputs = files.texts();
    for (const sim::SimulationReport& simulation : report.value().simulations) {
        ++manifest.runs;
        manifest.failed_runs += simulation.status.ok() ? 0U : 1U;
        manifest.reduction = simulation.reduction;
        manifest.fallbacks.insert(manifest.fallbacks.end(), simulation.fallbacks.begin(),
                                  simulation.fallbacks.end());
    }
    write_manifest(folder, manifest);
    for (const std::string& written : report.value().files) {
        print(fmt::format("wrote {}\n", written));
    }
    if (!report.value().failure.empty()) {
        return fail(manifest.failed_runs == manifest.runs ? Exit::numerical : Exit::some_failed,
                    report.value().failure);
    }
    return Exit::ok;
}

}  // namespace erbium::app
