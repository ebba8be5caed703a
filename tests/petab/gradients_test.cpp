// SPDX-License-Identifier: Apache-2.0
// tests/petab/gradients_test.cpp: gradients of published problems against central differences.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "erbium/petab/objective.hpp"

namespace erbium::petab {
namespace {

namespace fs = std::filesystem;

fs::path benchmark() {
    const char* set = std::getenv("ERBIUM_CONFORMANCE_DIR");
    const fs::path folder =
        set != nullptr ? fs::path{set}
                       : fs::path{ERBIUM_SOURCE_DIR}.parent_path() / "shared" / "conformance";
    return folder / "petab_benchmark";
}

struct Case {
    const char* name;
    bool is_large;  ///< only 12 of its parameters are moved
};

constexpr Case kCases[] = {{"Boehm_JProteomeRes2014", false},  {"Bruno_JExpBot2016", false},
                           {"Crauste_CellSystems2017", false}, {"Brannmark_JBC2010", false},
                           {"Elowitz_Nature2000", false},      {"Borghans_BiophysChem1997", false},
                           {"Zheng_PNAS2012", false},          {"Sneyd_PNAS2002", false},
                           {"Bachmann_MSB2011", false},        {"SalazarCavazos_MBoC2020", false},
                           {"Raimundez_PCB2020", true},        {"Chen_MSB2009", true}};

class Gradients : public ::testing::TestWithParam<Case> {};

/// The directional derivative along pseudo-random directions, and the largest partial derivatives,
/// against Richardson-extrapolated central differences of values by the reference at rtol 1e-10.
TEST_P(Gradients, AgreeWithDifferencesOfTheReference) {
    const std::string name = GetParam().name;
    const fs::path yaml = benchmark() / name / (name + ".yaml");
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
    SimulatorOptions tight;
    tight.integration = Integration::reference;
    tight.solver.tolerances.rtol = 1e-10;
    Objective reference{problem, tight};
    // Away from the nominal point, where gradients are near 0; not far, for some models grow
    // without bound nearby (Crauste).
    std::vector<double> x = objective.nominal();
    for (std::size_t i = 0; i < x.size(); ++i) {
        const fit::Coordinate& c = objective.coordinates()[i];
        const double away = 0.004 * std::sin(1.0 + 3.0 * static_cast<double>(i));
        x[i] = std::fmin(std::fmax(x[i] + away, c.lower + 0.003), c.upper - 0.003);
    }
    const fit::Evaluation at = objective.evaluate(x, fit::Need::gradient);
    ASSERT_TRUE(at.ok()) << at.failure;
    const auto along = [&](const std::vector<double>& direction, double h) {
        std::vector<double> moved = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            moved[i] = x[i] + h * direction[i];
        }
        const double above = reference.evaluate(moved, fit::Need::value).value;
        for (std::size_t i = 0; i < x.size(); ++i) {
            moved[i] = x[i] - h * direction[i];
        }
        return (above - reference.evaluate(moved, fit::Need::value).value) / (2.0 * h);
    };
    double largest = 0.0;
    for (const double g : at.gradient) {
        largest = std::fmax(largest, std::fabs(g));
    }
    const std::size_t count = GetParam().is_large ? std::min<std::size_t>(x.size(), 12) : x.size();
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t i = k * x.size() / count;
        std::vector<double> direction(x.size(), 0.0);
        direction[i] = 1.0;
        constexpr double h = 1e-3;
        const double slope = (4.0 * along(direction, h) - along(direction, 2.0 * h)) / 3.0;
        EXPECT_NEAR(at.gradient[i], slope, 1e-3 * std::fabs(slope) + 1e-5 * largest)
            << objective.coordinates()[i].name;
    }
}

INSTANTIATE_TEST_SUITE_P(Problems, Gradients, ::testing::ValuesIn(kCases),
                         [](const auto& problem) { return std::string{problem.param.name}; });

}  // namespace
}  // namespace erbium::petab
