// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/left_looking_lu.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "erbium/math/backward_error.hpp"

namespace erbium::math {
namespace {

/// Groups of one column times x, in eight sums.
double product(const LeftLookingProgram& program, std::uint32_t begin, std::uint32_t end,
               const double* values, const double* x) noexcept {
    std::array<double, kPanelColumns> sums{};
    for (std::uint32_t g = begin; g < end; ++g) {
        const double* const value = values + std::size_t{g} * kPanelColumns;
        const double* const xg = x + program.groups[g];
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] += value[i] * xg[i];
        }
    }
    double sum = 0.0;
    for (const double part : sums) {
        sum += part;
    }
    return sum;
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
    const double* const v = values_.data();
    double* const z = work_.data();
    double* const y = z + program_.slot_count;
    std::fill_n(z, 2 * std::size_t{program_.slot_count}, 0.0);  // nothing in slots without a row
    for (std::uint32_t j = 0; j < program_.size; ++j) {
        const SolveColumn& column = program_.columns[j];
        const double sum =
            b[program_.order[j]] - product(program_, column.upper_begin, column.upper_end, v, z);
        z[column.upper_slot] = sum * v[program_.reciprocals + j];
    }
    for (std::uint32_t j = program_.size; j-- > 0;) {
        const SolveColumn& column = program_.columns[j];
        y[column.lower_slot] =
            z[column.upper_slot] - product(program_, column.lower_begin, column.lower_end, v, y);
    }
    for (std::uint32_t j = 0; j < program_.size; ++j) {
        x[program_.order[j]] = y[program_.columns[j].lower_slot];
    }
}

double LeftLookingLu::backward_error(const double* entries, double scale, double shift,
                                     const double* b, const double* x,
                                     const double* beside) noexcept {
    return math::backward_error(plan_.pattern(), entries, scale, shift, b, x, 1, beside,
                                work_.data());
}

}  // namespace erbium::math
