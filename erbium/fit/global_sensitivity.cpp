// SPDX-License-Identifier: Apache-2.0
// erbium/fit/global_sensitivity.cpp: elementary effects and variance-based indices.
#include "erbium/fit/global_sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/fit/diagnostics.hpp"
#include "erbium/fit/points.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Percentiles of `statistic` over resampled positions 0 ... count - 1.
Interval bootstrap(std::size_t count, double confidence, std::size_t resamples, Random& random,
                   const std::function<double(std::span<const std::size_t>)>& statistic) {
    std::vector<std::size_t> chosen(count);
    for (std::size_t i = 0; i < count; ++i) {
        chosen[i] = i;
    }
    Interval interval{statistic(chosen), kNan, kNan};
    std::vector<double> values;
    for (std::size_t r = 0; r < resamples && count > 1; ++r) {
        for (std::size_t& i : chosen) {
            i = random.below(count);
        }
        const double value = statistic(chosen);
        if (std::isfinite(value)) {
            values.push_back(value);
        }
    }
    if (!values.empty()) {
        interval.lower = quantile(values, 0.5 * (1.0 - confidence));
        interval.upper = quantile(values, 0.5 * (1.0 + confidence));
    }
    return interval;
}

std::size_t count_failures(std::span<const double> values, std::size_t outputs) {
    std::size_t failed = 0;
    for (std::size_t row = 0; row + outputs <= values.size(); row += outputs) {
        const auto output = values.subspan(row, outputs);
        if (!std::all_of(output.begin(), output.end(), [](double v) { return std::isfinite(v); })) {
            ++failed;
        }
    }
    return failed;
}

}  // namespace

MorrisResult morris(std::size_t inputs, std::size_t outputs, const CubeFunction& function,
                    const MorrisOptions& options) {
    ERBIUM_CHECK(inputs > 0 && options.levels >= 2 && options.levels % 2 == 0, "a Morris design");
    const auto levels = static_cast<double>(options.levels);
    const double step = levels / (2.0 * (levels - 1.0));
    const std::size_t rows = options.trajectories * (inputs + 1);
    std::vector<double> points;
    points.reserve(rows * inputs);
    std::vector<std::size_t> moved;  // by trajectory and position: which input
    std::vector<double> directions;
    for (std::size_t t = 0; t < options.trajectories; ++t) {
        Random random{options.seed, t};
        std::vector<std::size_t> order(inputs);
        for (std::size_t i = 0; i < inputs; ++i) {
            order[i] = i;
        }
        for (std::size_t i = inputs; i > 1; --i) {
            std::swap(order[i - 1], order[random.below(i)]);
        }
        std::vector<double> x(inputs);
        for (double& v : x) {
            v = static_cast<double>(random.below(options.levels)) / (levels - 1.0);
        }
        points.insert(points.end(), x.begin(), x.end());
        for (const std::size_t i : order) {
            // Of the two ways, the one that stays inside; both do for no level.
            const double direction = x[i] + step <= 1.0 + 1e-12 ? 1.0 : -1.0;
            x[i] = std::clamp(x[i] + direction * step, 0.0, 1.0);
            points.insert(points.end(), x.begin(), x.end());
            moved.push_back(i);
            directions.push_back(direction);
        }
    }
    const std::vector<double> values = function(points);
    ERBIUM_CHECK(values.size() == rows * outputs, "a value for each point and output");
    MorrisResult result;
    result.outputs = outputs;
    result.evaluations = rows;
    result.failed = count_failures(values, outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
        std::vector<std::vector<double>> effects(inputs);
        for (std::size_t t = 0; t < options.trajectories; ++t) {
            for (std::size_t k = 0; k < inputs; ++k) {
                const std::size_t row = t * (inputs + 1) + k;
                const double effect =
                    (values[(row + 1) * outputs + o] - values[row * outputs + o]) /
                    (step * directions[t * inputs + k]);
                if (std::isfinite(effect)) {
                    effects[moved[t * inputs + k]].push_back(effect);
                }
            }
        }
        for (std::size_t i = 0; i < inputs; ++i) {
            const std::vector<double>& of = effects[i];
            MorrisEffect effect;
            Random random{options.seed, 1'000'000 + o * inputs + i};
            effect.mean_absolute = bootstrap(
                of.size(), options.confidence, options.resamples, random,
                [&](std::span<const std::size_t> chosen) {
                    double sum = 0.0;
                    for (const std::size_t j : chosen) {
                        sum += std::fabs(of[j]);
                    }
                    return chosen.empty() ? kNan : sum / static_cast<double>(chosen.size());
                });
            const auto n = static_cast<double>(of.size());
            for (const double e : of) {
                effect.mean += e / n;
            }
            for (const double e : of) {
                effect.deviation += (e - effect.mean) * (e - effect.mean);
            }
            effect.mean = of.empty() ? kNan : effect.mean;
            effect.deviation = of.size() < 2 ? kNan : std::sqrt(effect.deviation / (n - 1.0));
            result.effects.push_back(effect);
        }
    }
    return result;
}

SobolResult sobol_indices(std::size_t inputs, std::size_t outputs, const CubeFunction& function,
                          const SobolOptions& options) {
    const std::size_t n = options.samples;
    const std::size_t d = inputs;
    // Each point of 2 d dimensions is a row of A and a row of B; then A with one column of B.
    const std::vector<double> both = sobol_points(n, 2 * d, options.seed);
    const std::size_t per_sample = d + 2;
    std::vector<double> points;
    points.reserve(n * per_sample * d);
    for (std::size_t i = 0; i < n; ++i) {
        const auto a = std::span{both}.subspan(i * 2 * d, d);
        const auto b = std::span{both}.subspan(i * 2 * d + d, d);
        points.insert(points.end(), a.begin(), a.end());
        points.insert(points.end(), b.begin(), b.end());
        for (std::size_t k = 0; k < d; ++k) {
            points.insert(points.end(), a.begin(), a.end());
            points[points.size() - d + k] = b[k];
        }
    }
    const std::vector<double> values = function(points);
    ERBIUM_CHECK(values.size() == n * per_sample * outputs, "a value for each point and output");
    SobolResult result;
    result.outputs = outputs;
    result.evaluations = n * per_sample;
    result.failed = count_failures(values, outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
        const auto value = [&](std::size_t i, std::size_t which) {
            return values[(i * per_sample + which) * outputs + o];
        };
        std::vector<std::size_t> whole;  // samples with all their values
        for (std::size_t i = 0; i < n; ++i) {
            bool is_whole = true;
            for (std::size_t k = 0; k < per_sample; ++k) {
                is_whole = is_whole && std::isfinite(value(i, k));
            }
            if (is_whole) {
                whole.push_back(i);
            }
        }
        double mean = 0.0;
        for (const std::size_t i : whole) {
            mean += 0.5 * (value(i, 0) + value(i, 1)) / static_cast<double>(whole.size());
        }
        const auto variance = [&](std::span<const std::size_t> chosen) {
            double sum = 0.0;
            for (const std::size_t j : chosen) {
                const double a = value(whole[j], 0) - mean;
                const double b = value(whole[j], 1) - mean;
                sum += 0.5 * (a * a + b * b);
            }
            return sum / static_cast<double>(chosen.size());
        };
        std::vector<std::size_t> all(whole.size());
        for (std::size_t j = 0; j < all.size(); ++j) {
            all[j] = j;
        }
        result.mean.push_back(whole.empty() ? kNan : mean);
        result.variance.push_back(whole.empty() ? kNan : variance(all));
        for (std::size_t k = 0; k < d; ++k) {
            Random random{options.seed, 2'000'000 + o * d + k};
            SobolIndex index;
            index.first =
                bootstrap(whole.size(), options.confidence, options.resamples, random,
                          [&](std::span<const std::size_t> chosen) {
                              double sum = 0.0;
                              for (const std::size_t j : chosen) {
                                  const std::size_t i = whole[j];
                                  sum += (value(i, 1) - mean) * (value(i, 2 + k) - value(i, 0));
                              }
                              return sum / static_cast<double>(chosen.size()) / variance(chosen);
                          });
            index.total =
                bootstrap(whole.size(), options.confidence, options.resamples, random,
                          [&](std::span<const std::size_t> chosen) {
                              double sum = 0.0;
                              for (const std::size_t j : chosen) {
                                  const std::size_t i = whole[j];
                                  const double away = value(i, 0) - value(i, 2 + k);
                                  sum += 0.5 * away * away;
                              }
                              return sum / static_cast<double>(chosen.size()) / variance(chosen);
                          });
            result.indices.push_back(index);
        }
    }
    return result;
}

}  // namespace erbium::fit
