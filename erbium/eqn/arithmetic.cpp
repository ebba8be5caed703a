// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/arithmetic.hpp"

#include <cmath>
#include <limits>

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
            return kummer_ratio(a, b, c);
        case Opcode::mratio_slope:
            return kummer_ratio_slope(a, b, c);
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

double kummer_ratio(double a, double b, double z) noexcept {
    constexpr double kTiny = 1e-32;  // stands for 0 in a denominator, as the method asks
    constexpr int kMaxTerms = 10000;
    double fraction = kTiny;
    double c_before = fraction;
    double d_before = 0.0;
    for (int j = 1; j <= kMaxTerms; ++j) {
        double p = 1.0;
        if (j > 1) {
            const double half = j / 2;
            const double numerator = j % 2 == 0 ? z * (a - (b + half - 1.0)) : z * (a + half);
            p = numerator / ((b + (j - 2)) * (b + (j - 1)));
        }
        double d = 1.0 + p * d_before;
        double c = 1.0 + p / c_before;
        d = std::fabs(d) < kTiny ? kTiny : d;
        c = std::fabs(c) < kTiny ? kTiny : c;
        d = 1.0 / d;
        const double change = c * d;
        fraction *= change;
        if (std::fabs(change - 1.0) <= std::numeric_limits<double>::epsilon()) {
            return fraction;
        }
        c_before = c;
        d_before = d;
    }
    return kNan;
}

double kummer_ratio_slope(double a, double b, double z) noexcept {
    const double scale = std::fabs(b) + 1.0;
    if (std::fabs(z) < 1e-4 * scale) {
        const double step = 1e-4 * scale;
        return (kummer_ratio(a, b, z + step) - kummer_ratio(a, b, z - step)) / (2.0 * step);
    }
    const double ratio = kummer_ratio(a, b, z);
    return (b - (b - z) * ratio) / z - a / b * ratio * ratio;
}

}  // namespace erbium::eqn
