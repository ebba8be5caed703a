// SPDX-License-Identifier: Apache-2.0
// erbium/petab/read_parameters.cpp: the parameter table: scales, bounds, values, priors.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "erbium/base/text.hpp"
#include "erbium/petab/reading.hpp"

namespace erbium::petab {
namespace {

using package::Column;
using package::OtherColumns;
using package::Table;
using package::TableRow;

/// Names of the columns of a prior.
struct PriorColumns {
    std::string_view type;
    std::string_view parameters;
};

std::optional<Prior> read_prior(Reading& reading, const TableRow& row, const PriorColumns& columns,
                                const Parameter& parameter) {
    Diagnostics& diagnostics = reading.diagnostics;
    const std::string_view word = row.text(columns.type);
    const std::vector<Span> cells = Reading::list(row.span(columns.parameters));
    const bool has_parameters = !row.text(columns.parameters).empty();
    if (word.empty()) {
        return std::nullopt;
    }
    const std::optional<PriorWord> meaning = prior_word(word, reading.problem.version);
    if (!meaning) {
        reading.unknown_word(word, prior_words(reading.problem.version), row.span(columns.type));
        return std::nullopt;
    }
    Prior prior{meaning->kind, 0.0, 0.0, meaning->is_on_scale, 0.0};
    const bool is_uniform = prior.kind == PriorKind::uniform;
    if (!has_parameters && is_uniform && reading.problem.version == 1) {
        // PEtab 1: the parameters default to the bounds.
        const Scale scale = prior.is_on_scale ? parameter.scale : Scale::linear;
        prior.a = to_scale(scale, parameter.lower);
        prior.b = to_scale(scale, parameter.upper);
        return prior;
    }
    const auto wanted = static_cast<std::size_t>(meaning->arguments);
    if (!has_parameters || cells.size() != wanted) {
        diagnostics.error("ERB-PETAB-0007", row.span(columns.parameters),
                          fmt::format("prior {} takes {} number{} here, not {}", word, wanted,
                                      wanted == 1 ? "" : "s", has_parameters ? cells.size() : 0),
                          "separate them by ';'");
        return std::nullopt;
    }
    std::array<double, 2> values{};
    for (std::size_t i = 0; i < wanted; ++i) {
        const std::optional<double> value = parse_double(text_of(cells[i]));
        if (!value || !std::isfinite(*value)) {
            diagnostics.error("ERB-PETAB-0006", cells[i],
                              fmt::format("'{}' is no number", text_of(cells[i])),
                              "priors take numbers only");
            return std::nullopt;
        }
        values[i] = *value;
    }
    prior.a = values[0];
    prior.b = values[1];
    const bool is_interval = is_uniform || prior.kind == PriorKind::log_uniform;
    const bool has_location = prior.kind == PriorKind::normal || prior.kind == PriorKind::laplace ||
                              prior.kind == PriorKind::log_normal ||
                              prior.kind == PriorKind::log_laplace ||
                              prior.kind == PriorKind::cauchy;
    const bool is_right = is_interval
                              ? prior.a < prior.b && (is_uniform || prior.a > 0.0)
                              : (has_location || prior.a > 0.0) && (wanted == 1 || prior.b > 0.0);
    if (!is_right) {
        diagnostics.error("ERB-PETAB-0006", row.span(columns.parameters),
                          fmt::format("prior {} has no density with these numbers", word),
                          is_interval ? "the lower bound comes first" : "scales are positive");
        return std::nullopt;
    }
    return prior;
}

/// PEtab 2 cuts priors at the bounds.
void truncate(Reading& reading, const TableRow& row, Parameter& parameter) {
    Prior& prior = *parameter.prior;
    const double mass = cumulative(prior, parameter.upper) - cumulative(prior, parameter.lower);
    if (!(mass > 0.0)) {
        reading.diagnostics.error("ERB-PETAB-0006", row.span("priorParameters"),
                                  "the prior has no mass between the bounds");
        return;
    }
    prior.log_truncation = std::log(mass);
}

Scale read_scale(Reading& reading, const TableRow& row) {
    static constexpr std::array<std::string_view, 3> kWords{"lin", "log", "log10"};
    const std::string_view word = row.text("parameterScale");
    if (word.empty() || word == "lin") {
        return Scale::linear;
    }
    if (word == "log") {
        return Scale::log;
    }
    if (word != "log10") {
        reading.unknown_word(word, kWords, row.span("parameterScale"));
    }
    return Scale::log10;
}

bool read_estimate(Reading& reading, const TableRow& row) {
    static constexpr std::array<std::string_view, 2> kWords1{"0", "1"};
    static constexpr std::array<std::string_view, 2> kWords2{"false", "true"};
    const std::string_view word = row.text("estimate");
    const bool is_v1 = reading.problem.version == 1;
    if (word.empty() && is_v1) {
        return true;
    }
    const std::string_view yes = is_v1 ? "1" : "true";
    const std::string_view no = is_v1 ? "0" : "false";
    // Spreadsheets write what they like; these two spellings leave no doubt.
    if (word == yes || (!is_v1 && word == "True") || (is_v1 && word == "1.0")) {
        return true;
    }
    if (word != no && !(is_v1 && word == "0.0") && (is_v1 || word != "False")) {
        reading.unknown_word(word, is_v1 ? std::span{kWords1} : std::span{kWords2},
                             row.span("estimate"));
    }
    return false;
}

void check_bounds(Reading& reading, const TableRow& row, const Parameter& parameter) {
    const auto complain = [&](std::string_view column, std::string message, std::string hint = {}) {
        reading.diagnostics.error("ERB-PETAB-0006", row.span(column), std::move(message),
                                  std::move(hint));
    };
    if (!parameter.is_estimated) {
        if (std::isnan(parameter.nominal)) {
            complain("nominalValue",
                     fmt::format("parameter '{}' is not estimated and has no value", parameter.id));
        }
        return;
    }
    for (const std::string_view column : {"lowerBound", "upperBound"}) {
        if (row.text(column).empty()) {
            complain(column, fmt::format("parameter '{}' is estimated and has no {}", parameter.id,
                                         column));
            return;
        }
    }
    if (!(parameter.lower < parameter.upper)) {
        complain("upperBound",
                 fmt::format("the bounds of '{}' hold nothing: {} to {}", parameter.id,
                             shortest(parameter.lower), shortest(parameter.upper)));
    }
    if (parameter.scale != Scale::linear && !(parameter.lower > 0.0)) {
        complain("lowerBound",
                 fmt::format("'{}' is on a logarithmic scale; its bounds must be positive",
                             parameter.id));
    }
    if (parameter.nominal < parameter.lower || parameter.nominal > parameter.upper) {
        reading.diagnostics.warning(
            "ERB-PETAB-0006", row.span("nominalValue"),
            fmt::format("the nominal value of '{}' lies outside its bounds", parameter.id));
    }
}

}  // namespace

void read_parameters(Reading& reading, const Source& source) {
    static constexpr std::array kColumns1{
        Column{"parameterId"},       Column{"parameterScale", false}, Column{"lowerBound", false},
        Column{"upperBound", false}, Column{"nominalValue", false},   Column{"estimate"}};
    static constexpr std::array kColumns2{Column{"parameterId"}, Column{"lowerBound", false},
                                          Column{"upperBound", false},
                                          Column{"nominalValue", false}, Column{"estimate"}};
    const bool is_v1 = reading.problem.version == 1;
    const Table table = package::parse_table(
        source, is_v1 ? std::span<const Column>{kColumns1} : std::span<const Column>{kColumns2},
        reading.diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        Parameter parameter;
        parameter.id = reading.new_id(row, "parameterId", "parameter", reading.parameters,
                                      reading.problem.parameters.size());
        if (parameter.id.empty()) {
            continue;
        }
        parameter.span = row.span("parameterId");
        parameter.name = row.text("parameterName");
        parameter.scale = is_v1 ? read_scale(reading, row) : Scale::linear;
        parameter.is_estimated = read_estimate(reading, row);
        parameter.lower = reading.extended_number(row, "lowerBound").value_or(parameter.lower);
        parameter.upper = reading.extended_number(row, "upperBound").value_or(parameter.upper);
        parameter.nominal =
            row.number("nominalValue", reading.diagnostics).value_or(parameter.nominal);
        check_bounds(reading, row, parameter);
        if (is_v1) {
            parameter.prior = read_prior(
                reading, row, {"objectivePriorType", "objectivePriorParameters"}, parameter);
            parameter.start_prior =
                read_prior(reading, row,
                           {"initializationPriorType", "initializationPriorParameters"}, parameter);
        } else {
            parameter.prior =
                read_prior(reading, row, {"priorDistribution", "priorParameters"}, parameter);
            if (parameter.prior && parameter.is_estimated) {
                truncate(reading, row, parameter);
            }
        }
        if (!parameter.is_estimated) {
            parameter.prior.reset();
        }
        reading.problem.parameters.push_back(std::move(parameter));
    }
    // PEtab 2: with a prior on some, the others are uniform between their bounds.
    if (!is_v1) {
        bool has_prior = false;
        for (const Parameter& parameter : reading.problem.parameters) {
            has_prior = has_prior || parameter.prior.has_value();
        }
        for (Parameter& parameter : reading.problem.parameters) {
            if (has_prior && parameter.is_estimated && !parameter.prior) {
                parameter.prior =
                    Prior{PriorKind::uniform, parameter.lower, parameter.upper, false, 0.0};
            }
        }
    }
}

}  // namespace erbium::petab
