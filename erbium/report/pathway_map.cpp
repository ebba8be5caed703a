// SPDX-License-Identifier: Apache-2.0
// erbium/report/pathway_map.cpp: sizes of nodes, drawing of nodes, edges, regions and the key.
#include "erbium/report/pathway_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "erbium/base/check.hpp"
#include "erbium/report/edge_route.hpp"
#include "erbium/report/scale.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {
namespace {

constexpr std::array kEdges{EdgeKind::activates, EdgeKind::inhibits, EdgeKind::binds,
                            EdgeKind::becomes};
constexpr std::array kShapes{NodeShape::receptor, NodeShape::protein, NodeShape::small,
                             NodeShape::process,  NodeShape::drug,    NodeShape::gene};

constexpr double kNameSize = 12.0;
constexpr double kNumberSize = 11.5;
constexpr double kLine = 13.5;
constexpr double kWidestName = 96.0;  // longer names wrap
constexpr double kMargin = 5.0;       // between nodes and the frame
constexpr double kLeastGap = 15.0;    // between nodes: an arrow must find room
constexpr double kFlat = 0.1;         // regions of less of the map's height are drawn as membranes

std::string number_of(const PathwayMap& map, const MapNode& node) {
    if (map.number == NodeNumber::none || std::isnan(node.value)) {
        return {};
    }
    return map.number == NodeNumber::fold ? "×" + number_label(std::exp2(node.value), 2)
                                          : number_label(node.value, 2);
}

struct PlacedNode {
    std::vector<std::string> lines{};
    std::string number{};
    Outline outline{};
};

struct Layout {
    double x_factor{1.0};  // px for one unit of the map
    double y_factor{1.0};
    double width{};
    double height{};
    std::vector<PlacedNode> nodes;
};

PlacedNode sized(const PathwayMap& map, const MapNode& node) {
    PlacedNode placed{.lines = wrapped(node.label, kWidestName, kNameSize),
                      .number = number_of(map, node)};
    // Room for any number, so that maps that differ only in values have one layout.
    double width = placed.number.empty() ? 0.0 : text_width("×0.00", kNumberSize);
    width = std::max(width, text_width(placed.number, kNumberSize));
    for (const std::string& line : placed.lines) {
        width = std::max(width, text_width(line, kNameSize));
    }
    const bool is_wide_shape = node.shape == NodeShape::small || node.shape == NodeShape::process ||
                               node.shape == NodeShape::drug;
    const double lines = static_cast<double>(placed.lines.size() + (placed.number.empty() ? 0 : 1));
    placed.outline.half_width = 0.5 * std::max(36.0, width + (is_wide_shape ? 20.0 : 13.0));
    placed.outline.half_height = 0.5 * (lines * kLine + 8.0);
    placed.outline.is_ellipse = node.shape == NodeShape::small;
    if (placed.outline.is_ellipse) {
        placed.outline.half_width += 3.0;
        placed.outline.half_height += 3.0;
    }
    return placed;
}

/// How much the layout must grow so that the tightest pair of nodes comes apart; 1 and 1 when all
/// are apart. Height is cheaper than width: a page scrolls down, not sideways.
struct Growth {
    double x{1.0};
    double y{1.0};
};

Growth growth_needed(const Layout& l) {
    constexpr double kWidthPrice = 1.6;
    Growth growth;
    for (std::size_t i = 0; i < l.nodes.size(); ++i) {
        for (std::size_t k = i + 1; k < l.nodes.size(); ++k) {
            const Outline& a = l.nodes[i].outline;
            const Outline& b = l.nodes[k].outline;
            const double dx = std::abs(a.centre.x - b.centre.x);
            const double dy = std::abs(a.centre.y - b.centre.y);
            const double width = a.half_width + b.half_width + kLeastGap;
            const double height = a.half_height + b.half_height + kLeastGap;
            if (dx >= width || dy >= height) {
                continue;
            }
            const double x = dx > 0.0 ? width / dx : 1e9;
            const double y = dy > 0.0 ? height / dy : 1e9;
            if ((x - 1.0) * kWidthPrice < y - 1.0) {
                growth.x = std::max(growth.x, x);
            } else {
                growth.y = std::max(growth.y, y);
            }
        }
    }
    return growth;
}

void place(const PathwayMap& map, Layout& l) {
    l.width = map.width * l.x_factor;
    l.height = map.height * l.y_factor;
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        Outline& o = l.nodes[i].outline;
        const double x_most = std::max(l.width - kMargin - o.half_width, kMargin + o.half_width);
        const double y_most = std::max(l.height - kMargin - o.half_height, kMargin + o.half_height);
        o.centre.x = std::clamp(map.nodes[i].x * l.x_factor, kMargin + o.half_width, x_most);
        o.centre.y = std::clamp(map.nodes[i].y * l.y_factor, kMargin + o.half_height, y_most);
    }
}

Layout layout_of(const PathwayMap& map, double width_px) {
    ERBIUM_CHECK(map.width > 0.0 && map.height > 0.0, "a map has a size");
    Layout l;
    l.x_factor = l.y_factor = width_px / map.width;
    for (const MapNode& node : map.nodes) {
        l.nodes.push_back(sized(map, node));
    }
    // Nodes on the same spot would ask for any size: growth ends at a factor of 3. It is repeated
    // because nodes at the border are moved inside, towards their neighbours.
    const double most = 3.0 * l.x_factor;
    constexpr int kRounds = 12;
    for (int round = 0; round < kRounds; ++round) {
        place(map, l);
        const Growth growth = growth_needed(l);
        if (growth.x == 1.0 && growth.y == 1.0) {
            break;
        }
        l.x_factor = std::min(l.x_factor * growth.x, most);
        l.y_factor = std::min(l.y_factor * growth.y, most);
    }
    place(map, l);
    return l;
}

std::string outline_path(const Outline& o, NodeShape shape) {
    const double w = o.half_width;
    const double h = o.half_height;
    const double x = o.centre.x - w;
    const double y = o.centre.y - h;
    const auto c = [](double v) { return coordinate(v); };
    switch (shape) {
        case NodeShape::process: {  // a hexagon with pointed sides
            const double cut = std::min(8.0, w);
            return fmt::format("M{} {}h{}l{} {}l{} {}h{}l{} {}z", c(x + cut), c(y),
                               c(2.0 * (w - cut)), c(cut), c(h), c(-cut), c(h), c(-2.0 * (w - cut)),
                               c(-cut), c(-h));
        }
        case NodeShape::receptor: {  // round head, square foot
            const double r = std::min({12.0, w, h});
            return fmt::format("M{0} {1}v{2}q0 {3} {4} {3}h{5}q{4} 0 {4} {4}v{6}z", c(x),
                               c(y + 2.0 * h), c(-(2.0 * h - r)), c(-r), c(r), c(2.0 * (w - r)),
                               c(2.0 * h - r));
        }
        default:
            return {};
    }
}

/// The body of a node in classes and attributes that the caller gives for fill and line.
void draw_shape(Svg& out, const Outline& o, NodeShape shape, const ColourPair* fill,
                bool is_legend) {
    const double x = o.centre.x - o.half_width;
    const double y = o.centre.y - o.half_height;
    const std::string ground = fill == nullptr ? "none" : hex(fill->light);
    const std::string dark = fill == nullptr ? std::string{} : dark_style(*fill);
    out.open("g", {{"class", shape == NodeShape::drug ? "ink-line" : "muted-line"},
                   {"stroke-width", shape == NodeShape::drug ? 1.8 : 1.1},
                   {"stroke-dasharray",
                    fill == nullptr && !is_legend && shape != NodeShape::drug ? "3 2.5" : "none"}});
    const char* css = fill == nullptr ? "hollow" : "d";
    switch (shape) {
        case NodeShape::small:
            out.element("ellipse", {{"cx", o.centre.x},
                                    {"cy", o.centre.y},
                                    {"rx", o.half_width},
                                    {"ry", o.half_height},
                                    {"class", css},
                                    {"fill", ground},
                                    {"style", dark}});
            break;
        case NodeShape::receptor:
        case NodeShape::process:
            out.element(
                "path",
                {{"d", outline_path(o, shape)}, {"class", css}, {"fill", ground}, {"style", dark}});
            break;
        case NodeShape::protein:
        case NodeShape::drug:
        case NodeShape::gene: {
            const double radius = shape == NodeShape::drug   ? std::min(o.half_height, 14.0)
                                  : shape == NodeShape::gene ? 0.0
                                                             : 5.0;
            out.element("rect", {{"x", x},
                                 {"y", y},
                                 {"width", 2.0 * o.half_width},
                                 {"height", 2.0 * o.half_height},
                                 {"rx", radius},
                                 {"class", css},
                                 {"fill", ground},
                                 {"style", dark}});
            break;
        }
    }
    out.close();
    if (shape == NodeShape::gene) {  // the bent arrow of a transcription start
        out.element(
            "path",
            {{"d", fmt::format("M{} {}v-6h11m-4 -3l4 3l-4 3", coordinate(x + 3.0), coordinate(y))},
             {"class", "muted-line"},
             {"stroke-width", 1.3}});
    }
}

void draw_node(Svg& out, const PathwayMap& map, const MapNode& node, const PlacedNode& placed) {
    const Outline& o = placed.outline;
    const bool is_known = !std::isnan(node.value);
    const ColourPair fill = is_known ? colour_of(node.value, map.scale) : ColourPair{};
    out.open("g", {});
    std::string words =
        node.label + (is_known ? (placed.number.empty() ? ": " + number_label(node.value, 2)
                                                        : ": " + placed.number)
                               : ": no value");
    out.tooltip(node.note.empty() ? words : words + ". " + node.note);
    draw_shape(out, o, node.shape, is_known ? &fill : nullptr, false);
    const ColourPair ink{text_on(fill.light), text_on(fill.dark)};
    if (is_known) {
        out.open("g", {{"class", "d"}, {"fill", hex(ink.light)}, {"style", dark_style(ink)}});
    }
    const std::string_view css = is_known ? "" : "ink";
    const double lines = static_cast<double>(placed.lines.size() + (placed.number.empty() ? 0 : 1));
    double y = o.centre.y + 0.35 * kNameSize - 0.5 * kLine * (lines - 1.0);
    for (const std::string& line : placed.lines) {
        out.text(o.centre.x, y, line,
                 {.size_px = kNameSize,
                  .anchor = Anchor::middle,
                  .css = css,
                  .is_bold = node.shape == NodeShape::drug});
        y += kLine;
    }
    if (!placed.number.empty()) {
        out.text(o.centre.x, y, placed.number,
                 {.size_px = kNumberSize, .anchor = Anchor::middle, .css = css});
    }
    if (is_known) {
        out.close();
    }
    out.close();
}

void draw_edge(Svg& out, const Route& route, EdgeKind kind, std::string_view words) {
    const double dx = route.to.x - route.control.x;
    const double dy = route.to.y - route.control.y;
    const double length = std::max(std::hypot(dx, dy), 1e-9);
    const Point along{dx / length, dy / length};
    const Point across{-along.y, along.x};
    // the line stops inside a filled head, so that its blunt end does not show
    const double back = kind == EdgeKind::activates ? 6.0 : kind == EdgeKind::inhibits ? 1.0 : 0.0;
    const Point end{route.to.x - back * along.x, route.to.y - back * along.y};
    const auto at = [&](double forward, double side) {
        return fmt::format("{} {}", coordinate(route.to.x + forward * along.x + side * across.x),
                           coordinate(route.to.y + forward * along.y + side * across.y));
    };
    const std::string start =
        fmt::format("M{} {}", coordinate(route.from.x), coordinate(route.from.y));
    const std::string line =
        route.is_straight
            ? fmt::format("{}L{} {}", start, coordinate(end.x), coordinate(end.y))
            : fmt::format("{}Q{} {} {} {}", start, coordinate(route.control.x),
                          coordinate(route.control.y), coordinate(end.x), coordinate(end.y));
    out.open("g", {});
    out.tooltip(words);
    out.element("path", {{"d", line}, {"class", "muted-line"}, {"stroke-width", 1.4}});
    switch (kind) {
        case EdgeKind::activates:
            out.element("path", {{"d", "M" + at(0.0, 0.0) + "L" + at(-8.5, 3.8) + "L" +
                                           at(-7.0, 0.0) + "L" + at(-8.5, -3.8) + "z"},
                                 {"class", "muted"}});
            break;
        case EdgeKind::inhibits:
            out.element("path", {{"d", "M" + at(0.0, 6.0) + "L" + at(0.0, -6.0)},
                                 {"class", "muted-line"},
                                 {"stroke-width", 2.4}});
            break;
        case EdgeKind::binds:
            out.element(
                "circle",
                {{"cx", route.from.x}, {"cy", route.from.y}, {"r", 2.8}, {"class", "muted"}});
            out.element("circle",
                        {{"cx", route.to.x}, {"cy", route.to.y}, {"r", 2.8}, {"class", "muted"}});
            break;
        case EdgeKind::becomes:
            out.element("path",
                        {{"d", "M" + at(-7.0, 4.5) + "L" + at(0.0, 0.0) + "L" + at(-7.0, -4.5)},
                         {"class", "muted-line"},
                         {"stroke-width", 1.4}});
            break;
    }
    out.close();
}

std::string_view word_of(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::activates:
            return "activates";
        case EdgeKind::inhibits:
            return "inhibits";
        case EdgeKind::binds:
            return "binds";
        case EdgeKind::becomes:
            return "becomes";
    }
    return "";
}

std::string_view word_of(NodeShape shape) {
    switch (shape) {
        case NodeShape::receptor:
            return "receptor";
        case NodeShape::protein:
            return "protein";
        case NodeShape::small:
            return "small molecule";
        case NodeShape::process:
            return "process";
        case NodeShape::drug:
            return "drug";
        case NodeShape::gene:
            return "gene";
    }
    return "";
}

void draw_region(Svg& out, const PathwayMap& map, const MapRegion& region, const Layout& l) {
    const double x = region.x * l.x_factor;
    const double y = region.y * l.y_factor;
    const double width = region.width * l.x_factor;
    const double height = region.height * l.y_factor;
    const bool is_flat = region.height < kFlat * map.height && width > 3.0 * height;
    out.element("rect", {{"x", x},
                         {"y", y},
                         {"width", width},
                         {"height", height},
                         {"rx", is_flat ? 0.0 : 10.0},
                         {"class", "raised"}});
    if (is_flat) {
        for (const double edge : {y, y + 3.0, y + height - 3.0, y + height}) {
            out.element("path", {{"d", fmt::format("M{} {}h{}", coordinate(x), coordinate(edge),
                                                   coordinate(width))},
                                 {"class", "rule"}});
        }
    }
}

/// The name of a region where it covers the least: along its upper edge, its lower edge, then
/// between. Nodes weigh more than lines.
void draw_region_label(Svg& out, const MapRegion& region, const Layout& l,
                       const std::vector<Route>& routes) {
    constexpr double kSize = 11.5;
    const double half_width = 0.5 * text_width(region.label, kSize);
    const double left = region.x * l.x_factor + 9.0 + half_width;
    const double right = (region.x + region.width) * l.x_factor - 9.0 - half_width;
    const double top = region.y * l.y_factor + 13.0;
    const double bottom = (region.y + region.height) * l.y_factor - 13.0;
    Point best{left, top};
    double least = 1e300;
    for (const double y : {top, bottom, 0.5 * (top + bottom)}) {
        for (double x = left; x <= std::max(left, right); x += 8.0) {
            const Outline text{
                .centre = {x, y}, .half_width = half_width + 3.0, .half_height = 8.0};
            double covered = 0.0;
            for (const PlacedNode& node : l.nodes) {
                const Outline& o = node.outline;
                const double wide = o.half_width + text.half_width - std::abs(o.centre.x - x);
                const double high = o.half_height + text.half_height - std::abs(o.centre.y - y);
                covered += wide > 0.0 && high > 0.0 ? 1.0 + wide : 0.0;
            }
            for (const Route& route : routes) {
                for (int i = 0; i <= 24; ++i) {
                    covered += text.holds(route.at(i / 24.0)) ? 1.0 : 0.0;
                }
            }
            if (covered < least) {
                least = covered;
                best = {x, y};
            }
        }
    }
    out.text(best.x, best.y + 4.0, region.label,
             {.size_px = kSize, .anchor = Anchor::middle, .css = "muted", .is_italic = true});
}

}  // namespace

std::optional<NodeShape> node_shape_named(std::string_view word) {
    constexpr std::array<std::string_view, kShapes.size()> kWords{"receptor", "protein", "small",
                                                                  "process",  "drug",    "gene"};
    const auto found = std::find(kWords.begin(), kWords.end(), word);
    if (found == kWords.end()) {
        return std::nullopt;
    }
    return kShapes[static_cast<std::size_t>(found - kWords.begin())];
}

std::optional<EdgeKind> edge_kind_named(std::string_view word) {
    const auto found = std::find_if(kEdges.begin(), kEdges.end(),
                                    [&](EdgeKind kind) { return word_of(kind) == word; });
    return found == kEdges.end() ? std::nullopt : std::optional{*found};
}

std::string svg(const PathwayMap& map, double width_px) {
    const Layout l = layout_of(map, width_px);
    std::map<std::string, std::size_t> index;
    std::vector<Outline> outlines;
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        ERBIUM_CHECK(index.emplace(map.nodes[i].id, i).second, "ids of map nodes are unique");
        outlines.push_back(l.nodes[i].outline);
    }
    std::vector<Link> links;
    for (const MapEdge& edge : map.edges) {
        const auto from = index.find(edge.from);
        const auto to = index.find(edge.to);
        ERBIUM_CHECK(from != index.end() && to != index.end(), "a map edge joins nodes of the map");
        links.push_back({from->second, to->second});
    }
    const std::vector<Route> routes = routes_between(outlines, links, l.width, l.height);

    const double top = map.title.empty() ? 0.0 : 24.0;
    Svg out{
        l.width, l.height + top, map.id, map.title,
        fmt::format("Pathway map of {} nodes and {} edges.", map.nodes.size(), map.edges.size())};
    if (!map.title.empty()) {
        out.text(0.0, 14.0, map.title, {.size_px = 13.5, .is_bold = true});
    }
    out.open("g", {{"transform", fmt::format("translate(0 {})", coordinate(top))}});
    for (const MapRegion& region : map.regions) {
        draw_region(out, map, region, l);
    }
    for (const MapRegion& region : map.regions) {
        draw_region_label(out, region, l, routes);
    }
    for (std::size_t i = 0; i < map.edges.size(); ++i) {
        if (links[i].from != links[i].to) {
            draw_edge(out, routes[i], map.edges[i].kind,
                      fmt::format("{} {} {}", map.nodes[links[i].from].label,
                                  word_of(map.edges[i].kind), map.nodes[links[i].to].label));
        }
    }
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        draw_node(out, map, map.nodes[i], l.nodes[i]);
    }
    out.close();
    return std::move(out).finish();
}

std::string svg(const MapKey& legend, double width_px) {
    const PathwayMap& map = legend.map;
    constexpr double kSize = 11.5;
    constexpr int kSteps = 60;
    constexpr double kX = 18.0;
    const double bar = std::min(300.0, width_px - 2.0 * kX);
    const std::vector<std::string> title_lines = wrapped(legend.title, width_px, kSize);
    const double title_height = 15.0 * static_cast<double>(title_lines.size());
    const bool has_words = !legend.low_label.empty() || !legend.high_label.empty();
    const double bar_bottom = title_height + 6.0 + 11.0 + 16.0 + (has_words ? 15.0 : 0.0);

    struct Key {
        double x, y, width;
        int kind;  // index into the drawing below
        std::string words{};
    };
    const bool is_beside = width_px - bar > 380.0;
    const double keys_left = is_beside ? bar + 70.0 : 0.0;
    double x = keys_left;
    double y = is_beside ? 12.0 : bar_bottom + 18.0;
    std::vector<Key> keys;
    const auto add = [&](int kind, std::string_view words, double sign_width) {
        const double width = sign_width + 8.0 + text_width(words, kSize) + 20.0;
        if (x > keys_left && x + width - 20.0 > width_px) {
            x = keys_left;
            y += 28.0;
        }
        keys.push_back({x, y, sign_width, kind, std::string{words}});
        x += width;
    };
    for (std::size_t i = 0; i < kEdges.size(); ++i) {
        if (std::any_of(map.edges.begin(), map.edges.end(),
                        [&](const MapEdge& e) { return e.kind == kEdges[i]; })) {
            add(static_cast<int>(i), word_of(kEdges[i]), 32.0);
        }
    }
    for (std::size_t i = 0; i < kShapes.size(); ++i) {
        if (std::any_of(map.nodes.begin(), map.nodes.end(),
                        [&](const MapNode& n) { return n.shape == kShapes[i]; })) {
            add(10 + static_cast<int>(i), word_of(kShapes[i]), 28.0);
        }
    }
    if (std::any_of(map.nodes.begin(), map.nodes.end(),
                    [](const MapNode& n) { return std::isnan(n.value); })) {
        add(20, "no value", 28.0);
    }

    Svg out{width_px, std::max(bar_bottom, y + 14.0) + 2.0, legend.id, "Key to the map",
            legend.title};
    for (std::size_t i = 0; i < title_lines.size(); ++i) {
        out.text(0.0, 12.0 + 15.0 * static_cast<double>(i), title_lines[i], {.size_px = kSize});
    }
    const double bar_y = title_height + 4.0;
    for (int i = 0; i < kSteps; ++i) {
        const double value = map.scale.low + (i + 0.5) / kSteps * (map.scale.high - map.scale.low);
        const ColourPair colour = colour_of(value, map.scale);
        out.element("rect", {{"x", kX + bar * i / kSteps},
                             {"y", bar_y},
                             {"width", bar / kSteps + 0.4},
                             {"height", 11.0},
                             {"class", "d"},
                             {"fill", hex(colour.light)},
                             {"style", dark_style(colour)}});
    }
    const Scale axis{ScaleKind::linear, map.scale.low, map.scale.high};
    const std::vector<double> ticks = axis.ticks(6);
    const std::vector<std::string> plain = tick_labels(ticks);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const double at = kX + bar * axis.fraction(ticks[i]);
        const std::string label =
            map.number == NodeNumber::fold ? "×" + number_label(std::exp2(ticks[i]), 2) : plain[i];
        out.element("path",
                    {{"d", fmt::format("M{} {}v4", coordinate(at), coordinate(bar_y + 11.0))},
                     {"class", "axis"}});
        out.text(at, bar_y + 26.0, label,
                 {.size_px = 11.0, .anchor = Anchor::middle, .css = "muted"});
    }
    if (has_words) {
        out.text(kX, bar_y + 41.0, legend.low_label, {.size_px = 11.0, .css = "muted"});
        out.text(kX + bar, bar_y + 41.0, legend.high_label,
                 {.size_px = 11.0, .anchor = Anchor::end, .css = "muted"});
    }
    for (const Key& key : keys) {
        if (key.kind < 10) {
            const Point from{key.x, key.y};
            const Point to{key.x + key.width, key.y};
            draw_edge(out, {.from = from, .control = {0.5 * (from.x + to.x), key.y}, .to = to},
                      kEdges[static_cast<std::size_t>(key.kind)], key.words);
        } else {
            const NodeShape shape = key.kind == 20
                                        ? NodeShape::protein
                                        : kShapes[static_cast<std::size_t>(key.kind - 10)];
            draw_shape(out,
                       {.centre = {key.x + 14.0, key.y}, .half_width = 13.0, .half_height = 8.0},
                       shape, nullptr, key.kind != 20);
        }
        out.text(key.x + key.width + 8.0, key.y + 4.0, key.words, {.size_px = kSize});
    }
    return std::move(out).finish();
}

}  // namespace erbium::report
