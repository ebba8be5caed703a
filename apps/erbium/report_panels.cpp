// SPDX-License-Identifier: Apache-2.0
// apps/erbium/report_panels.cpp: what the figures of a report show, and how they are labelled.
#include "report_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/report/heat_map.hpp"
#include "erbium/report/line_chart.hpp"
#include "erbium/report/pathway_map.hpp"
#include "erbium/report/scatter.hpp"

namespace erbium::app {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kWide_px = 1024.0;
constexpr double kNarrow_px = 360.0;

const package::Profile& profile_of(const Package& package, const std::string& id) {
    return *package.profile(id);
}

std::string sources_text(const std::vector<std::string>& sources) {
    return fmt::format("{}", fmt::join(sources, "; "));
}

bool is_misfit(const package::Observation& observation, double model) {
    return !assay::compare(observation, model).holds;
}

/// Where the measured point of an observation stands: its value, or the middle of its interval.
double measured_value(const package::Observation& observation) {
    if (observation.value) {
        return *observation.value;
    }
    if (observation.lower && observation.upper) {
        return 0.5 * (*observation.lower + *observation.upper);
    }
    return kNaN;
}

/// Several drawings of one thing for wide and narrow screens.
template <class Chart>
report::Panel adaptive(const Chart& chart) {
    return {.svg = report::svg(chart, kWide_px), .svg_narrow = report::svg(chart, kNarrow_px)};
}

std::string interval_text(const package::Observation& observation) {
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

report::Figure grid_figure(const Package& package, const assay::Grid& grid, const std::string& id,
                           const std::string& title) {
    report::HeatMap map{
        .id = id,
        .title = title,
        .columns = grid.treatments,
        .scale = {report::Palette::sequential, 0.2, 1.0},
        .legend_title = fmt::format("cells after {} over untreated cells", time_text(grid.time_s)),
        .low_label = "growth stopped",
        .high_label = "no effect"};
    for (std::size_t p = 0; p < grid.profiles.size(); ++p) {
        const package::Profile& profile = profile_of(package, grid.profiles[p]);
        report::HeatRow row{.label = profile.title};
        for (std::size_t t = 0; t < grid.treatments.size(); ++t) {
            const assay::GridCell& cell = grid.at(p, t);
            report::HeatCell shown{.value = cell.viability.value, .failure = cell.viability.reason};
            if (cell.observation) {
                const package::Observation& observation = package.observations[*cell.observation];
                shown.measured = measured_value(observation);
                shown.is_misfit = is_misfit(observation, cell.viability.value);
                shown.note =
                    fmt::format("{} {}", observation.id, sources_text(observation.sources));
            }
            row.cells.push_back(std::move(shown));
        }
        map.rows.push_back(std::move(row));
    }
    return {
        .title = title,
        .caption = fmt::format(
            "Each number is the viability in the model: cells after {} of treatment over cells of "
            "the same dish left untreated (1 is no effect). Where a lower half is drawn it is the "
            "measured value; a framed cell misses it by more than its tolerance.",
            time_text(grid.time_s)),
        .panels = {adaptive(map)},
        .columns = 1};
}

report::Table grid_table(const Package& package, const assay::Grid& grid,
                         const std::string& title) {
    report::Table table{.title = title, .columns = {{.name = "profile"}}};
    for (const std::string& treatment : grid.treatments) {
        table.columns.push_back({.name = treatment, .align = report::Align::end, .digits = 2});
    }
    for (std::size_t p = 0; p < grid.profiles.size(); ++p) {
        report::Row row{.cells = {profile_of(package, grid.profiles[p]).title}};
        for (std::size_t t = 0; t < grid.treatments.size(); ++t) {
            row.cells.emplace_back(grid.at(p, t).viability.value);
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

report::Figure course_figure(const Package& package, const std::vector<assay::CoursePair>& courses,
                             const package::TimeCoursePanel& panel,
                             const assay::Experiment& experiment) {
    std::vector<report::LineChart> charts;
    for (const std::string& id : panel.readouts) {
        const package::Readout& readout = *package.readout(id);
        const std::size_t column = experiment.column(id);
        report::LineChart chart{
            .id = "course-" + id,
            .title = readout.title,
            .x = {.title = "time after treatment [h]", .low = 0.0},
            .y = {
                .title = "of the untreated state at t = 0", .low = 0.0, .marks = {{.value = 1.0}}}};
        for (const assay::CoursePair& course : courses) {
            report::Series series{.label = profile_of(package, course.profile).title};
            const double baseline = course.treated.baseline[column];
            for (std::size_t i = 0; i < course.treated.times_s.size(); ++i) {
                series.x.push_back(hours_from_s(course.treated.times_s[i]));
                series.y.push_back(course.treated.at(i, column) / baseline);
            }
            chart.series.push_back(std::move(series));
        }
        charts.push_back(std::move(chart));
    }
    report::share_axes(charts, report::Shared::x);
    report::Figure figure{
        .title = fmt::format("Time courses under {}", panel.treatment_text),
        .caption =
            "Each curve is relative to its own value just before the treatment; the thin line "
            "is that value. Equal kinetics in all curves: only what the name says differs.",
        .columns = 3};
    for (const report::LineChart& chart : charts) {
        figure.panels.push_back({.svg = report::svg(chart)});
    }
    return figure;
}

report::Table course_table(const Package& package, const std::vector<assay::CoursePair>& courses,
                           const package::TimeCoursePanel& panel,
                           const assay::Experiment& experiment) {
    report::Table table{.title = fmt::format("Time courses under {}", panel.treatment_text),
                        .columns = {{.name = "profile"},
                                    {.name = "treatment"},
                                    {.name = "time", .unit = "h", .align = report::Align::end}}};
    for (const std::string& id : panel.readouts) {
        table.columns.push_back(
            {.name = id, .unit = package.readout(id)->unit, .align = report::Align::end});
    }
    for (const assay::CoursePair& pair : courses) {
        for (const bool is_treated : {true, false}) {
            const assay::TimeCourse& course = is_treated ? pair.treated : pair.control;
            for (std::size_t i = 0; i < course.times_s.size(); ++i) {
                report::Row row{.cells = {pair.profile, is_treated ? panel.treatment_text : "none",
                                          hours_from_s(course.times_s[i])}};
                for (const std::string& id : panel.readouts) {
                    row.cells.emplace_back(course.at(i, experiment.column(id)));
                }
                table.rows.push_back(std::move(row));
            }
        }
    }
    return table;
}

report::Figure dose_figure(const Package& package,
                           const std::vector<std::vector<assay::DoseResponse>>& panels) {
    report::Figure figure{
        .title = "Dose-response curves",
        .caption = fmt::format("Viability after {} against dose. Lines: model; points: measured, "
                               "ringed where the model misses them by more than their tolerance.",
                               time_text(package.protocol.duration_s)),
        .columns = 2};
    for (std::size_t k = 0; k < panels.size(); ++k) {
        const std::vector<assay::DoseResponse>& curves = panels[k];
        if (curves.empty()) {
            continue;
        }
        const package::Drug& drug = package.drugs[curves.front().drug];
        report::LineChart chart{
            .id = fmt::format("dose-{}", k),
            .title = drug.title,
            .x = {.title = "dose [nM]", .kind = report::ScaleKind::log},
            .y = {.title = "viability", .low = 0.0, .high = 1.25, .marks = {{.value = 1.0}}}};
        for (const assay::DoseResponse& curve : curves) {
            report::Series series{.label = profile_of(package, curve.profile).title,
                                  .x = curve.doses_nM,
                                  .y = curve.values};
            for (const package::Observation& observation : package.observations) {
                const bool is_of_curve =
                    observation.quantity == package::MeasuredQuantity::viability &&
                    curve.readout == "viability" && observation.profile == curve.profile &&
                    observation.background.doses.empty() &&
                    observation.treatment.doses.size() == 1 &&
                    observation.treatment.doses.front().drug == curve.drug &&
                    std::fabs(observation.time_s - package.protocol.duration_s) < 1.0 &&
                    observation.value.has_value();
                if (!is_of_curve) {
                    continue;
                }
                const double dose_nM = observation.treatment.doses.front().dose_nM;
                double model = kNaN;
                for (std::size_t i = 0; i < curve.doses_nM.size(); ++i) {
                    if (std::fabs(curve.doses_nM[i] - dose_nM) <= 1e-9 * dose_nM) {
                        model = curve.values[i];
                    }
                }
                series.measured.push_back(
                    {.x = dose_nM,
                     .y = *observation.value,
                     .is_misfit = !std::isnan(model) && is_misfit(observation, model),
                     .note = observation.id + " " + sources_text(observation.sources)});
            }
            chart.series.push_back(std::move(series));
        }
        figure.panels.push_back({.svg = report::svg(chart, 480.0, 300.0),
                                 .svg_narrow = report::svg(chart, kNarrow_px, 280.0)});
    }
    return figure;
}

report::Table dose_table(const Package& package,
                         const std::vector<std::vector<assay::DoseResponse>>& panels) {
    report::Table table{
        .title = "Doses of half effect in the model",
        .columns = {{.name = "agent"},
                    {.name = "profile"},
                    {.name = "dose at viability 0.5", .unit = "nM", .align = report::Align::end},
                    {.name = "from"},
                    {.name = "least viability", .align = report::Align::end, .digits = 2}}};
    for (const std::vector<assay::DoseResponse>& curves : panels) {
        for (const assay::DoseResponse& curve : curves) {
            const char* from = curve.half.method == assay::HalfDoseMethod::logistic ? "fitted curve"
                               : curve.half.method == assay::HalfDoseMethod::interpolated
                                   ? "between two doses"
                                   : "not reached";
            double least = std::numeric_limits<double>::infinity();
            for (const double value : curve.values) {
                least = std::isnan(value) || value < least ? value : least;
            }
            table.rows.push_back({.cells = {package.drugs[curve.drug].title,
                                            profile_of(package, curve.profile).title,
                                            curve.half.dose_nM, std::string{from}, least}});
        }
    }
    return table;
}

report::Figure map_figure(const Package& package, const package::MapPanel& panel,
                          const std::vector<assay::NodeActivity>& activity) {
    report::PathwayMap map{.width = panel.width, .height = panel.height};
    for (const package::MapRegion& region : panel.regions) {
        map.regions.push_back({region.label, region.x, region.y, region.w, region.h});
    }
    const auto shape_of = [](const std::string& shape) {
        return shape == "receptor"  ? report::NodeShape::receptor
               : shape == "small"   ? report::NodeShape::small
               : shape == "process" ? report::NodeShape::process
               : shape == "drug"    ? report::NodeShape::drug
               : shape == "gene"    ? report::NodeShape::gene
                                    : report::NodeShape::protein;
    };
    for (const package::MapNode& node : panel.nodes) {
        map.nodes.push_back({.id = node.id,
                             .label = node.label,
                             .x = node.x,
                             .y = node.y,
                             .shape = shape_of(node.shape)});
    }
    for (const package::MapEdge& edge : panel.edges) {
        map.edges.push_back({edge.from, edge.to,
                             edge.kind == "inhibits"  ? report::EdgeKind::inhibits
                             : edge.kind == "binds"   ? report::EdgeKind::binds
                             : edge.kind == "becomes" ? report::EdgeKind::becomes
                                                      : report::EdgeKind::activates});
    }
    report::PathwayMap before = map;
    before.id = "map-before";
    before.title = "before";
    before.number = report::NodeNumber::none;
    report::PathwayMap after = map;
    after.id = "map-after";
    after.title = fmt::format("after {} of {}", time_text(panel.time_s), panel.treatment_text);
    for (std::size_t i = 0; i < panel.nodes.size(); ++i) {
        const bool has_readout = !panel.nodes[i].readout.empty();
        before.nodes[i].value = has_readout && std::isfinite(activity[i].control) ? 0.0 : kNaN;
        after.nodes[i].value = has_readout ? std::log2(activity[i].ratio) : kNaN;
        if (has_readout) {
            const std::string& unit = package.readout(panel.nodes[i].readout)->unit;
            before.nodes[i].note = fmt::format("{} {}", rounded(activity[i].control, 3), unit);
            after.nodes[i].note = fmt::format("{} {}", rounded(activity[i].treated, 3), unit);
        }
    }
    return {.title = fmt::format("The pathway in {}, before and after {}",
                                 profile_of(package, panel.profile).title, panel.treatment_text),
            .caption =
                "Colour and number: activity over that before the treatment. Grey: a node "
                "without a readout.",
            .panels = {{.svg = report::svg(before)}, {.svg = report::svg(after)}},
            .columns = 2,
            .key = {{.svg = report::map_legend(after, "activity over that before treatment", "less",
                                               "more")}}};
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
            figure.panels.push_back(
                {.svg = report::svg(plot), .svg_narrow = report::svg(plot, kNarrow_px)});
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
                       interval_text(observation), row.model,
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

report::Table fact_table(const Package& package, const std::vector<assay::FactCheck>& facts) {
    report::Table table{.title = "What must come out, each beside its ablation",
                        .columns = {{.name = "statement"},
                                    {.name = "value", .align = report::Align::end},
                                    {.name = "expected"},
                                    {.name = "ablated", .align = report::Align::end},
                                    {.name = "expected when ablated"},
                                    {.name = "verdict"},
                                    {.name = "source"}}};
    for (const assay::FactCheck& check : facts) {
        const package::Fact& fact = package.report.facts[check.fact];
        table.rows.push_back(
            {.cells = {fact.statement, check.value.value, fact.expect.text,
                       check.ablation ? report::Cell{check.ablation->value}
                                      : report::Cell{std::string{"none"}},
                       fact.ablation_expect ? fact.ablation_expect->text : std::string{"none"},
                       check.both_hold() ? std::string{"holds"}
                       : check.holds     ? std::string{"ablation does not lose it"}
                                         : std::string{"does not hold"},
                       sources_text(fact.sources)},
             .mark = check.both_hold() ? report::RowMark::none : report::RowMark::misfit});
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
