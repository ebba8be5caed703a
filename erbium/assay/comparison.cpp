// SPDX-License-Identifier: Apache-2.0
// erbium/assay/comparison.cpp: observations against the model.
#include "erbium/assay/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/text.hpp"

namespace erbium::assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

ComparisonRow compare(const package::Observation& observation, double model) {
    ComparisonRow row;
    row.model = model;
    row.measured = observation.value;
    row.residual = kNaN;
    if (std::isnan(model)) {
        row.reason = "no value";
        return row;
    }
    const bool is_log = observation.scale == package::Scale::log2;
    const auto scaled = [is_log](double value) { return is_log ? std::log2(value) : value; };
    if (is_log && model <= 0.0) {
        row.reason = fmt::format("{} has no logarithm", rounded(model, 3));
        return row;
    }
    const char* unit = is_log ? " on log2" : "";
    if (observation.value) {
        const double tolerance = observation.tolerance.value_or(0.0);
        row.residual = scaled(model) - scaled(*observation.value);
        row.holds = std::fabs(row.residual) <= tolerance;
        if (!row.holds) {
            row.reason =
                fmt::format("{} where {} was measured: off by {}{}, tolerance {}",
                            rounded(model, 3), rounded(*observation.value, 3),
                            rounded(std::fabs(row.residual), 2), unit, rounded(tolerance, 2));
        }
        return row;
    }
    row.residual = 0.0;
    if (observation.lower && model < *observation.lower) {
        row.residual = scaled(model) - scaled(*observation.lower);
        row.reason = fmt::format("{} where at least {} was measured", rounded(model, 3),
                                 rounded(*observation.lower, 3));
    } else if (observation.upper && model > *observation.upper) {
        row.residual = scaled(model) - scaled(*observation.upper);
        row.reason = fmt::format("{} where at most {} was measured", rounded(model, 3),
                                 rounded(*observation.upper, 3));
    }
    row.holds = row.reason.empty();
    return row;
}

Comparison compare_observations(Experiment& experiment, Sets sets) {
    const auto& observations = experiment.package().observations;
    std::vector<Question> questions;
    for (const package::Observation& o : observations) {
        questions.push_back(question_of(o));
    }
    const std::vector<EnsembleMeasurement> answers = measure(experiment, questions, sets);

    Comparison out;
    for (std::size_t i = 0; i < observations.size(); ++i) {
        ComparisonRow row = compare(observations[i], answers[i].nominal.value);
        row.observation = i;
        const bool is_failure = std::isnan(answers[i].nominal.value);
        if (is_failure) {
            row.reason = answers[i].nominal.reason;
        }
        row.spread = answers[i].spread;
        row.share_holding = row.holds ? 1.0 : 0.0;
        if (answers[i].has_spread()) {
            const std::vector<double>& values = row.spread.values;
            const auto holding = std::count_if(values.begin(), values.end(), [&](double value) {
                return compare(observations[i], value).holds;
            });
            row.share_holding = static_cast<double>(holding) / static_cast<double>(values.size());
        }
        out.holding += row.holds ? 1U : 0U;
        out.misfits += row.holds ? 0U : 1U;
        out.failed += is_failure ? 1U : 0U;

        auto series = std::find_if(out.series.begin(), out.series.end(), [&](const auto& s) {
            return s.series == observations[i].series;
        });
        if (series == out.series.end()) {
            out.series.push_back({observations[i].series, 0, 0, 0, 0.0});
            series = out.series.end() - 1;
        }
        ++series->rows;
        series->holding += row.holds ? 1U : 0U;
        if (std::isnan(row.residual)) {
            ++series->failed;
        } else {
            series->rms_residual += row.residual * row.residual;  // a sum until below
        }
        out.rows.push_back(std::move(row));
    }
    for (SeriesSummary& series : out.series) {
        const std::size_t count = series.rows - series.failed;
        series.rms_residual =
            count == 0 ? kNaN : std::sqrt(series.rms_residual / static_cast<double>(count));
    }
    std::stable_partition(out.rows.begin(), out.rows.end(),
                          [](const ComparisonRow& row) { return !row.holds; });
    std::stable_partition(out.rows.begin(), out.rows.end(),
                          [](const ComparisonRow& row) { return std::isnan(row.residual); });
    return out;
}

}  // namespace erbium::assay
