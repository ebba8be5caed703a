// SPDX-License-Identifier: Apache-2.0
// tests/eqn/operand_slopes_test.cpp: slopes of operations against differences, complex steps, and
// the limits that they promise.
#include "erbium/eqn/operand_slopes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <functional>
#include <vector>

#include "erbium/eqn/arithmetic.hpp"
#include "near.hpp"

namespace erbium::eqn {
namespace {

struct Point {
    Opcode op{};
    std::array<double, 3> x{};
};

double slope(Opcode op, const std::array<double, 3>& x, int operand) {
    const OperandSlopes of = operand_slopes(op, x[0], x[1], x[2], evaluate(op, x[0], x[1], x[2]));
    return operand == 0 ? of.a : (operand == 1 ? of.b : of.c);
}

TEST(OperandSlopes, AreCentralDifferencesWhereThoseAreSmooth) {
    const std::vector<Point> points{
        {Opcode::negate, {0.3}},
        {Opcode::add, {0.3, -2.0}},
        {Opcode::subtract, {0.3, 2.0}},
        {Opcode::multiply, {0.3, -2.0}},
        {Opcode::divide, {0.3, -2.0}},
        {Opcode::power, {1.7, 2.3}},
        {Opcode::power, {0.2, -1.5}},
        {Opcode::power_log, {1.7, 2.3}},
        {Opcode::power_log, {0.3, 1.2}},
        {Opcode::exp, {1.1}},
        {Opcode::log, {0.4}},
        {Opcode::log2, {0.4}},
        {Opcode::log10, {7.0}},
        {Opcode::sqrt, {2.0}},
        {Opcode::abs, {-0.4}},
        {Opcode::abs, {0.4}},
        {Opcode::sin, {0.9}},
        {Opcode::cos, {0.9}},
        {Opcode::tan, {0.9}},
        {Opcode::asin, {0.4}},
        {Opcode::acos, {0.4}},
        {Opcode::atan, {-1.3}},
        {Opcode::sinh, {0.7}},
        {Opcode::cosh, {0.7}},
        {Opcode::tanh, {0.7}},
        {Opcode::asinh, {0.7}},
        {Opcode::acosh, {1.7}},
        {Opcode::atanh, {0.3}},
        {Opcode::atan2, {0.3, -0.8}},
        {Opcode::min, {0.3, 0.8}},
        {Opcode::max, {0.3, 0.8}},
        {Opcode::min, {1.3, 0.8}},
        {Opcode::max, {1.3, 0.8}},
        {Opcode::select, {1.0, 0.3, 0.7}},
        {Opcode::select, {0.0, 0.3, 0.7}},
        {Opcode::less, {0.3, 0.8}},
        {Opcode::floor, {0.3}},
        {Opcode::mratio, {2.0, 3.0, -0.7}},
    };
    for (const Point& point : points) {
        for (int operand = 0; operand < 3; ++operand) {
            if (!has_slope(point.op, operand)) {
                EXPECT_TRUE(std::isnan(slope(point.op, point.x, operand)));
                continue;
            }
            const auto at = [&](double by) {
                std::array<double, 3> x = point.x;
                x[static_cast<std::size_t>(operand)] += by;
                return evaluate(point.op, x[0], x[1], x[2]);
            };
            const double h = 1e-3;  // Richardson's: an error of h^4
            const double difference =
                (8.0 * (at(0.5 * h) - at(-0.5 * h)) - (at(h) - at(-h))) / (6.0 * h);
            EXPECT_TRUE(near_rel(slope(point.op, point.x, operand), difference, 1e-9, 1e-10))
                << "operation " << static_cast<int>(point.op) << ", operand " << operand;
        }
    }
}

TEST(OperandSlopes, AreComplexStepsToRounding) {
    using Complex = std::complex<double>;
    struct Analytic {
        Opcode op{};
        std::function<Complex(Complex)> function;
        double x{};
    };
    const std::vector<Analytic> functions{
        {Opcode::exp, [](Complex z) { return std::exp(z); }, 0.8},
        {Opcode::log, [](Complex z) { return std::log(z); }, 0.8},
        {Opcode::sqrt, [](Complex z) { return std::sqrt(z); }, 0.8},
        {Opcode::sin, [](Complex z) { return std::sin(z); }, 0.8},
        {Opcode::cos, [](Complex z) { return std::cos(z); }, 0.8},
        {Opcode::tanh, [](Complex z) { return std::tanh(z); }, 0.8},
        {Opcode::atan, [](Complex z) { return std::atan(z); }, 0.8},
        {Opcode::asinh, [](Complex z) { return std::asinh(z); }, 0.8},
    };
    for (const Analytic& f : functions) {
        const double exact = f.function(Complex{f.x, 1e-30}).imag() / 1e-30;
        EXPECT_TRUE(near_rel(slope(f.op, {f.x}, 0), exact, 1e-15))
            << "operation " << static_cast<int>(f.op);
    }
    const double by_base = std::pow(Complex{1.7, 1e-30}, 2.3).imag() / 1e-30;
    const double by_exponent = std::pow(Complex{1.7, 0.0}, Complex{2.3, 1e-30}).imag() / 1e-30;
    EXPECT_TRUE(near_rel(slope(Opcode::power, {1.7, 2.3}, 0), by_base, 1e-14));
    EXPECT_TRUE(near_rel(slope(Opcode::power, {1.7, 2.3}, 1), by_exponent, 1e-14));
}

TEST(OperandSlopes, HaveTheLimitsFromTheRightAtZero) {
    EXPECT_EQ(slope(Opcode::power, {0.0, 2.5}, 0), 0.0);
    EXPECT_EQ(slope(Opcode::power, {0.0, 1.0}, 0), 1.0);
    EXPECT_TRUE(std::isinf(slope(Opcode::power, {0.0, 0.5}, 0)));
    EXPECT_EQ(slope(Opcode::power, {0.0, 2.5}, 1), 0.0);
    EXPECT_EQ(slope(Opcode::abs, {0.0}, 0), 1.0);
    EXPECT_EQ(slope(Opcode::power_log, {0.0, 2.5}, 0), 0.0);
    EXPECT_EQ(slope(Opcode::power_log, {0.0, 2.5}, 1), 0.0);
}

}  // namespace
}  // namespace erbium::eqn
