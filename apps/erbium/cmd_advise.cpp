// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_advise.cpp: agents ranked by what they do to growth in the model.
#include <fmt/format.h>

#include <cmath>

#include "commands.hpp"
#include "erbium/advise/advise.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "inputs.hpp"
#include "json_number.hpp"
#include "package_experiment.hpp"
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

/// "0.48 [0.41, 0.55]"; without an interval the number alone.
std::string estimate_text(const advise::Estimate& estimate) {
    return estimate.has_interval() ? fmt::format("{:.2f} [{:.2f}, {:.2f}]", estimate.value,
                                                 estimate.lower, estimate.upper)
                                   : fmt::format("{:.2f}", estimate.value);
}

/// How surely it stands before the next.
std::string lead_text(const advise::Ranked& ranked) {
    return std::isnan(ranked.ahead_share)
               ? std::string{}
               : fmt::format(", ahead of the next in {:.0f} % of the sets",
                             100.0 * ranked.ahead_share);
}

void put(nlohmann::ordered_json& json, const char* name, const advise::Estimate& estimate) {
    json[name] = json_number(estimate.value);
    json["interval"] = estimate.has_interval()
                           ? nlohmann::ordered_json::array({estimate.lower, estimate.upper})
                           : nlohmann::ordered_json(nullptr);
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
        print(fmt::format("\n{:3}. {}: {}{}\n", i + 1, one.text, estimate_text(one.viability),
                          lead_text(one)));
        print(paragraph(one.mechanism, "     "));
        if (!one.changes.empty()) {
            print(paragraph(changes_text(one) + ".", "     "));
        }
        if (one.restoration) {
            print(paragraph(fmt::format("Does less here; {}.", one.restoration->text), "     "));
        }
    }
}

nlohmann::ordered_json ranking_json(const std::vector<advise::Ranked>& ranked) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const advise::Ranked& one : ranked) {
        nlohmann::ordered_json json;
        json["treatment"] = one.text;
        put(json, "viability", one.viability);
        json["nominal"] = json_number(one.nominal);
        json["inhibition"] = json_number(one.inhibition);
        json["ahead_share"] = json_number(one.ahead_share);
        json["mechanism"] = one.mechanism;
        json["changes"] = nlohmann::ordered_json::array();
        for (const advise::ReadoutChange& change : one.changes) {
            nlohmann::ordered_json moved{{"readout", change.readout}};
            put(moved, "ratio", change.ratio);
            moved["text"] = change.text;
            json["changes"].push_back(std::move(moved));
        }
        if (one.restoration) {
            nlohmann::ordered_json restored{{"parameter", one.restoration->parameter}};
            put(restored, "viability", one.restoration->viability);
            restored["text"] = one.restoration->text;
            json["restoration"] = std::move(restored);
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
    assay::ExperimentOptions options;
    options.threads = static_cast<unsigned>(command.threads);
    auto experiment = experiment_of(package, options);
    if (!experiment) {
        return show(experiment.error());
    }
    advise::AdviseOptions how;
    how.sets = command.is_nominal ? assay::Sets::nominal : assay::Sets::ensemble;
    const advise::Advice advice = advise::advise(experiment.value(), profile.value(), how);
    if (command.as_json) {
        nlohmann::ordered_json json;
        json["caution"] = advise::kCaution;
        json["profile"] = advice.profile;
        json["base"] = advice.base;
        json["time_h"] = hours_from_s(advice.time_s);
        json["sets"] = advice.sets;
        json["interval"] = assay::kIntervalShare;
        json["singles"] = ranking_json(advice.singles);
        json["pairs"] = ranking_json(advice.pairs);
        print(json_text(json) + "\n");
    } else {
        print(fmt::format("{}\n", advise::kCaution));
        print_ranking(
            fmt::format("{}: cells after {} over untreated cells{}, single agents",
                        package.profile(profile.value())->title, time_text(advice.time_s),
                        advice.sets == 0 ? std::string{}
                                         : fmt::format(", median and {:.0f} % interval over {} "
                                                       "parameter sets",
                                                       100.0 * assay::kIntervalShare, advice.sets)),
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
