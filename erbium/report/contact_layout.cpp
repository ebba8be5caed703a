// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_layout.cpp: linked groups side by side on shelves, the other boxes in a
// grid.
#include "erbium/report/contact_layout.hpp"

#include <algorithm>
#include <numeric>

#include "erbium/base/check.hpp"
#include "erbium/report/contact_columns.hpp"

namespace erbium::report {
namespace {

constexpr double kMargin = 8.0;
constexpr double kLine = 3.0;  // lines and their ends are thicker than their middles
constexpr double kGroupGap = 44.0;
constexpr double kGridGap = 14.0;

Point on_curve(Point a, const std::array<Point, 3>& curve, double t) {
    const double s = 1.0 - t;
    const auto mix = [&](double p, double q, double r, double e) {
        return s * s * s * p + 3.0 * s * s * t * q + 3.0 * s * t * t * r + t * t * t * e;
    };
    return {mix(a.x, curve[0].x, curve[1].x, curve[2].x),
            mix(a.y, curve[0].y, curve[1].y, curve[2].y)};
}

/// Moves boxes and wires so that all lies just within (0, 0) and (width, height).
void crop(ContactLayout& layout) {
    Point least{1e300, 1e300};
    Point most{-1e300, -1e300};
    const auto see = [&](Point p) {
        least = {std::min(least.x, p.x), std::min(least.y, p.y)};
        most = {std::max(most.x, p.x), std::max(most.y, p.y)};
    };
    for (const PlacedBox& box : layout.boxes) {
        see({box.x, box.y});
        see({box.x + box.width, box.y + box.height});
    }
    for (const Wire& wire : layout.wires) {
        Point from = wire.from;
        for (const std::array<Point, 3>& curve : wire.curves) {
            for (int i = 0; i <= 16; ++i) {
                see(on_curve(from, curve, i / 16.0));
            }
            from = curve[2];
        }
    }
    layout.width = most.x - least.x + 2.0 * kLine;
    layout.height = most.y - least.y + 2.0 * kLine;
    const auto move = [&](Point& p) { p = {p.x - least.x + kLine, p.y - least.y + kLine}; };
    for (PlacedBox& box : layout.boxes) {
        box.x += kLine - least.x;
        box.y += kLine - least.y;
        for (double& y : box.row_y) {
            y += kLine - least.y;
        }
    }
    for (Wire& wire : layout.wires) {
        move(wire.from);
        for (std::array<Point, 3>& curve : wire.curves) {
            std::for_each(curve.begin(), curve.end(), move);
        }
    }
}

/// One group laid out by itself, with the indices its parts have in the whole.
struct Part {
    std::vector<std::size_t> boxes;
    std::vector<std::size_t> links;
    ContactLayout layout;
};

std::vector<Part> parts_of(std::span<const ContactBox> boxes, std::span<const ContactLink> links) {
    std::vector<std::size_t> root(boxes.size());
    std::iota(root.begin(), root.end(), std::size_t{0});
    const auto root_of = [&](std::size_t box) {
        while (root[box] != box) {
            box = root[box] = root[root[box]];
        }
        return box;
    };
    std::vector<bool> is_linked(boxes.size(), false);
    for (const ContactLink& link : links) {
        const std::size_t a = root_of(link.from.box);
        const std::size_t b = root_of(link.to.box);
        root[std::max(a, b)] = std::min(a, b);
        is_linked[link.from.box] = is_linked[link.to.box] = true;
    }
    std::vector<Part> parts;
    std::vector<std::size_t> part_of(boxes.size());
    for (std::size_t box = 0; box < boxes.size(); ++box) {
        if (!is_linked[box]) {
            continue;
        }
        if (root_of(box) == box) {  // the first of its group
            part_of[box] = parts.size();
            parts.emplace_back();
        }
        part_of[box] = part_of[root_of(box)];
        parts[part_of[box]].boxes.push_back(box);
    }
    for (std::size_t i = 0; i < links.size(); ++i) {
        parts[part_of[links[i].from.box]].links.push_back(i);
    }
    return parts;
}

void lay_out(Part& part, std::span<const ContactBox> boxes, std::span<const ContactLink> links) {
    std::vector<ContactBox> own_boxes;
    std::vector<ContactLink> own_links;
    std::vector<std::size_t> place(boxes.size());
    for (const std::size_t box : part.boxes) {
        place[box] = own_boxes.size();
        own_boxes.push_back(boxes[box]);
    }
    for (const std::size_t i : part.links) {
        const ContactLink& link = links[i];
        own_links.push_back(
            {{place[link.from.box], link.from.row}, {place[link.to.box], link.to.row}});
    }
    part.layout = placed_in_columns(own_boxes, own_links, columns_of(own_boxes, own_links));
    crop(part.layout);
}

/// Puts a part with its top left corner at (x, y).
void add(ContactLayout& whole, const Part& part, double x, double y) {
    const auto moved = [&](Point p) { return Point{p.x + x, p.y + y}; };
    for (std::size_t i = 0; i < part.boxes.size(); ++i) {
        PlacedBox box = part.layout.boxes[i];
        box.x += x;
        box.y += y;
        for (double& row : box.row_y) {
            row += y;
        }
        whole.boxes[part.boxes[i]] = std::move(box);
    }
    for (std::size_t i = 0; i < part.links.size(); ++i) {
        Wire wire = part.layout.wires[i];
        wire.from = moved(wire.from);
        for (std::array<Point, 3>& curve : wire.curves) {
            std::transform(curve.begin(), curve.end(), curve.begin(), moved);
        }
        whole.wires[part.links[i]] = std::move(wire);
    }
}

/// Tall parts first, in rows of about `width`, each row centred.
void shelve(ContactLayout& whole, std::vector<Part>& parts, double wanted_width) {
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return a.layout.height > b.layout.height;
    });
    double width = wanted_width;
    for (const Part& part : parts) {
        width = std::max(width, part.layout.width);
    }
    double y = kMargin;
    for (std::size_t first = 0; first < parts.size();) {
        double used = parts[first].layout.width;
        std::size_t end = first + 1;
        while (end < parts.size() && used + kGroupGap + parts[end].layout.width <= width) {
            used += kGroupGap + parts[end++].layout.width;
        }
        double x = kMargin - kLine;
        double height = 0.0;
        for (std::size_t i = first; i < end; ++i) {
            height = std::max(height, parts[i].layout.height);
        }
        for (std::size_t i = first; i < end; ++i) {
            add(whole, parts[i], x, y + 0.5 * (height - parts[i].layout.height));
            x += parts[i].layout.width + kGroupGap;
        }
        whole.width = std::max(whole.width, x - kGroupGap + kMargin);
        y += height + (end < parts.size() ? kGroupGap : kMargin);
        first = end;
    }
    whole.height = parts.empty() ? kMargin : y;
}

/// Equal widths, boxes with many rows first, so that the rows of the grid are full.
void fill_grid(ContactLayout& whole, std::span<const ContactBox> boxes,
               std::vector<std::size_t> loose, double wanted_width, double grid_head) {
    std::stable_sort(loose.begin(), loose.end(), [&](std::size_t a, std::size_t b) {
        return boxes[a].height() > boxes[b].height();
    });
    double cell = 0.0;
    for (const std::size_t box : loose) {
        cell = std::max(cell, boxes[box].width);
    }
    const double width = std::max(whole.width, wanted_width) - 2.0 * kMargin;
    const auto columns =
        std::max<std::size_t>(1, static_cast<std::size_t>((width + kGridGap) / (cell + kGridGap)));
    double y = whole.grid_y + grid_head;
    for (std::size_t i = 0; i < loose.size(); ++i) {
        const std::size_t c = i % columns;
        if (c == 0 && i > 0) {
            y += boxes[loose[i - columns]].height() + kGridGap;
        }
        const ContactBox& box = boxes[loose[i]];
        PlacedBox placed{
            kMargin + static_cast<double>(c) * (cell + kGridGap), y, cell, box.height(), {}};
        double row_y = y + box.head;
        for (const double height : box.rows) {
            placed.row_y.push_back(row_y);
            row_y += height + kRowGap;
        }
        whole.width = std::max(whole.width, placed.x + cell + kMargin);
        whole.height = std::max(whole.height, y + placed.height + kMargin);
        whole.boxes[loose[i]] = std::move(placed);
    }
}

}  // namespace

ContactLayout layout_of(std::span<const ContactBox> boxes, std::span<const ContactLink> links,
                        double wanted_width, double grid_head) {
    std::vector<bool> is_loose(boxes.size(), true);
    for (const ContactLink& link : links) {
        for (const ContactEnd& end : {link.from, link.to}) {
            ERBIUM_CHECK(end.box < boxes.size() && end.row < boxes[end.box].rows.size(),
                         "a link joins rows that exist");
            is_loose[end.box] = false;
        }
    }
    ContactLayout whole;
    whole.boxes.resize(boxes.size());
    whole.wires.resize(links.size());
    std::vector<Part> parts = parts_of(boxes, links);
    for (Part& part : parts) {
        lay_out(part, boxes, links);
    }
    shelve(whole, parts, wanted_width);
    whole.grid_y = whole.height;
    std::vector<std::size_t> loose;
    for (std::size_t box = 0; box < boxes.size(); ++box) {
        if (is_loose[box]) {
            loose.push_back(box);
        }
    }
    if (!loose.empty()) {
        fill_grid(whole, boxes, std::move(loose), wanted_width, grid_head);
    }
    return whole;
}

}  // namespace erbium::report
