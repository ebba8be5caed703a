// SPDX-License-Identifier: Apache-2.0
// tests/petab/densities_test.cpp: noise models and priors are densities, and their derivatives are
// those of these densities.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "erbium/petab/noise.hpp"
#include "erbium/petab/prior.hpp"
#include "near.hpp"

namespace erbium::petab {
namespace {

/// Integral over [a, b] by Simpson's rule.
double integral(const std::function<double(double)>& f, double a, double b) {
    constexpr int kPieces = 200'000;  // even; kinks cost one piece's error
    const double h = (b - a) / kPieces;
    double sum = f(a) + f(b);
    for (int i = 1; i < kPieces; ++i) {
        sum += (i % 2 == 1 ? 4.0 : 2.0) * f(a + i * h);
    }
    return sum * h / 3.0;
}

double difference(const std::function<double(double)>& f, double x) {
    const double h = 1e-5 * std::max(1.0, std::fabs(x));
    return (f(x + h) - f(x - h)) / (2.0 * h);
}

constexpr NoiseModel kNoiseModels[] = {
    {NoiseKind::normal, Transformation::linear}, {NoiseKind::normal, Transformation::log},
    {NoiseKind::normal, Transformation::log10},  {NoiseKind::laplace, Transformation::linear},
    {NoiseKind::laplace, Transformation::log},   {NoiseKind::laplace, Transformation::log10}};

TEST(NoiseModels, IntegrateToOneOverTheMeasurement) {
    for (const NoiseModel model : kNoiseModels) {
        const double noise = model.transformation == Transformation::log10 ? 0.2 : 0.4;
        const auto density = [&](double m) {
            return std::exp(likelihood(model, m, 1.3, noise).log_density);
        };
        const bool is_log = model.transformation != Transformation::linear;
        // Over log m where m is positive: the substitution keeps Simpson's pieces even.
        const double mass =
            is_log ? integral([&](double u) { return density(std::exp(u)) * std::exp(u); },
                              std::log(1.3) - 12.0, std::log(1.3) + 12.0)
                   : integral(density, 1.3 - 12.0, 1.3 + 12.0);
        EXPECT_TRUE(near_rel(mass, 1.0, 1e-7));
    }
}

TEST(NoiseModels, HaveTheDerivativesOfTheirDensities) {
    for (const NoiseModel model : kNoiseModels) {
        const DatumLikelihood at = likelihood(model, 0.9, 1.4, 0.3);
        EXPECT_TRUE(near_rel(
            at.by_simulated,
            difference([&](double y) { return likelihood(model, 0.9, y, 0.3).log_density; }, 1.4),
            1e-7));
        EXPECT_TRUE(near_rel(
            at.by_noise,
            difference([&](double s) { return likelihood(model, 0.9, 1.4, s).log_density; }, 0.3),
            1e-7));
    }
}

TEST(NoiseModels, FisherInformationIsTheMeanSquareOfTheScore) {
    for (const NoiseModel model : kNoiseModels) {
        if (model.transformation != Transformation::linear) {
            continue;
        }
        const double noise = 0.5;
        const auto mean = [&](auto of) {
            return integral(
                [&](double m) {
                    const DatumLikelihood at = likelihood(model, m, 1.0, noise);
                    return of(at) * std::exp(at.log_density);
                },
                1.0 - 15.0, 1.0 + 15.0);
        };
        const DatumLikelihood at = likelihood(model, 0.0, 1.0, noise);
        EXPECT_TRUE(
            near_rel(mean([](const DatumLikelihood& d) { return d.by_simulated * d.by_simulated; }),
                     at.information_simulated, 1e-3));
        EXPECT_TRUE(near_rel(mean([](const DatumLikelihood& d) { return d.by_noise * d.by_noise; }),
                             at.information_noise, 1e-3));
    }
}

TEST(NoiseModels, AreNaNWhereTheyAreNotDefined) {
    EXPECT_TRUE(std::isnan(likelihood({}, 1.0, 1.0, 0.0).log_density));
    EXPECT_TRUE(std::isnan(likelihood({}, 1.0, 1.0, -1.0).log_density));
    const NoiseModel log{NoiseKind::normal, Transformation::log};
    EXPECT_TRUE(std::isnan(likelihood(log, 1.0, 0.0, 1.0).log_density));
    EXPECT_TRUE(std::isnan(likelihood(log, -1.0, 1.0, 1.0).log_density));
}

struct PriorCase {
    Prior prior;
    double from, to;  // where nearly all of its mass is
};

const PriorCase kPriors[] = {{{PriorKind::uniform, 0.5, 2.0}, 0.5, 2.0},
                             {{PriorKind::normal, 1.0, 0.5}, -9.0, 11.0},
                             {{PriorKind::laplace, 1.0, 0.5}, -19.0, 21.0},
                             {{PriorKind::log_normal, 0.1, 0.5}, 1e-3, 60.0},
                             {{PriorKind::log_laplace, 0.1, 0.1}, 1e-3, 60.0},
                             {{PriorKind::log_uniform, 0.5, 4.0}, 0.5, 4.0},
                             {{PriorKind::cauchy, 1.0, 0.5}, -1e4, 1e4},
                             {{PriorKind::chi_square, 5.0, 0.0}, 1e-9, 90.0},
                             {{PriorKind::exponential, 0.7, 0.0}, 0.0, 30.0},
                             {{PriorKind::gamma, 2.5, 0.8}, 1e-9, 60.0},
                             {{PriorKind::rayleigh, 0.9, 0.0}, 0.0, 12.0}};

TEST(Priors, IntegrateToTheirDistributionFunctions) {
    for (const PriorCase& c : kPriors) {
        const auto f = [&](double x) {
            return std::exp(density(c.prior, Scale::linear, x).log_density);
        };
        const double middle = 1.3;
        EXPECT_TRUE(near_rel(integral(f, c.from, middle),
                             cumulative(c.prior, middle) - cumulative(c.prior, c.from), 1e-5))
            << prior_name(c.prior.kind);
        EXPECT_TRUE(near_rel(cumulative(c.prior, c.to), 1.0, 1e-4)) << prior_name(c.prior.kind);
    }
}

TEST(Priors, HaveSlopesOnTheScaleOfTheParameter) {
    for (const PriorCase& c : kPriors) {
        for (const Scale scale : {Scale::linear, Scale::log, Scale::log10}) {
            for (const bool is_on_scale : {false, true}) {
                Prior prior = c.prior;
                prior.is_on_scale = is_on_scale;
                const double value = 1.7;
                const auto f = [&](double x) {
                    return density(prior, scale, from_scale(scale, x)).log_density;
                };
                const double x = to_scale(scale, value);
                if (!std::isfinite(f(x - 1e-4)) || !std::isfinite(f(x + 1e-4))) {
                    continue;  // at the edge of its support
                }
                EXPECT_TRUE(
                    near_rel(density(prior, scale, value).slope, difference(f, x), 1e-5, 1e-7))
                    << prior_name(prior.kind);
            }
        }
    }
}

TEST(Priors, GammaFunctionMeetsItsClosedForms) {
    // P(1, x) = 1 - exp(-x); P(1/2, x) = erf(sqrt x).
    for (const double x : {1e-6, 0.1, 1.0, 3.0, 30.0}) {
        EXPECT_TRUE(near_rel(gamma_p(1.0, x), -std::expm1(-x), 1e-13));
        EXPECT_TRUE(near_rel(gamma_p(0.5, x), std::erf(std::sqrt(x)), 1e-13));
    }
}

TEST(Scales, AreInversesWithTheirSlopes) {
    for (const Scale scale : {Scale::linear, Scale::log, Scale::log10}) {
        EXPECT_TRUE(near_rel(from_scale(scale, to_scale(scale, 0.37)), 0.37, 1e-15));
        EXPECT_TRUE(near_rel(
            scale_slope(scale, 0.37),
            difference([&](double x) { return from_scale(scale, x); }, to_scale(scale, 0.37)),
            1e-8));
    }
}

}  // namespace
}  // namespace erbium::petab
