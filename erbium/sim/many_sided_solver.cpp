// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/many_sided_solver.hpp"

#include <algorithm>

namespace erbium::sim {
namespace {

std::variant<math::Substitution, math::SupernodePlan> way_of(const MatrixPlan& plan) {
    if (const auto* small = std::get_if<math::SmallLuPlan>(&plan)) {
        return math::Substitution{small->order(), small->factor_places()};
    }
    if (const auto* middle = std::get_if<math::LeftLookingPlan>(&plan)) {
        return math::Substitution{middle->order(), middle->factor_places()};
    }
    return std::get<math::SupernodePlan>(plan);
}

}  // namespace

ManySidedSolver::ManySidedSolver(const MatrixPlan& plan) : by_{way_of(plan)} {}

std::size_t ManySidedSolver::value_count() const noexcept {
    return std::visit([](const auto& way) { return way.value_count(); }, by_);
}

void ManySidedSolver::take(std::span<const double> factors,
                           std::span<double> values) const noexcept {
    if (const auto* substitution = std::get_if<math::Substitution>(&by_)) {
        substitution->take(factors, values);
    } else {
        std::copy_n(factors.begin(), values.size(), values.begin());
    }
}

void ManySidedSolver::solve(const math::ManySides& kernels, std::span<const double> values,
                            const double* b, double* work, double* x) const noexcept {
    if (const auto* substitution = std::get_if<math::Substitution>(&by_)) {
        substitution->solve(kernels, values, b, work, x);
    } else {
        kernels.solve_supernodes(std::get<math::SupernodePlan>(by_).program(), values.data(), b,
                                 work, x);
    }
}

}  // namespace erbium::sim
