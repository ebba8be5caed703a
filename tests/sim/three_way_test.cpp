// SPDX-License-Identifier: Apache-2.0
// tests/sim/three_way_test.cpp: lanes, single runs and CVODE agree on random networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
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

/// How far the oracle's solution moves when what it starts from and depends on moves by the
/// tolerance, and when its own tolerance is another: the largest change of each value. Where
/// neighbouring solutions run apart, or a rate jumps back and forth many times, an integrator whose
/// every step is good to the tolerance cannot be held to less than some multiple of that.
std::vector<double> uncertainty_of(const eqn::System& system, const sim::Run& run,
                                   const Result& exact, SolverOptions oracle, double rtol) {
    std::vector<double> moved(exact.values.size(), 0.0);
    const auto compare = [&](const sim::Run& other, const SolverOptions& options) {
        const Result result = solve(system, other, options);
        for (std::size_t v = 0; result.status.ok() && v < moved.size(); ++v) {
            moved[v] = std::max(moved[v], std::fabs(result.values[v] - exact.values[v]));
        }
    };
    std::mt19937_64 random{1};
    std::uniform_real_distribution<double> change{-rtol, rtol};
    for (int i = 0; i < 8; ++i) {
        sim::Run perturbed = run;
        for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
            if (!system.is_derived(ParameterId{p})) {
                perturbed.parameters.push_back(
                    {ParameterId{p}, system.parameter_values()[p] * (1.0 + change(random))});
            }
        }
        for (std::uint32_t s = 0; s < system.state_count(); ++s) {
            perturbed.initial_state.push_back(
                {SpeciesId{s}, StateChange::Kind::multiply, 1.0 + change(random)});
        }
        compare(perturbed, oracle);
    }
    for (const double tolerance : {1e-9, 1e-11}) {
        oracle.tolerances.rtol = tolerance;
        compare(run, oracle);
    }
    return moved;
}

TEST(ThreeWay, LanesSingleRunsAndBdfAgreeWithinTenTolerances) {
    if (!has_cvode()) {
        GTEST_SKIP() << "built without SUNDIALS";
    }
    constexpr double kRtol = 1e-6;
    const SolverOptions options{{kRtol, 1e-9}, 20000, Method::own};
    const SolverOptions oracle{{1e-10, 1e-12}, 20000, Method::cvode};
    int without_solution = 0;
    int ill_conditioned = 0;
    for (std::uint32_t seed = 1000; seed < 1000 + ERBIUM_RANDOM_NETWORKS; ++seed) {
        const auto system = eqn::compile(network_of(seed));
        ASSERT_TRUE(system) << system.error().text();
        sim::Run run;
        run.output_times = {0.0, 0.1, 0.7, 1.5, 3.0};
        run.events = {{0.7, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}}};
        run.recording = Recording::all(system.value());
        run.recording.observables.clear();
        run.recording.functions.clear();
        const Result exact = solve(system.value(), run, oracle);
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
        std::vector<double> moved;  // of the oracle, where that is asked for
        for (const Result* found : {&single, &lanes}) {
            const char* const who = found == &single ? "single run" : "lanes";
            ASSERT_TRUE(found->status.ok())
                << "seed " << seed << ", " << who << ": " << found->status.message;
            EXPECT_TRUE(found->fallbacks.empty()) << "seed " << seed << ", " << who;
            // Small amounts carry the error of the largest.
            if (all_near(found->values, exact.values, 10.0 * kRtol, kRtol * largest)) {
                continue;
            }
            // Of 10,000 networks one: a rate that jumps 170 times, on which CVODE at 1e-10 and at
            // 1e-11 differ by 900 tolerances.
            if (moved.empty()) {
                moved = uncertainty_of(system.value(), run, exact, oracle, kRtol);
                ++ill_conditioned;
            }
            for (std::size_t v = 0; v < moved.size(); ++v) {
                const double allowed =
                    10.0 * std::max(moved[v], kRtol * std::fabs(exact.values[v]));
                EXPECT_LE(std::fabs(found->values[v] - exact.values[v]), allowed + kRtol * largest)
                    << "seed " << seed << ", " << who << ", value " << v << ": " << exact.values[v]
                    << ", which moves by " << moved[v];
            }
        }
    }
    EXPECT_LE(without_solution, ERBIUM_RANDOM_NETWORKS / 50);
    EXPECT_LE(ill_conditioned, ERBIUM_RANDOM_NETWORKS / 1000);
}

}  // namespace
}  // namespace erbium::sim
