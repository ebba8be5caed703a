// SPDX-License-Identifier: Apache-2.0
// erbium/report/scatter.hpp: model against measurement, with the line where they agree.
// Reads: Scatter   Makes: SVG text   Used by: html_page, through Panel
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "erbium/report/plot_frame.hpp"

namespace erbium::report {

/// One observation. Where only an interval was measured, `measured` is NaN and the point is a bar
/// from lower to upper at the height of the model. A model value of NaN has failed: it is not
/// drawn, and counted under the plot.
struct ScatterPoint {
    std::string label{};  ///< written beside misfits, and in the hover text
    double measured{std::numeric_limits<double>::quiet_NaN()};
    double lower{std::numeric_limits<double>::quiet_NaN()};  ///< end of the error bar or interval
    double upper{std::numeric_limits<double>::quiet_NaN()};
    double model{std::numeric_limits<double>::quiet_NaN()};
    bool is_misfit{false};
    std::size_t group{0};  ///< shape and colour; index into Scatter::groups
    std::string note{};    ///< for the hover text, as the source
};

struct Scatter {
    std::string id{};     ///< unique in the page
    std::string title{};  ///< above the plot, bold
    Axis measured{};      ///< the x axis; both axes get the range of all values
    Axis model{};         ///< the y axis; its kind is that of `measured`
    double tolerance{
        std::numeric_limits<double>::quiet_NaN()};  ///< half width of the band about the
                                                    ///< identity line: in the unit of the axes, on
                                                    ///< a log axis as a factor > 1; NaN: no band
    std::vector<std::string> groups{};  ///< names for the key; may be empty when there is one group
    std::vector<ScatterPoint> points{};
};

/// The plot as SVG [width_px wide, the plot itself about square]. Names of misfits are set where
/// they cover no point and no other name; those without a place are counted under the plot.
[[nodiscard]] std::string svg(const Scatter& scatter, double width_px = 480.0);

}  // namespace erbium::report
