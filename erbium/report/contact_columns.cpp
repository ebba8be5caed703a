// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_columns.cpp: the search for columns, from several breadth-first starts.
#include "erbium/report/contact_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace erbium::report {
namespace {

constexpr double kChannel = 90.0;  // between columns; what the wires will need is not yet known
constexpr double kGap = 26.0;      // between the boxes of a column
constexpr double kBulge = 40.0;    // of a wire between boxes of one column

bool cross(Point a, Point b, Point c, Point d) {
    const auto side = [](Point p, Point q, Point r) {
        return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    };
    return side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0;
}

class Search {
public:
    Search(std::span<const ContactBox> boxes, std::span<const ContactLink> links)
        : boxes_{boxes}, column_(boxes.size()), top_(boxes.size()) {
        for (const ContactLink& link : links) {
            if (link.from.box != link.to.box) {
                links_.push_back(link);
            }
        }
    }

    Columns best() {
        Columns best;
        double least = std::numeric_limits<double>::infinity();
        for (const std::size_t start : starts()) {
            Columns columns = levels_from(start);
            const double price = improve(columns);
            if (price < least - 1e-9) {
                least = price;
                best = std::move(columns);
            }
        }
        // Read from the left: the box that was given first stands there, or else the early ones.
        const double middle = 0.5 * static_cast<double>(best.size() - 1);
        double first = 0.0;
        double early = 0.0;
        for (std::size_t c = 0; c < best.size(); ++c) {
            for (const std::size_t box : best[c]) {
                const double right = static_cast<double>(c) - middle;
                first += box == 0 ? right : 0.0;
                early -= static_cast<double>(box) * right;
            }
        }
        if (first > 0.0 || (first == 0.0 && early > 0.0)) {
            std::reverse(best.begin(), best.end());
        }
        return best;
    }

private:
    struct Line {
        Point from;
        Point to;
    };

    [[nodiscard]] double port_y(const ContactEnd& end) const {
        const ContactBox& box = boxes_[end.box];
        double y = top_[end.box] + box.head;
        for (std::size_t r = 0; r < end.row; ++r) {
            y += box.rows[r] + kRowGap;
        }
        return y + 0.5 * box.rows[end.row];
    }

    /// Sets where the boxes stand; gives the size of the whole.
    Point stack(const Columns& columns) {
        left_.assign(columns.size(), 0.0);
        right_.assign(columns.size(), 0.0);
        double x = 0.0;
        double tallest = 0.0;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            double width = 0.0;
            double height = -kGap;
            for (const std::size_t box : columns[c]) {
                width = std::max(width, boxes_[box].width);
                height += boxes_[box].height() + kGap;
            }
            double y = -0.5 * height;
            for (const std::size_t box : columns[c]) {
                column_[box] = c;
                top_[box] = y;
                y += boxes_[box].height() + kGap;
            }
            left_[c] = x;
            right_[c] = x + width;
            x += width + kChannel;
            tallest = std::max(tallest, height);
        }
        return {x - kChannel, tallest};
    }

    double price(const Columns& columns) {
        constexpr double kCrossing = 120.0;
        constexpr double kHit = 70.0;
        constexpr double kSameColumn = 150.0;
        constexpr double kAspect = 2.2;  // as wide as this times the height costs no more
        spent_ += links_.size() * (links_.size() + boxes_.size()) + 4 * boxes_.size();
        const Point size = stack(columns);
        double total = 0.25 * std::max(size.x, kAspect * size.y);
        lines_.clear();
        for (const ContactLink& link : links_) {
            const bool is_forward = column_[link.from.box] <= column_[link.to.box];
            const ContactEnd& a = is_forward ? link.from : link.to;
            const ContactEnd& b = is_forward ? link.to : link.from;
            const Point from{right_[column_[a.box]], port_y(a)};
            if (column_[a.box] == column_[b.box]) {
                const double y = port_y(b);
                const Point turn{from.x + kBulge, 0.5 * (from.y + y)};
                lines_.push_back({from, turn});
                lines_.push_back({turn, {from.x, y}});
                total += std::abs(y - from.y) + kSameColumn;
                continue;
            }
            const Point to{left_[column_[b.box]], port_y(b)};
            lines_.push_back({from, to});
            total += to.x - from.x + std::abs(to.y - from.y);
            for (std::size_t c = column_[a.box] + 1; c < column_[b.box]; ++c) {
                const double x = 0.5 * (left_[c] + right_[c]);
                const double y = from.y + (to.y - from.y) * (x - from.x) / (to.x - from.x);
                for (const std::size_t box : columns[c]) {
                    if (y > top_[box] - 8.0 && y < top_[box] + boxes_[box].height() + 8.0) {
                        total += kHit;
                    }
                }
            }
        }
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            for (std::size_t k = i + 1; k < lines_.size(); ++k) {
                if (cross(lines_[i].from, lines_[i].to, lines_[k].from, lines_[k].to)) {
                    total += kCrossing;
                }
            }
        }
        return total;
    }

    /// Moves each box to its best place, then swaps pairs, until nothing gets better.
    double improve(Columns& columns) {
        constexpr std::size_t kBudget = 30'000'000;  // per start; some 0.1 s
        spent_ = 0;
        double least = price(columns);
        for (bool is_better = true; is_better && spent_ < kBudget;) {
            is_better = false;
            for (std::size_t box = 0; box < boxes_.size() && spent_ < kBudget; ++box) {
                is_better = move(columns, box, least) || is_better;
            }
            for (std::size_t a = 0; a < boxes_.size(); ++a) {
                for (std::size_t b = a + 1; b < boxes_.size() && spent_ < kBudget; ++b) {
                    Columns swapped = columns;
                    for (std::vector<std::size_t>& column : swapped) {
                        for (std::size_t& box : column) {
                            box = box == a ? b : box == b ? a : box;
                        }
                    }
                    is_better = keep_if_better(columns, std::move(swapped), least) || is_better;
                }
            }
        }
        return least;
    }

    bool move(Columns& columns, std::size_t box, double& least) {
        Columns without = columns;
        for (std::vector<std::size_t>& column : without) {
            std::erase(column, box);
        }
        std::erase_if(without, [](const auto& column) { return column.empty(); });
        bool is_better = false;
        for (std::size_t c = 0; c < without.size(); ++c) {
            for (std::size_t i = 0; i <= without[c].size(); ++i) {
                Columns moved = without;
                moved[c].insert(moved[c].begin() + static_cast<std::ptrdiff_t>(i), box);
                is_better = keep_if_better(columns, std::move(moved), least) || is_better;
            }
        }
        for (std::size_t c = 0; c <= without.size(); ++c) {  // a column of its own
            Columns moved = without;
            moved.insert(moved.begin() + static_cast<std::ptrdiff_t>(c), {box});
            is_better = keep_if_better(columns, std::move(moved), least) || is_better;
        }
        return is_better;
    }

    bool keep_if_better(Columns& columns, Columns other, double& least) {
        const double found = price(other);
        if (found >= least - 1e-6) {
            return false;
        }
        least = found;
        columns = std::move(other);
        return true;
    }

    /// The first box, the one with most links, and those farthest from these.
    [[nodiscard]] std::vector<std::size_t> starts() const {
        std::vector<std::size_t> degree(boxes_.size(), 0);
        for (const ContactLink& link : links_) {
            ++degree[link.from.box];
            ++degree[link.to.box];
        }
        const auto busiest = static_cast<std::size_t>(
            std::max_element(degree.begin(), degree.end()) - degree.begin());
        std::vector<std::size_t> starts{0, busiest, levels_from(0).back().front(),
                                        levels_from(busiest).back().front()};
        std::vector<std::size_t> once;
        for (const std::size_t box : starts) {
            if (std::find(once.begin(), once.end(), box) == once.end()) {
                once.push_back(box);
            }
        }
        return once;
    }

    [[nodiscard]] Columns levels_from(std::size_t start) const {
        Columns levels{{start}};
        std::vector<bool> is_seen(boxes_.size(), false);
        is_seen[start] = true;
        while (true) {
            std::vector<std::size_t> next;
            const auto visit = [&](std::size_t box) {
                if (!is_seen[box]) {
                    is_seen[box] = true;
                    next.push_back(box);
                }
            };
            for (const std::size_t box : levels.back()) {
                for (const ContactLink& link : links_) {
                    if (link.from.box == box) {
                        visit(link.to.box);
                    } else if (link.to.box == box) {
                        visit(link.from.box);
                    }
                }
            }
            if (next.empty()) {
                return levels;
            }
            levels.push_back(std::move(next));
        }
    }

    std::span<const ContactBox> boxes_;
    std::vector<ContactLink> links_;  // between different boxes
    std::vector<std::size_t> column_;
    std::vector<double> top_;
    std::vector<double> left_;
    std::vector<double> right_;
    std::vector<Line> lines_;
    std::size_t spent_{};
};

}  // namespace

double ContactBox::height() const noexcept {
    const double gaps = rows.empty() ? 0.0 : kRowGap * static_cast<double>(rows.size() - 1);
    return head + std::accumulate(rows.begin(), rows.end(), gaps) + foot;
}

Columns columns_of(std::span<const ContactBox> boxes, std::span<const ContactLink> links) {
    return Search{boxes, links}.best();
}

}  // namespace erbium::report
