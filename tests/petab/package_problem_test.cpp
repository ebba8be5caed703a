// SPDX-License-Identifier: Apache-2.0
// tests/petab/package_problem_test.cpp: a package written as PEtab tables gives the residuals that
// calibration gives it.
#include "erbium/petab/package_problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <numbers>
#include <string>

#include "erbium/calibrate/posterior.hpp"
#include "erbium/petab/objective.hpp"
#include "problem_folder.hpp"

namespace erbium::petab {
namespace {

/// Damage of cells is a number near 1 beside receptors in hundreds of thousands: what is absolute
/// is set for it.
constexpr sim::Tolerances kTolerances{.rtol = 1e-9, .atol = 1e-14};

/// An experiment that is computed more exactly than what is compared.
assay::Experiment experiment_of(const package::Package& package) {
    Diagnostics warnings;
    auto system = assay::compile_package(package, warnings);
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    assay::ExperimentOptions options;
    options.solver.tolerances = kTolerances;
    options.steady_tolerance = 1e-9;
    auto experiment = assay::Experiment::make(package, std::move(system).value(), options);
    EXPECT_TRUE(experiment) << (experiment ? "" : experiment.error().text());
    return std::move(experiment).value();
}

/// Writes the rows, reads them back as any problem is read, and compares residuals.
void expect_residuals_of_calibration(const package::Package& package, PackageRows rows,
                                     std::size_t expected) {
    assay::Experiment experiment = experiment_of(package);
    const auto made = problem_of(experiment, rows);
    ASSERT_TRUE(made) << made.error().text();
    const auto files = export_package_problem(package, made.value());
    ASSERT_TRUE(files) << files.error().text();
    const std::filesystem::path folder =
        std::filesystem::path{::testing::TempDir()} / "erbium_package_problem";
    for (const auto& [name, text] : files.value()) {
        write_file((folder / name).string(), text);
    }
    auto loaded = load_problem((folder / "problem.yaml").string());
    std::filesystem::remove_all(folder);
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(loaded.value().warnings.text(), "");
    const auto problem = std::make_shared<const BoundProblem>(std::move(loaded).value());
    SimulatorOptions options;
    options.integration = Integration::reference;
    options.solver.tolerances = kTolerances;
    options.steady_tolerance = 1e-9;
    Objective objective{problem, options};
    const Prediction prediction = objective.predict(objective.nominal());
    ASSERT_EQ(prediction.failure, "");

    const auto& behind = made.value().observations;
    const auto& measurements = problem->problem.measurements;
    ASSERT_EQ(measurements.size(), behind.size());
    std::size_t compared = 0;
    double llh = 0.0;  // by the package's own residuals
    for (std::size_t i = 0; i < behind.size(); ++i) {
        const Measurement& measurement = measurements[i];
        const bool is_log =
            problem->problem.observables[measurement.observable].model.transformation !=
            Transformation::linear;
        const auto scaled = [&](double value) { return is_log ? std::log(value) : value; };
        const double residual =
            (scaled(prediction.simulated[i]) - scaled(measurement.value)) / prediction.noise[i];
        llh -= std::log(prediction.noise[i] * std::sqrt(2.0 * std::numbers::pi)) +
               (is_log ? std::log(measurement.value) : 0.0);
        if (behind[i] == kNoObservation) {
            EXPECT_NEAR(prediction.simulated[i], 1.0, 1e-6) << "twice the same dish";
            continue;
        }
        const package::Observation& row = package.observations[behind[i]];
        const assay::Question question = assay::question_of(row);
        const double model = experiment.measure({&question, 1}).front().value;
        const double expected_residual =
            calibrate::standardised_residual(row, model) * std::sqrt(made.value().weights[i]);
        EXPECT_NEAR(residual, expected_residual, 1e-6) << row.id;
        llh -= 0.5 * expected_residual * expected_residual;
        ++compared;
    }
    EXPECT_EQ(compared, expected);
    EXPECT_NEAR(prediction.llh, llh, 1e-4);
    // Nothing is lost in silence.
    std::size_t all = 0;
    for (const package::Observation& row : package.observations) {
        all += row.is_held_out == (rows == PackageRows::held_out) ? 1U : 0U;
    }
    EXPECT_EQ(compared + made.value().left_out.size(), all);
}

std::size_t rows_to_calibrate(const package::Package& package) {
    return static_cast<std::size_t>(
        std::count_if(package.observations.begin(), package.observations.end(),
                      [](const package::Observation& row) { return !row.is_held_out; }));
}

package::Package package_at(const std::string& folder) {
    auto loaded = package::load_package(std::string{ERBIUM_SOURCE_DIR} + folder);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text());
    return std::move(loaded).value();
}

TEST(PackageProblem, TheTeachingPackageHasTheResidualsOfCalibration) {
    const package::Package package = package_at("/tests/package/data/blocker");
    expect_residuals_of_calibration(package, PackageRows::calibration, rows_to_calibrate(package));
}

TEST(PackageProblem, TheShippedPackageHasTheResidualsOfCalibration) {
    const package::Package package = package_at("/models/her2");
    expect_residuals_of_calibration(package, PackageRows::calibration, rows_to_calibrate(package));
}

TEST(PackageProblem, WeighsPointsOfACurveAsCalibrationDoes) {
    const package::Package package = package_at("/models/her2");
    assay::Experiment experiment = experiment_of(package);
    const auto made = problem_of(experiment, PackageRows::calibration);
    ASSERT_TRUE(made) << made.error().text();
    std::vector<std::size_t> rows;
    std::vector<double> weights;
    for (std::size_t i = 0; i < made.value().observations.size(); ++i) {
        if (made.value().observations[i] != kNoObservation) {
            rows.push_back(made.value().observations[i]);
            weights.push_back(made.value().weights[i]);
        }
    }
    EXPECT_EQ(weights, calibrate::curve_weights(package, rows));
    EXPECT_LT(*std::min_element(weights.begin(), weights.end()), 0.5);
}

TEST(PackageProblem, HeldOutRowsAreAProblemOfTheirOwn) {
    const package::Package package = package_at("/models/her2");
    assay::Experiment experiment = experiment_of(package);
    const auto kept = problem_of(experiment, PackageRows::held_out);
    ASSERT_TRUE(kept) << kept.error().text();
    for (const std::size_t row : kept.value().observations) {
        EXPECT_TRUE(row == kNoObservation || package.observations[row].is_held_out);
    }
}

}  // namespace
}  // namespace erbium::petab
