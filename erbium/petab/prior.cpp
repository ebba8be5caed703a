// SPDX-License-Identifier: Apache-2.0
// erbium/petab/prior.cpp: densities and distribution functions of priors.
#include "erbium/petab/prior.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace erbium::petab {
namespace {

struct Word {
    std::string_view text;
    PriorWord meaning;
};

constexpr std::array kVersion1{Word{"uniform", {PriorKind::uniform, false, 2}},
                               Word{"normal", {PriorKind::normal, false, 2}},
                               Word{"laplace", {PriorKind::laplace, false, 2}},
                               Word{"logNormal", {PriorKind::log_normal, false, 2}},
                               Word{"logLaplace", {PriorKind::log_laplace, false, 2}},
                               Word{"parameterScaleUniform", {PriorKind::uniform, true, 2}},
                               Word{"parameterScaleNormal", {PriorKind::normal, true, 2}},
                               Word{"parameterScaleLaplace", {PriorKind::laplace, true, 2}}};

constexpr std::array kVersion2{Word{"cauchy", {PriorKind::cauchy, false, 2}},
                               Word{"chisquare", {PriorKind::chi_square, false, 1}},
                               Word{"exponential", {PriorKind::exponential, false, 1}},
                               Word{"gamma", {PriorKind::gamma, false, 2}},
                               Word{"laplace", {PriorKind::laplace, false, 2}},
                               Word{"log-laplace", {PriorKind::log_laplace, false, 2}},
                               Word{"log-normal", {PriorKind::log_normal, false, 2}},
                               Word{"log-uniform", {PriorKind::log_uniform, false, 2}},
                               Word{"normal", {PriorKind::normal, false, 2}},
                               Word{"rayleigh", {PriorKind::rayleigh, false, 1}},
                               Word{"uniform", {PriorKind::uniform, false, 2}}};

/// Log density over x and its first two derivatives.
struct Local {
    double value{};
    double first{};
    double second{};
};

Local normal(double x, double mean, double sd) noexcept {
    const double z = (x - mean) / sd;
    return {-0.5 * z * z - std::log(sd) - 0.5 * std::log(2.0 * std::numbers::pi), -z / sd,
            -1.0 / (sd * sd)};
}

Local laplace(double x, double location, double scale) noexcept {
    const double z = (x - location) / scale;
    return {-std::fabs(z) - std::log(2.0 * scale),
            z > 0.0   ? -1.0 / scale
            : z < 0.0 ? 1.0 / scale
                      : 0.0,
            0.0};
}

/// A density over log x as one over x: minus log x, and the chain rule.
Local over_log(const Local& of_log, double x) noexcept {
    return {of_log.value - std::log(x), (of_log.first - 1.0) / x,
            (of_log.second - of_log.first + 1.0) / (x * x)};
}

Local local_density(const Prior& prior, double x) noexcept {
    constexpr Local kNone{-std::numeric_limits<double>::infinity(), 0.0, 0.0};
    const double a = prior.a;
    const double b = prior.b;
    switch (prior.kind) {
        case PriorKind::uniform:
            return x >= a && x <= b ? Local{-std::log(b - a), 0.0, 0.0} : kNone;
        case PriorKind::normal:
            return normal(x, a, b);
        case PriorKind::laplace:
            return laplace(x, a, b);
        case PriorKind::cauchy: {
            const double z = (x - a) / b;
            const double q = 1.0 + z * z;
            return {-std::log(std::numbers::pi * b * q), -2.0 * z / (b * q),
                    -2.0 * (1.0 - z * z) / (b * b * q * q)};
        }
        default:
            break;
    }
    if (!(x > 0.0)) {
        return kNone;
    }
    switch (prior.kind) {
        case PriorKind::log_normal:
            return over_log(normal(std::log(x), a, b), x);
        case PriorKind::log_laplace:
            return over_log(laplace(std::log(x), a, b), x);
        case PriorKind::log_uniform:
            return x >= a && x <= b
                       ? Local{-std::log(x) - std::log(std::log(b / a)), -1.0 / x, 1.0 / (x * x)}
                       : kNone;
        case PriorKind::exponential:
            return {-x / a - std::log(a), -1.0 / a, 0.0};
        case PriorKind::rayleigh:
            return {std::log(x) - 2.0 * std::log(a) - 0.5 * x * x / (a * a), 1.0 / x - x / (a * a),
                    -1.0 / (x * x) - 1.0 / (a * a)};
        case PriorKind::chi_square:
        case PriorKind::gamma: {
            const double shape = prior.kind == PriorKind::gamma ? a : 0.5 * a;
            const double scale = prior.kind == PriorKind::gamma ? b : 2.0;
            return {(shape - 1.0) * std::log(x) - x / scale - std::lgamma(shape) -
                        shape * std::log(scale),
                    (shape - 1.0) / x - 1.0 / scale, -(shape - 1.0) / (x * x)};
        }
        default:
            return kNone;
    }
}

double normal_cdf(double z) noexcept {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}
double laplace_cdf(double z) noexcept {
    return z < 0.0 ? 0.5 * std::exp(z) : 1.0 - 0.5 * std::exp(-z);
}

}  // namespace

double to_scale(Scale scale, double value) noexcept {
    return scale == Scale::log     ? std::log(value)
           : scale == Scale::log10 ? std::log10(value)
                                   : value;
}

double from_scale(Scale scale, double scaled) noexcept {
    return scale == Scale::log     ? std::exp(scaled)
           : scale == Scale::log10 ? std::pow(10.0, scaled)
                                   : scaled;
}

double scale_slope(Scale scale, double value) noexcept {
    return scale == Scale::log ? value : scale == Scale::log10 ? value * std::numbers::ln10 : 1.0;
}

std::optional<PriorWord> prior_word(std::string_view word, int version) noexcept {
    const auto search = [&](const auto& words) -> std::optional<PriorWord> {
        for (const Word& known : words) {
            if (known.text == word) {
                return known.meaning;
            }
        }
        return std::nullopt;
    };
    return version == 1 ? search(kVersion1) : search(kVersion2);
}

std::vector<std::string_view> prior_words(int version) {
    std::vector<std::string_view> words;
    const auto collect = [&](const auto& known) {
        for (const Word& word : known) {
            words.push_back(word.text);
        }
    };
    version == 1 ? collect(kVersion1) : collect(kVersion2);
    return words;
}

std::string_view prior_name(PriorKind kind) noexcept {
    for (const Word& word : kVersion2) {
        if (word.meaning.kind == kind) {
            return word.text;
        }
    }
    return {};
}

PriorDensity density(const Prior& prior, Scale scale, double value) noexcept {
    if (prior.is_on_scale || scale == Scale::linear) {
        const Local at = local_density(prior, to_scale(scale, value));
        return {at.value - prior.log_truncation, at.first,
                prior.kind == PriorKind::normal ? -at.second : 0.0};
    }
    const Local at = local_density(prior, value);
    const double slope = scale_slope(scale, value);
    const bool is_gaussian = prior.kind == PriorKind::normal || prior.kind == PriorKind::log_normal;
    const double information = prior.kind == PriorKind::log_normal
                                   ? 1.0 / (prior.b * prior.b * value * value)
                                   : -at.second;
    return {at.value - prior.log_truncation, at.first * slope,
            is_gaussian ? information * slope * slope : 0.0};
}

double cumulative(const Prior& prior, double x) noexcept {
    const double a = prior.a;
    const double b = prior.b;
    const double log_x = x > 0.0 ? std::log(x) : -std::numeric_limits<double>::infinity();
    switch (prior.kind) {
        case PriorKind::uniform:
            return x <= a ? 0.0 : x >= b ? 1.0 : (x - a) / (b - a);
        case PriorKind::normal:
            return normal_cdf((x - a) / b);
        case PriorKind::laplace:
            return laplace_cdf((x - a) / b);
        case PriorKind::cauchy:
            return 0.5 + std::atan((x - a) / b) / std::numbers::pi;
        case PriorKind::log_normal:
            return normal_cdf((log_x - a) / b);
        case PriorKind::log_laplace:
            return laplace_cdf((log_x - a) / b);
        case PriorKind::log_uniform:
            return x <= a ? 0.0 : x >= b ? 1.0 : std::log(x / a) / std::log(b / a);
        case PriorKind::exponential:
            return x <= 0.0 ? 0.0 : -std::expm1(-x / a);
        case PriorKind::rayleigh:
            return x <= 0.0 ? 0.0 : -std::expm1(-0.5 * x * x / (a * a));
        case PriorKind::chi_square:
            return x <= 0.0 ? 0.0 : gamma_p(0.5 * a, 0.5 * x);
        case PriorKind::gamma:
            return x <= 0.0 ? 0.0 : gamma_p(a, x / b);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

double gamma_p(double a, double x) noexcept {
    constexpr double kPrecision = 1e-16;
    constexpr int kMostTerms = 10'000;
    if (x <= 0.0) {
        return 0.0;
    }
    if (std::isinf(x)) {
        return 1.0;
    }
    const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
    if (x < a + 1.0) {
        double term = 1.0 / a;
        double sum = term;
        for (int n = 1; n < kMostTerms && term > kPrecision * sum; ++n) {
            term *= x / (a + n);
            sum += term;
        }
        return front * sum;
    }
    // Lentz's method for the continued fraction of Q(a, x).
    constexpr double kTiny = 1e-300;
    double b = x + 1.0 - a;
    double c = 1.0 / kTiny;
    double d = 1.0 / b;
    double h = d;
    for (int n = 1; n < kMostTerms; ++n) {
        const double an = -n * (n - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / (std::fabs(d) < kTiny ? kTiny : d);
        c = b + an / c;
        c = std::fabs(c) < kTiny ? kTiny : c;
        const double factor = d * c;
        h *= factor;
        if (std::fabs(factor - 1.0) < kPrecision) {
            break;
        }
    }
    return 1.0 - front * h;
}

double quantile(const std::optional<Prior>& prior, Scale scale, double lower, double upper,
                double q) noexcept {
    if (!prior) {
        return lower + q * (upper - lower);
    }
    const auto probability = [&](double x) {
        return cumulative(*prior, prior->is_on_scale ? x : from_scale(scale, x));
    };
    const double low_mass = probability(lower);
    const double high_mass = probability(upper);
    double low = lower;
    double high = upper;
    for (int k = 0; k < 60; ++k) {
        const double middle = 0.5 * (low + high);
        (probability(middle) < low_mass + q * (high_mass - low_mass) ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace erbium::petab
