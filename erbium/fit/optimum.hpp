// SPDX-License-Identifier: Apache-2.0
// erbium/fit/optimum.hpp: how a local search is asked for, and what it gives.
// Used by: trust_region, quasi_newton, multi_start, profile
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/fit/objective.hpp"

namespace erbium::fit {

struct SearchOptions {
    std::size_t max_iterations{300};
    /// Ends when no coordinate of the projected gradient x - P(x - g) is larger.
    double gradient_tolerance{1e-5};
    /// Ends when an accepted step promised and brought less than this times max(1, |value|): well
    /// above what integration at rtol 1e-8 leaves undetermined.
    double value_tolerance{1e-8};
    double step_tolerance{1e-9};  ///< ends when a step is shorter
    double first_radius{1.0};     ///< of the trust region, in units of the coordinates
    /// Looked at between evaluations; a search that is told to stop gives the best point so far.
    const std::atomic<bool>* stop{};
};

enum class Ending : std::uint8_t {
    gradient,        ///< the projected gradient is small
    value,           ///< the value no longer falls
    step,            ///< the steps became too short
    max_iterations,  ///< not converged
    stopped,         ///< from outside
    failed           ///< no finite value at the start
};
[[nodiscard]] std::string_view name(Ending ending) noexcept;
[[nodiscard]] constexpr bool is_converged(Ending ending) noexcept {
    return ending == Ending::gradient || ending == Ending::value || ending == Ending::step;
}

struct Optimum {
    std::vector<double> x;
    double value{std::numeric_limits<double>::infinity()};
    std::vector<double> gradient;
    Ending ending{Ending::failed};
    std::string failure;  ///< the reason of Ending::failed
    std::size_t iterations{};
    std::size_t evaluations{};  ///< of the value; those with derivatives included
    std::size_t derivatives{};  ///< evaluations with derivatives
};

/// Largest coordinate of x - P(x - gradient), P projecting into the bounds: 0 exactly at a
/// stationary point of the bounded problem.
[[nodiscard]] double projected_gradient(std::span<const Coordinate> bounds,
                                        std::span<const double> x,
                                        std::span<const double> gradient) noexcept;

/// The nearest point inside the bounds.
void project(std::span<const Coordinate> bounds, std::span<double> x) noexcept;

/// Bounded Gauss-Newton: each step minimises the quadratic model (gradient, Fisher information)
/// inside a ball around the point and inside the bounds. The subproblem in the ball is solved
/// exactly (More and Sorensen 1983, doi:10.1137/0904038); coordinates that meet a bound stay there
/// and the others are solved for again. What the Fisher information leaves out of the Hessian is
/// estimated from the gradients (NL2SOL), and used while it foretells the gains better. For sums of
/// squares and log likelihoods.
[[nodiscard]] Optimum minimise_trust_region(Objective& objective, std::span<const double> start,
                                            const SearchOptions& options = {});

/// Bounded quasi-Newton of limited memory: the two-loop recursion over the coordinates that are not
/// held by a bound, then a line search along the projected path (Bertsekas 1982,
/// doi:10.1137/0320018; Nocedal 1980). Needs gradients only; for anything smooth.
[[nodiscard]] Optimum minimise_quasi_newton(Objective& objective, std::span<const double> start,
                                            const SearchOptions& options = {});

}  // namespace erbium::fit
