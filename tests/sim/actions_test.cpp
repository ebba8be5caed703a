// SPDX-License-Identifier: Apache-2.0
// tests/sim/actions_test.cpp: BNGL actions over a network with a known solution.
#include "erbium/sim/actions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "erbium/base/text.hpp"
#include "erbium/sim/dat_files.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

using model::Action;

/// A -> B with rate constant k = 1 from A = a0 = 4.
net::Network network() {
    zoo::NetworkMaker m;
    m.parameter("k", "1").parameter("a0", "4").species("A()", "a0").species("B()", "0");
    m.observable("Atot", {{"A()", 1.0}}).observable("Sum", {{"A()", 1.0}, {"B()", 1.0}});
    m.function("twice", "2*Atot");
    m.reaction({"A()"}, {"B()"}, {"k"});
    return m.network();
}

using Options = std::vector<std::pair<std::string, std::string>>;

/// Values in brackets are lists, as in "[1,2,3]".
Action action(std::string name, const Options& options = {}) {
    Action a{std::move(name), {}, {}};
    for (const auto& [key, value] : options) {
        model::ActionArgument argument{key, {}, value.starts_with('['), {}};
        std::istringstream text{argument.is_list ? value.substr(1, value.size() - 2) : value};
        for (std::string item; std::getline(text, item, ',');) {
            argument.values.push_back(item);
        }
        a.arguments.push_back(std::move(argument));
    }
    return a;
}
Action positional(std::string name, const std::vector<std::string>& values) {
    Options options;
    for (const std::string& value : values) {
        options.emplace_back("", value);
    }
    return action(std::move(name), options);
}
Action simulate(Options options) {
    options.emplace_back("method", "ode");
    return action("simulate", options);
}

class Actions : public ::testing::Test {
protected:
    Actions()
        : folder_{(std::filesystem::temp_directory_path() /
                   ("erbium_actions_" + std::to_string(std::rand()) +
                    ::testing::UnitTest::GetInstance()->current_test_info()->name()))
                      .string()} {
        context_.stem = "model";
        context_.folder = folder_;
        context_.generate = [](const Action&) -> Outcome<net::Network, Diagnostics> {
            return network();
        };
    }
    ~Actions() override { std::filesystem::remove_all(folder_); }

    ActionReport run(const std::vector<Action>& actions) {
        auto report = run_actions(actions, context_);
        EXPECT_TRUE(report) << (report ? "" : report.error().text());
        return report ? report.value() : ActionReport{};
    }
    std::string errors(const std::vector<Action>& actions) {
        const auto report = run_actions(actions, context_);
        return report ? "" : report.error().text();
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        return read_file(folder_ + "/" + name);
    }
    /// Numbers of a file, by row; the header is left out.
    [[nodiscard]] std::vector<std::vector<double>> table(const std::string& name) const {
        std::vector<std::vector<double>> rows;
        std::istringstream lines{text(name)};
        std::string line;
        std::getline(lines, line);
        while (std::getline(lines, line)) {
            std::istringstream fields{line};
            rows.emplace_back();
            for (std::string field; fields >> field;) {
                rows.back().push_back(parse_double(field).value());
            }
        }
        return rows;
    }

    std::string folder_;
    ActionContext context_;
};

TEST_F(Actions, FilesHaveBioNetGensColumnsToTheByte) {
    const ActionReport report = run({action("generate_network", {{"overwrite", "1"}}),
                                     simulate({{"t_end", "1"}, {"n_steps", "2"}})});
    EXPECT_EQ(report.files, (std::vector{folder_ + "/model.cdat", folder_ + "/model.gdat"}));
    EXPECT_EQ(report.actions_run, 2U);
    const std::string gdat = text("model.gdat");
    EXPECT_EQ(gdat.substr(0, gdat.find('\n', 70) + 1),
              "#              time                Atot                 Sum\n"
              " 0.000000000000e+00  4.000000000000e+00  4.000000000000e+00\n");
    EXPECT_EQ(text("model.cdat").substr(0, 60),
              "#              time                  S1                  S2\n");
    const auto rows = table("model.gdat");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_TRUE(near_rel(rows[2][1], 4.0 * std::exp(-1.0), 1e-6));
}

TEST_F(Actions, ContinueAppendsWithoutRepeatingTheStart) {
    run({simulate({{"t_end", "1"}, {"n_steps", "1"}}),
         simulate({{"t_end", "3"}, {"n_steps", "2"}, {"continue", "1"}})});
    const auto rows = table("model.gdat");
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[2][0], 2.0);
    EXPECT_TRUE(near_rel(rows[3][1], 4.0 * std::exp(-3.0), 1e-6));
}

TEST_F(Actions, SimulationsGoOnFromTheStateTheyFind) {
    run({simulate({{"t_end", "1"}, {"suffix", "one"}}), positional("saveConcentrations", {}),
         positional("setConcentration", {"A()", "2*k+Sum"}),
         positional("addConcentration", {"B()", "10"}), positional("setParameter", {"k", "k*2"}),
         simulate({{"t_end", "1"}, {"suffix", "two"}}), positional("resetConcentrations", {}),
         simulate({{"t_end", "1"}, {"suffix", "three"}})});
    // k is looked up when the simulation starts, after setParameter; Sum was 4 when it was set.
    const auto two = table("model_two.cdat");
    EXPECT_TRUE(near_rel(two[0][1], 8.0, 1e-6));
    EXPECT_TRUE(near_rel(two[1][1], 8.0 * std::exp(-2.0), 1e-6));
    EXPECT_TRUE(near_rel(two[0][2], 4.0 - 4.0 * std::exp(-1.0) + 10.0, 1e-6));
    const auto three = table("model_three.cdat");
    EXPECT_TRUE(near_rel(three[0][1], 4.0 * std::exp(-1.0), 1e-6));
    EXPECT_TRUE(near_rel(three[1][1], 4.0 * std::exp(-3.0), 1e-6));
}

TEST_F(Actions, SampleTimesFunctionsAndShortCdatAreHonoured) {
    run({simulate({{"sample_times", "[2,0.5,1]"}, {"print_functions", "1"}, {"print_CDAT", "0"}})});
    const auto rows = table("model.gdat");
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[1][0], 0.5);
    EXPECT_TRUE(near_rel(rows[3][3], 8.0 * std::exp(-2.0), 1e-6));
    const auto states = table("model.cdat");
    ASSERT_EQ(states.size(), 2U);
    EXPECT_EQ(states[0][1], 4.0);
    EXPECT_EQ(states[1][0], 2.0);
}

TEST_F(Actions, AScanResetsTheStateAndWritesTheEnds) {
    context_.threads = 2;
    run({action("parameter_scan", {{"method", "ode"},
                                   {"parameter", "k"},
                                   {"par_min", "0.1"},
                                   {"par_max", "10"},
                                   {"n_scan_pts", "3"},
                                   {"log_scale", "1"},
                                   {"t_end", "1"},
                                   {"n_steps", "4"}})});
    const auto rows = table("model_k.scan");
    ASSERT_EQ(rows.size(), 3U);
    const std::vector<double> values{0.1, 1.0, 10.0};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(near_rel(rows[i][0], values[i], 1e-8));
        EXPECT_TRUE(near_rel(rows[i][1], 4.0 * std::exp(-values[i]), 1e-6, 1e-7));
    }
    EXPECT_EQ(text("model_k.scan").substr(0, 51),
              "#              k             Atot              Sum\n");
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/model_k/model_k_00003.gdat"));
}

TEST_F(Actions, AScanMayRunTheProtocolAtEachPoint) {
    // Both simulations of a point write to its files, whatever they are told; the last one counts.
    context_.protocol = {simulate({{"t_end", "1"}, {"suffix", "first"}}),
                         positional("setConcentration", {"A()", "10"}),
                         simulate({{"t_start", "0"}, {"t_end", "1"}, {"prefix", "second"}})};
    const Action scan =
        action("parameter_scan",
               {{"method", "protocol"}, {"parameter", "k"}, {"par_scan_vals", "[0.5,2]"}});
    run({scan, scan});
    const auto rows = table("model_k.scan");
    ASSERT_EQ(rows.size(), 2U);
    for (const auto& row : rows) {
        const double left = std::exp(-row[0]);
        EXPECT_TRUE(near_rel(row[1], 10.0 * left, 1e-6));
        EXPECT_TRUE(near_rel(row[2], 10.0 + 4.0 * (1.0 - left), 1e-6));
    }
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/model_k/model_k_00002.gdat"));
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/second.gdat"));
}

TEST_F(Actions, AScanOfAProtocolNeedsOneThatRuns) {
    const Action scan = action(
        "parameter_scan", {{"method", "protocol"}, {"parameter", "k"}, {"par_scan_vals", "[1]"}});
    const Action once = action("simulate", {{"method", "protocol"}});
    EXPECT_NE(errors({scan}).find("the model has no protocol for this scan"), std::string::npos);
    EXPECT_NE(errors({once}).find("no protocol for this simulation"), std::string::npos);
    context_.protocol = {once};  // would never end
    EXPECT_NE(errors({once}).find("no protocol for this simulation"), std::string::npos);
    context_.protocol = {positional("setParameter", {"k", "3"})};
    EXPECT_NE(errors({scan}).find("the protocol simulates nothing"), std::string::npos);
    context_.protocol = {action("simulate", {{"method", "ssa"}, {"t_end", "1"}})};
    EXPECT_NE(errors({scan}).find("ERB-SIM-0003"), std::string::npos);
}

TEST_F(Actions, ASimulationMayRunTheProtocolOnce) {
    context_.protocol = {simulate({{"t_end", "1"}}), positional("setParameter", {"k", "2"}),
                         simulate({{"t_start", "1"}, {"t_end", "2"}, {"continue", "1"}})};
    run({action("simulate", {{"method", "protocol"}, {"suffix", "all"}})});
    const auto rows = table("model_all.gdat");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_TRUE(near_rel(rows[2][1], 4.0 * std::exp(-3.0), 1e-6));
}

TEST_F(Actions, TimesBeginWhereTheyAreToldTo) {
    run({simulate({{"t_start", "5"}, {"t_end", "6"}, {"n_output_steps", "2"}})});
    const auto rows = table("model.gdat");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0][0], 5.0);
    EXPECT_EQ(rows[1][0], 5.5);
    EXPECT_TRUE(near_rel(rows[2][1], 4.0 * std::exp(-1.0), 1e-6));
}

TEST_F(Actions, TolerancesAreThoseAskedFor) {
    const auto error_at = [&](const std::string& tolerance) {
        run({simulate({{"t_end", "3"}, {"rtol", tolerance}, {"atol", tolerance}})});
        return std::fabs(table("model.gdat").back()[1] - 4.0 * std::exp(-3.0));
    };
    const double loose = error_at("1e-2");
    const double tight = error_at("1e-11");
    EXPECT_LT(tight, 1e-9);
    EXPECT_GT(loose, 10.0 * tight);
}

TEST_F(Actions, AParameterIsAnExpressionOfOthersAndCanBeSavedAndReset) {
    run({positional("saveParameters", {}), positional("setParameter", {"k", "a0/2"}),
         positional("saveParameters", {"fast"}), simulate({{"t_end", "1"}, {"suffix", "two"}}),
         positional("resetConcentrations", {}), positional("resetParameters", {}),
         simulate({{"t_end", "1"}, {"suffix", "one"}}), positional("resetConcentrations", {}),
         positional("resetParameters", {"fast"}), simulate({{"t_end", "1"}, {"suffix", "again"}})});
    EXPECT_TRUE(near_rel(table("model_two.gdat").back()[1], 4.0 * std::exp(-2.0), 1e-6));
    EXPECT_TRUE(near_rel(table("model_one.gdat").back()[1], 4.0 * std::exp(-1.0), 1e-6));
    EXPECT_TRUE(near_rel(table("model_again.gdat").back()[1], 4.0 * std::exp(-2.0), 1e-6));
    EXPECT_NE(errors({positional("resetParameters", {"never"})}).find("nothing was saved"),
              std::string::npos);
}

TEST_F(Actions, AScanMayGoOnFromPointToPointAndPrintFunctions) {
    run({action("parameter_scan", {{"method", "ode"},
                                   {"parameter", "k"},
                                   {"par_scan_vals", "[1,2]"},
                                   {"reset_conc", "0"},
                                   {"print_functions", "1"},
                                   {"suffix", "on"},
                                   {"t_end", "1"}})});
    const auto rows = table("model_on.scan");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_TRUE(near_rel(rows[0][1], 4.0 * std::exp(-1.0), 1e-6));
    EXPECT_TRUE(near_rel(rows[1][1], 4.0 * std::exp(-3.0), 1e-6));
    EXPECT_TRUE(near_rel(rows[1][3], 8.0 * std::exp(-3.0), 1e-6));
}

TEST_F(Actions, TheNameOfTheModelAndThePrefixNameTheFiles) {
    run({positional("setModelName", {"other"}), simulate({{"t_end", "1"}}),
         simulate({{"t_end", "1"}, {"prefix", "third"}, {"suffix", "run"}}), positional("quit", {}),
         simulate({{"t_end", "1"}, {"suffix", "never"}})});
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/other.gdat"));
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/third_run.gdat"));
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/other_never.gdat"));
}

TEST_F(Actions, TheCallersOwnActionsSeeTheStateAsItIs) {
    std::vector<std::string> seen;
    context_.elsewhere = {
        {"writeThere",
         true,
         {},
         [&](const Action&,
             const ActionState& state) -> Outcome<std::vector<std::string>, Diagnostics> {
             seen = {state.stem, state.network->parameters[0].value.text(),
                     state.network->initial_amount(SpeciesId{0}).text()};
             return std::vector<std::string>{"there"};
         }},
        {"needsNone", false,
         [](const Action& a, Diagnostics& diagnostics) {
             if (!a.arguments.empty()) {
                 diagnostics.error("ERB-SIM-0002", {}, "takes nothing");
             }
         },
         [&](const Action&,
             const ActionState& state) -> Outcome<std::vector<std::string>, Diagnostics> {
             EXPECT_EQ(state.network, nullptr);
             return std::vector<std::string>{};
         }}};
    const ActionReport report = run({action("needsNone"), positional("setParameter", {"k", "3"}),
                                     positional("setConcentration", {"A()", "2*k"}),
                                     action("writeThere", {{"suffix", "x"}})});
    EXPECT_EQ(seen, (std::vector<std::string>{"model_x", "3", "2*k"}));
    EXPECT_EQ(report.files, (std::vector<std::string>{"there"}));
    EXPECT_NE(errors({positional("needsNone", {"1"})}).find("takes nothing"), std::string::npos);
}

TEST_F(Actions, WritersOfOtherFormatsMayBeLeftOut) {
    context_.skips_writers = true;
    const ActionReport report = run({action("writeXML"), simulate({{"t_end", "1"}})});
    EXPECT_NE(report.warnings.text().find("warning ERB-SIM-0010: 'writeXML' is left out"),
              std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/model.gdat"));
    EXPECT_NE(errors({action("simulate_nf")}).find("unsupported"), std::string::npos);
}

TEST_F(Actions, AModelThatIsReadReplacesWhatWasSet) {
    context_.read = [](const Action&) -> Outcome<std::optional<net::Network>, Diagnostics> {
        return std::optional<net::Network>{};
    };
    const Action read = action("readFile", {{"file", "x.bngl"}});
    run({positional("setParameter", {"k", "3"}), simulate({{"t_end", "1"}}), read,
         simulate({{"t_end", "1"}})});
    EXPECT_TRUE(near_rel(table("model.gdat").back()[1], 4.0 * std::exp(-1.0), 1e-6));
    EXPECT_NE(errors({action("readFile")}).find("needs the option 'file'"), std::string::npos);
}

TEST_F(Actions, AScanOfAnInitialAmountSeesTheNewValue) {
    run({action(
        "parameter_scan",
        {{"method", "ode"}, {"parameter", "a0"}, {"par_scan_vals", "[1,2]"}, {"t_end", "1"}})});
    const auto rows = table("model_a0.scan");
    EXPECT_TRUE(near_rel(rows[1][1], 2.0 * std::exp(-1.0), 1e-6));
}

TEST_F(Actions, ABifurcationGoesUpAndDownFromStateToState) {
    run({action("bifurcate", {{"method", "ode"},
                              {"parameter", "k"},
                              {"par_min", "1"},
                              {"par_max", "2"},
                              {"n_scan_pts", "2"},
                              {"t_end", "1"}})});
    const auto rows = table("model_bifurcation_Atot.scan");
    ASSERT_EQ(rows.size(), 2U);
    // Rates in order: 1, 2 forward, then 2, 1 backward.
    EXPECT_TRUE(near_rel(rows[0][1], 4.0 * std::exp(-1.0), 1e-6));
    EXPECT_TRUE(near_rel(rows[1][1], 4.0 * std::exp(-3.0), 1e-6));
    EXPECT_TRUE(near_rel(rows[1][2], 4.0 * std::exp(-5.0), 1e-6));
    EXPECT_TRUE(near_rel(rows[0][2], 4.0 * std::exp(-6.0), 1e-6));
}

TEST_F(Actions, SteadyStateEndsTheRunOrFailsIt) {
    ActionReport report =
        run({simulate({{"t_end", "100"}, {"n_steps", "10"}, {"steady_state", "1"}})});
    EXPECT_EQ(report.failure, "");
    EXPECT_LT(table("model.gdat").size(), 11U);
    report = run({simulate({{"t_end", "1"}, {"steady_state", "1"}}), positional("quit", {})});
    EXPECT_EQ(report.actions_run, 0U);
    EXPECT_NE(report.failure.find("no steady state"), std::string::npos);
}

TEST_F(Actions, AFailedSimulationLeavesNanInItsFilesAndEndsTheActions) {
    const ActionReport report =
        run({positional("setParameter", {"k", "0/0"}), simulate({{"t_end", "1"}}),
             simulate({{"t_end", "2"}, {"suffix", "never"}})});
    EXPECT_NE(report.failure.find("not finite"), std::string::npos) << report.failure;
    EXPECT_NE(text("model.gdat").find("                nan"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/model_never.gdat"));
}

TEST_F(Actions, WhatIsNotSupportedIsRefusedBeforeAnythingRuns) {
    const auto refused = run_actions(
        std::vector{simulate({{"t_end", "1"}}), action("simulate_ssa", {{"t_end", "1"}}),
                    action("simulate", {{"method", "nf"}, {"t_end", "1"}}),
                    positional("writeMDL", {}), simulate({{"t_end", "1"}, {"stop_if", "Atot<1"}})},
        context_);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is_only_unsupported());
    EXPECT_EQ(refused.error().all().size(), 4U);
    EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(Actions, MistakesAreNamedWithWhatWasMeant) {
    EXPECT_NE(errors({action("simulat")}).find("did you mean 'simulate'?"), std::string::npos);
    EXPECT_NE(errors({simulate({{"t_ned", "1"}})}).find("did you mean 't_end'?"),
              std::string::npos);
    EXPECT_NE(errors({simulate({})}).find("needs the option 't_end'"), std::string::npos);
    EXPECT_NE(errors({positional("setParameter", {"kk", "1"}), simulate({{"t_end", "1"}}),
                      positional("setParameter", {"kk", "1"})})
                  .find("did you mean 'k'?"),
              std::string::npos);
    EXPECT_NE(errors({positional("setConcentration", {"AA()", "1"})}).find("no species 'AA()'"),
              std::string::npos);
    EXPECT_NE(errors({positional("resetConcentrations", {"never"})}).find("nothing was saved"),
              std::string::npos);
    EXPECT_NE(errors({simulate({{"t_end", "1"}, {"prefix", "../../evil"}})})
                  .find("outside the output folder"),
              std::string::npos);
}

TEST(DatFiles, NumbersPrintAsCPrintfDoes) {
    std::string text;
    append_dat_row(text, 0.1, std::vector{-1.0 / 3.0, 1e-300, 1e100});
    EXPECT_EQ(text,
              " 1.000000000000e-01 -3.333333333333e-01 1.000000000000e-300 "
              "1.000000000000e+100\n");
    text.clear();
    append_cdat_row(text, 0.0, std::vector{1e-308, std::nan("")});
    EXPECT_EQ(text, " 0.000000000000e+00  0.000000000000e+00                 nan\n");
}

}  // namespace
}  // namespace erbium::sim
