// SPDX-License-Identifier: Apache-2.0
// erbium/fit/objective.hpp: what estimation minimises, whatever stands behind it.
// Used by: fit (optimisers, profiles, samplers), petab
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace erbium::fit {

/// How much of an evaluation is wanted; each includes those before it.
enum class Need : std::uint8_t { value, gradient, curvature };

/// One coordinate of the search, on the scale on which it is searched.
struct Coordinate {
    std::string name;
    double lower{-std::numeric_limits<double>::infinity()};
    double upper{std::numeric_limits<double>::infinity()};
    double nominal{std::numeric_limits<double>::quiet_NaN()};  ///< NaN: none is known
};

/// An objective at one point. A failure (of a simulation, say) is an infinite value with a reason,
/// never a small one.
struct Evaluation {
    double value{std::numeric_limits<double>::infinity()};
    std::vector<double> gradient;   ///< n
    std::vector<double> curvature;  ///< n x n, row-major, positive semidefinite: Fisher information
    std::string failure;            ///< why the value is infinite; empty when it is finite

    [[nodiscard]] bool ok() const noexcept { return failure.empty(); }
};

/// A function of n coordinates to be minimised inside its bounds: a negative log posterior or
/// likelihood, up to nothing (constants count, so that values of programs can be compared).
/// One object serves one thread.
class Objective {
public:
    Objective() = default;
    Objective(const Objective&) = default;
    Objective& operator=(const Objective&) = default;
    virtual ~Objective() = default;

    [[nodiscard]] virtual std::span<const Coordinate> coordinates() const noexcept = 0;
    /// Precondition: x has a value for each coordinate. The same x gives the same bits, whatever
    /// was evaluated before.
    [[nodiscard]] virtual Evaluation evaluate(std::span<const double> x, Need need) = 0;
    /// Another one for another thread.
    [[nodiscard]] virtual std::unique_ptr<Objective> clone() const = 0;
};

}  // namespace erbium::fit
