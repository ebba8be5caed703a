// SPDX-License-Identifier: Apache-2.0
// tests/petab/threads_test.cpp: searches, profiles and samples of a problem whose objective
// simulates are the same bits for every number of threads. Solvers keep plans from run to run;
// which thread meets which point must not show.
#include <gtest/gtest.h>

#include <filesystem>

#include "conformance_folder.hpp"
#include "erbium/fit/multi_start.hpp"
#include "erbium/fit/profile.hpp"
#include "erbium/fit/sampler.hpp"
#include "erbium/petab/hierarchical.hpp"
#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

void expect_same_searches(const fit::Objective& objective, fit::MultiStartOptions options) {
    options.threads = 1;
    const std::vector<fit::StartResult> serial = fit::multi_start(objective, options);
    options.threads = 3;
    const std::vector<fit::StartResult> threaded = fit::multi_start(objective, options);
    ASSERT_EQ(threaded.size(), serial.size());
    for (std::size_t i = 0; i < serial.size(); ++i) {
        EXPECT_EQ(threaded[i].start, serial[i].start);
        EXPECT_EQ(threaded[i].optimum.x, serial[i].optimum.x);
        EXPECT_EQ(threaded[i].optimum.value, serial[i].optimum.value);
        EXPECT_EQ(threaded[i].optimum.evaluations, serial[i].optimum.evaluations);
    }
}

void expect_same_profiles(const fit::Objective& objective, std::span<const double> optimum,
                          fit::ProfileOptions options) {
    std::vector<std::size_t> all(objective.coordinates().size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    options.threads = 1;
    const std::vector<fit::Profile> serial = fit::profiles(objective, optimum, all, options);
    options.threads = 3;
    const std::vector<fit::Profile> threaded = fit::profiles(objective, optimum, all, options);
    ASSERT_EQ(serial.size(), all.size());
    ASSERT_EQ(threaded.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(threaded[i].at, serial[i].at);
        EXPECT_EQ(threaded[i].value, serial[i].value);
        EXPECT_EQ(threaded[i].lower, serial[i].lower);
        EXPECT_EQ(threaded[i].upper, serial[i].upper);
    }
}

/// The conversion with enough data that its three parameters can be told apart.
std::shared_ptr<const BoundProblem> conversion() {
    Files files = conversion_1();
    files["measurements.tsv"] =
        "observableId simulationConditionId time measurement\n"
        "obs_a c0 0 1.02\nobs_a c0 0.4 0.78\nobs_a c0 1 0.55\nobs_a c0 2 0.47\nobs_a c0 6 0.43\n";
    files["observables.tsv"] = "observableId observableFormula noiseFormula\nobs_a A_tot 0.03\n";
    const ProblemFolder folder{files};
    auto loaded = load_problem(folder.path());
    EXPECT_TRUE(loaded) << loaded.error().text();
    return std::make_shared<const BoundProblem>(std::move(loaded).value());
}

TEST(PetabThreads, SearchesProfilesAndSamplesAreTheSame) {
    const auto problem = conversion();
    Objective objective{problem};
    fit::MultiStartOptions searches;
    searches.starts = 6;
    expect_same_searches(objective, searches);
    expect_same_searches(HierarchicalObjective{problem}, searches);

    const std::vector<fit::StartResult> found = fit::multi_start(objective, searches);
    const std::vector<double>& best = found[fit::ranking(found).front()].optimum.x;
    expect_same_profiles(objective, best, {.most_points = 8});

    fit::SamplerOptions options;
    options.chains = 3;
    options.samples = 60;
    options.warm_up = 30;
    options.temperatures = 2;
    const std::vector<std::vector<double>> starts{best};
    const fit::Samples serial = fit::sample(objective, starts, options);
    options.threads = 3;
    const fit::Samples threaded = fit::sample(objective, starts, options);
    EXPECT_EQ(threaded.x, serial.x);
    EXPECT_EQ(threaded.value, serial.value);
}

/// A published problem whose linear systems are planned and factored.
TEST(PetabThreads, APublishedProblemIsTheSame) {
    const std::filesystem::path yaml = conformance_folder(ERBIUM_SOURCE_DIR) /
                                       "petab_benchmark/Boehm_JProteomeRes2014" /
                                       "Boehm_JProteomeRes2014.yaml";
    if (!std::filesystem::exists(yaml)) {
        GTEST_SKIP() << yaml << " is not there; set ERBIUM_CONFORMANCE_DIR";
    }
    auto loaded = load_problem(yaml.string());
    ASSERT_TRUE(loaded) << loaded.error().text();
    const auto problem = std::make_shared<const BoundProblem>(std::move(loaded).value());
    Objective objective{problem};
    fit::MultiStartOptions searches;
    searches.starts = 5;
    searches.search.max_iterations = 12;
    expect_same_searches(objective, searches);
    expect_same_profiles(objective, objective.nominal(), {.most_points = 2});
}

}  // namespace
}  // namespace erbium::petab
