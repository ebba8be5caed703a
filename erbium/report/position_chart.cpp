// SPDX-License-Identifier: Apache-2.0
// erbium/report/position_chart.cpp: rows, lines from row to row, the key.
#include "erbium/report/position_chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "erbium/base/check.hpp"
#include "erbium/report/plot_frame.hpp"

namespace erbium::report {
namespace {

constexpr double kTextSize = 11.0;
constexpr double kRow = 22.0;
constexpr double kKeyRow = 16.0;
constexpr double kWidestLabel = 220.0;

double widest(const std::vector<PositionRow>& rows, std::string PositionRow::*text) {
    double width = 0.0;
    for (const PositionRow& row : rows) {
        width = std::max(width, text_width(row.*text, kTextSize));
    }
    return std::min(width, kWidestLabel);
}

}  // namespace

std::string svg(const PositionChart& chart, double width_px) {
    for (const PositionSeries& series : chart.series) {
        ERBIUM_CHECK(
            series.position.size() == chart.rows.size() && series.note.size() == chart.rows.size(),
            "a position and a note for each row");
    }
    const double labels = widest(chart.rows, &PositionRow::label);
    const double left = labels + 14.0 + widest(chart.rows, &PositionRow::low) + 10.0;
    const double right = width_px - widest(chart.rows, &PositionRow::high) - 10.0;
    const double keys = titles_height(chart.title, chart.subtitle, width_px) + 8.0;
    const double top = keys + kKeyRow * static_cast<double>(chart.series.size());
    const double height = top + kRow * static_cast<double>(chart.rows.size()) + 6.0;
    const auto x_of = [&](double position) {
        return left + (right - left) * std::clamp(position, 0.0, 1.0);
    };
    const auto y_of = [&](std::size_t row) {
        return top + kRow * (static_cast<double>(row) + 0.5);
    };

    Svg out{width_px, height, chart.id, chart.title, chart.subtitle};
    draw_titles(out, chart.title, chart.subtitle, width_px);
    for (std::size_t r = 0; r < chart.rows.size(); ++r) {
        const PositionRow& row = chart.rows[r];
        const double baseline = y_of(r) + 0.35 * kTextSize;
        out.element("path", {{"d", fmt::format("M{} {}H{}", coordinate(left), coordinate(y_of(r)),
                                               coordinate(right))},
                             {"class", "grid"}});
        out.text(0.0, baseline, elided(row.label, kWidestLabel, kTextSize),
                 {.size_px = kTextSize, .css = "ink"});
        out.text(left - 8.0, baseline, row.low,
                 {.size_px = kTextSize, .anchor = Anchor::end, .css = "muted"});
        out.text(right + 8.0, baseline, row.high, {.size_px = kTextSize, .css = "muted"});
    }
    for (std::size_t back = chart.series.size(); back > 0; --back) {
        const std::size_t s = back - 1;
        const PositionSeries& series = chart.series[s];
        const std::string stroke = fmt::format("s{}", s % kSeriesColours);
        std::string line;
        for (std::size_t r = 0; r < chart.rows.size(); ++r) {
            line += fmt::format("{}{} {}", r == 0 ? "M" : "L", coordinate(x_of(series.position[r])),
                                coordinate(y_of(r)));
        }
        out.element("path", {{"d", line},
                             {"class", stroke + " none"},
                             {"stroke-width", s == 0 ? 2.0 : 1.2},
                             {"stroke-dasharray", s == 0 ? "none" : "2 3"}});
        for (std::size_t r = 0; r < chart.rows.size(); ++r) {
            draw_marker(out, x_of(series.position[r]), y_of(r), s, 3.4, "hollow " + stroke,
                        series.note[r]);
        }
        const double key = keys + kKeyRow * static_cast<double>(s) - 2.0;
        draw_marker(out, left + 6.0, key, s, 3.4, "hollow " + stroke, {});
        out.text(left + 16.0, key + 4.0, series.label,
                 {.size_px = kTextSize, .css = fmt::format("f{}", s % kSeriesColours)});
    }
    return std::move(out).finish();
}

}  // namespace erbium::report
