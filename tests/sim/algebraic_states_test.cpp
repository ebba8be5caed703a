// SPDX-License-Identifier: Apache-2.0
// tests/sim/algebraic_states_test.cpp: systems with equations beside rates, of index 1, against
// closed forms; and what is refused or fails, by its reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/solver.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

using zoo::NetworkMaker;

Run run_of(const eqn::System& system, std::vector<double> times) {
    sim::Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    return run;
}

double column_at(const eqn::System& system, const Result& result, std::string_view species,
                 std::size_t row) {
    return result.at(row, system.find_species(species)->value);
}

/// Every state against its closed form, in the order of species.
void expect_solution(const eqn::System& system, const Result& result,
                     const std::function<std::vector<double>(double)>& solution, double most) {
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    for (std::size_t row = 0; row < result.times.size(); ++row) {
        const std::vector<double> exact = solution(result.times[row]);
        for (std::size_t s = 0; s < exact.size(); ++s) {
            EXPECT_NEAR(result.at(row, s), exact[s], most * (1.0 + std::fabs(exact[s])))
                << system.species().names()[s] << " at " << result.times[row];
        }
    }
}

const std::vector<double> kTimes{0.0, 0.1, 0.5, 1.0, 2.0, 5.0};

TEST(AlgebraicStates, ALinearEquationIsSolvedFromAnyStart) {
    NetworkMaker m;
    m.species("y", "1").species("z", "17").observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}});
    m.equation("y", "-Z").algebraic("z", "3*(Z-2*Y)");
    const eqn::System system = compiled(m.network());
    ASSERT_EQ(system.algebraic_states().size(), 1U);
    const Result result = solve(system, run_of(system, kTimes));
    expect_solution(
        system, result,
        [](double t) {
            return std::vector{std::exp(-2.0 * t), 2.0 * std::exp(-2.0 * t)};
        },
        1e-5);
}

/// z1 + z2 = 3 + y and z1 z2 = 3 y, so {z1, z2} = {3, y}: which is which the start decides.
NetworkMaker coupled(std::string_view scale) {
    NetworkMaker m;
    m.parameter("c", scale);
    m.species("y", "1").species("z1", "4").species("z2", "0.2");
    m.observable("Y", {{"y", 1}}).observable("Z1", {{"z1", 1}}).observable("Z2", {{"z2", 1}});
    m.equation("y", "-Z2").algebraic("z1", "c*(Z1+Z2-3-Y)").algebraic("z2", "Z1*Z2-3*Y");
    return m;
}

TEST(AlgebraicStates, CoupledNonlinearEquationsWhateverTheirUnits) {
    for (const char* const scale : {"1", "1e-12", "-1e12"}) {
        const eqn::System system = compiled(coupled(scale).network());
        const Result result = solve(system, run_of(system, kTimes));
        expect_solution(
            system, result,
            [](double t) {
                return std::vector{std::exp(-t), 3.0, std::exp(-t)};
            },
            1e-5);
        EXPECT_TRUE(result.fallbacks.empty());
    }
}

TEST(AlgebraicStates, ErrorsFollowTheTolerance) {
    NetworkMaker m;
    m.species("y", "0").species("z", "1").observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}});
    m.equation("y", "Z").algebraic("z", "Z^3+Z-cos(time)^3-cos(time)+(Y-sin(time))");
    const eqn::System system = compiled(m.network());
    const sim::Run run = run_of(system, {0.0, 1.0, 2.0, 4.0, 8.0});
    double before = 1.0;
    for (const double rtol : {1e-4, 1e-6, 1e-8, 1e-10}) {
        SolverOptions options;
        options.tolerances.rtol = rtol;
        const Result result = solve(system, run, options);
        ASSERT_TRUE(result.status.ok()) << result.status.message;
        double error = 0.0;
        for (std::size_t row = 0; row < result.times.size(); ++row) {
            const double t = result.times[row];
            error = std::max({error, std::fabs(result.at(row, 0) - std::sin(t)),
                              std::fabs(result.at(row, 1) - std::cos(t))});
        }
        EXPECT_LT(error, 100.0 * rtol);
        EXPECT_LT(error, 0.2 * before);
        before = error;
    }
}

TEST(AlgebraicStates, EquationsWithoutADiagonalTakeRowExchanges) {
    NetworkMaker m;
    m.species("y", "1").species("z1", "0").species("z2", "0");
    m.observable("Y", {{"y", 1}}).observable("Z1", {{"z1", 1}}).observable("Z2", {{"z2", 1}});
    m.equation("y", "-Z1*Z2").algebraic("z1", "Z2-Y").algebraic("z2", "Z1-2");
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, kTimes));
    expect_solution(
        system, result,
        [](double t) {
            return std::vector{std::exp(-2.0 * t), 2.0, std::exp(-2.0 * t)};
        },
        1e-5);
}

TEST(AlgebraicStates, ALargeSystemIsFactoredInPanels) {
    constexpr int kStates = 60;
    NetworkMaker m;
    for (int i = 0; i < kStates; ++i) {
        m.species("y" + std::to_string(i), std::to_string(i));
    }
    m.species("mean", "0");
    std::string sum;
    for (int i = 0; i < kStates; ++i) {
        const std::string n = std::to_string(i);
        m.observable("Y" + n, {{"y" + n, 1}});
        sum += "+Y" + n;
    }
    m.observable("Mean", {{"mean", 1}});
    for (int i = 0; i < kStates; ++i) {
        const std::string n = std::to_string(i);
        // 0 * everything: a dense Jacobian, as a network of many regulators has it.
        m.equation("y" + n, "Mean-Y" + n + "+1e-30*(0" + sum + ")^2");
    }
    m.algebraic("mean", "60*Mean-(0" + sum + ")");
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, {0.0, 0.5, 2.0}));
    expect_solution(
        system, result,
        [](double t) {
            std::vector<double> y;
            for (int i = 0; i < kStates; ++i) {
                y.push_back(29.5 + (i - 29.5) * std::exp(-t));
            }
            y.push_back(29.5);
            return y;
        },
        1e-5);
}

TEST(AlgebraicStates, ADoseAndAChangeOfParametersActAtOnce) {
    NetworkMaker m;
    m.parameter("a", "2").species("y", "1").species("z", "1");
    m.observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}});
    m.equation("y", "-Y").algebraic("z", "Z^2-a^2*Y^2");
    const eqn::System system = compiled(m.network());
    sim::Run run = run_of(system, {0.0, 1.0, 1.0, 2.0, 2.0, 3.0});
    run.events.push_back({1.0, {}, {{*system.find_species("y"), StateChange::Kind::add, 10.0}}});
    run.events.push_back({2.0, {{*system.find_parameter("a"), 5.0}}, {}});
    const Result result = solve(system, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    const double before = std::exp(-1.0);
    const double after = before + 10.0;
    const std::vector<double> z{2.0,
                                2.0 * before,
                                2.0 * after,
                                2.0 * after * std::exp(-1.0),
                                5.0 * after * std::exp(-1.0),
                                5.0 * after * std::exp(-2.0)};
    for (std::size_t row = 0; row < z.size(); ++row) {
        EXPECT_NEAR(column_at(system, result, "z", row), z[row], 1e-5 * z[row]);
    }
}

TEST(AlgebraicStates, TriggeredEventsSeeAndChangeThem) {
    NetworkMaker m;
    m.parameter("a", "1").species("y", "1").species("z", "1").species("seen", "0", true);
    m.species("count", "0", true);
    m.observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}}).observable("N", {{"count", 1}});
    m.equation("y", "-Y").algebraic("z", "Z+Z^3-(a*Y)-(a*Y)^3");
    // z = a y falls to 1/2 at ln 2; then a becomes 10 and z jumps to 5, which the second event sees
    // at that same time.
    m.event("low", "Z<0.5").assign("a", "10");
    m.event("high", "Z>4").assign("seen", "Z").assign("count", "N+1");
    const eqn::System system = compiled(m.network());
    const double ln2 = std::log(2.0);
    const Result result = solve(system, run_of(system, {0.0, ln2 - 1e-3, ln2 + 1e-3, 2.0}));
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_NEAR(column_at(system, result, "z", 1), std::exp(-ln2 + 1e-3), 1e-5);
    EXPECT_NEAR(column_at(system, result, "z", 2), 10.0 * std::exp(-ln2 - 1e-3), 1e-4);
    EXPECT_NEAR(column_at(system, result, "seen", 2), 5.0, 1e-4);
    EXPECT_EQ(column_at(system, result, "count", 3), 1.0);
}

TEST(AlgebraicStates, JumpsOfAnEquationAreSeenWhereTheyAre) {
    NetworkMaker m;
    m.species("y", "1").species("z", "0").species("w", "0").species("area", "0");
    m.observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}}).observable("W", {{"w", 1}});
    m.equation("y", "-Y").equation("area", "Z+W");
    m.algebraic("z", "Z^3-if(Y>0.5,8,27)").algebraic("w", "W^3-if(time<1.5,1,64)");
    const eqn::System system = compiled(m.network());
    const double ln2 = std::log(2.0);
    const Result result = solve(system, run_of(system, {0.0, 0.5, 1.5, 3.0}));
    expect_solution(
        system, result,
        [ln2](double t) {
            const double area = 2.0 * std::min(t, ln2) + 3.0 * std::max(0.0, t - ln2) +
                                std::min(t, 1.5) + 4.0 * std::max(0.0, t - 1.5);
            return std::vector{std::exp(-t), t < ln2 ? 2.0 : 3.0, t < 1.5 ? 1.0 : 4.0, area};
        },
        1e-5);
}

TEST(AlgebraicStates, AnEquilibrationSolvesForThem) {
    NetworkMaker m;
    m.parameter("a", "3").species("y", "0").species("z", "1");
    m.observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}});
    m.equation("y", "a-Z").algebraic("z", "Z^2-Y");
    const eqn::System system = compiled(m.network());
    sim::Run run = run_of(system, {0.0, 400.0});
    run.parameters = {{*system.find_parameter("a"), 5.0}};
    run.initial_state = {{*system.find_species("y"), StateChange::Kind::set, 1.0}};
    run.equilibration = Equilibration{{{*system.find_parameter("a"), 4.0}}};
    const Result result = solve(system, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_NEAR(result.steady_state[0], 16.0, 1e-6);
    EXPECT_NEAR(result.steady_state[1], 4.0, 1e-6);
    EXPECT_NEAR(column_at(system, result, "y", 1), 25.0, 1e-4);
    EXPECT_NEAR(column_at(system, result, "z", 1), 5.0, 1e-5);
}

void expect_failure(const NetworkMaker& m, Failure failure, std::string_view reason) {
    const eqn::System system = compiled(m.network());
    const Result result = solve(system, run_of(system, {0.0, 1.0, 2.0}));
    EXPECT_EQ(result.status.failure, failure) << result.status.message;
    EXPECT_NE(result.status.message.find(reason), std::string::npos) << result.status.message;
    for (std::size_t c = 0; c < result.columns; ++c) {
        EXPECT_TRUE(std::isnan(result.at(result.times.size() - 1, c)));
    }
}

NetworkMaker with_equation(std::string_view f) {
    NetworkMaker m;
    m.species("y", "1").species("z", "1");
    m.observable("Y", {{"y", 1}}).observable("Z", {{"z", 1}});
    m.equation("y", "-1+0*Z").algebraic("z", f);
    return m;
}

TEST(AlgebraicStates, WhatHasNoSolutionFailsWithAReason) {
    expect_failure(with_equation("Y-1"), Failure::algebraic, "index above 1");
    expect_failure(with_equation("Z^2+1"), Failure::algebraic, "algebraic equations");
    expect_failure(with_equation("sqrt(Z-2)"), Failure::algebraic, "not finite");
    // z = sqrt(y), y = 1 - t: no solution from t = 1 on.
    const eqn::System system = compiled(with_equation("Z^2-Y").network());
    const Result result = solve(system, run_of(system, {0.0, 0.75, 1.5}));
    EXPECT_FALSE(result.status.ok());
    EXPECT_NEAR(result.status.time, 1.0, 1e-3);
    EXPECT_NEAR(column_at(system, result, "z", 1), 0.5, 1e-5);
    EXPECT_TRUE(std::isnan(column_at(system, result, "z", 2)));
}

TEST(AlgebraicStates, OtherMethodsRefuseThem) {
    const eqn::System system = compiled(coupled("1").network());
    const sim::Run run = run_of(system, kTimes);
    for (const Method method : {Method::cvode, Method::esdirk}) {
        SolverOptions options;
        options.method = method;
        const Result result = solve(system, run, options);
        EXPECT_EQ(result.status.failure, Failure::no_such_method);
        EXPECT_TRUE(std::isnan(result.at(0, 0)));
    }
    SensitivitySolver sensitivities{system};
    for (const bool has_inputs : {false, true}) {
        SensitivityTask task{.run = run, .inputs = {}};
        if (has_inputs) {
            task.inputs.push_back(Input::initial_amount(SpeciesId{0}));
        }
        const std::vector<SensitivityTask> tasks{task};
        const std::vector<Sensitivities> refused = sensitivities.forward(tasks);
        EXPECT_EQ(refused[0].status.failure, Failure::not_differentiable);
        EXPECT_TRUE(std::isnan(refused[0].result.at(0, 0)));
    }
}

TEST(AlgebraicStates, ABatchSolvesThemOneByOneAndSaysSo) {
    const eqn::System system = compiled(coupled("1").network());
    std::vector<sim::Run> runs(3, run_of(system, kTimes));
    runs[1].initial_state = {{*system.find_species("y"), StateChange::Kind::set, 0.5}};
    BatchSolver batch{system, {}};
    const std::vector<Result> results = batch.solve(runs);
    Solver alone{system, BatchOptions{}.solver};
    for (std::size_t i = 0; i < runs.size(); ++i) {
        ASSERT_TRUE(results[i].status.ok());
        ASSERT_FALSE(results[i].fallbacks.empty());
        EXPECT_NE(results[i].fallbacks.back().find("algebraic"), std::string::npos);
        EXPECT_EQ(results[i].values, alone.solve(runs[i]).values);
    }
}

}  // namespace
}  // namespace erbium::sim
