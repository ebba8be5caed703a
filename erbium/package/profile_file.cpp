// SPDX-License-Identifier: Apache-2.0
// erbium/package/profile_file.cpp: profiles that users write, in the package's plain names.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/package.hpp"
#include "erbium/package/treatment.hpp"
#include "erbium/package/yaml.hpp"

namespace erbium::package {
namespace {

/// Names that mean the same when case, blanks, hyphens and underscores do not count.
bool is_same_name(std::string_view a, std::string_view b) {
    return folded_name(a) == folded_name(b);
}

/// " [nM]" for messages; nothing for a number without a unit.
std::string unit_text(const std::string& unit, const char* before, const char* after) {
    return unit == "1" ? std::string{} : before + unit + after;
}

class ProfileReader {
public:
    ProfileReader(const Package& package, Profile& profile, Diagnostics& diagnostics)
        : package_{package}, profile_{profile}, diagnostics_{diagnostics} {}

    void read(const YamlNode& root) {
        if (root.kind != YamlKind::map) {
            diagnostics_.error("ERB-YAML-0006", root.span,
                               "a profile is a map of traits and parameters",
                               "one 'NAME: VALUE' on each line");
            return;
        }
        for (std::size_t i = 0; i < root.keys.size(); ++i) {
            read_entry(root.keys[i], root.items[i]);
        }
    }

private:
    /// A gene that is null is meant as that word, which YAML takes for nothing.
    [[nodiscard]] static bool is_written_null(const YamlNode& value) {
        if (value.kind != YamlKind::null || value.span.source == nullptr) {
            return false;
        }
        std::string_view rest{value.span.source->text};
        rest = rest.substr(std::min<std::size_t>(value.span.begin, rest.size()));
        return trimmed(rest.substr(0, rest.find_first_of("#\n"))) == "null";
    }

    void read_entry(const YamlNode::Key& key, const YamlNode& value) {
        const auto text = is_written_null(value)
                              ? std::optional<std::string>{"null"}
                              : yaml_text(value, fmt::format("'{}'", key.name), diagnostics_);
        if (!text) {
            return;
        }
        if (key.name == "title") {
            profile_.title = *text;
        } else if (key.name == "note") {
            profile_.note = *text;
        } else if (key.name == "base") {
            const auto base = find_profile(package_, *text, value.span);
            if (base) {
                profile_.base = base.value()->id;
            } else {
                diagnostics_.append(base.error());
            }
        } else if (const Trait* trait = trait_of(key.name)) {
            read_trait(*trait, key, *text, value.span);
        } else if (package_.parameter(key.name) != nullptr) {
            set(key.name, *text, value.span);
        } else {
            unknown(key);
        }
    }

    [[nodiscard]] const Trait* trait_of(std::string_view name) const {
        const auto found = std::find_if(package_.traits.begin(), package_.traits.end(),
                                        [&](const Trait& t) { return is_same_name(t.id, name); });
        return found == package_.traits.end() ? nullptr : &*found;
    }

    void read_trait(const Trait& trait, const YamlNode::Key& key, const std::string& text,
                    const Span& where) {
        for (const Trait::State& state : trait.states) {
            if (is_same_name(state.id, text)) {
                for (const Setting& setting : state.settings) {
                    put(setting, where);
                }
                return;
            }
        }
        if (!trait.parameter.empty() && parse_quantity(text)) {
            set(trait.parameter, text, where);
            return;
        }
        std::vector<std::string> states;
        for (const Trait::State& state : trait.states) {
            states.push_back(state.id);
        }
        const std::string number =
            trait.parameter.empty()
                ? std::string{}
                : "a number" + unit_text(package_.parameter(trait.parameter)->unit, " [", "]");
        std::string hint = did_you_mean(text, states);
        if (hint.empty()) {
            hint = states.empty() ? "write " + number
                                  : fmt::format("it is one of {}{}", fmt::join(states, ", "),
                                                number.empty() ? "" : ", or " + number);
        }
        diagnostics_.error("ERB-PKG-0025", where,
                           fmt::format("'{}' is no state of {}", text, key.name), std::move(hint));
    }

    /// A number of a parameter, with a unit or in the unit of its row.
    void set(const std::string& parameter, const std::string& text, const Span& where) {
        const auto setting = parse_setting(package_, parameter + "=" + text);
        if (setting) {
            put(setting.value(), where);
            return;
        }
        for (const Diagnostic& problem : setting.error().all()) {
            diagnostics_.error("ERB-PKG-0006", where, problem.message, problem.hint);
        }
    }

    void put(const Setting& setting, const Span& where) {
        const Parameter& row = *package_.parameter(setting.parameter);
        if ((row.lower && setting.value < *row.lower) ||
            (row.upper && setting.value > *row.upper)) {
            const double factor = row.factor;
            diagnostics_.error(
                "ERB-PKG-0007", where,
                fmt::format("{} = {} lies outside its bounds", row.id,
                            shortest(setting.value / factor)),
                fmt::format("from {} to {}{}", row.lower ? shortest(*row.lower / factor) : "-inf",
                            row.upper ? shortest(*row.upper / factor) : "inf",
                            unit_text(row.unit, " ", "")));
            return;
        }
        const bool is_repeated =
            std::any_of(profile_.overrides.begin(), profile_.overrides.end(),
                        [&](const Override& o) { return o.setting.parameter == row.id; });
        if (is_repeated) {
            diagnostics_.error("ERB-PKG-0004", where,
                               fmt::format("the profile sets '{}' twice", row.id),
                               "a trait and a parameter may stand for the same number");
            return;
        }
        Override change;
        change.setting = setting;
        change.unit = row.unit;
        change.provenance.note = "written by the user";
        change.span = where;
        profile_.overrides.push_back(std::move(change));
    }

    void unknown(const YamlNode::Key& key) {
        std::vector<std::string> known{"title", "note", "base"};
        for (const Trait& trait : package_.traits) {
            known.push_back(trait.id);
        }
        for (const Parameter& parameter : package_.parameters) {
            known.push_back(parameter.id);
        }
        std::string hint = did_you_mean(key.name, known);
        if (hint.empty()) {
            std::vector<std::string> traits;
            for (const Trait& trait : package_.traits) {
                traits.push_back(trait.id);
            }
            hint = traits.empty() ? "profiles set parameters of the package"
                                  : fmt::format("traits are {}; parameters stand in parameters.tsv",
                                                fmt::join(traits, ", "));
        }
        diagnostics_.error(
            "ERB-PKG-0024", key.span,
            fmt::format("'{}' is neither a trait nor a parameter of {}", key.name, package_.name),
            std::move(hint));
    }

    const Package& package_;
    Profile& profile_;
    Diagnostics& diagnostics_;
};

}  // namespace

Outcome<std::string, Diagnostics> add_profile_file(Package& package, const std::string& path) {
    const auto source = std::make_shared<const SourceText>(SourceText{path, read_file(path)});
    auto root = parse_yaml(source);
    if (!root) {
        return std::move(root).error();
    }
    Diagnostics diagnostics;
    Profile profile;
    profile.id = std::filesystem::path{path}.stem().string();
    if (package.profile(profile.id) != nullptr) {
        profile.id += "-file";
    }
    profile.title = profile.id;
    profile.group = "file";
    ProfileReader{package, profile, diagnostics}.read(root.value());
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    package.texts.push_back(source);
    package.profiles.push_back(std::move(profile));
    return package.profiles.back().id;
}

}  // namespace erbium::package
