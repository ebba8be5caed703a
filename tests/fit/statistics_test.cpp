// SPDX-License-Identifier: Apache-2.0
// tests/fit/statistics_test.cpp: samplers, profiles and indices against distributions and functions
// whose answers are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/diagnostics.hpp"
#include "erbium/fit/global_sensitivity.hpp"
#include "erbium/fit/profile.hpp"
#include "erbium/fit/random.hpp"
#include "erbium/fit/sampler.hpp"
#include "near.hpp"
#include "problems.hpp"

namespace erbium::fit {
namespace {

/// Normal in two dimensions with means 1, -2, standard deviations 1, 0.1 and correlation 0.8,
/// written as a sum of two squares.
LeastSquares gaussian() {
    constexpr double rho = 0.8;
    const double rest = std::sqrt(1.0 - rho * rho);
    return {box(2, -20.0, 20.0), [rest](std::span<const double> x) -> LeastSquares::Residuals {
                const double u = x[0] - 1.0;
                const double v = (x[1] + 2.0) / 0.1;
                return {{u, (v - rho * u) / rest}, {1.0, 0.0, -rho / rest, 10.0 / rest}};
            }};
}

std::vector<double> one_coordinate(const Samples& samples, std::size_t i) {
    std::vector<double> values;
    for (std::size_t c = 0; c < samples.chains; ++c) {
        for (std::size_t d = 0; d < samples.draws; ++d) {
            values.push_back(samples.at(c, d, i));
        }
    }
    return values;
}

double mean(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double v : values) {
        sum += v;
    }
    return sum / static_cast<double>(values.size());
}

TEST(Samplers, MeetAGaussian) {
    const LeastSquares objective = gaussian();
    for (const std::size_t temperatures : {1U, 3U}) {
        SamplerOptions options;
        options.samples = 20'000;
        options.warm_up = 3'000;
        options.temperatures = temperatures;
        const std::vector<std::vector<double>> starts{{5.0, 5.0}, {-5.0, 0.0}, {0.0, -7.0}};
        const Samples samples = sample(objective, starts, options);
        ASSERT_EQ(samples.draws, 20'000U);
        const double means[] = {1.0, -2.0};
        const double deviations[] = {1.0, 0.1};
        for (std::size_t i = 0; i < 2; ++i) {
            const std::vector<double> values = one_coordinate(samples, i);
            const Draws draws{values, samples.chains, samples.draws};
            EXPECT_LT(r_hat(draws), 1.01);
            const double ess = bulk_ess(draws);
            EXPECT_GT(ess, 1'000.0);
            // Five standard errors of the mean and of the 97.5 % quantile.
            EXPECT_TRUE(
                near_rel(mean(values), means[i], 0.0, 5.0 * deviations[i] / std::sqrt(ess)));
            EXPECT_TRUE(near_rel(quantile(values, 0.975), means[i] + 1.959964 * deviations[i], 0.0,
                                 5.0 * 2.7 * deviations[i] / std::sqrt(ess)));
        }
        EXPECT_GT(samples.acceptance[0], 0.1);
        EXPECT_LT(samples.acceptance[0], 0.5);
    }
}

TEST(Samplers, CrossBetweenModesWhenHot) {
    // Wells at -1 and 1, walls of height 8 between them: exp(-8) at temperature 1.
    const LeastSquares objective{box(1, -3.0, 3.0), [](std::span<const double> x) {
                                     const double r = 4.0 * (x[0] * x[0] - 1.0);
                                     return LeastSquares::Residuals{{r}, {8.0 * x[0]}};
                                 }};
    SamplerOptions options;
    options.samples = 20'000;
    options.warm_up = 2'000;
    options.hottest = 30.0;
    const std::vector<std::vector<double>> starts{{1.0}};
    const Samples samples = sample(objective, starts, options);
    const std::vector<double> values = one_coordinate(samples, 0);
    EXPECT_LT(std::fabs(mean(values)), 0.1);
    EXPECT_LT(r_hat({values, samples.chains, samples.draws}), 1.02);
}

TEST(Samplers, DoNotDependOnThreads) {
    const LeastSquares objective = gaussian();
    SamplerOptions options;
    options.samples = 500;
    options.warm_up = 200;
    options.temperatures = 2;
    const std::vector<std::vector<double>> starts{{1.0, -2.0}};
    const Samples serial = sample(objective, starts, options);
    options.threads = 3;
    EXPECT_EQ(sample(objective, starts, options).x, serial.x);
}

TEST(Samplers, AreCalibratedBySimulation) {
    // Simulation-based calibration (Talts et al. 2018): mean ~ N(0, 1), three data ~ N(mean, 1).
    // The rank of the true mean among independent posterior draws is uniform.
    constexpr int kWorlds = 120;
    constexpr std::size_t kRanks = 20;  // ranks 0 ... 19 in 4 bins
    Random world{99};
    std::vector<int> bins(4, 0);
    for (int w = 0; w < kWorlds; ++w) {
        const double truth = world.normal();
        std::vector<double> data(3);
        for (double& d : data) {
            d = truth + world.normal();
        }
        const LeastSquares posterior{box(1, -8.0, 8.0), [data](std::span<const double> x) {
                                         return LeastSquares::Residuals{
                                             {x[0], x[0] - data[0], x[0] - data[1], x[0] - data[2]},
                                             {1.0, 1.0, 1.0, 1.0}};
                                     }};
        SamplerOptions options;
        options.chains = 1;
        options.temperatures = 1;
        options.warm_up = 500;
        options.samples = (kRanks - 1) * 40;
        options.thin = 40;  // far enough apart to be independent
        options.seed = static_cast<std::uint64_t>(w);
        const std::vector<std::vector<double>> starts{{0.0}};
        const Samples samples = sample(posterior, starts, options);
        std::size_t rank = 0;
        for (const double x : samples.x) {
            rank += x < truth ? 1U : 0U;
        }
        ++bins[rank * 4 / kRanks];
    }
    double chi_squared = 0.0;
    for (const int count : bins) {
        chi_squared += std::pow(count - kWorlds / 4.0, 2) / (kWorlds / 4.0);
    }
    EXPECT_LT(chi_squared, 16.3);  // 99.9 % quantile with 3 degrees of freedom
}

TEST(Diagnostics, SeeWhetherChainsAgree) {
    Random random{3};
    constexpr std::size_t n = 2000;
    std::vector<double> good(4 * n);
    for (double& v : good) {
        v = random.normal();
    }
    EXPECT_LT(r_hat({good, 4, n}), 1.01);
    EXPECT_TRUE(near_rel(bulk_ess({good, 4, n}), 4.0 * n, 0.15));
    EXPECT_TRUE(near_rel(tail_ess({good, 4, n}), 4.0 * n, 0.25));
    EXPECT_TRUE(has_mixed(r_hat({good, 4, n}), bulk_ess({good, 4, n}), 4));
    std::vector<double> shifted = good;
    for (std::size_t i = 0; i < n; ++i) {
        shifted[i] += 1.0;
    }
    EXPECT_GT(r_hat({shifted, 4, n}), 1.1);
    EXPECT_FALSE(has_mixed(r_hat({shifted, 4, n}), 8000.0, 4));
    EXPECT_FALSE(has_mixed(1.0, 399.0, 4));
    std::vector<double> wide = good;  // same place, other spread
    for (std::size_t i = 0; i < n; ++i) {
        wide[i] *= 4.0;
    }
    EXPECT_GT(r_hat({wide, 4, n}), 1.05);
}

TEST(Diagnostics, KnowTheEffectiveSizeOfAnAutoregression) {
    // x' = a x + noise has ESS = N (1 - a) / (1 + a).
    for (const double a : {0.5, 0.9, -0.4}) {
        Random random{17};
        constexpr std::size_t n = 20'000;
        std::vector<double> x(4 * n);
        for (std::size_t c = 0; c < 4; ++c) {
            double state = random.normal() / std::sqrt(1.0 - a * a);
            for (std::size_t i = 0; i < n; ++i) {
                x[c * n + i] = state = a * state + random.normal();
            }
        }
        EXPECT_TRUE(
            near_rel(effective_sample_size({x, 4, n}), 4.0 * n * (1.0 - a) / (1.0 + a), 0.1))
            << a;
    }
}

TEST(Diagnostics, InvertTheNormalDistribution) {
    for (const double x : {-8.0, -3.0, -0.7, -1e-3, 0.0, 0.4, 1.0, 2.5, 5.0}) {
        const double p = 0.5 * std::erfc(-x / std::numbers::sqrt2);
        EXPECT_TRUE(near_rel(normal_quantile(p), x, x > 3.0 ? 1e-9 : 1e-12, 1e-15)) << x;
    }
}

TEST(Profiles, GiveTheIntervalsOfAGaussian) {
    LeastSquares objective = gaussian();
    const double deviations[] = {1.0, 0.1};
    const std::vector<double> optimum{1.0, -2.0};
    for (std::size_t i = 0; i < 2; ++i) {
        const Profile p = profile(objective, optimum, i);
        EXPECT_TRUE(p.is_bounded_below && p.is_bounded_above);
        EXPECT_TRUE(
            near_rel(p.upper, optimum[i] + 1.959964 * deviations[i], 0.0, 0.02 * deviations[i]));
        EXPECT_TRUE(
            near_rel(p.lower, optimum[i] - 1.959964 * deviations[i], 0.0, 0.02 * deviations[i]));
        // The profile is the parabola of the marginal, not of the conditional.
        for (std::size_t k = 0; k < p.at.size(); ++k) {
            const double z = (p.at[k] - optimum[i]) / deviations[i];
            EXPECT_TRUE(near_rel(p.value[k], 0.5 * z * z, 1e-4, 1e-6));
        }
    }
}

TEST(Profiles, SayWhenAParameterIsNotIdentifiable) {
    // Only the sum of both is known.
    LeastSquares objective{box(2, -3.0, 3.0), [](std::span<const double> x) {
                               return LeastSquares::Residuals{{x[0] + x[1]}, {1.0, 1.0}};
                           }};
    const Profile p = profile(objective, std::vector<double>{0.5, -0.5}, 0);
    EXPECT_FALSE(p.is_bounded_below);
    EXPECT_FALSE(p.is_bounded_above);
    EXPECT_EQ(p.lower, -3.0);
    EXPECT_EQ(p.upper, 3.0);
}

TEST(Profiles, DoNotDependOnThreads) {
    // Rosenbrock's valley in each pair of four coordinates: profiles are curved, searches are long.
    const LeastSquares objective{
        box(4, -3.0, 3.0), [](std::span<const double> x) -> LeastSquares::Residuals {
            return {
                {10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0], 10.0 * (x[3] - x[2] * x[2]), 1.0 - x[2]},
                {-20.0 * x[0], 10.0, 0.0, 0.0,  //
                 -1.0, 0.0, 0.0, 0.0,           //
                 0.0, 0.0, -20.0 * x[2], 10.0,  //
                 0.0, 0.0, -1.0, 0.0}};
        }};
    const std::vector<double> optimum(4, 1.0);
    const std::vector<std::size_t> coordinates{0, 1, 2, 3};
    ProfileOptions options;
    const std::vector<Profile> serial = profiles(objective, optimum, coordinates, options);
    options.threads = 3;
    const std::vector<Profile> threaded = profiles(objective, optimum, coordinates, options);
    ASSERT_EQ(serial.size(), coordinates.size());
    ASSERT_EQ(threaded.size(), coordinates.size());
    for (std::size_t i = 0; i < coordinates.size(); ++i) {
        EXPECT_EQ(threaded[i].coordinate, coordinates[i]);
        EXPECT_GT(serial[i].at.size(), 10U);
        EXPECT_EQ(threaded[i].at, serial[i].at);
        EXPECT_EQ(threaded[i].value, serial[i].value);
        EXPECT_EQ(threaded[i].x, serial[i].x);
        EXPECT_EQ(threaded[i].lower, serial[i].lower);
        EXPECT_EQ(threaded[i].upper, serial[i].upper);
    }
}

TEST(Profiles, HaveTheThresholdOfTheirLevel) {
    EXPECT_TRUE(near_rel(profile_threshold(0.95), 1.920729, 1e-6));
    EXPECT_TRUE(near_rel(profile_threshold(0.6826894921), 0.5, 1e-6));
}

/// sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on (-pi, pi)^3.
std::vector<double> ishigami(std::span<const double> points) {
    std::vector<double> values;
    for (std::size_t i = 0; i < points.size(); i += 3) {
        const auto x = [&](std::size_t k) {
            return (2.0 * points[i + k] - 1.0) * std::numbers::pi;
        };
        values.push_back(std::sin(x(0)) + 7.0 * std::pow(std::sin(x(1)), 2) +
                         0.1 * std::pow(x(2), 4) * std::sin(x(0)));
    }
    return values;
}

TEST(SobolIndices, AreThoseOfTheIshigamiFunction) {
    SobolOptions options;
    options.samples = 8192;
    options.resamples = 200;
    const SobolResult result = sobol_indices(3, 1, ishigami, options);
    const double pi4 = std::pow(std::numbers::pi, 4);
    const double v1 = 0.5 * std::pow(1.0 + 0.1 * pi4 / 5.0, 2);
    const double v2 = 49.0 / 8.0;
    const double v13 = 0.01 * pi4 * pi4 * (1.0 / 18.0 - 1.0 / 50.0);
    const double v = v1 + v2 + v13;
    EXPECT_TRUE(near_rel(result.variance[0], v, 0.01));
    EXPECT_TRUE(near_rel(result.mean[0], 3.5, 0.01));
    const double first[] = {v1 / v, v2 / v, 0.0};
    const double total[] = {(v1 + v13) / v, v2 / v, v13 / v};
    for (std::size_t i = 0; i < 3; ++i) {
        const SobolIndex& index = result.indices[i];
        EXPECT_TRUE(near_rel(index.first.value, first[i], 0.0, 0.02));
        EXPECT_TRUE(near_rel(index.total.value, total[i], 0.0, 0.02));
        EXPECT_LT(index.first.lower, first[i] + 0.01);
        EXPECT_GT(index.first.upper, first[i] - 0.01);
    }
    EXPECT_EQ(result.failed, 0U);
}

TEST(SobolIndices, LeaveOutWhatHasNoValueAndCountIt) {
    SobolOptions options;
    options.samples = 512;
    options.resamples = 0;
    const auto function = [](std::span<const double> points) {
        std::vector<double> values = ishigami(points);
        values[10] = std::nan("");
        return values;
    };
    const SobolResult result = sobol_indices(3, 1, function, options);
    EXPECT_EQ(result.failed, 1U);
    EXPECT_TRUE(std::isfinite(result.indices[0].first.value));
}

TEST(MorrisEffects, OfALinearFunctionAreItsSlopes) {
    const auto function = [](std::span<const double> points) {
        std::vector<double> values;
        for (std::size_t i = 0; i < points.size(); i += 3) {
            values.push_back(3.0 * points[i] - 2.0 * points[i + 1]);
            values.push_back(points[i] * points[i + 2]);
        }
        return values;
    };
    const MorrisResult result = morris(3, 2, function);
    EXPECT_EQ(result.evaluations, 20U * 4U);
    EXPECT_TRUE(near_rel(result.effects[0].mean, 3.0, 1e-12));
    EXPECT_TRUE(near_rel(result.effects[1].mean, -2.0, 1e-12));
    EXPECT_TRUE(near_rel(result.effects[1].mean_absolute.value, 2.0, 1e-12));
    EXPECT_NEAR(result.effects[0].deviation, 0.0, 1e-12);  // rounding of values near 1
    EXPECT_NEAR(result.effects[2].mean_absolute.value, 0.0, 1e-12);
    EXPECT_GT(result.effects[3].deviation, 0.1);  // an interaction
    EXPECT_EQ(result.effects[4].mean_absolute.value, 0.0);
}

}  // namespace
}  // namespace erbium::fit
