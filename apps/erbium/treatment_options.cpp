// SPDX-License-Identifier: Apache-2.0
// apps/erbium/treatment_options.cpp: reads what the user typed about a treatment.
#include "treatment_options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "erbium/base/text.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::app {
namespace {

/// Several --drug options are one treatment, as if joined with '+'.
package::Treatment read_treatment(const package::Package& package,
                                  const std::vector<std::string>& texts, Diagnostics& diagnostics) {
    Outcome<package::Treatment, Diagnostics> treatment =
        package::parse_treatment(package, fmt::format("{}", fmt::join(texts, " + ")));
    if (!treatment) {
        diagnostics.append(std::move(treatment).error());
        return {};
    }
    return std::move(treatment).value();
}

}  // namespace

Outcome<std::string, Diagnostics> profile_of(package::Package& package, const std::string& name) {
    const std::string ending = std::filesystem::path{name}.extension().string();
    if (ending == ".yaml" || ending == ".yml") {
        return package::add_profile_file(package, name);
    }
    const auto profile = package::find_profile(package, name);
    if (!profile) {
        std::error_code failure;
        if (std::filesystem::is_regular_file(name + ".yaml", failure)) {
            Diagnostics diagnostics;
            diagnostics.error("ERB-PKG-0020", {}, fmt::format("unknown profile '{}'", name),
                              fmt::format("for the file here write {}.yaml", name));
            return diagnostics;
        }
        return profile.error();
    }
    return profile.value()->id;
}

Outcome<assay::Condition, Diagnostics> condition_of(package::Package& package,
                                                    const TreatmentOptions& options) {
    Diagnostics diagnostics;
    assay::Condition condition;
    if (!options.profile.empty()) {
        const auto profile = profile_of(package, options.profile);
        if (profile) {
            condition.profile = profile.value();
        } else {
            diagnostics.append(profile.error());
        }
    }
    for (const std::string& text : options.settings) {
        Outcome<package::Setting, Diagnostics> setting = package::parse_setting(package, text);
        if (setting) {
            condition.parameters.push_back(std::move(setting).value());
        } else {
            diagnostics.append(std::move(setting).error());
        }
    }
    condition.background = read_treatment(package, options.background, diagnostics);
    condition.treatment = read_treatment(package, options.drugs, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return condition;
}

std::string condition_text(const package::Package& package, const assay::Condition& condition) {
    std::string text = condition.profile.empty() ? "parameters as they stand" : condition.profile;
    text += ", " + package::treatment_text(package, condition.treatment);
    if (!condition.background.doses.empty()) {
        text += ", in " + package::treatment_text(package, condition.background);
    }
    for (const package::Setting& setting : condition.parameters) {
        text += fmt::format(", {} = {}", setting.parameter, shortest(setting.value));
    }
    return text;
}

}  // namespace erbium::app
