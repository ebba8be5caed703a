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

Order markowitz_order(const SparsePattern& pattern) {
    const std::size_t n = pattern.size();
    Order identity(n);
    std::iota(identity.begin(), identity.end(), 0);
    BitMatrix rows = permuted_rows(pattern, identity);
    BitMatrix columns{n};
    std::vector<std::size_t> in_row(n);
    std::vector<std::size_t> in_column(n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = rows.next(i, 0); j < n; j = rows.next(i, j + 1)) {
            columns.set(j, i);
            ++in_row[i];
            ++in_column[j];
        }
    }
    std::vector<std::uint8_t> is_done(n);
    Order order;
    order.reserve(n);
    std::vector<std::size_t> column_members;
    std::vector<std::size_t> fresh;
    for (std::size_t step = 0; step < n; ++step) {
        std::size_t best = n;
        std::size_t least = std::numeric_limits<std::size_t>::max();
        for (std::size_t i = 0; i < n; ++i) {
            if (is_done[i] == 0 && (in_row[i] - 1) * (in_column[i] - 1) < least) {
                least = (in_row[i] - 1) * (in_column[i] - 1);
                best = i;
            }
        }
        is_done[best] = 1;
        order.push_back(static_cast<std::int32_t>(best));
        column_members.clear();
        for (std::size_t j = rows.next(best, 0); j < n; j = rows.next(best, j + 1)) {
            if (j != best) {
                columns.clear(j, best);
                --in_column[j];
            }
        }
        for (std::size_t i = columns.next(best, 0); i < n; i = columns.next(best, i + 1)) {
            if (i != best) {
                column_members.push_back(i);
                rows.clear(i, best);
                --in_row[i];
            }
        }
        for (const std::size_t i : column_members) {
            rows.merge_new(i, best, fresh);  // the pivot's row has no entry of a pivot before it
            for (const std::size_t j : fresh) {
                if (j != best) {
                    columns.set(j, i);
                    ++in_row[i];
                    ++in_column[j];
                }
            }
            rows.clear(i, best);
        }
    }
    return order;
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
