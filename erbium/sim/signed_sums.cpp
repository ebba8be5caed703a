// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/signed_sums.hpp"

namespace erbium::sim {
namespace {

// Fewer terms are added one after another; of more, additions that wait for each other would take
// most of the time.
constexpr std::uint32_t kFew = 8;

}  // namespace

void SignedSums::add(std::span<const eqn::Term> terms) {
    const auto append = [&](auto is_wanted) {
        for (const eqn::Term& term : terms) {
            if (is_wanted(term.weight)) {
                indices_.push_back(term.index);
                weights_.push_back(term.weight);
            }
        }
        return static_cast<std::uint32_t>(indices_.size());
    };
    Row row;
    row.plus_end = append([](double w) { return w == 1.0; });
    row.minus_end = append([](double w) { return w == -1.0; });
    row.end = append([](double w) { return w != 1.0 && w != -1.0; });
    rows_.push_back(row);
}

/// Of values without weights.
double SignedSums::sum_of(const double* values, std::uint32_t i, std::uint32_t end) const noexcept {
    double total = 0.0;
    if (end - i >= kFew) {
        double second = 0.0;
        double third = 0.0;
        double fourth = 0.0;
        for (; i + 4 <= end; i += 4) {
            total += values[indices_[i]];
            second += values[indices_[i + 1]];
            third += values[indices_[i + 2]];
            fourth += values[indices_[i + 3]];
        }
        total = (total + second) + (third + fourth);
    }
    for (; i < end; ++i) {
        total += values[indices_[i]];
    }
    return total;
}

void SignedSums::evaluate(const double* values, double* sums) const noexcept {
    std::uint32_t i = 0;
    for (const Row& row : rows_) {
        double total = 0.0;
        if (row.end - i < kFew) {
            for (; i < row.plus_end; ++i) {
                total += values[indices_[i]];
            }
            for (; i < row.minus_end; ++i) {
                total -= values[indices_[i]];
            }
        } else {
            total = sum_of(values, i, row.plus_end);
            total -= sum_of(values, row.plus_end, row.minus_end);
            i = row.minus_end;
        }
        for (; i < row.end; ++i) {
            total += weights_[i] * values[indices_[i]];
        }
        *sums++ = total;
    }
}

}  // namespace erbium::sim
