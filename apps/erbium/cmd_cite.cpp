// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_cite.cpp: where a package's numbers come from.
#include <fmt/format.h>

#include "commands.hpp"
#include "erbium/report/table.hpp"
#include "inputs.hpp"

namespace erbium::app {

Exit run(const CiteCommand& command) {
    if (command.package.empty()) {
        print(
            fmt::format("The Erbium developers. Erbium {}: a systems-pharmacology simulator of "
                        "HER2-driven breast cancer.\nCite as well the sources of the model you "
                        "ran: erbium cite PACKAGE\n",
                        ERBIUM_VERSION));
        return Exit::ok;
    }
    const Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    report::Table table{.title = loaded.value().title,
                        .columns = {{.name = "key"}, {.name = "reference"}, {.name = "where"}}};
    for (const std::string& key : package::cited(loaded.value())) {
        const package::Reference* reference = loaded.value().reference(key);
        table.rows.push_back({.cells = {key, reference->text(), reference->url()}});
    }
    print(command.as_json ? report::json(table) + "\n" : report::plain_text(table));
    return Exit::ok;
}

}  // namespace erbium::app
