// SPDX-License-Identifier: Apache-2.0
// tests/sbml/sbml_text.hpp: small SBML documents for tests, and runs of them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sbml/import.hpp"
#include "erbium/sim/solver.hpp"

namespace erbium::sbml::test {

/// A Level 3 Version 2 document with this inside of its model.
inline std::string document(const std::string& model) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" level=\"3\" "
           "version=\"2\">\n<model id=\"m\">\n" +
           model + "\n</model>\n</sbml>\n";
}

/// MathML around content such as `<ci>k</ci>`.
inline std::string math(const std::string& content) {
    return "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" + content + "</math>";
}

inline std::string compartment(const std::string& id, const std::string& size) {
    return "<compartment id=\"" + id + "\" spatialDimensions=\"3\" size=\"" + size +
           "\" constant=\"true\"/>";
}

inline std::string species(const std::string& id, const std::string& more) {
    return "<species id=\"" + id + "\" compartment=\"C\" hasOnlySubstanceUnits=\"false\" " +
           "boundaryCondition=\"false\" constant=\"false\" " + more + "/>";
}

inline std::string parameter(const std::string& id, const std::string& value,
                             bool is_constant = true) {
    return "<parameter id=\"" + id + "\" " + (value.empty() ? "" : "value=\"" + value + "\" ") +
           "constant=\"" + (is_constant ? "true" : "false") + "\"/>";
}

inline std::shared_ptr<const SourceText> source(std::string text) {
    return std::make_shared<const SourceText>(SourceText{"m.xml", std::move(text)});
}

/// All complaints about a document; empty when it is read.
inline std::string complaint(const std::string& text, const ImportOptions& options = {}) {
    const auto model = import_model(source(text), options);
    return model ? std::string{} : model.error().text();
}

inline ImportedModel imported(const std::string& text, const ImportOptions& options = {}) {
    auto model = import_model(source(text), options);
    if (!model) {
        ADD_FAILURE() << model.error().text();
        return {};
    }
    return std::move(model).value();
}

/// Values of the ids at the times; overrides are of network parameters.
inline std::vector<std::vector<double>> simulated(
    ImportedModel model, const std::vector<std::pair<std::string, SpeciesForm>>& ids,
    std::vector<double> times, const std::vector<std::pair<std::string, double>>& overrides = {}) {
    std::vector<std::string> columns;
    for (const auto& [id, form] : ids) {
        const Quantity* quantity = model.find(id);
        if (quantity == nullptr) {
            ADD_FAILURE() << "no quantity " << id;
            return {};
        }
        columns.push_back(column_of(model, *quantity, form));
    }
    const auto system = eqn::compile(model.network);
    if (!system) {
        ADD_FAILURE() << system.error().text();
        return {};
    }
    sim::Run run;
    for (const auto& [name, value] : overrides) {
        run.parameters.push_back({*system.value().find_parameter(name), value});
    }
    run.output_times = std::move(times);
    run.recording = sim::Recording::all(system.value());
    const std::vector<std::string> names = run.recording.names(system.value());
    sim::SolverOptions options;
    options.tolerances = {1e-10, 1e-14};
    const sim::Result result = sim::solve(system.value(), run, options);
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    std::vector<std::vector<double>> values;
    for (const std::string& column : columns) {
        // Species stand first in a recording and may share a name with a function: the last counts.
        for (std::size_t i = names.size(); i > 0; --i) {
            if (names[i - 1] == column) {
                values.push_back(result.column(i - 1));
                break;
            }
        }
    }
    return values;
}

}  // namespace erbium::sbml::test
