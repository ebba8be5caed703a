// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/ordering.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "erbium/math/minimum_degree.hpp"

namespace erbium::math {
namespace {

std::size_t index(std::int32_t i) noexcept {
    return static_cast<std::size_t>(i);
}

/// Approximate minimum degree of the rows and columns `members`, as positions in `members`.
Order order_of(const SparsePattern& pattern, std::span<const std::int32_t> members,
               std::vector<std::int32_t>& local) {
    for (std::size_t i = 0; i < members.size(); ++i) {
        local[index(members[i])] = static_cast<std::int32_t>(i);
    }
    std::vector<std::int32_t> begins{0};
    std::vector<std::int32_t> rows;
    for (const std::int32_t column : members) {
        for (auto e = pattern.column_begins[index(column)];
             e < pattern.column_begins[index(column) + 1]; ++e) {
            const std::int32_t row = local[index(pattern.row_of_entry[index(e)])];
            if (row >= 0) {
                rows.push_back(row);
            }
        }
        begins.push_back(static_cast<std::int32_t>(rows.size()));
    }
    for (const std::int32_t member : members) {
        local[index(member)] = -1;
    }
    return approximate_minimum_degree({begins, rows});
}

/// Indices whose column or row, among those left, has only its diagonal; a factorisation in this
/// order has no fill and no update by them.
Order singletons(const SparsePattern& pattern) {
    const std::size_t n = pattern.size();
    std::vector<std::vector<std::int32_t>> columns_of_row(n);
    std::vector<std::size_t> in_column(n);
    for (std::size_t column = 0; column < n; ++column) {
        for (auto e = pattern.column_begins[column]; e < pattern.column_begins[column + 1]; ++e) {
            const std::int32_t row = pattern.row_of_entry[index(e)];
            if (index(row) != column) {
                columns_of_row[index(row)].push_back(static_cast<std::int32_t>(column));
                ++in_column[column];
            }
        }
    }
    std::vector<std::size_t> in_row(n);
    Order order;  // those before `done` were worked on
    std::vector<std::uint8_t> is_listed(n);
    const auto list = [&](std::size_t i) {
        if (is_listed[i] == 0 && (in_row[i] == 0 || in_column[i] == 0)) {
            is_listed[i] = 1;
            order.push_back(static_cast<std::int32_t>(i));
        }
    };
    for (std::size_t i = 0; i < n; ++i) {
        in_row[i] = columns_of_row[i].size();
    }
    for (std::size_t i = 0; i < n; ++i) {
        list(i);
    }
    for (std::size_t done = 0; done < order.size(); ++done) {
        const std::size_t pivot = index(order[done]);
        for (auto e = pattern.column_begins[pivot]; e < pattern.column_begins[pivot + 1]; ++e) {
            const std::size_t row = index(pattern.row_of_entry[index(e)]);
            if (row != pivot) {
                --in_row[row];
                list(row);
            }
        }
        for (const std::int32_t column : columns_of_row[pivot]) {
            --in_column[index(column)];
            list(index(column));
        }
    }
    return order;
}

}  // namespace

Components strong_components(const SparsePattern& pattern) {
    // An entry (row, column) is an edge column -> row. A component is finished after everything it
    // leads to, so in the order of finishing entries lie on and above the diagonal blocks.
    const std::size_t n = pattern.size();
    constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> visit(n, kNone);
    std::vector<std::size_t> low(n);
    std::vector<std::uint8_t> is_open(n);
    std::vector<std::size_t> open;
    struct Frame {
        std::size_t node;
        std::int32_t next;
    };
    std::vector<Frame> frames;
    Components found;
    found.begins.push_back(0);
    std::size_t visits = 0;
    for (std::size_t root = 0; root < n; ++root) {
        if (visit[root] != kNone) {
            continue;
        }
        frames.push_back({root, pattern.column_begins[root]});
        while (!frames.empty()) {
            Frame& frame = frames.back();
            const std::size_t node = frame.node;
            if (visit[node] == kNone) {
                visit[node] = low[node] = visits++;
                open.push_back(node);
                is_open[node] = 1;
            }
            bool descended = false;
            while (frame.next < pattern.column_begins[node + 1]) {
                const std::size_t to = index(pattern.row_of_entry[index(frame.next)]);
                if (visit[to] == kNone) {
                    frames.push_back({to, pattern.column_begins[to]});
                    descended = true;
                    break;  // the edge is looked at again when `to` is finished
                }
                if (is_open[to] != 0) {
                    low[node] = std::min(low[node], low[to]);
                }
                ++frame.next;
            }
            if (descended) {
                continue;
            }
            if (low[node] == visit[node]) {
                std::size_t member = kNone;
                do {
                    member = open.back();
                    open.pop_back();
                    is_open[member] = 0;
                    found.order.push_back(static_cast<std::int32_t>(member));
                } while (member != node);
                found.begins.push_back(found.order.size());
            }
            frames.pop_back();
        }
    }
    return found;
}

Order minimum_degree_order(const SparsePattern& pattern) {
    const Components components = strong_components(pattern);
    std::vector<std::int32_t> local(pattern.size(), -1);
    Order result = singletons(pattern);
    std::vector<std::uint8_t> is_placed(pattern.size());
    for (const std::int32_t i : result) {
        is_placed[index(i)] = 1;
    }
    result.reserve(pattern.size());
    for (std::size_t c = 0; c + 1 < components.begins.size(); ++c) {
        const std::span<const std::int32_t> members = std::span{components.order}.subspan(
            components.begins[c], components.begins[c + 1] - components.begins[c]);
        if (is_placed[index(members.front())] != 0) {
            continue;  // on no cycle, so a component by itself
        }
        for (const std::int32_t i : order_of(pattern, members, local)) {
            result.push_back(members[index(i)]);
        }
    }
    return result;
}

namespace {

/// What is left of a matrix while diagonal pivots are eliminated.
class Remainder {
public:
    explicit Remainder(const SparsePattern& pattern)
        : rows_{permuted_rows(pattern, identity(pattern.size()))},
          columns_{pattern.size()},
          in_row_(pattern.size()),
          in_column_(pattern.size()),
          is_done_(pattern.size()) {
        for (std::size_t i = 0; i < size(); ++i) {
            for (std::size_t j = rows_.next(i, 0); j < size(); j = rows_.next(i, j + 1)) {
                columns_.set(j, i);
                ++in_row_[i];
                ++in_column_[j];
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return in_row_.size(); }
    [[nodiscard]] bool is_done(std::size_t i) const noexcept { return is_done_[i] != 0; }
    /// Markowitz' number: entries that an elimination of i changes or makes.
    [[nodiscard]] std::size_t cost(std::size_t i) const noexcept {
        return (in_row_[i] - 1) * (in_column_[i] - 1);
    }
    [[nodiscard]] std::size_t cheapest() const noexcept {
        std::size_t best = size();
        std::size_t least = std::numeric_limits<std::size_t>::max();
        for (std::size_t i = 0; i < size(); ++i) {
            if (is_done_[i] == 0 && cost(i) < least) {
                least = cost(i);
                best = i;
            }
        }
        return best;
    }
    /// The cheapest `count`, as far as there are that many, by cost and index.
    void find_cheapest(std::size_t count, std::vector<std::size_t>& found) const {
        found.clear();
        for (std::size_t i = 0; i < size(); ++i) {
            if (is_done_[i] != 0 || (found.size() == count && cost(i) >= cost(found.back()))) {
                continue;
            }
            if (found.size() == count) {
                found.pop_back();
            }
            found.insert(
                std::upper_bound(found.begin(), found.end(), i,
                                 [&](std::size_t a, std::size_t b) { return cost(a) < cost(b); }),
                i);
        }
    }
    /// Entries that an elimination of i makes; some number from `enough` on where it is that many.
    [[nodiscard]] std::size_t fill(std::size_t i, std::size_t enough) const noexcept {
        std::size_t total = 0;
        for (std::size_t row = columns_.next(i, 0); row < size() && total < enough;
             row = columns_.next(i, row + 1)) {
            total += row == i ? 0 : rows_.count_missing(i, row);
        }
        return total;
    }
    /// Rows below pivot `last`, which was eliminated before.
    [[nodiscard]] std::size_t rows_below(std::size_t last) const noexcept {
        return in_column_[last] - 1;
    }
    /// Rows that stand below one of i, which is left, and the last pivot, and not below the other.
    [[nodiscard]] std::size_t differences(std::size_t i, std::size_t last) const noexcept {
        return columns_.count_differences(i, last) - (columns_.test(last, i) ? 1 : 2);
    }
    /// Whether these differences are certainly more than `most`, known at once.
    [[nodiscard]] bool differs_by_more(std::size_t i, std::size_t last,
                                       std::size_t most) const noexcept {
        const std::size_t below = in_column_[i] - 1;
        return below > rows_below(last) + most || below + most + 1 < rows_below(last);
    }

    void eliminate(std::size_t pivot) {
        is_done_[pivot] = 1;
        for (std::size_t j = rows_.next(pivot, 0); j < size(); j = rows_.next(pivot, j + 1)) {
            if (j != pivot) {
                columns_.clear(j, pivot);
                --in_column_[j];
            }
        }
        column_members_.clear();
        for (std::size_t i = columns_.next(pivot, 0); i < size(); i = columns_.next(pivot, i + 1)) {
            if (i != pivot) {
                column_members_.push_back(i);
                rows_.clear(i, pivot);
                --in_row_[i];
            }
        }
        for (const std::size_t i : column_members_) {
            rows_.merge_new(i, pivot, fresh_);  // its row has no entry of a pivot before it
            for (const std::size_t j : fresh_) {
                if (j != pivot) {
                    columns_.set(j, i);
                    ++in_row_[i];
                    ++in_column_[j];
                }
            }
            rows_.clear(i, pivot);
        }
    }

private:
    [[nodiscard]] static Order identity(std::size_t n) {
        Order order(n);
        std::iota(order.begin(), order.end(), 0);
        return order;
    }

    BitMatrix rows_;
    BitMatrix columns_;
    std::vector<std::size_t> in_row_;
    std::vector<std::size_t> in_column_;
    std::vector<std::uint8_t> is_done_;
    std::vector<std::size_t> column_members_;
    std::vector<std::size_t> fresh_;
};

/// Pivots that `next` chooses.
template <class Next>
Order eliminate_all(const SparsePattern& pattern, Next next) {
    Remainder remainder{pattern};
    Order order;
    order.reserve(remainder.size());
    while (order.size() < remainder.size()) {
        const std::size_t pivot = next(std::as_const(remainder));
        remainder.eliminate(pivot);
        order.push_back(static_cast<std::int32_t>(pivot));
    }
    return order;
}

}  // namespace

Order markowitz_order(const SparsePattern& pattern) {
    return eliminate_all(pattern, [](const Remainder& left) { return left.cheapest(); });
}

Order markowitz_order_in_runs(const SparsePattern& pattern, std::size_t longest_run) {
    constexpr double kMostDifferent = 0.15;  // of the rows below
    constexpr std::size_t kDearer = 4;       // times the cheapest, and
    constexpr std::size_t kDearerBy = 100;
    constexpr std::size_t kLookedAt = 8;  // for their fill
    std::vector<std::size_t> cheapest;
    std::size_t last = pattern.size();
    std::size_t run = longest_run;
    return eliminate_all(pattern, [&](const Remainder& left) {
        left.find_cheapest(kLookedAt, cheapest);
        const std::size_t most = kDearer * left.cost(cheapest.front()) + kDearerBy;
        std::size_t best = left.size();
        if (run < longest_run && left.rows_below(last) > 0) {
            const auto different = static_cast<std::size_t>(
                kMostDifferent * static_cast<double>(left.rows_below(last)));
            for (std::size_t i = 0; i < left.size(); ++i) {
                if (!left.is_done(i) && left.cost(i) <= most &&
                    (best == left.size() || left.cost(i) < left.cost(best)) &&
                    !left.differs_by_more(i, last, different) &&
                    left.differences(i, last) <= different) {
                    best = i;
                }
            }
        }
        ++run;
        if (best == left.size()) {
            run = 1;
            std::size_t least = std::numeric_limits<std::size_t>::max();
            for (const std::size_t i : cheapest) {
                if (const std::size_t fill = left.fill(i, least); fill < least) {
                    least = fill;
                    best = i;
                }
            }
        }
        last = best;
        return best;
    });
}

Order postordered(const SparsePattern& pattern, const Order& order) {
    const std::size_t n = pattern.size();
    BitMatrix filled = permuted_rows(pattern, order);
    fill_in(filled);
    std::vector<std::size_t> parent(n, n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = filled.next(i, 0); k < i; k = filled.next(i, k + 1)) {
            parent[k] = std::min(parent[k], i);
        }
        const std::size_t right = filled.next(i, i + 1);
        if (right < n) {
            parent[i] = std::min(parent[i], right);
        }
    }
    std::vector<std::vector<std::size_t>> children(n + 1);  // n: the roots
    for (std::size_t i = n; i-- > 0;) {
        children[parent[i]].push_back(i);  // descending, so that the first child is on top below
    }
    Order result(n);
    std::size_t place = n;
    std::vector<std::size_t> stack = children[n];
    std::reverse(stack.begin(), stack.end());
    // Roots and children are placed from the end, each parent before its children.
    while (!stack.empty()) {
        const std::size_t node = stack.back();
        stack.pop_back();
        result[--place] = order[node];
        for (auto child = children[node].rbegin(); child != children[node].rend(); ++child) {
            stack.push_back(*child);
        }
    }
    return result;
}

std::vector<NamedOrder> orders_to_try(const SparsePattern& pattern,
                                      const std::optional<Order>& given) {
    if (given) {
        return {{"given", *given}};
    }
    std::vector<NamedOrder> all;
    all.push_back({"minimum degree", minimum_degree_order(pattern)});
    constexpr std::size_t kMostForMarkowitz = 6000;  // its cost grows with the third power
    if (pattern.size() <= kMostForMarkowitz) {
        Order order = markowitz_order(pattern);
        Order postorder = postordered(pattern, order);
        all.push_back({"Markowitz", std::move(order)});
        all.push_back({"Markowitz, postordered", std::move(postorder)});
    }
    return all;
}

}  // namespace erbium::math
