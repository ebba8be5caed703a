// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_parameters.cpp: parameters.tsv, drugs.tsv and the profiles' tables.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/package/loading.hpp"

namespace erbium::package {
namespace {

/// A name that BNGL text can use.
bool is_parameter_name(std::string_view name) noexcept {
    return is_plain_id(name) && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
           name.find_first_of(".-") == std::string_view::npos;
}

/// The id in a row's first column: there, well-formed, new. Empty after an error.
std::string new_id(Loading& loading, const TableRow& row, std::string_view column,
                   std::set<std::string>& taken) {
    const std::string id{row.required_text(column, loading.diagnostics)};
    if (id.empty()) {
        return {};
    }
    if (!is_plain_id(id)) {
        loading.diagnostics.error(
            "ERB-PKG-0005", row.span(column), fmt::format("'{}' is not a name", id),
            "names are made of letters, digits, '_', '.' and '-', at most 64");
        return {};
    }
    if (!taken.insert(id).second) {
        loading.diagnostics.error("ERB-PKG-0004", row.span(column),
                                  fmt::format("{} '{}' stands here twice", column, id));
        return {};
    }
    return id;
}

std::optional<double> molar_mass_of(const Package& package, std::string_view parameter) {
    for (const Drug& drug : package.drugs) {
        if (drug.parameter == parameter) {
            return drug.molar_mass;
        }
    }
    return std::nullopt;
}

}  // namespace

void read_parameters(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    static constexpr std::array<Column, 10> kColumns = {{{"id"},
                                                         {"value"},
                                                         {"unit"},
                                                         {"lower", false},
                                                         {"upper", false},
                                                         {"distribution", false},
                                                         {"origin"},
                                                         {"tag", false},
                                                         {"source"},
                                                         {"note"}}};
    static const std::vector<std::string> kDistributions = {"", "lognormal", "normal", "uniform"};
    Diagnostics& diagnostics = loading.diagnostics;
    const Table table = parse_table(source, kColumns, diagnostics);
    std::set<std::string> taken;
    for (const TableRow& row : table.rows()) {
        Parameter parameter;
        parameter.id = new_id(loading, row, "id", taken);
        parameter.span = row.span("id");
        if (!parameter.id.empty() && !is_parameter_name(parameter.id)) {
            diagnostics.error("ERB-PKG-0005", row.span("id"),
                              fmt::format("'{}' is not a name that BNGL can use", parameter.id),
                              "a letter or '_' first, then letters, digits and '_'");
        }
        const auto value = row.required_number("value", diagnostics);
        parameter.unit = std::string{row.required_text("unit", diagnostics)};
        const auto molar_mass = molar_mass_of(loading.package, parameter.id);
        if (!parameter.unit.empty()) {
            const auto internal = [&](const std::optional<double>& number) {
                // The unit's own problem is said once, with the factor.
                return number ? loading.to_internal(*number, parameter.unit, row.span("unit"),
                                                    molar_mass)
                              : std::nullopt;
            };
            const auto factor =
                loading.internal_factor(parameter.unit, row.span("unit"), molar_mass);
            if (factor) {
                parameter.factor = *factor;
                parameter.value = internal(value).value_or(0.0);
                parameter.lower = internal(row.number("lower", diagnostics));
                parameter.upper = internal(row.number("upper", diagnostics));
            }
        }
        if ((parameter.lower && parameter.value < *parameter.lower) ||
            (parameter.upper && parameter.value > *parameter.upper) ||
            (parameter.lower && parameter.upper && *parameter.lower > *parameter.upper)) {
            diagnostics.error(
                "ERB-PKG-0007", row.span("value"),
                fmt::format("the value of '{}' is not between its bounds {} and {}", parameter.id,
                            row.text("lower").empty() ? "(none)" : row.text("lower"),
                            row.text("upper").empty() ? "(none)" : row.text("upper")));
        }
        const auto distribution =
            std::find(kDistributions.begin(), kDistributions.end(), row.text("distribution"));
        if (distribution == kDistributions.end()) {
            loading.unknown_word("distribution", row.text("distribution"), row.span("distribution"),
                                 std::span{kDistributions}.subspan(1));
        } else {
            parameter.distribution =
                static_cast<Distribution>(distribution - kDistributions.begin());
        }
        parameter.provenance = loading.provenance(row);
        if (!parameter.id.empty()) {
            loading.package.parameters.push_back(std::move(parameter));
        }
    }
}

void read_drugs(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    static constexpr std::array<Column, 11> kColumns = {{{"drug"},
                                                         {"title"},
                                                         {"class"},
                                                         {"parameter"},
                                                         {"molar_mass", false},
                                                         {"dose"},
                                                         {"unit"},
                                                         {"site", false},
                                                         {"mechanism"},
                                                         {"source"},
                                                         {"note", false}}};
    Diagnostics& diagnostics = loading.diagnostics;
    const Table table = parse_table(source, kColumns, diagnostics);
    std::set<std::string> taken;
    for (const TableRow& row : table.rows()) {
        Drug drug;
        drug.id = new_id(loading, row, "drug", taken);
        drug.span = row.span("drug");
        drug.title = std::string{row.text("title")};
        drug.drug_class = std::string{row.required_text("class", diagnostics)};
        drug.parameter = std::string{row.required_text("parameter", diagnostics)};
        drug.molar_mass = row.number("molar_mass", diagnostics);
        if (drug.molar_mass && *drug.molar_mass <= 0.0) {
            diagnostics.error("ERB-PKG-0007", row.span("molar_mass"),
                              "a molar mass [g/mol] is greater than 0");
            drug.molar_mass.reset();
        }
        const auto dose = row.required_number("dose", diagnostics);
        const std::string_view unit = row.required_text("unit", diagnostics);
        drug.site = std::string{row.text("site")};
        drug.mechanism = std::string{row.required_text("mechanism", diagnostics)};
        drug.note = std::string{row.text("note")};
        drug.sources = loading.sources(row.text("source"), row.span("source"));
        if (drug.sources.empty() && drug.note.empty()) {
            diagnostics.error(
                "ERB-PKG-0011", row.span("source"),
                fmt::format("agent '{}' needs a source, or a note that says why there "
                            "is none",
                            drug.id));
        }
        if (dose && !unit.empty()) {
            drug.dose_text = fmt::format("{} {}", row.text("dose"), unit);
            const auto nM = convert(*dose, unit, "nM", drug.molar_mass);
            if (!nM) {
                diagnostics.error("ERB-PKG-0006", row.span("unit"), nM.error().message,
                                  nM.error().hint);
            } else if (nM.value() < 0.0) {
                diagnostics.error("ERB-PKG-0007", row.span("dose"), "a dose is not negative");
            } else {
                drug.dose_nM = nM.value();
            }
        }
        if (!drug.id.empty()) {
            loading.package.drugs.push_back(std::move(drug));
        }
    }
}

void check_drug_parameters(Loading& loading) {
    for (const Drug& drug : loading.package.drugs) {
        if (!drug.parameter.empty()) {
            loading.require_parameter(drug.parameter, drug.span);
        }
    }
}

void read_profile_index(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    static constexpr std::array<Column, 5> kColumns = {
        {{"profile"}, {"title"}, {"group"}, {"base"}, {"note", false}}};
    const Table table = parse_table(source, kColumns, loading.diagnostics);
    std::set<std::string> taken;
    for (const TableRow& row : table.rows()) {
        Profile profile;
        profile.id = new_id(loading, row, "profile", taken);
        profile.title = std::string{row.text("title")};
        if (profile.title.empty()) {
            profile.title = profile.id;
        }
        profile.group = std::string{row.required_text("group", loading.diagnostics)};
        profile.base = std::string{row.text("base")};
        profile.note = std::string{row.text("note")};
        profile.span = row.span(profile.base.empty() ? "profile" : "base");
        if (!profile.id.empty()) {
            loading.package.profiles.push_back(std::move(profile));
        }
    }
}

void check_profile_bases(Loading& loading) {
    std::map<std::string, const Profile*> by_id;
    for (const Profile& profile : loading.package.profiles) {
        by_id[profile.id] = &profile;
    }
    for (const Profile& profile : loading.package.profiles) {
        std::set<std::string> seen{profile.id};
        std::string path = profile.id;
        const Profile* at = &profile;
        while (!at->base.empty()) {
            const auto base = by_id.find(at->base);
            if (base == by_id.end()) {
                if (at == &profile) {  // said once, at the profile that names it
                    loading.require_profile(profile.base, profile.span);
                }
                break;
            }
            path += " -> " + at->base;
            if (!seen.insert(at->base).second) {
                if (at->base == profile.id) {  // said for each member of the cycle, not for others
                    loading.diagnostics.error(
                        "ERB-PKG-0014", profile.span,
                        fmt::format("profile '{}' is its own base: {}", profile.id, path));
                }
                break;
            }
            at = base->second;
        }
    }
}

void read_profile_values(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    static constexpr std::array<Column, 8> kColumns = {{{"profile"},
                                                        {"parameter"},
                                                        {"value"},
                                                        {"unit"},
                                                        {"origin"},
                                                        {"tag", false},
                                                        {"source"},
                                                        {"note"}}};
    Diagnostics& diagnostics = loading.diagnostics;
    const Table table = parse_table(source, kColumns, diagnostics);
    for (const TableRow& row : table.rows()) {
        const std::string_view id = row.required_text("profile", diagnostics);
        Override change;
        change.setting.parameter = std::string{row.required_text("parameter", diagnostics)};
        change.span = row.span("parameter");
        const auto value = row.required_number("value", diagnostics);
        change.unit = std::string{row.required_text("unit", diagnostics)};
        change.provenance = loading.provenance(row);
        if (!change.setting.parameter.empty()) {
            loading.require_parameter(change.setting.parameter, change.span);
        }
        const Parameter* parameter = loading.package.parameter(change.setting.parameter);
        if (value && !change.unit.empty()) {
            const auto internal =
                loading.to_internal(*value, change.unit, row.span("unit"),
                                    molar_mass_of(loading.package, change.setting.parameter));
            change.setting.value = internal.value_or(0.0);
            const auto ours = parse_unit(change.unit);
            if (internal && parameter != nullptr) {
                const auto theirs = parse_unit(parameter->unit);
                if (theirs && ours.value().dimension() != theirs.value().dimension()) {
                    diagnostics.error(
                        "ERB-PKG-0006", row.span("unit"),
                        fmt::format("'{}' is {} here, but {} in the table of parameters",
                                    change.setting.parameter, ours.value().dimension().words(),
                                    theirs.value().dimension().words()));
                }
            }
        }
        if (id.empty()) {
            continue;
        }
        const auto profile =
            std::find_if(loading.package.profiles.begin(), loading.package.profiles.end(),
                         [&](const Profile& p) { return p.id == id; });
        if (profile == loading.package.profiles.end()) {
            loading.require_profile(id, row.span("profile"));
            continue;
        }
        const bool is_repeated = std::any_of(
            profile->overrides.begin(), profile->overrides.end(),
            [&](const Override& o) { return o.setting.parameter == change.setting.parameter; });
        if (is_repeated) {
            diagnostics.error(
                "ERB-PKG-0004", change.span,
                fmt::format("profile '{}' sets '{}' twice", id, change.setting.parameter));
            continue;
        }
        if (parameter != nullptr) {
            profile->overrides.push_back(std::move(change));
        }
    }
}

}  // namespace erbium::package
