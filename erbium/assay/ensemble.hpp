// SPDX-License-Identifier: Apache-2.0
// erbium/assay/ensemble.hpp: one question asked of every parameter set of a package's ensemble.
// Reads: Experiment, Question   Makes: Spread, EnsembleMeasurement
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "erbium/assay/experiment.hpp"

namespace erbium::assay {

/// The share of an ensemble that an interval holds: from the 5 % to the 95 % quantile.
inline constexpr double kIntervalShare = 0.9;

/// What the sets of an ensemble answered.
struct Spread {
    std::vector<double> values;  ///< by set; NaN where the simulation failed
    double median{};             ///< over the sets that did not fail; NaN without any
    double lower{};              ///< 5 % quantile
    double upper{};              ///< 95 % quantile
    std::size_t failed{};
};

/// Quantiles are interpolated linearly between order statistics (type 7 of Hyndman and Fan 1996).
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// The quantile of values that hold no NaN. Precondition: not empty, 0 <= share <= 1.
[[nodiscard]] double quantile(std::vector<double> values, double share);

/// One question: the answer of the values of parameters.tsv and those of the ensemble.
struct EnsembleMeasurement {
    Measurement nominal;
    Spread spread;  ///< without values when the package has no ensemble or it was not asked

    [[nodiscard]] bool has_spread() const noexcept { return !spread.values.empty(); }
    /// The median of the ensemble, or the nominal answer without one.
    [[nodiscard]] double best() const noexcept {
        return has_spread() ? spread.median : nominal.value;
    }
};

enum class Sets {
    nominal,  ///< the values of parameters.tsv only
    ensemble  ///< those, and every set of the package's ensemble if it has one
};

/// One answer for each question. Results depend neither on threads nor on the order of questions.
/// Cost: for each set as much as Experiment::measure() of all questions.
[[nodiscard]] std::vector<EnsembleMeasurement> measure(Experiment& experiment,
                                                       std::span<const Question> questions,
                                                       Sets sets);

/// One readout over time: in the nominal set, and quantiles over the ensemble, time by time.
struct ReadoutCourse {
    std::vector<double> nominal;
    std::vector<double> median;  ///< empty without an ensemble, as are the next two
    std::vector<double> lower;
    std::vector<double> upper;
};

/// One condition over time and parameter sets. What a failure spoilt in the nominal set is NaN;
/// sets that failed are left out of the quantiles.
struct EnsembleCourse {
    std::vector<double> times_s;
    std::vector<ReadoutCourse> readouts;  ///< in the order of Package::readouts
    ReadoutCourse viability;              ///< growth readout over that of the untreated control
    std::size_t sets{};
    std::size_t failed_sets{};  ///< of which the condition or its control failed
    std::string reason;         ///< why the nominal set failed; empty when it did not
};

/// A condition and its untreated control.
/// @param times_s  ascending, >= 0 [s]
[[nodiscard]] EnsembleCourse ensemble_course(Experiment& experiment, const Condition& condition,
                                             std::span<const double> times_s, Sets sets);

}  // namespace erbium::assay
