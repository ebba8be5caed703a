// SPDX-License-Identifier: Apache-2.0
// erbium/assay/experiment.cpp: conditions as runs of the solver.
#include "erbium/assay/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Stores are emptied when they hold more; an ensemble would fill any memory.
constexpr std::size_t kMostEquilibria = 10'000;
constexpr std::size_t kMostNumbers = 20'000'000;
/// When every run is looked at first, as a part of its length: an integrator takes its first step
/// with an eye on the first output.
constexpr double kFirstLook = 1e-5;

/// The bytes of a number: as distinct as its digits and made in a fraction of their time, which for
/// the many keys of a calibration's points counts.
void append_bytes(std::string& key, double value) {
    std::array<char, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    key.append(bytes.data(), bytes.size());
}

/// Equal for settings that say the same, in whatever order.
std::string settings_key(const Settings& settings) {
    std::vector<const package::Setting*> sorted;
    sorted.reserve(settings.size());
    for (const package::Setting& s : settings) {
        sorted.push_back(&s);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->parameter < b->parameter; });
    std::string key;
    key.reserve(32 * settings.size());
    for (const package::Setting* s : sorted) {
        key += s->parameter;
        key += '=';
        append_bytes(key, s->value);
    }
    return key;
}

std::vector<sim::StateChange> all_set(const std::vector<double>& state) {
    std::vector<sim::StateChange> out;
    out.reserve(state.size());
    for (std::size_t s = 0; s < state.size(); ++s) {
        out.push_back({id_at<SpeciesId>(s), sim::StateChange::Kind::set, state[s]});
    }
    return out;
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
    Settings out = condition.constants;
    if (!condition.profile.empty()) {
        overlay(out, package::profile_settings(*package_, condition.profile));
    }
    overlay(out, condition.parameters);
    overlay(out, package::treatment_settings(*package_, condition.background));
    return out;
}

double Experiment::end_of(std::span<const double> times_s) const {
    const double last = times_s.empty() ? 0.0 : times_s.back();
    return std::max(last, package_->protocol.duration_s);
}

std::string Experiment::key_of(const Condition& condition, const Settings& before,
                               double end_s) const {
    std::string key = settings_key(before);
    key += '|';
    key += settings_key(package::treatment_settings(*package_, condition.treatment));
    key += '|';
    append_bytes(key, end_s);
    return key;
}

void Experiment::note(const std::vector<std::string>& fallbacks) {
    for (const std::string& fallback : fallbacks) {
        if (std::find(fallbacks_.begin(), fallbacks_.end(), fallback) == fallbacks_.end()) {
            fallbacks_.push_back(fallback);
        }
    }
}

std::vector<sim::Result> Experiment::solve(std::span<const sim::Run> runs) {
    if (!solver_) {
        sim::BatchOptions options;
        options.solver = sim::as_accurate_as_bdf(options_.solver);
        options.threads = options_.threads;
        solver_ = std::make_unique<sim::BatchSolver>(system_, options);
    }
    return solver_->solve(runs);
}

bool Experiment::begins_alike(const Settings& a, const Settings& b) {
    if (!kernel_) {
        kernel_ = std::make_unique<eqn::ReferenceKernel>(system_);
    }
    std::array<std::vector<double>, 2> amounts;
    for (std::size_t i = 0; i < 2; ++i) {
        kernel_->reset_parameters();
        kernel_->set_parameters(values_of(i == 0 ? a : b));
        kernel_->set_parameters(values_of(package_->protocol.equilibrate));
        amounts[i].resize(system_.state_count());
        kernel_->initial_state(amounts[i]);
    }
    return amounts[0] == amounts[1];
}

void Experiment::equilibrate(const std::map<std::string, Job>& jobs) {
    if (equilibria_.size() > kMostEquilibria) {
        equilibria_.clear();
    }
    // First those without constants of an ensemble, at which the others may start.
    std::map<std::string, Before> plain;
    for (const auto& [unused, job] : jobs) {
        const Settings& first = job.plain.empty() ? job.before : job.plain;
        plain.emplace(settings_key(first), Before{&first, nullptr});
    }
    equilibrate(plain);
    std::map<std::string, Before> others;
    for (const auto& [unused, job] : jobs) {
        std::string key = settings_key(job.before);
        if (job.plain.empty() || equilibria_.contains(key) || others.contains(key)) {
            continue;
        }
        const Equilibrium& start = equilibria_.at(settings_key(job.plain));
        const bool is_warm = !start.state.empty() && begins_alike(job.before, job.plain);
        others.emplace(std::move(key), Before{&job.before, is_warm ? &start : nullptr});
    }
    equilibrate(others);
}

void Experiment::equilibrate(const std::map<std::string, Before>& wanted) {
    std::vector<const std::string*> keys;
    std::vector<sim::Run> runs;
    for (const auto& [key, before] : wanted) {
        if (equilibria_.contains(key)) {
            continue;
        }
        sim::Run run;
        run.parameters = values_of(*before.settings);
        sim::Equilibration phase;
        phase.parameters = values_of(package_->protocol.equilibrate);
        phase.max_time = package_->protocol.equilibrate_max_time_s;
        phase.tolerance = options_.steady_tolerance;
        run.equilibration = std::move(phase);
        if (before.start != nullptr) {
            run.initial_state = all_set(before.start->state);
        }
        run.output_times = {0.0};
        runs.push_back(std::move(run));
        keys.push_back(&key);
    }
    std::vector<sim::Result> results = solve(runs);
    for (std::size_t i = 0; i < results.size(); ++i) {
        Equilibrium& equilibrium = equilibria_[*keys[i]];
        if (results[i].status.ok()) {
            equilibrium.state = std::move(results[i].steady_state);
        } else {
            equilibrium.reason = "equilibration failed: " + failure_text(results[i].status);
        }
        note(results[i].fallbacks);
    }
}

sim::Run Experiment::run_of(const Job& job, const Equilibrium* equilibrium) const {
    sim::Run run;
    if (equilibrium != nullptr) {
        run.initial_state = all_set(equilibrium->state);
    }
    Settings settings = job.before;
    overlay(settings, package_->protocol.start);
    run.parameters = values_of(settings);
    // The treatment is an event at 0, and 0 stands twice among the output times: the first is the
    // state before it, to which `fold_start` refers.
    sim::Event start;
    start.parameters = values_of(package::treatment_settings(*package_, job.condition.treatment));
    run.events.push_back(std::move(start));
    run.output_times = job.times_s;
    run.output_times.push_back(0.0);
    run.output_times.push_back(job.end_s * kFirstLook);
    run.output_times.push_back(job.end_s);
    std::sort(run.output_times.begin(), run.output_times.end());
    run.output_times.erase(std::unique(run.output_times.begin(), run.output_times.end()),
                           run.output_times.end());
    run.output_times.insert(run.output_times.begin(), 0.0);
    run.recording = recording_;
    return run;
}

void Experiment::make(const std::map<std::string, Job>& jobs) {
    const bool has_equilibration = package_->protocol.equilibrate_max_time_s > 0.0;
    if (has_equilibration) {
        equilibrate(jobs);
    }
    const std::size_t readouts = package_->readouts.size();
    std::vector<sim::Run> runs;
    std::vector<const std::string*> keys;
    for (const auto& [key, job] : jobs) {
        Record& record = records_[key];
        const Equilibrium* equilibrium =
            has_equilibration ? &equilibria_.at(settings_key(job.before)) : nullptr;
        ++conditions_run_;
        if (equilibrium != nullptr && !equilibrium->reason.empty()) {
            record.reason = equilibrium->reason;
            record.baseline.assign(readouts, kNaN);
            for (const double time_s : job.times_s) {
                record.rows[time_s].assign(readouts, kNaN);
            }
            ++conditions_failed_;
            continue;
        }
        runs.push_back(run_of(job, equilibrium));
        keys.push_back(&key);
    }
    std::vector<sim::Result> results = solve(runs);
    for (std::size_t r = 0; r < results.size(); ++r) {
        sim::Result& result = results[r];
        Record& record = records_.at(*keys[r]);
        const auto readouts_of = [&](std::size_t row) {
            std::vector<double> out(readouts);
            for (std::size_t i = 0; i < readouts; ++i) {
                out[i] = result.at(row, column_of_readout_[i]);
            }
            return out;
        };
        record.baseline = readouts_of(0);
        for (std::size_t row = 1; row < result.times.size(); ++row) {
            record.rows[result.times[row]] = readouts_of(row);
        }
        kept_numbers_ += result.times.size() * readouts;
        record.statistics = result.statistics;
        if (!result.status.ok()) {
            record.reason = failure_text(result.status);
            ++conditions_failed_;
        }
        note(result.fallbacks);
        record.fallbacks = std::move(result.fallbacks);
    }
}

std::vector<TimeCourse> Experiment::look(std::span<const Look> looks) {
    if (kept_numbers_ > kMostNumbers) {
        records_.clear();
        kept_numbers_ = 0;
    }
    std::map<std::string, Job> jobs;
    std::vector<std::string> keys;
    for (const Look& look : looks) {
        Settings before = settings_before(look.condition);
        const double end_s = end_of(look.times_s);
        keys.push_back(key_of(look.condition, before, end_s));
        const auto record = records_.find(keys.back());
        std::vector<double> missing;
        for (const double time_s : look.times_s) {
            if (record == records_.end() || !record->second.rows.contains(time_s)) {
                missing.push_back(time_s);
            }
        }
        if (record != records_.end() && missing.empty()) {
            continue;
        }
        Job& job = jobs[keys.back()];
        job.condition = look.condition;
        job.before = std::move(before);
        if (options_.has_warm_starts && !look.condition.constants.empty()) {
            Condition plain = look.condition;
            plain.constants.clear();
            job.plain = settings_before(plain);
        }
        job.end_s = end_s;
        job.times_s.insert(job.times_s.end(), missing.begin(), missing.end());
    }
    make(jobs);
    std::vector<TimeCourse> courses;
    for (std::size_t i = 0; i < looks.size(); ++i) {
        const Record& record = records_.at(keys[i]);
        TimeCourse course;
        course.times_s = looks[i].times_s;
        course.readouts = package_->readouts.size();
        for (const double time_s : course.times_s) {
            const std::vector<double>& row = record.rows.at(time_s);
            course.values.insert(course.values.end(), row.begin(), row.end());
        }
        course.baseline = record.baseline;
        course.is_ok = record.reason.empty();
        course.reason = record.reason;
        course.statistics = record.statistics;
        course.fallbacks = record.fallbacks;
        courses.push_back(std::move(course));
    }
    return courses;
}

std::vector<TimeCourse> Experiment::run(std::span<const Condition> conditions,
                                        std::span<const double> times_s) {
    ERBIUM_CHECK(std::is_sorted(times_s.begin(), times_s.end()), "times must be ascending");
    std::vector<Look> looks;
    for (const Condition& condition : conditions) {
        looks.push_back({condition, {times_s.begin(), times_s.end()}});
    }
    return look(looks);
}

}  // namespace erbium::assay
