// SPDX-License-Identifier: Apache-2.0
// tests/assay/experiment_test.cpp: experiments on the teaching package against its exact solution.
#include "erbium/assay/experiment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "erbium/assay/panels.hpp"
#include "erbium/eqn/system.hpp"
#include "near.hpp"
#include "teaching_experiment.hpp"

namespace erbium::assay {
namespace {

constexpr double kHour = 3600.0;
constexpr double kLoss = 0.1 / kHour;  // 1/s
constexpr double kOn = 1e-3;           // 1/(nM s)
constexpr double kOff = kOn * 5.0;     // 1/s

/// Free receptors after the blocker came at t = 0 to `total` free ones: two linear equations with
/// the eigenvalues kLoss (of the total, which stands still) and kLoss + kOff + kOn c.
double free_receptors(double total, double dose_nM, double time_s) {
    const double bind = kOn * dose_nM;
    const double rate = kLoss + kOff + bind;
    const double steady = total * (kOff + kLoss) / rate;
    return steady + (total - steady) * std::exp(-rate * time_s);
}

double growth_rate(double drive) {
    return 0.03 / kHour * drive / (drive + 2000.0);
}

/// Cells at the end over those at t = 0. The receptors are steady within minutes; Simpson's rule on
/// a grid that is fine there.
double cells(double total, double bypass, double dose_nM, double until_s) {
    constexpr int kSteps = 20'000;
    double exponent = 0.0;
    for (int i = 0; i < kSteps; ++i) {
        const auto time = [&](double k) { return until_s * std::pow(k / kSteps, 3.0); };
        const double a = time(i);
        const double b = time(i + 1);
        const auto rate = [&](double t) {
            return growth_rate(free_receptors(total, dose_nM, t) + bypass);
        };
        exponent += (b - a) / 6.0 * (rate(a) + 4.0 * rate((a + b) / 2.0) + rate(b));
    }
    return std::exp(exponent);
}

Condition amplified(const char* treatment) {
    return {"amplified", {}, {}, teaching_treatment(treatment)};
}

TEST(Experiments, FollowTheExactSolution) {
    Experiment experiment = teaching_experiment();
    const std::vector<double> times_s = {0.0, 10.0, 60.0, 600.0, kHour, 24 * kHour, 72 * kHour};
    const std::array<Condition, 1> conditions = {amplified("blocker 5 nM")};
    const TimeCourse course = experiment.run(conditions, times_s).front();
    ASSERT_TRUE(course.is_ok) << course.reason;
    const std::size_t active = experiment.column("active");
    const std::size_t total = experiment.column("receptors");
    for (std::size_t t = 0; t < times_s.size(); ++t) {
        // The solver's relative tolerance is 1e-6 a step; a hundred steps make 1e-4 of it at worst.
        EXPECT_TRUE(near_rel(course.at(t, active), free_receptors(20000, 5, times_s[t]), 1e-4));
        EXPECT_TRUE(near_rel(course.at(t, total), 20000.0, 1e-4));
    }
    EXPECT_TRUE(
        near_rel(course.at(6, experiment.growth_column()), cells(20000, 0, 5, 72 * kHour), 1e-4));
}

TEST(Experiments, EquilibrateWithTheBackgroundAndCountCellsFromTheStart) {
    Experiment experiment = teaching_experiment();
    Condition condition = amplified("none");
    condition.background = teaching_treatment("blocker 5 nM");
    const std::array<Condition, 1> conditions = {condition};
    const std::vector<double> times_s = {0.0, kHour};
    const TimeCourse course = experiment.run(conditions, times_s).front();
    ASSERT_TRUE(course.is_ok) << course.reason;
    const double steady = free_receptors(20000, 5, 1e9);
    EXPECT_TRUE(near_rel(course.at(0, experiment.column("active")), steady, 1e-4));
    EXPECT_TRUE(near_rel(course.at(1, experiment.column("active")), steady, 1e-4));
    EXPECT_TRUE(near_rel(course.at(0, experiment.growth_column()), 1.0, 1e-9));
}

TEST(Experiments, MeasureViabilityFoldsAndAbsoluteValues) {
    Experiment experiment = teaching_experiment();
    const Condition treated = amplified("blocker 100 nM");
    const double t = 72 * kHour;
    const std::vector<Question> questions = {
        {treated, MeasuredQuantity::viability, "", t},
        {treated, MeasuredQuantity::fold_start, "active", t},
        {treated, MeasuredQuantity::fold_control, "active", t},
        {treated, MeasuredQuantity::absolute, "active", t},
    };
    const std::vector<Measurement> m = experiment.measure(questions);
    const double free = free_receptors(20000, 100, t);
    EXPECT_TRUE(near_rel(m[0].value, cells(20000, 0, 100, t) / cells(20000, 0, 0, t), 1e-4));
    EXPECT_TRUE(near_rel(m[1].value, free / 20000, 1e-4));
    EXPECT_TRUE(near_rel(m[2].value, free / 20000, 1e-4));
    EXPECT_TRUE(near_rel(m[3].value, free, 1e-4));
    EXPECT_EQ(experiment.conditions_run(), 2U) << "the treated dish and its control, shared";
}

TEST(Experiments, FoldsOverTheStartReferToTheStateBeforeTheTreatment) {
    // growth_rate depends on the factor's concentration at once, so at t = 0 it has jumped already.
    Experiment experiment = teaching_experiment();
    const std::vector<Question> questions = {
        {{"normal", {}, {}, teaching_treatment("factor 10 nM")},
         MeasuredQuantity::fold_start,
         "growth_rate",
         0.0}};
    const double before = growth_rate(1100);
    const double after = growth_rate(1100 + 1000 * 10);
    EXPECT_TRUE(near_rel(experiment.measure(questions)[0].value, after / before, 1e-4));
}

TEST(Experiments, ProfilesAndParametersByHandChangeTheCell) {
    Experiment experiment = teaching_experiment();
    Condition by_hand{"amplified", {{"bypass", 50000.0}}, {}, teaching_treatment("blocker")};
    const Condition by_profile{"amplified_bypass", {}, {}, teaching_treatment("blocker")};
    const std::vector<Question> questions = {
        {by_hand, MeasuredQuantity::viability, "", 72 * kHour},
        {by_profile, MeasuredQuantity::viability, "", 72 * kHour}};
    const std::vector<Measurement> m = experiment.measure(questions);
    EXPECT_EQ(m[0].value, m[1].value);
    EXPECT_EQ(experiment.conditions_run(), 2U) << "they are the same cell, so they run once";
}

TEST(Experiments, ResultsAreTheSameBitsForAnyThreadsOrderAndCompany) {
    const std::vector<const char*> treatments = {
        "none", "blocker 1 nM", "blocker 7 nM", "anti-R", "blocker + anti-R 3 ug/mL", "factor"};
    std::vector<Question> questions;
    for (const char* profile : {"normal", "amplified", "amplified_bypass"}) {
        for (const char* text : treatments) {
            for (const double time_s : {600.0, 72 * kHour, 24 * kHour}) {
                questions.push_back({{profile, {}, {}, teaching_treatment(text)},
                                     MeasuredQuantity::fold_control,
                                     "growth_rate",
                                     time_s});
            }
        }
    }
    Experiment one = teaching_experiment(1);
    const std::vector<Measurement> reference = one.measure(questions);
    Experiment four = teaching_experiment(4);
    std::vector<Question> reversed{questions.rbegin(), questions.rend()};
    const std::vector<Measurement> backwards = four.measure(reversed);
    Experiment alone = teaching_experiment(1);
    for (std::size_t i = 0; i < questions.size(); ++i) {
        EXPECT_FALSE(std::isnan(reference[i].value));
        EXPECT_EQ(reference[i].value, backwards[questions.size() - 1 - i].value);
        EXPECT_EQ(reference[i].value, alone.measure(std::span{questions}.subspan(i, 1))[0].value);
    }
}

TEST(Experiments, FailuresAreNaNWithAReasonAndAreCounted) {
    Experiment experiment = teaching_experiment(1, 3);  // three steps are not enough for anything
    const std::vector<Question> questions = {
        {amplified("blocker"), MeasuredQuantity::viability, "", 72 * kHour}};
    const std::vector<Measurement> m = experiment.measure(questions);
    EXPECT_TRUE(std::isnan(m[0].value));
    EXPECT_NE(m[0].reason.find("too_many_steps"), std::string::npos) << m[0].reason;
    EXPECT_EQ(experiment.conditions_failed(), 2U);
    const std::array<Condition, 1> conditions = {amplified("blocker")};
    const std::array<double, 1> times_s = {kHour};
    const TimeCourse course = experiment.run(conditions, times_s).front();
    EXPECT_FALSE(course.is_ok);
    EXPECT_TRUE(std::isnan(course.at(0, 0)));
}

TEST(Experiments, ARatioToNothingHasAReason) {
    Experiment experiment = teaching_experiment();
    const Condition empty{"normal", {{"copies_R", 0.0}}, {}, teaching_treatment("blocker")};
    const std::vector<Question> questions = {
        {empty, MeasuredQuantity::fold_control, "receptors", kHour}};
    const std::vector<Measurement> m = experiment.measure(questions);
    EXPECT_TRUE(std::isnan(m[0].value));
    EXPECT_EQ(m[0].reason, "a ratio to a value of 0 has no meaning");
}

TEST(Experiments, WarmStartsFindTheEquilibriaOfColdOnes) {
    const auto experiment = [](bool has_warm_starts) {
        Diagnostics warnings;
        auto system = compile_package(teaching_package(), warnings);
        ExperimentOptions options;
        options.has_warm_starts = has_warm_starts;
        return std::move(Experiment::make(teaching_package(), std::move(system).value(), options))
            .value();
    };
    Experiment warm = experiment(true);
    Experiment cold = experiment(false);
    std::vector<Question> questions;
    for (const package::Settings& constants :
         {package::Settings{{"K_growth", 900.0}}, package::Settings{{"K_D", 20.0}},
          // Another number of receptors is another total: no state to start from.
          package::Settings{{"copies_R", 4000.0}}}) {
        for (const char* profile : {"amplified", "normal"}) {
            questions.push_back({{profile, {}, {}, teaching_treatment("blocker 5 nM"), constants},
                                 MeasuredQuantity::viability,
                                 {},
                                 72 * 3600.0});
        }
    }
    const std::vector<Measurement> a = warm.measure(questions);
    const std::vector<Measurement> b = cold.measure(questions);
    for (std::size_t i = 0; i < questions.size(); ++i) {
        EXPECT_NEAR(a[i].value, b[i].value, 1e-5 * b[i].value) << i;
    }
    // The order of questions does not matter: each starts at the nominal equilibrium.
    std::reverse(questions.begin(), questions.end());
    Experiment again = experiment(true);
    const std::vector<Measurement> reversed = again.measure(questions);
    for (std::size_t i = 0; i < questions.size(); ++i) {
        EXPECT_EQ(reversed[i].value, a[questions.size() - 1 - i].value);
    }
}

TEST(Experiments, TimesOfACourseAreFineAtTheStart) {
    const std::vector<double> times_s = course_times(100.0, 11);
    ASSERT_EQ(times_s.size(), 11U);
    EXPECT_EQ(times_s.front(), 0.0);
    EXPECT_EQ(times_s.back(), 100.0);
    EXPECT_TRUE(near_rel(times_s[1], 1.0, 1e-12));
    EXPECT_TRUE(std::is_sorted(times_s.begin(), times_s.end()));
}

TEST(Panels, TheGridHasTheObservationOfTheSameDish) {
    Experiment experiment = teaching_experiment();
    const Grid grid = viability_grid(experiment, *teaching_package().report.growth);
    ASSERT_EQ(grid.cells.size(), 4U);
    const GridCell& cell = grid.at(1, 0);  // amplified, blocker at its default of 100 nM
    ASSERT_TRUE(cell.observation);
    EXPECT_EQ(teaching_package().observations[*cell.observation].id, "G1");
    EXPECT_FALSE(grid.at(1, 1).observation) << "nobody measured the antibody";
    EXPECT_LT(cell.viability.nominal.value, 0.5);
    EXPECT_FALSE(cell.viability.has_spread()) << "only when asked";
    const Grid spread =
        viability_grid(experiment, *teaching_package().report.growth, Sets::ensemble);
    const EnsembleMeasurement& both = spread.at(1, 0).viability;
    EXPECT_EQ(both.nominal.value, cell.viability.nominal.value);
    ASSERT_EQ(both.spread.values.size(), 4U);
    EXPECT_LT(both.spread.lower, both.spread.upper);
}

TEST(Panels, CoursesComeWithTheirControl) {
    Experiment experiment = teaching_experiment();
    const auto pairs =
        time_courses(experiment, *teaching_package().report.time_courses, Sets::nominal, 11);
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[1].profile, "amplified_bypass");
    const std::vector<double> v =
        viability(pairs[0].treated, pairs[0].control, experiment.growth_column());
    EXPECT_EQ(v.front(), 1.0);
    EXPECT_LT(v.back(), 0.5);
}

TEST(Panels, TheMapShowsNodesBeforeAndAfter) {
    Experiment experiment = teaching_experiment();
    const auto nodes = map_activity(experiment, *teaching_package().report.map);
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_TRUE(near_rel(nodes[0].control, 20000.0, 1e-4));
    EXPECT_TRUE(near_rel(nodes[0].ratio, free_receptors(1.0, 100, 24 * kHour), 1e-4));
}

/// The teaching package, its receptor with two more sites that nothing reads.
package::Package package_with_more_sites() {
    package::Package package = teaching_package();
    std::string text = package.modules.front()->text;
    const auto replace = [&](const std::string& from, const std::string& to) {
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
    };
    replace("R(site~free~blocked)", "R(site~free~blocked,left~u~p,right~u~p)");
    replace("  R(site~free) copies_R", "  R(site~free,left~u,right~u) copies_R");
    replace("  make: 0 -> R(site~free) k_make",
            "  make: 0 -> R(site~free,left~u,right~u) k_make\n"
            "  left: R(left~u) <-> R(left~p) k_off, 2*k_off\n"
            "  right: R(right~u) <-> R(right~p) k_off, k_loss");
    package.modules.front() =
        std::make_shared<const SourceText>(SourceText{package.modules.front()->path, text});
    return package;
}

TEST(Experiments, OfALumpedPackageHaveTheSameReadouts) {
    const package::Package package = package_with_more_sites();
    Diagnostics warnings;
    const auto network = package_network(package, warnings);
    ASSERT_TRUE(network) << network.error().text();
    const net::Lumping lumping = lumped_package_network(package, network.value());
    EXPECT_EQ(network.value().species_count(), 9U);
    EXPECT_EQ(lumping.network.species_count(), 3U);  // free, blocked, cells
    const std::array<Condition, 2> conditions = {amplified("blocker 5 nM"), amplified("none")};
    const std::vector<double> times_s = {0.0, 10.0, 600.0, kHour, 72 * kHour};
    const auto courses_of = [&](const net::Network& of) {
        ExperimentOptions options;
        options.solver.tolerances = {1e-12, 1e-12};
        options.steady_tolerance = 1e-12;
        auto experiment = Experiment::make(package, eqn::compile(of).value(), options);
        EXPECT_TRUE(experiment) << (experiment ? "" : experiment.error().text());
        return experiment.value().run(conditions, times_s);
    };
    const auto whole = courses_of(network.value());
    const auto lumped = courses_of(lumping.network);
    for (std::size_t c = 0; c < conditions.size(); ++c) {
        ASSERT_TRUE(whole[c].is_ok) << whole[c].reason;
        ASSERT_TRUE(lumped[c].is_ok) << lumped[c].reason;
        EXPECT_TRUE(all_near(lumped[c].values, whole[c].values, 1e-10));
        EXPECT_TRUE(all_near(lumped[c].baseline, whole[c].baseline, 1e-10));
    }
}

}  // namespace
}  // namespace erbium::assay
