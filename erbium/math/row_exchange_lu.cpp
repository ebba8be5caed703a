// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/row_exchange_lu.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace erbium::math {
namespace {

// The diagonal is taken while it is this large against the largest candidate: growth of elements
// stays bounded and the order keeps most of its sparsity.
constexpr double kDiagonalPreference = 0.1;

}  // namespace

RowExchangeLu::RowExchangeLu(const SparsePattern& pattern, Order order)
    : column_begins_(pattern.column_begins.begin(), pattern.column_begins.end()),
      row_of_entry_(pattern.row_of_entry.begin(), pattern.row_of_entry.end()),
      order_{std::move(order)},
      pivots_(order_.size()),
      pivot_row_(order_.size()),
      step_of_row_(order_.size()),
      x_(order_.size()),
      is_reached_(order_.size()) {}

/// Depth-first from a row through the columns of L that its value will be spread over.
void RowExchangeLu::reach(std::int32_t start) {
    const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
    if (is_reached_[at(start)] != 0) {
        return;
    }
    const auto visit = [&](std::int32_t row) {
        is_reached_[at(row)] = 1;
        const std::int32_t step = step_of_row_[at(row)];
        visits_.push_back({row, step < 0 ? 0 : lower_begins_[at(step)]});
    };
    visit(start);
    while (!visits_.empty()) {
        Visit& top = visits_.back();
        const std::int32_t step = step_of_row_[at(top.row)];
        if (step >= 0 && top.next < lower_begins_[at(step) + 1]) {
            const std::int32_t below = lower_[top.next++].row;
            if (is_reached_[at(below)] == 0) {
                visit(below);
            }
            continue;
        }
        topological_.push_back(top.row);
        visits_.pop_back();
    }
}

bool RowExchangeLu::factor(const double* entries, double scale, double shift) {
    const std::size_t n = size();
    const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
    lower_.clear();
    upper_.clear();
    lower_begins_.assign(1, 0);
    upper_begins_.assign(1, 0);
    std::fill(step_of_row_.begin(), step_of_row_.end(), -1);
    for (std::size_t k = 0; k < n; ++k) {
        const std::int32_t column = order_[k];
        const auto begin = at(column_begins_[at(column)]);
        const auto end = at(column_begins_[at(column) + 1]);
        topological_.clear();
        for (std::size_t e = begin; e < end; ++e) {
            reach(row_of_entry_[e]);
        }
        reach(column);
        for (std::size_t e = begin; e < end; ++e) {
            x_[at(row_of_entry_[e])] = scale * entries[e];
        }
        x_[at(column)] += shift;
        // From the last reached to the first: each row's value is final when its turn comes.
        std::int32_t best = -1;
        double largest = 0.0;
        bool is_finite = true;
        for (auto row = topological_.rbegin(); row != topological_.rend(); ++row) {
            const double value = x_[at(*row)];
            is_finite = is_finite && std::isfinite(value);
            const std::int32_t step = step_of_row_[at(*row)];
            if (step >= 0) {
                upper_.push_back({step, value});
                for (std::size_t i = lower_begins_[at(step)]; i < lower_begins_[at(step) + 1];
                     ++i) {
                    x_[at(lower_[i].row)] -= lower_[i].value * value;
                }
            }
        }
        for (const std::int32_t row : topological_) {
            const double size_of = std::fabs(x_[at(row)]);
            is_finite = is_finite && std::isfinite(size_of);
            if (step_of_row_[at(row)] < 0 &&
                (size_of > largest || (size_of == largest && size_of > 0.0 && row < best))) {
                largest = size_of;
                best = row;
            }
        }
        if (step_of_row_[at(column)] < 0 && largest > 0.0 &&
            std::fabs(x_[at(column)]) >= kDiagonalPreference * largest) {
            best = column;
        }
        const double pivot = best < 0 ? 0.0 : x_[at(best)];
        for (const std::int32_t row : topological_) {
            if (step_of_row_[at(row)] < 0 && row != best && x_[at(row)] != 0.0) {
                lower_.push_back({row, x_[at(row)] / pivot});
            }
            x_[at(row)] = 0.0;
            is_reached_[at(row)] = 0;
        }
        if (!is_finite || pivot == 0.0) {
            return false;
        }
        pivots_[k] = pivot;
        pivot_row_[k] = best;
        step_of_row_[at(best)] = static_cast<std::int32_t>(k);
        lower_begins_.push_back(lower_.size());
        upper_begins_.push_back(upper_.size());
    }
    return true;
}

void RowExchangeLu::solve(const double* b, double* x) {
    const std::size_t n = size();
    const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
    std::vector<double>& work = x_;
    std::copy(b, b + n, work.begin());
    // L y = P b: y of step k stands in its pivot's row.
    for (std::size_t k = 0; k < n; ++k) {
        const double value = work[at(pivot_row_[k])];
        for (std::size_t i = lower_begins_[k]; i < lower_begins_[k + 1]; ++i) {
            work[at(lower_[i].row)] -= lower_[i].value * value;
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        const double value = work[at(pivot_row_[k])] / pivots_[k];
        work[at(pivot_row_[k])] = value;
        for (std::size_t i = upper_begins_[k]; i < upper_begins_[k + 1]; ++i) {
            work[at(pivot_row_[at(upper_[i].row)])] -= upper_[i].value * value;
        }
    }
    for (std::size_t k = 0; k < n; ++k) {
        x[at(order_[k])] = work[at(pivot_row_[k])];
    }
    std::fill(work.begin(), work.end(), 0.0);
}

/// The steps of solve(), each transposed, last first.
void RowExchangeLu::solve_transposed(const double* b, double* x) {
    const std::size_t n = size();
    const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
    std::vector<double>& work = x_;
    for (std::size_t k = 0; k < n; ++k) {
        work[at(pivot_row_[k])] = b[at(order_[k])];
    }
    for (std::size_t k = 0; k < n; ++k) {
        double value = work[at(pivot_row_[k])];
        for (std::size_t i = upper_begins_[k]; i < upper_begins_[k + 1]; ++i) {
            value -= upper_[i].value * work[at(pivot_row_[at(upper_[i].row)])];
        }
        work[at(pivot_row_[k])] = value / pivots_[k];
    }
    for (std::size_t k = n; k-- > 0;) {
        double value = work[at(pivot_row_[k])];
        for (std::size_t i = lower_begins_[k]; i < lower_begins_[k + 1]; ++i) {
            value -= lower_[i].value * work[at(lower_[i].row)];
        }
        work[at(pivot_row_[k])] = value;
    }
    std::copy(work.begin(), work.end(), x);
    std::fill(work.begin(), work.end(), 0.0);
}

}  // namespace erbium::math
