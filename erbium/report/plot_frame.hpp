// SPDX-License-Identifier: Apache-2.0
// erbium/report/plot_frame.hpp: axes, grid and titles around a plot, shared by lines and scatter.
// Reads: Axis   Makes: PlotFrame, SVG elements   Used by: line_chart, scatter
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/report/scale.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {

/// A value worth a line across the plot, with a word for it.
struct AxisMark {
    double value{};       ///< in the unit of the axis
    std::string label{};  ///< may be empty
};

/// How one axis is to look. NaN for low or high means: from the data.
struct Axis {
    std::string title{};  ///< with the unit, as "time after treatment [h]"
    ScaleKind kind{ScaleKind::linear};
    double low{std::numeric_limits<double>::quiet_NaN()};   ///< in the unit of the axis
    double high{std::numeric_limits<double>::quiet_NaN()};  ///< in the unit of the axis
    double linear_to{1.0};                                  ///< symlog only, see Scale
    std::vector<double> ticks{};                            ///< where the labels go; empty: chosen
    std::vector<AxisMark> marks{};  ///< thin lines across the plot, as at the control's value
};

/// The scale of an axis for these values: its own ends where given, else moved out to ticks.
[[nodiscard]] Scale scale_of(const Axis& axis, const std::vector<double>& values);

/// Scales and the rectangle they are laid on [px].
struct PlotFrame {
    Scale x_scale;
    Scale y_scale;
    double left{};
    double top{};
    double width{};
    double height{};

    /// Precondition (checked): x_scale.can_show(value).
    [[nodiscard]] double x(double value) const { return left + width * x_scale.fraction(value); }
    /// Precondition (checked): y_scale.can_show(value).
    [[nodiscard]] double y(double value) const {
        return top + height * (1.0 - y_scale.fraction(value));
    }
    [[nodiscard]] bool can_show(double at_x, double at_y) const noexcept {
        return x_scale.can_show(at_x) && y_scale.can_show(at_y);
    }
};

/// Space that the numbers of the y axis need left of the plot [px].
[[nodiscard]] double y_label_width(const Axis& axis, const Scale& scale);

/// Draws grid, tick marks, numbers, marks and the title of the x axis (below the plot, 36 px).
void draw_axes(Svg& out, const PlotFrame& frame, const Axis& x_axis, const Axis& y_axis);

/// Height of the title block that draw_titles makes [px].
[[nodiscard]] double titles_height(std::string_view title, std::string_view y_title,
                                   double width_px);

/// The plot's title (bold) and what the y axis means (muted), both at the left, above the plot.
void draw_titles(Svg& out, std::string_view title, std::string_view y_title, double width_px);

/// A data mark of one of a few shapes, so that series differ without colour: circle, square,
/// triangle, diamond, then again. `css` holds its fill and stroke classes.
void draw_marker(Svg& out, double x, double y, std::size_t shape, double radius_px,
                 std::string_view css, std::string_view tooltip);

}  // namespace erbium::report
