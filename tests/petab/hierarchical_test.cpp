// SPDX-License-Identifier: Apache-2.0
// tests/petab/hierarchical_test.cpp: the inner minimum is a minimum, and derivatives are those of
// it.
#include "erbium/petab/hierarchical.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "erbium/fit/multi_start.hpp"
#include "near.hpp"
#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

/// Scaling, offset and noise that only the observation has, and data that determine them.
std::shared_ptr<const BoundProblem> problem() {
    Files files = conversion_1();
    files["parameters.tsv"] +=
        "scale log10 0.01 100 2 1\n"
        "offset lin -5 5 0.3 1\n"
        "sd log10 0.001 10 0.2 1\n";
    files["observables.tsv"] =
        "observableId observableFormula noiseFormula\nobs_a scale*A_tot+offset sd\n";
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement\n"
        "obs_a c0 0 2.31\nobs_a c0 0.5 1.62\nobs_a c0 1 1.49\nobs_a c0 2 1.17\nobs_a c0 4 1.21\n";
    const ProblemFolder folder{files};
    auto loaded = load_problem(folder.path());
    EXPECT_TRUE(loaded) << loaded.error().text();
    return std::make_shared<const BoundProblem>(std::move(loaded).value());
}

TEST(HierarchicalObjectives, SearchOnlyOverWhatSimulationsDependOn) {
    HierarchicalObjective objective{problem()};
    ASSERT_EQ(objective.coordinates().size(), 3U);
    EXPECT_EQ(objective.coordinates()[0].name, "a0");
    EXPECT_EQ(objective.coordinates()[2].name, "k2");
}

TEST(HierarchicalObjectives, FindTheAnalyticScalingOffsetAndNoise) {
    const auto bound = problem();
    HierarchicalObjective objective{bound};
    const std::vector<double> theta{1.2, std::log10(0.7), std::log(0.5)};
    const std::vector<double> x = objective.completed(theta);
    // Linear regression of the data on A(t), and the root mean square of what is left.
    const double k1 = 0.7;
    const double k2 = 0.5;
    const double times[] = {0.0, 0.5, 1.0, 2.0, 4.0};
    const double data[] = {2.31, 1.62, 1.49, 1.17, 1.21};
    double a_mean = 0.0;
    double m_mean = 0.0;
    double a[5];
    for (int i = 0; i < 5; ++i) {
        const double steady = 1.2 * k2 / (k1 + k2);
        a[i] = steady + (1.2 - steady) * std::exp(-(k1 + k2) * times[i]);
        a_mean += a[i] / 5.0;
        m_mean += data[i] / 5.0;
    }
    double covariance = 0.0;
    double variance = 0.0;
    for (int i = 0; i < 5; ++i) {
        covariance += (a[i] - a_mean) * (data[i] - m_mean);
        variance += (a[i] - a_mean) * (a[i] - a_mean);
    }
    const double scale = covariance / variance;
    const double offset = m_mean - scale * a_mean;
    double square = 0.0;
    for (int i = 0; i < 5; ++i) {
        square += std::pow(data[i] - scale * a[i] - offset, 2) / 5.0;
    }
    EXPECT_TRUE(near_rel(std::pow(10.0, x[3]), scale, 1e-5));
    EXPECT_TRUE(near_rel(x[4], offset, 1e-5));
    EXPECT_TRUE(near_rel(std::pow(10.0, x[5]), std::sqrt(square), 1e-5));
    Objective whole{bound};
    EXPECT_TRUE(near_rel(objective.evaluate(theta, fit::Need::value).value,
                         whole.evaluate(x, fit::Need::value).value, 1e-10));
}

TEST(HierarchicalObjectives, HaveTheGradientOfTheirMinimum) {
    HierarchicalObjective objective{problem()};
    std::vector<double> theta{1.2, std::log10(0.7), std::log(0.5)};
    const fit::Evaluation at = objective.evaluate(theta, fit::Need::curvature);
    ASSERT_TRUE(at.ok()) << at.failure;
    for (std::size_t i = 0; i < theta.size(); ++i) {
        const double middle = theta[i];
        constexpr double h = 1e-3;
        theta[i] = middle + h;
        const double above = objective.evaluate(theta, fit::Need::value).value;
        theta[i] = middle - h;
        const double below = objective.evaluate(theta, fit::Need::value).value;
        theta[i] = middle;
        EXPECT_TRUE(near_rel(at.gradient[i], (above - below) / (2.0 * h), 2e-3, 1e-3));
    }
}

TEST(HierarchicalObjectives, ReachTheMinimumOfTheWhole) {
    const auto bound = problem();
    fit::MultiStartOptions options;
    options.starts = 4;
    options.seed = 3;
    HierarchicalObjective hierarchical{bound};
    const auto inner = fit::multi_start(hierarchical, options);
    Objective whole{bound};
    options.starts = 12;
    const auto all = fit::multi_start(whole, options);
    const double best = all[fit::ranking(all).front()].optimum.value;
    EXPECT_TRUE(near_rel(inner[fit::ranking(inner).front()].optimum.value, best, 0.0, 1e-3));
}

}  // namespace
}  // namespace erbium::petab
