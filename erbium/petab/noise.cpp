// SPDX-License-Identifier: Apache-2.0
// erbium/petab/noise.cpp: the densities of PEtab's noise models.
#include "erbium/petab/noise.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace erbium::petab {

double transformed(Transformation transformation, double value) noexcept {
    switch (transformation) {
        case Transformation::log:
            return std::log(value);
        case Transformation::log10:
            return std::log10(value);
        case Transformation::linear:
            break;
    }
    return value;
}

double transformed_slope(Transformation transformation, double value) noexcept {
    switch (transformation) {
        case Transformation::log:
            return 1.0 / value;
        case Transformation::log10:
            return 1.0 / (value * std::numbers::ln10);
        case Transformation::linear:
            break;
    }
    return 1.0;
}

DatumLikelihood likelihood(NoiseModel model, double measured, double simulated,
                           double noise) noexcept {
    const bool is_log = model.transformation != Transformation::linear;
    if (!(noise > 0.0) || (is_log && !(measured > 0.0 && simulated > 0.0))) {
        constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
        return {kNan, kNan, kNan, kNan, kNan, kNan};
    }
    const double slope = transformed_slope(model.transformation, simulated);
    const double r = (transformed(model.transformation, measured) -
                      transformed(model.transformation, simulated)) /
                     noise;
    const double jacobian = std::log(transformed_slope(model.transformation, measured));
    DatumLikelihood result;
    result.residual = r;
    result.information_simulated = slope * slope / (noise * noise);
    if (model.kind == NoiseKind::normal) {
        static const double kHalfLog2Pi = 0.5 * std::log(2.0 * std::numbers::pi);
        result.log_density = -0.5 * r * r - std::log(noise) - kHalfLog2Pi + jacobian;
        result.by_simulated = r * slope / noise;
        result.by_noise = (r * r - 1.0) / noise;
        result.information_noise = 2.0 / (noise * noise);
    } else {
        const double sign = r > 0.0 ? 1.0 : r < 0.0 ? -1.0 : 0.0;
        result.log_density = -std::fabs(r) - std::log(2.0 * noise) + jacobian;
        result.by_simulated = sign * slope / noise;
        result.by_noise = (std::fabs(r) - 1.0) / noise;
        result.information_noise = 1.0 / (noise * noise);
    }
    return result;
}

}  // namespace erbium::petab
