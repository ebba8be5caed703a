// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_net.cpp: writes out the network of a model.
#include <fmt/format.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "erbium/base/text.hpp"
#include "erbium/net/write_net.hpp"
#include "inputs.hpp"

namespace erbium::app {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Exit run(const NetCommand& command) {
    const Outcome<Target, Diagnostics> target = find_target(command.file);
    if (!target) {
        return show(target.error());
    }
    const Outcome<LoadedNetwork, Diagnostics> loaded = load_network(
        target.value(), {command.max_species, command.max_reactions, command.max_iterations});
    if (!loaded) {
        return show(loaded.error());
    }
    print_error(loaded.value().warnings.text());
    const net::Network& network = loaded.value().network;
    // Of the whole process up to here: reading, binding and generating, not writing.
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    const double peak_mb = static_cast<double>(usage.ru_maxrss) / 1024.0;
    if (!command.output.empty()) {
        write_file(command.output, net::net_text(network));
    }
    if (command.as_json) {
        const nlohmann::ordered_json json{{"species", network.species_count()},
                                          {"reactions", network.reaction_count()},
                                          {"rules", loaded.value().rules},
                                          {"cpu_s", cpu_s},
                                          {"peak_mb", peak_mb}};
        print(json.dump() + "\n");
    } else if (command.with_stats || !command.output.empty()) {
        print(fmt::format("{} species, {} reactions, {} rules", network.species_count(),
                          network.reaction_count(), loaded.value().rules));
        print(command.with_stats
                  ? fmt::format(", {:.3f} s of CPU, {:.1f} MB at most\n", cpu_s, peak_mb)
                  : std::string{"\n"});
    } else {
        print(net::net_text(network));
    }
    return Exit::ok;
}

}  // namespace erbium::app
