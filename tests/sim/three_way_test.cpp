// SPDX-License-Identifier: Apache-2.0
// tests/sim/three_way_test.cpp: lanes, single runs and CVODE agree on random networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "random_network.hpp"

#ifndef ERBIUM_RANDOM_NETWORKS
#define ERBIUM_RANDOM_NETWORKS 300
#endif

namespace erbium::sim {
namespace {

net::Network network_of(std::uint32_t seed) {
    const zoo::RandomNetwork random = zoo::random_network(seed, 4 + seed % 9);
    std::vector<std::uint32_t> order(random.amounts.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    return random.network(order);
}

TEST(ThreeWay, LanesSingleRunsAndBdfAgreeWithinTenTolerancesButForAFew) {
    if (!has_cvode()) {
        GTEST_SKIP() << "built without SUNDIALS";
    }
    constexpr double kRtol = 1e-6;
    const SolverOptions options{{kRtol, 1e-9}, 20000, Method::own};
    int without_solution = 0;
    int beyond_ten = 0;
    for (std::uint32_t seed = 1000; seed < 1000 + ERBIUM_RANDOM_NETWORKS; ++seed) {
        const auto system = eqn::compile(network_of(seed));
        ASSERT_TRUE(system) << system.error().text();
        sim::Run run;
        run.output_times = {0.0, 0.1, 0.7, 1.5, 3.0};
        run.events = {{0.7, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}}};
        run.recording = Recording::all(system.value());
        run.recording.observables.clear();
        run.recording.functions.clear();
        const Result exact = solve(system.value(), run, {{1e-10, 1e-12}, 20000, Method::cvode});
        if (exact.status.failure == Failure::too_many_steps) {
            // A rate that jumps against itself on both sides of its condition has no solution to
            // step along. CVODE says so by name; this must be rare here.
            ++without_solution;
            continue;
        }
        ASSERT_TRUE(exact.status.ok()) << "seed " << seed << ": " << exact.status.message;
        double largest = 0.0;
        for (const double value : exact.values) {
            largest = std::max(largest, std::fabs(value));
        }
        const Result single = solve(system.value(), run, options);
        BatchOptions batch;
        batch.solver = options;
        const Result lanes = BatchSolver{system.value(), batch}.solve(std::vector{run}).front();
        for (const Result* found : {&single, &lanes}) {
            const char* const who = found == &single ? "single run" : "lanes";
            ASSERT_TRUE(found->status.ok())
                << "seed " << seed << ", " << who << ": " << found->status.message;
            // Small amounts carry the error of the largest. A network that drives neighbouring
            // solutions apart makes more of the errors of its steps, and lanes meet rates that jump
            // by error control only: of 10,000 networks 9 are beyond ten tolerances, one of them
            // by 450, the others by less than 30.
            const bool is_near = static_cast<bool>(
                all_near(found->values, exact.values, 10.0 * kRtol, kRtol * largest));
            beyond_ten += is_near ? 0 : 1;
            EXPECT_TRUE(all_near(found->values, exact.values, 1000.0 * kRtol, kRtol * largest))
                << "seed " << seed << ", " << who;
        }
    }
    EXPECT_LE(without_solution, ERBIUM_RANDOM_NETWORKS / 50);
    EXPECT_LE(beyond_ten, ERBIUM_RANDOM_NETWORKS / 500);
}

}  // namespace
}  // namespace erbium::sim
