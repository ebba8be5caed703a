// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_bench.cpp: how many simulations of a model this machine does in a day.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "commands.hpp"
#include "erbium/assay/experiment.hpp"
#include "erbium/base/units.hpp"
#include "erbium/report/table.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/solver.hpp"
#include "inputs.hpp"
#include "sim_output.hpp"

namespace erbium::app {
namespace {

constexpr double kSpread = 0.2;  // sigma of the logarithm of every parameter of a subject
constexpr std::size_t kOutputs = 20;

double now_s() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since).count();
}

/// What is simulated, and for how long in the model's unit of time.
struct Subject {
    eqn::System system;
    double until{};
};

Outcome<Subject, Diagnostics> load(const BenchCommand& command, const Target& target) {
    if (target.kind == TargetKind::package) {
        Outcome<package::Package, Diagnostics> loaded =
            package::load_package(target.path, target.tier);
        if (!loaded) {
            return std::move(loaded).error();
        }
        Diagnostics warnings;
        Outcome<eqn::System, Diagnostics> system = assay::compile_package(loaded.value(), warnings);
        if (!system) {
            return std::move(system).error();
        }
        double until = loaded.value().protocol.duration_s;
        if (!command.until.empty()) {
            Outcome<double, Diagnostics> end = end_time(command.until);
            if (!end) {
                return std::move(end).error();
            }
            until = end.value();
        }
        return Subject{std::move(system).value(), until};
    }
    Outcome<double, Diagnostics> until = end_time(command.until);
    if (!until) {
        return std::move(until).error();
    }
    Outcome<LoadedNetwork, Diagnostics> loaded = load_network(target);
    if (!loaded) {
        return std::move(loaded).error();
    }
    Outcome<eqn::System, Diagnostics> system = eqn::compile(loaded.value().network);
    if (!system) {
        return std::move(system).error();
    }
    return Subject{std::move(system).value(), until.value()};
}

/// Subject i of a cohort in which every positive parameter of the model varies.
sim::Run subject_run(const Subject& subject, std::size_t i) {
    std::mt19937_64 random{i};
    std::normal_distribution<double> normal;
    sim::Run run;
    for (std::uint32_t p = 0; p < subject.system.parameters().size(); ++p) {
        const double value = subject.system.parameter_values()[p];
        if (!subject.system.is_derived(ParameterId{p}) && value > 0.0) {
            run.parameters.push_back({ParameterId{p}, value * std::exp(kSpread * normal(random))});
        }
    }
    run.output_times = equal_steps(subject.until, kOutputs);
    run.recording = sim::Recording::all_observables(subject.system);
    return run;
}

/// One timed batch.
struct Measurement {
    std::size_t subjects{};
    std::size_t failed{};
    std::size_t fallbacks{};
    double wall_s{};
    double steps{};
    double rejected{};
    sim::BatchReport report;

    [[nodiscard]] double per_second() const { return static_cast<double>(subjects) / wall_s; }
};

Measurement measure(const Subject& subject, std::size_t count, unsigned threads) {
    sim::BatchOptions options;
    options.threads = threads;
    sim::BatchSolver solver{subject.system, options};
    Measurement m{.subjects = count};
    const double begin = now_s();
    solver.solve(
        count, [&](std::size_t i) { return subject_run(subject, i); },
        [&](std::size_t, sim::Result&& result) {
            m.failed += result.status.ok() ? 0U : 1U;
            m.fallbacks += result.fallbacks.empty() ? 0U : 1U;
            m.steps += static_cast<double>(result.statistics.steps);
            m.rejected += static_cast<double>(result.statistics.error_test_failures);
        });
    m.wall_s = std::max(now_s() - begin, 1e-9);
    m.report = solver.report();
    return m;
}

/// A batch that takes about `seconds`: doubled until the clock can tell, then scaled.
Measurement measure_for(const Subject& subject, double seconds, unsigned threads) {
    std::size_t count = std::size_t{threads} * 8;
    double spent = 0.0;
    for (;;) {
        Measurement m = measure(subject, count, threads);
        spent += m.wall_s;
        const double left = seconds - spent;
        if (left < m.wall_s) {
            return m;
        }
        const double fitting = 0.9 * left * m.per_second();
        count = std::max(count + 1, static_cast<std::size_t>(
                                        std::min(fitting, 16.0 * static_cast<double>(count))));
    }
}

}  // namespace

Exit run(const BenchCommand& command) {
    const double begin = now_s();
    const Outcome<Target, Diagnostics> target = find_target(command.target);
    if (!target) {
        return show(target.error());
    }
    if (command.until.empty() && target.value().kind != TargetKind::package) {
        return fail(Exit::usage, "a file does not say how long to simulate: give --until");
    }
    const Outcome<Subject, Diagnostics> loaded = load(command, target.value());
    if (!loaded) {
        return show(loaded.error());
    }
    const Subject& subject = loaded.value();
    const sim::Result first = sim::solve(subject.system, subject_run(subject, 0));
    const double first_s = now_s() - begin;
    if (!first.status.ok()) {
        return fail(Exit::numerical, "the first simulation failed: " + first.status.message);
    }
    const auto threads = static_cast<unsigned>(command.threads);
    const double share = threads > 1 ? 0.5 * command.seconds : command.seconds;
    const Measurement core = measure_for(subject, share, 1);
    const Measurement machine = threads > 1 ? measure_for(subject, share, threads) : core;

    const double n = static_cast<double>(machine.subjects);
    report::Table table{.title = command.target,
                        .columns = {{.name = "figure"},
                                    {.name = "value", .align = report::Align::end, .digits = 4},
                                    {.name = "unit"}}};
    const auto add = [&](std::string name, double value, std::string unit) {
        table.rows.push_back({.cells = {std::move(name), value, std::move(unit)}});
    };
    add("states", static_cast<double>(subject.system.state_count()), "");
    add("reactions", static_cast<double>(subject.system.reaction_count()), "");
    add("simulated time", subject.until, "of the model");
    add("text to first result", first_s, "s");
    add("subjects per second, one core", core.per_second(), "1/s");
    add("subjects per second, machine", machine.per_second(), "1/s");
    add("subjects per day, machine", 86400.0 * machine.per_second(), "1/day");
    add("threads", threads, "");
    add("lanes", static_cast<double>(machine.report.lanes),
        std::string{machine.report.instruction_set});
    add("lane efficiency", machine.report.lane_efficiency(), "of 1");
    add("steps per subject", machine.steps / n, "");
    add("rejected steps per subject", machine.rejected / n, "");
    add("subjects measured", n, "");
    add("subjects that needed a fallback", static_cast<double>(machine.fallbacks), "");
    add("subjects that failed", static_cast<double>(machine.failed), "");
    print(command.as_json ? report::json(table) + "\n" : report::plain_text(table));
    if (machine.failed > 0) {
        return fail(machine.failed == machine.subjects ? Exit::numerical : Exit::some_failed,
                    fmt::format("{} of {} subjects failed", machine.failed, machine.subjects));
    }
    return Exit::ok;
}

}  // namespace erbium::app
