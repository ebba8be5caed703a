// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_info.cpp: what a package holds, so that a newcomer knows what can be asked.
#include <fmt/format.h>

#include "commands.hpp"
#include "erbium/report/table.hpp"
#include "inputs.hpp"

namespace erbium::app {
namespace {

report::Table profiles_table(const package::Package& package) {
    report::Table table{
        .title = "Profiles",
        .columns = {
            {.name = "profile"}, {.name = "group"}, {.name = "based on"}, {.name = "title"}}};
    for (const package::Profile& profile : package.profiles) {
        table.rows.push_back({.cells = {profile.id, profile.group, profile.base, profile.title}});
    }
    return table;
}

report::Table agents_table(const package::Package& package) {
    report::Table table{
        .title = "Agents",
        .columns = {
            {.name = "agent"}, {.name = "class"}, {.name = "default dose"}, {.name = "mechanism"}}};
    for (const package::Drug& drug : package.drugs) {
        table.rows.push_back({.cells = {drug.id, drug.drug_class, drug.dose_text, drug.mechanism}});
    }
    return table;
}

report::Table readouts_table(const package::Package& package) {
    report::Table table{.title = "Readouts",
                        .columns = {{.name = "readout"}, {.name = "unit"}, {.name = "title"}}};
    for (const package::Readout& readout : package.readouts) {
        table.rows.push_back({.cells = {readout.id, readout.unit, readout.title}});
    }
    return table;
}

}  // namespace

Exit run(const InfoCommand& command) {
    const Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    const package::Package& package = loaded.value();
    const report::Table tables[] = {profiles_table(package), agents_table(package),
                                    readouts_table(package)};
    if (command.as_json) {
        print(fmt::format(
            "{{\"package\": \"{}\", \"version\": \"{}\", \"tables\": [\n{},\n{},\n{}]}}\n",
            package.name, package.version, report::json(tables[0]), report::json(tables[1]),
            report::json(tables[2])));
        return Exit::ok;
    }
    print(fmt::format("{} {}: {}\n{} parameters, {} observations. Research use only.\n",
                      package.name, package.version, package.title, package.parameters.size(),
                      package.observations.size()));
    for (const std::string& line : package.scope) {
        print(fmt::format("  for: {}\n", line));
    }
    for (const std::string& line : package.non_scope) {
        print(fmt::format("  not: {}\n", line));
    }
    for (const report::Table& table : tables) {
        print("\n" + report::plain_text(table));
    }
    return Exit::ok;
}

}  // namespace erbium::app
