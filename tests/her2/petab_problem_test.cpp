// SPDX-License-Identifier: Apache-2.0
// tests/her2/petab_problem_test.cpp: models/her2/observations/petab is what the package says today,
// and its likelihood is that of the package's own residuals.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>

#include "erbium/assay/experiment.hpp"
#include "erbium/base/text.hpp"
#include "erbium/calibrate/posterior.hpp"
#include "erbium/petab/objective.hpp"
#include "erbium/petab/package_problem.hpp"
#include "near.hpp"

namespace erbium::petab {
namespace {

namespace fs = std::filesystem;

const fs::path kPackage = fs::path{ERBIUM_SOURCE_DIR} / "models" / "her2";
constexpr const char* kHowTo =
    "the package has changed; write the problem anew and look at the difference:\n"
    "    rm -r models/her2/observations/petab && erbium convert her2 "
    "models/her2/observations/petab --to petab";

package::Package loaded() {
    auto package = package::load_package(kPackage.string());
    EXPECT_TRUE(package) << package.error().text();
    return std::move(package).value();
}

assay::Experiment experiment_of(const package::Package& package) {
    Diagnostics warnings;
    auto system = assay::compile_package(package, warnings);
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    assay::ExperimentOptions options;  // as erbium convert
    options.solver.tolerances = {.rtol = 1e-10, .atol = 1e-14};
    options.steady_tolerance = 1e-9;
    auto experiment = assay::Experiment::make(package, std::move(system).value(), options);
    EXPECT_TRUE(experiment) << (experiment ? "" : experiment.error().text());
    return std::move(experiment).value();
}

/// Cells that are numbers may differ in their last digits: nominal values of controls are
/// simulated.
bool same_cell(std::string_view a, std::string_view b) {
    if (a == b) {
        return true;
    }
    const auto x = parse_double(a);
    const auto y = parse_double(b);
    return x && y && std::fabs(*x - *y) <= 1e-6 * std::fabs(*x);
}

bool same_text(std::string_view stored, std::string_view made) {
    const auto a = split(stored, '\n');
    const auto b = split(made, '\n');
    bool is_same = a.size() == b.size();
    for (std::size_t i = 0; is_same && i < a.size(); ++i) {
        const auto cells = split(a[i], '\t');
        const auto others = split(b[i], '\t');
        is_same = cells.size() == others.size() &&
                  std::equal(cells.begin(), cells.end(), others.begin(), same_cell);
    }
    return is_same;
}

void expect_stored(const package::Package& package, assay::Experiment& experiment, PackageRows rows,
                   const fs::path& folder) {
    const auto made = problem_of(experiment, rows);
    ASSERT_TRUE(made) << made.error().text();
    const auto files = export_package_problem(package, made.value());
    ASSERT_TRUE(files) << files.error().text();
    for (const auto& [name, text] : files.value()) {
        ASSERT_TRUE(fs::exists(folder / name)) << folder / name << " is not there: " << kHowTo;
        EXPECT_TRUE(same_text(read_file((folder / name).string()), text))
            << folder / name << ": " << kHowTo;
    }
    for (const auto& entry : fs::directory_iterator{folder}) {
        EXPECT_TRUE(entry.is_directory() ||
                    files.value().contains(entry.path().filename().string()))
            << entry.path() << " belongs to nothing: " << kHowTo;
    }
}

TEST(Her2Petab, TheStoredProblemIsThatOfThePackage) {
    const package::Package package = loaded();
    assay::Experiment experiment = experiment_of(package);
    expect_stored(package, experiment, PackageRows::calibration,
                  kPackage / "observations" / "petab");
    expect_stored(package, experiment, PackageRows::held_out,
                  kPackage / "observations" / "petab" / "held_out");
}

/// What `erbium petab models/her2/observations/petab/problem.yaml --json` prints as llh.
TEST(Her2Petab, TheStoredProblemHasTheLikelihoodOfThePackage) {
    const package::Package package = loaded();
    assay::Experiment experiment = experiment_of(package);
    const auto made = problem_of(experiment, PackageRows::calibration);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_TRUE(made.value().left_out.empty()) << "all rows are expressed";
    double expected = 0.0;
    for (std::size_t i = 0; i < made.value().observations.size(); ++i) {
        const Measurement& measurement = made.value().problem.measurements[i];
        const bool is_log =
            made.value().problem.observables[measurement.observable].model.transformation !=
            Transformation::linear;
        expected -= std::log(measurement.noise_overrides.front().number *
                             std::sqrt(2.0 * std::numbers::pi)) +
                    (is_log ? std::log(measurement.value) : 0.0);
        if (made.value().observations[i] == kNoObservation) {
            continue;  // the control is its own parameter
        }
        const package::Observation& row = package.observations[made.value().observations[i]];
        const assay::Question question = assay::question_of(row);
        const double model = experiment.measure({&question, 1}).front().value;
        expected -= 0.5 * made.value().weights[i] *
                    std::pow(calibrate::standardised_residual(row, model), 2);
    }
    auto problem = load_problem((kPackage / "observations" / "petab" / "problem.yaml").string());
    ASSERT_TRUE(problem) << problem.error().text();
    EXPECT_EQ(problem.value().warnings.text(), "");
    Objective objective{std::make_shared<const BoundProblem>(std::move(problem).value())};
    const Prediction prediction = objective.predict(objective.nominal());
    EXPECT_EQ(prediction.failure, "");
    EXPECT_NEAR(prediction.llh, expected, 0.01) << kHowTo;
}

}  // namespace
}  // namespace erbium::petab
