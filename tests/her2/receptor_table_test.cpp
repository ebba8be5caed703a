// SPDX-License-Identifier: Apache-2.0
// tests/her2/receptor_table_test.cpp: the receptor layer of both tiers at equilibrium against mass
// balances and against the tables that its constants were chosen with.
// Source of the tables: signalling notes, M3, "Check (quasi-equilibrium, no ligand)" and "unit test
// 2". Their copies are fixed inputs, not the copies of the profiles of the same name; expression
// and loss stand still, antibodies saturate, and HER1-HER3 pairs, which the tables leave out, are
// off.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/solver.hpp"
#include "her2_model.hpp"
#include "near.hpp"
#include "receptor_balance.hpp"

namespace erbium::her2 {
namespace {

constexpr double kSaturating_nM = 1e8;
constexpr double kNoPairs = 1e12;  // copies/cell; 1-3 pairs are then below 1e-2 per cell

struct Line {
    const char* name;
    double HER1, HER2, HER3;  // copies/cell
};
constexpr Line kSKBR3 = {"SKBR3", 2e5, 1.5e6, 2e4};
constexpr Line kBT474 = {"BT474", 4e4, 1.5e6, 3e4};
constexpr Line kHCC1954 = {"HCC1954", 2e5, 1e6, 1.5e4};
constexpr Line kJIMT1 = {"JIMT-1", 1e5, 2e5, 8e3};
constexpr Line kMCF7 = {"MCF7", 5e3, 3e4, 2.5e4};
constexpr Line kMCF10A = {"MCF10A", 1.92e5, 1.4e4, 5.8e3};
constexpr std::array kLines = {kSKBR3, kBT474, kHCC1954, kJIMT1, kMCF7, kMCF10A};
constexpr std::array kTreatedLines = {kSKBR3, kBT474, kMCF7};

struct Medium {
    const char* name;
    double EGF, NRG1, trastuzumab, pertuzumab;  // nM
};
constexpr Medium kNone = {"none", 0, 0, 0, 0};
constexpr Medium kT = {"T", 0, 0, kSaturating_nM, 0};
constexpr Medium kP = {"P", 0, 0, 0, kSaturating_nM};
constexpr Medium kTP = {"T+P", 0, 0, kSaturating_nM, kSaturating_nM};
constexpr Medium kN = {"NRG1", 0, 1, 0, 0};
constexpr Medium kNT = {"NRG1+T", 0, 1, kSaturating_nM, 0};
constexpr Medium kNP = {"NRG1+P", 0, 1, 0, kSaturating_nM};
constexpr Medium kNTP = {"NRG1+T+P", 0, 1, kSaturating_nM, kSaturating_nM};
constexpr Medium kE = {"EGF", 10, 0, 0, 0};
constexpr std::array kMedia = {kNone, kT, kP, kTP, kN, kNT, kNP, kNTP, kE};

Membrane membrane(const Line& line, const Medium& medium) {
    return {line.HER1,  line.HER2,   line.HER3,          0.0,
            medium.EGF, medium.NRG1, medium.trastuzumab, medium.pertuzumab};
}

/// A parameter of the package and where the mass balances have it.
struct Constant {
    const char* row;
    double PairingConstants::*member;
};
constexpr std::array kConstants = {
    Constant{"K_pair_11", &PairingConstants::K_11},
    Constant{"K_pair_12", &PairingConstants::K_12},
    Constant{"K_pair_13", &PairingConstants::K_13},
    Constant{"K_pair_22", &PairingConstants::K_22},
    Constant{"K_pair_23", &PairingConstants::K_23},
    Constant{"K_pair_95", &PairingConstants::K_95},
    Constant{"K_pair_611_611", &PairingConstants::K_611_611},
    Constant{"c_EGF_11", &PairingConstants::c_EGF_11},
    Constant{"c_EGF_12", &PairingConstants::c_EGF_12},
    Constant{"c_lig_13", &PairingConstants::c_lig_13},
    Constant{"c_NRG1_23", &PairingConstants::c_NRG1_23},
    Constant{"t_23", &PairingConstants::t_23},
    Constant{"p_12", &PairingConstants::p_12},
    Constant{"p_23", &PairingConstants::p_23},
    Constant{"p_23_NRG1", &PairingConstants::p_23_NRG1},
    Constant{"K_D_EGF", &PairingConstants::K_EGF},
    Constant{"K_D_NRG1", &PairingConstants::K_NRG1},
    Constant{"K_D_trastuzumab", &PairingConstants::K_trastuzumab},
    Constant{"K_D_pertuzumab", &PairingConstants::K_pertuzumab},
};

PairingConstants shipped() {
    PairingConstants out;
    for (const Constant& constant : kConstants) {
        out.*constant.member = her2_package().parameter(constant.row)->value;
    }
    return out;
}

/// As the tables were made: without 1-3 pairs, and with the two constants of theirs that searches
/// have moved since.
PairingConstants without_13() {
    PairingConstants out = shipped();
    out.K_12 = 5e7;
    out.K_13 = kNoPairs;
    out.K_23 = 5e6;
    return out;
}

ParameterId parameter(Tier tier, const char* name) {
    const auto found = her2_model(tier).system.find_parameter(name);
    EXPECT_TRUE(found) << name;
    return found.value_or(ParameterId{});
}

/// All species from unpaired, empty receptors on for 1e6 s, which is 30 times as long as the
/// slowest step takes (EGF leaves HER1-HER2 at 3e-5 /s).
sim::Run to_equilibrium(Tier tier, const PairingConstants& constants, const Membrane& cell) {
    static const std::array kObserved = {"dimers_HER1_HER1", "dimers_HER1_HER2", "dimers_HER1_HER3",
                                         "dimers_HER2_HER2", "dimers_HER2_HER3", "dimers_P95_HER2",
                                         "dimers_P95_HER3",  "dimers_P95_P95",   "HER1_total",
                                         "HER2_total",       "HER3_total",       "P95_total"};
    sim::Run run;
    for (const Constant& constant : kConstants) {
        run.parameters.push_back({parameter(tier, constant.row), constants.*constant.member});
    }
    const std::vector<std::pair<const char*, double>> settings = {
        {"turnover_on", 0.0},
        {"medium_IGF1_nM", 0.0},
        {"K_second_arm", 0.0},  // the mass balances know one arm only
        {"copies_HER4", 0.0},
        {"copies_HER1", cell.HER1},
        {"copies_HER2", cell.HER2},
        {"copies_HER3", cell.HER3},
        {"copies_P95_611", cell.p95},
        {"conc_EGF_nM", cell.EGF},
        {"conc_NRG1_nM", cell.NRG1},
        {"conc_trastuzumab_nM", cell.trastuzumab},
        {"conc_pertuzumab_nM", cell.pertuzumab}};
    for (const auto& [name, value] : settings) {
        run.parameters.push_back({parameter(tier, name), value});
    }
    run.output_times = {1e6};
    for (const char* name : kObserved) {
        const auto observable = her2_model(tier).system.find_observable(name);
        EXPECT_TRUE(observable) << name;
        run.recording.observables.push_back(observable.value_or(ObservableId{}));
    }
    return run;
}

/// The network's own answer.
Pairs equilibrated(Tier tier, const PairingConstants& constants, const Membrane& cell) {
    sim::SolverOptions options;
    options.tolerances.rtol = 1e-6;
    static sim::Solver cohort{her2_model(Tier::cohort).system, options};
    static sim::Solver full{her2_model(Tier::full).system, options};
    sim::Solver& solver = tier == Tier::cohort ? cohort : full;
    const sim::Result result = solver.solve(to_equilibrium(tier, constants, cell));
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    const auto at = [&](std::size_t column) { return result.at(0, column); };
    EXPECT_TRUE(near_rel(at(8), cell.HER1, 1e-8)) << "HER1 is neither made nor lost";
    EXPECT_TRUE(near_rel(at(9), cell.HER2, 1e-8)) << "HER2";
    EXPECT_TRUE(near_rel(at(10), cell.HER3, 1e-8)) << "HER3";
    EXPECT_TRUE(near_rel(at(11), cell.p95, 1e-8)) << "p95";
    return {at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)};
}

/// The same, each run once a program: the tables ask for what the balances have asked for.
Pairs simulated(Tier tier, const PairingConstants& constants, const Membrane& cell) {
    static std::map<std::vector<double>, Pairs> kept;
    std::vector<double> key = {tier == Tier::cohort ? 0.0 : 1.0,
                               cell.HER1,
                               cell.HER2,
                               cell.HER3,
                               cell.p95,
                               cell.EGF,
                               cell.NRG1,
                               cell.trastuzumab,
                               cell.pertuzumab};
    for (const Constant& constant : kConstants) {
        key.push_back(constants.*constant.member);
    }
    const auto found = kept.find(key);
    return found != kept.end() ? found->second : kept[key] = equilibrated(tier, constants, cell);
}

void expect_equal(const Pairs& model, const Pairs& balance) {
    constexpr double kTolerance = 1e-4;
    // A millionth of a pair per cell is none.
    constexpr double kNothing = 1e-6;
    EXPECT_TRUE(near_rel(model.HER1_HER1, balance.HER1_HER1, kTolerance, kNothing)) << "1-1";
    EXPECT_TRUE(near_rel(model.HER1_HER2, balance.HER1_HER2, kTolerance, kNothing)) << "1-2";
    EXPECT_TRUE(near_rel(model.HER1_HER3, balance.HER1_HER3, kTolerance, kNothing)) << "1-3";
    EXPECT_TRUE(near_rel(model.HER2_HER2, balance.HER2_HER2, kTolerance, kNothing)) << "2-2";
    EXPECT_TRUE(near_rel(model.HER2_HER3, balance.HER2_HER3, kTolerance, kNothing)) << "2-3";
    EXPECT_TRUE(near_rel(model.p95_HER2, balance.p95_HER2, kTolerance, kNothing)) << "p95-2";
    EXPECT_TRUE(near_rel(model.p95_HER3, balance.p95_HER3, kTolerance, kNothing)) << "p95-3";
    EXPECT_TRUE(near_rel(model.p95_p95, balance.p95_p95, kTolerance, kNothing)) << "p95-p95";
}

/// A run of the full tier costs a hundred of the cohort tier. Lines differ in copies alone, so that
/// one of them shows the rules of the full tier, and the cohort tier shows the other lines.
bool is_left_out(Tier tier, const Line& line) {
    return tier == Tier::full && std::string_view{line.name} != kSKBR3.name;
}

class ReceptorsAtEquilibrium : public ::testing::TestWithParam<Tier> {};
class PrintedTables : public ::testing::TestWithParam<Tier> {};
constexpr auto kNameOfTier = [](const auto& tier) { return std::string{tier_name(tier.param)}; };
INSTANTIATE_TEST_SUITE_P(Tiers, ReceptorsAtEquilibrium, ::testing::ValuesIn(kTiers), kNameOfTier);
INSTANTIATE_TEST_SUITE_P(Tiers, PrintedTables, ::testing::ValuesIn(kTiers), kNameOfTier);

TEST_P(ReceptorsAtEquilibrium, MeetTheMassBalancesInEveryLineWithoutLigand) {
    for (const Line& line : kLines) {
        if (is_left_out(GetParam(), line)) {
            continue;
        }
        SCOPED_TRACE(line.name);
        const Membrane cell = membrane(line, kNone);
        expect_equal(simulated(GetParam(), without_13(), cell),
                     pairs_at_equilibrium(without_13(), cell));
    }
}

TEST_P(ReceptorsAtEquilibrium, MeetTheMassBalancesWithEveryLigandAndAntibody) {
    for (const Line& line : kTreatedLines) {
        if (is_left_out(GetParam(), line)) {
            continue;
        }
        for (const Medium& medium : kMedia) {
            SCOPED_TRACE(std::string{line.name} + ", " + medium.name);
            const Membrane cell = membrane(line, medium);
            expect_equal(simulated(GetParam(), without_13(), cell),
                         pairs_at_equilibrium(without_13(), cell));
        }
    }
}

TEST_P(ReceptorsAtEquilibrium, MeetTheMassBalancesWithHER1HER3AndP95) {
    // As shipped: all pairs on, and 8e5 copies of the 611 form as in the profile SKBR3_p95HER2.
    for (const Medium& medium : kMedia) {
        SCOPED_TRACE(medium.name);
        Membrane cell = membrane(kSKBR3, medium);
        cell.p95 = 8e5;
        expect_equal(simulated(GetParam(), shipped(), cell), pairs_at_equilibrium(shipped(), cell));
    }
}

TEST_P(ReceptorsAtEquilibrium, MeetTheMassBalancesAtConcentrationsThatDoNotSaturate) {
    // Partial occupancy: every state of a pair counts, and the off-rates inside pairs with it.
    Membrane cell = membrane(kSKBR3, kNone);
    cell.p95 = 1e5;
    cell.EGF = 0.3;
    cell.NRG1 = 0.2;
    cell.trastuzumab = 0.4;
    cell.pertuzumab = 3.0;
    expect_equal(simulated(GetParam(), shipped(), cell), pairs_at_equilibrium(shipped(), cell));
}

TEST_P(ReceptorsAtEquilibrium, MeetTheMassBalancesWithOtherConstantsToo) {
    // Each constant changed by its own factor, so that no two can stand for each other.
    PairingConstants constants = shipped();
    double factor = 0.6;
    for (const Constant& constant : kConstants) {
        constants.*constant.member *= factor;
        factor += 0.07;
    }
    Membrane cell = membrane(kBT474, kNone);
    cell.HER1 = 3e5;
    cell.p95 = 2e5;
    cell.EGF = 1.0;
    cell.NRG1 = 1.0;
    cell.trastuzumab = 1.0;
    cell.pertuzumab = 1.0;
    expect_equal(simulated(GetParam(), constants, cell), pairs_at_equilibrium(constants, cell));
}

TEST(Equilibrium, IsWaitedForInFewStepsAtAnyTolerance) {
    // Rates there are rounding errors of what cancels in them: steps must not depend on how well a
    // linear system with those on its right is solved.
    Membrane cell = membrane(kSKBR3, kNTP);
    cell.p95 = 8e5;
    const sim::Run run = to_equilibrium(Tier::cohort, shipped(), cell);
    const eqn::System& system = her2_model(Tier::cohort).system;
    for (const double rtol : {1e-9, 1e-10}) {
        sim::SolverOptions options;
        options.tolerances.rtol = rtol;
        sim::BatchOptions batch;
        batch.solver = options;
        const sim::Result single = sim::solve(system, run, options);
        const sim::Result lane = sim::BatchSolver{system, batch}.solve(std::vector{run}).front();
        for (const sim::Result* result : {&single, &lane}) {
            EXPECT_TRUE(result->status.ok()) << result->status.message;
            EXPECT_LT(result->statistics.steps, 5000U);
        }
    }
}

TEST(SecondArm, RaisesTheAffinityWhereHER2IsDense) {
    // S = o + g o + g K o^2 with g = concentration/K_D, solved by bisection for the open sites o.
    const auto bound = [](double sites, double g, double K) {
        double low = 0.0;
        double high = sites;
        for (int i = 0; i < 200; ++i) {
            const double o = 0.5 * (low + high);
            (o + g * o + g * K * o * o > sites ? high : low) = o;
        }
        return 1.0 - low / sites;
    };
    const double K_D = her2_package().parameter("K_D_trastuzumab")->value;
    const double K = her2_package().parameter("K_second_arm")->value;
    for (const Tier tier : kTiers) {
        for (const double sites : {1e4, 1e6}) {
            for (const double conc : {0.05, 0.5, 5.0}) {
                if (tier == Tier::full && sites == 1e4 && conc != 0.5) {
                    continue;  // nearly one arm only
                }
                SCOPED_TRACE(std::string{tier_name(tier)} + " " + std::to_string(conc));
                sim::Solver solver{her2_model(tier).system, {}};
                sim::Run run;
                run.parameters = {{parameter(tier, "turnover_on"), 0.0},
                                  {parameter(tier, "copies_HER2"), sites},
                                  {parameter(tier, "copies_HER3"), 0.0},
                                  {parameter(tier, "K_pair_22"), 1e15},  // no bridge joins pairs
                                  {parameter(tier, "K_pair_12"), 1e15},
                                  {parameter(tier, "conc_trastuzumab_nM"), conc}};
                run.output_times = {1e6};
                const bool is_full = tier == Tier::full;
                run.recording.observables = {*her2_model(tier).system.find_observable(
                    is_full ? "trastuzumab_bound" : "held_dIV")};
                const sim::Result result = solver.solve(run);
                ASSERT_TRUE(result.status.ok()) << result.status.message;
                const double share = result.at(0, 0) / (is_full ? sites : 1.0);
                EXPECT_TRUE(near_rel(share, bound(sites, conc / K_D, K), 1e-4));
            }
        }
    }
    EXPECT_GT(bound(1e6, 0.2, K), bound(1e4, 0.2, K) * 1.5) << "dense receptors hold it longer";
}

/// A number of the tables. Three digits carry at most 0.5 % of rounding; those with one or two
/// carry up to 17 %, but all of them are met within 2 % as well, except two that were cut off
/// instead of rounded: the balances give 9.68 where the table has 9, and 26.54 where it has 26.
struct Printed {
    double value;
    bool is_cut_off = false;
};
constexpr Printed cut_off(double value) {
    return {value, true};
}

void expect_printed(double model, Printed printed) {
    if (printed.is_cut_off) {
        EXPECT_EQ(std::floor(model), printed.value) << model;
    } else {
        EXPECT_TRUE(near_rel(model, printed.value, 0.02));
    }
}

TEST_P(PrintedTables, OfPairsWithoutLigandAreMet) {
    struct Row {
        Line line;
        Printed HER2_HER2;
        Printed HER2_HER3;
    };
    const std::array rows = {Row{kSKBR3, {8.68e4}, {4.17e3}},   Row{kBT474, {8.70e4}, {6.26e3}},
                             Row{kHCC1954, {4.15e4}, {2.31e3}}, Row{kJIMT1, {1.91e3}, {301}},
                             Row{kMCF7, {44}, {148}},           Row{kMCF10A, cut_off(9), {16}}};
    for (const Row& row : rows) {
        if (is_left_out(GetParam(), row.line)) {
            continue;
        }
        SCOPED_TRACE(row.line.name);
        const Pairs pairs = simulated(GetParam(), without_13(), membrane(row.line, kNone));
        expect_printed(pairs.HER2_HER2, row.HER2_HER2);
        expect_printed(pairs.HER2_HER3, row.HER2_HER3);
    }
}

TEST_P(PrintedTables, OfHER2HER3PairsUnderLigandAndAntibodiesAreMet) {
    struct Row {
        Medium medium;
        std::array<Printed, 3> printed;  // by kTreatedLines
    };
    const std::array rows = {
        Row{kNone, {{{4170}, {6260}, {148}}}}, Row{kT, {{{261}, {392}, {7.5}}}},
        Row{kP, {{{1620}, {2430}, {50}}}},     Row{kTP, {{{88}, {132}, {2.5}}}},
        Row{kN, {{{18000}, {27000}, {3770}}}}, Row{kNT, {{{17900}, {26900}, {3720}}}},
        Row{kNP, {{{1870}, {2800}, {58}}}},    Row{kNTP, {{{899}, {1350}, cut_off(26)}}},
    };
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < kTreatedLines.size(); ++i) {
            if (is_left_out(GetParam(), kTreatedLines[i])) {
                continue;
            }
            SCOPED_TRACE(std::string{kTreatedLines[i].name} + ", " + row.medium.name);
            const Pairs pairs =
                simulated(GetParam(), without_13(), membrane(kTreatedLines[i], row.medium));
            expect_printed(pairs.HER2_HER3, row.printed[i]);
        }
    }
}

TEST_P(PrintedTables, OfHER1HER2PairsBeforeAndAfterEGFAreMet) {
    const std::array<Printed, 3> before = {{{4.95e3}, {1.02e3}, {3.0}}};
    const std::array<Printed, 3> after = {{{1.76e5}, {3.64e4}, {917}}};
    for (std::size_t i = 0; i < kTreatedLines.size(); ++i) {
        const Line& line = kTreatedLines[i];
        if (is_left_out(GetParam(), line)) {
            continue;
        }
        SCOPED_TRACE(line.name);
        expect_printed(simulated(GetParam(), without_13(), membrane(line, kNone)).HER1_HER2,
                       before[i]);
        expect_printed(simulated(GetParam(), without_13(), membrane(line, kE)).HER1_HER2, after[i]);
    }
}

}  // namespace
}  // namespace erbium::her2
