// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/arithmetic.hpp"

#include <cmath>
#include <limits>

#include "erbium/net/kummer.hpp"

namespace erbium::eqn {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double truth(bool is_true, double a, double b) noexcept {
    if (std::isnan(a) || std::isnan(b)) {
        return kNan;
    }
    return is_true ? 1.0 : 0.0;
}

double smaller(double a, double b) noexcept {
    return std::isnan(a) || std::isnan(b) ? kNan : (b < a ? b : a);
}

double larger(double a, double b) noexcept {
    return std::isnan(a) || std::isnan(b) ? kNan : (b > a ? b : a);
}

double sign_of(double a) noexcept {
    return std::isnan(a) ? kNan : (a < 0.0 ? -1.0 : (a > 0.0 ? 1.0 : 0.0));
}

double side_of(double a) noexcept {
    return std::isnan(a) ? kNan : (a < 0.0 ? -1.0 : 1.0);
}

double power_times_log(double a, double b) noexcept {
    return a == 0.0 && b > 0.0 ? 0.0 : std::pow(a, b) * std::log(a);
}

double chosen(double condition, double yes, double no) noexcept {
    return std::isnan(condition) ? kNan : (condition > 0.5 ? yes : no);
}

}  // namespace

double evaluate(Opcode op, double a, double b, double c) noexcept {
    switch (op) {
        case Opcode::negate:
            return -a;
        case Opcode::add:
            return a + b;
        case Opcode::subtract:
            return a - b;
        case Opcode::multiply:
            return a * b;
        case Opcode::divide:
            return a / b;
        case Opcode::power:
            return std::pow(a, b);
        case Opcode::power_log:
            return power_times_log(a, b);
        case Opcode::exp:
            return std::exp(a);
        case Opcode::log:
            return std::log(a);
        case Opcode::log2:
            return std::log2(a);
        case Opcode::log10:
            return std::log10(a);
        case Opcode::sqrt:
            return std::sqrt(a);
        case Opcode::abs:
            return std::fabs(a);
        case Opcode::sign:
            return sign_of(a);
        case Opcode::side:
            return side_of(a);
        case Opcode::floor:
            return std::floor(a);
        case Opcode::ceil:
            return std::ceil(a);
        case Opcode::rint:
            return std::floor(a + 0.5);
        case Opcode::sin:
            return std::sin(a);
        case Opcode::cos:
            return std::cos(a);
        case Opcode::tan:
            return std::tan(a);
        case Opcode::asin:
            return std::asin(a);
        case Opcode::acos:
            return std::acos(a);
        case Opcode::atan:
            return std::atan(a);
        case Opcode::sinh:
            return std::sinh(a);
        case Opcode::cosh:
            return std::cosh(a);
        case Opcode::tanh:
            return std::tanh(a);
        case Opcode::asinh:
            return std::asinh(a);
        case Opcode::acosh:
            return std::acosh(a);
        case Opcode::atanh:
            return std::atanh(a);
        case Opcode::atan2:
            return std::atan2(a, b);
        case Opcode::min:
            return smaller(a, b);
        case Opcode::max:
            return larger(a, b);
        case Opcode::less:
            return truth(a < b, a, b);
        case Opcode::less_equal:
            return truth(a <= b, a, b);
        case Opcode::equal:
            return truth(a == b, a, b);
        case Opcode::not_equal:
            return truth(a != b, a, b);
        case Opcode::logical_and:
            return truth(a != 0.0 && b != 0.0, a, b);
        case Opcode::logical_or:
            return truth(a != 0.0 || b != 0.0, a, b);
        case Opcode::logical_not:
            return truth(a == 0.0, a, a);
        case Opcode::select:
            return chosen(a, b, c);
        case Opcode::mratio:
            return net::kummer_ratio(a, b, c);
        case Opcode::mratio_slope:
            return net::kummer_ratio_slope(a, b, c);
        case Opcode::number:
        case Opcode::parameter:
        case Opcode::time:
        case Opcode::observable:
        case Opcode::state:
        case Opcode::weighted_sum:
        case Opcode::define_parameter:
            break;
    }
    return kNan;
}

}  // namespace erbium::eqn
