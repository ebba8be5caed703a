// SPDX-License-Identifier: Apache-2.0
// erbium/package/loading.cpp: units, sources and names, as every table of a package needs them.
#include "erbium/package/loading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::package {
namespace {

constexpr Dimension kMassConcentration{.mass = 1, .length = -3};

/// The part of a span that a problem of its text concerns.
Span narrowed(const Span& where, const UnitProblem& problem) {
    if (problem.length == 0 || where.begin + problem.offset + problem.length > where.end) {
        return where;
    }
    return {where.source, where.begin + problem.offset,
            where.begin + problem.offset + problem.length};
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& all, std::string T::*id) {
    std::vector<std::string> names;
    for (const T& one : all) {
        names.push_back(one.*id);
    }
    return names;
}

}  // namespace

std::string Loading::near_name(std::string_view name, std::span<const std::string> known) const {
    constexpr std::size_t kMostHints = 100;  // after that many complaints the file is a wrong one
    return diagnostics.all().size() < kMostHints ? did_you_mean(name, known) : std::string{};
}

bool is_plain_id(std::string_view id) noexcept {
    constexpr std::size_t kLongest = 64;
    return !id.empty() && id.size() <= kLongest && id.front() != '-' && id.front() != '.' &&
           std::all_of(id.begin(), id.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
           });
}

std::optional<double> Loading::to_internal(double value, std::string_view unit, const Span& where,
                                           std::optional<double> molar_mass) {
    const auto parsed = parse_unit(unit);
    if (!parsed) {
        diagnostics.error("ERB-PKG-0006", narrowed(where, parsed.error()), parsed.error().message,
                          parsed.error().hint);
        return std::nullopt;
    }
    const Dimension& d = parsed.value().dimension();
    if (d == kMassConcentration) {
        const auto nM = convert(value, unit, "nM", molar_mass);
        if (!nM) {
            diagnostics.error("ERB-PKG-0006", where, nM.error().message, nM.error().hint);
            return std::nullopt;
        }
        return to_internal(nM.value(), "nM", where);
    }
    if (d.mass != 0 || d.length != -3 * d.substance) {
        diagnostics.error(
            "ERB-PKG-0006", where,
            fmt::format("'{}' ({}) has no internal unit in this package", unit, d.words()),
            "parameters are made of times, concentrations and copies; write a fixed number of "
            "another unit as a plain number and say its unit in its name");
        return std::nullopt;
    }
    const Unit ours = time_unit.to_the_power(d.time)
                          .times(concentration_unit.to_the_power(d.substance))
                          .times(amount_unit.to_the_power(d.copies));
    return converted(value, parsed.value(), ours);
}

std::optional<double> Loading::internal_factor(std::string_view unit, const Span& where,
                                               std::optional<double> molar_mass) {
    return to_internal(1.0, unit, where, molar_mass);
}

std::optional<double> Loading::time_s(std::string_view text, const Span& where) {
    const auto time = parse_time_s(text);
    if (!time) {
        diagnostics.error("ERB-PKG-0006", narrowed(where, time.error()), time.error().message,
                          time.error().hint);
        return std::nullopt;
    }
    if (time.value() < 0.0) {
        diagnostics.error("ERB-PKG-0006", where,
                          fmt::format("the time '{}' is negative", trimmed(text)));
        return std::nullopt;
    }
    return time.value();
}

Treatment Loading::treatment(std::string_view text, const Span& where) {
    if (package.drugs.empty() && diagnostics.has_errors()) {
        return {};
    }
    auto parsed = parse_treatment(package, text, where);
    if (!parsed) {
        diagnostics.append(std::move(parsed).error());
        return {};
    }
    return std::move(parsed).value();
}

std::vector<std::string> Loading::sources(std::string_view cell, const Span& where) {
    std::vector<std::string> out;
    for (const std::string_view piece : split(cell, ';')) {
        const std::string key{trimmed(piece)};
        if (key.empty()) {
            continue;
        }
        if (has_references && package.reference(key) == nullptr) {
            diagnostics.error("ERB-PKG-0010", where,
                              fmt::format("source '{}' does not stand in the bibliography", key),
                              near_name(key, names_of(package.references, &Reference::key)));
        }
        out.push_back(key);
    }
    return out;
}

Provenance Loading::provenance(const TableRow& row) {
    static const std::vector<std::string> kOrigins = {"measured", "fitted", "borrowed", "derived",
                                                      "assumed"};
    static const std::vector<std::string> kTags = {"V", "R", "P", "D"};
    Provenance out;
    const std::string_view origin = row.required_text("origin", diagnostics);
    const auto found = std::find(kOrigins.begin(), kOrigins.end(), origin);
    if (found != kOrigins.end()) {
        out.origin = static_cast<Origin>(found - kOrigins.begin());
    } else if (!origin.empty()) {
        unknown_word("origin", origin, row.span("origin"), kOrigins);
    }
    const std::string_view tag = row.text("tag");
    if (!tag.empty() && std::find(kTags.begin(), kTags.end(), tag) == kTags.end()) {
        unknown_word("tag", tag, row.span("tag"), kTags);
    } else if (!tag.empty()) {
        out.tag = tag.front();
    }
    out.sources = sources(row.text("source"), row.span("source"));
    out.note = std::string{row.text("note")};
    if (out.sources.empty() && out.origin != Origin::assumed) {
        diagnostics.error("ERB-PKG-0011", row.span("source"),
                          fmt::format("a number that is {} needs a source", origin),
                          "a key of the bibliography, or origin 'assumed' with a note that says "
                          "why");
    } else if (out.sources.empty() && out.note.empty() && !origin.empty()) {
        diagnostics.error("ERB-PKG-0011", row.span("note"),
                          "an assumed number without a source needs a note that says why");
    }
    return out;
}

// A table that could not be read was reported; what refers to its rows is not reported again.

void Loading::require_profile(std::string_view id, const Span& where) {
    if (package.profiles.empty() && diagnostics.has_errors()) {
        return;
    }
    if (package.profile(id) == nullptr) {
        diagnostics.error("ERB-PKG-0013", where, fmt::format("unknown profile '{}'", id),
                          near_name(id, profile_ids()));
    }
}

void Loading::require_readout(std::string_view id, const Span& where) {
    if (package.readout(id) == nullptr) {
        diagnostics.error("ERB-PKG-0015", where, fmt::format("unknown readout '{}'", id),
                          near_name(id, readout_ids()));
    }
}

void Loading::require_parameter(std::string_view id, const Span& where) {
    if (package.parameters.empty() && diagnostics.has_errors()) {
        return;
    }
    if (package.parameter(id) == nullptr) {
        diagnostics.error("ERB-PKG-0012", where,
                          fmt::format("'{}' is not a row of the table of parameters", id),
                          near_name(id, parameter_ids()));
    }
}

Settings Loading::settings(const YamlNode& node, std::string_view what) {
    Settings out;
    if (node.kind != YamlKind::map) {
        diagnostics.error("ERB-YAML-0006", node.span,
                          fmt::format("{} must be a map of parameters, not {}", what,
                                      yaml_kind_words(node.kind)));
        return out;
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        require_parameter(node.keys[i].name, node.keys[i].span);
        const auto text =
            yaml_text(node.items[i], fmt::format("'{}'", node.keys[i].name), diagnostics);
        if (!text) {
            continue;
        }
        const auto quantity = parse_quantity(*text);
        if (!quantity) {
            diagnostics.error("ERB-PKG-0006", node.items[i].span, quantity.error().message,
                              quantity.error().hint);
            continue;
        }
        // A plain number is in the unit of the parameter's own row.
        const Parameter* parameter = package.parameter(node.keys[i].name);
        if (quantity.value().unit_text == "1") {
            const double factor = parameter == nullptr ? 1.0 : parameter->factor;
            out.push_back({node.keys[i].name, factor * quantity.value().value});
        } else if (const auto value = to_internal(quantity.value().value,
                                                  quantity.value().unit_text, node.items[i].span)) {
            out.push_back({node.keys[i].name, *value});
        }
    }
    return out;
}

void Loading::unknown_word(std::string_view what, std::string_view word, const Span& where,
                           std::span<const std::string> known) {
    std::string hint = near_name(word, known);
    if (hint.empty()) {
        hint = fmt::format("it is one of {}", fmt::join(known, ", "));
    }
    diagnostics.error("ERB-PKG-0008", where, fmt::format("unknown {} '{}'", what, word),
                      std::move(hint));
}

std::vector<std::string> Loading::profile_ids() const {
    return names_of(package.profiles, &Profile::id);
}
std::vector<std::string> Loading::readout_ids() const {
    return names_of(package.readouts, &Readout::id);
}
std::vector<std::string> Loading::parameter_ids() const {
    return names_of(package.parameters, &Parameter::id);
}

std::optional<MeasuredQuantity> measured_quantity(std::string_view word) noexcept {
    const auto& words = measured_quantity_words();
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == word) {
            return static_cast<MeasuredQuantity>(i);
        }
    }
    return std::nullopt;
}

const std::vector<std::string>& measured_quantity_words() {
    static const std::vector<std::string> kWords = {"viability", "fold_start", "fold_control",
                                                    "absolute"};
    return kWords;
}

}  // namespace erbium::package
