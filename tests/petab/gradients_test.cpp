// SPDX-License-Identifier: Apache-2.0
// tests/petab/gradients_test.cpp: gradients of published problems against central differences.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "conformance_folder.hpp"
#include "erbium/petab/gradient_check.hpp"

namespace erbium::petab {
namespace {

namespace fs = std::filesystem;

struct Case {
    const char* name;
    double away{0.004};     ///< how far from the nominal point the test point is
    std::size_t count{64};  ///< at most so many of its parameters are moved
};

// Crauste: solutions grow without bound on the other side of the nominal point, and next to it
// derivatives depend on the tolerance.
constexpr Case kCases[] = {{"Boehm_JProteomeRes2014"},
                           {"Bruno_JExpBot2016"},
                           {"Crauste_CellSystems2017", -0.03},
                           {"Borghans_BiophysChem1997"},
                           {"Zheng_PNAS2012"},
                           {"Sneyd_PNAS2002"},
                           {"SalazarCavazos_MBoC2020"},
                           {"Bachmann_MSB2011", 0.004, 12},
                           {"Brannmark_JBC2010"},
                           {"Elowitz_Nature2000"},
                           {"Raimundez_PCB2020", 0.004, 3},
                           {"Chen_MSB2009", 0.004, 3}};

class Gradients : public ::testing::TestWithParam<Case> {};

/// Exact gradients (forward; adjoint where an experiment depends on 50 parameters) against
/// differences of values by the other integrator, the reference at rtol 1e-10.
TEST_P(Gradients, AgreeWithDifferencesOfTheReference) {
    const Case& problem_case = GetParam();
    const std::string name = problem_case.name;
    const fs::path yaml =
        conformance_folder(ERBIUM_SOURCE_DIR) / "petab_benchmark" / name / (name + ".yaml");
    if (!fs::is_regular_file(yaml)) {
        GTEST_SKIP() << yaml << " is not there; set ERBIUM_CONFORMANCE_DIR";
    }
    auto loaded = load_problem(yaml.string());
    ASSERT_TRUE(loaded) << loaded.error().text();
    const auto problem = std::make_shared<const BoundProblem>(std::move(loaded).value());
    // Derivatives are exact for the steps computed; how near these come to the true solution is a
    // matter of tolerance.
    SimulatorOptions fine;
    fine.lanes_rtol = 1e-8;
    Objective objective{problem, fine};
    // Away from the nominal point, where gradients are near 0.
    std::vector<double> x = objective.nominal();
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] += problem_case.away * std::sin(1.0 + 3.0 * static_cast<double>(i));
    }
    const std::vector<std::string> fallbacks = objective.gradient(x).fallbacks;
    ASSERT_TRUE(fallbacks.empty()) << fallbacks.front();
    const fit::Evaluation at = objective.evaluate(x, fit::Need::gradient);
    ASSERT_TRUE(at.ok()) << at.failure;
    SimulatorOptions tight;
    tight.integration = Integration::reference;
    tight.solver.tolerances.rtol = 1e-10;
    Objective reference{problem, tight};
    double largest = 0.0;
    for (const double g : at.gradient) {
        largest = std::fmax(largest, std::fabs(g));
    }
    std::size_t evaluations = 0;
    const std::size_t count = std::min(x.size(), problem_case.count);
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t i = k * x.size() / count;
        const double tolerance = 1e-3 * std::fabs(at.gradient[i]) + 1e-5 * largest;
        const SettledDifference by_difference =
            settled_difference(reference, x, i, 0.1 * tolerance, evaluations);
        EXPECT_LE(by_difference.uncertainty, 0.5 * tolerance)
            << objective.coordinates()[i].name << ": differences do not settle";
        EXPECT_NEAR(at.gradient[i], by_difference.slope, tolerance)
            << objective.coordinates()[i].name;
    }
}

INSTANTIATE_TEST_SUITE_P(Problems, Gradients, ::testing::ValuesIn(kCases),
                         [](const auto& problem) { return std::string{problem.param.name}; });

}  // namespace
}  // namespace erbium::petab
