// SPDX-License-Identifier: Apache-2.0
// erbium/sim/rosenbrock_tableau.hpp: coefficients of the one-step methods for stiff systems.
// Used by: sim::LaneIntegrator, and the plain scalar step that the tests hold it against
#pragma once

#include <array>
#include <string_view>

namespace erbium::sim {

/// A stiffly accurate Rosenbrock method with s stages, in the form that needs no product with J
/// (Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.7):
///
///   (I / (h gamma) - J) k_i = f(t + alpha_i h, Y_i) + 1/h sum_{j<i} c_ij k_j + h d_i df/dt
///   Y_i = y + sum_{j<i} a_ij k_j,     y_new = Y_s + k_s,     error estimate = k_s
///
/// with J and df/dt at (t, y). Between the ends of a step, at t + theta h,
///
///   y(theta) = (1 - theta) y + theta (y_new + (1 - theta) (p_1 + theta (p_2 + theta p_3 ...)))
///   p_m = sum_j dense_mj k_j
struct RosenbrockTableau {
    static constexpr int kMaxStages = 8;
    static constexpr int kMaxDense = 3;
    using Row = std::array<double, kMaxStages>;

    std::string_view name;
    int stages{};
    int order{};
    int error_order{};  ///< of the embedded solution; the estimate is O(h^(error_order + 1))
    int dense_terms{};
    double gamma{};
    Row alpha{};
    Row d{};
    std::array<Row, kMaxStages> a{};
    std::array<Row, kMaxStages> c{};
    std::array<Row, kMaxDense> dense{};
};

/// Order 4(3), 6 stages, L-stable; dense output of order 3. RODAS of Hairer and Wanner, 1996.
[[nodiscard]] const RosenbrockTableau& rodas4() noexcept;

/// Order 5(4), 8 stages, L-stable, no loss of order on Prothero and Robinson's problem; dense
/// output of order 4. Steinebach, BIT Numer Math 63 (2023) 27.
[[nodiscard]] const RosenbrockTableau& rodas5p() noexcept;

/// Weights w of y(theta) = y + sum_j w_j k_j between the ends of a step.
[[nodiscard]] RosenbrockTableau::Row dense_weights(const RosenbrockTableau& tableau,
                                                   double theta) noexcept;
/// Their derivatives by theta.
[[nodiscard]] RosenbrockTableau::Row dense_weight_slopes(const RosenbrockTableau& tableau,
                                                         double theta) noexcept;

}  // namespace erbium::sim
