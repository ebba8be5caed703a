// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_traits.cpp: the table of names that users write in profiles of their own.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "erbium/package/loading.hpp"

namespace erbium::package {
namespace {

/// The value in a row [internal units]; nothing after an error.
std::optional<double> value_of(Loading& loading, const TableRow& row, const Parameter& parameter) {
    const auto value = row.required_number("value", loading.diagnostics);
    const std::string_view unit = row.required_text("unit", loading.diagnostics);
    if (!value || unit.empty() || !parse_unit(parameter.unit)) {
        return std::nullopt;  // a wrong unit in parameters.tsv has its own complaint
    }
    const auto converted = convert(*value, unit, parameter.unit);
    if (!converted) {
        loading.diagnostics.error("ERB-PKG-0006", row.span("unit"), converted.error().message,
                                  converted.error().hint);
        return std::nullopt;
    }
    return parameter.factor * converted.value();
}

Trait& trait_of(std::vector<Trait>& traits, std::string id, const Span& where) {
    const auto same =
        std::find_if(traits.begin(), traits.end(), [&](const Trait& t) { return t.id == id; });
    if (same != traits.end()) {
        return *same;
    }
    Trait trait;
    trait.id = std::move(id);
    trait.span = where;
    traits.push_back(std::move(trait));
    return traits.back();
}

}  // namespace

void read_traits(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    static constexpr std::array<Column, 9> kColumns = {{{"trait"},
                                                        {"state"},
                                                        {"parameter"},
                                                        {"value"},
                                                        {"unit"},
                                                        {"origin"},
                                                        {"tag", false},
                                                        {"source"},
                                                        {"note"}}};
    Diagnostics& diagnostics = loading.diagnostics;
    Package& package = loading.package;
    const Table table = parse_table(source, kColumns, diagnostics);
    for (const TableRow& row : table.rows()) {
        std::string id{row.required_text("trait", diagnostics)};
        const std::string name{row.required_text("parameter", diagnostics)};
        if (id.empty() || name.empty()) {
            continue;
        }
        if (!is_plain_id(id) || package.parameter(id) != nullptr) {
            diagnostics.error("ERB-PKG-0005", row.span("trait"),
                              fmt::format("'{}' cannot be the name of a trait", id),
                              "one word that no parameter has");
            continue;
        }
        loading.require_parameter(name, row.span("parameter"));
        const Parameter* parameter = package.parameter(name);
        if (parameter == nullptr) {
            continue;
        }
        Trait& trait = trait_of(package.traits, std::move(id), row.span("trait"));
        const std::string state_id{row.text("state")};
        if (state_id.empty()) {
            // A number written for the trait is that of the parameter; it brings its own source.
            if (!trait.parameter.empty()) {
                diagnostics.error("ERB-PKG-0004", row.span("trait"),
                                  fmt::format("trait '{}' takes a number already", trait.id));
            }
            trait.parameter = name;
            trait.note = std::string{row.text("note")};
            continue;
        }
        (void)loading.provenance(row);
        if (const auto value = value_of(loading, row, *parameter)) {
            auto state = std::find_if(trait.states.begin(), trait.states.end(),
                                      [&](const Trait::State& s) { return s.id == state_id; });
            if (state == trait.states.end()) {
                trait.states.push_back({state_id, {}});
                state = trait.states.end() - 1;
            }
            overlay(state->settings, {{name, *value}});
        }
    }
}

}  // namespace erbium::package
