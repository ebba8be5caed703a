// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_advise.cpp: agents ranked by what they do to growth in the model.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "erbium/advise/advise.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "inputs.hpp"
#include "treatment_options.hpp"

namespace erbium::app {
namespace {

constexpr std::size_t kWidth = 96;  ///< columns of a paragraph

/// `text` broken between words into lines of at most kWidth, each indented.
std::string paragraph(const std::string& text, const std::string& indent) {
    std::string out;
    std::string line = indent;
    for (const std::string_view word : split(text, ' ')) {
        if (line.size() + 1 + word.size() > kWidth && line.size() > indent.size()) {
            out += line + "\n";
            line = indent;
        }
        line += (line.size() > indent.size() ? " " : "") + std::string{word};
    }
    return out + line + "\n";
}

std::string changes_text(const advise::Ranked& ranked) {
    std::vector<std::string> texts;
    for (const advise::ReadoutChange& change : ranked.changes) {
        texts.push_back(change.text);
    }
    return fmt::format("{}", fmt::join(texts, "; "));
}

void print_ranking(const std::string& title, const std::vector<advise::Ranked>& ranked) {
    print(fmt::format("\n{}\n", title));
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        const advise::Ranked& one = ranked[i];
        if (!one.reason.empty()) {
            print(fmt::format("\n{:3}. {}: failed\n{}", i + 1, one.text,
                              paragraph(one.reason, "     ")));
            continue;
        }
        print(fmt::format("\n{:3}. {}: {:.2f}\n", i + 1, one.text, one.viability));
        print(paragraph(one.mechanism, "     "));
        if (!one.changes.empty()) {
            print(paragraph(changes_text(one) + ".", "     "));
        }
        if (one.restoration) {
            print(paragraph(fmt::format("Does less here; {}.", one.restoration->text), "     "));
        }
    }
}

nlohmann::ordered_json number(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json ranking_json(const std::vector<advise::Ranked>& ranked) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const advise::Ranked& one : ranked) {
        nlohmann::ordered_json json;
        json["treatment"] = one.text;
        json["viability"] = number(one.viability);
        json["inhibition"] = number(one.inhibition);
        json["mechanism"] = one.mechanism;
        json["changes"] = nlohmann::ordered_json::array();
        for (const advise::ReadoutChange& change : one.changes) {
            json["changes"].push_back({{"readout", change.readout},
                                       {"ratio", number(change.ratio)},
                                       {"text", change.text}});
        }
        if (one.restoration) {
            json["restoration"] = {{"parameter", one.restoration->parameter},
                                   {"viability", number(one.restoration->viability)},
                                   {"text", one.restoration->text}};
        } else {
            json["restoration"] = nullptr;
        }
        json["failure"] = one.reason;
        all.push_back(std::move(json));
    }
    return all;
}

}  // namespace

Exit run(const AdviseCommand& command) {
    Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    package::Package& package = loaded.value();
    const auto profile = profile_of(package, command.profile);
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
    const advise::Advice advice = advise::advise(experiment.value(), profile.value());
    if (command.as_json) {
        nlohmann::ordered_json json;
        json["caution"] = advise::kCaution;
        json["profile"] = advice.profile;
        json["base"] = advice.base;
        json["time_h"] = hours_from_s(advice.time_s);
        json["singles"] = ranking_json(advice.singles);
        json["pairs"] = ranking_json(advice.pairs);
        print(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    } else {
        print(fmt::format("{}\n", advise::kCaution));
        print_ranking(
            fmt::format("{}: cells after {} over untreated cells, single agents",
                        package.profile(profile.value())->title, time_text(advice.time_s)),
            advice.singles);
        if (!advice.pairs.empty()) {
            print_ranking("Together with the strongest single agent", advice.pairs);
        }
    }
    if (advice.failed > 0) {
        return fail(Exit::some_failed, fmt::format("{} treatments have no number", advice.failed));
    }
    return Exit::ok;
}

}  // namespace erbium::app
