// SPDX-License-Identifier: Apache-2.0
// erbium/assay/experiment.cpp: conditions as runs of the solver.
#include "erbium/assay/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/treatment.hpp"
#include "erbium/sim/solver.hpp"

namespace erbium::assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostEquilibria = 10'000;  ///< kept; a full store is emptied

void put(Settings& settings, const Settings& more) {
    for (const package::Setting& setting : more) {
        const auto same = std::find_if(
            settings.begin(), settings.end(),
            [&](const package::Setting& s) { return s.parameter == setting.parameter; });
        if (same == settings.end()) {
            settings.push_back(setting);
        } else {
            same->value = setting.value;
        }
    }
}

/// Equal for settings that say the same, in whatever order.
std::string key_of(Settings settings) {
    std::sort(settings.begin(), settings.end(),
              [](const auto& a, const auto& b) { return a.parameter < b.parameter; });
    std::string key;
    for (const package::Setting& s : settings) {
        key += fmt::format("{}={};", s.parameter, shortest(s.value));
    }
    return key;
}

std::string failure_text(const sim::Status& status) {
    return fmt::format("{} at {}: {}", sim::name(status.failure), time_text(status.time),
                       status.message);
}

}  // namespace

Condition Condition::control() const {
    Condition out = *this;
    out.treatment = {};
    return out;
}

std::vector<double> TimeCourse::column(std::size_t readout) const {
    std::vector<double> out;
    for (std::size_t t = 0; t < times_s.size(); ++t) {
        out.push_back(at(t, readout));
    }
    return out;
}

Experiment::Experiment(const Package& package, eqn::System system, ExperimentOptions options)
    : package_{&package}, system_{std::move(system)}, options_{options} {}

Outcome<Experiment, Diagnostics> Experiment::make(const Package& package, eqn::System system,
                                                  ExperimentOptions options) {
    Diagnostics diagnostics;
    Experiment out{package, std::move(system), options};
    for (const package::Parameter& parameter : package.parameters) {
        if (!out.system_.find_parameter(parameter.id)) {
            diagnostics.error("ERB-ASSAY-0001", parameter.span,
                              fmt::format("the system has no parameter '{}'", parameter.id));
        }
    }
    // Columns come as observables first, then functions: first count, then place.
    std::vector<std::pair<bool, std::size_t>> places;
    for (const package::Readout& readout : package.readouts) {
        if (const auto observable = out.system_.find_observable(readout.of)) {
            places.emplace_back(false, out.recording_.observables.size());
            out.recording_.observables.push_back(*observable);
        } else if (const auto function = out.system_.find_function(readout.of)) {
            places.emplace_back(true, out.recording_.functions.size());
            out.recording_.functions.push_back(*function);
        } else {
            diagnostics.error(
                "ERB-ASSAY-0001", readout.span,
                fmt::format("the system has no observable or function '{}'", readout.of));
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    for (const auto& [is_function, place] : places) {
        out.column_of_readout_.push_back(place +
                                         (is_function ? out.recording_.observables.size() : 0));
    }
    return out;
}

std::size_t Experiment::column(std::string_view readout) const {
    for (std::size_t i = 0; i < package_->readouts.size(); ++i) {
        if (package_->readouts[i].id == readout) {
            return i;
        }
    }
    ERBIUM_CHECK(false, "column of a readout that the package does not have");
}

std::vector<sim::ParameterValue> Experiment::values_of(const Settings& settings) const {
    std::vector<sim::ParameterValue> out;
    for (const package::Setting& setting : settings) {
        const auto id = system_.find_parameter(setting.parameter);
        ERBIUM_CHECK(id.has_value(), "a setting of a parameter that the system does not have");
        out.push_back({*id, setting.value});
    }
    return out;
}

Settings Experiment::settings_before(const Condition& condition) const {
    Settings out;
    if (!condition.profile.empty()) {
        out = package::profile_settings(*package_, condition.profile);
    }
    put(out, condition.parameters);
    put(out, package::treatment_settings(*package_, condition.background));
    return out;
}

void Experiment::equilibrate(std::span<const Job> jobs) {
    if (equilibria_.size() > kMostEquilibria) {
        equilibria_.clear();
    }
    std::vector<std::string> keys;
    std::vector<sim::Run> runs;
    std::set<std::string> wanted;
    for (const Job& job : jobs) {
        const Settings before = settings_before(job.condition);
        std::string key = key_of(before);
        if (equilibria_.contains(key) || !wanted.insert(key).second) {
            continue;
        }
        sim::Run run;
        run.parameters = values_of(before);
        sim::Equilibration phase;
        phase.parameters = values_of(package_->protocol.equilibrate);
        phase.max_time = package_->protocol.equilibrate_max_time_s;
        run.equilibration = std::move(phase);
        run.output_times = {0.0};
        runs.push_back(std::move(run));
        keys.push_back(std::move(key));
    }
    std::vector<sim::Result> results =
        sim::solve_many(system_, runs, options_.solver, options_.threads);
    for (std::size_t i = 0; i < results.size(); ++i) {
        Equilibrium equilibrium;
        if (results[i].status.ok()) {
            equilibrium.state = std::move(results[i].steady_state);
        } else {
            equilibrium.reason = "equilibration failed: " + failure_text(results[i].status);
        }
        for (const std::string& fallback : results[i].fallbacks) {
            if (std::find(fallbacks_.begin(), fallbacks_.end(), fallback) == fallbacks_.end()) {
                fallbacks_.push_back(fallback);
            }
        }
        equilibria_.emplace(keys[i], std::move(equilibrium));
    }
}

std::vector<TimeCourse> Experiment::run_jobs(std::span<const Job> jobs) {
    const bool has_equilibration = package_->protocol.equilibrate_max_time_s > 0.0;
    if (has_equilibration) {
        equilibrate(jobs);
    }
    std::vector<TimeCourse> courses(jobs.size());
    std::vector<sim::Run> runs;
    std::vector<std::size_t> job_of_run;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
        const Job& job = jobs[j];
        TimeCourse& course = courses[j];
        course.times_s = job.times_s;
        course.readouts = package_->readouts.size();
        course.values.assign(job.times_s.size() * course.readouts, kNaN);
        course.baseline.assign(course.readouts, kNaN);
        ++conditions_run_;

        Settings settings = settings_before(job.condition);
        sim::Run run;
        if (has_equilibration) {
            const Equilibrium& equilibrium = equilibria_.at(key_of(settings));
            if (equilibrium.state.empty()) {
                course.is_ok = false;
                course.reason = equilibrium.reason;
                ++conditions_failed_;
                continue;
            }
            for (std::size_t s = 0; s < equilibrium.state.size(); ++s) {
                run.initial_state.push_back(
                    {id_at<SpeciesId>(s), sim::StateChange::Kind::set, equilibrium.state[s]});
            }
        }
        put(settings, package_->protocol.start);
        run.parameters = values_of(settings);
        // The treatment is an event at 0, and 0 stands twice among the output times: the first is
        // the state before it, to which `fold_start` refers.
        sim::Event start;
        start.parameters =
            values_of(package::treatment_settings(*package_, job.condition.treatment));
        run.events.push_back(std::move(start));
        run.output_times = {0.0, 0.0};
        run.output_times.insert(run.output_times.end(), job.times_s.begin(), job.times_s.end());
        if (!job.times_s.empty() && job.times_s.front() == 0.0) {
            run.output_times.erase(run.output_times.begin());
        }
        run.recording = recording_;
        runs.push_back(std::move(run));
        job_of_run.push_back(j);
    }
    const std::vector<sim::Result> results =
        sim::solve_many(system_, runs, options_.solver, options_.threads);
    for (std::size_t r = 0; r < results.size(); ++r) {
        TimeCourse& course = courses[job_of_run[r]];
        const sim::Result& result = results[r];
        course.statistics = result.statistics;
        course.fallbacks = result.fallbacks;
        if (!result.status.ok()) {
            course.is_ok = false;
            course.reason = failure_text(result.status);
            ++conditions_failed_;
        }
        for (const std::string& fallback : result.fallbacks) {
            if (std::find(fallbacks_.begin(), fallbacks_.end(), fallback) == fallbacks_.end()) {
                fallbacks_.push_back(fallback);
            }
        }
        const std::size_t skipped = result.times.size() - course.times_s.size();
        for (std::size_t i = 0; i < course.readouts; ++i) {
            course.baseline[i] = result.at(0, column_of_readout_[i]);
            for (std::size_t t = 0; t < course.times_s.size(); ++t) {
                course.values[t * course.readouts + i] =
                    result.at(t + skipped, column_of_readout_[i]);
            }
        }
    }
    return courses;
}

std::vector<TimeCourse> Experiment::run(std::span<const Condition> conditions,
                                        std::span<const double> times_s) {
    std::vector<Job> jobs;
    for (const Condition& condition : conditions) {
        jobs.push_back({condition, {times_s.begin(), times_s.end()}});
    }
    return run_jobs(jobs);
}

std::vector<Measurement> Experiment::measure(std::span<const Question> questions) {
    const auto needs_control = [](const Question& q) {
        return q.quantity == MeasuredQuantity::viability ||
               q.quantity == MeasuredQuantity::fold_control;
    };
    std::map<std::string, std::size_t> job_of_key;
    std::vector<Job> jobs;
    const auto job_for = [&](const Condition& condition, double time_s) {
        const std::string key = key_of(settings_before(condition)) + "|" +
                                key_of(package::treatment_settings(*package_, condition.treatment));
        const auto [at, is_new] = job_of_key.emplace(key, jobs.size());
        if (is_new) {
            jobs.push_back({condition, {}});
        }
        jobs[at->second].times_s.push_back(time_s);
        return at->second;
    };
    struct Plan {
        std::size_t treated{};
        std::size_t control{};
    };
    std::vector<Plan> plans;
    for (const Question& q : questions) {
        Plan plan;
        plan.treated = job_for(q.condition, q.time_s);
        if (needs_control(q)) {
            plan.control = job_for(q.condition.control(), q.time_s);
        }
        plans.push_back(plan);
    }
    for (Job& job : jobs) {
        std::sort(job.times_s.begin(), job.times_s.end());
        job.times_s.erase(std::unique(job.times_s.begin(), job.times_s.end()), job.times_s.end());
    }
    const std::vector<TimeCourse> courses = run_jobs(jobs);

    std::vector<Measurement> answers;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const Question& q = questions[i];
        const TimeCourse& treated = courses[plans[i].treated];
        const TimeCourse& control = courses[plans[i].control];
        const std::size_t readout =
            q.quantity == MeasuredQuantity::viability ? growth_column() : column(q.readout);
        const auto value_of = [&](const TimeCourse& course) {
            const auto at =
                std::lower_bound(course.times_s.begin(), course.times_s.end(), q.time_s);
            return course.at(static_cast<std::size_t>(at - course.times_s.begin()), readout);
        };
        Measurement answer;
        answer.value = value_of(treated);
        if (std::isnan(answer.value)) {
            answer.reason = treated.reason;
        }
        double reference = 1.0;
        if (needs_control(q)) {
            reference = value_of(control);
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
