// SPDX-License-Identifier: Apache-2.0
// tests/sim/reduction_test.cpp: reduced and whole systems give the same results, whatever happens
// to the subject.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/reduction.hpp"
#include "erbium/sim/solver.hpp"
#include "moiety_network.hpp"
#include "near.hpp"
#include "random_network.hpp"

namespace erbium::sim {
namespace {

constexpr std::uint32_t kMolecules = 4;

eqn::System system_of(std::uint32_t seed) {
    return compiled(zoo::moiety_network(seed, kMolecules, 8 + seed % 24, seed % 3 == 0));
}

/// Doses that add to conserved species, replace and scale them, and a change of parameters.
Run eventful_run(const eqn::System& system, bool equilibrates) {
    Run run;
    run.output_times = {0.0, 0.3, 0.5, 0.5, 1.0, 2.0, 5.0};
    run.initial_state = {{SpeciesId{1}, StateChange::Kind::multiply, 1.5}};
    run.events = {
        {0.5, {}, {{SpeciesId{0}, StateChange::Kind::add, 2.0}}},
        {1.0, {{ParameterId{2}, 3.0}}, {{SpeciesId{5}, StateChange::Kind::set, 0.125}}},
        {2.0, {}, {{SpeciesId{2}, StateChange::Kind::multiply, 0.5}}},
    };
    if (equilibrates) {
        run.equilibration.emplace();
    }
    run.recording = Recording::all(system);
    return run;
}

SolverOptions options(Reducing reducing) {
    SolverOptions o{{1e-8, 1e-10}, 20000, Method::own};
    o.reducing = reducing;
    return o;
}

Result by_lanes(const eqn::System& system, const Run& run, Reducing reducing) {
    BatchOptions batch;
    batch.solver = options(reducing);
    return BatchSolver{system, batch}.solve(std::vector{run}).front();
}

TEST(Reduction, TotalsOfABindingLeaveOneOfThreeSpecies) {
    const Reduction reduction = Reduction::of(compiled(zoo::binding().network));
    EXPECT_EQ(reduction.report()->dependents, 2U);
    EXPECT_EQ(reduction.report()->laws.size(), 2U);
    EXPECT_EQ(reduction.report()->alone, 3U);
    const Reduction none = Reduction::of(compiled(zoo::binding().network), Reducing::none);
    EXPECT_EQ(none.report()->dependents, 0U);
    EXPECT_TRUE(none.report()->laws.empty());
}

TEST(Reduction, ALawIsUsedOnlyWhereItPays) {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        const Reduction paying = Reduction::of(system_of(seed));
        const Reduction all = Reduction::of(system_of(seed), Reducing::all);
        const std::size_t laws = kMolecules - (seed % 3 == 0 ? 1 : 0);
        EXPECT_EQ(all.report()->dependents, laws) << "seed " << seed;
        EXPECT_EQ(paying.report()->laws.size(), laws);
        EXPECT_LE(paying.report()->dependents, laws);
        EXPECT_EQ(paying.elimination().dependents().size(), paying.report()->dependents);
    }
}

TEST(Reduction, TheResultIsThatOfTheWholeSystem) {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        const eqn::System system = system_of(seed);
        const sim::Run run = eventful_run(system, seed % 2 == 0);
        for (const bool is_single : {true, false}) {
            const Result whole = is_single ? solve(system, run, options(Reducing::none))
                                           : by_lanes(system, run, Reducing::none);
            const Result reduced = is_single ? solve(system, run, options(Reducing::all))
                                             : by_lanes(system, run, Reducing::all);
            ASSERT_TRUE(whole.status.ok()) << whole.status.message;
            ASSERT_TRUE(reduced.status.ok()) << reduced.status.message;
            ASSERT_TRUE(reduced.fallbacks.empty()) << reduced.fallbacks.front();
            ASSERT_NE(reduced.reduction, nullptr);
            EXPECT_GT(reduced.reduction->dependents, 0U);
            EXPECT_EQ(whole.reduction->dependents, 0U);
            // The whole system's matrix is nearly singular where a steady state is sought.
            const double tolerance = run.equilibration ? 1e-7 : 1e-10;
            EXPECT_TRUE(all_near(reduced.values, whole.values, tolerance, 0.1 * tolerance))
                << "seed " << seed << (is_single ? ", single run" : ", lanes");
            EXPECT_TRUE(all_near(reduced.end_state, whole.end_state, tolerance, 0.1 * tolerance));
            EXPECT_TRUE(all_near(reduced.steady_state, whole.steady_state, 1e-7, 1e-8));
        }
    }
}

TEST(Reduction, ASteadyStateKeepsTheTotals) {
    double worst_of_whole = 0.0;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const eqn::System system = compiled(zoo::moiety_network(seed, kMolecules, 20, false));
        sim::Run run;
        run.output_times = {0.0};
        run.recording = Recording::all_observables(system);
        const Result start = solve(system, run, options(Reducing::none));
        run.equilibration.emplace();
        const Result whole = solve(system, run, options(Reducing::none));
        for (const Result& reduced :
             {solve(system, run, options(Reducing::all)), by_lanes(system, run, Reducing::all)}) {
            ASSERT_TRUE(reduced.status.ok()) << reduced.status.message;
            for (std::size_t m = 0; m < kMolecules; ++m) {
                EXPECT_NEAR(reduced.at(0, m), start.at(0, m), 1e-13 * start.at(0, m));
                worst_of_whole =
                    std::max(worst_of_whole, std::fabs(whole.at(0, m) / start.at(0, m) - 1.0));
            }
        }
    }
    EXPECT_GT(worst_of_whole, 1e-13) << "without reduction the totals drift";
}

TEST(Reduction, RatesOfAllKindsGiveTheResultOfTheWholeSystem) {
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        const eqn::System system = compiled(zoo::random_network(seed, 4 + seed % 5).network());
        sim::Run run;
        run.output_times = {0.0, 0.2, 0.7, 1.5};
        run.events = {{0.7, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}}};
        run.recording = Recording::all(system);
        const Result whole = solve(system, run, options(Reducing::none));
        const Result reduced = solve(system, run, options(Reducing::all));
        ASSERT_TRUE(whole.status.ok()) << whole.status.message;
        ASSERT_TRUE(reduced.status.ok()) << reduced.status.message;
        // Where a step ends at a crossing, rounding moves the end by what bisection leaves.
        EXPECT_TRUE(all_near(reduced.values, whole.values, 1e-8, 1e-8)) << "seed " << seed;
    }
}

TEST(Reduction, ADoseOfAConservedMoleculeRaisesItsTotalByTheDose) {
    const eqn::System system = compiled(zoo::moiety_network(11, kMolecules, 20, false));
    sim::Run run;
    run.output_times = {0.0, 1.0, 1.0, 4.0};
    run.events = {{1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 2.0}}}};
    run.recording = Recording::all_observables(system);
    for (const Result& result :
         {solve(system, run, options(Reducing::all)), by_lanes(system, run, Reducing::all)}) {
        ASSERT_TRUE(result.status.ok());
        for (std::size_t m = 0; m < kMolecules; ++m) {
            const double dose = m == 0 ? 2.0 : 0.0;
            EXPECT_NEAR(result.at(1, m), result.at(0, m), 1e-13 * result.at(0, m));
            EXPECT_NEAR(result.at(2, m), result.at(1, m) + dose, 1e-13 * result.at(2, m));
            EXPECT_NEAR(result.at(3, m), result.at(2, m), 1e-13 * result.at(2, m));
        }
    }
}

TEST(Reduction, ATriggeredEventMayChangeATotal) {
    net::Network network = zoo::moiety_network(13, kMolecules, 12, false);
    net::NetworkEvent refill;
    refill.name = "refill";
    refill.trigger = zoo::expression("time > 0.75");
    refill.assignments.push_back({SpeciesId{1}, zoo::expression("total_1 + 1")});
    network.events.push_back(refill);
    const eqn::System system = compiled(network);
    sim::Run run;
    run.output_times = {0.0, 0.5, 1.0, 3.0};
    run.recording = Recording::all(system);
    const Result whole = solve(system, run, options(Reducing::none));
    const Result reduced = solve(system, run, options(Reducing::all));
    ASSERT_TRUE(reduced.status.ok()) << reduced.status.message;
    EXPECT_TRUE(all_near(reduced.values, whole.values, 1e-9, 1e-10));
    const auto total = static_cast<std::size_t>(system.state_count()) + 1;
    EXPECT_GT(reduced.at(2, total), reduced.at(1, total));
    EXPECT_NEAR(reduced.at(3, total), reduced.at(2, total), 1e-12 * reduced.at(2, total));
}

TEST(Reduction, AScarceDependentSpeciesKeepsItsDigits) {
    // A + B <-> C with B in excess: nearly no A is free, whichever species follows from the others.
    net::Network network;
    network.parameters.push_back({"on", zoo::expression("1e3")});
    network.parameters.push_back({"off", zoo::expression("1e-3")});
    network.rate_laws.push_back({net::RateLawKind::mass_action, {"on"}});
    network.rate_laws.push_back({net::RateLawKind::mass_action, {"off"}});
    const SpeciesId a = network.add_species("A", zoo::expression("1"), false);
    const SpeciesId b = network.add_species("B", zoo::expression("1e4"), false);
    const SpeciesId c = network.add_species("C", zoo::expression("0"), false);
    const std::vector<SpeciesId> free{a, b};
    const std::vector<SpeciesId> bound{c};
    network.add_reaction(free, bound, net::RateLawId{0}, 1.0, net::Network::kNoRule);
    network.add_reaction(bound, free, net::RateLawId{1}, 1.0, net::Network::kNoRule);
    const eqn::System system = compiled(network);
    sim::Run run;
    run.output_times = {10.0};
    run.recording = Recording::all(system);
    SolverOptions exact{{1e-10, 1e-22}, 20000, Method::own};
    const Result result = solve(system, run, exact);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_EQ(result.reduction->dependents, 2U);
    // on A B = off C with C = 1 - A, B = 1e4 - C, to the digits that a total of 1e4 leaves to B.
    const double expected = 1e-3 / (1e3 * (1e4 - 1.0));
    EXPECT_NEAR(result.at(0, 0), expected, 1e-6 * expected);
}

TEST(Reduction, LanesThreadsAndOrderGiveTheSameBytes) {
    const eqn::System system = system_of(17);
    std::vector<sim::Run> runs;
    for (int i = 0; i < 20; ++i) {
        sim::Run run = eventful_run(system, i % 2 == 0);
        run.parameters = {{ParameterId{0}, 0.2 + 0.05 * i}};
        runs.push_back(run);
    }
    BatchOptions one;
    one.solver = options(Reducing::all);
    one.lanes = 1;
    const std::vector<Result> expected = BatchSolver{system, one}.solve(runs);
    BatchOptions many;
    many.solver = options(Reducing::all);
    many.threads = 3;
    std::vector<sim::Run> reversed(runs.rbegin(), runs.rend());
    const std::vector<Result> found = BatchSolver{system, many}.solve(reversed);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        EXPECT_GT(expected[i].reduction->dependents, 0U);
        EXPECT_EQ(expected[i].values, found[runs.size() - 1 - i].values) << "run " << i;
    }
}

}  // namespace
}  // namespace erbium::sim
