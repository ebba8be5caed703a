// SPDX-License-Identifier: Apache-2.0
// erbium/sim/esdirk_tableau.hpp: coefficients of the diagonally implicit method.
// Used by: sim::EsdirkIntegrator
#pragma once

#include <array>
#include <string_view>

namespace erbium::sim {

/// A stiffly accurate Runge-Kutta method with one implicit coefficient gamma and an explicit first
/// stage, which is the last one of the step before:
///
///   k_1 = f(t, y),   k_i = f(t + c_i h, Y_i),   Y_i = y + h (sum_{j<i} a_ij k_j + gamma k_i)
///   y_new = Y_s,     error estimate = h sum_j e_j k_j
///
/// Between the ends of a step, at t + theta h,
///
///   y(theta) = y + h sum_j (dense_1j theta + dense_2j theta^2 + dense_3j theta^3) k_j
struct EsdirkTableau {
    static constexpr int kStages = 6;
    static constexpr int kDense = 3;
    using Row = std::array<double, kStages>;

    std::string_view name;
    int order{};
    int error_order{};  ///< of the embedded solution; the estimate is O(h^(error_order + 1))
    double gamma{};
    Row c{};
    std::array<Row, kStages> a{};  ///< below the diagonal
    Row error{};                   ///< weights minus those of the embedded solution
    std::array<Row, kDense> dense{};
};

/// The implicit part of ARK4(3)6L[2]SA: order 4(3), L-stable, every implicit stage of order 2,
/// dense output of order 3. Kennedy, Carpenter, Appl Numer Math 44 (2003) 139.
[[nodiscard]] const EsdirkTableau& esdirk4() noexcept;

}  // namespace erbium::sim
