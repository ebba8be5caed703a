// SPDX-License-Identifier: Apache-2.0
// tests/petab/objective_test.cpp: likelihoods of a model with a closed form, feature by feature.
#include "erbium/petab/objective.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "erbium/petab/time_grid.hpp"
#include "near.hpp"
#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

/// A(t) of the conversion model.
double a_of(double t, double a0, double b0, double k1, double k2) {
    const double steady = (a0 + b0) * k2 / (k1 + k2);
    return steady + (a0 - steady) * std::exp(-(k1 + k2) * t);
}

double log_normal_density(double m, double y, double s) {
    return -0.5 * std::pow((m - y) / s, 2) - std::log(s * std::sqrt(2.0 * std::numbers::pi));
}

std::shared_ptr<const BoundProblem> load(const Files& files) {
    const ProblemFolder folder{files};
    auto loaded = load_problem(folder.path());
    EXPECT_TRUE(loaded) << loaded.error().text();
    return loaded ? std::make_shared<const BoundProblem>(std::move(loaded).value()) : nullptr;
}

/// Predictions at the nominal point.
Prediction predict(const Files& files) {
    const auto problem = load(files);
    Objective objective{problem};
    Prediction prediction = objective.predict(objective.nominal());
    EXPECT_EQ(prediction.failure, "");
    return prediction;
}

/// The gradient against central differences of the value.
void expect_right_gradient(const Files& files) {
    const auto problem = load(files);
    Objective objective{problem};
    std::vector<double> x = objective.nominal();
    const fit::Evaluation at = objective.evaluate(x, fit::Need::curvature);
    ASSERT_TRUE(at.ok()) << at.failure;
    SimulatorOptions options;
    options.adjoint_from = 1;
    const fit::Evaluation adjoint = Objective{problem, options}.evaluate(x, fit::Need::gradient);
    EXPECT_TRUE(all_near(adjoint.gradient, at.gradient, 1e-6, 1e-8));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double middle = x[i];
        const double h = 1e-3;
        // Richardson: two central differences, the h^2 terms cancelled.
        const auto difference = [&](double step) {
            x[i] = middle + step;
            const double above = objective.evaluate(x, fit::Need::value).value;
            x[i] = middle - step;
            const double below = objective.evaluate(x, fit::Need::value).value;
            x[i] = middle;
            return (above - below) / (2.0 * step);
        };
        const double slope = (4.0 * difference(h) - difference(2.0 * h)) / 3.0;
        EXPECT_TRUE(near_rel(at.gradient[i], slope, 1e-4, 1e-5)) << objective.coordinates()[i].name;
    }
}

TEST(PetabObjective, ComparesWithTheClosedForm) {
    const Prediction p = predict(conversion_1());
    const double late = a_of(10.0, 1.0, 0.0, 0.8, 0.6);
    EXPECT_TRUE(near_rel(p.simulated[0], 1.0, 1e-9));
    EXPECT_TRUE(near_rel(p.simulated[1], late, 1e-7));
    EXPECT_TRUE(near_rel(
        p.llh, log_normal_density(0.7, 1.0, 0.5) + log_normal_density(0.1, late, 0.5), 1e-7));
    expect_right_gradient(conversion_1());
}

TEST(PetabObjective, TakesFormulasApartExactly) {
    Files files = conversion_1();
    files["parameters.tsv"] +=
        "scale log10 0.1 10 2 1\n"
        "offset lin -1 1 0.3 1\n"
        "sd lin 0.01 1 0.2 1\n";
    files["observables.tsv"] =
        "observableId observableFormula observableTransformation noiseFormula\n"
        "obs_a observableParameter1_obs_a*(A_tot+2*B_tot)^2/(1+A_tot*k1)+offset log "
        "noiseParameter1_obs_a+0.1*obs_a\n"
        "obs_b A_tot+B_tot+time lin sd*sqrt(1+B_tot)\n";
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement observableParameters "
        "noiseParameters\n"
        "obs_a c0 1 1.7 scale sd\n"
        "obs_a c0 2 1.2 1.5 0.3\n"
        "obs_b c0 2 3.1 . .\n";
    const Prediction p = predict(files);
    const auto value = [](double t, double scale) {
        const double a = a_of(t, 1.0, 0.0, 0.8, 0.6);
        const double b = 1.0 - a;
        return scale * std::pow(a + 2.0 * b, 2) / (1.0 + a * 0.8) + 0.3;
    };
    EXPECT_TRUE(near_rel(p.simulated[0], value(1.0, 2.0), 1e-7));
    EXPECT_TRUE(near_rel(p.simulated[1], value(2.0, 1.5), 1e-7));
    EXPECT_TRUE(near_rel(p.simulated[2], 3.0, 1e-9));
    EXPECT_TRUE(near_rel(p.noise[0], 0.2 + 0.1 * value(1.0, 2.0), 1e-7));
    EXPECT_TRUE(near_rel(p.noise[1], 0.3 + 0.1 * value(2.0, 1.5), 1e-7));
    expect_right_gradient(files);
}

TEST(PetabObjective, EquilibratesBeforeTheStart) {
    Files files = conversion_1();
    files["parameters.tsv"] =
        "parameterId parameterScale lowerBound upperBound nominalValue estimate\n"
        "a0 lin 0 10 1 1\n"
        "k_before log10 0.01 10 0.3 1\n"
        "k_after lin 0.01 10 0.8 1\n"
        "k2 lin 0.01 10 0.6 1\n";
    files["conditions.tsv"] = "conditionId k1\nbefore k_before\nafter k_after\n";
    files["measurements.tsv"] =
        "observableId preequilibrationConditionId simulationConditionId time measurement\n"
        "obs_a before after 0 0.7\n"
        "obs_a before after 1 0.7\n";
    const Prediction p = predict(files);
    const double start = 0.6 / 0.9;
    EXPECT_TRUE(near_rel(p.simulated[0], start, 1e-7));
    EXPECT_TRUE(near_rel(p.simulated[1], a_of(1.0, start, 1.0 - start, 0.8, 0.6), 1e-7));
    expect_right_gradient(files);
}

TEST(PetabObjective, MeasuresInTheSteadyState) {
    Files files = conversion_1();
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement\n"
        "obs_a c0 1 0.7\n"
        "obs_a c0 inf 0.4\n";
    const Prediction p = predict(files);
    EXPECT_TRUE(near_rel(p.simulated[1], 0.6 / 1.4, 1e-7));
    expect_right_gradient(files);
}

TEST(PetabObjective, AddsPriors) {
    Files files = conversion_1();
    files["parameters.tsv"] =
        "parameterId parameterScale lowerBound upperBound nominalValue estimate "
        "objectivePriorType objectivePriorParameters\n"
        "a0 lin 0 10 1.5 1 normal 1;0.5\n"
        "k1 log10 0.01 10 0.8 1 parameterScaleNormal 0;2\n"
        "k2 log10 0.01 10 0.6 1 . .\n";
    const Prediction p = predict(files);
    EXPECT_TRUE(near_rel(
        p.log_prior,
        log_normal_density(1.5, 1.0, 0.5) + log_normal_density(std::log10(0.8), 0.0, 2.0), 1e-12));
    expect_right_gradient(files);
}

TEST(PetabObjective, IsInfiniteWithAReasonWhenThereIsNoValue) {
    Files files = conversion_1();
    files["observables.tsv"] =
        "observableId observableFormula observableTransformation noiseFormula\n"
        "obs_a A_tot-2 log 0.5\n";
    const auto problem = load(files);
    Objective objective{problem};
    const fit::Evaluation at = objective.evaluate(objective.nominal(), fit::Need::gradient);
    EXPECT_TRUE(std::isinf(at.value) && at.value > 0.0);
    EXPECT_NE(at.failure.find("which has no logarithm"), std::string::npos) << at.failure;
    EXPECT_TRUE(std::isnan(objective.predict(objective.nominal()).llh));
}

/// The conversion model as PEtab 2: equilibration, then two periods.
Files conversion_2() {
    Files files = conversion_1();
    files["problem.yaml"] =
        "format_version: 2.0.0\n"
        "parameter_files: [parameters.tsv]\n"
        "model_files: {m: {location: model.bngl, language: bngl}}\n"
        "condition_files: [conditions.tsv]\n"
        "experiment_files: [experiments.tsv]\n"
        "observable_files: [observables.tsv]\n"
        "measurement_files: [measurements.tsv]\n"
        "mapping_files: [mappings.tsv]\n";
    files["parameters.tsv"] =
        "parameterId lowerBound upperBound nominalValue estimate priorDistribution "
        "priorParameters\n"
        "a0 0 10 1 true . .\n"
        "fast 0.01 10 0.8 true . .\n"
        "k2 0.01 10 0.6 true normal 0.5;0.2\n";
    files["mappings.tsv"] = "petabEntityId modelEntityId\nspecies_b B()\n";
    files["conditions.tsv"] =
        "conditionId targetId targetValue\n"
        "slow k1 fast/2\n"
        "more k1 fast\n"
        "wash species_b 0.1*fast\n";
    files["experiments.tsv"] =
        "experimentId time conditionId\n"
        "e1 -inf slow\n"
        "e1 0 .\n"
        "e1 2 more\n"
        "e1 5 wash\n";
    files["observables.tsv"] =
        "observableId observableFormula noiseFormula noiseDistribution noisePlaceholders "
        "observablePlaceholders\n"
        "obs_a factor*A_tot sd+0.1*obs_a log-normal sd factor\n";
    files["measurements.tsv"] =
        "observableId experimentId time measurement observableParameters noiseParameters\n"
        "obs_a e1 1 0.7 2 0.3\n"
        "obs_a e1 5 0.7 2 0.3\n"
        "obs_a e1 6 0.7 1 0.3\n"
        "obs_a . 1 0.7 1 0.3\n";
    return files;
}

TEST(PetabObjective, FollowsThePeriodsOfPetab2) {
    const Prediction p = predict(conversion_2());
    const double before = 0.6 / (0.4 + 0.6);  // steady with k1 = fast / 2
    EXPECT_TRUE(near_rel(p.simulated[0], 2.0 * before, 1e-6));
    const double at_5 = a_of(3.0, before, 1.0 - before, 0.8, 0.6);
    EXPECT_TRUE(near_rel(p.simulated[1], 2.0 * at_5, 1e-6));
    EXPECT_TRUE(near_rel(p.simulated[2], a_of(1.0, at_5, 0.08, 0.8, 0.6), 1e-6));
    EXPECT_TRUE(near_rel(p.simulated[3], a_of(1.0, 1.0, 0.0, 0.8, 0.6), 1e-6));
    EXPECT_TRUE(near_rel(p.noise[0], 0.3 + 0.1 * p.simulated[0], 1e-12));
    // Uniform priors on the others, and the normal one cut at the bounds.
    const double mass = 0.5 * (std::erf(9.5 / 0.2 / std::numbers::sqrt2) +
                               std::erf(0.49 / 0.2 / std::numbers::sqrt2));
    EXPECT_TRUE(near_rel(
        p.log_prior,
        -std::log(10.0) - std::log(9.99) + log_normal_density(0.6, 0.5, 0.2) - std::log(mass),
        1e-10));
    expect_right_gradient(conversion_2());
}

TEST(PetabObjective, RefusesConditionsThatDependOnTheState) {
    Files files = conversion_2();
    files["conditions.tsv"] += "late k1 A_tot\n";
    files["experiments.tsv"] += "e1 7 late\n";
    const ProblemFolder folder{files};
    const auto loaded = load_problem(folder.path());
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().is_only_unsupported()) << loaded.error().text();
}

TEST(PetabTimeGrid, IsTheCurveBetweenTheMeasurements) {
    Files files = conversion_1();
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement\n"
        "obs_a c0 2 0.7\n"
        "obs_a c0 10 0.1\n"
        "obs_a c0 inf 0.1\n";
    const Problem grid = on_time_grid(load(files)->problem, 50);
    ASSERT_EQ(grid.measurements.size(), 51U);
    auto bound = bind(grid);
    ASSERT_TRUE(bound) << bound.error().text();
    Objective objective{std::make_shared<const BoundProblem>(std::move(bound).value())};
    const Prediction curve = objective.predict(objective.nominal());
    for (std::size_t i = 0; i <= 50; ++i) {
        const double t = 0.2 * static_cast<double>(i);
        EXPECT_NEAR(grid.measurements[i].time, t, 1e-12);
        EXPECT_TRUE(near_rel(curve.simulated[i], a_of(t, 1.0, 0.0, 0.8, 0.6), 1e-6)) << t;
    }
}

TEST(PetabTimeGrid, KeepsCurvesWithOtherPlaceholdersApart) {
    Files files = conversion_1();
    files["observables.tsv"] =
        "observableId observableFormula noiseFormula\n"
        "obs_a observableParameter1_obs_a*A_tot 0.5\n";
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement observableParameters\n"
        "obs_a c0 4 0.7 1\n"
        "obs_a c0 5 0.7 3\n"
        "obs_a c0 8 0.1 1\n";
    const Problem grid = on_time_grid(load(files)->problem, 2);
    ASSERT_EQ(grid.measurements.size(), 6U);
    EXPECT_EQ(grid.measurements[2].time, 8.0);
    EXPECT_EQ(grid.measurements[5].time, 5.0);
    EXPECT_TRUE(is_same_curve(grid.measurements[0], grid.measurements[2]));
    EXPECT_FALSE(is_same_curve(grid.measurements[2], grid.measurements[3]));
}

}  // namespace
}  // namespace erbium::petab
