// SPDX-License-Identifier: Apache-2.0
// tests/petab/gradient_check_test.cpp: the check of a problem's gradient, where it must agree and
// where it must not be sure.
#include "erbium/petab/gradient_check.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

std::shared_ptr<const BoundProblem> load(const Files& files) {
    const ProblemFolder folder{files};
    auto loaded = load_problem(folder.path());
    EXPECT_TRUE(loaded) << loaded.error().text();
    return loaded ? std::make_shared<const BoundProblem>(std::move(loaded).value()) : nullptr;
}

TEST(PetabGradientCheck, AgreesOnEveryScale) {
    const GradientCheck check = check_gradient(load(conversion_1()), {{0.9, -0.1, -0.5}});
    EXPECT_EQ(check.failure, "");
    ASSERT_EQ(check.slopes.size(), 3U);
    EXPECT_EQ(check.slopes[1].name, "k1");
    for (const CheckedSlope& slope : check.slopes) {
        EXPECT_TRUE(slope.agrees && slope.is_decided) << slope.name;
        EXPECT_NEAR(slope.difference, slope.forward, 1e-4 * std::fabs(slope.forward)) << slope.name;
    }
    EXPECT_GT(check.evaluations, 6U);
}

TEST(PetabGradientCheck, MovesLargeAndSmallNumbersByPartsOfThem) {
    Files files = conversion_1();
    files["parameters.tsv"] =
        "parameterId parameterScale lowerBound upperBound nominalValue estimate\n"
        "a0 lin 0 1e9 1e6 1\n"
        "k1 lin 0 1e-3 2e-6 1\n"
        "k2 lin 0 1e-3 1e-6 1\n";
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement noiseParameters\n"
        "obs_a c0 2e5 7e5 .\n";
    files["observables.tsv"] = "observableId observableFormula noiseFormula\nobs_a A_tot 1e5\n";
    const GradientCheck check = check_gradient(load(files), {{1.1e6, 2.1e-6, 1.2e-6}});
    EXPECT_EQ(check.failure, "");
    for (const CheckedSlope& slope : check.slopes) {
        EXPECT_TRUE(slope.agrees) << slope.name << ' ' << slope.forward << ' ' << slope.difference;
    }
}

TEST(PetabGradientCheck, TellsOfAPointWithoutAValue) {
    Files files = conversion_1();
    files["observables.tsv"] = "observableId observableFormula noiseFormula\nobs_a A_tot -0.5\n";
    const GradientCheck check = check_gradient(load(files), {{0.9, -0.1, -0.5}});
    EXPECT_NE(check.failure, "");
    EXPECT_TRUE(check.slopes.empty());
}

TEST(PetabGradientCheck, ADifferenceOfACurveSettlesOnItsSlope) {
    const auto problem = load(conversion_1());
    SimulatorOptions options;
    options.integration = Integration::reference;
    options.solver.tolerances.rtol = 1e-10;
    Objective objective{problem, options};
    std::size_t evaluations = 0;
    const SettledDifference found =
        settled_difference(objective, std::vector<double>{0.9, -0.1, -0.5}, 0, 1e-7, evaluations);
    EXPECT_LE(found.uncertainty, 1e-7);
    // A(0) = a0 is measured as 0.7 and A(10) = a0 * s as 0.1, both with noise 0.5.
    const double k1 = std::pow(10.0, -0.1);
    const double k2 = std::exp(-0.5);
    const double part = k2 / (k1 + k2) + k1 / (k1 + k2) * std::exp(-10.0 * (k1 + k2));
    EXPECT_NEAR(found.slope, ((0.9 - 0.7) + (0.9 * part - 0.1) * part) / 0.25, 1e-6);
    EXPECT_GE(evaluations, 4U);
}

}  // namespace
}  // namespace erbium::petab
