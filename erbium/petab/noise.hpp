// SPDX-License-Identifier: Apache-2.0
// erbium/petab/noise.hpp: how likely a measurement is, given what was simulated.
// Used by: petab::Objective, petab::hierarchical   Source: PEtab 1.0 and 2.0, "Noise distributions"
#pragma once

#include <cstdint>

namespace erbium::petab {

enum class NoiseKind : std::uint8_t { normal, laplace };
/// Of measurement and simulated value alike, before they are compared. log10 is PEtab 1 only.
enum class Transformation : std::uint8_t { linear, log, log10 };

struct NoiseModel {
    NoiseKind kind{NoiseKind::normal};
    Transformation transformation{Transformation::linear};
    friend bool operator==(const NoiseModel&, const NoiseModel&) = default;
};

/// T(value): the value itself, its natural or its decimal logarithm.
[[nodiscard]] double transformed(Transformation transformation, double value) noexcept;
/// dT/dvalue.
[[nodiscard]] double transformed_slope(Transformation transformation, double value) noexcept;

/// log p(m | y, s) and what optimisers need of it. With r = (T(m) - T(y)) / s:
///
///   normal   log p = -r^2 / 2 - log(s sqrt(2 pi)) + log T'(m)
///   laplace  log p = -|r|     - log(2 s)          + log T'(m)
///
/// Fisher information per datum (expected negative second derivative): of y T'(y)^2 / s^2 for both,
/// of s 2 / s^2 (normal) and 1 / s^2 (laplace); y and s are orthogonal.
struct DatumLikelihood {
    double log_density{};
    double residual{};      ///< r
    double by_simulated{};  ///< d log p / dy
    double by_noise{};      ///< d log p / ds
    double information_simulated{};
    double information_noise{};
};

/// NaN everywhere when the noise is not positive or a logarithm has no value; the caller says why.
[[nodiscard]] DatumLikelihood likelihood(NoiseModel model, double measured, double simulated,
                                         double noise) noexcept;

}  // namespace erbium::petab
