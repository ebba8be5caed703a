// SPDX-License-Identifier: Apache-2.0
// tests/fit/problems.hpp: objectives with known minima.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "erbium/fit/objective.hpp"

namespace erbium::fit {

/// Sum of squares r(x)^2 / 2 with residuals and their Jacobian given; the curvature is J^T J.
class LeastSquares final : public Objective {
public:
    struct Residuals {
        std::vector<double> r;
        std::vector<double> jacobian;  // residuals x n
    };
    using Function = std::function<Residuals(std::span<const double>)>;

    LeastSquares(std::vector<Coordinate> coordinates, Function function)
        : coordinates_{std::move(coordinates)}, function_{std::move(function)} {}

    [[nodiscard]] std::span<const Coordinate> coordinates() const noexcept override {
        return coordinates_;
    }
    [[nodiscard]] Evaluation evaluate(std::span<const double> x, Need /*need*/) override {
        const Residuals at = function_(x);
        const std::size_t n = coordinates_.size();
        Evaluation result;
        result.value = 0.0;
        result.gradient.assign(n, 0.0);
        result.curvature.assign(n * n, 0.0);
        for (std::size_t k = 0; k < at.r.size(); ++k) {
            result.value += 0.5 * at.r[k] * at.r[k];
            for (std::size_t i = 0; i < n; ++i) {
                result.gradient[i] += at.r[k] * at.jacobian[k * n + i];
                for (std::size_t j = 0; j < n; ++j) {
                    result.curvature[i * n + j] += at.jacobian[k * n + i] * at.jacobian[k * n + j];
                }
            }
        }
        if (!std::isfinite(result.value)) {
            result.failure = "not finite";
            result.value = std::numeric_limits<double>::infinity();
        }
        return result;
    }
    [[nodiscard]] std::unique_ptr<Objective> clone() const override {
        return std::make_unique<LeastSquares>(coordinates_, function_);
    }

private:
    std::vector<Coordinate> coordinates_;
    Function function_;
};

[[nodiscard]] inline std::vector<Coordinate> box(std::size_t n, double lower, double upper) {
    std::vector<Coordinate> coordinates;
    for (std::size_t i = 0; i < n; ++i) {
        coordinates.push_back({"x" + std::to_string(i), lower, upper});
    }
    return coordinates;
}

/// Rosenbrock's valley; minimum 0 at (1, 1).
[[nodiscard]] inline LeastSquares rosenbrock(std::vector<Coordinate> bounds) {
    return {std::move(bounds), [](std::span<const double> x) -> LeastSquares::Residuals {
                return {{10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]}, {-20.0 * x[0], 10.0, -1.0, 0.0}};
            }};
}

/// Powell's singular function; minimum 0 at the origin, where the Jacobian has rank 2.
[[nodiscard]] inline LeastSquares powell(std::vector<Coordinate> bounds) {
    return {std::move(bounds), [](std::span<const double> x) -> LeastSquares::Residuals {
                const double s5 = std::sqrt(5.0);
                const double s10 = std::sqrt(10.0);
                const double a = x[1] - 2.0 * x[2];
                const double b = x[0] - x[3];
                return {{x[0] + 10.0 * x[1], s5 * (x[2] - x[3]), a * a, s10 * b * b},
                        {1.0, 10.0, 0.0, 0.0,          //
                         0.0, 0.0, s5, -s5,            //
                         0.0, 2.0 * a, -4.0 * a, 0.0,  //
                         2.0 * s10 * b, 0.0, 0.0, -2.0 * s10 * b}};
            }};
}

/// Two wells along the first coordinate, the deeper one near -1; a bowl along the others.
[[nodiscard]] inline LeastSquares two_wells(std::vector<Coordinate> bounds) {
    return {std::move(bounds), [](std::span<const double> x) -> LeastSquares::Residuals {
                const std::size_t n = x.size();
                LeastSquares::Residuals at;
                at.r.assign(n + 1, 0.0);
                at.jacobian.assign((n + 1) * n, 0.0);
                at.r[0] = x[0] * x[0] - 1.0;
                at.jacobian[0] = 2.0 * x[0];
                at.r[n] = 0.2 * (x[0] + 1.0);
                at.jacobian[n * n] = 0.2;
                for (std::size_t i = 1; i < n; ++i) {
                    at.r[i] = x[i] - 0.5;
                    at.jacobian[i * n + i] = 1.0;
                }
                return at;
            }};
}

}  // namespace erbium::fit
