// SPDX-License-Identifier: Apache-2.0
#include "reduction_record.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <string_view>

namespace erbium::app {
namespace {

std::string_view name(sim::Reducing reducing) {
    switch (reducing) {
        case sim::Reducing::none:
            return "none";
        case sim::Reducing::where_it_pays:
            return "auto";
        case sim::Reducing::all:
            return "all";
    }
    return "";
}

}  // namespace

nlohmann::ordered_json reduction_json(const sim::ReductionReport& report) {
    nlohmann::ordered_json json;
    json["mode"] = name(report.reducing);
    json["states"] = report.states;
    json["solved_for"] = report.states - report.dependents;
    json["laws"] = nlohmann::ordered_json::array();
    for (const sim::ReductionReport::Law& law : report.laws) {
        json["laws"].push_back(
            {{"members", law.members},
             {"dependent", law.dependent.empty() ? nlohmann::ordered_json{}
                                                 : nlohmann::ordered_json(law.dependent)}});
    }
    json["blocks"] = report.blocks;
    json["largest_block"] = report.largest_block;
    json["alone"] = report.alone;
    json["jacobian_entries"] = {report.entries_before, report.entries_after};
    return json;
}

std::string reduction_text(const sim::ReductionReport& report) {
    std::string text =
        fmt::format("{} species, {} solved for; {} conservation law{}, {} used\n", report.states,
                    report.states - report.dependents, report.laws.size(),
                    report.laws.size() == 1 ? "" : "s", report.dependents);
    for (const sim::ReductionReport::Law& law : report.laws) {
        text += law.dependent.empty()
                    ? fmt::format("  a law of {} species, not used: it would fill the Jacobian\n",
                                  law.members)
                    : fmt::format("  a law of {} species gives {}\n", law.members, law.dependent);
    }
    text += fmt::format("{} block{} of coupled species, the largest of {}; {} species alone\n",
                        report.blocks, report.blocks == 1 ? "" : "s", report.largest_block,
                        report.alone);
    text += fmt::format("{} entries in the Jacobian, {} without reduction\n", report.entries_after,
                        report.entries_before);
    if (report.flops_before > 0.0) {
        text += fmt::format("one factorisation: {:.0f} operations, {:.0f} without reduction\n",
                            report.flops_after, report.flops_before);
    }
    return text;
}

}  // namespace erbium::app
