// SPDX-License-Identifier: Apache-2.0
#include "fit_posterior.hpp"

#include <fmt/format.h>

#include <limits>
#include <vector>

#include "erbium/base/share_out.hpp"
#include "erbium/base/text.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::app {
namespace {

constexpr std::uint64_t kPriorStream = std::uint64_t{1} << 41U;  // away from those of the fit

std::string scale_name(petab::Scale scale) {
    return scale == petab::Scale::linear ? "linear"
                                         : (scale == petab::Scale::log ? "log" : "log10");
}

std::vector<double> prior_draws(const petab::BoundProblem& problem,
                                std::span<const fit::Coordinate> coordinates, std::size_t count,
                                std::uint64_t seed) {
    fit::Random random{seed, kPriorStream};
    std::vector<double> draws;
    draws.reserve(count * coordinates.size());
    for (std::size_t k = 0; k < count; ++k) {
        for (std::size_t i = 0; i < coordinates.size(); ++i) {
            const petab::Parameter& parameter = problem.problem.parameters[problem.estimated[i]];
            draws.push_back(petab::quantile(parameter.prior, parameter.scale, coordinates[i].lower,
                                            coordinates[i].upper, random.uniform()));
        }
    }
    return draws;
}

/// chains x draws x measurements; NaN where a simulation failed.
std::vector<double> pointwise(const std::shared_ptr<const petab::BoundProblem>& problem,
                              const fit::Samples& samples, unsigned threads) {
    const petab::Problem& tables = problem->problem;
    const std::size_t data = tables.measurements.size();
    const std::size_t draws = samples.chains * samples.draws;
    std::vector<double> values(draws * data, std::numeric_limits<double>::quiet_NaN());
    share_out(draws, threads, [&](const NextPiece& next) {
        petab::Objective objective{problem};
        while (const auto k = next()) {
            const petab::Prediction at = objective.predict(
                std::span{samples.x}.subspan(*k * samples.dimensions, samples.dimensions));
            for (std::size_t m = 0; m < data; ++m) {
                const petab::Measurement& measurement = tables.measurements[m];
                values[*k * data + m] =
                    petab::likelihood(tables.observables[measurement.observable].model,
                                      measurement.value, at.simulated[m], at.noise[m])
                        .log_density;
            }
        }
    });
    return values;
}

}  // namespace

fit::PosteriorFile posterior_file(const std::shared_ptr<const petab::BoundProblem>& problem,
                                  const fit::Samples& samples, std::uint64_t seed,
                                  unsigned threads) {
    const petab::Problem& tables = problem->problem;
    const petab::Objective objective{problem};
    fit::PosteriorFile file;
    file.version = ERBIUM_VERSION;
    file.samples = &samples;
    for (const fit::Coordinate& c : objective.coordinates()) {
        file.names.push_back(c.name);
    }
    for (const std::size_t row : problem->estimated) {
        file.scales.push_back(scale_name(tables.parameters[row].scale));
    }
    file.prior = prior_draws(*problem, objective.coordinates(), samples.draws, seed);
    file.log_likelihood = pointwise(problem, samples, threads);
    for (const petab::Measurement& measurement : tables.measurements) {
        file.observed.push_back(measurement.value);
        file.data.push_back(fmt::format("{} {} {}", tables.observables[measurement.observable].id,
                                        tables.experiments[measurement.experiment].id,
                                        shortest(measurement.time)));
    }
    return file;
}

}  // namespace erbium::app
