// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_sensitivity.cpp: which parameters of a PEtab problem its outputs depend on.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "erbium/base/share_out.hpp"
#include "erbium/base/text.hpp"
#include "erbium/fit/global_sensitivity.hpp"
#include "erbium/petab/objective.hpp"
#include "manifest.hpp"

namespace erbium::app {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A simulated value that measurements are compared with; replicates are one.
struct Output {
    std::size_t measurement{};  ///< the first of its kind
};

/// Measurements that differ in more than their value.
std::vector<Output> distinct_outputs(const petab::Problem& problem) {
    std::vector<Output> outputs;
    for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
        const petab::Measurement& measurement = problem.measurements[m];
        const bool is_known =
            std::any_of(outputs.begin(), outputs.end(), [&](const Output& output) {
                const petab::Measurement& other = problem.measurements[output.measurement];
                return other.observable == measurement.observable &&
                       other.experiment == measurement.experiment &&
                       other.time == measurement.time &&
                       other.observable_parameters == measurement.observable_parameters;
            });
        if (!is_known) {
            outputs.push_back({m});
        }
    }
    return outputs;
}

class Sensitivity {
public:
    Sensitivity(const SensitivityCommand& command,
                std::shared_ptr<const petab::BoundProblem> problem)
        : command_{command},
          problem_{std::move(problem)},
          objective_{problem_},
          outputs_{distinct_outputs(problem_->problem)} {}

    Exit run() {
        std::string table;
        if (command_.method == "morris") {
            table = morris_table();
        } else if (command_.method == "sobol") {
            table = sobol_table();
        } else {
            table = local_table();
        }
        if (!failure_.empty()) {
            return fail(Exit::numerical, failure_);
        }
        if (command_.output.empty()) {
            print(table);
        } else {
            write_file(command_.output, table);
            write_manifest_file();
            print(fmt::format("{}: {} outputs, {} parameters, {} simulations, {} failed\n",
                              command_.output, outputs_.size() + 1, objective_.coordinates().size(),
                              evaluations_, failed_));
        }
        return failed_ == 0 ? Exit::ok : Exit::some_failed;
    }

private:
    [[nodiscard]] std::size_t inputs() const { return objective_.coordinates().size(); }
    /// The objective, then the outputs.
    [[nodiscard]] std::size_t columns() const { return outputs_.size() + 1; }

    [[nodiscard]] std::string row_start(std::size_t column, std::size_t input) const {
        const std::string& parameter = objective_.coordinates()[input].name;
        if (column == 0) {
            return fmt::format("objective\t\t\t\t{}", parameter);
        }
        const petab::Problem& tables = problem_->problem;
        const petab::Measurement& m = tables.measurements[outputs_[column - 1].measurement];
        return fmt::format("{}\t{}\t{}\t{}\t{}", tables.observables[m.observable].id,
                           tables.experiments[m.experiment].id, shortest(m.time),
                           m.observable_parameters, parameter);
    }
    static constexpr const char* kKeys =
        "output\texperiment\ttime\tobservableParameters\tparameterId";

    [[nodiscard]] std::vector<double> values_at(petab::Objective& objective,
                                                std::span<const double> x) const {
        const petab::Prediction p = objective.predict(x);
        std::vector<double> values(columns(), kNan);
        if (p.failure.empty()) {
            values[0] = -(p.llh + p.log_prior);
            for (std::size_t i = 0; i < outputs_.size(); ++i) {
                values[i + 1] = p.simulated[outputs_[i].measurement];
            }
        }
        return values;
    }

    /// All points on all threads; point i's values do not depend on how many.
    std::vector<double> evaluate_cube(std::span<const double> points) {
        const std::size_t n = inputs();
        const std::size_t count = points.size() / n;
        std::vector<double> values(count * columns());
        share_out(count, command_.threads, [&](const NextPiece& next) {
            petab::Objective own{problem_};
            std::vector<double> x(n);
            while (const auto i = next()) {
                for (std::size_t k = 0; k < n; ++k) {
                    const fit::Coordinate& c = objective_.coordinates()[k];
                    x[k] = c.lower + points[*i * n + k] * (c.upper - c.lower);
                }
                const std::vector<double> at = values_at(own, x);
                std::copy(at.begin(), at.end(),
                          values.begin() + static_cast<std::ptrdiff_t>(*i * columns()));
            }
        });
        return values;
    }

    /// Derivatives at the nominal point on the parameters' scales, and elasticities.
    std::string local_table() {
        std::vector<double> x = objective_.nominal();
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (std::isnan(x[i])) {
                failure_ = fmt::format("parameter '{}' has no nominal value",
                                       objective_.coordinates()[i].name);
                return {};
            }
        }
        const petab::Slopes slopes = objective_.slopes(x);
        evaluations_ = 1;
        if (!slopes.failure.empty()) {
            failure_ = slopes.failure;
            failed_ = 1;
            return {};
        }
        std::string text = fmt::format("{}\tderivative\telasticity\n", kKeys);
        for (std::size_t column = 0; column < columns(); ++column) {
            for (std::size_t i = 0; i < x.size(); ++i) {
                const petab::Parameter& parameter =
                    problem_->problem.parameters[problem_->estimated[i]];
                const double value = petab::from_scale(parameter.scale, x[i]);
                const bool is_objective = column == 0;
                const std::size_t m = is_objective ? 0 : outputs_[column - 1].measurement;
                const double slope =
                    is_objective ? slopes.objective[i] : slopes.simulated[m * x.size() + i];
                const double at = is_objective ? slopes.value : slopes.prediction.simulated[m];
                // d log y / d log p, from dy/dx on the parameter's scale.
                const double elasticity =
                    slope / petab::scale_slope(parameter.scale, value) * value / at;
                text += fmt::format("{}\t{}\t{}\n", row_start(column, i), shortest(slope),
                                    shortest(elasticity));
            }
        }
        return text;
    }

    std::string morris_table() {
        fit::MorrisOptions options;
        options.trajectories = command_.samples.value_or(options.trajectories);
        options.seed = command_.seed;
        const fit::MorrisResult result = fit::morris(
            inputs(), columns(), [&](std::span<const double> p) { return evaluate_cube(p); },
            options);
        evaluations_ = result.evaluations;
        failed_ = result.failed;
        std::string text = fmt::format("{}\tmuStar\tmuStarLower\tmuStarUpper\tmu\tsigma\n", kKeys);
        for (std::size_t column = 0; column < columns(); ++column) {
            for (std::size_t i = 0; i < inputs(); ++i) {
                const fit::MorrisEffect& e = result.effects[column * inputs() + i];
                text += fmt::format(
                    "{}\t{}\t{}\t{}\t{}\t{}\n", row_start(column, i),
                    shortest(e.mean_absolute.value), shortest(e.mean_absolute.lower),
                    shortest(e.mean_absolute.upper), shortest(e.mean), shortest(e.deviation));
            }
        }
        return text;
    }

    std::string sobol_table() {
        fit::SobolOptions options;
        options.samples = command_.samples.value_or(options.samples);
        options.seed = command_.seed;
        const fit::SobolResult result = fit::sobol_indices(
            inputs(), columns(), [&](std::span<const double> p) { return evaluate_cube(p); },
            options);
        evaluations_ = result.evaluations;
        failed_ = result.failed;
        std::string text = fmt::format(
            "{}\tfirst\tfirstLower\tfirstUpper\ttotal\ttotalLower\ttotalUpper\n", kKeys);
        for (std::size_t column = 0; column < columns(); ++column) {
            for (std::size_t i = 0; i < inputs(); ++i) {
                const fit::SobolIndex& index = result.indices[column * inputs() + i];
                text += row_start(column, i);
                for (const fit::Interval& interval : {index.first, index.total}) {
                    text += fmt::format("\t{}\t{}\t{}", shortest(interval.value),
                                        shortest(interval.lower), shortest(interval.upper));
                }
                text += '\n';
            }
        }
        return text;
    }

    void write_manifest_file() const {
        Manifest manifest;
        manifest.command = "sensitivity";
        manifest.inputs = problem_->problem.texts;
        manifest.species = problem_->system.state_count();
        manifest.reactions = problem_->system.reaction_count();
        manifest.solver = petab::SimulatorOptions{}.solver;
        manifest.runs = evaluations_;
        manifest.failed_runs = failed_;
        manifest.fallbacks = problem_->departures;
        manifest.settings = {{"method", command_.method}, {"seed", std::to_string(command_.seed)}};
        if (command_.samples) {
            manifest.settings.emplace_back("samples", std::to_string(*command_.samples));
        }
        write_manifest(std::filesystem::path{command_.output}.parent_path().string(), manifest);
    }

    const SensitivityCommand& command_;
    std::shared_ptr<const petab::BoundProblem> problem_;
    petab::Objective objective_;
    std::vector<Output> outputs_;
    std::string failure_;
    std::size_t evaluations_{};
    std::size_t failed_{};
};

}  // namespace

Exit run(const SensitivityCommand& command) {
    auto loaded = petab::load_problem(command.problem);
    if (!loaded) {
        return show(loaded.error());
    }
    const auto problem = std::make_shared<const petab::BoundProblem>(std::move(loaded).value());
    print_error(problem->warnings.text());
    if (problem->estimated.empty()) {
        return fail(Exit::invalid_input, "the problem has no parameter to estimate");
    }
    return Sensitivity{command, problem}.run();
}

}  // namespace erbium::app
