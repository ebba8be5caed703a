// SPDX-License-Identifier: Apache-2.0
// tests/sim/rosenbrock_batch_test.cpp: batches over lanes against exact solutions, against BDF, and
// against themselves with other lanes, threads and orders.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/lanes_integrator.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"
#include "same_bytes.hpp"

namespace erbium::sim {
namespace {

using Subject = Run;  // inside a test, Run is a member function of GoogleTest's

Subject run_of(const eqn::System& system, std::vector<double> times) {
    Subject run;
    run.output_times = std::move(times);
    for (std::uint32_t s = 0; s < system.state_count(); ++s) {
        run.recording.species.push_back(SpeciesId{s});
    }
    return run;
}

BatchOptions with_rtol(double rtol, BatchMethod method = BatchMethod::rodas4) {
    return {.solver = {.tolerances = {rtol, rtol * 1e-6}}, .method = method};
}

::testing::AssertionResult same(const Result& a, const Result& b) {
    if (!same_bytes(a.values, b.values) || !same_bytes(a.end_state, b.end_state)) {
        return ::testing::AssertionFailure() << "the numbers differ";
    }
    if (a.status.failure != b.status.failure || a.status.message != b.status.message ||
        a.fallbacks != b.fallbacks || a.statistics.steps != b.statistics.steps ||
        a.statistics.error_test_failures != b.statistics.error_test_failures) {
        return ::testing::AssertionFailure() << "status or statistics differ";
    }
    return ::testing::AssertionSuccess();
}

/// A random network of conversions and bindings; some rates depend on functions and on time.
net::Network random_network(std::uint64_t seed) {
    std::mt19937_64 random{seed};
    const std::size_t n = 3 + random() % 8;
    std::uniform_real_distribution<double> decades{-2.0, 2.0};
    const auto number = [&] { return std::to_string(std::pow(10.0, decades(random))); };
    zoo::NetworkMaker m;
    std::vector<std::string> names;
    for (std::size_t s = 0; s < n; ++s) {
        names.push_back("S" + std::to_string(s));
        m.species(names.back(), number());
    }
    m.observable("Some", {{names[0], 1.0}, {names[1], 2.0}});
    m.parameter("K", "3.0");
    m.function("saturating", "Some^1.5/(K^1.5+Some^1.5)+0.1*exp(-Some)");
    m.function("seasonal", "1+0.5*sin(time())");
    for (std::size_t r = 0; r < 2 * n; ++r) {
        const std::string k = "k" + std::to_string(r);
        m.parameter(k, number());
        const std::string& a = names[random() % n];
        const std::string& b = names[random() % n];
        const std::string& c = names[random() % n];
        if (r % 4 == 0) {
            m.reaction({a, b}, {c}, {k}).reaction({c}, {a, b}, {k});
        } else if (r % 4 == 1) {
            m.reaction({a}, {b}, {k});
        } else if (r % 4 == 2) {
            m.reaction({a}, {b}, {"saturating"}, net::RateLawKind::function);
        } else {
            m.reaction({a}, {c}, {"seasonal"}, net::RateLawKind::function);
        }
    }
    return m.network();
}

/// Subjects that differ in their parameters, with doses in between.
std::vector<Subject> cohort(const eqn::System& system, std::size_t count) {
    std::mt19937_64 random{5};
    std::normal_distribution<double> normal;
    std::vector<Subject> runs;
    for (std::size_t i = 0; i < count; ++i) {
        Subject run = run_of(system, {0.0, 0.3, 1.0, 1.0, 2.5, 7.0});
        for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
            const double value = system.parameter_values()[p];
            run.parameters.push_back({ParameterId{p}, value * std::exp(0.7 * normal(random))});
        }
        run.events.push_back({1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 5.0}}});
        run.events.push_back({3.0 + 0.01 * static_cast<double>(i),
                              {{ParameterId{0}, 1.5}},
                              {{SpeciesId{1}, StateChange::Kind::multiply, 0.5}}});
        runs.push_back(std::move(run));
    }
    return runs;
}

class EveryLaneKernel : public ::testing::TestWithParam<SystemKernels> {
protected:
    [[nodiscard]] static BatchOptions on_kernel(BatchOptions options) {
        options.target = GetParam().math->target;
        options.lanes = GetParam().math->width;
        return options;
    }
};

double error_of(const zoo::ExactProblem& problem, const BatchOptions& options) {
    const eqn::System system = compiled(problem.network);
    const std::vector<Subject> runs(3, run_of(system, problem.times));
    const std::vector<Result> results = BatchSolver{system, options}.solve(runs);
    double worst = 0.0;
    for (const Result& result : results) {
        EXPECT_TRUE(result.status.ok()) << problem.name << ": " << result.status.message;
        EXPECT_TRUE(result.fallbacks.empty()) << problem.name << ": " << result.fallbacks.front();
        for (std::size_t s = 0; s < system.state_count(); ++s) {
            double error = 0.0;
            double size = 0.0;
            for (std::size_t i = 0; i < problem.times.size(); ++i) {
                const double exact = problem.solution(problem.times[i])[s];
                error = std::max(error, std::fabs(result.at(i, s) - exact));
                size = std::max(size, std::fabs(exact));
            }
            worst = std::max(worst, error / size);
        }
    }
    return worst;
}

TEST_P(EveryLaneKernel, MeetsExactSolutionsWithinAHundredTolerances) {
    for (const BatchMethod method : {BatchMethod::rodas4, BatchMethod::rodas5p}) {
        for (const zoo::ExactProblem& problem : zoo::exact_problems()) {
            for (const double rtol : {1e-3, 1e-5, 1e-7}) {
                EXPECT_LT(error_of(problem, on_kernel(with_rtol(rtol, method))), 100.0 * rtol)
                    << problem.name << " at " << rtol;
            }
        }
    }
}

TEST_P(EveryLaneKernel, GivesTheBytesOfOnePortableLane) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const eqn::System system = compiled(random_network(seed));
        const std::vector<Subject> runs = cohort(system, 21);
        BatchOptions plain = with_rtol(1e-4);
        plain.target = math::Target::portable;
        plain.lanes = 1;
        const std::vector<Result> expected = BatchSolver{system, plain}.solve(runs);
        const std::vector<Result> found =
            BatchSolver{system, on_kernel(with_rtol(1e-4))}.solve(runs);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            EXPECT_TRUE(same(found[i], expected[i])) << "subject " << i << ", seed " << seed;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, EveryLaneKernel,
                         ::testing::ValuesIn(system_kernels().begin(), system_kernels().end()),
                         [](const auto& kernel) {
                             return std::string{math::name(kernel.param.math->target)} + "_" +
                                    std::to_string(kernel.param.math->width);
                         });

TEST(Batch, GivesTheSameBytesForEveryNumberOfThreadsAndEveryOrderOfSubjects) {
    const eqn::System system = compiled(random_network(4));
    const std::vector<Subject> runs = cohort(system, 40);
    const std::vector<Result> expected = BatchSolver{system, with_rtol(1e-4)}.solve(runs);
    for (const unsigned threads : {2U, 4U}) {
        BatchOptions options = with_rtol(1e-4);
        options.threads = threads;
        const std::vector<Result> found = BatchSolver{system, options}.solve(runs);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            EXPECT_TRUE(same(found[i], expected[i])) << threads << " threads, subject " << i;
        }
    }
    const std::vector<Subject> reversed(runs.rbegin(), runs.rend());
    const std::vector<Result> found = BatchSolver{system, with_rtol(1e-4)}.solve(reversed);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        EXPECT_TRUE(same(found[runs.size() - 1 - i], expected[i])) << "reversed, subject " << i;
    }
}

TEST(Batch, AgreesWithBdfOnRandomNetworks) {
    if (!has_cvode()) {
        GTEST_SKIP() << "built without SUNDIALS";
    }
    const SolverOptions bdf{{1e-10, 1e-12}, 200000, Method::cvode};
    for (std::uint64_t seed = 10; seed < 60; ++seed) {
        const eqn::System system = compiled(random_network(seed));
        const std::vector<Subject> runs = cohort(system, 3);
        const std::vector<Result> found = BatchSolver{system, with_rtol(1e-6)}.solve(runs);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const Result expected = solve(system, runs[i], bdf);
            ASSERT_TRUE(expected.status.ok()) << expected.status.message;
            ASSERT_TRUE(found[i].status.ok()) << found[i].status.message;
            double largest = 0.0;
            for (const double value : expected.values) {
                largest = std::max(largest, std::fabs(value));
            }
            // Within ten tolerances; small amounts carry the error of the largest.
            EXPECT_TRUE(all_near(found[i].values, expected.values, 1e-5, 1e-6 * largest))
                << "seed " << seed << ", subject " << i;
        }
    }
}

TEST(Batch, WithRowExchangesIsTheSameToRounding) {
    const eqn::System system = compiled(random_network(7));
    const Subject run = cohort(system, 1).front();
    const LaneTables tables{system};
    const math::LuPlan plan =
        math::LuPlan::make({system.program().column_begins, system.program().row_of_entry});
    std::vector<Result> results(2);
    for (const Pivoting pivoting : {Pivoting::none, Pivoting::rows}) {
        LaneIntegrator integrator{tables,
                                  plan,
                                  system_kernels().front(),
                                  rodas4(),
                                  SolverOptions{.tolerances = {1e-8, 1e-12}},
                                  pivoting};
        Result& result = results[pivoting == Pivoting::rows ? 1 : 0];
        bool is_given = false;
        integrator.solve(
            [&] {
                return std::exchange(is_given, true) ? LaneTask{} : LaneTask{&run, &result};
            },
            [](Result&) {});
        ASSERT_TRUE(result.status.ok()) << result.status.message;
    }
    // Rounding moves step sizes a little, which moves results by less than the tolerance.
    EXPECT_TRUE(all_near(results[0].values, results[1].values, 1e-7, 1e-9));
}

TEST(Batch, WithOneMatrixAfterAnotherIsTheSameToRoundingAndTheSameBytesOnEveryKernel) {
    const eqn::System system = compiled(random_network(8));
    const std::vector<Subject> runs = cohort(system, 11);
    const LaneTables tables{system};
    const math::SupernodePlan plan =
        math::SupernodePlan::make({system.program().column_begins, system.program().row_of_entry});
    BatchOptions options = with_rtol(1e-8);
    const std::vector<Result> expected = BatchSolver{system, options}.solve(runs);
    std::vector<Result> first;
    for (const SystemKernels& kernels : system_kernels()) {
        LaneIntegrator integrator{tables, plan, kernels, rodas4(), options.solver};
        std::vector<Result> results(runs.size());
        std::size_t next = 0;
        integrator.solve(
            [&] {
                const std::size_t i = next++;
                return i < runs.size() ? LaneTask{&runs[i], &results[i]} : LaneTask{};
            },
            [](Result&) {});
        if (first.empty()) {
            first = results;
        }
        for (std::size_t i = 0; i < runs.size(); ++i) {
            ASSERT_TRUE(results[i].status.ok()) << results[i].status.message;
            EXPECT_TRUE(all_near(results[i].values, expected[i].values, 1e-6, 1e-8));
            EXPECT_TRUE(same(results[i], first[i])) << "subject " << i;
        }
    }
}

TEST(Batch, MoreOutputsChangeNoStepWhereRatesDoNotDependOnTime) {
    const eqn::System system = compiled(zoo::robertson());
    Subject few = run_of(system, {7.0});
    Subject many = few;
    many.output_times.clear();
    for (int i = 0; i <= 700; ++i) {
        many.output_times.push_back(7.0 * i / 700.0);
    }
    const std::vector<Result> results =
        BatchSolver{system, with_rtol(1e-5)}.solve(std::vector{few, many});
    ASSERT_TRUE(results[0].status.ok() && results[1].status.ok());
    EXPECT_TRUE(same_bytes(results[0].end_state, results[1].end_state));
    EXPECT_EQ(results[0].statistics.steps, results[1].statistics.steps);
}

/// One compartment with elimination k: amount X, infusion rate R into it.
net::Network one_compartment() {
    zoo::NetworkMaker m;
    m.parameter("k", "0.3").parameter("R", "0");
    m.species("X", "0");
    m.reaction({}, {"X"}, {"R"}).reaction({"X"}, {}, {"k"});
    return m.network();
}

TEST(Batch, MeetsTheClosedFormOfBolusesAndInfusions) {
    const eqn::System system = compiled(one_compartment());
    const SpeciesId x{0};
    const ParameterId rate{1};
    Subject run = run_of(system, {0.0, 0.0, 1.0, 2.0, 2.0, 3.0, 4.0, 6.0, 10.0});
    const auto bolus = [&](double t, double amount) {
        run.events.push_back({t, {}, {{x, StateChange::Kind::add, amount}}});
    };
    bolus(0.0, 10.0);  // at the start
    bolus(2.0, 4.0);   // two at one time
    bolus(2.0, 6.0);
    bolus(2.5, 0.0);                                 // nothing
    run.events.push_back({3.0, {{rate, 5.0}}, {}});  // an infusion of length 3
    run.events.push_back({6.0, {{rate, 0.0}}, {}});
    run.events.push_back({7.0, {{rate, 99.0}}, {}});  // one of length 0
    run.events.push_back({7.0, {{rate, 0.0}}, {}});
    const auto exact = [](double t, bool after) {
        const double k = 0.3;
        const auto one = [&](double t0, double amount) {
            return t > t0 || (after && t == t0) ? amount * std::exp(-k * (t - t0)) : 0.0;
        };
        const auto infused = [&](double t0) {
            return t > t0 ? 5.0 / k * (1.0 - std::exp(-k * (t - t0))) : 0.0;
        };
        return one(0.0, 10.0) + one(2.0, 10.0) + infused(3.0) - infused(6.0);
    };
    for (const BatchMethod method : {BatchMethod::rodas4, BatchMethod::rodas5p}) {
        const Result result =
            BatchSolver{system, with_rtol(1e-11, method)}.solve(std::vector{run}).front();
        ASSERT_TRUE(result.status.ok()) << result.status.message;
        for (std::size_t i = 0; i < run.output_times.size(); ++i) {
            // A time that stands twice shows the state before, then after.
            const double t = run.output_times[i];
            const bool is_first = i + 1 < run.output_times.size() && run.output_times[i + 1] == t;
            EXPECT_TRUE(near_rel(result.at(i, 0), exact(t, !is_first), 1e-9)) << "row " << i;
        }
    }
}

TEST(Batch, AFailedSubjectIsNaNWithItsReasonAndHarmsNoOther) {
    zoo::NetworkMaker m;  // x' = x^2 k: infinite at t = 1 / (k x0)
    m.parameter("k", "0.1").species("X", "1").reaction({"X", "X"}, {"X", "X", "X"}, {"k"});
    const eqn::System system = compiled(m.network());
    std::vector<Subject> runs(11, run_of(system, {0.0, 0.5, 2.0}));
    runs[4].parameters.push_back({ParameterId{0}, 1.0});  // infinite at 1
    const std::vector<Result> results = BatchSolver{system, with_rtol(1e-5)}.solve(runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (i != 4) {
            ASSERT_TRUE(results[i].status.ok());
            EXPECT_TRUE(near_rel(results[i].at(2, 0), 1.0 / (1.0 - 0.2), 1e-3));
        }
    }
    const Result& failed = results[4];
    EXPECT_FALSE(failed.status.ok());
    EXPECT_TRUE(near_rel(failed.status.time, 1.0, 1e-3));
    EXPECT_FALSE(failed.status.message.empty());
    ASSERT_FALSE(failed.fallbacks.empty());
    EXPECT_NE(failed.fallbacks.front().find("lanes gave up"), std::string::npos);
    EXPECT_TRUE(near_rel(failed.at(1, 0), 2.0, 1e-3));
    EXPECT_TRUE(std::isnan(failed.at(2, 0)));
    EXPECT_TRUE(std::isnan(failed.end_state.front()));
}

TEST(Batch, NamesTheSpeciesWhoseStartIsNotFinite) {
    const eqn::System system = compiled(one_compartment());
    Subject run = run_of(system, {1.0});
    run.initial_state.push_back({SpeciesId{0}, StateChange::Kind::set, std::nan("")});
    const Result result = BatchSolver{system}.solve(std::vector{run}).front();
    EXPECT_EQ(result.status.failure, Failure::not_finite_start);
    EXPECT_EQ(result.status.species, SpeciesId{0});
    EXPECT_TRUE(std::isnan(result.at(0, 0)));
}

TEST(Batch, TellsWhatIsWrongWithARunThatIsNotWellFormed) {
    const eqn::System system = compiled(one_compartment());
    const Subject run = run_of(system, {2.0, 1.0});
    const Result result = BatchSolver{system}.solve(std::vector{run}).front();
    EXPECT_EQ(result.status.failure, Failure::invalid_run);
    EXPECT_NE(result.status.message.find("ascending"), std::string::npos);
}

TEST(Batch, StopsAfterTheMostStepsAllowed) {
    const eqn::System system = compiled(zoo::van_der_pol("1000"));
    BatchOptions options = with_rtol(1e-6);
    options.solver.max_steps = 20;
    const Result result =
        BatchSolver{system, options}.solve(std::vector{run_of(system, {2000.0})}).front();
    EXPECT_EQ(result.status.failure, Failure::too_many_steps);
    EXPECT_TRUE(std::isnan(result.at(0, 0)));
}

/// As in single runs: what was refused does not count.
TEST(Batch, CountsTheStepsThatWereTaken) {
    const eqn::System system = compiled(zoo::van_der_pol("1000"));
    const std::vector<Subject> run{run_of(system, {2000.0})};
    BatchOptions options = with_rtol(1e-6);
    const Result whole = BatchSolver{system, options}.solve(run).front();
    ASSERT_TRUE(whole.status.ok()) << whole.status.message;
    ASSERT_GT(whole.statistics.error_test_failures, 0U);
    options.solver.max_steps = whole.statistics.steps;
    EXPECT_TRUE(BatchSolver(system, options).solve(run).front().status.ok());
    options.solver.max_steps = whole.statistics.steps - 1;
    const Result cut = BatchSolver{system, options}.solve(run).front();
    EXPECT_EQ(cut.status.failure, Failure::too_many_steps);
    EXPECT_EQ(cut.statistics.steps, options.solver.max_steps);
}

TEST(Batch, AnotherMethodIsCarriedOutOneByOne) {
    const zoo::ExactProblem problem = zoo::binding();
    const auto system = eqn::compile(problem.network);
    ASSERT_TRUE(system);
    sim::Run run;
    run.output_times = {0.0, 0.5, 2.0};
    run.recording = Recording::all(system.value());
    const Result lanes = BatchSolver{system.value(), {}}.solve(std::vector{run}).front();
    EXPECT_EQ(lanes.method, "Rodas5P");
    for (const Method method : {Method::esdirk, Method::cvode}) {
        if (method == Method::cvode && !has_cvode()) {
            continue;
        }
        BatchOptions options;
        options.solver.method = method;
        BatchSolver solver{system.value(), options};
        const std::vector<Result> results = solver.solve(std::vector{run, run, run});
        EXPECT_EQ(solver.report().one_by_one, 3U);
        for (const Result& result : results) {
            EXPECT_EQ(result.method, method == Method::cvode ? "CVODES BDF" : "ESDIRK4(3)6L[2]SA");
            EXPECT_TRUE(result.fallbacks.empty());
            EXPECT_TRUE(all_near(result.values, lanes.values, 1e-3, 1e-6));
        }
    }
}

TEST(Batch, OfNoRunsIsEmpty) {
    const eqn::System system = compiled(one_compartment());
    EXPECT_TRUE(BatchSolver{system}.solve(std::vector<Subject>{}).empty());
}

TEST(Batch, KeepsConservedSumsToRounding) {
    // Rosenbrock methods keep linear invariants; nothing here clips amounts, which would not.
    const eqn::System system = compiled(zoo::robertson());
    const Result result = BatchSolver{system, {.solver = {.tolerances = {1e-5, 1e-11}}}}
                              .solve(std::vector{run_of(system, {0.4, 4e2, 4e5, 4e8})})
                              .front();
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_TRUE(near_rel(result.at(i, 0) + result.at(i, 1) + result.at(i, 2), 1.0, 1e-11));
    }
}

TEST(Batch, VanDerPolEndsWhereTheTestSetSays) {
    const eqn::System system = compiled(zoo::van_der_pol("1000"));
    for (const BatchMethod method : {BatchMethod::rodas4, BatchMethod::rodas5p}) {
        const Result result = BatchSolver{system, with_rtol(1e-8, method)}
                                  .solve(std::vector{run_of(system, {2000.0})})
                                  .front();
        ASSERT_TRUE(result.status.ok()) << result.status.message;
        EXPECT_TRUE(near_rel(result.at(0, 0), 1.70616773, 1e-5));
        EXPECT_TRUE(near_rel(result.at(0, 1), -8.92809701e-4, 1e-5));
    }
}

}  // namespace
}  // namespace erbium::sim
