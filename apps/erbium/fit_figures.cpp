// SPDX-License-Identifier: Apache-2.0
// apps/erbium/fit_figures.cpp: figures of a fit.
#include "fit_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "erbium/base/text.hpp"
#include "erbium/petab/time_grid.hpp"
#include "erbium/report/line_chart.hpp"
#include "erbium/report/position_chart.hpp"
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

/// The experiment, and what stands in the placeholders where anything does.
std::string curve_label(const petab::Problem& problem, const petab::Measurement& measurement) {
    const std::string& experiment = problem.experiments[measurement.experiment].id;
    return measurement.observable_parameters.empty()
               ? experiment
               : fmt::format("{} ({})", experiment, measurement.observable_parameters);
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
    report::PositionChart chart{
        .id = "parameters",
        .title = "Parameters of the best different optima, between their bounds",
        .subtitle =
            "bounds and values on the scale of the search; the best optimum is the whole line"};
    constexpr std::size_t kMostShown = 5;
    std::vector<const fit::Optimum*> shown;
    for (const std::size_t r : fit::ranking(results)) {
        const fit::Optimum& optimum = results[r].optimum;
        if (shown.size() == kMostShown || !std::isfinite(optimum.value)) {
            break;
        }
        // Starts that reached the same value are one line.
        if (shown.empty() || optimum.value - shown.back()->value >= 1e-3) {
            shown.push_back(&optimum);
        }
    }
    for (const fit::Optimum* optimum : shown) {
        chart.series.push_back({.label = fmt::format("objective {}", rounded(optimum->value, 6))});
    }
    for (std::size_t i = 0; i < coordinates.size(); ++i) {
        double low = coordinates[i].lower;
        double high = coordinates[i].upper;
        // Without bounds the range is that of the optima.
        if (!std::isfinite(low) || !std::isfinite(high)) {
            low = std::numeric_limits<double>::infinity();
            high = -low;
            for (const fit::Optimum* optimum : shown) {
                low = std::min(low, optimum->x[i]);
                high = std::max(high, optimum->x[i]);
            }
        }
        chart.rows.push_back({coordinates[i].name, rounded(low, 3), rounded(high, 3)});
        for (std::size_t s = 0; s < shown.size(); ++s) {
            const double x = shown[s]->x[i];
            chart.series[s].position.push_back(high > low ? (x - low) / (high - low) : 0.5);
            chart.series[s].note.push_back(
                fmt::format("{} = {}", coordinates[i].name, rounded(x, 6)));
        }
    }
    return {"parameters.svg", report::standalone(report::svg(chart, kWidth_px))};
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
                                      const petab::Prediction& prediction, const Curves& curves) {
    std::vector<NamedFigure> figures;
    for (std::size_t o = 0; o < problem.observables.size(); ++o) {
        const petab::Observable& observable = problem.observables[o];
        const bool is_linear = observable.model.transformation == petab::Transformation::linear;
        report::LineChart chart{
            .id = observable.id,
            .title = observable.name.empty() ? observable.id : observable.name,
            .x = {.title = "time"},
            .y = {.title = "measured (points, one noise up and down) and simulated (lines)"}};
        constexpr std::size_t kMostSeries = 8;
        std::vector<const petab::Measurement*> examples;
        for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
            const petab::Measurement& measurement = problem.measurements[m];
            if (measurement.observable != o || !std::isfinite(measurement.time)) {
                continue;
            }
            const auto known = std::find_if(
                examples.begin(), examples.end(),
                [&](const auto* example) { return petab::is_same_curve(*example, measurement); });
            const auto s = static_cast<std::size_t>(known - examples.begin());
            if (known == examples.end()) {
                if (examples.size() == kMostSeries) {
                    continue;
                }
                examples.push_back(&measurement);
                chart.series.push_back({.label = curve_label(problem, measurement)});
            }
            const double noise = prediction.noise[m];
            chart.series[s].measured.push_back(
                {.x = measurement.time,
                 .y = measurement.value,
                 .lower = is_linear ? measurement.value - noise : kNan,
                 .upper = is_linear ? measurement.value + noise : kNan});
        }
        for (std::size_t m = 0; m < curves.problem.measurements.size(); ++m) {
            const petab::Measurement& point = curves.problem.measurements[m];
            for (std::size_t s = 0; s < examples.size(); ++s) {
                if (petab::is_same_curve(*examples[s], point)) {
                    chart.series[s].x.push_back(point.time);
                    chart.series[s].y.push_back(curves.prediction.simulated[m]);
                }
            }
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
