// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/signed_sums.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace erbium::sim {
namespace {

// Fewer terms are added one after another; of more, additions that wait for each other would take
// most of the time.
constexpr std::uint32_t kFew = 8;

/// Of `count` values without weights.
double sum_of(const double* values, const std::uint32_t* indices, std::uint32_t count) noexcept {
    double total = 0.0;
    std::uint32_t i = 0;
    if (count >= kFew) {
        double second = 0.0;
        double third = 0.0;
        double fourth = 0.0;
        for (; i + 4 <= count; i += 4) {
            total += values[indices[i]];
            second += values[indices[i + 1]];
            third += values[indices[i + 2]];
            fourth += values[indices[i + 3]];
        }
        total = (total + second) + (third + fourth);
    }
    for (; i < count; ++i) {
        total += values[indices[i]];
    }
    return total;
}

}  // namespace

SignedSums::SignedSums(const std::vector<std::vector<eqn::Term>>& rows) : row_at_(rows.size()) {
    std::vector<Shape> shape_of(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        Shape& shape = shape_of[r];
        shape.rows = 1;
        for (const eqn::Term& term : rows[r]) {
            ++(term.weight == 1.0 ? shape.plus : term.weight == -1.0 ? shape.minus : shape.others);
        }
    }
    const auto key = [&](std::uint32_t row) {
        const Shape& shape = shape_of[row];
        return std::tuple{shape.plus, shape.minus, shape.others};
    };
    std::iota(row_at_.begin(), row_at_.end(), 0U);
    std::stable_sort(row_at_.begin(), row_at_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    for (std::size_t k = 0; k < row_at_.size(); ++k) {
        const std::uint32_t row = row_at_[k];
        if (k > 0 && key(row) == key(row_at_[k - 1])) {
            ++shapes_.back().rows;
        } else {
            shapes_.push_back(shape_of[row]);
        }
        const auto append = [&](auto is_wanted) {
            for (const eqn::Term& term : rows[row]) {
                if (is_wanted(term.weight)) {
                    indices_.push_back(term.index);
                }
            }
        };
        append([](double w) { return w == 1.0; });
        append([](double w) { return w == -1.0; });
        for (const eqn::Term& term : rows[row]) {
            if (term.weight != 1.0 && term.weight != -1.0) {
                indices_.push_back(term.index);
                weights_.push_back(term.weight);
            }
        }
    }
}

void SignedSums::evaluate(const double* values, double* sums) const noexcept {
    const std::uint32_t* index = indices_.data();
    const double* weight = weights_.data();
    const std::uint32_t* row = row_at_.data();
    for (const Shape& shape : shapes_) {
        const std::uint32_t* const end = row + shape.rows;
        if (shape.plus == 1 && shape.minus == 1 && shape.others == 0) {
            for (; row != end; ++row, index += 2) {
                sums[*row] = values[index[0]] - values[index[1]];
            }
            continue;
        }
        const bool is_long = shape.plus + shape.minus + shape.others >= kFew;
        for (; row != end; ++row) {
            double total = sum_of(values, index, shape.plus);
            index += shape.plus;
            if (is_long) {
                total -= sum_of(values, index, shape.minus);
                index += shape.minus;
            } else {
                for (std::uint32_t i = 0; i < shape.minus; ++i) {
                    total -= values[*index++];
                }
            }
            for (std::uint32_t i = 0; i < shape.others; ++i) {
                total += *weight++ * values[*index++];
            }
            sums[*row] = total;
        }
    }
}

}  // namespace erbium::sim
