// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/calibration.cpp: mode, curvature, population.
#include "erbium/calibrate/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/calibrate/population.hpp"
#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/optimum.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::calibrate {
namespace {

/// Slices narrower than this part of the prior say that a constant responds.
constexpr double kResponsive = 0.98;
std::vector<double> nominal_of(std::span<const FreeParameter> parameters) {
    std::vector<double> u;
    for (const FreeParameter& free : parameters) {
        u.push_back(free.nominal);
    }
    return clamped(parameters, std::move(u));
}

double deviation(const std::vector<double>& values) {
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double sum = 0.0;
    for (const double value : values) {
        sum += (value - mean) * (value - mean);
    }
    return std::sqrt(sum / (count - 1.0));
}

/// The mode by searches under ever sharper claims: among sharp ones from the start a search gets
/// caught where the first few of them meet.
Mode find_graded_mode(Posterior& posterior, std::vector<double> start,
                      const CalibrationOptions& options) {
    Mode mode;
    std::optional<double> at_start;
    for (const double tolerance : {4.0, 1.0, kSharpClaims}) {
        if (!options.has_claims && tolerance != 1.0) {
            continue;
        }
        posterior.set_claim_tolerance(tolerance);
        const std::size_t iterations = mode.search.iterations;
        mode = find_mode(posterior, start, options.most_iterations);
        at_start = at_start.value_or(mode.search.start);
        mode.search.start = *at_start;
        mode.search.iterations += iterations;
        start = mode.u;
    }
    posterior.set_claim_tolerance(1.0);
    return mode;
}

}  // namespace

std::vector<std::size_t> calibration_rows(const Package& package) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < package.observations.size(); ++i) {
        if (!package.observations[i].is_held_out) {
            rows.push_back(i);
        }
    }
    return rows;
}

std::vector<FreeParameter> responsive_parameters(Experiment& experiment,
                                                 const std::vector<Term>& terms, std::size_t most,
                                                 std::vector<std::string>* left) {
    std::vector<FreeParameter> all = free_parameters(experiment.package());
    Posterior posterior{experiment, all, terms};
    const std::vector<double> nominal = nominal_of(all);
    const Posterior::Slope slope = posterior.slope(nominal);
    std::vector<std::pair<double, std::size_t>> slices;  // width of the slice, parameter
    for (std::size_t p = 0; p < all.size(); ++p) {
        slices.emplace_back(1.0 / std::sqrt(slope.curvature[p * all.size() + p]), p);
    }
    std::stable_sort(slices.begin(), slices.end());
    std::vector<bool> keeps(all.size());
    for (std::size_t i = 0; i < std::min(most, slices.size()); ++i) {
        keeps[slices[i].second] = slices[i].first < kResponsive;
    }
    std::vector<FreeParameter> kept;
    for (std::size_t p = 0; p < all.size(); ++p) {
        if (keeps[p]) {
            kept.push_back(all[p]);
        } else if (left != nullptr) {
            left->push_back(all[p].id);
        }
    }
    return kept;
}

Mode find_mode(Posterior& posterior, std::span<const double> start, std::size_t most_iterations) {
    PosteriorObjective objective{posterior};
    fit::SearchOptions options;
    options.max_iterations = most_iterations;
    options.value_tolerance = 1e-3;  // far below what one more observation changes
    options.gradient_tolerance = 1e-2;
    options.step_tolerance = 1e-3;
    const double at_start = objective.evaluate(start, fit::Need::value).value;
    const fit::Optimum optimum = fit::minimise_trust_region(objective, start, options);
    return {optimum.x,
            optimum.value,
            {at_start, optimum.value, optimum.iterations, fit::is_converged(optimum.ending)}};
}

Calibration calibrate(Experiment& experiment, const CalibrationOptions& options) {
    const auto say = [&](const std::string& line) {
        if (options.progress) {
            options.progress(line);
        }
    };
    const Package& package = experiment.package();
    std::vector<Term> terms = observation_terms(package, calibration_rows(package));
    if (options.has_claims) {
        for (Term& term : claim_terms(package)) {
            terms.push_back(std::move(term));
        }
    }
    Calibration out;
    out.terms = terms.size();
    out.parameters =
        responsive_parameters(experiment, terms, options.most_parameters, &out.left_at_nominal);
    say(fmt::format("{} terms, {} free constants, {} left at their values", terms.size(),
                    out.parameters.size(), out.left_at_nominal.size()));
    const std::size_t n = out.parameters.size();
    Posterior posterior{experiment, out.parameters, terms};
    out.mode_value = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < std::max<std::size_t>(1, options.starts); ++s) {
        std::vector<double> start = s == 0 ? nominal_of(out.parameters) : std::vector<double>(n);
        if (s >= 2) {
            fit::Random random{options.seed, 1'000'000 + s};
            for (double& one : start) {
                one = random.normal();
            }
            start = clamped(out.parameters, std::move(start));
        }
        Mode mode = find_graded_mode(posterior, start, options);
        say(fmt::format("search {}: -log p {:.1f} -> {:.1f} in {} iterations{}", s + 1,
                        mode.search.start, mode.search.end, mode.search.iterations,
                        mode.search.is_converged ? "" : ", not converged"));
        out.searches.push_back(mode.search);
        if (mode.value < out.mode_value) {
            out.mode_value = mode.value;
            out.mode = std::move(mode.u);
        }
    }
    ERBIUM_CHECK(!out.mode.empty(), "no search for the mode gave a finite value");
    const Posterior::Slope slope = posterior.slope(out.mode);
    fit::Population population = population_of(out.mode, slope.curvature, posterior, options);
    out.settling = fit::settling(coordinates_of(out.parameters), population);
    out.chains = population.points.size();
    std::tie(out.sets, out.set_values) = spread_sets(population, options);
    for (const double density : population.mean_log_density) {
        out.mean_values.push_back(-density);
    }
    out.acceptance = std::move(population.acceptance);
    const fit::Cholesky factor{slope.curvature, n};
    for (std::size_t p = 0; p < n; ++p) {
        std::vector<double> values;
        for (const std::vector<double>& set : out.sets) {
            values.push_back(set[p]);
        }
        out.identifiability.push_back({out.mode[p], std::sqrt(factor.inverse_column(p)[p]),
                                       deviation(values),
                                       1.0 / std::sqrt(slope.curvature[p * n + p])});
    }
    out.points_evaluated = posterior.points_evaluated();
    return out;
}

}  // namespace erbium::calibrate
