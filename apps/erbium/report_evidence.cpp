// SPDX-License-Identifier: Apache-2.0
// apps/erbium/report_evidence.cpp: model against measurement.
#include "report_evidence.hpp"

#include <fmt/format.h>

#include <cmath>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/report/scatter.hpp"
#include "report_panels.hpp"

namespace erbium::app {
namespace {

std::string quantity_text(const package::Observation& observation) {
    switch (observation.quantity) {
        case package::MeasuredQuantity::viability:
            return "viability";
        case package::MeasuredQuantity::fold_start:
            return observation.readout + ", fold of t = 0";
        case package::MeasuredQuantity::fold_control:
            return observation.readout + ", fold of control";
        case package::MeasuredQuantity::absolute:
            break;
    }
    return observation.readout;
}

}  // namespace

std::string sources_text(const std::vector<std::string>& sources) {
    return fmt::format("{}", fmt::join(sources, "; "));
}

std::string measured_text(const package::Observation& observation) {
    if (observation.value) {
        return rounded(*observation.value, 3) +
               (observation.tolerance
                    ? fmt::format(" ± {}{}", rounded(*observation.tolerance, 2),
                                  observation.scale == package::Scale::log2 ? " log2" : "")
                    : std::string{});
    }
    if (observation.lower && observation.upper) {
        return fmt::format("{} to {}", rounded(*observation.lower, 3),
                           rounded(*observation.upper, 3));
    }
    if (observation.lower) {
        return fmt::format("at least {}", rounded(*observation.lower, 3));
    }
    return observation.upper ? fmt::format("at most {}", rounded(*observation.upper, 3)) : "?";
}

report::Figure comparison_figure(const Package& package, const assay::Comparison& comparison) {
    report::Scatter viability{.id = "compare-viability",
                              .title = "Viability",
                              .measured = {.title = "measured", .low = 0.0},
                              .model = {.title = "model", .low = 0.0}};
    report::Scatter fold{.id = "compare-fold",
                         .title = "Folds of start or control",
                         .measured = {.title = "measured", .kind = report::ScaleKind::log},
                         .model = {.title = "model"},
                         .tolerance = std::sqrt(2.0)};
    for (const assay::ComparisonRow& row : comparison.rows) {
        const package::Observation& observation = package.observations[row.observation];
        if (!row.measured) {
            continue;  // an interval; it stands in the table
        }
        report::Scatter& plot =
            observation.quantity == package::MeasuredQuantity::viability ? viability : fold;
        plot.points.push_back(
            {.label = observation.id,
             .measured = *row.measured,
             .model = row.model,
             .is_misfit = !row.holds,
             .note = fmt::format("{}, {} {}", observation.profile, observation.treatment_text,
                                 sources_text(observation.sources))});
    }
    report::Figure figure{
        .title = "Model against measurement",
        .caption =
            "Every observation with a measured number; those stated as an interval or a "
            "direction stand in the table. On the line both agree. Named points are misfits.",
        .columns = 2};
    for (const report::Scatter& plot : {viability, fold}) {
        if (!plot.points.empty()) {
            figure.panels.push_back(report::both_widths(plot, kPair_px));
        }
    }
    return figure;
}

report::Table comparison_table(const Package& package, const assay::Comparison& comparison) {
    report::Table table{.title = "Every observation used",
                        .columns = {{.name = "id"},
                                    {.name = "profile"},
                                    {.name = "background"},
                                    {.name = "treatment"},
                                    {.name = "what"},
                                    {.name = "time", .align = report::Align::end},
                                    {.name = "measured", .align = report::Align::end},
                                    {.name = "model", .align = report::Align::end},
                                    {.name = "verdict"},
                                    {.name = "tag"},
                                    {.name = "source"}}};
    for (const assay::ComparisonRow& row : comparison.rows) {
        const package::Observation& observation = package.observations[row.observation];
        const bool has_failed = std::isnan(row.model);
        table.rows.push_back(
            {.cells = {observation.id, observation.profile,
                       observation.background_text.empty() ? "none" : observation.background_text,
                       observation.treatment_text.empty() ? "none" : observation.treatment_text,
                       quantity_text(observation), time_text(observation.time_s),
                       measured_text(observation), row.model,
                       has_failed  ? "failed: " + row.reason
                       : row.holds ? std::string{"holds"}
                                   : std::string{"misfit"},
                       std::string(observation.tag == 0 ? 0U : 1U, observation.tag),
                       sources_text(observation.sources)},
             .mark = has_failed  ? report::RowMark::failed
                     : row.holds ? report::RowMark::none
                                 : report::RowMark::misfit});
    }
    return table;
}

report::Table series_table(const assay::Comparison& comparison) {
    report::Table table{
        .title = "Observations by series",
        .columns = {{.name = "series"},
                    {.name = "observations", .align = report::Align::end},
                    {.name = "hold", .align = report::Align::end},
                    {.name = "failed", .align = report::Align::end},
                    {.name = "rms residual", .align = report::Align::end, .digits = 2}}};
    for (const assay::SeriesSummary& series : comparison.series) {
        table.rows.push_back({.cells = {series.series, static_cast<double>(series.rows),
                                        static_cast<double>(series.holding),
                                        static_cast<double>(series.failed), series.rms_residual}});
    }
    return table;
}

report::Sources sources_of(const Package& package) {
    report::Sources sources;
    for (const std::string& key : package::cited(package)) {
        const package::Reference& reference = *package.reference(key);
        sources.sources.push_back({.key = key, .text = reference.text(), .url = reference.url()});
    }
    return sources;
}

}  // namespace erbium::app
