// SPDX-License-Identifier: Apache-2.0
// erbium/report/edge_route.cpp: the choice among straight and bent lines, by a cost.
#include "erbium/report/edge_route.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "erbium/base/check.hpp"

namespace erbium::report {
namespace {

constexpr int kSamples = 28;
constexpr double kStandOff = 3.0;  // between the tip of a line and the border [px]
constexpr double kClearance = 5.0;

double distance(Point a, Point b) {
    return std::hypot(b.x - a.x, b.y - a.y);
}

bool cross(Point a, Point b, Point c, Point d) {
    const auto side = [](Point p, Point q, Point r) {
        return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    };
    return side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0;
}

/// @param bend_px  how far the control point stands off the straight line
/// @param where    beside which part of the line: 0 at from, 1 at to
Route candidate(const Outline& from, const Outline& to, double bend_px, double where) {
    const Point a = from.centre;
    const Point b = to.centre;
    const double length = std::max(distance(a, b), 1e-9);
    const Point middle{a.x + where * (b.x - a.x), a.y + where * (b.y - a.y)};
    const Point control{middle.x - bend_px * (b.y - a.y) / length,
                        middle.y + bend_px * (b.x - a.x) / length};
    Route route{.control = control, .is_straight = bend_px == 0.0};
    route.from = from.border_towards(route.is_straight ? b : control, kStandOff);
    route.to = to.border_towards(route.is_straight ? a : control, kStandOff);
    if (route.is_straight) {
        route.control = {0.5 * (route.from.x + route.to.x), 0.5 * (route.from.y + route.to.y)};
    }
    return route;
}

/// Twelve straight pieces, enough to find crossings.
std::array<Point, 13> polyline(const Route& route) {
    std::array<Point, 13> points{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i] = route.at(static_cast<double>(i) / 12.0);
    }
    return points;
}

struct Placed {
    Link link;
    std::array<Point, 13> points;
};

struct Ground {
    std::span<const Outline> outlines;
    std::vector<Placed> placed;
    double width;
    double height;
};

double cost(const Route& route, const Link& link, double bend_px, const Ground& ground) {
    double total = distance(route.from, route.to) + 0.55 * std::abs(bend_px);
    if (distance(route.from, route.to) < 6.0) {
        total += 200.0;  // bends of neighbours can fold back
    }
    for (int i = 0; i <= kSamples; ++i) {
        const Point point = route.at(static_cast<double>(i) / kSamples);
        for (std::size_t n = 0; n < ground.outlines.size(); ++n) {
            if (n == link.from || n == link.to) {
                // the line must not run back through the node it leaves or reaches
                total += ground.outlines[n].holds(point, 0.0) ? 400.0 : 0.0;
            } else if (ground.outlines[n].holds(point, 0.0)) {
                total += 1000.0;
            } else if (ground.outlines[n].holds(point, kClearance)) {
                total += 25.0;
            }
        }
        if (point.x < 2.0 || point.y < 2.0 || point.x > ground.width - 2.0 ||
            point.y > ground.height - 2.0) {
            total += 500.0;
        }
    }
    const std::array<Point, 13> mine = polyline(route);
    for (const Placed& other : ground.placed) {
        for (std::size_t i = 0; i + 1 < mine.size(); ++i) {
            for (std::size_t k = 0; k + 1 < other.points.size(); ++k) {
                total +=
                    cross(mine[i], mine[i + 1], other.points[k], other.points[k + 1]) ? 22.0 : 0.0;
            }
            // two lines on top of each other cannot be told apart
            const bool is_middle = i >= 3 && i <= 9;
            total += is_middle && distance(mine[i], other.points[12 - i]) < 7.0 ? 40.0 : 0.0;
            total += is_middle && distance(mine[i], other.points[i]) < 7.0 ? 40.0 : 0.0;
        }
        if (other.link.to == link.to && distance(mine.back(), other.points.back()) < 8.0) {
            total += 30.0;  // heads on the same spot of the same node
        }
    }
    return total;
}

}  // namespace

bool Outline::holds(Point point, double margin) const noexcept {
    const double dx = std::abs(point.x - centre.x);
    const double dy = std::abs(point.y - centre.y);
    if (is_ellipse) {
        const double u = dx / (half_width + margin);
        const double v = dy / (half_height + margin);
        return u * u + v * v < 1.0;
    }
    return dx < half_width + margin && dy < half_height + margin;
}

Point Outline::border_towards(Point to, double margin) const noexcept {
    const double dx = to.x - centre.x;
    const double dy = to.y - centre.y;
    const double length = std::hypot(dx, dy);
    if (length == 0.0) {
        return centre;
    }
    const double w = half_width + margin;
    const double h = half_height + margin;
    double share = 1.0;
    if (is_ellipse) {
        share = 1.0 / std::hypot(dx / w, dy / h);
    } else {
        share =
            std::min(dx == 0.0 ? 1e300 : w / std::abs(dx), dy == 0.0 ? 1e300 : h / std::abs(dy));
    }
    return {centre.x + share * dx, centre.y + share * dy};
}

Point Route::at(double t) const noexcept {
    const double s = 1.0 - t;
    return {s * s * from.x + 2.0 * s * t * control.x + t * t * to.x,
            s * s * from.y + 2.0 * s * t * control.y + t * t * to.y};
}

std::vector<Route> routes_between(std::span<const Outline> outlines, std::span<const Link> links,
                                  double frame_width, double frame_height) {
    std::vector<std::size_t> order(links.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto length = [&](std::size_t i) {
        return distance(outlines[links[i].from].centre, outlines[links[i].to].centre);
    };
    for (const Link& link : links) {
        ERBIUM_CHECK(link.from < outlines.size() && link.to < outlines.size(),
                     "a link joins outlines that exist");
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return length(a) < length(b); });

    std::vector<Route> routes(links.size());
    Ground ground{outlines, {}, frame_width, frame_height};
    constexpr std::array kBends{0.0,    24.0,  -24.0,  48.0,  -48.0,  80.0,  -80.0, 120.0,
                                -120.0, 170.0, -170.0, 230.0, -230.0, 300.0, -300.0};
    for (const std::size_t i : order) {
        const Link& link = links[i];
        double least = std::numeric_limits<double>::infinity();
        for (const double bend_px : kBends) {
            for (const double where : {0.5, 0.2, 0.8}) {
                const Route route =
                    candidate(outlines[link.from], outlines[link.to], bend_px, where);
                const double price =
                    cost(route, link, bend_px, ground) + (where == 0.5 ? 0.0 : 4.0);
                if (price < least) {
                    least = price;
                    routes[i] = route;
                }
                if (bend_px == 0.0) {
                    break;
                }
            }
        }
        ground.placed.push_back({link, polyline(routes[i])});
    }
    return routes;
}

}  // namespace erbium::report
