// SPDX-License-Identifier: Apache-2.0
// tests/calibrate/calibration_test.cpp: priors, residuals, modes, ensembles and cross-validation on
// the teaching package, two of whose constants are set free.
#include "erbium/calibrate/calibration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "erbium/assay/ablation.hpp"
#include "erbium/calibrate/cross_validation.hpp"
#include "erbium/calibrate/surrogate_posterior.hpp"
#include "erbium/fit/random.hpp"
#include "teaching_experiment.hpp"

namespace erbium::calibrate {
namespace {

constexpr double kHour = 3600.0;

package::Parameter& row_of(Package& package, std::string_view id) {
    for (package::Parameter& row : package.parameters) {
        if (row.id == id) {
            return row;
        }
    }
    throw std::runtime_error{"no such parameter"};
}

Observation measured(const char* id, const char* profile, const char* treatment, double value) {
    Observation o;
    o.id = id;
    o.series = "made";
    o.profile = profile;
    o.treatment = teaching_treatment(treatment);
    o.treatment_text = treatment;
    o.time_s = 72 * kHour;
    o.quantity = package::MeasuredQuantity::viability;
    o.value = value;
    o.tolerance = 0.05;
    return o;
}

/// The teaching package with K_D fitted and K_growth assumed with a distribution.
Package freed() {
    Package package = teaching_package();
    row_of(package, "K_D").provenance.origin = package::Origin::fitted;
    package::Parameter& K_growth = row_of(package, "K_growth");
    K_growth.distribution = package::Distribution::lognormal;
    K_growth.lower = 500.0;
    K_growth.upper = 8000.0;
    return package;
}

Experiment experiment_of(const Package& package, unsigned threads = 1) {
    Diagnostics warnings;
    auto system = assay::compile_package(package, warnings);
    assay::ExperimentOptions options;
    options.threads = threads;
    return std::move(assay::Experiment::make(package, std::move(system).value(), options)).value();
}

/// A package whose observations are those of K_D = `K_D` and K_growth = 2000.
Package with_truth(double K_D) {
    Package package = freed();
    package.observations.clear();
    Experiment experiment = experiment_of(package);
    for (const char* profile : {"amplified", "normal"}) {
        for (const char* dose :
             {"blocker 0.5 nM", "blocker 5 nM", "blocker 20 nM", "blocker 100 nM"}) {
            Observation o = measured("", profile, dose, 0.0);
            o.id = std::string{profile} + dose;
            assay::Question q = assay::question_of(o);
            q.condition.constants = {{"K_D", K_D}};
            o.value = experiment.measure({&q, 1})[0].value;
            package.observations.push_back(o);
        }
    }
    return package;
}

TEST(FreeParameters, AreFittedOnesAndAssumedOnesWithADistribution) {
    const Package package = freed();
    const std::vector<FreeParameter> free = free_parameters(package);
    ASSERT_EQ(free.size(), 2U);
    EXPECT_EQ(free[0].id, "K_D");
    EXPECT_TRUE(free[0].is_log);
    EXPECT_NEAR(free[0].value(0.0), std::sqrt(0.1 * 100.0), 1e-12)
        << "the prior of a fitted one lies in the middle of its bounds";
    EXPECT_NEAR(free[0].value(free[0].lower), 0.1, 1e-12);
    EXPECT_NEAR(free[0].value(free[0].nominal), 5.0, 1e-12);
    EXPECT_NEAR(free[1].value(0.0), 2000.0, 1e-9) << "of an assumed one at its value";
    // 'bypass' and the agents' concentrations are set by profiles and treatments.
}

TEST(Residuals, AreOverTheToleranceAndZeroInsideAnInterval) {
    Observation o = measured("a", "amplified", "blocker", 0.5);
    EXPECT_NEAR(standardised_residual(o, 0.6), 2.0, 1e-12);
    o.scale = package::Scale::log2;
    o.tolerance = 0.5;
    EXPECT_NEAR(standardised_residual(o, 1.0), 2.0, 1e-12);
    Observation interval = measured("b", "amplified", "blocker", 0.0);
    interval.value.reset();
    interval.tolerance.reset();
    interval.lower = 0.4;
    interval.upper = 0.8;
    EXPECT_EQ(standardised_residual(interval, 0.5), 0.0);
    EXPECT_NEAR(standardised_residual(interval, 0.9), 5.0, 1e-12) << "0.1 beyond the end";
    interval.quantity = package::MeasuredQuantity::fold_control;
    EXPECT_NEAR(standardised_residual(interval, 1.6), 1.0 / 0.04, 1e-12)
        << "twice the end, on log2";
    EXPECT_TRUE(std::isnan(standardised_residual(interval, std::nan(""))));
}

TEST(Terms, CountIntervalsFromOneToleranceInside) {
    Package package = freed();
    Observation o = measured("a", "amplified", "blocker", 0.0);
    o.value.reset();
    o.tolerance.reset();
    o.lower = 0.4;
    o.upper = 0.8;
    package.observations = {o};
    const auto residual = [&](double model) {
        return observation_terms(package, std::vector<std::size_t>{0})[0].residual(model);
    };
    EXPECT_EQ(residual(0.5), 0.0);
    EXPECT_EQ(residual(0.43), 0.0);
    EXPECT_NEAR(residual(0.4), -1.0, 1e-12) << "at the end: as likely outside as inside";
    EXPECT_NEAR(residual(0.84), 3.0, 1e-12);
    package.observations[0].lower = 0.0;
    EXPECT_EQ(residual(0.0), 0.0) << "no viability is below 0";
    package.observations[0].quantity = package::MeasuredQuantity::fold_control;
    EXPECT_NEAR(residual(1.6), 1.0 + 1.0 / 0.04, 1e-9);
    EXPECT_EQ(residual(1e-6), 0.0);
}

TEST(CurveWeights, MakeATimeCourseOfNPointsCountAsItsSquareRootAndEachViabilityWhole) {
    Package package = with_truth(5.0);
    for (std::size_t i = 0; i < 4; ++i) {
        package.observations[i].quantity = package::MeasuredQuantity::fold_start;
    }
    const std::vector<double> weights =
        curve_weights(package, std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
    EXPECT_DOUBLE_EQ(weights[0], 0.5);
    EXPECT_DOUBLE_EQ(weights[4], 1.0);
    EXPECT_DOUBLE_EQ(weights[5], 1.0) << "of the same series, but from other wells";
    EXPECT_DOUBLE_EQ(curve_weights(package, std::vector<std::size_t>{3})[0], 1.0);
}

TEST(Claims, MustHoldByAMarginBesideTheirAblations) {
    const Package package = freed();
    const std::vector<Term> terms = claim_terms(package);
    ASSERT_EQ(terms.size(), 4U) << "two claims, two ablations";
    EXPECT_EQ(terms[0].residual(0.9), 0.0);
    EXPECT_NEAR(terms[0].residual(0.76), -8.4, 1e-9) << "0.04 below the end of a viability";
    EXPECT_NEAR(terms[0].residual(0.801), -0.2, 1e-9) << "holds, but by less than the margin";
    EXPECT_NEAR(terms[1].residual(0.6), 20.4, 1e-9);
    ASSERT_TRUE(terms[2].number.against);
    EXPECT_NEAR(terms[2].residual(0.75), -100.4, 1e-9) << "half of the end of a ratio";
    EXPECT_TRUE(std::isnan(terms[2].residual(std::nan(""))));
}

TEST(Claims, DemandThatAblationsLoseAtLeastHalf) {
    Package package = freed();
    package.claims.resize(1);
    package.claims[0].ablation_expect.reset();  // the rule of assay/ablation.hpp
    const std::vector<Term> terms = claim_terms(package);
    ASSERT_EQ(terms.size(), 3U);
    EXPECT_EQ(terms[1].residual(0.5), 0.0) << "would not do for the claim, which is > 0.8";
    EXPECT_NEAR(terms[1].residual(0.84), 8.4, 1e-9) << "would, by 0.04";
    EXPECT_EQ(terms[2].residual(-0.3), 0.0);
    EXPECT_NEAR(terms[2].residual(0.08), 8.4, 1e-9) << "0.08 in log2 more than half";
    // What the model gives is what the rule makes of the claim's two numbers.
    Experiment experiment = experiment_of(package);
    Posterior posterior{experiment, free_parameters(package), terms};
    const std::vector<std::vector<double>> points{std::vector<double>{-0.4, 0.3}};
    const std::vector<double> found = posterior.predict(points)[0];
    EXPECT_DOUBLE_EQ(found[2],
                     assay::excess_of_ablation(package.claims[0].expect, found[0], found[1]));
}

TEST(Claims, HaveRoomWhereTheyLackNothing) {
    Package package = freed();
    package.claims[0].ablation_expect.reset();
    for (const Term& term : claim_terms(package)) {
        for (const double model :
             {-0.5, -0.1, 0.02, 0.3, 0.7, 0.799, 0.801, 0.803, 0.9, 1.4, 3.0}) {
            EXPECT_NEAR(std::max(-term.room(model), 0.0), std::fabs(term.residual(model)), 1e-9)
                << static_cast<int>(term.demand) << " at " << model;
        }
    }
}

TEST(Claims, CostOnAverageWhatTheErrorOfTheirNumberMakesOfTheirDensity) {
    const std::vector<Term> terms = claim_terms(freed());
    constexpr double kSharp = 0.2;
    for (const Term* term : {&terms[0], &terms[2]}) {  // a viability, a ratio
        for (const double model : {0.74, 0.79, 0.801, 0.81, 0.99, 1.02, 1.4, 1.5, 1.52}) {
            for (const double error : {0.0005, 0.004, 0.03}) {
                // The mean of the density by a fine sum over the error.
                double mean = 0.0;
                double sum = 0.0;
                for (double z = -9.0; z <= 9.0; z += 0.0005) {
                    const double weight = std::exp(-0.5 * z * z);
                    // On log2 the error is normal, as the surrogate learns logarithms.
                    const double at =
                        term == &terms[0] ? model + error * z : model * std::exp(error / model * z);
                    mean += weight * std::exp(-term->cost(at, kSharp));
                    sum += weight;
                }
                if (mean / sum < 1e-12) {
                    continue;  // lost in the sum
                }
                EXPECT_NEAR(term->expected_cost(model, error, kSharp), -std::log(mean / sum),
                            2e-3 * (1.0 - std::log(mean / sum)))
                    << model << " +- " << error;
            }
            EXPECT_EQ(term->expected_cost(model, 0.0, kSharp), term->cost(model, kSharp));
        }
        EXPECT_TRUE(std::isfinite(term->expected_cost(-5.0, 1e-3, kSharp))) << "far outside";
    }
}

TEST(SurrogatePosteriors, ComeCloseToThePosteriorTheyLearnFrom) {
    const Package package = with_truth(5.0);
    Experiment experiment = experiment_of(package);
    std::vector<Term> terms = observation_terms(package, calibration_rows(package));
    const std::size_t observed = terms.size();
    terms.push_back(claim_terms(package)[0]);
    terms.back().expected.lower = 0.01;  // of a viability that never comes near
    Posterior posterior{experiment, free_parameters(package), terms};
    fit::Random random{4};
    const auto around = [&](std::size_t count) {
        std::vector<std::vector<double>> out(count, std::vector<double>(2));
        for (std::vector<double>& u : out) {
            u = {0.6 + 0.2 * random.normal(), 0.2 * random.normal()};
        }
        return out;
    };
    const std::vector<std::vector<double>> known = around(40);
    History history;
    history.add(known, posterior.predict(known));
    const SurrogatePosterior surrogate{posterior, history};
    EXPECT_EQ(surrogate.terms(), observed) << "a claim with much room is left out";
    const std::vector<std::vector<double>> fresh = around(10);
    const std::vector<double> exact = posterior.log_densities(fresh);
    const std::vector<double> found = surrogate.log_densities(fresh);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        EXPECT_NEAR(found[i] - found[0], exact[i] - exact[0], 0.05 * (2.0 - exact[i])) << i;
    }
}

TEST(Posteriors, HaveTheSlopeOfTheirValue) {
    const Package package = with_truth(5.0);
    Experiment experiment = experiment_of(package);
    Posterior posterior{experiment, free_parameters(package),
                        observation_terms(package, calibration_rows(package))};
    const std::vector<double> u{-0.4, 0.3};
    const Posterior::Slope slope = posterior.slope(u);
    constexpr double kStep = 0.05;
    for (std::size_t p = 0; p < 2; ++p) {
        std::vector<std::vector<double>> points{u, u};
        points[0][p] -= kStep;
        points[1][p] += kStep;
        const std::vector<double> densities = posterior.log_densities(points);
        const double central = (densities[0] - densities[1]) / (2.0 * kStep);
        // Forward and central differences differ by half a step of curvature.
        EXPECT_NEAR(slope.gradient[p], central, kStep * slope.curvature[p * 2 + p] + 0.05) << p;
        EXPECT_GE(slope.curvature[p * 2 + p], 1.0) << "the prior's own is 1";
    }
}

TEST(Posteriors, AFailedSimulationIsNoSmallValue) {
    const Package package = with_truth(5.0);
    Experiment experiment = teaching_experiment(1, 3);
    Posterior posterior{experiment, free_parameters(freed()),
                        observation_terms(package, std::vector<std::size_t>{0})};
    const std::vector<double> u{0.0, 0.0};
    EXPECT_TRUE(std::isinf(posterior.log_densities({&u, 1})[0]));
    PosteriorObjective objective{posterior};
    EXPECT_FALSE(objective.evaluate(u, fit::Need::value).ok());
}

TEST(Calibration, FindsTheConstantThatMadeTheObservations) {
    Package package = with_truth(9.0);
    row_of(package, "K_growth").distribution = package::Distribution::none;  // K_D alone is free
    Experiment experiment = experiment_of(package);
    CalibrationOptions options;
    options.sets = 40;
    options.generations = 12;
    const Calibration found = calibrate(experiment, options);
    ASSERT_EQ(found.sets.size(), 40U);
    std::size_t K_D = 0;
    while (found.parameters.at(K_D).id != "K_D") {
        ++K_D;
    }
    double mean = 0.0;
    for (const std::vector<double>& set : found.sets) {
        for (std::size_t p = 0; p < set.size(); ++p) {
            EXPECT_GE(set[p], found.parameters[p].lower);
            EXPECT_LE(set[p], found.parameters[p].upper);
        }
        mean += std::log(found.parameters[K_D].value(set[K_D])) / 40.0;
    }
    EXPECT_NEAR(mean, std::log(9.0), 0.25);
    EXPECT_LT(found.identifiability[K_D].posterior, 0.4) << "the data say much about it";
    EXPECT_LE(found.identifiability[K_D].alone, found.identifiability[K_D].laplace + 1e-9)
        << "a slice is never wider than the whole";
}

TEST(Posteriors, PutNoLimitOnWhatABrokenClaimCosts) {
    const Package package = freed();
    Experiment experiment = experiment_of(package);
    Posterior posterior{experiment, free_parameters(package), claim_terms(package)};
    const std::vector<double> u{0.0, 0.0};
    const auto value = [&](double viability) {
        return posterior.value(u, std::vector<double>{viability, 0.4, 1.6, 1.0});
    };
    const double holding = value(0.9);
    EXPECT_NEAR(value(0.782) - holding, 0.5 * 16.0, 1e-9) << "lacks 0.02 with the margin";
    EXPECT_NEAR(value(0.702) - holding, 0.5 * 400.0, 1e-9) << "five times as much: 25 times";
    posterior.set_claim_tolerance(0.5);
    EXPECT_NEAR(value(0.782) - holding, 0.5 * 64.0, 1e-9);
}

TEST(Calibration, WithClaimsRejectsSetsThatBreakOne) {
    Package package = with_truth(9.0);
    row_of(package, "K_growth").distribution = package::Distribution::none;
    package.claims.resize(1);
    package.claims[0].ablation.reset();
    package.claims[0].compare.profile = "amplified";
    CalibrationOptions options;
    options.sets = 40;
    options.generations = 12;
    options.starts = 1;
    const auto viabilities = [&] {
        Experiment experiment = experiment_of(package);
        const Calibration found = calibrate(experiment, options);
        Posterior posterior{experiment, found.parameters, claim_terms(package)};
        std::vector<double> out;
        for (const std::vector<double>& row : posterior.predict(found.sets)) {
            out.push_back(row[0]);
        }
        std::sort(out.begin(), out.end());
        return out;
    };
    const double middle = viabilities()[20];
    package.claims[0].expect.lower = middle;
    options.has_claims = true;
    EXPECT_GT(viabilities().front(), middle) << "half of the sets broke it before it counted";
}

TEST(Calibration, DependsOnItsSeedAndNotOnThreads) {
    const Package package = with_truth(5.0);
    CalibrationOptions options;
    options.sets = 8;
    options.generations = 2;
    options.starts = 1;
    Experiment one = experiment_of(package, 1);
    Experiment three = experiment_of(package, 3);
    const Calibration a = calibrate(one, options);
    EXPECT_EQ(a.sets, calibrate(three, options).sets);
    options.seed = 2;
    EXPECT_NE(a.sets, calibrate(one, options).sets);
}

TEST(Calibration, NeverLooksAtWhatIsHeldOut) {
    Package package = with_truth(5.0);
    package.observations.push_back(measured("far", "amplified", "blocker 7 nM", 40.0));
    package.observations.back().is_held_out = true;
    EXPECT_EQ(calibration_rows(package).size(), package.observations.size() - 1);
    CalibrationOptions options;
    options.sets = 8;
    options.generations = 1;
    options.starts = 1;
    Experiment with = experiment_of(package);
    const Calibration seen = calibrate(with, options);
    package.observations.pop_back();
    Experiment without = experiment_of(package);
    EXPECT_EQ(seen.sets, calibrate(without, options).sets);
}

TEST(CrossValidation, PredictsEveryRowOnceFromOtherGroups) {
    const Package package = with_truth(5.0);
    Experiment experiment = experiment_of(package);
    CrossValidationOptions options;
    options.folds = 2;
    options.marker = "copies_R";
    const CrossValidation found = cross_validate(experiment, Fold::cell_line, options);
    ASSERT_EQ(found.predictions.size(), package.observations.size());
    for (const Prediction& p : found.predictions) {
        const Observation& o = package.observations[p.observation];
        EXPECT_EQ(p.group, o.profile);
        // Two lines: the mean over the other line is its value at the same dose.
        for (const Observation& other : package.observations) {
            if (other.profile != o.profile && other.treatment_text == o.treatment_text) {
                EXPECT_DOUBLE_EQ(p.mean, *other.value) << o.id;
            }
        }
        EXPECT_DOUBLE_EQ(p.marker, p.mean) << "one level of the marker makes no line";
    }
    ASSERT_FALSE(found.scores.empty());
    const Score& all = *std::find_if(found.scores.begin(), found.scores.end(),
                                     [](const Score& s) { return s.kind == "all"; });
    EXPECT_LT(all.model, all.mean) << "the model made these data";
}

}  // namespace
}  // namespace erbium::calibrate
