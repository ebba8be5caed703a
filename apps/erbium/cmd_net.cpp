// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_net.cpp: writes out the network of a model, and the contact map of its rules.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "contact_map_of.hpp"
#include "erbium/base/text.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/net/lumping.hpp"
#include "erbium/net/write_net.hpp"
#include "erbium/report/svg.hpp"
#include "inputs.hpp"
#include "reduction_record.hpp"

namespace erbium::app {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// What was drawn, or why nothing was.
Outcome<report::ContactMap, Diagnostics> write_map(const Target& target, const std::string& path,
                                                   bool shows_warnings) {
    if (target.kind == TargetKind::net || target.kind == TargetKind::sbml) {
        Diagnostics all;
        all.error("ERB-APP-0008", {}, fmt::format("{} has no rules to draw", target.path),
                  "a contact map is made from a .bngl file or a package");
        return all;
    }
    const Outcome<LoadedModel, Diagnostics> loaded = load_model(target);
    if (!loaded) {
        return loaded.error();
    }
    if (shows_warnings) {
        print_error(loaded.value().warnings.text());
    }
    report::ContactMap map = contact_map_of(loaded.value().model);
    write_file(path, report::standalone(report::svg(map)));
    return map;
}

/// The network as a file or on the console, with its size.
Exit write_network(const NetCommand& command, const Target& target, nlohmann::ordered_json& json) {
    const Outcome<LoadedNetwork, Diagnostics> loaded =
        load_network(target, {command.max_species, command.max_reactions, command.max_molecules,
                              command.max_iterations, command.max_megabytes, command.threads});
    if (!loaded) {
        return show(loaded.error());
    }
    print_error(loaded.value().warnings.text());
    const net::Network& written = loaded.value().network;
    std::optional<net::Lumping> lumping;
    if (command.is_lumped) {
        for (const std::string& name : command.outputs) {
            const auto has_name = [&](const auto& of) { return of.name == name; };
            if (std::none_of(written.observables.begin(), written.observables.end(), has_name) &&
                std::none_of(written.functions.begin(), written.functions.end(), has_name)) {
                return fail(Exit::usage,
                            fmt::format("--outputs: '{}' is no observable or function", name));
            }
        }
        lumping = net::lump(written, {.outputs = command.outputs, .alone = {}});
    }
    const net::Network& network = lumping ? lumping->network : written;
    if (!command.output.empty() &&
        (!network.events.empty() || !network.algebraic_states().empty() ||
         !network.quasi_steady_reactions().empty())) {
        return fail(Exit::unsupported,
                    "a .net file has no place for events, algebraic rules and fast reactions");
    }
    // Of the whole process up to here: reading, binding and generating, not writing.
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    const double peak_mb = static_cast<double>(usage.ru_maxrss) / 1024.0;
    if (!command.output.empty()) {
        write_file(command.output, net::write_net(network));
    }
    if (command.with_reduction) {
        const Outcome<eqn::System, Diagnostics> system = eqn::compile(network);
        if (!system) {
            return show(system.error());
        }
        const sim::Reduction reduction = sim::Reduction::of(system.value());
        if (command.as_json) {
            json["reduction"] = reduction_json(*reduction.report());
        } else {
            print(reduction_text(*reduction.report()));
        }
    }
    if (lumping && command.as_json) {
        json["lumped_from"] = {{"species", written.species_count()},
                               {"reactions", written.reaction_count()}};
    } else if (lumping && (command.with_stats || !command.output.empty())) {
        print(fmt::format("lumped from {} species, {} reactions\n", written.species_count(),
                          written.reaction_count()));
    }
    if (command.as_json) {
        json["species"] = network.species_count();
        json["reactions"] = network.reaction_count();
        json["rules"] = loaded.value().rules;
        json["cpu_s"] = cpu_s;
        json["peak_mb"] = peak_mb;
    } else if (command.with_stats || !command.output.empty()) {
        print(fmt::format("{} species, {} reactions, {} rules", network.species_count(),
                          network.reaction_count(), loaded.value().rules));
        print(command.with_stats
                  ? fmt::format(", {:.3f} s of CPU, {:.1f} MB at most\n", cpu_s, peak_mb)
                  : std::string{"\n"});
    } else if (!command.with_reduction) {
        print(net::write_net(network));
    }
    return Exit::ok;
}

}  // namespace

Exit run(const NetCommand& command) {
    const Outcome<Target, Diagnostics> target = find_target(command.file);
    if (!target) {
        return show(target.error());
    }
    nlohmann::ordered_json json;
    // The map alone needs no network, which may be large or without end.
    const bool needs_network = command.map.empty() || !command.output.empty() ||
                               command.with_stats || command.with_reduction;
    if (needs_network) {
        const Exit exit = write_network(command, target.value(), json);
        if (exit != Exit::ok) {
            return exit;
        }
    }
    if (!command.map.empty()) {
        const auto map = write_map(target.value(), command.map, !needs_network);
        if (!map) {
            return show(map.error());
        }
        const std::size_t types = map.value().molecules.size();
        const std::size_t bonds = map.value().bonds.size();
        if (command.as_json) {
            json["map"] = command.map;
            json["molecule_types"] = types;
            json["bonds"] = bonds;
        } else {
            print(fmt::format("{}: contact map of {} molecule type{} and {} bond{}\n", command.map,
                              types, types == 1 ? "" : "s", bonds, bonds == 1 ? "" : "s"));
        }
    }
    if (command.as_json) {
        print(json.dump() + "\n");
    }
    return Exit::ok;
}

}  // namespace erbium::app
