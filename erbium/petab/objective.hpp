// SPDX-License-Identifier: Apache-2.0
// erbium/petab/objective.hpp: the posterior of a problem, its parts and its derivatives.
// Reads: BoundProblem   Makes: Prediction   Used by: fit, apps
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "erbium/fit/objective.hpp"
#include "erbium/petab/simulator.hpp"

namespace erbium::petab {

/// What the model says about every measurement at one point.
struct Prediction {
    std::vector<double> simulated;  ///< by measurement, on the measurement's own scale
    std::vector<double> noise;      ///< by measurement
    double llh{};                   ///< log likelihood
    double chi2{};                  ///< sum of squared residuals, each over its noise
    double log_prior{};             ///< 0 when there are no priors
    std::string failure;            ///< then the numbers are NaN
};

/// First derivatives by the estimated parameters on their scales.
struct Slopes {
    double value{};                 ///< the objective
    std::vector<double> objective;  ///< its gradient
    std::vector<double> simulated;  ///< measurements x estimated
    Prediction prediction;
    std::string failure;
    std::vector<std::string> fallbacks;  ///< experiments differentiated by differences, and why
};

/// The objective's gradient on the parameters' scales, and what became of it.
struct ObjectiveGradient {
    std::vector<double> values;  ///< NaN after a failure
    std::string failure;
    std::vector<std::string> fallbacks;  ///< experiments differentiated by differences, and why
};

/// The negative log posterior of the estimated parameters on their scales (without priors the
/// negative log likelihood).
class Objective final : public fit::Objective {
public:
    explicit Objective(std::shared_ptr<const BoundProblem> problem,
                       const SimulatorOptions& options = {});

    [[nodiscard]] const BoundProblem& problem() const noexcept { return *problem_; }

    [[nodiscard]] std::span<const fit::Coordinate> coordinates() const noexcept override {
        return coordinates_;
    }
    [[nodiscard]] fit::Evaluation evaluate(std::span<const double> x, fit::Need need) override;
    [[nodiscard]] std::unique_ptr<fit::Objective> clone() const override;

    /// evaluate() in two steps: what needs simulations, and what does not. Outputs without slopes
    /// give derivatives as if the simulations did not depend on x.
    [[nodiscard]] std::vector<ExperimentOutput> simulate(std::span<const double> x,
                                                         bool with_slopes);
    [[nodiscard]] fit::Evaluation evaluate_from(std::span<const ExperimentOutput> outputs,
                                                std::span<const double> x, fit::Need need);

    [[nodiscard]] Prediction predict(std::span<const double> x);
    [[nodiscard]] Slopes slopes(std::span<const double> x);
    /// As evaluate() with Need::gradient; tells besides where there were no exact derivatives.
    [[nodiscard]] ObjectiveGradient gradient(std::span<const double> x);

    /// The nominal values on their scales; NaN where there is none.
    [[nodiscard]] std::vector<double> nominal() const;
    /// All rows of the parameter table, linear: x for the estimated ones, else nominal.
    [[nodiscard]] std::vector<double> table_values(std::span<const double> x) const;

private:
    struct Sums;
    /// Adds all measurements; gives the reason when there is no value.
    std::string add_data(std::span<const ExperimentOutput> outputs, std::span<const double> values,
                         fit::Need need, Sums& sums, Prediction* prediction, Slopes* slopes);
    fit::Evaluation evaluate_adjoint(std::span<const double> x,
                                     std::vector<std::string>& fallbacks);
    void note_fallback(std::size_t experiment, const ExperimentOutput& output,
                       std::vector<std::string>& fallbacks) const;
    /// d(log likelihood)/d(values of an experiment's output).
    std::vector<double> column_weights(const BoundExperiment& experiment,
                                       const ExperimentOutput& output,
                                       std::span<const double> values);
    void gather_inputs(const BoundExperiment& experiment, const BoundFormula& formula,
                       const Measurement& measurement, std::size_t row,
                       const ExperimentOutput& output, std::span<const double> values);
    void add_priors(std::span<const double> values, fit::Need need, Sums& sums) const;
    std::string add_datum(const BoundExperiment& experiment, const Datum& datum,
                          const ExperimentOutput& output, std::span<const double> values,
                          fit::Need need, Sums& sums, Prediction* prediction, Slopes* slopes);
    double formula_value(const BoundExperiment& experiment, const BoundFormula& formula,
                         const Measurement& measurement, std::size_t row,
                         const ExperimentOutput& output, std::span<const double> values,
                         bool with_slopes, std::vector<double>& by_x);

    std::shared_ptr<const BoundProblem> problem_;
    SimulatorOptions options_;
    Simulator simulator_;
    std::vector<fit::Coordinate> coordinates_;
    std::vector<std::size_t> position_;  // by row of the parameter table: coordinate, or none
    std::vector<double> inputs_;
    std::vector<double> slopes_;
    std::vector<double> work_;
    std::vector<double> simulated_by_x_;
    std::vector<double> noise_by_x_;
};

}  // namespace erbium::petab
