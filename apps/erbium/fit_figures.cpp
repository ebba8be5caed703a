// SPDX-License-Identifier: Apache-2.0
// apps/erbium/fit_figures.cpp: figures of a fit.
#include "fit_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "erbium/base/text.hpp"
#include "erbium/report/line_chart.hpp"
#include "erbium/report/scatter.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::app {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kWidth_px = 640.0;
constexpr double kHeight_px = 400.0;

NamedFigure drawn(std::string name, const report::LineChart& chart, double width_px = kWidth_px,
                  double height_px = kHeight_px) {
    return {std::move(name), report::standalone(report::svg(chart, width_px, height_px))};
}

}  // namespace

NamedFigure waterfall_figure(std::span<const fit::StartResult> results) {
    const std::vector<std::size_t> order = fit::ranking(results);
    report::LineChart chart{
        .id = "waterfall",
        .title = "Waterfall",
        .x = {.title = "start, in the order of the values", .low = 0.0},
        .y = {.title = "objective above the best [+1]", .kind = report::ScaleKind::log}};
    report::Series series{.label = ""};
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const fit::Optimum& optimum = results[order[rank]].optimum;
        if (!std::isfinite(optimum.value)) {
            continue;
        }
        const double above = optimum.value - results[order.front()].optimum.value;
        series.measured.push_back(
            {.x = static_cast<double>(rank + 1),
             .y = 1.0 + std::max(above, 0.0),
             .is_misfit = !fit::is_converged(optimum.ending),
             .note = fmt::format("start {}: {} ({})", results[order[rank]].index,
                                 rounded(optimum.value, 8), name(optimum.ending))});
    }
    chart.series.push_back(std::move(series));
    return drawn("waterfall.svg", chart);
}

NamedFigure parameters_figure(std::span<const fit::Coordinate> coordinates,
                              std::span<const fit::StartResult> results) {
    const std::vector<std::size_t> order = fit::ranking(results);
    report::LineChart chart{
        .id = "parameters",
        .title = "Parameters of the best starts, between their bounds",
        .x = {.title = "parameter, in the order of the table"},
        .y = {.title = "position between the bounds (0 lower, 1 upper)", .low = 0.0, .high = 1.0}};
    constexpr std::size_t kMostShown = 5;
    double last = kNan;
    std::size_t shown = 0;
    for (const std::size_t r : order) {
        const fit::Optimum& optimum = results[r].optimum;
        // Starts that reached the same value are one line.
        if (shown == kMostShown || !std::isfinite(optimum.value)) {
            break;
        }
        if (optimum.value - last < 1e-3) {
            continue;
        }
        last = optimum.value;
        report::Series series{
            .label = fmt::format("{}", rounded(optimum.value, 6)),
            .line = shown == 0 ? report::LineStyle::solid : report::LineStyle::dotted};
        for (std::size_t i = 0; i < coordinates.size(); ++i) {
            const fit::Coordinate& c = coordinates[i];
            const double position = (optimum.x[i] - c.lower) / (c.upper - c.lower);
            series.x.push_back(static_cast<double>(i + 1));
            series.y.push_back(position);
            series.measured.push_back(
                {.x = static_cast<double>(i + 1),
                 .y = position,
                 .note = fmt::format("{} = {}", c.name, rounded(optimum.x[i], 6))});
        }
        chart.series.push_back(std::move(series));
        ++shown;
    }
    return drawn("parameters.svg", chart,
                 std::max(kWidth_px, 60.0 + 12.0 * static_cast<double>(coordinates.size())));
}

NamedFigure agreement_figure(const petab::Problem& problem, const petab::Prediction& prediction) {
    bool is_log = false;
    for (const petab::Observable& observable : problem.observables) {
        is_log = is_log || observable.model.transformation != petab::Transformation::linear;
    }
    for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
        is_log = is_log && problem.measurements[m].value > 0.0 && prediction.simulated[m] > 0.0;
    }
    const auto kind = is_log ? report::ScaleKind::log : report::ScaleKind::linear;
    report::Scatter scatter{.id = "agreement",
                            .title = "Simulated against measured",
                            .measured = {.title = "measured", .kind = kind},
                            .model = {.title = "simulated", .kind = kind}};
    constexpr std::size_t kMostGroups = 8;
    const bool has_groups = problem.observables.size() <= kMostGroups;
    for (const petab::Observable& observable : problem.observables) {
        if (has_groups) {
            scatter.groups.push_back(observable.id);
        }
    }
    for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
        const petab::Measurement& measurement = problem.measurements[m];
        scatter.points.push_back(
            {.measured = measurement.value,
             .model = prediction.simulated[m],
             .group = has_groups ? measurement.observable : 0,
             .note = fmt::format("{}, {}, time {}", problem.observables[measurement.observable].id,
                                 problem.experiments[measurement.experiment].id,
                                 shortest(measurement.time))});
    }
    return {"agreement.svg", report::standalone(report::svg(scatter))};
}

std::vector<NamedFigure> data_figures(const petab::Problem& problem,
                                      const petab::Prediction& prediction) {
    std::vector<NamedFigure> figures;
    for (std::size_t o = 0; o < problem.observables.size(); ++o) {
        const petab::Observable& observable = problem.observables[o];
        std::map<std::size_t, std::vector<std::size_t>> by_experiment;
        for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
            if (problem.measurements[m].observable == o &&
                std::isfinite(problem.measurements[m].time)) {
                by_experiment[problem.measurements[m].experiment].push_back(m);
            }
        }
        report::LineChart chart{
            .id = observable.id,
            .title = observable.name.empty() ? observable.id : observable.name,
            .x = {.title = "time"},
            .y = {.title = "measured (points, one noise up and down) and simulated (lines)"}};
        constexpr std::size_t kMostSeries = 8;
        for (auto& [experiment, rows] : by_experiment) {
            if (chart.series.size() == kMostSeries) {
                break;
            }
            std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
                return problem.measurements[a].time < problem.measurements[b].time;
            });
            const bool is_linear = observable.model.transformation == petab::Transformation::linear;
            report::Series series{.label = problem.experiments[experiment].id};
            for (const std::size_t m : rows) {
                const petab::Measurement& measurement = problem.measurements[m];
                const double noise = prediction.noise[m];
                series.measured.push_back({.x = measurement.time,
                                           .y = measurement.value,
                                           .lower = is_linear ? measurement.value - noise : kNan,
                                           .upper = is_linear ? measurement.value + noise : kNan});
                if (series.x.empty() || series.x.back() < measurement.time) {
                    series.x.push_back(measurement.time);
                    series.y.push_back(prediction.simulated[m]);
                }
            }
            chart.series.push_back(std::move(series));
        }
        if (!chart.series.empty()) {
            figures.push_back(drawn(fmt::format("fit_{}.svg", observable.id), chart));
        }
    }
    return figures;
}

std::vector<NamedFigure> profile_figures(std::span<const fit::Coordinate> coordinates,
                                         std::span<const fit::Profile> profiles, double threshold) {
    std::vector<NamedFigure> figures;
    for (const fit::Profile& profile : profiles) {
        const std::string& name = coordinates[profile.coordinate].name;
        report::LineChart chart{
            .id = "profile_" + name,
            .title = name,
            .x = {.title = "value on the parameter's scale"},
            .y = {.title = "objective above the best", .low = 0.0, .marks = {{threshold, "95 %"}}}};
        report::Series series{.label = ""};
        for (std::size_t k = 0; k < profile.at.size(); ++k) {
            series.x.push_back(profile.at[k]);
            series.y.push_back(profile.value[k] - profile.lowest);
        }
        chart.series.push_back(std::move(series));
        figures.push_back(drawn(fmt::format("profile_{}.svg", name), chart, 330.0, 250.0));
    }
    return figures;
}

}  // namespace erbium::app
