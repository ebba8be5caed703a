// SPDX-License-Identifier: Apache-2.0
// apps/erbium/fit_figures.hpp: what a fit looks like: waterfall, parameters, data, profiles.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "erbium/fit/multi_start.hpp"
#include "erbium/fit/profile.hpp"
#include "erbium/petab/objective.hpp"
#include "erbium/report/html_page.hpp"

namespace erbium::app {

/// A figure as a file of its own.
struct NamedFigure {
    std::string name;  ///< of the file, with its ending
    std::string svg;
};

/// Values of all starts in ascending order, as distances from the best.
[[nodiscard]] NamedFigure waterfall_figure(std::span<const fit::StartResult> results);

/// Where the best different optima lie between the bounds, a row a parameter.
[[nodiscard]] NamedFigure parameters_figure(std::span<const fit::Coordinate> coordinates,
                                            std::span<const fit::StartResult> results);

/// Simulated against measured, all data, on the scale of the comparison.
[[nodiscard]] NamedFigure agreement_figure(const petab::Problem& problem,
                                           const petab::Prediction& prediction);

/// What is simulated between the measurements: petab::on_time_grid and its prediction.
struct Curves {
    const petab::Problem& problem;
    const petab::Prediction& prediction;
};

/// One figure for each observable: data with their noise and simulations over time, one series for
/// each experiment and each set of parameters of the observable, at most eight.
[[nodiscard]] std::vector<NamedFigure> data_figures(const petab::Problem& problem,
                                                    const petab::Prediction& prediction,
                                                    const Curves& curves);

[[nodiscard]] std::vector<NamedFigure> profile_figures(std::span<const fit::Coordinate> coordinates,
                                                       std::span<const fit::Profile> profiles,
                                                       double threshold);

}  // namespace erbium::app
