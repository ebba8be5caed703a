// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/supernodal_lu.hpp"

#include <algorithm>
#include <utility>

#include "erbium/math/backward_error.hpp"

namespace erbium::math {
namespace {

/// Vectors are read whole: up to this many values past the end of the last panel.
constexpr std::size_t kOverrun = 32;

}  // namespace

SupernodalLu::SupernodalLu(SupernodePlan plan, std::optional<Target> target)
    : plan_{std::move(plan)},
      program_{plan_.program()},
      kernels_{&best_kernels(target)},
      values_(plan_.value_count() + kOverrun),
      work_(program_.work_count),
      places_(2 * plan_.size()) {}

double SupernodalLu::factor(const double* entries, double scale, double shift, std::size_t stride) {
    return kernels_->factor_supernodes(program_, entries, static_cast<std::int64_t>(stride), scale,
                                       shift, values_.data(), work_.data(), places_.data());
}

void SupernodalLu::restore(std::span<const double> factors) noexcept {
    std::copy(factors.begin(), factors.end(), values_.begin());
}

void SupernodalLu::solve(const double* b, double* x, std::size_t stride) {
    kernels_->solve_supernodes(program_, values_.data(), b, x, static_cast<std::int64_t>(stride),
                               work_.data());
}

/// Plain loops: the factors of a large matrix are read from memory once, which bounds the time.
void SupernodalLu::solve_transposed(const double* b, double* x, std::size_t stride) {
    double* const work = work_.data();
    const auto row_of = [&](std::size_t i) { return static_cast<std::size_t>(program_.order[i]); };
    for (std::size_t i = 0; i < program_.size; ++i) {
        work[i] = b[row_of(i) * stride];
    }
    // U^T z = b: U's rows right of a block stand in columns of its upper panel.
    for (std::uint32_t node = 0; node < program_.supernode_count; ++node) {
        const Supernode& s = program_.supernodes[node];
        const std::uint64_t lower_stride = panel_stride(std::uint64_t{s.width} + s.row_count);
        const std::uint64_t upper_stride = panel_stride(s.column_count);
        double* const z = work + s.begin;
        for (std::uint32_t p = 0; p < s.width; ++p) {
            const double* const column = values_.data() + s.lower + p * lower_stride;
            double sum = z[p];
            for (std::uint32_t i = 0; i < p; ++i) {
                sum -= column[i] * z[i];
            }
            z[p] = sum * column[p];  // reciprocals stand on the diagonal
            const double* const right = values_.data() + s.upper + p * upper_stride;
            const std::uint32_t* const columns = program_.lists + s.columns;
            for (std::uint32_t c = 0; c < s.column_count; ++c) {
                work[columns[c]] -= right[c] * z[p];
            }
        }
    }
    for (std::uint32_t node = program_.supernode_count; node-- > 0;) {
        const Supernode& s = program_.supernodes[node];
        const std::uint64_t lower_stride = panel_stride(std::uint64_t{s.width} + s.row_count);
        double* const z = work + s.begin;
        const std::uint32_t* const rows = program_.lists + s.rows;
        for (std::uint32_t p = s.width; p-- > 0;) {
            const double* const column = values_.data() + s.lower + p * lower_stride;
            double sum = z[p];
            for (std::uint32_t i = 0; i < s.row_count; ++i) {
                sum -= column[s.width + i] * work[rows[i]];
            }
            for (std::uint32_t i = p + 1; i < s.width; ++i) {
                sum -= column[i] * z[i];
            }
            z[p] = sum;
        }
    }
    for (std::size_t i = 0; i < program_.size; ++i) {
        x[row_of(i) * stride] = work[i];
    }
}

double SupernodalLu::backward_error(const double* entries, double scale, double shift,
                                    const double* b, const double* x, const double* beside) {
    return math::backward_error(plan_.pattern(), entries, scale, shift, b, x, 1, beside,
                                work_.data());
}

}  // namespace erbium::math
