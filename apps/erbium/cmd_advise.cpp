// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_advise.cpp: agents ranked by what they do to growth in the model.
#include "erbium/advise/advise.hpp"

#include <fmt/format.h>

#include "commands.hpp"
#include "erbium/base/units.hpp"
#include "erbium/report/table.hpp"
#include "inputs.hpp"

namespace erbium::app {
namespace {

report::Table ranking(const std::string& title, const std::vector<advise::Ranked>& ranked) {
    report::Table table{.title = title,
                        .columns = {{.name = "treatment"},
                                    {.name = "viability", .align = report::Align::end, .digits = 2},
                                    {.name = "why, in this model"}}};
    for (const advise::Ranked& one : ranked) {
        std::string why = one.reason.empty() ? one.mechanism : "failed: " + one.reason;
        std::vector<std::string> changes;
        for (const advise::ReadoutChange& change : one.changes) {
            changes.push_back(change.text);
        }
        if (!changes.empty()) {
            why += fmt::format(" [{}]", fmt::join(changes, "; "));
        }
        if (one.restoration) {
            why += fmt::format(" Fails here; {}.", one.restoration->text);
        }
        table.rows.push_back(
            {.cells = {one.text, one.viability, std::move(why)},
             .mark = one.reason.empty() ? report::RowMark::none : report::RowMark::failed});
    }
    return table;
}

}  // namespace

Exit run(const AdviseCommand& command) {
    const Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    const package::Package& package = loaded.value();
    const auto profile = package::find_profile(package, command.profile);
    if (!profile) {
        return show(profile.error());
    }
    Diagnostics warnings;
    Outcome<eqn::System, Diagnostics> system = assay::compile_package(package, warnings);
    print_error(warnings.text());
    if (!system) {
        return show(system.error());
    }
    assay::ExperimentOptions options;
    options.threads = static_cast<unsigned>(command.threads);
    auto experiment = assay::Experiment::make(package, std::move(system).value(), options);
    if (!experiment) {
        return show(experiment.error());
    }
    const advise::Advice advice = advise::advise(experiment.value(), profile.value()->id);
    const report::Table singles =
        ranking(fmt::format("{}: viability after {}, single agents", profile.value()->title,
                            time_text(advice.time_s)),
                advice.singles);
    const report::Table pairs = ranking("With the strongest single agent", advice.pairs);
    if (command.as_json) {
        print(fmt::format(
            "{{\"profile\": \"{}\", \"caution\": \"{}\", \"singles\": {}, \"pairs\": {}}}\n",
            advice.profile, advise::kCaution, report::json(singles), report::json(pairs)));
    } else {
        print(fmt::format("{}\n\n{}", advise::kCaution, report::plain_text(singles)));
        if (!advice.pairs.empty()) {
            print("\n" + report::plain_text(pairs));
        }
    }
    if (advice.failed > 0) {
        return fail(Exit::some_failed, fmt::format("{} treatments have no number", advice.failed));
    }
    return Exit::ok;
}

}  // namespace erbium::app
