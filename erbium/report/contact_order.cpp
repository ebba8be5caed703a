// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_order.cpp: the search for the order of boxes, rows and gaps within columns,
// by exact count of crossings, and their heights.
#include "erbium/report/contact_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace erbium::report {
namespace {

constexpr double kGap = 24.0;      // between boxes of a column
constexpr double kWireGap = 12.0;  // between a wire that passes a column and what is next to it

/// What a column is stacked from: a box, or the gap for a wire that passes.
struct Item {
    bool is_box{};
    double height{};
};

/// All that may still be changed when each box has its column.
struct Arrangement {
    std::vector<std::vector<std::size_t>> columns;  // items from the top
    std::vector<std::vector<std::size_t>> rows;     // of each box, from the top
    std::vector<Side> sides;                        // of links within one column
};

/// A piece of a link between neighbouring columns.
struct Segment {
    std::size_t link{};
    std::size_t from{};  // item in `column`
    std::size_t to{};    // item in column + 1
    std::size_t column{};
};

class Group {
public:
    Group(std::span<const ContactBox> boxes, std::span<const ContactLink> links,
          const Columns& columns)
        : boxes_{boxes}, column_of_box_(boxes.size()) {
        state_.columns = columns;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            for (const std::size_t box : columns[c]) {
                column_of_box_[box] = c;
            }
        }
        for (const ContactBox& box : boxes) {
            items_.push_back({true, box.height()});
            std::vector<std::size_t>& order = state_.rows.emplace_back(box.rows.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
        }
        for (ContactLink link : links) {
            if (column_of_box_[link.from.box] > column_of_box_[link.to.box]) {
                std::swap(link.from, link.to);
            }
            // The outer sides of the whole have the most room.
            const std::size_t c = column_of_box_[link.from.box];
            state_.sides.push_back(c == 0 && columns.size() > 1 ? Side::left : Side::right);
            links_.push_back(link);
        }
        top_.assign(boxes.size(), 0.0);
        stack(state_);
        for (std::size_t i = 0; i < links_.size(); ++i) {
            make_segments(i);
        }
    }

    Ordered result() {
        improve();
        (void)price(state_, 40);
        Ordered out{.links = links_, .sides = state_.sides, .column_of_box = column_of_box_};
        for (std::size_t b = 0; b < boxes_.size(); ++b) {
            out.box_y.push_back(top_[b]);
            std::vector<double>& rows = out.row_y.emplace_back();
            for (std::size_t r = 0; r < boxes_[b].rows.size(); ++r) {
                rows.push_back(port_y({b, r}) - 0.5 * boxes_[b].rows[r]);
            }
        }
        for (const Segment& s : segments_) {
            out.pieces.push_back({s.link, s.column, top_[s.from] + offset(s.link, s.from, state_),
                                  top_[s.to] + offset(s.link, s.to, state_), items_[s.from].is_box,
                                  items_[s.to].is_box});
        }
        return out;
    }

private:
    [[nodiscard]] bool is_within_column(const ContactLink& link) const {
        return column_of_box_[link.from.box] == column_of_box_[link.to.box];
    }

    /// Middle of a row, by the arrangement that was priced last.
    [[nodiscard]] double port_y(const ContactEnd& end) const {
        return top_[end.box] + port_in_box(end, *now_);
    }

    [[nodiscard]] double port_in_box(const ContactEnd& end, const Arrangement& state) const {
        const ContactBox& box = boxes_[end.box];
        double y = box.head;
        for (const std::size_t row : state.rows[end.box]) {
            if (row == end.row) {
                return y + 0.5 * box.rows[row];
            }
            y += box.rows[row] + kRowGap;
        }
        return y;
    }

    /// Where a link meets an item, from the item's top.
    [[nodiscard]] double offset(std::size_t link, std::size_t item, const Arrangement& s) const {
        if (!items_[item].is_box) {
            return 0.5 * items_[item].height;
        }
        const ContactEnd& from = links_[link].from;
        return port_in_box(from.box == item ? from : links_[link].to, s);
    }

    [[nodiscard]] double gap(std::size_t above, std::size_t below) const {
        return items_[above].is_box && items_[below].is_box ? kGap : kWireGap;
    }

    void stack(const Arrangement& state) {
        now_ = &state;
        for (const std::vector<std::size_t>& column : state.columns) {
            double y = 0.0;
            for (std::size_t i = 0; i < column.size(); ++i) {
                y += i == 0 ? 0.0 : items_[column[i - 1]].height + gap(column[i - 1], column[i]);
                top_[column[i]] = y;
            }
            const double height = column.empty() ? 0.0 : y + items_[column.back()].height;
            for (const std::size_t item : column) {
                top_[item] -= 0.5 * height;
            }
        }
    }

    /// Cuts a link at the columns it passes and makes gaps there, about where the straight line is.
    void make_segments(std::size_t link) {
        const ContactEnd from = links_[link].from;
        const ContactEnd to = links_[link].to;
        const std::size_t first = column_of_box_[from.box];
        const std::size_t last = column_of_box_[to.box];
        if (first == last) {
            return;
        }
        const double y_from = port_y(from);
        const double y_to = port_y(to);
        std::size_t before = from.box;
        for (std::size_t c = first + 1; c < last; ++c) {
            const double share = static_cast<double>(c - first) / static_cast<double>(last - first);
            const double y = y_from + share * (y_to - y_from);
            std::vector<std::size_t>& column = state_.columns[c];
            const auto place = std::find_if(column.begin(), column.end(), [&](std::size_t item) {
                return top_[item] + 0.5 * items_[item].height > y;
            });
            const std::size_t item = items_.size();
            items_.push_back({false, 0.0});
            top_.push_back(y);
            column.insert(place, item);
            segments_.push_back({link, before, item, c - 1});
            before = item;
        }
        segments_.push_back({link, before, to.box, last - 1});
    }

    /// Moves the items of one column, in their order, as near as their gaps allow to where their
    /// wires run straight: weighted isotonic regression (pool adjacent violators).
    void align(const std::vector<std::size_t>& column, const Arrangement& state) {
        struct Pool {
            double sum, weight;
            std::size_t count;
        };
        std::vector<Pool> pools;
        std::vector<double> stacked;
        double y = 0.0;
        for (std::size_t i = 0; i < column.size(); ++i) {
            const std::size_t item = column[i];
            y += i == 0 ? 0.0 : items_[column[i - 1]].height + gap(column[i - 1], item);
            stacked.push_back(y);
            double weight = 0.05;  // without wires an item stays
            double sum = weight * top_[item];
            for (const Segment& s : segments_) {
                if (s.from != item && s.to != item) {
                    continue;
                }
                const std::size_t other = s.from == item ? s.to : s.from;
                // bends within a long wire are worse than at its ends
                const double w = !items_[item].is_box && !items_[other].is_box ? 4.0 : 1.0;
                weight += w;
                sum +=
                    w * (top_[other] + offset(s.link, other, state) - offset(s.link, item, state));
            }
            pools.push_back({sum - weight * y, weight, 1});
            while (pools.size() > 1) {
                const Pool& last = pools.back();
                Pool& before = pools[pools.size() - 2];
                if (before.sum / before.weight <= last.sum / last.weight) {
                    break;
                }
                before = {before.sum + last.sum, before.weight + last.weight,
                          before.count + last.count};
                pools.pop_back();
            }
        }
        std::size_t i = 0;
        for (const Pool& pool : pools) {
            for (std::size_t k = 0; k < pool.count; ++k, ++i) {
                top_[column[i]] = pool.sum / pool.weight + stacked[i];
            }
        }
    }

    double price(const Arrangement& state, int sweeps) {
        constexpr double kCrossing = 90.0;
        stack(state);
        for (int sweep = 0; sweep < sweeps; ++sweep) {
            for (std::size_t i = 0; i < state.columns.size(); ++i) {
                align(state.columns[sweep % 2 == 0 ? i : state.columns.size() - 1 - i], state);
            }
        }
        spent_ += static_cast<std::size_t>(sweeps) * items_.size() * (segments_.size() + 4) +
                  segments_.size() * segments_.size();
        pieces_.clear();
        double total = 0.0;
        for (const Segment& s : segments_) {
            const double from = top_[s.from] + offset(s.link, s.from, state);
            const double to = top_[s.to] + offset(s.link, s.to, state);
            pieces_.push_back({from, to, s.column + 1, Piece::across});
            total += std::abs(to - from);
        }
        for (std::size_t i = 0; i < links_.size(); ++i) {
            if (is_within_column(links_[i])) {
                const double from = port_y(links_[i].from);
                const double to = port_y(links_[i].to);
                const bool is_right = state.sides[i] == Side::right;
                pieces_.push_back({std::min(from, to), std::max(from, to),
                                   column_of_box_[links_[i].from.box] + (is_right ? 1 : 0),
                                   is_right ? Piece::from_left : Piece::from_right});
                total += 0.6 * std::abs(to - from) + 40.0 * company(i, state);
            }
        }
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            for (std::size_t k = i + 1; k < pieces_.size(); ++k) {
                total += crosses(pieces_[i], pieces_[k]) ? kCrossing : 0.0;
            }
        }
        for (std::size_t b = 0; b < boxes_.size(); ++b) {
            for (std::size_t r = 0; r < state.rows[b].size(); ++r) {  // rows stay where it is free
                total +=
                    0.01 * std::abs(static_cast<double>(state.rows[b][r]) - static_cast<double>(r));
            }
        }
        return total;
    }

    /// How many wires leave the ends of a link on the side that it takes.
    [[nodiscard]] double company(std::size_t link, const Arrangement& state) const {
        const bool is_right = state.sides[link] == Side::right;
        double count = 0.0;
        for (const ContactEnd& end : {links_[link].from, links_[link].to}) {
            for (std::size_t i = 0; i < links_.size(); ++i) {
                if (i == link) {
                    continue;
                }
                const bool leaves_right = is_within_column(links_[i])
                                              ? state.sides[i] == Side::right
                                              : links_[i].from == end;
                count += (links_[i].from == end || links_[i].to == end) && leaves_right == is_right;
            }
        }
        return count;
    }

    /// A wire in the channel left of `channel`'s column: across, or back to the side it came from.
    struct Piece {
        enum Kind : std::uint8_t { across, from_left, from_right };
        double from, to;  // across: left and right end; else upper and lower end
        std::size_t channel;
        Kind kind;
    };

    static bool crosses(const Piece& a, const Piece& b) {
        if (a.channel != b.channel) {
            return false;
        }
        const auto is_inside = [](double y, const Piece& bow) {
            return y > bow.from && y < bow.to;
        };
        if (a.kind == Piece::across && b.kind == Piece::across) {
            return (a.from - b.from) * (a.to - b.to) < 0.0;
        }
        if (a.kind == Piece::across || b.kind == Piece::across) {
            const Piece& line = a.kind == Piece::across ? a : b;
            const Piece& bow = a.kind == Piece::across ? b : a;
            return is_inside(bow.kind == Piece::from_left ? line.from : line.to, bow);
        }
        const bool is_interleaved =
            (is_inside(a.from, b) && a.to > b.to) || (is_inside(b.from, a) && b.to > a.to);
        return a.kind == b.kind && is_interleaved;
    }

    template <class Change>
    bool try_change(const Change& change) {
        Arrangement other = state_;
        change(other);
        const double found = price(other, 6);
        if (found >= least_ - 1e-6) {
            return false;
        }
        least_ = found;
        state_ = std::move(other);
        return true;
    }

    template <class Order>
    static void shift(Order& order, std::size_t from, std::size_t to) {
        const auto at = [&](std::size_t i) {
            return order.begin() + static_cast<std::ptrdiff_t>(i);
        };
        if (from < to) {
            std::rotate(at(from), at(from + 1), at(to + 1));
        } else {
            std::rotate(at(to), at(from), at(from + 1));
        }
    }

    /// Tries all places of each item in its column and of each row in its box, and both sides of
    /// wires within a column, until nothing gets better.
    void improve() {
        constexpr std::size_t kBudget = 60'000'000;  // some 0.3 s
        least_ = price(state_, 6);
        for (bool is_better = true; is_better && spent_ < kBudget;) {
            is_better = false;
            for (std::size_t c = 0; c < state_.columns.size(); ++c) {
                const std::size_t size = state_.columns[c].size();
                for (std::size_t i = 0; i < size * size && spent_ < kBudget; ++i) {
                    is_better |= i / size != i % size && try_change([&](Arrangement& a) {
                                     shift(a.columns[c], i / size, i % size);
                                 });
                }
            }
            for (std::size_t b = 0; b < boxes_.size(); ++b) {
                const std::size_t size = boxes_[b].rows.size();
                for (std::size_t i = 0; i < size * size && spent_ < kBudget; ++i) {
                    is_better |= i / size != i % size && try_change([&](Arrangement& a) {
                                     shift(a.rows[b], i / size, i % size);
                                 });
                }
            }
            for (std::size_t i = 0; i < links_.size() && spent_ < kBudget; ++i) {
                is_better |= is_within_column(links_[i]) && try_change([&](Arrangement& a) {
                                 a.sides[i] = a.sides[i] == Side::left ? Side::right : Side::left;
                             });
            }
        }
    }

    std::span<const ContactBox> boxes_;
    std::vector<std::size_t> column_of_box_;
    std::vector<ContactLink> links_;  // from the left to the right
    std::vector<Item> items_;         // boxes first, by their index; then gaps
    std::vector<Segment> segments_;   // of each link from the left
    Arrangement state_;
    const Arrangement* now_{};  // priced or stacked last
    std::vector<double> top_;   // of each item
    std::vector<Piece> pieces_;
    double least_{};
    std::size_t spent_{};
};

}  // namespace

Ordered ordered_in_columns(std::span<const ContactBox> boxes, std::span<const ContactLink> links,
                           const Columns& columns) {
    return Group{boxes, links, columns}.result();
}

}  // namespace erbium::report
