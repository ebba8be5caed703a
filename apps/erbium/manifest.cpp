// SPDX-License-Identifier: Apache-2.0
// apps/erbium/manifest.cpp: run.json.
#include "manifest.hpp"

#include <filesystem>

#include "erbium/base/hash.hpp"
#include "erbium/base/text.hpp"
#include "json_number.hpp"
#include "reduction_record.hpp"

namespace erbium::app {
namespace {

constexpr int kResultsVersion = 1;

std::string solver_name(const Manifest& manifest) {
    if (manifest.solver.method == sim::Method::cvode) {
        return "CVODES BDF, KLU with AMD ordering, analytic Jacobian";
    }
    const std::string method = manifest.method.empty() ? "Rodas5P" : manifest.method;
    return method + ", own sparse LU, analytic Jacobian";
}

}  // namespace

std::string manifest_json(const Manifest& manifest) {
    nlohmann::ordered_json json;
    json["program"] = "erbium";
    json["version"] = ERBIUM_VERSION;
    json["results"] = kResultsVersion;
    json["command"] = manifest.command;
    json["inputs"] = nlohmann::ordered_json::array();
    for (const auto& input : manifest.inputs) {
        json["inputs"].push_back({{"path", input->path}, {"hash", content_hash(input->text)}});
    }
    json["network"] = {{"species", manifest.species}, {"reactions", manifest.reactions}};
    json["solver"] = {{"name", solver_name(manifest)},
                      {"rtol", manifest.solver.tolerances.rtol},
                      {"max_steps", manifest.solver.max_steps}};
    if (manifest.solver.tolerances.atol) {
        json["solver"]["atol"] = *manifest.solver.tolerances.atol;
    } else {
        json["solver"]["atol_of_largest"] = sim::Tolerances::kAtolOfLargest;
    }
    if (manifest.before_lumping) {
        json["lumped_from"] = {{"species", manifest.before_lumping->species},
                               {"reactions", manifest.before_lumping->reactions}};
    }
    if (manifest.reduction) {
        json["reduction"] = reduction_json(*manifest.reduction);
    }
    if (manifest.quasi_steady) {
        json["reduction"]["quasi_steady"] = quasi_steady_json(*manifest.quasi_steady);
    }
    for (const auto& [setting, value] : manifest.settings) {
        json["settings"][setting] = value;
    }
    json["runs"] = manifest.runs;
    json["failed_runs"] = manifest.failed_runs;
    json["fallbacks"] = manifest.fallbacks;
    json["doses"] = nlohmann::ordered_json::array();
    for (const auto& [treatment, given] : manifest.doses) {
        json["doses"].push_back({{"treatment", treatment}, {"given", given}});
    }
    return json_text(json) + "\n";
}

void write_manifest(const std::string& folder, const Manifest& manifest) {
    write_file((std::filesystem::path{folder} / "run.json").string(), manifest_json(manifest));
}

}  // namespace erbium::app
