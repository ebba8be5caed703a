// SPDX-License-Identifier: Apache-2.0
// tests/fit/differential_evolution_test.cpp: a population comes to follow its density.
#include "erbium/fit/differential_evolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

std::vector<Coordinate> wide(std::size_t n) {
    std::vector<Coordinate> out(n);
    for (Coordinate& one : out) {
        one.lower = -50.0;
        one.upper = 50.0;
    }
    return out;
}

std::vector<Point> scattered(std::size_t count, std::size_t n, double width, std::uint64_t seed) {
    Random random{seed};
    std::vector<Point> out(count, Point(n));
    for (Point& point : out) {
        for (double& one : point) {
            one = width * random.normal();
        }
    }
    return out;
}

/// A normal density with means 1, 2 and 3, deviations 1, 0.1 and 2, and correlated ends.
std::vector<double> correlated(std::span<const Point> points) {
    std::vector<double> out;
    for (const Point& x : points) {
        const double a = x[0] - 1.0;
        const double b = (x[1] - 2.0) / 0.1;
        const double c = (x[2] - 3.0) / 2.0;
        out.push_back(-0.5 * ((a * a - 1.6 * a * c + c * c) / (1.0 - 0.64) + b * b));
    }
    return out;
}

/// Moments of `correlated` about its means, over populations of five seeds.
class Moments {
public:
    void add(const Population& population) {
        for (const Point& x : population.points) {
            const double a = x[0] - 1.0;
            const double c = x[2] - 3.0;
            sum_ += a;
            square_ += c * c;
            product_ += a * c;
            narrow_ += (x[1] - 2.0) * (x[1] - 2.0);
            ++count_;
        }
    }
    [[nodiscard]] double mean() const { return sum_ / count_; }
    [[nodiscard]] double deviation() const { return std::sqrt(square_ / count_); }
    [[nodiscard]] double covariance() const { return product_ / count_; }
    [[nodiscard]] double narrow_deviation() const { return std::sqrt(narrow_ / count_); }

private:
    double sum_{};
    double square_{};
    double product_{};
    double narrow_{};
    double count_{};
};

TEST(Populations, TakeOnMeansDeviationsAndCorrelationOfTheirDensity) {
    PopulationOptions options;
    options.generations = 400;
    Moments moments;
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        options.seed = seed;
        const Population found = evolve(wide(3), scattered(200, 3, 2.0, seed), correlated, options);
        moments.add(found);
        EXPECT_GT(found.acceptance.back(), 0.1);
    }
    EXPECT_NEAR(moments.mean(), 0.0, 0.12);
    EXPECT_NEAR(moments.deviation(), 2.0, 0.2);
    EXPECT_NEAR(moments.covariance(), 0.8 * 2.0, 0.3);
    EXPECT_NEAR(moments.narrow_deviation(), 0.1, 0.01);
}

TEST(Populations, StayInsideTheBoundsAndOutOfHoles) {
    std::vector<Coordinate> bounds = wide(2);
    bounds[0].lower = 0.0;
    const auto density = [](std::span<const Point> points) {
        std::vector<double> out;
        for (const Point& x : points) {
            out.push_back(x[1] > 1.0 ? -INFINITY : -0.5 * (x[0] * x[0] + x[1] * x[1]));
        }
        return out;
    };
    std::vector<Point> start = scattered(40, 2, 0.3, 9);
    for (Point& point : start) {
        point[0] = std::fabs(point[0]);
    }
    PopulationOptions options;
    options.generations = 100;
    const Population found = evolve(bounds, start, density, options);
    double mean = 0.0;
    for (const Point& x : found.points) {
        EXPECT_GE(x[0], 0.0);
        EXPECT_LE(x[1], 1.0);
        mean += x[0] / 40.0;
    }
    EXPECT_NEAR(mean, std::sqrt(2.0 / 3.14159265), 0.35) << "half a normal distribution";
}

/// Shifted and too wide: what a poor surrogate is.
std::vector<double> poor(std::span<const Point> points) {
    std::vector<Point> shifted{points.begin(), points.end()};
    for (Point& x : shifted) {
        x[0] -= 0.4;
        x[2] += 0.5;
    }
    std::vector<double> out = correlated(shifted);
    for (double& one : out) {
        one *= 0.6;
    }
    return out;
}

TEST(Populations, FollowTheirDensityWithAPoorCheapOne) {
    PopulationOptions options;
    options.generations = 60;
    options.cheap_steps = 20;
    options.cheap = [](std::size_t) { return LogDensities{poor}; };
    Moments moments;
    double acceptance = 0.0;
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        options.seed = seed;
        const Population found = evolve(wide(3), scattered(200, 3, 2.0, seed), correlated, options);
        moments.add(found);
        acceptance += found.acceptance[58] / 5.0;
        const Settling rest = settling(wide(3), found);
        EXPECT_LT(rest.r_hat, 1.2);
        EXPECT_LT(std::fabs(rest.drift), 0.2);
    }
    EXPECT_NEAR(moments.mean(), 0.0, 0.12) << "not the mean of the cheap one, 0.4";
    EXPECT_NEAR(moments.deviation(), 2.0, 0.2);
    EXPECT_NEAR(moments.covariance(), 0.8 * 2.0, 0.3);
    EXPECT_GT(acceptance, 0.4) << "more than moves without it";
}

TEST(Populations, AskForNoCheapDensityInPlainGenerations) {
    PopulationOptions options;
    options.generations = 8;
    options.plain_every = 4;
    std::vector<std::size_t> asked;
    options.cheap = [&](std::size_t generation) {
        asked.push_back(generation);
        return LogDensities{poor};
    };
    const Population found = evolve(wide(3), scattered(9, 3, 1.0, 4), correlated, options);
    EXPECT_EQ(asked, (std::vector<std::size_t>{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(found.past.size(), 9U);
    EXPECT_EQ(found.past.back(), found.points);
}

/// A banana, its second coordinate following the square of the first, beside a coordinate that a
/// sharp constraint cuts in half: mean 0 and variance 1, mean 0 and variance 2 + 0.04, half a
/// normal distribution with a wall of width `wall` at `place`.
double banana(const Point& x, double bend, double wall, double place) {
    const double away = (x[1] - bend * (x[0] * x[0] - 1.0)) / 0.2;
    const double lack = std::min(x[2] - place, 0.0) / wall;
    return -0.5 * (x[0] * x[0] + away * away + x[2] * x[2] + lack * lack);
}
std::vector<double> bananas(std::span<const Point> points) {
    std::vector<double> out;
    for (const Point& x : points) {
        out.push_back(banana(x, 1.0, 0.005, 0.0));
    }
    return out;
}
/// Bent less, with a wall that is soft and elsewhere: some of what it likes is as good as
/// forbidden.
std::vector<double> poor_bananas(std::span<const Point> points) {
    std::vector<double> out;
    for (const Point& x : points) {
        out.push_back(0.7 * banana(x, 0.93, 0.2, 0.1));
    }
    return out;
}

TEST(Populations, MixOnABananaBesideASharpConstraintWithAPoorCheapDensity) {
    PopulationOptions options;
    options.generations = 600;
    options.archive = chain_ends(wide(3), scattered(100, 3, 1.0, 7), poor_bananas,
                                 scattered(100, 3, 1.0, 8), 300, options, 0)
                          .points;
    options.cheap = [](std::size_t) { return LogDensities{poor_bananas}; };
    options.cheap_steps = 100;
    options.short_every = 3;
    options.plain_every = 20;
    std::vector<Point> start = scattered(32, 3, 1.0, 9);
    for (Point& one : start) {
        one[2] = std::fabs(one[2]);
    }
    const Population found = evolve(wide(3), start, bananas, options);
    double count = 0.0;
    std::array<double, 3> sums{};
    std::array<double, 3> squares{};
    for (std::size_t g = 301; g <= 600; ++g) {
        for (const Point& x : found.past[g]) {
            for (std::size_t c = 0; c < 3; ++c) {
                sums[c] += x[c];
                squares[c] += x[c] * x[c];
            }
            ++count;
        }
    }
    EXPECT_NEAR(sums[0] / count, 0.0, 0.1);
    EXPECT_NEAR(squares[0] / count, 1.0, 0.15);
    EXPECT_NEAR(sums[1] / count, 0.0, 0.15);
    EXPECT_NEAR(squares[1] / count, 2.04, 0.5);
    EXPECT_NEAR(sums[2] / count, std::sqrt(2.0 / 3.14159265), 0.05);
    EXPECT_NEAR(squares[2] / count, 1.0, 0.12);
    const Settling rest = settling(wide(3), found);
    EXPECT_LT(rest.r_hat, 1.05) << rest.slowest;
    EXPECT_GT(rest.effective_size, 300.0) << "of 9,600 states";
    EXPECT_LT(std::fabs(rest.drift), 0.1);
    // What is a wall to one density must not be one to its chains: none of them sticks.
    for (std::size_t chain = 0; chain < 32; ++chain) {
        EXPECT_NE(found.past[300][chain], found.past[400][chain]) << chain;
    }
}

TEST(ChainEnds, AreDrawsOfTheirDensityAlone) {
    const std::vector<Point> start = scattered(200, 3, 1.0, 21);
    PopulationOptions options;
    const ChainEnds ends =
        chain_ends(wide(3), start, correlated, scattered(200, 3, 1.0, 22), 400, options, 5);
    EXPECT_EQ(ends.at_starts, correlated(start));
    EXPECT_EQ(ends.log_densities, correlated(ends.points));
    double mean = 0.0;
    double square = 0.0;
    for (const Point& x : ends.points) {
        mean += (x[2] - 3.0) / 200.0;
        square += (x[2] - 3.0) * (x[2] - 3.0) / 200.0;
    }
    EXPECT_NEAR(mean, 0.0, 0.5);
    EXPECT_NEAR(std::sqrt(square), 2.0, 0.35);
    // A chain does not depend on those beside it.
    const ChainEnds alone = chain_ends(wide(3), std::span{start}.first(1), correlated,
                                       scattered(200, 3, 1.0, 22), 400, options, 5);
    EXPECT_EQ(alone.points[0], ends.points[0]);
}

TEST(Resampled, FollowWeightsAndTakeEachPointOnce) {
    Random random{31};
    std::vector<double> x(4000);
    std::vector<double> log_weights;
    for (double& one : x) {
        one = 1.5 * random.normal();
        log_weights.push_back(0.5 * one * one / 2.25 - 0.5 * (one - 1.0) * (one - 1.0));
    }
    std::vector<std::size_t> taken = resampled(log_weights, 300, 1);
    ASSERT_EQ(taken.size(), 300U);
    double mean = 0.0;
    for (const std::size_t i : taken) {
        mean += x[i] / 300.0;
    }
    EXPECT_NEAR(mean, 1.0, 0.2);
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(std::adjacent_find(taken.begin(), taken.end()), taken.end());
    EXPECT_EQ(resampled(std::vector<double>{0.0, 1.0}, 5, 1).size(), 2U);
    // A point of zero density comes last.
    EXPECT_EQ(resampled(std::vector<double>{-INFINITY, -900.0, -901.0}, 2, 3).size(), 2U);
    for (const std::size_t i : resampled(std::vector<double>{-INFINITY, -900.0, -901.0}, 2, 3)) {
        EXPECT_NE(i, 0U);
    }
}

TEST(Settling, TellsAPopulationThatStillMoves) {
    PopulationOptions options;
    options.generations = 16;
    std::vector<Point> far = scattered(60, 3, 0.1, 3);
    for (Point& point : far) {
        point[2] += 40.0;
    }
    const Settling moving = settling(wide(3), evolve(wide(3), far, correlated, options));
    EXPECT_GT(moving.drift, 0.3);
    options.generations = 7;
    EXPECT_TRUE(std::isnan(settling(wide(3), evolve(wide(3), far, correlated, options)).r_hat))
        << "too few to tell";
}

TEST(Populations, AreTheSameForTheSameSeed) {
    PopulationOptions options;
    options.generations = 5;
    const auto run = [&] {
        return evolve(wide(3), scattered(9, 3, 1.0, 4), correlated, options).points;
    };
    const std::vector<Point> first = run();
    EXPECT_EQ(first, run());
    options.seed = 2;
    EXPECT_NE(first, run());
    options.generations = 0;
    EXPECT_EQ(run(), scattered(9, 3, 1.0, 4)) << "nothing happens in no generation";
}

}  // namespace
}  // namespace erbium::fit
