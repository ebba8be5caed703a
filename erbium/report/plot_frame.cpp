// SPDX-License-Identifier: Apache-2.0
// erbium/report/plot_frame.cpp: drawing of axes and titles.
#include "erbium/report/plot_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace erbium::report {
namespace {

constexpr double kTickSize = 11.0;
constexpr double kTitleSize = 13.5;
constexpr double kSubtitleSize = 11.5;

std::vector<double> ticks_of(const Axis& axis, const Scale& scale, int count) {
    if (axis.ticks.empty()) {
        return scale.ticks(count);
    }
    std::vector<double> inside;
    for (const double tick : axis.ticks) {
        if (scale.can_show(tick) && tick >= scale.low() && tick <= scale.high()) {
            inside.push_back(tick);
        }
    }
    return inside;
}

/// Every how many ticks a label fits, for labels of this width.
std::size_t label_stride(const PlotFrame& frame, const std::vector<double>& ticks,
                         const std::vector<std::string>& labels) {
    double needed = 0.0;
    for (const std::string& label : labels) {
        needed = std::max(needed, text_width(label, kTickSize) + 7.0);
    }
    for (std::size_t stride = 1; stride < ticks.size(); ++stride) {
        double least = frame.width;
        for (std::size_t i = stride; i < ticks.size(); i += stride) {
            least = std::min(least, frame.x(ticks[i]) - frame.x(ticks[i - stride]));
        }
        if (least >= needed) {
            return stride;
        }
    }
    return std::max<std::size_t>(ticks.size(), 1);
}

int y_tick_count(double height) {
    return std::max(2, static_cast<int>(height / 40.0));
}

}  // namespace

Scale scale_of(const Axis& axis, const std::vector<double>& values) {
    std::vector<double> all = values;
    for (const double end : {axis.low, axis.high}) {
        if (!std::isnan(end)) {
            all.push_back(end);
        }
    }
    const Scale around = Scale::around(axis.kind, all);
    double low = std::isnan(axis.low) ? around.low() : axis.low;
    double high = std::isnan(axis.high) ? around.high() : axis.high;
    if (low >= high && (std::isnan(axis.low) || std::isnan(axis.high))) {
        // All data lie beyond the one end that was given: that end stays.
        const bool is_log = axis.kind == ScaleKind::log;
        if (std::isnan(axis.high)) {
            high = is_log ? 10.0 * low : low + 1.0;
        } else {
            low = is_log ? 0.1 * high : high - 1.0;
        }
    }
    return Scale{axis.kind, low, high, axis.linear_to};
}

double y_label_width(const Axis& axis, const Scale& scale) {
    double width = 0.0;
    for (const std::string& label : tick_labels(ticks_of(axis, scale, 5))) {
        width = std::max(width, text_width(label, kTickSize));
    }
    return width + 7.0;
}

void draw_axes(Svg& out, const PlotFrame& frame, const Axis& x_axis, const Axis& y_axis) {
    const double bottom = frame.top + frame.height;
    const double right = frame.left + frame.width;
    const std::vector<double> ys = ticks_of(y_axis, frame.y_scale, y_tick_count(frame.height));
    const std::vector<std::string> y_labels = tick_labels(ys);
    for (std::size_t i = 0; i < ys.size(); ++i) {
        const double y = frame.y(ys[i]);
        out.element("path", {{"d", fmt::format("M{} {}H{}", coordinate(frame.left), coordinate(y),
                                               coordinate(right))},
                             {"class", "grid"}});
        out.text(frame.left - 6.0, y + 0.35 * kTickSize, y_labels[i],
                 {.size_px = kTickSize, .anchor = Anchor::end, .css = "muted"});
    }
    const std::vector<double> xs =
        ticks_of(x_axis, frame.x_scale, std::max(2, static_cast<int>(frame.width / 52.0)));
    const std::vector<std::string> x_labels = tick_labels(xs);
    const std::size_t stride = label_stride(frame, xs, x_labels);
    for (std::size_t i = 0; i < xs.size(); ++i) {
        const double x = frame.x(xs[i]);
        out.element("path", {{"d", fmt::format("M{} {}v4", coordinate(x), coordinate(bottom))},
                             {"class", "axis"}});
        if (i % stride == 0) {
            out.text(x, bottom + 16.0, x_labels[i],
                     {.size_px = kTickSize, .anchor = Anchor::middle, .css = "muted"});
        }
    }
    out.element("path", {{"d", fmt::format("M{} {}H{}", coordinate(frame.left), coordinate(bottom),
                                           coordinate(right))},
                         {"class", "axis"}});
    for (const AxisMark& mark : x_axis.marks) {
        if (frame.x_scale.can_show(mark.value)) {
            const double x = frame.x(mark.value);
            out.element("path", {{"d", fmt::format("M{} {}V{}", coordinate(x),
                                                   coordinate(frame.top), coordinate(bottom))},
                                 {"class", "muted-line"},
                                 {"stroke-dasharray", "2 3"}});
            out.text(x + 4.0, frame.top + 8.0, mark.label,
                     {.size_px = 10.5, .css = "muted", .has_halo = true});
        }
    }
    for (const AxisMark& mark : y_axis.marks) {
        if (frame.y_scale.can_show(mark.value)) {
            const double y = frame.y(mark.value);
            out.element("path", {{"d", fmt::format("M{} {}H{}", coordinate(frame.left),
                                                   coordinate(y), coordinate(right))},
                                 {"class", "muted-line"},
                                 {"stroke-dasharray", "2 3"}});
            out.text(right, y - 4.0, mark.label,
                     {.size_px = 10.5, .anchor = Anchor::end, .css = "muted", .has_halo = true});
        }
    }
    out.text(frame.left + 0.5 * frame.width, bottom + 33.0, x_axis.title,
             {.size_px = kSubtitleSize, .anchor = Anchor::middle, .css = "muted"});
}

double titles_height(std::string_view title, std::string_view y_title, double width_px) {
    double height = 4.0;
    if (!title.empty()) {
        height += 17.0 * static_cast<double>(wrapped(title, width_px, kTitleSize, true).size());
    }
    if (!y_title.empty()) {
        height += 15.0 * static_cast<double>(wrapped(y_title, width_px, kSubtitleSize).size());
    }
    return height;
}

void draw_titles(Svg& out, std::string_view title, std::string_view y_title, double width_px) {
    double y = 0.0;
    if (!title.empty()) {
        for (const std::string& line : wrapped(title, width_px, kTitleSize, true)) {
            out.text(0.0, y + 13.0, line, {.size_px = kTitleSize, .is_bold = true});
            y += 17.0;
        }
    }
    if (!y_title.empty()) {
        for (const std::string& line : wrapped(y_title, width_px, kSubtitleSize)) {
            out.text(0.0, y + 12.0, line, {.size_px = kSubtitleSize, .css = "muted"});
            y += 15.0;
        }
    }
}

void draw_marker(Svg& out, double x, double y, std::size_t shape, double radius_px,
                 std::string_view css, std::string_view tooltip) {
    const auto path = [&](const std::string& d) {
        out.element("path", {{"d", d}, {"class", css}, {"stroke-width", 1.5}}, tooltip);
    };
    const std::string at = fmt::format("M{} {}", coordinate(x), coordinate(y));
    const auto c = [&](double factor) { return coordinate(factor * radius_px); };
    switch (shape % 4) {
        case 0:
            out.element(
                "circle",
                {{"cx", x}, {"cy", y}, {"r", radius_px}, {"class", css}, {"stroke-width", 1.5}},
                tooltip);
            break;
        case 1:
            path(fmt::format("{}m{} {}h{}v{}h{}z", at, c(-0.9), c(-0.9), c(1.8), c(1.8), c(-1.8)));
            break;
        case 2:
            path(fmt::format("{}m0 {}l{} {}h{}z", at, c(-1.2), c(1.1), c(2.0), c(-2.2)));
            break;
        default:
            path(fmt::format("{}m0 {}l{} {}l{} {}l{} {}z", at, c(-1.25), c(1.25), c(1.25), c(-1.25),
                             c(1.25), c(-1.25), c(-1.25)));
            break;
    }
}

}  // namespace erbium::report
