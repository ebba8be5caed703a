// SPDX-License-Identifier: Apache-2.0
// erbium/assay/measure.cpp: questions to answers: ratios of what was read out.
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/assay/experiment.hpp"
#include "erbium/base/check.hpp"

namespace erbium::assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Question question_of(const package::Question& asked) {
    return {{asked.profile, asked.parameters, asked.background, asked.treatment},
            asked.quantity,
            asked.readout,
            asked.time_s};
}

Question question_of(const package::Observation& observation) {
    return {{observation.profile, {}, observation.background, observation.treatment},
            observation.quantity,
            observation.readout,
            observation.time_s};
}

std::vector<Measurement> Experiment::measure(std::span<const Question> questions) {
    const auto needs_control = [](const Question& q) {
        return q.quantity == MeasuredQuantity::viability ||
               q.quantity == MeasuredQuantity::fold_control;
    };
    std::vector<Look> looks;  // of each question: the dish, then its control if it needs one
    for (const Question& q : questions) {
        looks.push_back({q.condition, {q.time_s}});
        if (needs_control(q)) {
            looks.push_back({q.condition.control(), {q.time_s}});
        }
    }
    const std::vector<TimeCourse> courses = look(looks);

    std::vector<Measurement> answers;
    std::size_t at = 0;
    for (const Question& q : questions) {
        const TimeCourse& treated = courses[at++];
        const TimeCourse& control = needs_control(q) ? courses[at++] : treated;
        const std::size_t readout =
            q.quantity == MeasuredQuantity::viability ? growth_column() : column(q.readout);
        Measurement answer;
        answer.value = treated.at(0, readout);
        if (std::isnan(answer.value)) {
            answer.reason = treated.reason;
        }
        double reference = 1.0;
        if (needs_control(q)) {
            reference = control.at(0, readout);
            if (std::isnan(reference)) {
                answer.reason = "untreated control: " + control.reason;
            }
        } else if (q.quantity == MeasuredQuantity::fold_start) {
            reference = treated.baseline[readout];
        }
        if (reference == 0.0) {
            answer.value = kNaN;
            answer.reason = "a ratio to a value of 0 has no meaning";
        } else {
            answer.value /= reference;
        }
        if (std::isnan(answer.value) && answer.reason.empty()) {
            answer.reason = "the readout is not a number";
        }
        answers.push_back(std::move(answer));
    }
    return answers;
}

std::vector<double> viability(const TimeCourse& treated, const TimeCourse& control,
                              std::size_t growth_column) {
    ERBIUM_CHECK(treated.times_s == control.times_s, "viability of courses at different times");
    std::vector<double> out;
    for (std::size_t t = 0; t < treated.times_s.size(); ++t) {
        const double reference = control.at(t, growth_column);
        out.push_back(reference == 0.0 ? kNaN : treated.at(t, growth_column) / reference);
    }
    return out;
}

std::vector<double> course_times(double until_s, std::size_t count) {
    ERBIUM_CHECK(count >= 2, "a time course has two times at least");
    std::vector<double> out;
    for (std::size_t i = 0; i < count; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(count - 1);
        out.push_back(until_s * part * part);
    }
    return out;
}

}  // namespace erbium::assay
