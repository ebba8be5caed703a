// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/kummer.hpp"

#include <cmath>
#include <limits>

namespace erbium::net {

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
    return std::numeric_limits<double>::quiet_NaN();
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

}  // namespace erbium::net
