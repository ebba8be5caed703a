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

EnsembleCourse ensemble_course(Experiment& experiment, const Condition& condition,
                               std::span<const double> times_s, Sets sets) {
    const package::Ensemble& ensemble = experiment.package().ensemble;
    EnsembleCourse out;
    out.times_s.assign(times_s.begin(), times_s.end());
    out.sets = sets == Sets::nominal ? 0 : ensemble.size();
    std::vector<Condition> conditions{condition, condition.control()};
    for (std::size_t set = 0; set < out.sets; ++set) {
        Condition one = condition;
        one.constants = ensemble.settings(set);
        conditions.push_back(one);
        conditions.push_back(one.control());
    }
    const std::vector<TimeCourse> courses = experiment.run(conditions, times_s);
    for (const TimeCourse* nominal : {&courses[1], &courses[0]}) {
        if (!nominal->is_ok) {
            out.reason = nominal->reason;
        }
    }
    for (std::size_t set = 0; set < out.sets; ++set) {
        const bool is_ok = courses[2 * set + 2].is_ok && courses[2 * set + 3].is_ok;
        out.failed_sets += is_ok ? 0U : 1U;
    }
    // A curve of every set becomes three curves of quantiles.
    const auto course_of = [&](auto&& curve_of) {
        ReadoutCourse course;
        course.nominal = curve_of(0);
        std::vector<std::vector<double>> curves;
        for (std::size_t set = 0; set < out.sets; ++set) {
            curves.push_back(curve_of(set + 1));
        }
        for (std::size_t t = 0; t < times_s.size() && out.sets > 0; ++t) {
            std::vector<double> values;
            for (const std::vector<double>& curve : curves) {
                values.push_back(curve[t]);
            }
            const Spread spread = spread_of(std::move(values));
            course.median.push_back(spread.median);
            course.lower.push_back(spread.lower);
            course.upper.push_back(spread.upper);
        }
        return course;
    };
    for (std::size_t r = 0; r < experiment.package().readouts.size(); ++r) {
        out.readouts.push_back(
            course_of([&](std::size_t member) { return courses[2 * member].column(r); }));
    }
    out.viability = course_of([&](std::size_t member) {
        return viability(courses[2 * member], courses[2 * member + 1], experiment.growth_column());
    });
    return out;
}

}  // namespace erbium::assay
