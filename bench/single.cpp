// SPDX-License-Identifier: Apache-2.0
// bench/single.cpp: what does one simulation cost, cold and warm, at which error, beside CVODE?
//
//   bench_single MODEL END_TIME [outputs=100] [repeats=5] [reference=cvode|own]
//                [own=1e-2,1e-3,...] [cvode=1e-4,...] [amount=SPECIES:VALUE]...
//
// MODEL is a .bngl, .net or SBML file or a package. Cold is everything a user waits for: reading,
// generation, compilation, the plan of the factorisation, the first run. Warm is the median of the
// CPU times of further runs of the same solvers, which take turns; with repeats=0 it is the first
// run, and the plan with it. Errors are root mean squares over outputs and observables (species
// where there are none) of the relative deviation from CVODE at 1e-12, or, where that would take
// hours, from Rodas5P at 1e-10; printed beside each time, for no speed means anything without them.
// The lines after CVODE's interpolate each own method's time (logarithms, between neighbouring
// tolerances) at the error that CVODE reached.
//
// Peer: SUNDIALS' CVODES with KLU, AMD ordering, its elimination planned once, the analytic
// Jacobian: AMICI's configuration, and better. Last figures: single.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/assay/experiment.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/package/package.hpp"
#include "erbium/sbml/import.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

using bench::cpu_seconds;

struct Task {
    std::string model;
    double end{};
    long outputs{100};
    int repeats{5};
    bool refers_to_own{};
    std::vector<double> own{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8};
    std::vector<double> cvode{1e-4, 1e-5, 1e-6, 1e-7};
    std::vector<std::pair<std::string, double>> amounts;
};

std::vector<double> numbers(const std::string& text) {
    std::vector<double> values;
    for (const char* at = text.c_str(); *at != '\0';) {
        char* after = nullptr;
        values.push_back(std::strtod(at, &after));
        at = *after == ',' ? after + 1 : after;
        if (after == text.c_str()) {
            break;
        }
    }
    return values;
}

std::optional<Task> task_of(int count, char** arguments) {
    if (count < 3) {
        return std::nullopt;
    }
    Task task;
    task.model = arguments[1];
    task.end = std::strtod(arguments[2], nullptr);
    for (int i = 3; i < count; ++i) {
        const std::string text = arguments[i];
        const std::string name = text.substr(0, text.find('='));
        const std::string value = text.substr(std::min(text.find('=') + 1, text.size()));
        if (name == "outputs") {
            task.outputs = std::strtol(value.c_str(), nullptr, 10);
        } else if (name == "repeats") {
            task.repeats = std::atoi(value.c_str());
        } else if (name == "reference") {
            task.refers_to_own = value == "own";
        } else if (name == "own") {
            task.own = numbers(value);
        } else if (name == "cvode") {
            task.cvode = numbers(value);
        } else if (name == "amount" && value.rfind(':') != std::string::npos) {
            const std::size_t colon = value.rfind(':');
            task.amounts.emplace_back(value.substr(0, colon),
                                      std::strtod(value.c_str() + colon + 1, nullptr));
        } else {
            return std::nullopt;
        }
    }
    return task;
}

eqn::System load(const std::string& path) {
    if (std::filesystem::is_directory(path)) {
        const package::Package loaded = bench::value_or_exit(package::load_package(path));
        Diagnostics warnings;
        return bench::value_or_exit(assay::compile_package(loaded, warnings));
    }
    if (path.ends_with(".xml")) {
        const auto source = std::make_shared<const SourceText>(SourceText{path, read_file(path)});
        return bench::compiled(bench::value_or_exit(sbml::import_model(source)).network);
    }
    return bench::compiled(bench::load_network(path));
}

sim::Run run_of(const Task& task, const eqn::System& system) {
    sim::Run run;
    for (long i = 0; i <= task.outputs; ++i) {
        run.output_times.push_back(task.end * static_cast<double>(i) /
                                   static_cast<double>(task.outputs));
    }
    run.recording = sim::Recording::all_observables(system);
    if (run.recording.observables.empty()) {
        run.recording = sim::Recording::all(system);
    }
    for (const auto& [name, amount] : task.amounts) {
        const std::optional<SpeciesId> species = system.find_species(name);
        if (!species) {
            fmt::print("there is no species {}\n", name);
            std::exit(1);
        }
        run.initial_state.push_back({*species, sim::StateChange::Kind::set, amount});
    }
    return run;
}

/// Root mean square of relative deviations; amounts far below a column's largest count relative to
/// a millionth of that.
double deviation(const sim::Result& found, const sim::Result& exact) {
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t c = 0; c < exact.columns; ++c) {
        double largest = 0.0;
        for (std::size_t r = 0; r < exact.times.size(); ++r) {
            largest = std::max(largest, std::fabs(exact.at(r, c)));
        }
        for (std::size_t r = 0; largest > 0.0 && r < exact.times.size(); ++r) {
            const double size = std::max(std::fabs(exact.at(r, c)), 1e-6 * largest);
            const double error = (found.at(r, c) - exact.at(r, c)) / size;
            sum += error * error;
            ++count;
        }
    }
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(count, 1)));
}

/// One method at one tolerance.
struct Contestant {
    sim::Method method{};
    double rtol{};
    std::unique_ptr<sim::Solver> solver;
    sim::Result result;
    double first_ms{};
    std::vector<double> ms;
    double error{};

    [[nodiscard]] double median_ms() const {
        if (ms.empty()) {
            return first_ms;
        }
        std::vector<double> sorted = ms;
        std::sort(sorted.begin(), sorted.end());
        return sorted[sorted.size() / 2];
    }
};

std::vector<Contestant> contest(const Task& task, const eqn::System& system, const sim::Run& run) {
    std::vector<Contestant> all;
    const auto enter = [&](sim::Method method, const std::vector<double>& rtols) {
        for (const double rtol : rtols) {
            all.emplace_back();
            all.back().method = method;
            all.back().rtol = rtol;
        }
    };
    enter(sim::Method::own, task.own);
    enter(sim::Method::esdirk, task.own);
    enter(sim::Method::cvode, task.cvode);
    for (Contestant& c : all) {
        const double begin = cpu_seconds();
        c.solver = std::make_unique<sim::Solver>(
            system, sim::SolverOptions{{c.rtol, std::nullopt}, 200000, c.method});
        c.result = c.solver->solve(run);
        c.first_ms = 1e3 * (cpu_seconds() - begin);
        if (task.repeats == 0) {
            c.solver.reset();  // factors of large systems fill memory
        }
    }
    for (int i = 0; i < task.repeats; ++i) {
        for (Contestant& c : all) {
            const double begin = cpu_seconds();
            c.result = c.solver->solve(run);
            c.ms.push_back(1e3 * (cpu_seconds() - begin));
        }
    }
    return all;
}

/// The time of an own method at this error; nothing outside of what was measured.
std::optional<double> time_at(const std::vector<Contestant>& all, sim::Method method,
                              double error) {
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
        const Contestant& a = all[i];
        const Contestant& b = all[i + 1];
        if (a.method == method && b.method == method && a.error >= error && b.error <= error &&
            a.error > b.error) {
            const double part = std::log(a.error / error) / std::log(a.error / b.error);
            return a.median_ms() * std::pow(b.median_ms() / a.median_ms(), part);
        }
    }
    return std::nullopt;
}

void print(const std::vector<Contestant>& all) {
    fmt::print("{:18} {:>8} {:>11} {:>10} {:>8} {:>8} {:>8} {:>8}\n", "method", "rtol", "ms",
               "rms error", "steps", "rejected", "LU", "rates");
    for (const Contestant& c : all) {
        const sim::Statistics& s = c.result.statistics;
        fmt::print("{:18} {:8.0e} {:11.3f} {:10.1e} {:8} {:8} {:8} {:8}  {}\n", c.result.method,
                   c.rtol, c.median_ms(), c.error, s.steps, s.error_test_failures, s.factorisations,
                   s.rhs_evaluations,
                   c.result.status.ok()
                       ? (c.result.fallbacks.empty() ? "" : c.result.fallbacks.front())
                       : c.result.status.message);
    }
    for (const Contestant& c : all) {
        for (const sim::Method own : {sim::Method::own, sim::Method::esdirk}) {
            const auto ms = time_at(all, own, c.error);
            if (c.method == sim::Method::cvode && ms) {
                fmt::print(
                    "at CVODE's error of {:.1e} ({:.0e}): {} {:.3f} ms, {:.2f} times faster\n",
                    c.error, c.rtol, own == sim::Method::own ? "Rodas5P" : "ESDIRK", *ms,
                    c.median_ms() / *ms);
            }
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::optional<Task> task = task_of(count, arguments);
    if (!task) {
        fmt::print(
            "usage: bench_single MODEL END_TIME [outputs=100] [repeats=5] "
            "[reference=cvode|own] [own=RTOL,...] [cvode=RTOL,...] "
            "[amount=SPECIES:VALUE]...\n");
        return 2;
    }
    const double begin = cpu_seconds();
    const eqn::System system = load(task->model);
    const double loaded = cpu_seconds();
    const sim::Run run = run_of(*task, system);
    const sim::Result first = sim::solve(system, run);
    const double done = cpu_seconds();
    fmt::print("{}: {} states, {} reactions, {} entries in the Jacobian, to {}\n", task->model,
               system.state_count(), system.reaction_count(), system.jacobian_size(), task->end);
    fmt::print(
        "cold: {:.3f} s to equations, {:.3f} s plan and first run ({}, {} steps), "
        "{:.3f} s in all\n",
        loaded - begin, done - loaded, first.method, first.statistics.steps, done - begin);
    std::fflush(stdout);
    if (!sim::has_cvode() && !task->refers_to_own) {
        fmt::print("built without SUNDIALS: no reference, no peer\n");
        return 0;
    }
    const sim::SolverOptions reference =
        task->refers_to_own
            ? sim::SolverOptions{{1e-10, std::nullopt}, 2000000, sim::Method::own}
            : sim::SolverOptions{{1e-12, std::nullopt}, 2000000, sim::Method::cvode};
    const sim::Result exact = sim::solve(system, run, reference);
    fmt::print("first run against {} at {:.0e}: {:.1e}\n", exact.method, reference.tolerances.rtol,
               deviation(first, exact));
    std::fflush(stdout);
    std::vector<Contestant> all = contest(*task, system, run);
    for (Contestant& c : all) {
        c.error = deviation(c.result, exact);
    }
    print(all);
    return 0;
}
