// SPDX-License-Identifier: Apache-2.0
// erbium/petab/objective.cpp: sums over the measurements.
#include "erbium/petab/objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"

namespace erbium::petab {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

const Override& override_of(const Measurement& measurement, const FormulaInput& input) {
    return input.kind == FormulaInput::Kind::observable_override
               ? measurement.observable_overrides[input.index]
               : measurement.noise_overrides[input.index];
}

}  // namespace

/// What the data add up to.
struct Objective::Sums {
    double llh{};
    double log_prior{};
    double chi2{};
    std::vector<double> gradient;   // of the log likelihood
    std::vector<double> curvature;  // Fisher information
};

Objective::Objective(std::shared_ptr<const BoundProblem> problem, const SimulatorOptions& options)
    : problem_{std::move(problem)}, options_{options}, simulator_{problem_, options} {
    const Problem& tables = problem_->problem;
    position_.assign(tables.parameters.size(), kNone);
    for (const std::size_t row : problem_->estimated) {
        const Parameter& parameter = tables.parameters[row];
        position_[row] = coordinates_.size();
        coordinates_.push_back({parameter.id, to_scale(parameter.scale, parameter.lower),
                                to_scale(parameter.scale, parameter.upper),
                                to_scale(parameter.scale, parameter.nominal)});
    }
}

std::unique_ptr<fit::Objective> Objective::clone() const {
    return std::make_unique<Objective>(problem_, options_);
}

std::vector<double> Objective::nominal() const {
    std::vector<double> x;
    for (const fit::Coordinate& coordinate : coordinates_) {
        x.push_back(coordinate.nominal);
    }
    return x;
}

std::vector<double> Objective::table_values(std::span<const double> x) const {
    std::vector<double> values;
    for (std::size_t row = 0; row < position_.size(); ++row) {
        const Parameter& parameter = problem_->problem.parameters[row];
        values.push_back(position_[row] == kNone ? parameter.nominal
                                                 : from_scale(parameter.scale, x[position_[row]]));
    }
    return values;
}

void Objective::gather_inputs(const BoundExperiment& experiment, const BoundFormula& formula,
                              const Measurement& measurement, std::size_t row,
                              const ExperimentOutput& output, std::span<const double> values) {
    using Kind = FormulaInput::Kind;
    inputs_.clear();
    for (const FormulaInput& input : formula.inputs) {
        if (input.kind == Kind::column) {
            const FunctionId function{static_cast<std::uint32_t>(input.index)};
            inputs_.push_back(output.values[row * output.columns + experiment.column_of(function)]);
        } else if (input.kind == Kind::parameter) {
            inputs_.push_back(values[input.index]);
        } else {
            const Override& given = override_of(measurement, input);
            inputs_.push_back(given.parameter ? values[*given.parameter] : given.number);
        }
    }
}

double Objective::formula_value(const BoundExperiment& experiment, const BoundFormula& formula,
                                const Measurement& measurement, std::size_t row,
                                const ExperimentOutput& output, std::span<const double> values,
                                bool with_slopes, std::vector<double>& by_x) {
    using Kind = FormulaInput::Kind;
    gather_inputs(experiment, formula, measurement, row, output, values);
    slopes_.resize(with_slopes ? inputs_.size() : 0);
    const double value = formula.formula.evaluate(inputs_, slopes_, work_);
    if (!with_slopes) {
        return value;
    }
    std::fill(by_x.begin(), by_x.end(), 0.0);
    const auto add_row = [&](std::size_t table_row, double slope) {
        if (position_[table_row] != kNone) {
            by_x[position_[table_row]] +=
                slope *
                scale_slope(problem_->problem.parameters[table_row].scale, values[table_row]);
        }
    };
    for (std::size_t i = 0; i < formula.inputs.size(); ++i) {
        const FormulaInput& input = formula.inputs[i];
        if (input.kind == Kind::column) {
            if (output.slopes.empty()) {
                continue;
            }
            const std::size_t column =
                experiment.column_of(FunctionId{static_cast<std::uint32_t>(input.index)});
            const std::size_t free = experiment.free.size();
            const double* along = output.slopes.data() + (row * output.columns + column) * free;
            for (std::size_t f = 0; f < free; ++f) {
                by_x[experiment.free[f]] += slopes_[i] * along[f];
            }
        } else if (input.kind == Kind::parameter) {
            add_row(input.index, slopes_[i]);
        } else if (const Override& given = override_of(measurement, input); given.parameter) {
            add_row(*given.parameter, slopes_[i]);
        }
    }
    return value;
}

std::string Objective::add_datum(const BoundExperiment& experiment, const Datum& datum,
                                 const ExperimentOutput& output, std::span<const double> values,
                                 fit::Need need, Sums& sums, Prediction* prediction,
                                 Slopes* slopes) {
    const Measurement& measurement = problem_->problem.measurements[datum.measurement];
    const Observable& observable = problem_->problem.observables[measurement.observable];
    const std::size_t row = datum.row.value_or(experiment.times.size());
    const bool with_slopes = need != fit::Need::value;
    const double simulated =
        formula_value(experiment, problem_->observables[measurement.observable], measurement, row,
                      output, values, with_slopes, simulated_by_x_);
    const double noise = formula_value(experiment, problem_->noises[measurement.observable],
                                       measurement, row, output, values, with_slopes, noise_by_x_);
    if (prediction != nullptr) {
        prediction->simulated[datum.measurement] = simulated;
        prediction->noise[datum.measurement] = noise;
    }
    if (slopes != nullptr) {
        std::copy(simulated_by_x_.begin(), simulated_by_x_.end(),
                  slopes->simulated.begin() +
                      static_cast<std::ptrdiff_t>(datum.measurement * coordinates_.size()));
    }
    const DatumLikelihood at = likelihood(observable.model, measurement.value, simulated, noise);
    if (!std::isfinite(at.log_density)) {
        const bool is_log = observable.model.transformation != Transformation::linear;
        return fmt::format(
            "experiment {}, time {}: {} of observable {} is {}{}",
            problem_->problem.experiments[experiment.experiment].id, shortest(measurement.time),
            !(noise > 0.0) ? "the noise" : "the simulated value", observable.id,
            shortest(!(noise > 0.0) ? noise : simulated),
            noise > 0.0 && is_log && !(simulated > 0.0) ? ", which has no logarithm" : "");
    }
    sums.llh += at.log_density;
    sums.chi2 += at.residual * at.residual;
    if (!with_slopes) {
        return {};
    }
    const std::size_t n = coordinates_.size();
    for (std::size_t i = 0; i < n; ++i) {
        sums.gradient[i] += at.by_simulated * simulated_by_x_[i] + at.by_noise * noise_by_x_[i];
    }
    if (need == fit::Need::curvature) {
        for (std::size_t i = 0; i < n; ++i) {
            const double y = at.information_simulated * simulated_by_x_[i];
            const double s = at.information_noise * noise_by_x_[i];
            if (y == 0.0 && s == 0.0) {
                continue;
            }
            double* into = sums.curvature.data() + i * n;
            for (std::size_t j = 0; j < n; ++j) {
                into[j] += y * simulated_by_x_[j] + s * noise_by_x_[j];
            }
        }
    }
    return {};
}

std::string Objective::add_data(std::span<const ExperimentOutput> outputs,
                                std::span<const double> values, fit::Need need, Sums& sums,
                                Prediction* prediction, Slopes* slopes) {
    const std::size_t n = coordinates_.size();
    if (need != fit::Need::value) {
        sums.gradient.assign(n, 0.0);
        simulated_by_x_.resize(n);
        noise_by_x_.resize(n);
    }
    if (need == fit::Need::curvature) {
        sums.curvature.assign(n * n, 0.0);
    }
    std::string failure;
    for (std::size_t e = 0; e < outputs.size(); ++e) {
        const BoundExperiment& experiment = problem_->experiments[e];
        const ExperimentOutput& output = outputs[e];
        if (!output.failure.empty()) {
            failure = failure.empty() ? output.failure : failure;
            continue;
        }
        if (slopes != nullptr) {
            note_fallback(e, output, slopes->fallbacks);
        }
        for (const Datum& datum : experiment.data) {
            std::string reason =
                add_datum(experiment, datum, output, values, need, sums, prediction, slopes);
            failure = failure.empty() ? std::move(reason) : failure;
        }
    }
    return failure;
}

void Objective::add_priors(std::span<const double> values, fit::Need need, Sums& sums) const {
    const std::size_t n = coordinates_.size();
    for (std::size_t i = 0; i < n; ++i) {
        const Parameter& parameter = problem_->problem.parameters[problem_->estimated[i]];
        if (!parameter.prior) {
            continue;
        }
        const PriorDensity prior =
            density(*parameter.prior, parameter.scale, values[problem_->estimated[i]]);
        sums.log_prior += prior.log_density;
        if (need != fit::Need::value) {
            sums.gradient[i] += prior.slope;
        }
        if (need == fit::Need::curvature) {
            sums.curvature[i * n + i] += std::max(prior.curvature, 0.0);
        }
    }
}

std::vector<ExperimentOutput> Objective::simulate(std::span<const double> x, bool with_slopes) {
    ERBIUM_CHECK(x.size() == coordinates_.size(), "a value for each estimated parameter");
    return simulator_.run(table_values(x), with_slopes);
}

fit::Evaluation Objective::evaluate(std::span<const double> x, fit::Need need) {
    if (need == fit::Need::gradient && simulator_.prefers_adjoint()) {
        std::vector<std::string> fallbacks;
        return evaluate_adjoint(x, fallbacks);
    }
    return evaluate_from(simulate(x, need != fit::Need::value), x, need);
}

std::vector<double> Objective::column_weights(const BoundExperiment& experiment,
                                              const ExperimentOutput& output,
                                              std::span<const double> values) {
    std::vector<double> weights(output.values.size(), 0.0);
    for (const Datum& datum : experiment.data) {
        const Measurement& measurement = problem_->problem.measurements[datum.measurement];
        const std::size_t row = datum.row.value_or(experiment.times.size());
        std::array<double, 2> at{};  // simulated, noise
        std::array<std::vector<double>, 2> slopes;
        const std::array<const BoundFormula*, 2> formulas{
            &problem_->observables[measurement.observable],
            &problem_->noises[measurement.observable]};
        for (std::size_t k = 0; k < 2; ++k) {
            gather_inputs(experiment, *formulas[k], measurement, row, output, values);
            slopes[k].resize(inputs_.size());
            at[k] = formulas[k]->formula.evaluate(inputs_, slopes[k], work_);
        }
        const DatumLikelihood datum_likelihood =
            likelihood(problem_->problem.observables[measurement.observable].model,
                       measurement.value, at[0], at[1]);
        if (!std::isfinite(datum_likelihood.log_density)) {
            continue;  // evaluate_from says why there is no value
        }
        for (std::size_t k = 0; k < 2; ++k) {
            const double by = k == 0 ? datum_likelihood.by_simulated : datum_likelihood.by_noise;
            for (std::size_t i = 0; i < formulas[k]->inputs.size(); ++i) {
                const FormulaInput& input = formulas[k]->inputs[i];
                if (input.kind == FormulaInput::Kind::column) {
                    const FunctionId function{static_cast<std::uint32_t>(input.index)};
                    weights[row * output.columns + experiment.column_of(function)] +=
                        by * slopes[k][i];
                }
            }
        }
    }
    return weights;
}

/// The explicit part of the gradient as for fixed simulations, and through the simulations by the
/// adjoint method.
fit::Evaluation Objective::evaluate_adjoint(std::span<const double> x,
                                            std::vector<std::string>& fallbacks) {
    const std::vector<double> values = table_values(x);
    std::vector<AdjointOutput> adjoint =
        simulator_.run_adjoint(values, [&](std::size_t e, const ExperimentOutput& output) {
            return column_weights(problem_->experiments[e], output, values);
        });
    std::vector<ExperimentOutput> outputs;
    for (AdjointOutput& one : adjoint) {
        note_fallback(outputs.size(), one.output, fallbacks);
        outputs.push_back(std::move(one.output));
    }
    fit::Evaluation result = evaluate_from(outputs, x, fit::Need::gradient);
    for (std::size_t e = 0; result.ok() && e < adjoint.size(); ++e) {
        const BoundExperiment& experiment = problem_->experiments[e];
        for (std::size_t f = 0; f < experiment.free.size(); ++f) {
            result.gradient[experiment.free[f]] -= adjoint[e].by_free[f];
        }
    }
    for (const double g : result.gradient) {
        if (!std::isfinite(g)) {
            result.failure = "the gradient is not finite";
            result.value = std::numeric_limits<double>::infinity();
        }
    }
    return result;
}

fit::Evaluation Objective::evaluate_from(std::span<const ExperimentOutput> outputs,
                                         std::span<const double> x, fit::Need need) {
    const std::vector<double> values = table_values(x);
    fit::Evaluation result;
    Sums sums;
    result.failure = add_data(outputs, values, need, sums, nullptr, nullptr);
    if (!result.ok()) {
        return result;
    }
    add_priors(values, need, sums);
    if (!std::isfinite(sums.llh + sums.log_prior)) {
        result.failure = "the prior excludes these values";
        return result;
    }
    result.value = -(sums.llh + sums.log_prior);
    for (double& g : sums.gradient) {
        g = -g;
        if (!std::isfinite(g)) {
            result.failure = "the gradient is not finite";
            result.value = std::numeric_limits<double>::infinity();
        }
    }
    result.gradient = std::move(sums.gradient);
    result.curvature = std::move(sums.curvature);
    return result;
}

void Objective::note_fallback(std::size_t experiment, const ExperimentOutput& output,
                              std::vector<std::string>& fallbacks) const {
    if (!output.fallback.empty()) {
        const std::size_t row = problem_->experiments[experiment].experiment;
        fallbacks.push_back(
            fmt::format("experiment {}: differences instead of sensitivities, for {}",
                        problem_->problem.experiments[row].id, output.fallback));
    }
}

ObjectiveGradient Objective::gradient(std::span<const double> x) {
    ObjectiveGradient gradient;
    if (!simulator_.prefers_adjoint()) {
        Slopes all = slopes(x);
        return {std::move(all.objective), std::move(all.failure), std::move(all.fallbacks)};
    }
    fit::Evaluation evaluation = evaluate_adjoint(x, gradient.fallbacks);
    gradient.failure = std::move(evaluation.failure);
    gradient.values = std::move(evaluation.gradient);
    gradient.values.resize(x.size(), kNan);
    return gradient;
}

Prediction Objective::predict(std::span<const double> x) {
    const std::vector<double> values = table_values(x);
    Prediction prediction;
    prediction.simulated.assign(problem_->problem.measurements.size(), kNan);
    prediction.noise = prediction.simulated;
    Sums sums;
    prediction.failure =
        add_data(simulate(x, false), values, fit::Need::value, sums, &prediction, nullptr);
    add_priors(values, fit::Need::value, sums);
    const bool ok = prediction.failure.empty();
    prediction.llh = ok ? sums.llh : kNan;
    prediction.chi2 = ok ? sums.chi2 : kNan;
    prediction.log_prior = sums.log_prior;
    return prediction;
}

Slopes Objective::slopes(std::span<const double> x) {
    const std::vector<double> values = table_values(x);
    const std::size_t rows = problem_->problem.measurements.size();
    Slopes result;
    result.prediction.simulated.assign(rows, kNan);
    result.prediction.noise = result.prediction.simulated;
    result.simulated.assign(rows * coordinates_.size(), kNan);
    Sums sums;
    result.failure =
        add_data(simulate(x, true), values, fit::Need::gradient, sums, &result.prediction, &result);
    add_priors(values, fit::Need::gradient, sums);
    result.value = result.failure.empty() ? -(sums.llh + sums.log_prior) : kNan;
    for (const double g : sums.gradient) {
        result.objective.push_back(result.failure.empty() ? -g : kNan);
    }
    result.prediction.failure = result.failure;
    return result;
}

}  // namespace erbium::petab
