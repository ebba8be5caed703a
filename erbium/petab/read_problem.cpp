// SPDX-License-Identifier: Apache-2.0
// erbium/petab/read_problem.cpp: the YAML file that holds a problem together.
#include <fmt/format.h>

#include <filesystem>

#include "erbium/base/text.hpp"
#include "erbium/package/yaml.hpp"
#include "erbium/petab/reading.hpp"

namespace erbium::petab {
namespace {

using package::YamlFields;
using package::YamlKind;
using package::YamlNode;

/// The files of a key, each read and handed to `reader`. A single name counts as a list of one.
void read_files(Reading& reading, const YamlFields& fields, std::string_view key, bool is_required,
                void (*reader)(Reading&, const Source&)) {
    const YamlNode* node = is_required ? fields.require(key) : fields.find(key);
    if (node == nullptr) {
        return;
    }
    const auto read = [&](const YamlNode& item) {
        const auto name = package::yaml_text(item, key, reading.diagnostics);
        const Source source =
            name ? reading.folder.read(*name, item.span, reading.diagnostics) : nullptr;
        if (source != nullptr) {
            reader(reading, source);
        }
    };
    if (node->kind == YamlKind::sequence) {
        for (const YamlNode& item : node->items) {
            read(item);
        }
    } else {
        read(*node);
    }
}

void read_model(Reading& reading, const YamlNode& location, ModelLanguage language) {
    const auto name = package::yaml_text(location, "a model file", reading.diagnostics);
    if (!name) {
        return;
    }
    ModelFile& model = reading.problem.model;
    if (model.text != nullptr) {
        reading.diagnostics.unsupported("ERB-PETAB-0012", location.span,
                                        "a problem with several models");
        return;
    }
    model.language = language;
    model.location = *name;
    model.span = location.span;
    model.text = reading.folder.read(*name, location.span, reading.diagnostics);
}

std::optional<ModelLanguage> model_language(Reading& reading, const std::string& word,
                                            const Span& where) {
    if (word == "sbml") {
        return ModelLanguage::sbml;
    }
    if (word == "bngl") {
        return ModelLanguage::bngl;
    }
    reading.diagnostics.unsupported("ERB-PETAB-0012", where,
                                    fmt::format("the model language '{}'", word),
                                    "Erbium reads sbml and bngl");
    return std::nullopt;
}

/// A map of ids to {location, language}, as PEtab 2 has it and PEtab 1 for other languages.
void read_model_map(Reading& reading, const YamlNode& node) {
    for (const YamlNode& item : node.items) {
        const YamlFields model{item, "a model", {"location", "language"}, reading.diagnostics};
        const YamlNode* location = model.require("location");
        const auto language =
            model_language(reading, model.required_text("language"), model.span("language"));
        if (location != nullptr && language) {
            read_model(reading, *location, *language);
        }
    }
}

void read_version_1(Reading& reading, const YamlNode& root) {
    const YamlFields fields{root,
                            "a PEtab problem",
                            {"format_version", "parameter_file", "problems", "extensions"},
                            reading.diagnostics};
    read_files(reading, fields, "parameter_file", true, read_parameters);
    if (fields.require("problems") == nullptr) {
        return;
    }
    const std::vector<YamlNode>& problems = fields.sequence("problems");
    if (problems.size() != 1) {
        if (problems.size() > 1) {
            reading.diagnostics.unsupported("ERB-PETAB-0012", problems[1].span,
                                            "a file with several problems");
        }
        return;
    }
    const YamlFields problem{problems.front(),
                             "a problem",
                             {"sbml_files", "model_files", "condition_files", "measurement_files",
                              "observable_files", "visualization_files", "mapping_files"},
                             reading.diagnostics};
    for (const YamlNode& location : problem.sequence("sbml_files")) {
        read_model(reading, location, ModelLanguage::sbml);
    }
    if (const YamlNode* models = problem.find("model_files")) {
        read_model_map(reading, *models);
    }
    if (problem.find("sbml_files") == nullptr && problem.find("model_files") == nullptr) {
        reading.diagnostics.error("ERB-PETAB-0001", problem.span(), "the problem has no model",
                                  "name it under sbml_files or model_files");
    }
    read_files(reading, problem, "mapping_files", false, read_mappings);
    read_files(reading, problem, "condition_files", true, read_conditions_1);
    read_files(reading, problem, "observable_files", true, read_observables);
    read_files(reading, problem, "measurement_files", true, read_measurements);
}

void read_version_2(Reading& reading, const YamlNode& root) {
    const YamlFields fields{root,
                            "a PEtab problem",
                            {"format_version", "id", "parameter_files", "model_files",
                             "condition_files", "experiment_files", "observable_files",
                             "measurement_files", "mapping_files", "extensions"},
                            reading.diagnostics};
    if (const YamlNode* extensions = fields.find("extensions")) {
        for (std::size_t i = 0; i < extensions->keys.size(); ++i) {
            const YamlNode& extension = extensions->items[i];
            for (std::size_t k = 0; k < extension.keys.size(); ++k) {
                if (extension.keys[k].name == "required" && extension.items[k].scalar == "true") {
                    reading.diagnostics.unsupported(
                        "ERB-PETAB-0012", extensions->keys[i].span,
                        fmt::format("the PEtab extension '{}'", extensions->keys[i].name));
                }
            }
        }
    }
    if (const YamlNode* models = fields.require("model_files")) {
        read_model_map(reading, *models);
    }
    read_files(reading, fields, "parameter_files", true, read_parameters);
    read_files(reading, fields, "mapping_files", false, read_mappings);
    read_files(reading, fields, "condition_files", false, read_conditions_2);
    read_files(reading, fields, "experiment_files", false, read_experiments);
    read_files(reading, fields, "observable_files", true, read_observables);
    read_files(reading, fields, "measurement_files", true, read_measurements);
}

}  // namespace

Outcome<Problem, Diagnostics> read_problem(const std::string& yaml_path) {
    const auto source =
        std::make_shared<const SourceText>(SourceText{yaml_path, read_file(yaml_path)});
    const auto root = package::parse_yaml(source);
    if (!root) {
        return root.error();
    }
    const std::string folder = std::filesystem::path{yaml_path}.parent_path().string();
    Reading reading{folder.empty() ? "." : folder};
    std::string version;
    Span where = root.value().span;
    for (std::size_t i = 0; i < root.value().keys.size(); ++i) {
        if (root.value().keys[i].name == "format_version") {
            version = root.value().items[i].scalar;
            where = root.value().items[i].span;
        }
    }
    if (version == "1" || version == "1.0" || version == "1.0.0") {
        reading.problem.version = 1;
        read_version_1(reading, root.value());
    } else if (version == "2" || version == "2.0" || version == "2.0.0") {
        reading.problem.version = 2;
        read_version_2(reading, root.value());
    } else if (version.empty()) {
        reading.diagnostics.error("ERB-PETAB-0001", where, "the file has no format_version",
                                  "1 or 2.0.0");
    } else {
        reading.diagnostics.unsupported("ERB-PETAB-0012", where,
                                        fmt::format("PEtab version '{}'", version),
                                        "Erbium reads 1 and 2.0.0");
    }
    if (!reading.diagnostics.has_errors() && reading.problem.measurements.empty()) {
        reading.diagnostics.error("ERB-PETAB-0001", where, "the problem has no measurements");
    }
    if (reading.diagnostics.has_errors()) {
        return std::move(reading.diagnostics);
    }
    reading.problem.warnings = std::move(reading.diagnostics);
    reading.problem.texts = reading.folder.texts();
    reading.problem.texts.insert(reading.problem.texts.begin(), source);
    return std::move(reading.problem);
}

}  // namespace erbium::petab
