// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_ensemble.cpp: the table of parameter sets that a calibration left.
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "erbium/package/loading.hpp"

namespace erbium::package {

void read_ensemble(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    Diagnostics& diagnostics = loading.diagnostics;
    const std::vector<Parameter>& known = loading.package.parameters;
    if (known.empty()) {
        return;  // parameters.tsv has its own complaint, and every column would be a stranger
    }
    std::vector<Column> columns{{"set"}};
    for (const Parameter& parameter : known) {
        columns.push_back({parameter.id, false});
    }
    const Table table = parse_table(source, columns, diagnostics);
    if (table.rows().empty()) {
        return;
    }
    Ensemble& ensemble = loading.package.ensemble;
    std::vector<const Parameter*> used;
    for (const Parameter& parameter : known) {
        if (!table.rows().front().text(parameter.id).empty()) {
            used.push_back(&parameter);
            ensemble.parameters.push_back(parameter.id);
        }
    }
    for (const TableRow& row : table.rows()) {
        (void)row.required_text("set", diagnostics);
        for (const Parameter* parameter : used) {
            const std::optional<double> number = row.required_number(parameter->id, diagnostics);
            const double value = parameter->factor * number.value_or(0.0);
            // A little room: numbers are written with a limited count of digits.
            const double room = 1e-6 * std::fabs(value);
            if (number && ((parameter->lower && value < *parameter->lower - room) ||
                           (parameter->upper && value > *parameter->upper + room))) {
                diagnostics.error(
                    "ERB-PKG-0007", row.span(parameter->id),
                    fmt::format("'{}' lies outside its bounds in parameters.tsv", parameter->id));
            }
            ensemble.values.push_back(value);
        }
    }
}

}  // namespace erbium::package
