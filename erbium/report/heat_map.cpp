// SPDX-License-Identifier: Apache-2.0
// erbium/report/heat_map.cpp: layout and drawing of heat maps.
#include "erbium/report/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "erbium/base/check.hpp"
#include "erbium/report/scale.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {
namespace {

constexpr double kNarrowPage = 520.0;  // below this the map is set for a telephone
constexpr double kGap = 2.0;           // paper between cells

struct Layout {
    bool is_narrow{};
    bool has_measured{};
    bool has_misfits{};
    bool has_failures{};
    double label_px{};     // size of row and column labels
    double value_px{};     // size of the numbers
    double label_width{};  // of the column of row labels
    double cell_width{};
    double cell_height{};
    double header_height{};
    bool turns_columns{};                           // column labels stand upright
    std::vector<std::vector<std::string>> columns;  // wrapped labels
    std::vector<std::vector<std::string>> rows;
    std::vector<double> row_tops;
    double bottom{};  // of the last row
    double width{};
};

double widest(const std::vector<std::string>& lines, double size) {
    double width = 0.0;
    for (const std::string& line : lines) {
        width = std::max(width, text_width(line, size));
    }
    return width;
}

/// Wraps each label; returns the widest line, and the largest number of lines in `most_lines`.
struct Wrapped {
    std::vector<std::vector<std::string>> labels;
    double width{};
    std::size_t most_lines{1};
};

Wrapped wrap_all(const std::vector<std::string>& labels, double width, double size) {
    Wrapped result;
    for (const std::string& label : labels) {
        result.labels.push_back(wrapped(label, width, size));
        result.width = std::max(result.width, widest(result.labels.back(), size));
        result.most_lines = std::max(result.most_lines, result.labels.back().size());
    }
    return result;
}

Layout layout_of(const HeatMap& map, double width_px) {
    Layout l;
    l.is_narrow = width_px < kNarrowPage;
    l.label_px = l.is_narrow ? 11.0 : 12.5;
    l.value_px = l.is_narrow ? 10.5 : 12.5;
    double value_width = 0.0;
    std::vector<std::string> row_labels;
    for (const HeatRow& row : map.rows) {
        ERBIUM_CHECK(row.cells.size() == map.columns.size(),
                     "a heat map row has one cell for each column");
        row_labels.push_back(row.label);
        for (const HeatCell& cell : row.cells) {
            l.has_measured = l.has_measured || !std::isnan(cell.measured);
            l.has_misfits = l.has_misfits || cell.is_misfit;
            l.has_failures = l.has_failures || std::isnan(cell.value);
            for (const double value : std::array{cell.value, cell.measured}) {
                value_width =
                    std::max(value_width, text_width(fixed_label(value, map.decimals), l.value_px));
            }
        }
    }
    const double count = static_cast<double>(std::max<std::size_t>(map.columns.size(), 1));
    const double least_cell = value_width + (l.is_narrow ? 3.0 : 14.0);

    // Row labels take what the cells leave, within limits; long ones wrap.
    double room = std::clamp(width_px - count * least_cell - 10.0, l.is_narrow ? 78.0 : 110.0,
                             l.is_narrow ? 116.0 : 240.0);
    Wrapped rows = wrap_all(row_labels, room, l.label_px);
    l.label_width = rows.width + 10.0;
    l.rows = std::move(rows.labels);
    l.cell_width =
        std::clamp((width_px - l.label_width) / count, least_cell, l.is_narrow ? 52.0 : 112.0);

    Wrapped flat = wrap_all(map.columns, l.cell_width - 8.0, l.label_px);
    l.turns_columns = flat.width > l.cell_width - 6.0 || flat.most_lines > 3;
    const double line = l.label_px * 1.2;
    if (l.turns_columns) {
        // Upright labels may use as many lines as are as thick as the cell.
        const bool may_wrap = l.cell_width >= 2.0 * line;
        flat = wrap_all(map.columns, may_wrap ? 130.0 : 1e9, l.label_px);
        l.header_height = flat.width + 10.0;
    } else {
        l.header_height = static_cast<double>(flat.most_lines) * line + 8.0;
    }
    l.columns = std::move(flat.labels);

    const double values_height = l.has_measured ? 2.0 * l.value_px + 14.0 : l.value_px + 15.0;
    std::size_t most_lines = 1;
    for (const auto& lines : l.rows) {
        most_lines = std::max(most_lines, lines.size());
    }
    l.cell_height = std::max(values_height, static_cast<double>(most_lines) * line + 6.0);

    double y = l.header_height;
    for (std::size_t r = 0; r < map.rows.size(); ++r) {
        const bool begins_group =
            !map.rows[r].group.empty() && (r == 0 || map.rows[r].group != map.rows[r - 1].group);
        const bool ends_group =
            r > 0 && map.rows[r].group.empty() && !map.rows[r - 1].group.empty();
        y += begins_group ? (r == 0 ? 20.0 : 28.0) : ends_group ? 10.0 : 0.0;
        l.row_tops.push_back(y);
        y += l.cell_height;
    }
    l.bottom = y;
    l.width = std::max(l.label_width + count * l.cell_width, std::min(width_px, 350.0));
    return l;
}

struct Box {
    double x{}, y{}, width{}, height{};
};

void fill(Svg& out, const Box& box, const ColourPair& colour) {
    out.element("rect", {{"x", box.x},
                         {"y", box.y},
                         {"width", box.width},
                         {"height", box.height},
                         {"class", "d"},
                         {"fill", hex(colour.light)},
                         {"style", dark_style(colour)}});
}

/// A number on a fill, in the letter colour that contrasts with it in either mode.
void number_on(Svg& out, const Box& box, const ColourPair& ground, const std::string& number,
               double size, bool is_measured) {
    const ColourPair ink{text_on(ground.light), text_on(ground.dark)};
    out.open("g", {{"class", "d"}, {"fill", hex(ink.light)}, {"style", dark_style(ink)}});
    out.text(box.x + 0.5 * box.width, box.y + 0.5 * box.height + 0.35 * size, number,
             {.size_px = size, .anchor = Anchor::middle, .css = "", .is_italic = is_measured});
    out.close();
}

void hatch(Svg& out, const Box& box, const std::string& pattern, double size, const char* word) {
    out.element("rect", {{"x", box.x},
                         {"y", box.y},
                         {"width", box.width},
                         {"height", box.height},
                         {"fill", "url(#" + pattern + ")"}});
    out.element("rect", {{"x", box.x + 0.5},
                         {"y", box.y + 0.5},
                         {"width", box.width - 1.0},
                         {"height", box.height - 1.0},
                         {"class", "rule"}});
    out.text(box.x + 0.5 * box.width, box.y + 0.5 * box.height + 0.35 * size, word,
             {.size_px = size, .anchor = Anchor::middle, .css = "muted", .has_halo = true});
}

void misfit_mark(Svg& out, const Box& box) {
    out.element("rect", {{"x", box.x + 0.25},
                         {"y", box.y + 0.25},
                         {"width", box.width - 0.5},
                         {"height", box.height - 0.5},
                         {"class", "misfit-line"},
                         {"stroke-width", 2.0}});
    const double right = box.x + box.width;
    const std::string corner = coordinate(std::min(9.0, 0.2 * box.width));  // clear of the number
    out.element(
        "path",
        {{"d", fmt::format("M{0} {1}h-{2}l{2} {2}z", coordinate(right), coordinate(box.y), corner)},
         {"class", "misfit"}});
}

void draw_cell(Svg& out, const HeatMap& map, const Layout& l, const HeatRow& row,
               std::size_t column, const Box& box, const std::string& pattern) {
    const HeatCell& cell = row.cells[column];
    const bool is_failed = std::isnan(cell.value);
    const bool is_measured = !std::isnan(cell.measured);
    out.open("g", {});
    std::string words = fmt::format("{}, {}: {} {}", row.label, map.columns[column], map.value_word,
                                    is_failed ? "failed" : fixed_label(cell.value, map.decimals));
    if (is_failed && !cell.failure.empty()) {
        words += " (" + cell.failure + ")";
    }
    if (is_measured) {
        words +=
            fmt::format(", {} {}{}", map.measured_word, fixed_label(cell.measured, map.decimals),
                        cell.is_misfit ? " (misfit)" : "");
    }
    out.tooltip(cell.note.empty() ? words : words + ". " + cell.note);

    Box upper = box;
    if (is_measured) {
        upper.height = 0.5 * box.height;
        const Box lower{box.x, box.y + upper.height, box.width, box.height - upper.height};
        const ColourPair ground = colour_of(cell.measured, map.scale);
        fill(out, lower, ground);
        number_on(out, lower, ground, fixed_label(cell.measured, map.decimals), l.value_px - 0.5,
                  true);
    }
    if (is_failed) {
        hatch(out, upper, pattern, std::max(10.0, l.value_px - 1.0),
              l.is_narrow ? "NaN" : "failed");
    } else {
        const ColourPair ground = colour_of(cell.value, map.scale);
        fill(out, upper, ground);
        number_on(out, upper, ground, fixed_label(cell.value, map.decimals), l.value_px, false);
    }
    if (is_measured) {
        const double y = box.y + upper.height;
        out.element("path", {{"d", fmt::format("M{} {}h{}", coordinate(box.x), coordinate(y),
                                               coordinate(box.width))},
                             {"class", "paper-line"},
                             {"stroke-width", 1.0}});
    }
    if (cell.is_misfit) {
        misfit_mark(out, box);
    }
    out.close();
}

void draw_labels(Svg& out, const HeatMap& map, const Layout& l) {
    const double line = l.label_px * 1.2;
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
        const double x = l.label_width + (static_cast<double>(c) + 0.5) * l.cell_width;
        const std::vector<std::string>& lines = l.columns[c];
        const double count = static_cast<double>(lines.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const double shift = static_cast<double>(i) - 0.5 * (count - 1.0);
            if (l.turns_columns) {
                out.text(x + shift * line + 0.35 * l.label_px, l.header_height - 7.0, lines[i],
                         {.size_px = l.label_px, .angle_deg = -90.0});
            } else {
                const double up = (count - 1.0 - static_cast<double>(i)) * line;
                out.text(x, l.header_height - 9.0 - up, lines[i],
                         {.size_px = l.label_px, .anchor = Anchor::middle});
            }
        }
    }
    for (std::size_t r = 0; r < map.rows.size(); ++r) {
        const double y = l.row_tops[r];
        const std::string& group = map.rows[r].group;
        if (!group.empty() && (r == 0 || group != map.rows[r - 1].group)) {
            out.text(0.0, y - 7.0, group, {.size_px = l.label_px, .css = "ink", .is_bold = true});
        }
        out.text_block(0.0, y + 0.5 * l.cell_height, l.rows[r], line, {.size_px = l.label_px});
    }
}

/// The colour bar with its meaning, then the special cells. Returns the height used.
double draw_legend(Svg& out, const HeatMap& map, const Layout& l, double top,
                   const std::string& pattern) {
    constexpr int kSteps = 60;
    constexpr double kBarHeight = 11.0;
    const double size = 11.0;
    const double bar = std::min(l.is_narrow ? 300.0 : 340.0, l.width - 20.0);
    const double x0 = 12.0;
    double y = top + 12.0;
    for (const std::string& line : wrapped(map.legend_title, l.width, size + 0.5)) {
        out.text(0.0, y, line, {.size_px = size + 0.5});
        y += 14.0;
    }
    y -= 4.0;
    for (int i = 0; i < kSteps; ++i) {
        const double share = (i + 0.5) / kSteps;
        const double value = map.scale.low + share * (map.scale.high - map.scale.low);
        fill(out, {x0 + bar * i / kSteps, y, bar / kSteps + 0.4, kBarHeight},
             colour_of(value, map.scale));
    }
    const Scale axis{ScaleKind::linear, map.scale.low, map.scale.high};
    const std::vector<double> ticks = axis.ticks(5);
    const std::vector<std::string> labels = tick_labels(ticks);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const double x = x0 + bar * axis.fraction(ticks[i]);
        out.element("path",
                    {{"d", fmt::format("M{} {}v4", coordinate(x), coordinate(y + kBarHeight))},
                     {"class", "axis"}});
        out.text(x, y + kBarHeight + 15.0, labels[i],
                 {.size_px = size, .anchor = Anchor::middle, .css = "muted"});
    }
    y += kBarHeight + 15.0;
    if (!map.low_label.empty() || !map.high_label.empty()) {
        y += 15.0;
        out.text(x0, y, map.low_label, {.size_px = size, .css = "muted"});
        out.text(x0 + bar, y, map.high_label,
                 {.size_px = size, .anchor = Anchor::end, .css = "muted"});
    }

    // Keys stand to the right of the bar when there is room, else below it.
    const bool is_beside = l.width - bar - x0 > 330.0;
    double x = is_beside ? x0 + bar + 56.0 : 0.0;
    double key_y = is_beside ? top + 10.0 : y + 14.0;
    const double key_width = 44.0;
    const double key_height = l.value_px * 2.0 + 14.0;
    const double middle = map.scale.low + 0.5 * (map.scale.high - map.scale.low);
    const double other = map.scale.low + 0.75 * (map.scale.high - map.scale.low);
    double bottom = y;
    const auto place = [&](double width) {  // next line when the key would not fit
        if (x > 0.0 && x + width > l.width) {
            x = is_beside ? x0 + bar + 56.0 : 0.0;
            key_y += key_height + 8.0;
        }
        bottom = std::max(bottom, key_y + key_height);
    };
    if (l.has_measured) {
        const double words =
            std::max(text_width(map.value_word, size), text_width(map.measured_word, size));
        place(key_width + words + 10.0);
        const ColourPair a = colour_of(middle, map.scale);
        const ColourPair b = colour_of(other, map.scale);
        fill(out, {x, key_y, key_width, 0.5 * key_height}, a);
        fill(out, {x, key_y + 0.5 * key_height, key_width, 0.5 * key_height}, b);
        out.element("path", {{"d", fmt::format("M{} {}h{}", coordinate(x),
                                               coordinate(key_y + 0.5 * key_height),
                                               coordinate(key_width))},
                             {"class", "paper-line"}});
        out.text(x + key_width + 7.0, key_y + 0.25 * key_height + 4.0, map.value_word,
                 {.size_px = size});
        out.text(x + key_width + 7.0, key_y + 0.75 * key_height + 4.0, map.measured_word,
                 {.size_px = size, .is_italic = true});
        x += key_width + words + 30.0;
    }
    if (l.has_misfits) {
        const double words = text_width("misfit", size);
        place(30.0 + words + 7.0);
        const Box box{x + 1.0, key_y + 1.0, 28.0, key_height - 2.0};
        misfit_mark(out, box);
        out.text(x + 37.0, key_y + 0.5 * key_height + 4.0, "misfit",
                 {.size_px = size, .css = "misfit"});
        x += 37.0 + words + 20.0;
    }
    if (l.has_failures) {
        const double words = text_width("did not finish", size);
        place(key_width + words + 7.0);
        hatch(out, {x, key_y, key_width, key_height}, pattern, 10.0,
              l.is_narrow ? "NaN" : "failed");
        out.text(x + key_width + 7.0, key_y + 0.5 * key_height + 4.0, "did not finish",
                 {.size_px = size});
    }
    return bottom + 4.0 - top;
}

}  // namespace

std::string svg(const HeatMap& map, double width_px) {
    const Layout l = layout_of(map, width_px);
    const std::string pattern = map.id + "-hatch";
    const std::string words = fmt::format("{} rows by {} columns. {}", map.rows.size(),
                                          map.columns.size(), map.legend_title);

    // The legend is as high as it turns out to be: draw once to measure, once to keep.
    Svg probe{l.width, 1.0, map.id, map.title, words};
    const double legend_top = l.bottom + 14.0;
    const double legend_height = draw_legend(probe, map, l, legend_top, pattern);

    Svg out{l.width, legend_top + legend_height, map.id, map.title, words};
    if (l.has_failures) {
        out.open("pattern", {{"id", pattern},
                             {"width", 6.0},
                             {"height", 6.0},
                             {"patternUnits", "userSpaceOnUse"},
                             {"patternTransform", "rotate(45)"}});
        out.element("path", {{"d", "M0 0v6"}, {"class", "rule"}, {"style", "stroke-width:2"}});
        out.close();
    }
    draw_labels(out, map, l);
    for (std::size_t r = 0; r < map.rows.size(); ++r) {
        for (std::size_t c = 0; c < map.columns.size(); ++c) {
            const Box box{l.label_width + static_cast<double>(c) * l.cell_width + 0.5 * kGap,
                          l.row_tops[r] + 0.5 * kGap, l.cell_width - kGap, l.cell_height - kGap};
            draw_cell(out, map, l, map.rows[r], c, box, pattern);
        }
    }
    draw_legend(out, map, l, legend_top, pattern);
    return std::move(out).finish();
}

}  // namespace erbium::report
