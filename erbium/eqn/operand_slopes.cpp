// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/operand_slopes.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "erbium/eqn/arithmetic.hpp"

namespace erbium::eqn {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Slope of a function of one operand; `f` is its value.
double slope_of_unary(Opcode op, double x, double f) noexcept {
    switch (op) {
        case Opcode::negate:
            return -1.0;
        case Opcode::exp:
            return f;
        case Opcode::log:
            return 1.0 / x;
        case Opcode::log2:
            return std::numbers::log2e / x;
        case Opcode::log10:
            return std::numbers::log10e / x;
        case Opcode::sqrt:
            return 0.5 / f;
        case Opcode::abs:
            return x < 0.0 ? -1.0 : 1.0;
        case Opcode::sin:
            return std::cos(x);
        case Opcode::cos:
            return -std::sin(x);
        case Opcode::tan:
            return 1.0 + f * f;
        case Opcode::asin:
            return 1.0 / std::sqrt(1.0 - x * x);
        case Opcode::acos:
            return -1.0 / std::sqrt(1.0 - x * x);
        case Opcode::atan:
            return 1.0 / (1.0 + x * x);
        case Opcode::sinh:
            return std::cosh(x);
        case Opcode::cosh:
            return std::sinh(x);
        case Opcode::tanh:
            return 1.0 - f * f;
        case Opcode::asinh:
            return 1.0 / std::sqrt(x * x + 1.0);
        case Opcode::acosh:
            return 1.0 / std::sqrt(x * x - 1.0);
        case Opcode::atanh:
            return 1.0 / (1.0 - x * x);
        default:  // sign, side, floor, ceil, rint, logical_not: constant but for their jumps
            return 0.0;
    }
}

}  // namespace

OperandSlopes operand_slopes(Opcode op, double a, double b, double c, double value) noexcept {
    switch (op) {
        case Opcode::add:
            return {1.0, 1.0, 0.0};
        case Opcode::subtract:
            return {1.0, -1.0, 0.0};
        case Opcode::multiply:
            return {b, a, 0.0};
        case Opcode::divide:
            return {1.0 / b, -value / b, 0.0};
        case Opcode::power:
            return {b * std::pow(a, b - 1.0), evaluate(Opcode::power_log, a, b, 0.0), 0.0};
        case Opcode::power_log: {  // a^b ln a
            const double by_a =
                b * evaluate(Opcode::power_log, a, b - 1.0, 0.0) + std::pow(a, b - 1.0);
            return {by_a, a == 0.0 && b > 0.0 ? 0.0 : value * std::log(a), 0.0};
        }
        case Opcode::atan2: {
            const double norm = a * a + b * b;
            return {b / norm, -a / norm, 0.0};
        }
        case Opcode::min:
            return b < a ? OperandSlopes{0.0, 1.0, 0.0} : OperandSlopes{1.0, 0.0, 0.0};
        case Opcode::max:
            return a < b ? OperandSlopes{0.0, 1.0, 0.0} : OperandSlopes{1.0, 0.0, 0.0};
        case Opcode::select:
            return a > 0.5 ? OperandSlopes{0.0, 1.0, 0.0} : OperandSlopes{0.0, 0.0, 1.0};
        case Opcode::mratio:
            return {kNan, kNan, evaluate(Opcode::mratio_slope, a, b, c)};
        case Opcode::mratio_slope:
            return {kNan, kNan, kNan};
        case Opcode::less:
        case Opcode::less_equal:
        case Opcode::equal:
        case Opcode::not_equal:
        case Opcode::logical_and:
        case Opcode::logical_or:
            return {0.0, 0.0, 0.0};
        default:
            return {slope_of_unary(op, a, value), 0.0, 0.0};
    }
}

bool has_slope(Opcode op, int operand) noexcept {
    return op != Opcode::mratio_slope && (op != Opcode::mratio || operand == 2);
}

}  // namespace erbium::eqn
