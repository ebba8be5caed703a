// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/small_lu.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "erbium/math/backward_error.hpp"
#include "erbium/math/ordering.hpp"

namespace erbium::math {
namespace {

// Finding Markowitz' order costs the third power of the size.
constexpr std::size_t kMostRows = 1500;

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

}  // namespace

std::optional<SmallLuPlan> SmallLuPlan::make(const SparsePattern& pattern) {
    const std::size_t n = pattern.size();
    if (n > kMostRows || pattern.entry_count() > kMostUpdates) {
        return std::nullopt;
    }
    auto tables = std::make_shared<Tables>();
    tables->order = markowitz_order(pattern);
    BitMatrix rows = permuted_rows(pattern, tables->order);
    fill_in(rows);

    std::vector<std::vector<std::uint32_t>> below(n);  // rows of each column of L
    std::vector<std::vector<std::uint32_t>> right(n);  // columns of each row of U
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = rows.next(i, 0); j < n; j = rows.next(i, j + 1)) {
            if (j < i) {
                below[j].push_back(narrow(i));
            } else if (j > i) {
                right[i].push_back(narrow(j));
            }
        }
    }
    std::size_t updates = 0;
    for (std::size_t p = 0; p < n; ++p) {
        updates += below[p].size() * right[p].size();
        SmallLuPivot pivot{narrow(tables->value_count), narrow(tables->places.size()),
                           narrow(below[p].size()), narrow(right[p].size())};
        tables->pivots.push_back(pivot);
        tables->places.insert(tables->places.end(), below[p].begin(), below[p].end());
        tables->places.insert(tables->places.end(), right[p].begin(), right[p].end());
        tables->value_count += 1 + below[p].size() + right[p].size();
    }
    if (updates > kMostUpdates) {
        return std::nullopt;
    }
    const auto value_at = [&](std::uint32_t row, std::uint32_t column) {
        const std::uint32_t p = std::min(row, column);
        const SmallLuPivot& pivot = tables->pivots[p];
        if (row == column) {
            return pivot.values;
        }
        const std::vector<std::uint32_t>& list = row > column ? below[p] : right[p];
        const std::uint32_t place = std::max(row, column);
        const auto at = std::lower_bound(list.begin(), list.end(), place) - list.begin();
        return pivot.values + 1 + static_cast<std::uint32_t>(at) +
               (row > column ? 0U : pivot.lower);
    };
    tables->updates.reserve(updates);
    for (std::size_t p = 0; p < n; ++p) {
        for (const std::uint32_t row : below[p]) {
            for (const std::uint32_t column : right[p]) {
                tables->updates.push_back(value_at(row, column));
            }
        }
    }
    std::vector<std::uint32_t> place_of(n);
    for (std::size_t p = 0; p < n; ++p) {
        place_of[static_cast<std::size_t>(tables->order[p])] = narrow(p);
    }
    for (std::size_t j = 0; j < n; ++j) {
        for (auto e = static_cast<std::size_t>(pattern.column_begins[j]);
             e < static_cast<std::size_t>(pattern.column_begins[j + 1]); ++e) {
            const auto row = static_cast<std::size_t>(pattern.row_of_entry[e]);
            tables->value_of_entry.push_back(value_at(place_of[row], place_of[j]));
        }
    }
    for (std::uint32_t p = 0; p < n; ++p) {
        const SmallLuPivot& pivot = tables->pivots[p];
        tables->factor_places.reciprocals.push_back(pivot.values);
        for (std::uint32_t i = 0; i < pivot.lower; ++i) {
            tables->factor_places.entries.push_back({below[p][i], p, pivot.values + 1 + i});
        }
        for (std::uint32_t j = 0; j < pivot.upper; ++j) {
            tables->factor_places.entries.push_back(
                {p, right[p][j], pivot.values + 1 + pivot.lower + j});
        }
    }
    tables->column_begins.assign(pattern.column_begins.begin(), pattern.column_begins.end());
    tables->row_of_entry.assign(pattern.row_of_entry.begin(), pattern.row_of_entry.end());
    return SmallLuPlan{std::move(tables)};
}

SmallLu::SmallLu(SmallLuPlan plan)
    : plan_{std::move(plan)}, values_(plan_.tables().value_count), work_(2 * plan_.size()) {}

double SmallLu::factor(const double* entries, double scale, double shift) noexcept {
    const SmallLuPlan::Tables& t = plan_.tables();
    double* const v = values_.data();
    std::fill(values_.begin(), values_.end(), 0.0);
    double largest_entry = std::fabs(shift);
    for (std::size_t e = 0; e < t.value_of_entry.size(); ++e) {
        const double value = scale * entries[e];
        const double size = std::fabs(value);
        largest_entry = size > largest_entry ? size : largest_entry;
        v[t.value_of_entry[e]] = value;
    }
    for (const SmallLuPivot& pivot : t.pivots) {
        v[pivot.values] += shift;
    }
    double largest = 0.0;
    const std::uint32_t* to = t.updates.data();
    for (const SmallLuPivot& pivot : t.pivots) {
        double* const lower = v + pivot.values + 1;
        const double* const upper = lower + pivot.lower;
        double size = std::fabs(v[pivot.values]);
        largest = size > largest ? size : largest;
        for (std::uint32_t j = 0; j < pivot.upper; ++j) {
            size = std::fabs(upper[j]);
            largest = size > largest ? size : largest;
        }
        const double reciprocal = 1.0 / v[pivot.values];
        v[pivot.values] = reciprocal;
        for (std::uint32_t i = 0; i < pivot.lower; ++i) {
            const double l = lower[i] * reciprocal;
            lower[i] = l;
            for (std::uint32_t j = 0; j < pivot.upper; ++j) {
                v[to[j]] -= l * upper[j];
            }
            to += pivot.upper;
        }
    }
    return largest / largest_entry;
}

void SmallLu::restore(std::span<const double> factors) noexcept {
    std::copy(factors.begin(), factors.end(), values_.begin());
}

void SmallLu::solve(const double* b, double* x) noexcept {
    const SmallLuPlan::Tables& t = plan_.tables();
    const std::size_t n = t.pivots.size();
    double* const y = work_.data();
    const double* const v = values_.data();
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = b[t.order[i]];
    }
    for (std::size_t p = 0; p < n; ++p) {
        const SmallLuPivot& pivot = t.pivots[p];
        const double* const lower = v + pivot.values + 1;
        const std::uint32_t* const rows = t.places.data() + pivot.places;
        const double yp = y[p];
        for (std::uint32_t i = 0; i < pivot.lower; ++i) {
            y[rows[i]] -= lower[i] * yp;
        }
    }
    for (std::size_t p = n; p-- > 0;) {
        const SmallLuPivot& pivot = t.pivots[p];
        const double* const upper = v + pivot.values + 1 + pivot.lower;
        const std::uint32_t* const columns = t.places.data() + pivot.places + pivot.lower;
        double sum = y[p];
        for (std::uint32_t j = pivot.upper; j-- > 0;) {  // what was found last comes last
            sum -= upper[j] * y[columns[j]];
        }
        y[p] = sum * v[pivot.values];
    }
    for (std::size_t i = 0; i < n; ++i) {
        x[t.order[i]] = y[i];
    }
}

void SmallLu::solve_transposed(const double* b, double* x) noexcept {
    const SmallLuPlan::Tables& t = plan_.tables();
    const std::size_t n = t.pivots.size();
    double* const y = work_.data();
    const double* const v = values_.data();
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = b[t.order[i]];
    }
    for (std::size_t p = 0; p < n; ++p) {
        const SmallLuPivot& pivot = t.pivots[p];
        const double* const upper = v + pivot.values + 1 + pivot.lower;
        const std::uint32_t* const columns = t.places.data() + pivot.places + pivot.lower;
        y[p] *= v[pivot.values];
        const double yp = y[p];
        for (std::uint32_t j = 0; j < pivot.upper; ++j) {
            y[columns[j]] -= upper[j] * yp;
        }
    }
    for (std::size_t p = n; p-- > 0;) {
        const SmallLuPivot& pivot = t.pivots[p];
        const double* const lower = v + pivot.values + 1;
        const std::uint32_t* const rows = t.places.data() + pivot.places;
        double sum = y[p];
        for (std::uint32_t i = 0; i < pivot.lower; ++i) {
            sum -= lower[i] * y[rows[i]];
        }
        y[p] = sum;
    }
    for (std::size_t i = 0; i < n; ++i) {
        x[t.order[i]] = y[i];
    }
}

double SmallLu::backward_error(const double* entries, double scale, double shift, const double* b,
                               const double* x, const double* beside) noexcept {
    return math::backward_error(plan_.pattern(), entries, scale, shift, b, x, 1, beside,
                                work_.data());
}

}  // namespace erbium::math
