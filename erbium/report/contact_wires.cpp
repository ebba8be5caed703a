// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_wires.cpp: the places of columns and the curves of wires, when all orders
// are known.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "erbium/report/contact_order.hpp"

namespace erbium::report {
namespace {

class Wiring {
public:
    Wiring(std::span<const ContactBox> boxes, const Ordered& ordered)
        : boxes_{boxes}, ordered_{ordered} {
        spread_ends();
        place_columns();
    }

    [[nodiscard]] ContactLayout layout() const {
        ContactLayout layout;
        for (std::size_t b = 0; b < boxes_.size(); ++b) {
            const std::size_t c = ordered_.column_of_box[b];
            layout.boxes.push_back({left_[c], ordered_.box_y[b], right_[c] - left_[c],
                                    boxes_[b].height(), ordered_.row_y[b]});
        }
        for (std::size_t i = 0; i < ordered_.links.size(); ++i) {
            layout.wires.push_back(wire_of(i));
        }
        return layout;
    }

private:
    /// How far the ends of a link stand from the middles of their rows.
    struct Spread {
        double from, to;
    };

    [[nodiscard]] bool is_within_column(const ContactLink& link) const {
        return ordered_.column_of_box[link.from.box] == ordered_.column_of_box[link.to.box];
    }

    /// Middle of a row.
    [[nodiscard]] double port_y(const ContactEnd& end) const {
        return ordered_.row_y[end.box][end.row] + 0.5 * boxes_[end.box].rows[end.row];
    }

    /// Gives wires that leave a row on the same side places of their own there, in the order in
    /// which they fan out, so that they neither cover nor cross each other at their ends.
    void spread_ends() {
        constexpr double kSpacing = 6.5;
        spread_.assign(ordered_.links.size(), {0.0, 0.0});
        struct Leaving {
            std::size_t link;
            bool is_to;      // which end of the link
            int fan;         // -2 back up, 0 across, 2 back down; loops on the emptier side
            double towards;  // finer order
        };
        std::map<std::pair<ContactEnd, Side>, std::vector<Leaving>> bundles;
        for (std::size_t i = 0; i < ordered_.links.size(); ++i) {
            const ContactLink& link = ordered_.links[i];
            const double rise = port_y(link.to) - port_y(link.from);
            if (link.from == link.to) {
                continue;
            }
            if (is_within_column(link)) {  // of two bows the wider lies outside
                bundles[{link.from, ordered_.sides[i]}].push_back(
                    {i, false, rise < 0.0 ? -2 : 2, -rise});
                bundles[{link.to, ordered_.sides[i]}].push_back(
                    {i, true, rise < 0.0 ? 2 : -2, rise});
            }
        }
        for (const OrderedPiece& piece : ordered_.pieces) {
            const ContactLink& link = ordered_.links[piece.link];
            if (piece.is_from_box) {
                bundles[{link.from, Side::right}].push_back({piece.link, false, 0, piece.y_to});
            }
            if (piece.is_to_box) {
                bundles[{link.to, Side::left}].push_back({piece.link, true, 0, piece.y_from});
            }
        }
        for (std::size_t i = 0; i < ordered_.links.size(); ++i) {
            const ContactEnd& end = ordered_.links[i].from;
            if (end == ordered_.links[i].to) {
                std::vector<Leaving>& bundle = bundles[{end, ordered_.sides[i]}];
                double down = 0.0;
                for (const Leaving& l : bundle) {
                    down += l.fan != 0 ? l.fan : l.towards > port_y(end) ? 1.0 : -1.0;
                }
                bundle.push_back({i, false, bundle.empty() ? 0 : down > 0.0 ? -3 : 3, 0.0});
            }
        }
        for (auto& [at, bundle] : bundles) {
            std::stable_sort(bundle.begin(), bundle.end(), [](const Leaving& a, const Leaving& b) {
                return std::pair{a.fan, a.towards} < std::pair{b.fan, b.towards};
            });
            const double last = static_cast<double>(bundle.size() - 1);
            const double room = boxes_[at.first.box].rows[at.first.row] - 7.0;
            const double spacing = std::min(kSpacing, room / std::max(last, 1.0));
            for (std::size_t k = 0; k < bundle.size(); ++k) {
                const double y = spacing * (static_cast<double>(k) - 0.5 * last);
                (bundle[k].is_to ? spread_[bundle[k].link].to : spread_[bundle[k].link].from) = y;
            }
        }
    }

    /// How far a wire between rows of one column stands out.
    [[nodiscard]] double bulge(const ContactLink& link) const {
        return std::min(24.0 + 0.2 * std::abs(port_y(link.from) - port_y(link.to)), 120.0);
    }

    /// Left and right sides of the columns; channels are as wide as their wires need.
    void place_columns() {
        const std::size_t count =
            1 + *std::max_element(ordered_.column_of_box.begin(), ordered_.column_of_box.end());
        std::vector<double> steepest(count + 1, 0.0);
        std::vector<double> crossing(count + 1, 0.0);
        std::vector<double> out_left(count + 1, 0.0);
        std::vector<double> out_right(count + 1, 0.0);
        for (const OrderedPiece& piece : ordered_.pieces) {
            double& steep = steepest[piece.column + 1];
            steep = std::max(steep, std::abs(piece.y_to - piece.y_from));
            crossing[piece.column + 1] += 1.0;
        }
        for (std::size_t i = 0; i < ordered_.links.size(); ++i) {
            if (is_within_column(ordered_.links[i])) {
                const std::size_t c = ordered_.column_of_box[ordered_.links[i].from.box];
                double& out = ordered_.sides[i] == Side::right ? out_right[c + 1] : out_left[c];
                out = std::max(out, bulge(ordered_.links[i]));
            }
        }
        left_.assign(count, 0.0);
        right_.assign(count, 0.0);
        double x = 0.0;
        for (std::size_t c = 0; c < count; ++c) {
            const double across =
                crossing[c] == 0.0 ? 40.0
                                   : std::min(52.0 + 0.3 * steepest[c] + 4.0 * crossing[c], 190.0);
            x += c == 0                              ? 0.0
                 : out_left[c] + out_right[c] == 0.0 ? across
                                                     : across + 0.6 * (out_left[c] + out_right[c]);
            left_[c] = x;
            for (std::size_t b = 0; b < boxes_.size(); ++b) {
                if (ordered_.column_of_box[b] == c) {
                    right_[c] = std::max(right_[c], x + boxes_[b].width);
                }
            }
            x = right_[c];
        }
    }

    [[nodiscard]] Wire wire_of(std::size_t i) const {
        const ContactLink& link = ordered_.links[i];
        const std::size_t c = ordered_.column_of_box[link.from.box];
        const Spread& spread = spread_[i];
        const double y = port_y(link.from) + spread.from;
        if (is_within_column(link)) {
            const bool is_right = ordered_.sides[i] == Side::right;
            const double side = is_right ? right_[c] : left_[c];
            const double port = is_right ? side - kRowInset : side + kRowInset;
            const double y_to = port_y(link.to) + spread.to;
            // a cubic curve reaches three quarters of the way to its controls
            const double out = side + (is_right ? 4.0 : -4.0) / 3.0 * bulge(link);
            if (link.from == link.to) {
                // leans away from the wires beside it
                const double lean = std::clamp(2.2 * spread.from, -13.0, 13.0);
                return {
                    {port, y},
                    {{Point{out, y - 24.0 + lean}, Point{out, y + 24.0 + lean}, Point{port, y}}}};
            }
            Wire wire{{port, y}, {}};
            add_line(wire, {side, y});
            wire.curves.push_back({Point{out, y}, Point{out, y_to}, Point{side, y_to}});
            add_line(wire, {port, y_to});
            return wire;
        }
        Wire wire{{right_[c] - kRowInset, y}, {}};
        for (const OrderedPiece& piece : ordered_.pieces) {
            if (piece.link != i) {
                continue;
            }
            const Point from{right_[piece.column],
                             piece.y_from + (piece.is_from_box ? spread.from : 0.0)};
            const Point to{left_[piece.column + 1],
                           piece.y_to + (piece.is_to_box ? spread.to : 0.0)};
            const double reach = 0.5 * (to.x - from.x);
            add_line(wire, from);
            wire.curves.push_back({Point{from.x + reach, from.y}, Point{to.x - reach, to.y}, to});
        }
        const Point end = wire.curves.back()[2];
        add_line(wire, {end.x + kRowInset, end.y});
        return wire;
    }

    static void add_line(Wire& wire, Point to) {
        const Point from = wire.curves.empty() ? wire.from : wire.curves.back()[2];
        const Point third{(to.x - from.x) / 3.0, (to.y - from.y) / 3.0};
        wire.curves.push_back(
            {Point{from.x + third.x, from.y + third.y}, Point{to.x - third.x, to.y - third.y}, to});
    }

    std::span<const ContactBox> boxes_;
    const Ordered& ordered_;
    std::vector<Spread> spread_;
    std::vector<double> left_;  // of each column
    std::vector<double> right_;
};

}  // namespace

ContactLayout placed_in_columns(std::span<const ContactBox> boxes,
                                std::span<const ContactLink> links, const Columns& columns) {
    const Ordered ordered = ordered_in_columns(boxes, links, columns);
    return Wiring{boxes, ordered}.layout();
}

}  // namespace erbium::report
