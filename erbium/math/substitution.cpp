// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/substitution.hpp"

#include <algorithm>
#include <limits>

namespace erbium::math {
namespace {

/// Where to cut rows into blocks, so that a solution takes least time.
///
/// Cycles of one block were measured with AVX-512 and sixteen right-hand sides: a product for each
/// row and column, unless reading the unknown takes longer, and what a block takes by itself.
template <class Rows>
std::vector<std::uint32_t> block_sizes(const Rows& rows) {
    constexpr double kOfBlock = 15.0;
    constexpr double kOfUnknown = 2.0;
    constexpr double kBesideProducts = 0.2;
    const std::size_t n = rows.size();
    std::vector<double> cost(n + 1, std::numeric_limits<double>::infinity());
    std::vector<std::uint32_t> last(n + 1);  // size of the block that ends before this row
    std::vector<std::size_t> seen(n, n);     // by unknown: from which row on it was counted
    cost[0] = 0.0;
    for (std::size_t begin = 0; begin < n; ++begin) {
        std::size_t columns = 0;
        for (std::uint32_t size = 1; size <= kMostBlockRows && begin + size <= n; ++size) {
            for (const auto& entry : rows[begin + size - 1]) {
                if (entry.unknown < begin && seen[entry.unknown] != begin) {
                    seen[entry.unknown] = begin;
                    ++columns;
                }
            }
            const double inside = 0.5 * size * (size - 1.0);
            const double of =
                cost[begin] + kOfBlock + inside +
                static_cast<double>(columns) * std::max(kOfUnknown, size + kBesideProducts);
            if (of < cost[begin + size]) {
                cost[begin + size] = of;
                last[begin + size] = size;
            }
        }
    }
    std::vector<std::uint32_t> sizes;
    for (std::size_t end = n; end > 0; end -= last[end]) {
        sizes.push_back(last[end]);
    }
    std::reverse(sizes.begin(), sizes.end());
    return sizes;
}

}  // namespace

Substitution::Substitution(const Order& order, const FactorPlaces& places) : order_{order} {
    const auto n = static_cast<std::uint32_t>(order.size());
    Rows lower(n);
    Rows upper(n);
    for (const FactorPlace& entry : places.entries) {
        if (entry.column < entry.row) {
            lower[entry.row].push_back({entry.column, entry.value});
        } else {
            upper[n - 1 - entry.row].push_back({n - 1 - entry.column, entry.value});
        }
    }
    for (Rows* rows : {&lower, &upper}) {
        for (std::vector<Entry>& row : *rows) {
            std::sort(row.begin(), row.end(),
                      [](const Entry& a, const Entry& b) { return a.unknown < b.unknown; });
        }
    }
    lower_ = add(lower, Half::lower, places);
    upper_ = add(upper, Half::upper, places);
}

std::uint32_t Substitution::row_at(std::uint32_t number, Half half) const noexcept {
    return half == Half::lower ? number : static_cast<std::uint32_t>(order_.size()) - 1 - number;
}

/// Appends columns and values of one half.
std::vector<RowBlock> Substitution::add(const Rows& rows, Half half, const FactorPlaces& places) {
    std::vector<RowBlock> blocks;
    std::vector<std::uint32_t> columns;
    std::uint32_t begin = 0;
    for (const std::uint32_t size : block_sizes(rows)) {
        columns.clear();
        for (std::uint32_t i = begin; i < begin + size; ++i) {
            for (const Entry& entry : rows[i]) {
                if (entry.unknown < begin) {
                    columns.push_back(entry.unknown);
                }
            }
        }
        std::sort(columns.begin(), columns.end());
        columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
        for (const std::uint32_t column : columns) {
            const std::uint32_t row = row_at(column, half);
            columns_.push_back(half == Half::lower ? row : static_cast<std::uint32_t>(order_[row]));
            for (std::uint32_t i = begin; i < begin + size; ++i) {
                add_value(rows[i], column);
            }
        }
        for (std::uint32_t i = begin; i < begin + size; ++i) {
            for (std::uint32_t column = begin; column < i; ++column) {
                add_value(rows[i], column);
            }
            if (half == Half::upper) {
                from_.push_back(places.reciprocals[row_at(i, half)]);
            }
        }
        blocks.push_back({size, static_cast<std::uint32_t>(columns.size())});
        begin += size;
    }
    return blocks;
}

/// The row's factor at this unknown.
void Substitution::add_value(const std::vector<Entry>& row, std::uint32_t unknown) {
    const auto at =
        std::lower_bound(row.begin(), row.end(), unknown,
                         [](const Entry& entry, std::uint32_t u) { return entry.unknown < u; });
    if (at != row.end() && at->unknown == unknown) {
        from_.push_back(at->value);
        return;
    }
    zeros_.push_back(static_cast<std::uint32_t>(from_.size()));
    from_.push_back(0);  // read, then overwritten
}

void Substitution::take(std::span<const double> factors, std::span<double> values) const noexcept {
    for (std::size_t i = 0; i < from_.size(); ++i) {
        values[i] = factors[from_[i]];
    }
    for (const std::uint32_t zero : zeros_) {
        values[zero] = 0.0;
    }
}

void Substitution::solve(const ManySides& kernels, std::span<const double> values, const double* b,
                         double* work, double* x) const noexcept {
    const SubstitutionProgram program{static_cast<std::uint32_t>(order_.size()),
                                      static_cast<std::uint32_t>(lower_.size()),
                                      lower_.data(),
                                      static_cast<std::uint32_t>(upper_.size()),
                                      upper_.data(),
                                      columns_.data(),
                                      order_.data()};
    kernels.substitute(program, values.data(), b, work, x);
}

}  // namespace erbium::math
