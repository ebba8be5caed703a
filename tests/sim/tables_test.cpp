// SPDX-License-Identifier: Apache-2.0
// tests/sim/tables_test.cpp: table functions in equations: values, slopes and exact breakpoints.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/lang/table_function.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"

namespace erbium::sim {
namespace {

/// X appears with the rate f and vanishes with the rate constant kd.
net::Network network(const std::string& f, const std::string& kd = "0",
                     const std::string& start = "0") {
    auto bound = model::bind_text(
        "begin parameters\n  k 1.25\n  kd " + kd + "\nend parameters\n" +
        "begin molecule types\n  X()\nend molecule types\n" + "begin seed species\n  X() " + start +
        "\nend seed species\n" + "begin observables\n  Molecules Xtot X()\nend observables\n" +
        "begin functions\n  half() = Xtot/2\n  f() = " + f + "\nend functions\n" +
        "begin reaction rules\n  0 -> X() f()\n  X() -> 0 kd\nend reaction rules\n");
    EXPECT_TRUE(static_cast<bool>(bound)) << bound.error().text();
    auto made = net::generate(bound.value().model);
    EXPECT_TRUE(static_cast<bool>(made)) << made.error().text();
    return std::move(made).value().network;
}

eqn::System system(const std::string& f, const std::string& kd = "0",
                   const std::string& start = "0") {
    auto compiled = eqn::compile(network(f, kd, start));
    EXPECT_TRUE(static_cast<bool>(compiled)) << compiled.error().text();
    return std::move(compiled).value();
}

/// X at the times.
std::vector<double> curve(const eqn::System& s, std::vector<double> times, double rtol = 1e-8) {
    sim::Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all_observables(s);
    const Result result = solve(s, run, {{rtol, rtol}, 200000});
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    return result.values;
}

TEST(Tables, TheTimeSlopeIsThatOfThePiece) {
    const eqn::System s = system("k*tfun([0,1,3],[0,4,0],time)", "0.5", "2");
    eqn::ReferenceKernel kernel{s};
    std::vector<double> slope(1);
    for (const auto& [time, expected] :
         {std::pair{0.5, 5.0}, {1.0, -2.5}, {1.5, -2.5}, {4.0, 0.0}}) {
        kernel.time_slope(time, std::vector{2.0}, slope);
        EXPECT_DOUBLE_EQ(slope[0], expected) << time;
    }
}

TEST(Tables, HaveTheValuesOfALookUpEverywhere) {
    for (const char* method : {"linear", "step"}) {
        lang::TableFunction table;
        table.method = method[0] == 's' ? lang::TableFunction::Method::step
                                        : lang::TableFunction::Method::linear;
        std::string x;
        std::string y;
        for (int i = 0; i < 23; ++i) {
            table.x.push_back(0.37 * i - 2.0);
            table.y.push_back(std::sin(3.0 * i));
            x += (i == 0 ? "" : ",") + std::to_string(table.x.back());
            y += (i == 0 ? "" : ",") + std::to_string(table.y.back());
            table.x.back() = std::stod(std::to_string(table.x.back()));
            table.y.back() = std::stod(std::to_string(table.y.back()));
        }
        const eqn::System s =
            system("tfun([" + x + "],[" + y + "],Xtot,method=>\"" + method + "\")");
        eqn::ReferenceKernel kernel{s};
        const FunctionId f = *s.find_function("f");
        std::vector<double> at = table.x;
        for (double v = -4.0; v < 9.0; v += 0.0131) {
            at.push_back(v);
        }
        for (const double v : at) {
            const std::vector<double> state{v};
            kernel.observe(0.0, state);
            EXPECT_EQ(kernel.function(f), lang::value_at(table, v)) << method << " at " << v;
        }
    }
}

TEST(Tables, HaveTheSlopeOfThePieceToTheRight) {
    const eqn::System s = system("tfun([0,1,3],[2,4,0],Xtot)");
    eqn::ReferenceKernel kernel{s};
    const auto slope = [&](double x) {
        const std::vector<double> state{x};
        std::vector<double> entries(s.jacobian_size());
        kernel.jacobian(0.0, state, entries);
        return entries.front();
    };
    EXPECT_EQ(slope(-1.0), 0.0);
    EXPECT_EQ(slope(0.0), 2.0);
    EXPECT_EQ(slope(0.5), 2.0);
    EXPECT_EQ(slope(1.0), -2.0);
    EXPECT_EQ(slope(2.9), -2.0);
    EXPECT_EQ(slope(3.0), 0.0);
}

TEST(Tables, OfAParameterOrAFunctionFollowIt) {
    const eqn::System by_k = system("tfun([0,1,2],[1,2,4],k)");
    EXPECT_TRUE(near_rel(curve(by_k, {0.0, 2.0}).back(), 5.0, 1e-9));
    EXPECT_TRUE(by_k.time_knots().empty());
    const eqn::System by_half = system("tfun([0,1],[0,1],half)", "0", "4");
    eqn::ReferenceKernel kernel{by_half};
    kernel.observe(0.0, std::vector<double>{1.5});
    EXPECT_EQ(kernel.function(*by_half.find_function("f")), 0.75);
}

TEST(Tables, OfTimeAreIntegratedExactlyAcrossTheirPoints) {
    // A dose that a long step would not see: 1000 per time unit during 0.001 time units.
    const eqn::System pulse = system("tfun([0,500,500.001],[0,1000,0],time,method=>\"step\")", "0");
    EXPECT_EQ(pulse.time_knots().size(), 3U);
    EXPECT_TRUE(near_rel(curve(pulse, {0.0, 499.0, 1000.0}).back(), 1.0, 1e-9));
    // A triangle of area 1 on [10, 10.02].
    const eqn::System spike = system("tfun([10,10.01,10.02],[0,100,0],time)");
    EXPECT_TRUE(near_rel(curve(spike, {0.0, 20.0}).back(), 1.0, 1e-7));
}

TEST(Tables, StepsDecayBetweenThePointsAsTheSolutionDoes) {
    const eqn::System s = system("tfun([0,1,2],[1,5,2],time,method=>\"step\")", "3");
    const std::vector<double> x = curve(s, {0.0, 1.0, 2.0, 3.0}, 1e-10);
    const double decay = std::exp(-3.0);
    const double at_1 = (1.0 - decay) / 3.0;
    const double at_2 = at_1 * decay + 5.0 * (1.0 - decay) / 3.0;
    const double at_3 = at_2 * decay + 2.0 * (1.0 - decay) / 3.0;
    EXPECT_TRUE(near_rel(x[1], at_1, 1e-8));
    EXPECT_TRUE(near_rel(x[2], at_2, 1e-8));
    EXPECT_TRUE(near_rel(x[3], at_3, 1e-8));
}

TEST(Tables, EquilibrateOnlyBehindTheirLastPoint) {
    const eqn::System s = system("tfun([0,100,100.5],[3,8,6],time,method=>\"step\")", "2");
    sim::Run run;
    run.equilibration = Equilibration{};
    run.output_times = {0.0};
    run.recording = Recording::all_observables(s);
    const Result result = solve(s, run);
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    EXPECT_TRUE(near_rel(result.steady_state.front(), 3.0, 1e-6));
}

// BioNetGen 2.9.3 at rtol = atol = 1e-8 for models of its test_tfun_*.bngl.
TEST(Tables, AgreeWithBioNetGen) {
    EXPECT_TRUE(near_rel(curve(system("tfun([0,1,2,3,4],[0,1,2,3,4],time)"), {0.0, 4.0}).back(),
                         7.999999966310, 1e-7));
    EXPECT_TRUE(near_rel(
        curve(system("tfun([0,1,2,3],[1,2,3,4],time,method=>\"step\")"), {0.0, 2.4, 4.0}).back(),
        10.00000009700, 1e-7));
    EXPECT_TRUE(near_rel(curve(system("tfun([0,1,2,3,4],[1,2,4,8,16],time)"), {0.0, 4.0}).back(),
                         22.50000024553, 1e-7));
}

TEST(Tables, StandInNetFilesAsBioNetGenWritesThem) {
    const std::string text =
        net::write_net(network("tfun([0,25],[5,4.5],Xtot) + tfun([0,1],[1,2],time,"
                               "method=>\"step\")"));
    EXPECT_NE(text.find("f() tfun([0,25],[5,4.5],Xtot) + "
                        "tfun([0,1],[1,2],time,method=>\"step\")\n"),
              std::string::npos)
        << text;
    const auto again = net::parse_net(text);
    ASSERT_TRUE(static_cast<bool>(again)) << again.error().text();
    EXPECT_EQ(net::write_net(again.value()), text);
    EXPECT_TRUE(static_cast<bool>(eqn::compile(again.value())));
}

TEST(Tables, InAFileThatWasNotReadAreNoEquations) {
    const auto network = net::parse_net(
        "begin parameters\n 1 k 1\nend parameters\nbegin functions\n 1 f() tfun('a.tfun',time)\n"
        "end functions\nbegin species\n 1 X() 0\nend species\n"
        "begin reactions\n 1 0 1 f\nend reactions\n");
    ASSERT_TRUE(static_cast<bool>(network)) << network.error().text();
    const auto compiled = eqn::compile(network.value());
    ASSERT_FALSE(static_cast<bool>(compiled));
    EXPECT_EQ(compiled.error().all().front().code, "ERB-EQN-0005");
}

}  // namespace
}  // namespace erbium::sim
