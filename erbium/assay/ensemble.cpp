// SPDX-License-Identifier: Apache-2.0
// erbium/assay/ensemble.cpp: questions times parameter sets, and what their answers have in common.
#include "erbium/assay/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium::assay {

double quantile(std::vector<double> values, double share) {
    ERBIUM_CHECK(!values.empty() && share >= 0.0 && share <= 1.0, "a quantile of nothing");
    std::sort(values.begin(), values.end());
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double part = place - static_cast<double>(below);
    // Equal neighbours may be infinite, and infinity minus infinity is no number.
    return values[below] == values[above] ? values[below]
                                          : values[below] + part * (values[above] - values[below]);
}

Spread spread_of(std::vector<double> values) {
    Spread spread;
    std::vector<double> good;
    std::copy_if(values.begin(), values.end(), std::back_inserter(good),
                 [](double value) { return !std::isnan(value); });
    spread.failed = values.size() - good.size();
    spread.values = std::move(values);
    if (good.empty()) {
        spread.median = spread.lower = spread.upper = std::numeric_limits<double>::quiet_NaN();
        return spread;
    }
    constexpr double kTail = (1.0 - kIntervalShare) / 2.0;
    spread.median = quantile(good, 0.5);
    spread.lower = quantile(good, kTail);
    spread.upper = quantile(std::move(good), 1.0 - kTail);
    return spread;
}

std::vector<EnsembleMeasurement> measure(Experiment& experiment,
                                         std::span<const Question> questions, Sets sets) {
    std::vector<EnsembleMeasurement> out(questions.size());
    std::vector<Measurement> nominal = experiment.measure(questions);
    for (std::size_t q = 0; q < questions.size(); ++q) {
        out[q].nominal = std::move(nominal[q]);
    }
    const package::Ensemble& ensemble = experiment.package().ensemble;
    if (sets == Sets::nominal || ensemble.size() == 0) {
        return out;
    }
    std::vector<Question> all;
    for (std::size_t set = 0; set < ensemble.size(); ++set) {
        const Settings constants = ensemble.settings(set);
        for (const Question& question : questions) {
            all.push_back(question);
            all.back().condition.constants = constants;
        }
    }
    const std::vector<Measurement> answers = experiment.measure(all);
    for (std::size_t q = 0; q < questions.size(); ++q) {
        std::vector<double> values;
        for (std::size_t set = 0; set < ensemble.size(); ++set) {
            values.push_back(answers[set * questions.size() + q].value);
        }
        out[q].spread = spread_of(std::move(values));
    }
    return out;
}

}  // namespace erbium::assay
