// SPDX-License-Identifier: Apache-2.0
// erbium/package/package.cpp: look-ups in a loaded package.
#include "erbium/package/package.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::package {
namespace {

template <class T>
const T* find_by(const std::vector<T>& all, std::string T::*name, std::string_view id) noexcept {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const T& one) { return one.*name == id; });
    return found == all.end() ? nullptr : &*found;
}

/// The entry whose id or title is `name`, exactly or nearly; else a diagnostic with a hint.
template <class T>
Outcome<const T*, Diagnostics> find_for_user(const std::vector<T>& all, std::string_view name,
                                             const Span& where, const char* code,
                                             std::string_view what) {
    if (const T* exact = find_by(all, &T::id, name)) {
        return exact;
    }
    const std::string folded = folded_name(name);
    std::vector<std::string> ids;
    for (const T& one : all) {
        if (!folded.empty() &&
            (folded_name(one.id) == folded || folded_name(one.title) == folded)) {
            return &one;
        }
        ids.push_back(one.id);
    }
    std::string hint = did_you_mean(name, ids);
    if (hint.empty() && !ids.empty()) {
        hint = fmt::format("there are {}", fmt::join(ids, ", "));
    }
    Diagnostics diagnostics;
    diagnostics.error(code, where, fmt::format("unknown {} '{}'", what, name), std::move(hint));
    return diagnostics;
}

}  // namespace

const Parameter* Package::parameter(std::string_view id) const noexcept {
    return find_by(parameters, &Parameter::id, id);
}
const Profile* Package::profile(std::string_view id) const noexcept {
    return find_by(profiles, &Profile::id, id);
}
const Trait* Package::trait(std::string_view id) const noexcept {
    return find_by(traits, &Trait::id, id);
}

const Trait::State* Trait::state(std::string_view wanted) const noexcept {
    return find_by(states, &State::id, wanted);
}

const Readout* Package::readout(std::string_view id) const noexcept {
    return find_by(readouts, &Readout::id, id);
}
const Reference* Package::reference(std::string_view key) const noexcept {
    return find_by(references, &Reference::key, key);
}

void overlay(Settings& settings, const Settings& more) {
    for (const Setting& setting : more) {
        const auto same = std::find_if(settings.begin(), settings.end(), [&](const Setting& s) {
            return s.parameter == setting.parameter;
        });
        if (same == settings.end()) {
            settings.push_back(setting);
        } else {
            same->value = setting.value;
        }
    }
}

Settings Ensemble::settings(std::size_t set) const {
    ERBIUM_CHECK(set < size(), "a parameter set that the ensemble does not have");
    Settings out;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        out.push_back({parameters[p], values[set * parameters.size() + p]});
    }
    return out;
}

Settings profile_settings(const Package& package, std::string_view profile) {
    std::vector<const Profile*> path;  // the profile, its base, the base's base, ...
    for (const Profile* at = package.profile(profile); at != nullptr;
         at = at->base.empty() ? nullptr : package.profile(at->base)) {
        path.push_back(at);
    }
    ERBIUM_CHECK(!path.empty(), "profile_settings of an unknown profile");
    Settings out;
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
        for (const Override& change : (*at)->overrides) {
            overlay(out, {change.setting});
        }
    }
    return out;
}

Outcome<const Profile*, Diagnostics> find_profile(const Package& package, std::string_view name,
                                                  const Span& where) {
    return find_for_user(package.profiles, name, where, "ERB-PKG-0020", "profile");
}

Outcome<const Readout*, Diagnostics> find_readout(const Package& package, std::string_view name,
                                                  const Span& where) {
    return find_for_user(package.readouts, name, where, "ERB-PKG-0021", "readout");
}

std::vector<std::string> cited(const Package& package) {
    std::set<std::string> used;
    const auto add = [&](const std::vector<std::string>& keys) {
        used.insert(keys.begin(), keys.end());
    };
    for (const Parameter& parameter : package.parameters) {
        add(parameter.provenance.sources);
    }
    for (const Profile& profile : package.profiles) {
        for (const Override& change : profile.overrides) {
            add(change.provenance.sources);
        }
    }
    for (const Drug& drug : package.drugs) {
        add(drug.sources);
    }
    for (const Observation& observation : package.observations) {
        add(observation.sources);
    }
    for (const Claim& claim : package.claims) {
        add(claim.sources);
    }
    std::vector<std::string> out;
    for (const Reference& reference : package.references) {
        if (used.contains(reference.key)) {
            out.push_back(reference.key);
        }
    }
    return out;
}

Outcome<Setting, Diagnostics> parse_setting(const Package& package, std::string_view text) {
    Diagnostics diagnostics;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        diagnostics.error("ERB-PKG-0022", {}, fmt::format("'{}' sets no parameter", text),
                          "write NAME=VALUE or NAME=VALUE UNIT");
        return diagnostics;
    }
    const std::string_view name = trimmed(text.substr(0, equals));
    const Parameter* parameter = package.parameter(name);
    if (parameter == nullptr) {
        std::vector<std::string> ids;
        for (const Parameter& one : package.parameters) {
            ids.push_back(one.id);
        }
        const std::string hint = did_you_mean(name, ids);
        diagnostics.error("ERB-PKG-0022", {}, fmt::format("unknown parameter '{}'", name),
                          hint.empty() ? "parameters stand in parameters.tsv" : hint);
        return diagnostics;
    }
    const auto quantity = parse_quantity(text.substr(equals + 1));
    if (!quantity) {
        diagnostics.error("ERB-PKG-0022", {},
                          fmt::format("value of '{}': {}", name, quantity.error().message),
                          quantity.error().hint);
        return diagnostics;
    }
    const Quantity& q = quantity.value();
    if (q.value < 0.0 && parameter->lower && *parameter->lower >= 0.0) {
        diagnostics.error("ERB-PKG-0022", {}, fmt::format("'{}' is never below 0", name));
        return diagnostics;
    }
    if (q.unit_text == "1") {
        return Setting{parameter->id, parameter->factor * q.value};
    }
    const auto in_row_unit = convert(q.value, q.unit_text, parameter->unit);
    if (!in_row_unit) {
        diagnostics.error("ERB-PKG-0022", {},
                          fmt::format("value of '{}': {}", name, in_row_unit.error().message),
                          in_row_unit.error().hint);
        return diagnostics;
    }
    return Setting{parameter->id, parameter->factor * in_row_unit.value()};
}

std::string_view origin_name(Origin origin) noexcept {
    constexpr std::array<std::string_view, 5> kNames = {"measured", "fitted", "borrowed", "derived",
                                                        "assumed"};
    return kNames[static_cast<std::size_t>(origin)];
}

}  // namespace erbium::package
