// SPDX-License-Identifier: Apache-2.0
// erbium/report/position_chart.hpp: where points lie between the ends of named ranges, a row a
// range. Reads: PositionChart   Makes: SVG text   Used by: figures of fits
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "erbium/report/svg.hpp"

namespace erbium::report {

/// One range, with its ends as text.
struct PositionRow {
    std::string label{};
    std::string low{};
    std::string high{};
};

/// One point in all ranges.
struct PositionSeries {
    std::string label{};              ///< in the key
    std::vector<double> position{};   ///< by row: 0 at the low end, 1 at the high end
    std::vector<std::string> note{};  ///< by row, for the hover text
};

struct PositionChart {
    std::string id{};        ///< unique in the page
    std::string title{};     ///< above the plot, bold
    std::string subtitle{};  ///< under it, muted
    std::vector<PositionRow> rows{};
    std::vector<PositionSeries> series{};  ///< the first is drawn last, whole and thicker
};

/// The chart as SVG [width_px wide, as high as its rows need]. A position beyond [0, 1] is drawn at
/// the end that it passed.
/// Precondition (checked): every series has a position and a note for each row.
[[nodiscard]] std::string svg(const PositionChart& chart, double width_px = 640.0);

}  // namespace erbium::report
