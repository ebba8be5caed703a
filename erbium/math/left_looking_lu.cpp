// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/left_looking_lu.hpp"

#include <algorithm>
#include <utility>

#include "erbium/math/backward_error.hpp"

namespace erbium::math {
namespace {

/// Solves with the transpose of one half in place, see solve_half in left_looking_kernel.hpp: what
/// a group's unknowns are multiplied with there receives them here.
void solve_half_transposed(const SolveHalf& half, std::uint32_t group_count, const double* values,
                           const double* reciprocals, double* x) noexcept {
    const double* v = values + half.values_end;
    std::size_t terms_end = 0;
    for (std::uint32_t g = 0; g < group_count; ++g) {
        terms_end += half.groups[g].terms;
    }
    const std::uint16_t* unknown = half.unknowns + terms_end;
    for (std::uint32_t g = group_count; g-- > 0;) {
        double* const own = x + std::size_t{g} * kSolveRows;
        const double* const block = v - (kSolveRows - 1) * kSolveRows;
        for (std::uint32_t q = kSolveRows; q-- > 0;) {
            if (reciprocals != nullptr) {
                own[q] *= reciprocals[g * kSolveRows + q];
            }
            for (std::uint32_t i = 0; half.groups[g].has_block && i < q; ++i) {
                own[i] -= block[i * kSolveRows + q] * own[q];
            }
        }
        v = half.groups[g].has_block ? block : v;
        for (std::uint32_t t = 0; t < half.groups[g].terms; ++t) {
            v -= kSolveRows;
            x[*--unknown] -= (v[0] * own[0] + v[1] * own[1]) + (v[2] * own[2] + v[3] * own[3]);
        }
    }
}

}  // namespace

LeftLookingLu::LeftLookingLu(LeftLookingPlan plan, std::optional<Target> target)
    : plan_{std::move(plan)},
      program_{plan_.program()},
      kernels_{&best_kernels(target)},
      values_(program_.value_count),
      work_(std::size_t{kPanelColumns} * program_.slot_count) {}

double LeftLookingLu::factor(const double* entries, double scale, double shift) noexcept {
    return kernels_->factor_left_looking(program_, entries, scale, shift, values_.data(),
                                         work_.data());
}

void LeftLookingLu::solve(const double* b, double* x) noexcept {
    kernels_->solve_left_looking(program_, values_.data(), b, x, work_.data());
}

std::span<const double> LeftLookingLu::factors() const noexcept {
    return std::span<const double>{values_}.first(program_.supernode_values);
}

void LeftLookingLu::restore(std::span<const double> factors) noexcept {
    std::copy(factors.begin(), factors.end(), values_.begin());
}

void LeftLookingLu::solve_transposed(const double* b, double* x) noexcept {
    const std::uint32_t group_count = program_.slot_count / kSolveRows;
    double* const z = work_.data();
    double* const y = z + program_.slot_count;
    std::fill_n(z, 2 * std::size_t{program_.slot_count}, 0.0);  // nothing in slots without a row
    for (std::uint32_t i = 0; i < program_.size; ++i) {
        z[i] = b[program_.row_of_upper[i]];
    }
    solve_half_transposed(program_.upper_half, group_count, values_.data(),
                          values_.data() + program_.slot_reciprocals, z);
    for (std::uint32_t i = 0; i < program_.size; ++i) {
        y[program_.lower_of_upper[i]] = z[i];
    }
    solve_half_transposed(program_.lower_half, group_count, values_.data(), nullptr, y);
    for (std::uint32_t i = 0; i < program_.size; ++i) {
        x[program_.row_of_lower[i]] = y[i];
    }
}

double LeftLookingLu::backward_error(const double* entries, double scale, double shift,
                                     const double* b, const double* x,
                                     const double* beside) noexcept {
    return math::backward_error(plan_.pattern(), entries, scale, shift, b, x, 1, beside,
                                work_.data());
}

}  // namespace erbium::math
