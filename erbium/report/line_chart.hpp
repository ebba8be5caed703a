// SPDX-License-Identifier: Apache-2.0
// erbium/report/line_chart.hpp: curves with bands and measured points; one panel, or many alike.
// Reads: LineChart   Makes: SVG text   Used by: html_page, through Panel
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "erbium/report/plot_frame.hpp"

namespace erbium::report {

/// One measurement with its uncertainty.
struct MeasuredPoint {
    double x{};                                              ///< in the unit of the x axis
    double y{};                                              ///< in the unit of the y axis
    double lower{std::numeric_limits<double>::quiet_NaN()};  ///< end of the error bar; NaN: none
    double upper{std::numeric_limits<double>::quiet_NaN()};
    bool is_misfit{false};
    std::string note{};  ///< for the hover text, as the source
};

enum class LineStyle { solid, dashed, dotted };

/// One curve. A point whose y is NaN has failed: the curve has a gap and a cross marks the place.
struct Series {
    std::string label{};
    std::vector<double> x{};      ///< ascending, in the unit of the x axis
    std::vector<double> y{};      ///< as long as x
    std::vector<double> lower{};  ///< lower edge of a band; empty, or as long as x
    std::vector<double> upper{};  ///< upper edge of the band, likewise
    std::vector<MeasuredPoint> measured{};
    std::size_t colour{kSeriesColours};  ///< of series_colours(); by default by position
    LineStyle line{LineStyle::solid};
};

struct LineChart {
    std::string id{};     ///< unique in the page
    std::string title{};  ///< above the plot, bold
    Axis x{};
    Axis y{};  ///< its title stands above the plot, under the chart's
    std::vector<Series> series{};
};

/// The chart as SVG [width_px x height_px]. Lines are labelled at their right ends where the labels
/// fit, else in a legend above the plot. What a log axis cannot show (values <= 0) is left out and
/// counted in a line under the plot.
/// Precondition (checked): vectors of a series agree in length.
[[nodiscard]] std::string svg(const LineChart& chart, double width_px = 330.0,
                              double height_px = 250.0);

/// Gives charts one common x axis, and one common y axis if asked, so that small multiples can be
/// compared by eye: ends that are not given become those of all data together.
enum class Shared { x, x_and_y };
void share_axes(std::vector<LineChart>& charts, Shared shared);

}  // namespace erbium::report
