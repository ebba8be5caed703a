// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_package.cpp: package.yaml, and through it every other file.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "erbium/base/error.hpp"
#include "erbium/base/text.hpp"
#include "erbium/package/loading.hpp"

namespace erbium::package {
namespace {

/// The file a key names, read; null when the key is missing or the file cannot be read.
std::shared_ptr<const SourceText> file_of(Loading& loading, const YamlFields& fields,
                                          std::string_view key, bool is_required) {
    if (fields.find(key) == nullptr) {
        if (is_required) {
            (void)fields.require(key);
        }
        return nullptr;
    }
    return loading.folder.read(fields.text(key), fields.span(key), loading.diagnostics);
}

/// The files a list names.
std::vector<std::shared_ptr<const SourceText>> files_of(Loading& loading, const YamlFields& fields,
                                                        std::string_view key) {
    std::vector<std::shared_ptr<const SourceText>> out;
    std::set<std::string> taken;
    for (const YamlNode& item : fields.sequence(key)) {
        const auto name = yaml_text(item, fmt::format("an item of '{}'", key), loading.diagnostics);
        if (!name) {
            continue;
        }
        if (!taken.insert(*name).second) {
            loading.diagnostics.error("ERB-PKG-0004", item.span,
                                      fmt::format("file '{}' stands here twice", *name));
            continue;
        }
        if (auto source = loading.folder.read(*name, item.span, loading.diagnostics)) {
            out.push_back(std::move(source));
        }
    }
    return out;
}

/// The tiers, and the modules of all of them followed by those of the wanted one.
void read_modules(Loading& loading, const YamlFields& manifest, std::string_view wanted) {
    Package& package = loading.package;
    (void)manifest.require("modules");
    package.modules = files_of(loading, manifest, "modules");
    std::vector<std::string> known;
    for (const YamlNode& item : manifest.sequence("tiers")) {
        const YamlFields fields{item, "a tier", {"id", "title", "modules"}, loading.diagnostics};
        Tier tier{fields.required_text("id"), fields.text("title"),
                  files_of(loading, fields, "modules")};
        if (!tier.id.empty() && !is_plain_id(tier.id)) {
            loading.diagnostics.error("ERB-PKG-0005", fields.span("id"),
                                      fmt::format("'{}' is not a name", tier.id));
        } else if (std::find(known.begin(), known.end(), tier.id) != known.end()) {
            loading.diagnostics.error("ERB-PKG-0004", fields.span("id"),
                                      fmt::format("tier '{}' stands here twice", tier.id));
        }
        known.push_back(tier.id);
        package.tiers.push_back(std::move(tier));
    }
    for (const Tier& tier : package.tiers) {
        if (package.tier.empty() && (wanted.empty() || tier.id == wanted)) {
            package.tier = tier.id;
            package.modules.insert(package.modules.end(), tier.modules.begin(), tier.modules.end());
        }
    }
    if (!wanted.empty() && package.tier.empty()) {
        loading.diagnostics.error(
            "ERB-PKG-0023", {}, fmt::format("package '{}' has no tier '{}'", package.name, wanted),
            known.empty() ? "it has one form only"
                          : fmt::format("its tiers: {}", fmt::join(known, ", ")));
    }
}

/// One of the package's internal units; stays as it was when the text is no such unit.
void read_unit(Loading& loading, const YamlFields& fields, std::string_view key, Unit& unit,
               std::string& text) {
    if (fields.find(key) == nullptr) {
        return;
    }
    const std::string wanted = fields.text(key);
    const auto parsed = parse_unit(wanted);
    if (!parsed) {
        loading.diagnostics.error("ERB-PKG-0006", fields.span(key), parsed.error().message,
                                  parsed.error().hint);
        return;
    }
    if (parsed.value().dimension() != unit.dimension()) {
        loading.diagnostics.error(
            "ERB-PKG-0006", fields.span(key),
            fmt::format("'{}' is {}, but {} is expected", wanted,
                        parsed.value().dimension().words(), unit.dimension().words()));
        return;
    }
    unit = parsed.value();
    text = wanted;
}

void read_units(Loading& loading, const YamlFields& manifest) {
    Package& package = loading.package;
    package.time_unit = "s";
    package.amount_unit = "copies";
    package.concentration_unit = "nM";
    const YamlNode* node = manifest.find("units");
    if (node == nullptr) {
        return;
    }
    const YamlFields fields{
        *node, "'units'", {"time", "amount", "concentration"}, loading.diagnostics};
    read_unit(loading, fields, "time", loading.time_unit, package.time_unit);
    read_unit(loading, fields, "amount", loading.amount_unit, package.amount_unit);
    read_unit(loading, fields, "concentration", loading.concentration_unit,
              package.concentration_unit);
    if (package.time_unit != "s") {
        loading.diagnostics.unsupported("ERB-PKG-0006", fields.span("time"),
                                        fmt::format("time unit '{}'", package.time_unit),
                                        "write the BNGL text in seconds; tables may use any unit");
    }
}

void read_readouts(Loading& loading, const YamlFields& manifest) {
    std::set<std::string> taken;
    for (const YamlNode& item : manifest.sequence("readouts")) {
        const YamlFields fields{
            item, "a readout", {"id", "of", "title", "unit", "note"}, loading.diagnostics};
        Readout readout;
        readout.id = fields.required_text("id");
        readout.of = fields.find("of") == nullptr ? readout.id : fields.text("of");
        readout.title = fields.find("title") == nullptr ? readout.id : fields.text("title");
        readout.unit = fields.text("unit");
        readout.note = fields.text("note");
        readout.span = fields.span(fields.find("of") == nullptr ? "id" : "of");
        if (!readout.id.empty() && !is_plain_id(readout.id)) {
            loading.diagnostics.error("ERB-PKG-0005", fields.span("id"),
                                      fmt::format("'{}' is not a name", readout.id));
        } else if (readout.id == "viability") {
            loading.diagnostics.error("ERB-PKG-0005", fields.span("id"),
                                      "'viability' is made from the growth readout and cannot be "
                                      "declared");
        } else if (!readout.id.empty() && !taken.insert(readout.id).second) {
            loading.diagnostics.error("ERB-PKG-0004", fields.span("id"),
                                      fmt::format("readout '{}' stands here twice", readout.id));
        } else if (!readout.id.empty()) {
            loading.package.readouts.push_back(std::move(readout));
        }
    }
}

void read_protocol(Loading& loading, const YamlFields& manifest) {
    const YamlNode* node = manifest.require("protocol");
    if (node == nullptr) {
        return;
    }
    Protocol& protocol = loading.package.protocol;
    const YamlFields fields{
        *node, "'protocol'", {"equilibrate", "start", "duration", "growth"}, loading.diagnostics};
    if (const YamlNode* equilibrate = fields.find("equilibrate")) {
        const YamlFields inner{
            *equilibrate, "'equilibrate'", {"max_time", "parameters"}, loading.diagnostics};
        const std::string max_time = inner.required_text("max_time");
        if (!max_time.empty()) {
            protocol.equilibrate_max_time_s =
                loading.time_s(max_time, inner.span("max_time")).value_or(0.0);
        }
        if (const YamlNode* parameters = inner.find("parameters")) {
            protocol.equilibrate = loading.settings(*parameters, "'parameters'");
        }
    }
    if (const YamlNode* start = fields.find("start")) {
        const YamlFields inner{*start, "'start'", {"parameters"}, loading.diagnostics};
        if (const YamlNode* parameters = inner.find("parameters")) {
            protocol.start = loading.settings(*parameters, "'parameters'");
        }
    }
    const std::string duration = fields.required_text("duration");
    if (!duration.empty()) {
        protocol.duration_s = loading.time_s(duration, fields.span("duration")).value_or(0.0);
    }
    protocol.growth = fields.required_text("growth");
    if (!protocol.growth.empty()) {
        loading.require_readout(protocol.growth, fields.span("growth"));
    }
}

void read_header(Loading& loading, const YamlFields& manifest) {
    static const std::vector<std::string> kMaturities = {"sketch", "calibrated", "validated"};
    Package& package = loading.package;
    package.name = manifest.required_text("name");
    if (!package.name.empty() && !is_plain_id(package.name)) {
        loading.diagnostics.error("ERB-PKG-0005", manifest.span("name"),
                                  fmt::format("'{}' is not a name", package.name),
                                  "one word of letters, digits, '_', '.' and '-'");
    }
    package.title = manifest.required_text("title");
    package.version = manifest.required_text("version");
    const std::string maturity = manifest.required_text("maturity");
    const auto found = std::find(kMaturities.begin(), kMaturities.end(), maturity);
    if (found != kMaturities.end()) {
        package.maturity = static_cast<Maturity>(found - kMaturities.begin());
    } else if (!maturity.empty()) {
        loading.unknown_word("maturity", maturity, manifest.span("maturity"), kMaturities);
    }
    package.scope = manifest.texts("scope");
    package.non_scope = manifest.texts("non_scope");
}

}  // namespace

/// The order is that of what refers to what: bibliography, drugs (their molar masses), parameters,
/// profiles, readouts, protocol, observations, claims, report.
void read_manifest(Loading& loading, std::string_view tier) {
    const auto source = loading.folder.read("package.yaml", {}, loading.diagnostics);
    if (!source) {
        return;
    }
    auto root = parse_yaml(source);
    if (!root) {
        loading.diagnostics.append(std::move(root).error());
        return;
    }
    const YamlFields manifest{
        root.value(),
        "the package",
        {"name",       "title",    "version",    "maturity", "scope",  "non_scope",    "units",
         "modules",    "tiers",    "parameters", "profiles", "drugs",  "observations", "held_out",
         "references", "readouts", "protocol",   "ensemble", "claims", "report"},
        loading.diagnostics};
    if (root.value().kind != YamlKind::map) {
        return;
    }
    read_header(loading, manifest);
    read_units(loading, manifest);
    if (const auto text = file_of(loading, manifest, "references", false)) {
        loading.package.references = parse_references(text, loading.diagnostics);
        loading.has_references = true;
    }
    if (const auto text = file_of(loading, manifest, "drugs", false)) {
        read_drugs(loading, text);
    }
    if (const auto text = file_of(loading, manifest, "parameters", true)) {
        read_parameters(loading, text);
    }
    check_drug_parameters(loading);
    if (const YamlNode* node = manifest.find("profiles")) {
        const YamlFields profiles{
            *node, "'profiles'", {"index", "values", "traits"}, loading.diagnostics};
        if (const auto text = file_of(loading, profiles, "index", true)) {
            read_profile_index(loading, text);
            check_profile_bases(loading);
            for (const auto& values : files_of(loading, profiles, "values")) {
                read_profile_values(loading, values);
            }
        }
        if (const auto text = file_of(loading, profiles, "traits", false)) {
            read_traits(loading, text);
        }
    }
    read_readouts(loading, manifest);
    read_protocol(loading, manifest);
    read_modules(loading, manifest, tier);
    for (const auto& text : files_of(loading, manifest, "observations")) {
        read_observations(loading, text);
    }
    const std::size_t looked_at = loading.package.observations.size();
    for (const auto& text : files_of(loading, manifest, "held_out")) {
        read_observations(loading, text);
    }
    for (std::size_t i = looked_at; i < loading.package.observations.size(); ++i) {
        loading.package.observations[i].is_held_out = true;
    }
    if (const auto text = file_of(loading, manifest, "ensemble", false)) {
        read_ensemble(loading, text);
    }
    if (const auto text = file_of(loading, manifest, "claims", false)) {
        read_claims(loading, text);
    }
    if (const auto text = file_of(loading, manifest, "report", false)) {
        read_report_plan(loading, text);
    }
}

Outcome<Package, Diagnostics> load_package(const std::string& folder, std::string_view tier) {
    std::error_code failure;
    if (!std::filesystem::is_directory(folder, failure)) {
        throw IoError(folder, "read the package", failure ? failure.value() : ENOTDIR);
    }
    Loading loading{folder};
    read_manifest(loading, tier);
    if (loading.diagnostics.has_errors()) {
        return std::move(loading.diagnostics);
    }
    loading.package.texts = loading.folder.texts();
    return std::move(loading.package);
}

}  // namespace erbium::package
