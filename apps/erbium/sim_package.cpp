// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_package.cpp: a profile under a treatment, read out over time and parameter sets.
#include "sim_package.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "erbium/assay/ensemble.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/treatment.hpp"
#include "json_number.hpp"
#include "package_experiment.hpp"
#include "sim_output.hpp"
#include "treatment_options.hpp"

namespace erbium::app {
namespace {

constexpr std::size_t kStepsOfATerminal = 12;
constexpr const char* kViability = "viability";

/// One thing that is printed: a readout, or viability, which is made from two of them.
struct Shown {
    std::string id;
    std::string unit;
    const assay::ReadoutCourse* course{};
    bool has_interval{};
};

nlohmann::ordered_json numbers(const std::vector<double>& values) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const double value : values) {
        out.push_back(json_number(value));
    }
    return out;
}

/// docs/reference/sim-json.md
std::string json_of(const package::Package& package, const assay::Condition& condition,
                    const std::vector<Shown>& shown, const assay::EnsembleCourse& course) {
    nlohmann::ordered_json json;
    json["package"] = package.name;
    json["tier"] = package.tier.empty() ? nlohmann::ordered_json(nullptr)
                                        : nlohmann::ordered_json(package.tier);
    json["profile"] = condition.profile;
    json["treatment"] = package::treatment_text(package, condition.treatment);
    json["background"] = package::treatment_text(package, condition.background);
    json["title"] = condition_text(package, condition);
    json["interval"] = assay::kIntervalShare;
    json["sets"] = course.sets;
    json["failed_sets"] = course.failed_sets;
    json["time_h"] = nlohmann::ordered_json::array();
    for (const double time_s : course.times_s) {
        json["time_h"].push_back(hours_from_s(time_s));
    }
    json["readouts"] = nlohmann::ordered_json::object();
    json["end"] = nlohmann::ordered_json::object();
    for (const Shown& one : shown) {
        const assay::ReadoutCourse& c = *one.course;
        nlohmann::ordered_json all{{"unit", one.unit}, {"nominal", numbers(c.nominal)}};
        nlohmann::ordered_json end{{"nominal", json_number(c.nominal.back())}};
        const auto put = [&](const char* name, const std::vector<double>& values) {
            all[name] = values.empty() ? nlohmann::ordered_json(nullptr) : numbers(values);
            end[name] =
                values.empty() ? nlohmann::ordered_json(nullptr) : json_number(values.back());
        };
        put("median", c.median);
        put("lower", c.lower);
        put("upper", c.upper);
        json["readouts"][one.id] = std::move(all);
        json["end"][one.id] = std::move(end);
    }
    return json_text(json);
}

/// So that only what is shown, and what viability is made of, must stay apart.
void drop_other_readouts(package::Package& package, const std::vector<std::string>& ids) {
    std::erase_if(package.readouts, [&](const package::Readout& readout) {
        return readout.id != package.protocol.growth &&
               std::find(ids.begin(), ids.end(), readout.id) == ids.end();
    });
}

report::Table table_of(const std::string& title, const std::vector<Shown>& shown,
                       const assay::EnsembleCourse& course) {
    report::Table table{.title = title,
                        .columns = {{.name = "time", .unit = "h", .align = report::Align::end}}};
    for (const Shown& one : shown) {
        table.columns.push_back({.name = one.id, .unit = one.unit, .align = report::Align::end});
        for (const char* name : {" median", " lower", " upper"}) {
            if (one.has_interval) {
                table.columns.push_back(
                    {.name = one.id + name, .unit = one.unit, .align = report::Align::end});
            }
        }
    }
    for (std::size_t t = 0; t < course.times_s.size(); ++t) {
        report::Row row{.cells = {hours_from_s(course.times_s[t])}};
        for (const Shown& one : shown) {
            const assay::ReadoutCourse& c = *one.course;
            row.cells.emplace_back(c.nominal[t]);
            if (one.has_interval) {
                row.cells.emplace_back(c.median[t]);
                row.cells.emplace_back(c.lower[t]);
                row.cells.emplace_back(c.upper[t]);
            }
            if (std::isnan(c.nominal[t])) {
                row.mark = report::RowMark::failed;
            }
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace

Exit simulate_package(const SimCommand& command, const Target& target) {
    Outcome<package::Package, Diagnostics> loaded = package::load_package(target.path, target.tier);
    if (!loaded) {
        return show(loaded.error());
    }
    package::Package& package = loaded.value();
    const Outcome<assay::Condition, Diagnostics> condition =
        condition_of(package, command.treatment);
    if (!condition) {
        return show(condition.error());
    }
    std::vector<const package::Readout*> readouts;
    std::vector<std::string> ids;
    for (const std::string& name : command.readouts) {
        if (name == kViability) {
            continue;  // always the last column
        }
        const auto readout = package::find_readout(package, name);
        if (!readout) {
            return show(readout.error());
        }
        ids.push_back(readout.value()->id);
    }
    const bool is_everything = command.readouts.empty();
    if (command.lumps == Lumps::always && !is_everything) {
        drop_other_readouts(package, ids);
    }
    for (const std::string& id : ids) {
        readouts.push_back(package::find_readout(package, id).value());
    }
    if (is_everything) {
        for (const package::Readout& readout : package.readouts) {
            readouts.push_back(&readout);
        }
    }
    double until_s = package.protocol.duration_s;
    if (!command.until.empty()) {
        const Outcome<double, UnitProblem> time = parse_time_s(command.until);
        if (!time || !(time.value() > 0.0)) {
            return fail(Exit::usage,
                        fmt::format("--until {}: {}", command.until,
                                    time ? "the time must be above 0" : time.error().message));
        }
        until_s = time.value();
    }
    const assay::Sets sets = command.is_nominal ? assay::Sets::nominal : assay::Sets::ensemble;
    const std::size_t set_count = sets == assay::Sets::nominal ? 0 : package.ensemble.size();
    assay::ExperimentOptions options;
    options.solver.tolerances.rtol = command.rtol.value_or(options.solver.tolerances.rtol);
    options.solver.tolerances.atol = command.atol;
    options.solver.method = command.solver;
    options.solver.reducing = command.reduction;
    options.threads = 2;
    std::optional<Manifest::Size> before_lumping;
    auto experiment = [&]() -> Outcome<assay::Experiment, Diagnostics> {
        if (command.lumps != Lumps::always) {
            return experiment_of(package, options);
        }
        auto lumped = lumped_experiment_of(package, options);
        if (!lumped) {
            return std::move(lumped).error();
        }
        before_lumping = lumped.value().before;
        return std::move(lumped.value().experiment);
    }();
    if (!experiment) {
        return show(experiment.error());
    }
    Manifest manifest = manifest_of({}, experiment.value(), options);
    manifest.before_lumping = before_lumping;
    manifest.runs = 2 * (1 + set_count);
    const bool is_for_terminal = command.output.empty() && !command.as_json;
    const std::size_t steps =
        command.steps.value_or(is_for_terminal ? kStepsOfATerminal : kStepsOfAFile);
    // All readouts are recorded, whatever is shown of them.
    if (const Exit code = refuse_too_many(steps, package.readouts.size() * (1 + set_count));
        code != Exit::ok) {
        return code;
    }
    const assay::EnsembleCourse course = assay::ensemble_course(
        experiment.value(), condition.value(), equal_steps(until_s, steps), sets);
    std::vector<Shown> shown;
    const auto has_interval = [&](bool is_named) {
        // A terminal is too narrow for the intervals of everything.
        return course.sets > 0 && (is_named || !is_for_terminal);
    };
    for (const package::Readout* readout : readouts) {
        shown.push_back({readout->id, readout->unit,
                         &course.readouts[experiment.value().column(readout->id)],
                         has_interval(!is_everything)});
    }
    shown.push_back({kViability, "of untreated", &course.viability, has_interval(true)});

    const report::Table table = table_of(condition_text(package, condition.value()), shown, course);
    manifest.failed_runs = experiment.value().conditions_failed();
    manifest.fallbacks = experiment.value().fallbacks();
    manifest.reduction = experiment.value().reduction();
    manifest.doses = {{table.title, fmt::format("from t = 0 to {}", time_text(until_s))}};
    write_result(command, table, std::move(manifest),
                 json_of(package, condition.value(), shown, course));
    if (!course.reason.empty()) {
        return fail(Exit::numerical, "the simulation failed: " + course.reason);
    }
    if (course.failed_sets > 0) {
        return fail(Exit::some_failed,
                    fmt::format("{} of {} parameter sets failed; the intervals leave them out",
                                course.failed_sets, course.sets));
    }
    return Exit::ok;
}

}  // namespace erbium::app
