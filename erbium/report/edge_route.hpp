// SPDX-License-Identifier: Apache-2.0
// erbium/report/edge_route.hpp: lines between the boxes of a map that keep clear of other boxes.
// Reads: Outline   Makes: Route   Used by: pathway_map
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace erbium::report {

struct Point {
    double x{};
    double y{};
};

/// The border of a node, a box or the ellipse within it [px].
struct Outline {
    Point centre{};
    double half_width{};
    double half_height{};
    bool is_ellipse{false};

    /// True when the point lies inside, or closer than `margin` to it.
    [[nodiscard]] bool holds(Point point, double margin = 0.0) const noexcept;
    /// Where the way from the centre towards `to` leaves the outline grown by `margin`.
    [[nodiscard]] Point border_towards(Point to, double margin) const noexcept;
};

/// A straight line, or one smooth bend: the quadratic Bezier curve from, control, to.
struct Route {
    Point from{};
    Point control{};
    Point to{};
    bool is_straight{true};

    /// @param t  0 at from, 1 at to
    [[nodiscard]] Point at(double t) const noexcept;
};

/// A line to be drawn between two outlines, by index.
struct Link {
    std::size_t from{};
    std::size_t to{};
};

/// One route for each link. A link gets the cheapest of a straight line and bends of growing size
/// to both sides: passing through an outline costs most, then leaving the frame, crossing or
/// covering a route, length and curvature. Short links are placed first. A link of an outline to
/// itself becomes a point and should not be drawn. Deterministic.
/// Cost: O(links x (outlines + links)).
[[nodiscard]] std::vector<Route> routes_between(std::span<const Outline> outlines,
                                                std::span<const Link> links, double frame_width,
                                                double frame_height);

}  // namespace erbium::report
