// SPDX-License-Identifier: Apache-2.0
// erbium/assay/coverage.cpp: ranks of measurements in predictive distributions, counted.
#include "erbium/assay/coverage.hpp"

#include <cmath>
#include <limits>

namespace erbium::assay {
namespace {

double normal_below(double z) noexcept {
    return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

double scaled(const package::Observation& observation, double value) {
    return observation.scale == package::Scale::log2 ? std::log2(value) : value;
}

}  // namespace

double predictive_rank(const package::Observation& observation, const Spread& spread) {
    if (!observation.value || !observation.tolerance || !(*observation.tolerance > 0.0)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double measured = scaled(observation, *observation.value);
    double sum = 0.0;
    std::size_t sets = 0;
    for (const double value : spread.values) {
        const double model = scaled(observation, value);
        if (!std::isnan(model)) {
            sum += normal_below((measured - model) / *observation.tolerance);
            ++sets;
        }
    }
    return sets == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(sets);
}

std::vector<Coverage> coverage(const Package& package, const Comparison& comparison, Rows rows) {
    std::vector<Coverage> out{{"fold", 0, {}, 0}, {"viability", 0, {}, 0}, {"all", 0, {}, 0}};
    for (const ComparisonRow& row : comparison.rows) {
        const package::Observation& o = package.observations[row.observation];
        const double rank = predictive_rank(o, row.spread);
        if (o.is_held_out != (rows == Rows::held_out) || std::isnan(rank)) {
            continue;
        }
        const bool is_viability = o.quantity == MeasuredQuantity::viability;
        for (Coverage* one : {&out[is_viability ? 1 : 0], &out[2]}) {
            ++one->rows;
            for (std::size_t level = 0; level < kCoverageLevels.size(); ++level) {
                one->inside[level] +=
                    std::fabs(rank - 0.5) <= 0.5 * kCoverageLevels[level] ? 1U : 0U;
            }
            one->inside_sets +=
                *o.value >= row.spread.lower && *o.value <= row.spread.upper ? 1U : 0U;
        }
    }
    std::erase_if(out, [](const Coverage& one) { return one.rows == 0; });
    return out;
}

}  // namespace erbium::assay
