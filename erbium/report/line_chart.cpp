// SPDX-License-Identifier: Apache-2.0
// erbium/report/line_chart.cpp: layout and drawing of line charts.
#include "erbium/report/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "erbium/base/check.hpp"

namespace erbium::report {
namespace {

constexpr double kLabelSize = 11.5;
constexpr double kLabelLine = 13.0;
constexpr double kBelowPlot = 40.0;  // numbers and title of the x axis

std::size_t colour_index(const LineChart& chart, std::size_t series) {
    const std::size_t asked = chart.series[series].colour;
    return asked < kSeriesColours ? asked : series % kSeriesColours;
}

void append(std::vector<double>& to, const std::vector<double>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

std::vector<double> all_x(const LineChart& chart) {
    std::vector<double> values;
    for (const Series& series : chart.series) {
        append(values, series.x);
        for (const MeasuredPoint& point : series.measured) {
            values.push_back(point.x);
        }
    }
    return values;
}

std::vector<double> all_y(const LineChart& chart) {
    std::vector<double> values;
    for (const Series& series : chart.series) {
        append(values, series.y);
        append(values, series.lower);
        append(values, series.upper);
        for (const MeasuredPoint& point : series.measured) {
            values.insert(values.end(), {point.y, point.lower, point.upper});
        }
    }
    return values;
}

/// The x axis hugs its data: time and dose end where the data end.
Scale x_scale_of(const LineChart& chart) {
    const Axis& axis = chart.x;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : all_x(chart)) {
        if (std::isfinite(value) && (axis.kind != ScaleKind::log || value > 0.0)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    low = std::isnan(axis.low) ? low : axis.low;
    high = std::isnan(axis.high) ? high : axis.high;
    if (!(low < high)) {
        return scale_of(axis, all_x(chart));
    }
    return Scale{axis.kind, low, high, axis.linear_to};
}

/// A name at the right end of its line.
struct EndLabel {
    std::size_t series{};
    std::vector<std::string> lines;
    double wanted_y{};
    double y{};
    [[nodiscard]] double height() const { return kLabelLine * static_cast<double>(lines.size()); }
};

/// Moves labels apart, keeping their order, within [top, bottom].
void spread(std::vector<EndLabel>& labels, double top, double bottom) {
    std::stable_sort(labels.begin(), labels.end(),
                     [](const EndLabel& a, const EndLabel& b) { return a.wanted_y < b.wanted_y; });
    double edge = top;
    for (EndLabel& label : labels) {
        label.y = std::max(label.wanted_y, edge + 0.5 * label.height());
        edge = label.y + 0.5 * label.height();
    }
    edge = bottom;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        label->y = std::min(label->y, edge - 0.5 * label->height());
        edge = label->y - 0.5 * label->height();
    }
}

std::string_view dash(LineStyle style) {
    switch (style) {
        case LineStyle::solid:
            return "none";
        case LineStyle::dashed:
            return "7 4";
        case LineStyle::dotted:
            return "2 3";
    }
    return "none";
}

/// Polylines through the points that can be shown, broken where one cannot.
std::string curve(const PlotFrame& frame, const Series& series) {
    std::string d;
    bool is_down = false;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!frame.can_show(series.x[i], series.y[i])) {
            is_down = false;
            continue;
        }
        d += fmt::format("{}{} {}", is_down ? 'L' : 'M', coordinate(frame.x(series.x[i])),
                         coordinate(frame.y(series.y[i])));
        is_down = true;
    }
    return d;
}

std::string band(const PlotFrame& frame, const Series& series) {
    std::string d;
    std::string back;
    for (std::size_t i = 0; i < series.lower.size(); ++i) {
        if (frame.can_show(series.x[i], series.lower[i]) &&
            frame.can_show(series.x[i], series.upper[i])) {
            const std::string x = coordinate(frame.x(series.x[i]));
            d += fmt::format("{}{} {}", d.empty() ? 'M' : 'L', x,
                             coordinate(frame.y(series.upper[i])));
            back.insert(0, fmt::format("L{} {}", x, coordinate(frame.y(series.lower[i]))));
        }
    }
    return d.empty() ? d : d + back + "z";
}

void draw_measured(Svg& out, const PlotFrame& frame, const Axis& x_axis, const Axis& y_axis,
                   const Series& series, std::size_t colour, std::size_t shape) {
    for (const MeasuredPoint& point : series.measured) {
        if (!frame.can_show(point.x, point.y)) {
            continue;
        }
        const double x = frame.x(point.x);
        const std::string stroke = fmt::format("s{}", colour);
        if (frame.y_scale.can_show(point.lower) && frame.y_scale.can_show(point.upper)) {
            out.element("path", {{"d", fmt::format("M{} {}V{}", coordinate(x),
                                                   coordinate(frame.y(point.lower)),
                                                   coordinate(frame.y(point.upper)))},
                                 {"class", stroke},
                                 {"stroke-width", 1.2}});
        }
        if (point.is_misfit) {
            out.element("circle", {{"cx", x},
                                   {"cy", frame.y(point.y)},
                                   {"r", 7.0},
                                   {"class", "misfit-line"},
                                   {"stroke-width", 1.6}});
        }
        const std::string words = fmt::format(
            "{}, measured: {} at {} ({}; {}){}{}", series.label, number_label(point.y, 3),
            number_label(point.x, 3), y_axis.title, x_axis.title, point.is_misfit ? ", misfit" : "",
            point.note.empty() ? "" : ". " + point.note);
        draw_marker(out, x, frame.y(point.y), shape, 3.4, "hollow " + stroke, words);
    }
}

/// Crosses at the foot of the plot where a point failed; returns how many.
std::size_t draw_failures(Svg& out, const PlotFrame& frame, const Series& series,
                          std::size_t colour, std::size_t row) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (std::isnan(series.y[i]) && frame.x_scale.can_show(series.x[i])) {
            ++count;
            out.element(
                "path",
                {{"d", fmt::format("M{} {}m-3 -3l6 6m0 -6l-6 6", coordinate(frame.x(series.x[i])),
                                   coordinate(frame.top + frame.height - 6.0 -
                                              9.0 * static_cast<double>(row)))},
                 {"class", fmt::format("s{} none", colour)},
                 {"stroke-width", 1.5}},
                fmt::format("{}: failed at {}", series.label, number_label(series.x[i], 3)));
        }
    }
    return count;
}

struct Hidden {
    std::size_t failed{};
    std::size_t off_log{};  // finite, but <= 0 on a log axis
};

Hidden hidden_of(const LineChart& chart) {
    Hidden hidden;
    const auto is_off = [](const Axis& axis, double value) {
        return axis.kind == ScaleKind::log && std::isfinite(value) && value <= 0.0;
    };
    for (const Series& series : chart.series) {
        for (std::size_t i = 0; i < series.x.size(); ++i) {
            hidden.failed += std::isnan(series.y[i]) ? 1U : 0U;
            hidden.off_log +=
                is_off(chart.x, series.x[i]) || is_off(chart.y, series.y[i]) ? 1U : 0U;
        }
        for (const MeasuredPoint& point : series.measured) {
            hidden.off_log += is_off(chart.x, point.x) || is_off(chart.y, point.y) ? 1U : 0U;
        }
    }
    return hidden;
}

std::string hidden_words(const Hidden& hidden) {
    std::string words;
    if (hidden.failed > 0) {
        words = fmt::format("{} point{} failed (×)", hidden.failed, hidden.failed == 1 ? "" : "s");
    }
    if (hidden.off_log > 0) {
        words +=
            fmt::format("{}{} value{} ≤ 0 not shown on the log axis", words.empty() ? "" : "; ",
                        hidden.off_log, hidden.off_log == 1 ? "" : "s");
    }
    return words;
}

bool has_measured(const LineChart& chart) {
    return std::any_of(chart.series.begin(), chart.series.end(),
                       [](const Series& series) { return !series.measured.empty(); });
}

}  // namespace

std::string svg(const LineChart& chart, double width_px, double height_px) {
    std::string description = chart.y.title + " against " + chart.x.title;
    for (const Series& series : chart.series) {
        ERBIUM_CHECK(series.x.size() == series.y.size(), "a series has one y for each x");
        ERBIUM_CHECK(series.lower.size() == series.upper.size() &&
                         (series.lower.empty() || series.lower.size() == series.x.size()),
                     "a band has two edges as long as x");
        description += "; " + series.label;
    }
    const std::string hidden = hidden_words(hidden_of(chart));

    // Labels at the line ends, unless they would take more than a third of the width.
    const bool names_lines = chart.series.size() > 1;
    const double most_label = 0.34 * width_px;
    std::vector<EndLabel> labels;
    double label_width = 0.0;
    double labels_height = 0.0;
    for (std::size_t s = 0; s < chart.series.size() && names_lines; ++s) {
        EndLabel label{.series = s,
                       .lines = wrapped(chart.series[s].label, most_label - 10.0, kLabelSize)};
        for (const std::string& line : label.lines) {
            label_width = std::max(label_width, text_width(line, kLabelSize));
        }
        labels_height += label.height();
        labels.push_back(std::move(label));
    }
    double top = titles_height(chart.title, chart.y.title, width_px) + 12.0;
    const double room = height_px - top - kBelowPlot;
    const bool is_direct = names_lines && label_width <= most_label && labels_height <= room;
    struct Key {
        std::size_t series;
        double x, y;
    };
    std::vector<Key> keys;
    if (names_lines && !is_direct) {
        double x = 0.0;
        for (std::size_t s = 0; s < chart.series.size(); ++s) {
            const double width = 26.0 + text_width(chart.series[s].label, kLabelSize) + 14.0;
            if (x > 0.0 && x + width - 14.0 > width_px) {
                x = 0.0;
                top += 16.0;
            }
            keys.push_back({s, x, top - 2.0});
            x += width;
        }
        top += 16.0;
    }

    const Scale y_scale = scale_of(chart.y, all_y(chart));
    const double left = y_label_width(chart.y, y_scale);
    const double right_room = is_direct ? label_width + 11.0 : 9.0;
    const PlotFrame frame{x_scale_of(chart),
                          y_scale,
                          left,
                          top,
                          std::max(40.0, width_px - left - right_room),
                          std::max(60.0, height_px - top - kBelowPlot)};
    // The line about hidden points makes the chart higher, so that plots side by side stay alike.
    const double height = frame.top + frame.height + kBelowPlot + (hidden.empty() ? 0.0 : 15.0);
    Svg out{width_px, height, chart.id, chart.title, description};
    draw_titles(out, chart.title, chart.y.title, width_px);
    draw_axes(out, frame, chart.x, chart.y);

    const std::string clip = chart.id + "-clip";
    out.open("clipPath", {{"id", clip}});
    // Room for whole markers at the ends of the axes.
    out.element("rect", {{"x", frame.left - 5.0},
                         {"y", frame.top - 5.0},
                         {"width", frame.width + 10.0},
                         {"height", frame.height + 10.0}});
    out.close();
    out.open("g", {{"clip-path", "url(#" + clip + ")"}});
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        const std::string shape = band(frame, chart.series[s]);
        if (!shape.empty()) {
            out.element("path", {{"d", shape},
                                 {"class", fmt::format("f{}", colour_index(chart, s))},
                                 {"fill-opacity", 0.16}});
        }
    }
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        const Series& series = chart.series[s];
        const std::string d = curve(frame, series);
        if (!d.empty()) {
            out.element("path",
                        {{"d", d},
                         {"class", fmt::format("s{} none", colour_index(chart, s))},
                         {"stroke-width", 2.0},
                         {"stroke-linejoin", "round"},
                         {"stroke-linecap", "round"},
                         {"stroke-dasharray", dash(series.line)}},
                        series.label);
        }
        draw_failures(out, frame, series, colour_index(chart, s), s);
    }
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        draw_measured(out, frame, chart.x, chart.y, chart.series[s], colour_index(chart, s), s);
    }
    out.close();

    if (is_direct) {
        for (EndLabel& label : labels) {
            const Series& series = chart.series[label.series];
            label.wanted_y = frame.top + 0.5 * frame.height;
            for (std::size_t i = 0; i < series.x.size(); ++i) {
                if (frame.can_show(series.x[i], series.y[i])) {
                    label.wanted_y =
                        std::clamp(frame.y(series.y[i]), frame.top, frame.top + frame.height);
                }
            }
        }
        spread(labels, frame.top - 6.0, frame.top + frame.height + 4.0);
        const double x = frame.left + frame.width;
        for (const EndLabel& label : labels) {
            const std::size_t colour = colour_index(chart, label.series);
            if (std::abs(label.y - label.wanted_y) > 5.0) {
                out.element("path", {{"d", fmt::format("M{} {}L{} {}", coordinate(x + 2.0),
                                                       coordinate(label.wanted_y),
                                                       coordinate(x + 9.0), coordinate(label.y))},
                                     {"class", fmt::format("s{} none", colour)},
                                     {"stroke-width", 0.8}});
            }
            out.text_block(x + 11.0, label.y, label.lines, kLabelLine,
                           {.size_px = kLabelSize, .css = fmt::format("f{}", colour)});
        }
    }
    for (const Key& key : keys) {
        const std::size_t colour = colour_index(chart, key.series);
        out.element("path", {{"d", fmt::format("M{} {}h20", coordinate(key.x), coordinate(key.y))},
                             {"class", fmt::format("s{}", colour)},
                             {"stroke-width", 2.0},
                             {"stroke-dasharray", dash(chart.series[key.series].line)}});
        if (has_measured(chart)) {
            draw_marker(out, key.x + 10.0, key.y, key.series, 3.2,
                        fmt::format("hollow s{}", colour), {});
        }
        out.text(key.x + 26.0, key.y + 4.0, chart.series[key.series].label,
                 {.size_px = kLabelSize, .css = fmt::format("f{}", colour)});
    }
    if (!hidden.empty()) {
        out.text(0.0, height - 3.0, hidden, {.size_px = 10.5, .css = "muted"});
    }
    return std::move(out).finish();
}

void share_axes(std::vector<LineChart>& charts, Shared shared) {
    LineChart together;
    for (const LineChart& chart : charts) {
        together.series.insert(together.series.end(), chart.series.begin(), chart.series.end());
    }
    for (LineChart& chart : charts) {
        together.x = chart.x;
        together.y = chart.y;
        const Scale x = x_scale_of(together);
        chart.x.low = x.low();
        chart.x.high = x.high();
        if (shared == Shared::x_and_y) {
            const Scale y = scale_of(chart.y, all_y(together));
            chart.y.low = y.low();
            chart.y.high = y.high();
        }
    }
}

}  // namespace erbium::report
