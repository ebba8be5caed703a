// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_report.cpp: report.yaml and the layout of its map.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/package/loading.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::package {
namespace {

std::vector<std::string> profiles_of(Loading& loading, const YamlFields& fields) {
    (void)fields.require("profiles");
    std::vector<std::string> out;
    for (const YamlNode& item : fields.sequence("profiles")) {
        if (const auto id = yaml_text(item, "a profile", loading.diagnostics)) {
            loading.require_profile(*id, item.span);
            out.push_back(*id);
        }
    }
    return out;
}

Treatment treatment_of(Loading& loading, const YamlFields& fields, std::string_view key) {
    return loading.treatment(fields.text(key), fields.span(key));
}

GridPanel read_grid(Loading& loading, const YamlNode& node, std::string_view what) {
    const YamlFields fields{
        node, what, {"profiles", "background", "treatments"}, loading.diagnostics};
    GridPanel panel;
    panel.profiles = profiles_of(loading, fields);
    panel.background_text = fields.text("background");
    panel.background = treatment_of(loading, fields, "background");
    (void)fields.require("treatments");
    for (const YamlNode& item : fields.sequence("treatments")) {
        if (const auto text = yaml_text(item, "a treatment", loading.diagnostics)) {
            panel.treatment_texts.push_back(*text);
            panel.treatments.push_back(loading.treatment(*text, item.span));
        }
    }
    return panel;
}

TimeCoursePanel read_time_courses(Loading& loading, const YamlNode& node) {
    const YamlFields fields{node,
                            "'time_courses'",
                            {"profiles", "background", "treatment", "until", "readouts"},
                            loading.diagnostics};
    TimeCoursePanel panel;
    panel.profiles = profiles_of(loading, fields);
    panel.background_text = fields.text("background");
    panel.background = treatment_of(loading, fields, "background");
    panel.treatment_text = fields.required_text("treatment");
    panel.treatment = treatment_of(loading, fields, "treatment");
    panel.until_s = loading.package.protocol.duration_s;
    if (fields.find("until") != nullptr) {
        panel.until_s = loading.time_s(fields.text("until"), fields.span("until")).value_or(0.0);
    }
    (void)fields.require("readouts");
    for (const YamlNode& item : fields.sequence("readouts")) {
        if (const auto id = yaml_text(item, "a readout", loading.diagnostics)) {
            loading.require_readout(*id, item.span);
            panel.readouts.push_back(*id);
        }
    }
    return panel;
}

std::optional<DoseResponsePanel> read_dose_response(Loading& loading, const YamlNode& node) {
    const YamlFields fields{node,
                            "a dose response",
                            {"drug", "doses", "profiles", "background", "readout"},
                            loading.diagnostics};
    DoseResponsePanel panel;
    panel.profiles = profiles_of(loading, fields);
    panel.background_text = fields.text("background");
    panel.background = treatment_of(loading, fields, "background");
    panel.readout = fields.find("readout") == nullptr ? "viability" : fields.text("readout");
    if (panel.readout != "viability") {
        loading.require_readout(panel.readout, fields.span("readout"));
    }
    const std::string drug = fields.required_text("drug");
    const Treatment agent = loading.treatment(drug, fields.span("drug"));
    if (agent.doses.size() != 1) {
        return std::nullopt;
    }
    panel.drug = agent.doses.front().drug;
    (void)fields.require("doses");
    for (const YamlNode& item : fields.sequence("doses")) {
        const auto text = yaml_text(item, "a dose", loading.diagnostics);
        if (!text) {
            continue;
        }
        // A dose alone is read as a treatment of the drug, so that both follow one rule.
        const auto dose = parse_dose(*text);
        const auto nM = dose ? dose_nM(dose.value(), loading.package.drugs[panel.drug].molar_mass)
                             : Outcome<double, UnitProblem>{dose.error()};
        if (!nM) {
            loading.diagnostics.error("ERB-DRUG-0002", item.span, nM.error().message,
                                      nM.error().hint);
            continue;
        }
        panel.doses_nM.push_back(nM.value());
    }
    return panel;
}

void read_layout(Loading& loading, const YamlNode& root, MapPanel& map) {
    static const std::vector<std::string> kShapes = {"receptor", "protein", "small",
                                                     "process",  "drug",    "gene"};
    static const std::vector<std::string> kEdges = {"activates", "inhibits", "binds", "becomes"};
    Diagnostics& diagnostics = loading.diagnostics;
    const YamlFields fields{root, "the map", {"size", "nodes", "edges", "regions"}, diagnostics};
    const auto& size = fields.sequence("size");
    if (fields.require("size") != nullptr && size.size() != 2) {
        diagnostics.error("ERB-PKG-0019", fields.span("size"), "'size' is a list of two numbers");
    } else if (size.size() == 2) {
        map.width = yaml_number(size[0], "the width", diagnostics).value_or(0.0);
        map.height = yaml_number(size[1], "the height", diagnostics).value_or(0.0);
    }
    std::vector<std::string> ids;
    for (const YamlNode& item : fields.sequence("nodes")) {
        const YamlFields node{
            item, "a node", {"id", "label", "x", "y", "shape", "readout"}, diagnostics};
        MapNode out{
            node.required_text("id"),       node.text("label"), node.number("x").value_or(0.0),
            node.number("y").value_or(0.0), node.text("shape"), node.text("readout")};
        if (out.label.empty()) {
            out.label = out.id;
        }
        if (out.shape.empty()) {
            out.shape = "protein";
        } else if (std::find(kShapes.begin(), kShapes.end(), out.shape) == kShapes.end()) {
            loading.unknown_word("shape", out.shape, node.span("shape"), kShapes);
        }
        if (!out.readout.empty()) {
            loading.require_readout(out.readout, node.span("readout"));
        }
        if (std::find(ids.begin(), ids.end(), out.id) != ids.end()) {
            diagnostics.error("ERB-PKG-0004", node.span("id"),
                              fmt::format("node '{}' stands here twice", out.id));
        }
        ids.push_back(out.id);
        map.nodes.push_back(std::move(out));
    }
    for (const YamlNode& item : fields.sequence("edges")) {
        const YamlFields edge{item, "an edge", {"from", "to", "kind"}, diagnostics};
        MapEdge out{edge.required_text("from"), edge.required_text("to"),
                    edge.required_text("kind")};
        for (const auto& [key, id] : {std::pair{"from", out.from}, std::pair{"to", out.to}}) {
            if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) {
                diagnostics.error("ERB-PKG-0019", edge.span(key),
                                  fmt::format("the map has no node '{}'", id),
                                  did_you_mean(id, ids));
            }
        }
        if (!out.kind.empty() &&
            std::find(kEdges.begin(), kEdges.end(), out.kind) == kEdges.end()) {
            loading.unknown_word("kind of edge", out.kind, edge.span("kind"), kEdges);
        }
        map.edges.push_back(std::move(out));
    }
    for (const YamlNode& item : fields.sequence("regions")) {
        const YamlFields region{item, "a region", {"label", "x", "y", "w", "h"}, diagnostics};
        map.regions.push_back({region.required_text("label"), region.number("x").value_or(0.0),
                               region.number("y").value_or(0.0), region.number("w").value_or(0.0),
                               region.number("h").value_or(0.0)});
    }
}

MapPanel read_map(Loading& loading, const YamlNode& node) {
    const YamlFields fields{node,
                            "'map'",
                            {"layout", "profile", "reference", "treatment", "time"},
                            loading.diagnostics};
    MapPanel map;
    map.profile = fields.required_text("profile");
    if (!map.profile.empty()) {
        loading.require_profile(map.profile, fields.span("profile"));
    }
    map.reference = fields.text("reference");
    if (!map.reference.empty()) {
        loading.require_profile(map.reference, fields.span("reference"));
    }
    map.treatment_text = fields.required_text("treatment");
    map.treatment = treatment_of(loading, fields, "treatment");
    map.time_s = loading.package.protocol.duration_s;
    if (fields.find("time") != nullptr) {
        map.time_s = loading.time_s(fields.text("time"), fields.span("time")).value_or(0.0);
    }
    const std::string layout = fields.required_text("layout");
    if (!layout.empty()) {
        if (const auto source =
                loading.folder.read(layout, fields.span("layout"), loading.diagnostics)) {
            auto root = parse_yaml(source);
            if (root) {
                read_layout(loading, root.value(), map);
            } else {
                loading.diagnostics.append(std::move(root).error());
            }
        }
    }
    return map;
}

}  // namespace

void read_report_plan(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    auto root = parse_yaml(source);
    if (!root) {
        loading.diagnostics.append(std::move(root).error());
        return;
    }
    const YamlFields fields{root.value(),
                            "the report",
                            {"growth", "resistance", "time_courses", "dose_response", "map"},
                            loading.diagnostics};
    ReportPlan& plan = loading.package.report;
    if (const YamlNode* node = fields.find("growth")) {
        plan.growth = read_grid(loading, *node, "'growth'");
    }
    if (const YamlNode* node = fields.find("resistance")) {
        plan.resistance = read_grid(loading, *node, "'resistance'");
    }
    if (const YamlNode* node = fields.find("time_courses")) {
        plan.time_courses = read_time_courses(loading, *node);
    }
    for (const YamlNode& item : fields.sequence("dose_response")) {
        if (auto panel = read_dose_response(loading, item)) {
            plan.dose_responses.push_back(std::move(*panel));
        }
    }
    if (const YamlNode* node = fields.find("map")) {
        plan.map = read_map(loading, *node);
    }
}

}  // namespace erbium::package
