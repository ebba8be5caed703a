// SPDX-License-Identifier: Apache-2.0
// erbium/report/scatter.cpp: layout, tolerance band and placement of names.
#include "erbium/report/scatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace erbium::report {
namespace {

constexpr double kNameSize = 11.0;
constexpr double kRadius = 3.6;

struct Box {
    double left{}, top{}, right{}, bottom{};
};

bool overlap(const Box& a, const Box& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

struct Mark {
    std::size_t point{};
    double x{};
    double y{};
    double x_low{};  // of the bar; equal to x where there is none
    double x_high{};
};

/// Where a point goes; nothing when it failed or the axis has no place for it.
std::optional<Mark> mark_of(const PlotFrame& frame, const Scatter& scatter, std::size_t i) {
    const ScatterPoint& p = scatter.points[i];
    if (!frame.y_scale.can_show(p.model)) {
        return std::nullopt;
    }
    const Scale& scale = frame.x_scale;
    Mark mark{.point = i, .y = frame.y(p.model)};
    if (scale.can_show(p.measured)) {
        mark.x = frame.x(p.measured);
        mark.x_low = scale.can_show(p.lower) ? frame.x(p.lower) : mark.x;
        mark.x_high = scale.can_show(p.upper) ? frame.x(p.upper) : mark.x;
        return mark;
    }
    if (!std::isnan(p.measured) || (std::isnan(p.lower) && std::isnan(p.upper))) {
        return std::nullopt;
    }
    // An interval open to one side reaches the edge of the plot.
    mark.x_low = scale.can_show(p.lower) ? frame.x(p.lower) : frame.left;
    mark.x_high = scale.can_show(p.upper) ? frame.x(p.upper) : frame.left + frame.width;
    mark.x =
        std::clamp(frame.left + frame.width * scale.fraction(p.model), mark.x_low, mark.x_high);
    return mark;
}

struct Name {
    std::size_t mark{};
    double x{}, y{};  // start of the baseline
    Box box;
};

/// Names for misfits: beside, above and below at growing distance, first place that is free.
std::vector<Name> place_names(const Scatter& scatter, const PlotFrame& frame,
                              const std::vector<Mark>& marks) {
    std::vector<Box> taken;
    taken.reserve(marks.size());
    for (const Mark& m : marks) {
        taken.push_back({m.x - 5.0, m.y - 5.0, m.x + 5.0, m.y + 5.0});
    }
    std::vector<Name> names;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const Mark& m = marks[i];
        const ScatterPoint& point = scatter.points[m.point];
        if (!point.is_misfit || point.label.empty()) {
            continue;
        }
        const double width = text_width(point.label, kNameSize);
        bool is_placed = false;
        for (const double away : {9.0, 16.0, 26.0, 40.0, 58.0, 80.0}) {
            const double slant = 0.75 * away;
            std::vector<std::array<double, 2>> starts{{away, 4.0},
                                                      {-away - width, 4.0},
                                                      {slant, -slant + 2.0},
                                                      {slant, slant + 7.0},
                                                      {-slant - width, -slant + 2.0},
                                                      {-slant - width, slant + 7.0}};
            for (const double share : {0.5, 0.25, 0.75, 0.05, 0.95}) {
                starts.push_back({-share * width, -away});
                starts.push_back({-share * width, away + 8.0});
            }
            for (const auto& start : starts) {
                const Name name{i,
                                m.x + start[0],
                                m.y + start[1],
                                {m.x + start[0] - 2.0, m.y + start[1] - 10.0,
                                 m.x + start[0] + width + 2.0, m.y + start[1] + 3.5}};
                const bool is_inside = name.box.left >= frame.left &&
                                       name.box.top >= frame.top - 6.0 &&
                                       name.box.right <= frame.left + frame.width + 6.0 &&
                                       name.box.bottom <= frame.top + frame.height - 1.0;
                if (is_inside && std::none_of(taken.begin(), taken.end(), [&](const Box& box) {
                        return overlap(box, name.box);
                    })) {
                    taken.push_back(name.box);
                    names.push_back(name);
                    is_placed = true;
                    break;
                }
            }
            if (is_placed) {
                break;
            }
        }
    }
    return names;
}

void draw_band(Svg& out, const PlotFrame& frame, const Scatter& scatter) {
    const Scale& scale = frame.x_scale;
    if (std::isnan(scatter.tolerance)) {
        return;
    }
    std::string d;
    std::string back;
    constexpr int kSteps = 60;
    for (int i = 0; i <= kSteps; ++i) {
        const double share = static_cast<double>(i) / kSteps;
        const double value = scale.kind() == ScaleKind::log
                                 ? scale.low() * std::pow(scale.high() / scale.low(), share)
                                 : scale.low() + share * (scale.high() - scale.low());
        const bool is_factor = scale.kind() == ScaleKind::log;
        const double above = is_factor ? value * scatter.tolerance : value + scatter.tolerance;
        const double below = is_factor ? value / scatter.tolerance : value - scatter.tolerance;
        const auto inside = [&](double v) {
            return coordinate(frame.y(std::clamp(v, scale.low(), scale.high())));
        };
        const std::string x = coordinate(frame.x(std::clamp(value, scale.low(), scale.high())));
        d += fmt::format("{}{} {}", i == 0 ? 'M' : 'L', x, inside(above));
        back.insert(0, fmt::format("L{} {}", x, inside(below)));
    }
    out.element("path", {{"d", d + back + "z"}, {"class", "muted"}, {"fill-opacity", 0.12}},
                "within the tolerance");
}

std::string tooltip_of(const ScatterPoint& point) {
    std::string words = point.label + ": model " + number_label(point.model, 3) + ", measured ";
    if (std::isnan(point.measured)) {
        words += fmt::format("between {} and {}",
                             std::isnan(point.lower) ? "−∞" : number_label(point.lower, 3),
                             std::isnan(point.upper) ? "∞" : number_label(point.upper, 3));
    } else {
        words += number_label(point.measured, 3);
    }
    words += point.is_misfit ? " (misfit)" : "";
    return point.note.empty() ? words : words + ". " + point.note;
}

}  // namespace

std::string svg(const Scatter& scatter, double width_px) {
    Axis x_axis = scatter.measured;
    Axis y_axis = scatter.model;
    y_axis.kind = x_axis.kind;
    std::vector<double> values;
    std::size_t failed = 0;
    for (const ScatterPoint& point : scatter.points) {
        values.insert(values.end(), {point.measured, point.lower, point.upper, point.model});
        failed += std::isnan(point.model) ? 1U : 0U;
    }
    const Scale scale = scale_of(x_axis, values);

    double top = titles_height(scatter.title, y_axis.title, width_px) + 10.0;
    struct Key {
        std::size_t group;
        double x, y;
    };
    std::vector<Key> keys;
    double key_x = 0.0;
    for (std::size_t g = 0; g < scatter.groups.size(); ++g) {
        const double width = 16.0 + text_width(scatter.groups[g], 11.5) + 16.0;
        if (key_x > 0.0 && key_x + width - 16.0 > width_px) {
            key_x = 0.0;
            top += 17.0;
        }
        keys.push_back({g, key_x, top - 1.0});
        key_x += width;
    }
    top += keys.empty() ? 0.0 : 16.0;

    const double left = y_label_width(y_axis, scale);
    const double side = width_px - left - 10.0;
    const PlotFrame frame{scale, scale, left, top, side, std::min(side, 440.0)};

    std::vector<Mark> marks;
    for (std::size_t i = 0; i < scatter.points.size(); ++i) {
        if (const std::optional<Mark> mark = mark_of(frame, scatter, i)) {
            marks.push_back(*mark);
        }
    }
    const std::vector<Name> names = place_names(scatter, frame, marks);
    const std::size_t misfits =
        static_cast<std::size_t>(std::count_if(scatter.points.begin(), scatter.points.end(),
                                               [](const ScatterPoint& p) { return p.is_misfit; }));
    std::string below;
    const auto say = [&](std::size_t count, const std::string& words) {
        if (count > 0) {
            below += fmt::format("{}{} {}", below.empty() ? "" : "; ", count, words);
        }
    };
    say(failed, "failed and not drawn");
    say(scatter.points.size() - failed - marks.size(), "without a place on the axes");
    const std::size_t named = names.size();
    std::size_t drawn_misfits = 0;
    for (const Mark& mark : marks) {
        drawn_misfits += scatter.points[mark.point].is_misfit ? 1U : 0U;
    }
    say(drawn_misfits - named, drawn_misfits - named == 1 ? "misfit without room for its name"
                                                          : "misfits without room for their names");

    const double height = frame.top + frame.height + 40.0 + (below.empty() ? 0.0 : 16.0);
    Svg out{width_px, height, scatter.id, scatter.title,
            fmt::format("{} observations, {} misfits. {} against {}.", scatter.points.size(),
                        misfits, y_axis.title, x_axis.title)};
    draw_titles(out, scatter.title, y_axis.title, width_px);
    draw_axes(out, frame, x_axis, y_axis);
    draw_band(out, frame, scatter);
    out.element("path",
                {{"d", fmt::format("M{} {}L{} {}", coordinate(frame.left),
                                   coordinate(frame.top + frame.height),
                                   coordinate(frame.left + frame.width), coordinate(frame.top))},
                 {"class", "muted-line"},
                 {"stroke-width", 1.2}});
    for (const Key& key : keys) {
        const std::size_t colour = key.group % kSeriesColours;
        draw_marker(out, key.x + 5.0, key.y, key.group, kRadius, fmt::format("hollow s{}", colour),
                    {});
        out.text(key.x + 15.0, key.y + 4.0, scatter.groups[key.group], {.size_px = 11.5});
    }
    for (const Name& name : names) {  // threads from a name to its mark, under the marks
        const Mark& m = marks[name.mark];
        const double x = std::clamp(m.x, name.box.left, name.box.right);
        const double y = std::clamp(m.y, name.box.top, name.box.bottom);
        if (std::hypot(x - m.x, y - m.y) > 11.0) {
            out.element("path", {{"d", fmt::format("M{} {}L{} {}", coordinate(m.x), coordinate(m.y),
                                                   coordinate(x), coordinate(y))},
                                 {"class", "misfit-line"},
                                 {"stroke-width", 0.7}});
        }
    }
    for (const Mark& m : marks) {
        const ScatterPoint& point = scatter.points[m.point];
        const std::size_t colour = point.group % kSeriesColours;
        const std::string stroke = fmt::format("s{}", colour);
        if (m.x_low < m.x_high) {
            const bool is_interval = std::isnan(point.measured);
            out.element("path", {{"d", fmt::format("M{} {}H{}", coordinate(m.x_low),
                                                   coordinate(m.y), coordinate(m.x_high))},
                                 {"class", stroke},
                                 {"stroke-width", is_interval ? 3.0 : 1.0},
                                 {"stroke-opacity", is_interval ? 0.28 : 0.5}});
        }
        if (point.is_misfit) {
            out.element("circle", {{"cx", m.x},
                                   {"cy", m.y},
                                   {"r", 7.0},
                                   {"class", "misfit-line"},
                                   {"stroke-width", 1.5}});
        }
        draw_marker(out, m.x, m.y, point.group, kRadius, fmt::format("hollow s{}", colour),
                    tooltip_of(point));
    }
    for (const Name& name : names) {
        out.text(name.x, name.y, scatter.points[marks[name.mark].point].label,
                 {.size_px = kNameSize, .css = "misfit", .has_halo = true});
    }
    if (!below.empty()) {
        out.text(0.0, height - 4.0, below, {.size_px = 10.5, .css = "muted"});
    }
    return std::move(out).finish();
}

}  // namespace erbium::report
