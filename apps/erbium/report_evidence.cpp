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

/// "0.48 [0.41, 0.55], 93 % hold": median, 90 % interval, share of sets in which the row holds.
std::string ensemble_text(const assay::ComparisonRow& row) {
    if (row.spread.values.empty()) {
        return "not asked";
    }
    return fmt::format("{} [{}, {}], {:.0f} % hold", rounded(row.spread.median, 3),
                       rounded(row.spread.lower, 3), rounded(row.spread.upper, 3),
                       100.0 * row.share_holding);
}

std::string half_text(const assay::HalfDose& half) {
    return std::isfinite(half.dose_nM) ? rounded(half.dose_nM, 3) : std::string{"not reached"};
}

}  // namespace

std::string sources_text(const std::vector<std::string>& sources) {
    return fmt::format("{}", fmt::join(sources, "; "));
}

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
                                    {.name = "ensemble"},
                                    {.name = "residual", .align = report::Align::end},
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
                       measured_text(observation), row.model, ensemble_text(row), row.residual,
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

std::vector<std::string> agreement_lines(const assay::Agreement& agreement) {
    std::vector<std::string> lines;
    if (agreement.log2_rows > 0) {
        lines.push_back(fmt::format("time courses: root mean square of log2 fold {} over {} rows",
                                    rounded(agreement.log2_rms, 2), agreement.log2_rows));
    }
    if (agreement.interval_rows > 0) {
        lines.push_back(fmt::format("directions and intervals: {} of {} hold",
                                    agreement.intervals_holding, agreement.interval_rows));
    }
    if (agreement.value_rows > 0 && agreement.values_inside_with_error > 0) {
        lines.push_back(fmt::format(
            "measured numbers inside the 90 % interval of the ensemble: {} of {}; with the error "
            "of "
            "the measurement {}",
            agreement.values_inside, agreement.value_rows, agreement.values_inside_with_error));
    }
    return lines;
}

report::Table curve_table(const Package& package, const assay::Agreement& agreement) {
    report::Table table{
        .title = "Dose series",
        .columns = {{.name = "agent"},
                    {.name = "profile"},
                    {.name = "doses", .align = report::Align::end},
                    {.name = "rms of viability", .align = report::Align::end, .digits = 2},
                    {.name = "IC50 measured [nM]", .align = report::Align::end},
                    {.name = "IC50 model [nM]", .align = report::Align::end},
                    {.name = "within 3-fold"}}};
    for (const assay::CurveAgreement& curve : agreement.curves) {
        const double ratio = curve.half_ratio();
        const bool is_near = ratio >= 1.0 / 3.0 && ratio <= 3.0;
        table.rows.push_back(
            {.cells = {package.drugs[curve.drug].id, curve.profile,
                       static_cast<double>(curve.points), curve.rms, half_text(curve.measured_half),
                       half_text(curve.model_half), std::string{is_near ? "yes" : "no"}},
             .mark = is_near ? report::RowMark::none : report::RowMark::misfit});
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
