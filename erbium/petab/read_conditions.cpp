// SPDX-License-Identifier: Apache-2.0
// erbium/petab/read_conditions.cpp: conditions (wide in PEtab 1, long in 2), experiments, mappings.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "erbium/petab/expression.hpp"
#include "erbium/petab/reading.hpp"

namespace erbium::petab {
namespace {

using package::Column;
using package::OtherColumns;
using package::Table;
using package::TableRow;

bool is_unset(std::string_view cell) noexcept {
    return cell.empty() || cell == "nan" || cell == "NaN" || cell == "NAN";
}

}  // namespace

void read_conditions_1(Reading& reading, const Source& source) {
    static constexpr std::array kColumns{Column{"conditionId"}};
    const Table table =
        package::parse_table(source, kColumns, reading.diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        Condition condition;
        condition.id = reading.new_id(row, "conditionId", "condition", reading.conditions,
                                      reading.problem.conditions.size());
        if (condition.id.empty()) {
            continue;
        }
        condition.span = row.span("conditionId");
        for (const std::string& column : table.columns()) {
            if (column == "conditionId" || column == "conditionName") {
                continue;
            }
            Assignment assignment{column, {}, row.span(column)};
            if (!is_unset(row.text(column))) {
                auto value = parse_formula(assignment.span, reading.diagnostics);
                if (!value) {
                    continue;
                }
                if (!value->is_constant() && !value->is_reference()) {
                    reading.diagnostics.error(
                        "ERB-PETAB-0006", assignment.span,
                        "a condition of PEtab 1 sets numbers and parameters, no formulas");
                    continue;
                }
                assignment.value = *std::move(value);
            }
            // An empty value says that the target is the model's own again.
            condition.assignments.push_back(std::move(assignment));
        }
        reading.problem.conditions.push_back(std::move(condition));
    }
}

void read_conditions_2(Reading& reading, const Source& source) {
    static constexpr std::array kColumns{Column{"conditionId"}, Column{"targetId"},
                                         Column{"targetValue"}};
    const Table table =
        package::parse_table(source, kColumns, reading.diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        const std::string_view id = row.required_text("conditionId", reading.diagnostics);
        const std::string_view target = row.required_text("targetId", reading.diagnostics);
        if (id.empty() || target.empty() ||
            row.required_text("targetValue", reading.diagnostics).empty()) {
            continue;
        }
        if (!is_petab_id(id)) {
            reading.diagnostics.error("ERB-PETAB-0004", row.span("conditionId"),
                                      fmt::format("'{}' is no PEtab identifier", id));
            continue;
        }
        auto value = parse_formula(row.span("targetValue"), reading.diagnostics);
        const auto [at, is_new] =
            reading.conditions.emplace(std::string{id}, reading.problem.conditions.size());
        if (is_new) {
            reading.problem.conditions.push_back({std::string{id}, {}, row.span("conditionId")});
        }
        Condition& condition = reading.problem.conditions[at->second];
        for (const Assignment& earlier : condition.assignments) {
            if (earlier.target == target) {
                reading.diagnostics.error(
                    "ERB-PETAB-0003", row.span("targetId"),
                    fmt::format("condition '{}' sets '{}' twice", id, target));
                value.reset();
            }
        }
        if (value) {
            condition.assignments.push_back(
                {std::string{target}, *std::move(value), row.span("targetValue")});
        }
    }
}

void read_experiments(Reading& reading, const Source& source) {
    static constexpr std::array kColumns{Column{"experimentId"}, Column{"time"},
                                         Column{"conditionId"}};
    const Table table =
        package::parse_table(source, kColumns, reading.diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        const std::string_view id = row.required_text("experimentId", reading.diagnostics);
        if (id.empty() || row.required_text("time", reading.diagnostics).empty()) {
            continue;
        }
        if (!is_petab_id(id)) {
            reading.diagnostics.error("ERB-PETAB-0004", row.span("experimentId"),
                                      fmt::format("'{}' is no PEtab identifier", id));
            continue;
        }
        const std::optional<double> time = reading.extended_number(row, "time");
        if (time && *time > 0.0 && std::isinf(*time)) {
            reading.diagnostics.error("ERB-PETAB-0006", row.span("time"),
                                      "a period begins at a number or at -inf");
        }
        std::optional<std::size_t> condition;
        if (!row.text("conditionId").empty()) {
            condition = reading.find(reading.conditions, row.text("conditionId"), "condition",
                                     row.span("conditionId"));
        }
        const auto [at, is_new] =
            reading.experiments.emplace(std::string{id}, reading.problem.experiments.size());
        if (is_new) {
            reading.problem.experiments.push_back(
                {std::string{id}, {}, {}, {}, row.span("experimentId")});
        }
        if (!time) {
            continue;
        }
        std::vector<Period>& periods = reading.problem.experiments[at->second].periods;
        auto period = std::find_if(periods.begin(), periods.end(),
                                   [&](const Period& p) { return p.time == *time; });
        if (period == periods.end()) {
            period = periods.insert(periods.end(), {*time, {}});
        }
        if (condition) {
            const Condition& added = reading.problem.conditions[*condition];
            for (const std::size_t other : period->conditions) {
                for (const Assignment& a : reading.problem.conditions[other].assignments) {
                    for (const Assignment& b : added.assignments) {
                        if (a.target == b.target) {
                            reading.diagnostics.error(
                                "ERB-PETAB-0003", row.span("conditionId"),
                                fmt::format("two conditions of this period set '{}'", a.target));
                        }
                    }
                }
            }
            period->conditions.push_back(*condition);
        }
    }
    for (Experiment& experiment : reading.problem.experiments) {
        std::sort(experiment.periods.begin(), experiment.periods.end(),
                  [](const Period& a, const Period& b) { return a.time < b.time; });
    }
}

void read_mappings(Reading& reading, const Source& source) {
    static constexpr std::array kColumns{Column{"petabEntityId"}, Column{"modelEntityId"}};
    const Table table =
        package::parse_table(source, kColumns, reading.diagnostics, OtherColumns::kept);
    for (const TableRow& row : table.rows()) {
        std::string id = reading.new_id(row, "petabEntityId", "mapped entity", reading.mappings,
                                        reading.problem.mappings.size());
        const std::string_view entity = row.text("modelEntityId");
        if (!id.empty()) {
            reading.problem.mappings.push_back(
                {std::move(id), std::string{entity}, row.span("modelEntityId")});
        }
    }
}

}  // namespace erbium::petab
