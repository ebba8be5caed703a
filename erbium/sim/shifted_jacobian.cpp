// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/shifted_jacobian.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {
namespace {

// Factors without row exchanges are refused beyond this growth of their entries: half of the digits
// are lost then. Reaction systems show growth of order 1.
constexpr double kMostGrowth = 1e8;

// Panels of columns are for factors of a megabyte or two. bench/lu.md
constexpr std::size_t kMostRowsOfPanels = 2500;
constexpr double kMostFlopsOfPanels = 5e7;

math::SparsePattern pattern_of(const MatrixPlan& plan) {
    return std::visit([](const auto& p) { return p.pattern(); }, plan);
}

using Factors = std::variant<math::SmallLu, math::LeftLookingLu, math::SupernodalLu>;

Factors factors_of(const MatrixPlan& plan) {
    if (const auto* small = std::get_if<math::SmallLuPlan>(&plan)) {
        return math::SmallLu{*small};
    }
    if (const auto* middle = std::get_if<math::LeftLookingPlan>(&plan)) {
        return math::LeftLookingLu{*middle};
    }
    return math::SupernodalLu{std::get<math::SupernodePlan>(plan)};
}

}  // namespace

MatrixPlan plan_matrix(const math::SparsePattern& pattern) {
    if (auto small = math::SmallLuPlan::make(pattern)) {
        return std::move(*small);
    }
    if (pattern.size() <= kMostRowsOfPanels) {
        math::LeftLookingPlan plan = math::LeftLookingPlan::make(pattern);
        if (plan.report().flops <= kMostFlopsOfPanels) {
            return plan;
        }
    }
    return math::SupernodePlan::make(pattern);
}

ShiftedJacobian::ShiftedJacobian(const MatrixPlan& plan, std::span<const SpeciesId> algebraic)
    : plan_{plan}, lu_{factors_of(plan_)} {
    if (algebraic.empty()) {
        return;
    }
    const math::SparsePattern pattern = pattern_of(plan_);
    std::vector<std::optional<std::size_t>> row_at(pattern.size());  // by state
    for (const SpeciesId state : algebraic) {
        row_at[state.value] = rows_.size();
        rows_.push_back({.state = state.value});
    }
    for (std::size_t column = 0; column < pattern.size(); ++column) {
        for (auto e = static_cast<std::size_t>(pattern.column_begins[column]);
             e < static_cast<std::size_t>(pattern.column_begins[column + 1]); ++e) {
            const auto row = static_cast<std::size_t>(pattern.row_of_entry[e]);
            if (!row_at[row]) {
                continue;
            }
            AlgebraicRow& of = rows_[*row_at[row]];
            if (row == column) {
                of.diagonal = e;
            } else {
                of.entries.push_back(e);
            }
            if (row_at[column]) {
                of.by_algebraic.push_back(e);
            }
        }
    }
    scaled_jacobian_.resize(pattern.row_of_entry.size());
    scaled_right_.resize(pattern.size());
}

void ShiftedJacobian::scale_rows(std::span<const double> jacobian) {
    std::copy(jacobian.begin(), jacobian.end(), scaled_jacobian_.begin());
    for (AlgebraicRow& row : rows_) {
        double size = 0.0;
        for (const std::size_t e : row.by_algebraic) {
            size = std::max(size, std::fabs(jacobian[e]));
        }
        // With 0 the row, and with it the matrix, is singular: no factor makes it better.
        row.factor = size > 0.0 ? shift_ / size : 1.0;
        for (const std::size_t e : row.entries) {
            scaled_jacobian_[e] *= row.factor;
        }
        scaled_jacobian_[row.diagonal] = row.factor * jacobian[row.diagonal] + shift_;
    }
}

void ShiftedJacobian::scale(std::span<double> right) const noexcept {
    for (const AlgebraicRow& row : rows_) {
        right[row.state] *= row.factor;
    }
}

bool ShiftedJacobian::factor(std::span<const double> jacobian, double shift, bool exchanges_rows) {
    shift_ = shift;
    if (!rows_.empty()) {
        scale_rows(jacobian);
        jacobian = scaled_jacobian_;
    }
    jacobian_ = jacobian;
    exchanges_rows_ = exchanges_rows;
    if (!exchanges_rows) {
        return std::visit([&](auto& lu) { return lu.factor(jacobian.data(), -1.0, shift); }, lu_) <
               kMostGrowth;
    }
    if (!exchanging_) {
        const math::SparsePattern pattern = pattern_of(plan_);
        exchanging_.emplace(pattern, math::minimum_degree_order(pattern));
    }
    return exchanging_->factor(jacobian.data(), -1.0, shift);
}

std::span<const double> ShiftedJacobian::factors() const noexcept {
    if (exchanges_rows_) {
        return {};
    }
    return std::visit([](const auto& lu) { return lu.factors(); }, lu_);
}

void ShiftedJacobian::restore(std::span<const double> factors) {
    exchanges_rows_ = false;
    std::visit([&](auto& lu) { lu.restore(factors); }, lu_);
}

double ShiftedJacobian::backward_error(std::span<const double> b, std::span<const double> x,
                                       std::span<const double> beside) {
    if (!rows_.empty()) {
        std::copy(b.begin(), b.end(), scaled_right_.begin());
        scale(scaled_right_);
        b = scaled_right_;
    }
    const double* const known_to = beside.empty() ? nullptr : beside.data();
    return std::visit(
        [&](auto& lu) {
            return lu.backward_error(jacobian_.data(), -1.0, shift_, b.data(), x.data(), known_to);
        },
        lu_);
}

void ShiftedJacobian::solve(std::span<const double> b, std::span<double> x) {
    if (!rows_.empty()) {
        std::copy(b.begin(), b.end(), scaled_right_.begin());
        scale(scaled_right_);
        b = scaled_right_;
    }
    if (exchanges_rows_) {
        exchanging_->solve(b.data(), x.data());
    } else {
        std::visit([&](auto& lu) { lu.solve(b.data(), x.data()); }, lu_);
    }
}

void ShiftedJacobian::solve_transposed(std::span<const double> b, std::span<double> x) {
    if (exchanges_rows_) {
        exchanging_->solve_transposed(b.data(), x.data());
    } else {
        std::visit([&](auto& lu) { lu.solve_transposed(b.data(), x.data()); }, lu_);
    }
}

}  // namespace erbium::sim
