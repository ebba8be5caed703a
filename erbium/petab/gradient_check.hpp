// SPDX-License-Identifier: Apache-2.0
// erbium/petab/gradient_check.hpp: holds the gradient of a problem's objective against differences.
// Reads: BoundProblem   Used by: erbium check --derivatives, tests
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "erbium/petab/objective.hpp"

namespace erbium::petab {

/// What parts of a parameter are counted in when it is moved: the number itself, or on a scale of
/// logarithms, and at 0, 1.
[[nodiscard]] double unit_of_move(const BoundProblem& problem, std::size_t coordinate, double x);

/// A derivative by differences, and by how much two lengths of the step disagree.
struct SettledDifference {
    double slope{};        ///< NaN where there is no value near by
    double uncertainty{};  ///< infinite then
};

/// Extrapolated central differences by one coordinate with steps 4e-3, 1e-3, ... 1e-6 of its value,
/// or on a scale of logarithms, until two agree to `wanted`, else the two that agree best: no one
/// length suits all parameters. Counts the values it asks for in `evaluations`.
[[nodiscard]] SettledDifference settled_difference(Objective& objective, std::span<const double> x,
                                                   std::size_t coordinate, double wanted,
                                                   std::size_t& evaluations);

/// What was found for one estimated parameter, on its scale.
struct CheckedSlope {
    std::string name;
    double forward{};
    double adjoint{};
    double difference{};   ///< of values by the solver of single runs
    double uncertainty{};  ///< of the difference
    bool agrees{};
    /// The differences settled to half of what was allowed; when they did not, agreement says
    /// little.
    bool is_decided{};
};

struct GradientCheck {
    std::string failure;  ///< of the objective itself; then there are no slopes
    std::vector<CheckedSlope> slopes;
    std::vector<std::string> fallbacks;  ///< experiments differentiated by differences, and why
    std::size_t evaluations{};           ///< of the objective's value
};

/// The gradient of the objective at x, in forward and adjoint mode over lanes at rtol 1e-8, against
/// differences of values by the solver of single runs at `rtol`. Forward and difference may deviate
/// by 1e-3 of the slope plus 1e-5 of the largest one plus the difference's own uncertainty;
/// forward and adjoint by 1e-6 and 1e-8 of these.
[[nodiscard]] GradientCheck check_gradient(const std::shared_ptr<const BoundProblem>& problem,
                                           std::span<const double> x, double rtol = 1e-10);

}  // namespace erbium::petab
