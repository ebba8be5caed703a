// SPDX-License-Identifier: Apache-2.0
#include "erbium/petab/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace erbium::petab {
namespace {

constexpr double kLanesRtol = 1e-8;
constexpr double kRelative = 1e-3;
constexpr double kOfLargest = 1e-5;
constexpr double kAdjointRelative = 1e-6;
constexpr double kAdjointOfLargest = 1e-8;

double largest_of(std::span<const double> values) {
    double largest = 0.0;
    for (const double value : values) {
        largest = std::max(largest, std::fabs(value));
    }
    return largest;
}

}  // namespace

double unit_of_move(const BoundProblem& problem, std::size_t coordinate, double x) {
    const Scale scale = problem.problem.parameters[problem.estimated[coordinate]].scale;
    return scale == Scale::linear && x != 0.0 ? std::fabs(x) : 1.0;
}

SettledDifference settled_difference(Objective& objective, std::span<const double> x,
                                     std::size_t coordinate, double wanted,
                                     std::size_t& evaluations) {
    SettledDifference best{std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()};
    std::vector<double> moved{x.begin(), x.end()};
    const double unit = unit_of_move(objective.problem(), coordinate, x[coordinate]);
    const auto value_at = [&](double step) {
        moved[coordinate] = x[coordinate] + step * unit;
        ++evaluations;
        return objective.evaluate(moved, fit::Need::value).value;
    };
    double last = std::numeric_limits<double>::quiet_NaN();
    double last_slope = last;
    for (double h = 4e-3; h > 5e-7 && !(best.uncertainty <= wanted); h /= 4.0) {
        const double central = (value_at(h) - value_at(-h)) / (2.0 * h * unit);
        const double slope = (16.0 * central - last) / 15.0;
        if (const double change = std::fabs(slope - last_slope); change < best.uncertainty) {
            best = {slope, change};
        }
        last = central;
        last_slope = slope;
    }
    return best;
}

GradientCheck check_gradient(const std::shared_ptr<const BoundProblem>& problem,
                             std::span<const double> x, double rtol) {
    GradientCheck check;
    SimulatorOptions options;
    options.lanes_rtol = kLanesRtol;
    const Slopes forward = Objective{problem, options}.slopes(x);
    options.adjoint_from = 1;
    const ObjectiveGradient adjoint = Objective{problem, options}.gradient(x);
    check.failure = forward.failure.empty() ? adjoint.failure : forward.failure;
    if (!check.failure.empty()) {
        return check;
    }
    check.fallbacks = forward.fallbacks;
    for (const std::string& one : adjoint.fallbacks) {
        if (std::find(check.fallbacks.begin(), check.fallbacks.end(), one) ==
            check.fallbacks.end()) {
            check.fallbacks.push_back(one);
        }
    }
    options = {};
    options.integration = Integration::reference;
    options.solver.tolerances.rtol = rtol;
    Objective reference{problem, options};
    const double largest = largest_of(forward.objective);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double slope = forward.objective[i];
        const double allowed = kRelative * std::fabs(slope) + kOfLargest * largest;
        const SettledDifference by_difference =
            settled_difference(reference, x, i, 0.1 * allowed, check.evaluations);
        const double deviation = std::fabs(slope - by_difference.slope);
        const double between = std::fabs(slope - adjoint.values[i]);
        check.slopes.push_back(
            {.name = reference.coordinates()[i].name,
             .forward = slope,
             .adjoint = adjoint.values[i],
             .difference = by_difference.slope,
             .uncertainty = by_difference.uncertainty,
             // NaN agrees with nothing.
             .agrees = deviation <= allowed + by_difference.uncertainty &&
                       between <= kAdjointRelative * std::fabs(slope) + kAdjointOfLargest * largest,
             .is_decided = by_difference.uncertainty <= 0.5 * allowed});
    }
    return check;
}

}  // namespace erbium::petab
