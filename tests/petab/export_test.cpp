// SPDX-License-Identifier: Apache-2.0
// tests/petab/export_test.cpp: a problem written as PEtab 2 and read back is the same problem.
#include <gtest/gtest.h>

#include <filesystem>

#include "conformance_folder.hpp"
#include "erbium/petab/objective.hpp"
#include "erbium/petab/write_problem.hpp"
#include "near.hpp"
#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const BoundProblem> load(const std::string& yaml) {
    auto loaded = load_problem(yaml);
    EXPECT_TRUE(loaded) << loaded.error().text();
    return loaded ? std::make_shared<const BoundProblem>(std::move(loaded).value()) : nullptr;
}

/// Writes the problem as PEtab 2 into a folder beside; gives the path of its YAML.
std::string exported(const BoundProblem& problem, const fs::path& folder) {
    const auto model = read_model(problem.problem);
    EXPECT_TRUE(model);
    const auto files = export_version_2(problem.problem, model.value());
    EXPECT_TRUE(files) << files.error().text();
    for (const auto& [name, text] : files.value()) {
        write_file((folder / name).string(), text);
    }
    return (folder / "problem.yaml").string();
}

/// Likelihoods at the nominal points, and gradients over values rather than scales.
void expect_equal(const std::shared_ptr<const BoundProblem>& before,
                  const std::shared_ptr<const BoundProblem>& after) {
    Objective a{before};
    Objective b{after};
    EXPECT_EQ(after->problem.version, 2);
    const Prediction p = a.predict(a.nominal());
    const Prediction q = b.predict(b.nominal());
    ASSERT_EQ(p.failure, "");
    ASSERT_EQ(q.failure, "");
    EXPECT_TRUE(near_rel(q.llh, p.llh, 1e-9));
    EXPECT_TRUE(all_near(q.simulated, p.simulated, 1e-9, 1e-12));
}

TEST(PetabExport, KeepsEquilibrationsScalesNoiseAndPriors) {
    Files files = conversion_1();
    files["parameters.tsv"] =
        "parameterId parameterScale lowerBound upperBound nominalValue estimate "
        "objectivePriorType objectivePriorParameters\n"
        "a0 lin 0 10 1 1 normal 1;0.5\n"
        "k_before log10 0.01 10 0.3 1 parameterScaleNormal 0;2\n"
        "k2 log 0.01 10 0.6 1 parameterScaleLaplace 0;1\n"
        "s log10 0.01 10 1.5 0 . .\n";
    // The second condition leaves k1 to the model again.
    files["conditions.tsv"] = "conditionId k1\nbefore k_before\nafter NaN\n";
    files["observables.tsv"] =
        "observableId observableFormula observableTransformation noiseFormula noiseDistribution\n"
        "obs_a observableParameter1_obs_a*A_tot/(1+A_tot^2) log10 "
        "noiseParameter1_obs_a+0.1*exp(-k2) normal\n"
        "obs_b piecewise(A_tot,A_tot>0.5,2*B_tot) lin 0.5 laplace\n";
    files["measurements.tsv"] =
        "observableId preequilibrationConditionId simulationConditionId time measurement "
        "observableParameters noiseParameters\n"
        "obs_a before after 0 0.7 s 0.3\n"
        "obs_b before after 1 0.7 . .\n"
        "obs_a . after 2 0.4 2 0.2\n";
    const ProblemFolder folder{files};
    const auto before = load(folder.path());
    ASSERT_NE(before, nullptr);
    const auto after = load(exported(*before, fs::path{folder.path("")} / "v2"));
    ASSERT_NE(after, nullptr);
    expect_equal(before, after);
    // The prior of k_before, N(0, 2) over log10, is the same density over the value but for the
    // Jacobian, which belongs to version 2's way of counting.
    const Prior& prior = *after->problem.parameters[1].prior;
    EXPECT_EQ(prior.kind, PriorKind::log_normal);
    EXPECT_TRUE(near_rel(prior.b, 2.0 * std::log(10.0), 1e-15));
}

TEST(PetabExport, KeepsEveryCaseOfTheSuite) {
    const fs::path folder =
        conformance_folder(ERBIUM_SOURCE_DIR) / "petab_test_suite" / "v1.0.0" / "sbml";
    if (!fs::is_directory(folder)) {
        GTEST_SKIP() << folder << " is not there; set ERBIUM_CONFORMANCE_DIR";
    }
    const ProblemFolder work{{}};
    for (const auto& entry : fs::directory_iterator{folder}) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory()) {
            SCOPED_TRACE(name);
            const auto before = load((entry.path() / ("_" + name + ".yaml")).string());
            ASSERT_NE(before, nullptr);
            const auto after = load(exported(*before, fs::path{work.path("")} / name));
            ASSERT_NE(after, nullptr);
            expect_equal(before, after);
        }
    }
}

}  // namespace
}  // namespace erbium::petab
