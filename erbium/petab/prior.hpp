// SPDX-License-Identifier: Apache-2.0
// erbium/petab/prior.hpp: scales of parameters and what is believed about them beforehand.
// Used by: petab::Problem, petab::Objective   Source: PEtab 1.0 and 2.0, "Parameter table"
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace erbium::petab {

/// What an optimiser moves: the parameter, its natural or its decimal logarithm. PEtab 1 only.
enum class Scale : std::uint8_t { linear, log, log10 };

[[nodiscard]] double to_scale(Scale scale, double value) noexcept;
[[nodiscard]] double from_scale(Scale scale, double scaled) noexcept;
/// dvalue/dscaled.
[[nodiscard]] double scale_slope(Scale scale, double value) noexcept;

enum class PriorKind : std::uint8_t {
    uniform,      ///< a to b
    normal,       ///< mean a, standard deviation b
    laplace,      ///< location a, scale b
    log_normal,   ///< of log x: mean a, standard deviation b
    log_laplace,  ///< of log x: location a, scale b
    log_uniform,  ///< a to b, density 1 / x
    cauchy,       ///< location a, scale b
    chi_square,   ///< degrees of freedom a
    exponential,  ///< scale a
    gamma,        ///< shape a, scale b
    rayleigh      ///< scale a
};

/// A density over one parameter: over its value, or over what its scale makes of it.
struct Prior {
    PriorKind kind{PriorKind::uniform};
    double a{};
    double b{};
    bool is_on_scale{};  ///< PEtab 1's parameterScale* types
    double
        log_truncation{};  ///< log of the mass between the bounds, which cut the density (PEtab 2)
};

/// A word of priorDistribution or objectivePriorType; nothing for others. `is_on_scale` is set by
/// the words that begin with parameterScale.
struct PriorWord {
    PriorKind kind{};
    bool is_on_scale{};
    int arguments{2};
};
[[nodiscard]] std::optional<PriorWord> prior_word(std::string_view word, int version) noexcept;
[[nodiscard]] std::vector<std::string_view> prior_words(int version);
/// The word of PEtab 2.
[[nodiscard]] std::string_view prior_name(PriorKind kind) noexcept;

/// Log density at `value` (linear) and its derivative by the value on the parameter's scale.
struct PriorDensity {
    double log_density{};
    double slope{};
    double curvature{};  ///< -d^2/dscaled^2 of the Gaussian ones, 0 of others; for Gauss-Newton
};
[[nodiscard]] PriorDensity density(const Prior& prior, Scale scale, double value) noexcept;

/// Probability of values at most x, x being on the scale the prior is over.
[[nodiscard]] double cumulative(const Prior& prior, double x) noexcept;

/// Where, on the parameter's scale, the share `q` of the prior's mass between two bounds (on that
/// scale) lies below; without a prior the mass is even between them. By bisection.
[[nodiscard]] double quantile(const std::optional<Prior>& prior, Scale scale, double lower,
                              double upper, double q) noexcept;

/// Regularised lower incomplete gamma function P(a, x), a > 0, x >= 0; relative error about 1e-14.
/// Series below x = a + 1, continued fraction above (Press et al., Numerical Recipes, 6.2).
[[nodiscard]] double gamma_p(double a, double x) noexcept;

}  // namespace erbium::petab
