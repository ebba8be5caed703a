// SPDX-License-Identifier: Apache-2.0
// erbium/petab/read_measurements.cpp: observables with their noise, and what was measured.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "erbium/base/text.hpp"
#include "erbium/petab/expression.hpp"
#include "erbium/petab/reading.hpp"

namespace erbium::petab {
namespace {

using package::Column;
using package::OtherColumns;
using package::Table;
using package::TableRow;

NoiseModel read_noise_model(Reading& reading, const TableRow& row) {
    static constexpr std::array<std::string_view, 3> kTransformations{"lin", "log", "log10"};
    static constexpr std::array<std::string_view, 2> kDistributions1{"normal", "laplace"};
    static constexpr std::array<std::string_view, 4> kDistributions2{"normal", "laplace",
                                                                     "log-normal", "log-laplace"};
    const bool is_v1 = reading.problem.version == 1;
    NoiseModel model;
    std::string_view distribution = row.text("noiseDistribution");
    if (!is_v1 && distribution.starts_with("log-")) {
        model.transformation = Transformation::log;
        distribution.remove_prefix(4);
    }
    if (distribution == "laplace") {
        model.kind = NoiseKind::laplace;
    } else if (!distribution.empty() && distribution != "normal") {
        reading.unknown_word(row.text("noiseDistribution"),
                             is_v1 ? std::span<const std::string_view>{kDistributions1}
                                   : std::span<const std::string_view>{kDistributions2},
                             row.span("noiseDistribution"));
    }
    const std::string_view word = is_v1 ? row.text("observableTransformation") : "";
    if (word == "log") {
        model.transformation = Transformation::log;
    } else if (word == "log10") {
        model.transformation = Transformation::log10;
    } else if (!word.empty() && word != "lin") {
        reading.unknown_word(word, kTransformations, row.span("observableTransformation"));
    }
    return model;
}

/// PEtab 1: observableParameter1_<id>, observableParameter2_<id>, ... as far as a formula has them.
std::vector<std::string> numbered_placeholders(const lang::Expression& first,
                                               const lang::Expression& second,
                                               std::string_view stem, std::string_view id) {
    std::vector<std::string> names;
    const auto has = [](const lang::Expression& expression, const std::string& name) {
        return std::any_of(expression.nodes().begin(), expression.nodes().end(),
                           [&](const lang::ExpressionNode& node) {
                               return node.op == lang::Op::name && node.text == name;
                           });
    };
    for (int n = 1;; ++n) {
        std::string name = fmt::format("{}{}_{}", stem, n, id);
        if (!has(first, name) && !has(second, name)) {
            return names;
        }
        names.push_back(std::move(name));
    }
}

std::vector<std::string> declared_placeholders(Reading& reading, const TableRow& row,
                                               std::string_view column) {
    std::vector<std::string> names;
    for (const Span& item : Reading::list(row.span(column))) {
        if (row.text(column).empty()) {
            break;
        }
        const std::string name{text_of(item)};
        if (!is_petab_id(name)) {
            reading.diagnostics.error("ERB-PETAB-0004", item,
                                      fmt::format("'{}' is no PEtab identifier", name));
        } else if (std::find(names.begin(), names.end(), name) != names.end()) {
            reading.diagnostics.error("ERB-PETAB-0003", item,
                                      fmt::format("placeholder '{}' stands here twice", name));
        } else {
            names.push_back(name);
        }
    }
    return names;
}

/// The values in the place of the placeholders of one formula.
std::vector<Override> read_overrides(Reading& reading, const TableRow& row, std::string_view column,
                                     std::string_view observable,
                                     const std::vector<std::string>& placeholders) {
    std::vector<Override> overrides;
    const std::string_view cell = row.text(column);
    const bool is_none = cell.empty() || (placeholders.empty() && (cell == "nan" || cell == "NaN"));
    const std::vector<Span> items = is_none ? std::vector<Span>{} : Reading::list(row.span(column));
    if (items.size() < placeholders.size() ||
        (items.size() > placeholders.size() && reading.problem.version != 1)) {
        reading.diagnostics.error(
            "ERB-PETAB-0007", row.span(column),
            fmt::format("observable '{}' has {} placeholder{}, this row gives {} value{}",
                        observable, placeholders.size(), placeholders.size() == 1 ? "" : "s",
                        items.size(), items.size() == 1 ? "" : "s"),
            fmt::format("column {}, separated by ';'", column));
        return overrides;
    }
    if (items.size() > placeholders.size()) {
        reading.diagnostics.warning(
            "ERB-PETAB-0007", row.span(column),
            fmt::format("observable '{}' has no placeholder for all of these values", observable));
    }
    for (std::size_t i = 0; i < placeholders.size(); ++i) {
        const std::string_view text = text_of(items[i]);
        if (const std::optional<double> number = parse_double(text)) {
            overrides.push_back({*number, std::nullopt});
        } else if (const auto parameter =
                       reading.find(reading.parameters, text, "parameter", items[i])) {
            overrides.push_back({0.0, parameter});
        }
    }
    return overrides;
}

/// PEtab 1: the experiment of a pair of conditions, made when it is first met.
std::optional<std::size_t> experiment_of_pair(Reading& reading, const TableRow& row) {
    const std::string_view before = row.text("preequilibrationConditionId");
    const std::string_view during = row.required_text("simulationConditionId", reading.diagnostics);
    if (during.empty()) {
        return std::nullopt;
    }
    const std::string key = fmt::format("{}\t{}", before, during);
    const auto known = reading.experiments.find(key);
    if (known != reading.experiments.end()) {
        return known->second;
    }
    Experiment experiment;
    experiment.preequilibration = before;
    experiment.simulation = during;
    experiment.id = before.empty() ? std::string{during} : fmt::format("{}__{}", before, during);
    experiment.span = row.span("simulationConditionId");
    if (!before.empty()) {
        const auto condition = reading.find(reading.conditions, before, "condition",
                                            row.span("preequilibrationConditionId"));
        if (!condition) {
            return std::nullopt;
        }
        experiment.periods.push_back({-std::numeric_limits<double>::infinity(), {*condition}});
    }
    const auto condition =
        reading.find(reading.conditions, during, "condition", row.span("simulationConditionId"));
    if (!condition) {
        return std::nullopt;
    }
    experiment.periods.push_back({0.0, {*condition}});
    reading.experiments.emplace(key, reading.problem.experiments.size());
    reading.problem.experiments.push_back(std::move(experiment));
    return reading.problem.experiments.size() - 1;
}

/// PEtab 2: the experiment of that name; the model as it is when the cell is empty.
std::optional<std::size_t> named_experiment(Reading& reading, const TableRow& row) {
    const std::string_view id = row.text("experimentId");
    if (!id.empty()) {
        return reading.find(reading.experiments, id, "experiment", row.span("experimentId"));
    }
    const auto [at, is_new] =
        reading.experiments.emplace(std::string{}, reading.problem.experiments.size());
    if (is_new) {
        reading.problem.experiments.push_back({});
    }
    return at->second;
}

}  // namespace

void read_observables(Reading& reading, const Source& source) {
    static constexpr std::array kColumns{Column{"observableId"}, Column{"observableFormula"},
                                         Column{"noiseFormula"}};
    const Table table =
        package::parse_table(source, kColumns, reading.diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        Observable observable;
        observable.id = reading.new_id(row, "observableId", "observable", reading.observables,
                                       reading.problem.observables.size());
        if (observable.id.empty()) {
            continue;
        }
        observable.span = row.span("observableId");
        observable.name = row.text("observableName");
        auto formula = row.required_text("observableFormula", reading.diagnostics).empty()
                           ? std::nullopt
                           : parse_formula(row.span("observableFormula"), reading.diagnostics);
        auto noise = row.required_text("noiseFormula", reading.diagnostics).empty()
                         ? std::nullopt
                         : parse_formula(row.span("noiseFormula"), reading.diagnostics);
        observable.formula = formula ? *std::move(formula) : lang::Expression::constant(0.0);
        observable.noise = noise ? *std::move(noise) : lang::Expression::constant(1.0);
        observable.model = read_noise_model(reading, row);
        if (reading.problem.version == 1) {
            observable.placeholders = numbered_placeholders(observable.formula, observable.noise,
                                                            "observableParameter", observable.id);
            observable.noise_placeholders =
                numbered_placeholders(observable.noise, {}, "noiseParameter", observable.id);
        } else {
            observable.placeholders = declared_placeholders(reading, row, "observablePlaceholders");
            observable.noise_placeholders =
                declared_placeholders(reading, row, "noisePlaceholders");
        }
        reading.problem.observables.push_back(std::move(observable));
    }
}

void read_measurements(Reading& reading, const Source& source) {
    static constexpr std::array kColumns1{Column{"observableId"}, Column{"simulationConditionId"},
                                          Column{"measurement"}, Column{"time"}};
    static constexpr std::array kColumns2{Column{"observableId"}, Column{"experimentId"},
                                          Column{"measurement"}, Column{"time"}};
    const bool is_v1 = reading.problem.version == 1;
    Diagnostics& diagnostics = reading.diagnostics;
    const Table table = package::parse_table(
        source, is_v1 ? std::span<const Column>{kColumns1} : std::span<const Column>{kColumns2},
        diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        const std::string_view id = row.required_text("observableId", diagnostics);
        std::optional<std::size_t> observable;
        if (!id.empty()) {
            observable =
                reading.find(reading.observables, id, "observable", row.span("observableId"));
        }
        const auto experiment =
            is_v1 ? experiment_of_pair(reading, row) : named_experiment(reading, row);
        const auto value = row.required_number("measurement", diagnostics);
        std::optional<double> time;
        if (!row.required_text("time", diagnostics).empty()) {
            time = reading.extended_number(row, "time");
        }
        if (!observable || !experiment || !value || !time) {
            continue;
        }
        const Observable& of = reading.problem.observables[*observable];
        Measurement measurement;
        measurement.observable = *observable;
        measurement.experiment = *experiment;
        measurement.value = *value;
        measurement.time = *time;
        measurement.span = row.span("measurement");
        measurement.observable_parameters = row.text("observableParameters");
        measurement.noise_parameters = row.text("noiseParameters");
        measurement.observable_overrides =
            read_overrides(reading, row, "observableParameters", id, of.placeholders);
        measurement.noise_overrides =
            read_overrides(reading, row, "noiseParameters", id, of.noise_placeholders);
        const std::vector<Period>& periods = reading.problem.experiments[*experiment].periods;
        const auto first = std::find_if(periods.begin(), periods.end(),
                                        [](const Period& p) { return std::isfinite(p.time); });
        const double start = first == periods.end() ? 0.0 : first->time;
        if (!(*time >= start)) {
            diagnostics.error("ERB-PETAB-0006", row.span("time"),
                              fmt::format("the experiment begins at {}, after this measurement",
                                          shortest(start)));
        }
        if (of.model.transformation != Transformation::linear && !(*value > 0.0)) {
            diagnostics.error(
                "ERB-PETAB-0011", row.span("measurement"),
                fmt::format("a measurement of '{}' must be positive: it is compared as a logarithm",
                            of.id));
        }
        reading.problem.measurements.push_back(std::move(measurement));
    }
}

}  // namespace erbium::petab
