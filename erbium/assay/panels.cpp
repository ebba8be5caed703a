// SPDX-License-Identifier: Apache-2.0
// erbium/assay/panels.cpp: grids, courses and the map as conditions.
#include "erbium/assay/panels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace erbium::assay {
namespace {

bool is_same(const Treatment& a, const Treatment& b) {
    constexpr double kSameDose = 1e-6;  // the same dose written in two units
    return a.doses.size() == b.doses.size() &&
           std::all_of(a.doses.begin(), a.doses.end(), [&](const package::Dose& x) {
               return std::any_of(b.doses.begin(), b.doses.end(), [&](const package::Dose& y) {
                   return x.drug == y.drug &&
                          std::fabs(x.dose_nM - y.dose_nM) <= kSameDose * std::fabs(x.dose_nM);
               });
           });
}

CourseBand band_of(std::span<const TimeCourse> courses, std::size_t column) {
    CourseBand band;
    for (std::size_t t = 0; t < courses.front().times_s.size(); ++t) {
        std::vector<double> values;
        for (const TimeCourse& course : courses) {
            const double before = course.baseline[column];
            values.push_back(before == 0.0 ? std::numeric_limits<double>::quiet_NaN()
                                           : course.at(t, column) / before);
        }
        const Spread spread = spread_of(std::move(values));
        band.lower.push_back(spread.lower);
        band.upper.push_back(spread.upper);
    }
    return band;
}

}  // namespace

std::optional<std::size_t> matching_observation(const Package& package, const Question& question) {
    constexpr double kSameTime_s = 1.0;
    for (std::size_t i = 0; i < package.observations.size(); ++i) {
        const package::Observation& o = package.observations[i];
        const bool is_same_readout =
            o.quantity == question.quantity &&
            (o.quantity == MeasuredQuantity::viability || o.readout == question.readout);
        if (is_same_readout && o.profile == question.condition.profile &&
            question.condition.parameters.empty() &&
            std::fabs(o.time_s - question.time_s) <= kSameTime_s &&
            is_same(o.background, question.condition.background) &&
            is_same(o.treatment, question.condition.treatment)) {
            return i;
        }
    }
    return std::nullopt;
}

Grid viability_grid(Experiment& experiment, const package::GridPanel& panel, Sets sets) {
    Grid grid;
    grid.profiles = panel.profiles;
    grid.treatments = panel.treatment_texts;
    grid.time_s = experiment.package().protocol.duration_s;
    std::vector<Question> questions;
    for (const std::string& profile : panel.profiles) {
        for (const Treatment& treatment : panel.treatments) {
            questions.push_back({{profile, {}, panel.background, treatment},
                                 MeasuredQuantity::viability,
                                 {},
                                 grid.time_s});
        }
    }
    std::vector<EnsembleMeasurement> answers = measure(experiment, questions, sets);
    for (std::size_t i = 0; i < questions.size(); ++i) {
        grid.cells.push_back(
            {std::move(answers[i]), matching_observation(experiment.package(), questions[i])});
    }
    return grid;
}

std::vector<CoursePair> time_courses(Experiment& experiment, const package::TimeCoursePanel& panel,
                                     Sets sets, std::size_t count) {
    const package::Ensemble& ensemble = experiment.package().ensemble;
    const std::size_t set_count = sets == Sets::ensemble ? ensemble.size() : 0;
    std::vector<Condition> conditions;  // of each profile: treated, control, treated in each set
    for (const std::string& profile : panel.profiles) {
        const Condition treated{profile, {}, panel.background, panel.treatment};
        conditions.push_back(treated);
        conditions.push_back(treated.control());
        for (std::size_t set = 0; set < set_count; ++set) {
            conditions.push_back(treated);
            conditions.back().constants = ensemble.settings(set);
        }
    }
    std::vector<TimeCourse> courses =
        experiment.run(conditions, course_times(panel.until_s, count));
    std::vector<CoursePair> out;
    for (std::size_t i = 0; i < panel.profiles.size(); ++i) {
        const std::size_t first = i * (2 + set_count);
        CoursePair pair{
            panel.profiles[i], std::move(courses[first]), std::move(courses[first + 1]), {}};
        for (std::size_t r = 0; set_count > 0 && r < panel.readouts.size(); ++r) {
            pair.bands.push_back(
                band_of({&courses[first + 2], set_count}, experiment.column(panel.readouts[r])));
        }
        out.push_back(std::move(pair));
    }
    return out;
}

std::vector<NodeActivity> map_activity(Experiment& experiment, const package::MapPanel& panel) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const Condition treated{panel.profile, {}, {}, panel.treatment};
    const Condition reference{
        panel.reference.empty() ? panel.profile : panel.reference, {}, {}, {}};
    const std::array<Condition, 3> conditions = {treated, treated.control(), reference};
    const std::array<double, 1> times_s = {panel.time_s};
    const std::vector<TimeCourse> courses = experiment.run(conditions, times_s);
    std::vector<NodeActivity> out;
    for (const package::MapNode& node : panel.nodes) {
        NodeActivity activity{kNaN, kNaN, kNaN, kNaN};
        if (!node.readout.empty()) {
            const std::size_t column = experiment.column(node.readout);
            activity.treated = courses[0].at(0, column);
            activity.control = courses[1].at(0, column);
            activity.ratio = activity.control == 0.0 ? kNaN : activity.treated / activity.control;
            const double normal = courses[2].at(0, column);
            activity.over_reference = normal == 0.0 ? kNaN : activity.control / normal;
        }
        out.push_back(activity);
    }
    return out;
}

}  // namespace erbium::assay
