// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_convert.cpp: a model in another format.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "commands.hpp"
#include "erbium/base/text.hpp"
#include "erbium/lang/builtins.hpp"
#include "erbium/net/write_net.hpp"
#include "erbium/petab/package_problem.hpp"
#include "erbium/sbml/export.hpp"
#include "inputs.hpp"
#include "package_experiment.hpp"

namespace erbium::app {
namespace {

namespace fs = std::filesystem;

std::string origin_text(package::Origin origin) {
    switch (origin) {
        case package::Origin::measured:
            return "measured";
        case package::Origin::fitted:
            return "fitted";
        case package::Origin::borrowed:
            return "borrowed from another system";
        case package::Origin::derived:
            return "derived";
        case package::Origin::assumed:
            break;
    }
    return "assumed";
}

/// What a row of parameters.tsv says besides the number.
sbml::Remark remark_of(const package::Package& package, const package::Parameter& parameter) {
    sbml::Remark remark;
    if (parameter.factor == 1.0) {
        remark.unit = parameter.unit;
    } else {
        remark.lines.push_back(fmt::format("Given in {}, which is {} in the model's units.",
                                           parameter.unit, shortest(parameter.factor)));
    }
    remark.lines.push_back(fmt::format("Origin: {}.", origin_text(parameter.provenance.origin)));
    for (const std::string& key : parameter.provenance.sources) {
        const package::Reference* reference = package.reference(key);
        remark.lines.push_back(fmt::format("Source: {}. {}",
                                           reference == nullptr ? key : reference->text(),
                                           reference == nullptr ? "" : reference->url()));
    }
    remark.lines.push_back(parameter.provenance.note);
    return remark;
}

sbml::ExportOptions options_of(const package::Package& package) {
    sbml::ExportOptions options;
    options.id = package.name;
    options.name = package.title;
    options.time_unit = package.time_unit;
    options.amount_unit = package.amount_unit;
    options.notes.push_back(
        fmt::format("{} {}, a model package of Erbium.{}", package.title, package.version,
                    package.tier.empty() ? "" : " Tier: " + package.tier + "."));
    for (const std::string& line : package.scope) {
        options.notes.push_back("Scope: " + line);
    }
    for (const std::string& line : package.non_scope) {
        options.notes.push_back("Not in scope: " + line);
    }
    options.notes.emplace_back("Research use only.");
    for (const package::Parameter& parameter : package.parameters) {
        options.remarks.emplace(parameter.id, remark_of(package, parameter));
    }
    for (const package::Readout& readout : package.readouts) {
        options.remarks.emplace(
            readout.of, sbml::Remark{readout.title, "", {"Unit: " + readout.unit, readout.note}});
    }
    return options;
}

/// What a .net file has no place for: events, and functions or numbers that BioNetGen does not
/// read.
Diagnostics refuse_for_net(const net::Network& network) {
    Diagnostics diagnostics;
    if (!network.events.empty()) {
        diagnostics.unsupported(
            "ERB-APP-0010", {},
            fmt::format("the event '{}' in a .net file", network.events.front().name));
    }
    if (!network.algebraic_states().empty()) {
        diagnostics.unsupported(
            "ERB-APP-0010", {},
            fmt::format("'{}', which an algebraic equation determines, in a .net file",
                        network.species_text(network.algebraic_states().front())));
    }
    if (!network.quasi_steady_reactions().empty()) {
        diagnostics.unsupported("ERB-APP-0010", {}, "reactions in equilibrium in a .net file",
                                "--fast-as-ordinary takes them as ordinary ones");
    }
    const auto look = [&](const lang::Expression& e, const std::string& owner) {
        for (const lang::ExpressionNode& node : e.nodes()) {
            const bool is_function = node.op == lang::Op::call && node.arity > 0 && !node.table;
            if (is_function && !lang::builtin_function(node.text)) {
                diagnostics.unsupported(
                    "ERB-APP-0010", e.span_of(node),
                    fmt::format("the function '{}' (in '{}') in a .net file", node.text, owner));
                return;
            }
            if (node.op == lang::Op::number && !std::isfinite(node.number)) {
                diagnostics.unsupported("ERB-APP-0010", e.span_of(node),
                                        fmt::format("a value of '{}' that is no finite number in a "
                                                    ".net file",
                                                    owner));
                return;
            }
        }
    };
    for (const net::Parameter& parameter : network.parameters) {
        look(parameter.value, parameter.name);
    }
    for (const net::Function& function : network.functions) {
        look(function.value, function.name);
    }
    return diagnostics;
}

/// Species of SBML models have plain ids; a .net file has patterns: `S1()`.
net::Network with_patterns(const net::Network& network) {
    net::Network renamed;
    renamed.parameters = network.parameters;
    renamed.functions = network.functions;
    renamed.observables = network.observables;
    renamed.rate_laws = network.rate_laws;
    renamed.rule_names = network.rule_names;
    for (std::uint32_t s = 0; s < network.species_count(); ++s) {
        const SpeciesId id{s};
        renamed.add_species(fmt::format("{}()", network.species_text(id)),
                            network.initial_amount(id), network.is_fixed(id));
    }
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        const ReactionId id{r};
        renamed.add_reaction(network.reactants(id), network.products(id), network.rate_law_id(id),
                             network.factor(id), network.rule(id));
    }
    return renamed;
}

/// A network and what is known about it.
struct Convertible {
    net::Network network;
    sbml::ExportOptions options;
    bool is_sbml{};
};

Outcome<Convertible, Diagnostics> load(const ConvertCommand& command, const Target& target) {
    if (target.kind == TargetKind::sbml) {
        Outcome<LoadedSbml, Diagnostics> loaded =
            load_sbml(target, command.treats_fast_as_ordinary);
        if (!loaded) {
            return std::move(loaded).error();
        }
        sbml::ImportedModel& model = loaded.value().model;
        Convertible made{std::move(model.network), {}, true};
        made.options.id = model.id.empty() ? "model" : model.id;
        made.options.name = model.name;
        made.options.notes = model.departures;
        for (const std::string& departure : model.departures) {
            print_error(fmt::format("erbium: note: {}\n", departure));
        }
        return made;
    }
    Convertible made;
    if (target.kind == TargetKind::package) {
        const Outcome<package::Package, Diagnostics> loaded =
            package::load_package(target.path, target.tier);
        if (!loaded) {
            return loaded.error();
        }
        made.options = options_of(loaded.value());
    } else {
        made.options.id = fs::path{target.path}.stem().string();
        made.options.name = made.options.id;
    }
    Outcome<LoadedNetwork, Diagnostics> loaded = load_network(target);
    if (!loaded) {
        return std::move(loaded).error();
    }
    print_error(loaded.value().warnings.text());
    made.network = std::move(loaded.value().network);
    made.options.compartments = std::move(loaded.value().compartments);
    return made;
}

/// Writes one problem and says what stays out of it.
Exit write_rows(assay::Experiment& experiment, petab::PackageRows rows, const fs::path& folder) {
    const auto made = petab::problem_of(experiment, rows);
    if (!made) {
        return show(made.error());
    }
    if (made.value().problem.measurements.empty()) {
        return Exit::ok;
    }
    const auto files = petab::export_package_problem(experiment.package(), made.value());
    if (!files) {
        return show(files.error());
    }
    for (const auto& [name, text] : files.value()) {
        write_file((folder / name).string(), text);
    }
    const std::size_t left_out = made.value().left_out.size();
    if (left_out > 0) {
        print_error(
            fmt::format("erbium: note: {} observations are not expressed in PEtab; {} "
                        "names them with the reason\n",
                        left_out, (folder / "left_out.tsv").string()));
    }
    const auto& behind = made.value().observations;
    const auto controls = std::count(behind.begin(), behind.end(), petab::kNoObservation);
    print(fmt::format("wrote {} ({} observations, {} untreated controls)\n",
                      (folder / "problem.yaml").string(),
                      behind.size() - static_cast<std::size_t>(controls), controls));
    return Exit::ok;
}

/// A package with its observations as PEtab problems: those for calibration, and below them those
/// held out.
Exit write_petab(const ConvertCommand& command) {
    const Outcome<package::Package, Diagnostics> package = load_package(command.input);
    if (!package) {
        return show(package.error());
    }
    assay::ExperimentOptions options;
    // The nominal values of controls go into a table: more exactly than a noise of 0.001 asks for.
    options.solver.tolerances = {.rtol = 1e-10, .atol = 1e-14};
    options.steady_tolerance = 1e-9;
    auto experiment = experiment_of(package.value(), options);
    if (!experiment) {
        return show(experiment.error());
    }
    const fs::path folder{command.output};
    const Exit exit = write_rows(experiment.value(), petab::PackageRows::calibration, folder);
    return exit != Exit::ok
               ? exit
               : write_rows(experiment.value(), petab::PackageRows::held_out, folder / "held_out");
}

}  // namespace

Exit run(const ConvertCommand& command) {
    const fs::path output{command.output};
    const bool is_to_sbml = command.format.empty()
                                ? output.extension() == ".xml" || output.extension() == ".sbml"
                                : command.format == "sbml";
    if (command.format.empty() && !is_to_sbml && output.extension() != ".net") {
        return fail(Exit::usage, fmt::format("{}: a model is written as .xml (SBML) or .net; the "
                                             "kind is told by the ending, or by --to",
                                             command.output));
    }
    if (command.format == "petab") {
        return write_petab(command);
    }
    const Outcome<Target, Diagnostics> target = find_target(command.input);
    if (!target) {
        return show(target.error());
    }
    const Outcome<Convertible, Diagnostics> loaded = load(command, target.value());
    if (!loaded) {
        return show(loaded.error());
    }
    const net::Network& network = loaded.value().network;
    if (is_to_sbml) {
        const Outcome<std::string, Diagnostics> text =
            sbml::export_network(network, loaded.value().options);
        if (!text) {
            return show(text.error());
        }
        write_file(command.output, text.value());
    } else {
        if (const Diagnostics refused = refuse_for_net(network); refused.has_errors()) {
            return show(refused);
        }
        write_file(command.output,
                   net::write_net(loaded.value().is_sbml ? with_patterns(network) : network));
    }
    print(fmt::format("wrote {} ({} species, {} reactions)\n", command.output,
                      network.species_count(), network.reaction_count()));
    return Exit::ok;
}

}  // namespace erbium::app
