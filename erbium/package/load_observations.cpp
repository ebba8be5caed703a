// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_observations.cpp: the tables of what was measured.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/package/loading.hpp"

namespace erbium::package {
namespace {

/// A value is compared within a tolerance, an interval without one; nothing else can be compared.
void check_comparison(Loading& loading, const TableRow& row, const Observation& observation) {
    Diagnostics& diagnostics = loading.diagnostics;
    if (observation.value) {
        if (!observation.tolerance || *observation.tolerance <= 0.0) {
            diagnostics.error("ERB-PKG-0016", row.span("tolerance"),
                              "an observation with a value needs a tolerance greater than 0",
                              "on the scale of the comparison: 1 on log2 is a factor of 2");
        }
    } else if (!observation.lower && !observation.upper) {
        diagnostics.error("ERB-PKG-0016", row.span("value"),
                          "an observation needs a value with a tolerance, or an interval",
                          "a direction is an interval: lower 1 for 'rises'");
    } else if (observation.lower && observation.upper && *observation.lower > *observation.upper) {
        diagnostics.error("ERB-PKG-0016", row.span("lower"), "the interval is empty");
    }
    if (observation.scale == Scale::log2) {
        for (const char* column : {"value", "lower", "upper"}) {
            const auto number = row.number(column, diagnostics);
            const bool is_open_end = column != std::string_view{"value"} && number == 0.0;
            if (number && *number <= 0.0 && !is_open_end) {
                diagnostics.error("ERB-PKG-0016", row.span(column),
                                  "a number on the log2 scale is greater than 0");
            }
        }
    }
}

}  // namespace

void read_observations(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    static constexpr std::array<Column, 17> kColumns = {{{"observation"},
                                                         {"series", false},
                                                         {"profile"},
                                                         {"background"},
                                                         {"treatment"},
                                                         {"readout"},
                                                         {"time"},
                                                         {"quantity"},
                                                         {"value"},
                                                         {"lower"},
                                                         {"upper"},
                                                         {"tolerance"},
                                                         {"unit", false},
                                                         {"scale", false},
                                                         {"tag", false},
                                                         {"source"},
                                                         {"note", false}}};
    static const std::vector<std::string> kScales = {"linear", "log2"};
    static const std::vector<std::string> kTags = {"V", "R", "P", "D"};
    Diagnostics& diagnostics = loading.diagnostics;
    const Table table = parse_table(source, kColumns, diagnostics);
    std::set<std::string> taken;
    for (const Observation& earlier : loading.package.observations) {
        taken.insert(earlier.id);
    }
    for (const TableRow& row : table.rows()) {
        Observation o;
        o.id = std::string{row.required_text("observation", diagnostics)};
        o.span = row.span("observation");
        if (!o.id.empty() && !taken.insert(o.id).second) {
            diagnostics.error("ERB-PKG-0004", o.span,
                              fmt::format("observation '{}' stands here twice", o.id));
        }
        o.series = std::string{row.text("series")};
        o.profile = std::string{row.required_text("profile", diagnostics)};
        if (!o.profile.empty()) {
            loading.require_profile(o.profile, row.span("profile"));
        }
        o.background_text = std::string{row.text("background")};
        o.treatment_text = std::string{row.text("treatment")};
        o.background = loading.treatment(o.background_text, row.span("background"));
        o.treatment = loading.treatment(o.treatment_text, row.span("treatment"));
        const std::string_view time = row.required_text("time", diagnostics);
        if (!time.empty()) {
            o.time_s = loading.time_s(time, row.span("time")).value_or(0.0);
        }
        const std::string_view quantity = row.required_text("quantity", diagnostics);
        if (const auto known = measured_quantity(quantity)) {
            o.quantity = *known;
        } else if (!quantity.empty()) {
            loading.unknown_word("quantity", quantity, row.span("quantity"),
                                 measured_quantity_words());
        }
        o.readout = std::string{row.text("readout")};
        if (!o.readout.empty() && !(o.quantity == MeasuredQuantity::viability &&
                                    o.readout == measured_quantity_words().front())) {
            loading.require_readout(o.readout, row.span("readout"));
        } else if (o.readout.empty() && o.quantity != MeasuredQuantity::viability) {
            (void)row.required_text("readout", diagnostics);
        }
        o.value = row.number("value", diagnostics);
        o.lower = row.number("lower", diagnostics);
        o.upper = row.number("upper", diagnostics);
        o.tolerance = row.number("tolerance", diagnostics);
        const std::string_view scale = row.text("scale");
        if (scale == kScales[1]) {
            o.scale = Scale::log2;
        } else if (!scale.empty() && scale != kScales[0]) {
            loading.unknown_word("scale", scale, row.span("scale"), kScales);
        }
        const std::string_view unit = row.text("unit");
        if (o.quantity != MeasuredQuantity::absolute && !unit.empty() && unit != "1") {
            if (unit == "%") {
                for (std::optional<double>* number : {&o.value, &o.lower, &o.upper, &o.tolerance}) {
                    if (*number && (number != &o.tolerance || o.scale == Scale::linear)) {
                        **number /= 100.0;
                    }
                }
            } else {
                diagnostics.error("ERB-PKG-0006", row.span("unit"),
                                  fmt::format("'{}' is a ratio: its unit is 1 or %", quantity));
            }
        }
        check_comparison(loading, row, o);
        const std::string_view tag = row.text("tag");
        if (!tag.empty() && std::find(kTags.begin(), kTags.end(), tag) == kTags.end()) {
            loading.unknown_word("tag", tag, row.span("tag"), kTags);
        } else if (!tag.empty()) {
            o.tag = tag.front();
        }
        o.sources = loading.sources(row.text("source"), row.span("source"));
        o.note = std::string{row.text("note")};
        if (o.sources.empty()) {
            diagnostics.error("ERB-PKG-0011", row.span("source"),
                              fmt::format("observation '{}' needs a source", o.id));
        }
        loading.package.observations.push_back(std::move(o));
    }
}

}  // namespace erbium::package
