// SPDX-License-Identifier: Apache-2.0
// bench/reduction.cpp: what does it bring to solve for fewer species, per model?
//
//   bench_reduction [-r rtol] [-d repeats] [-l all] END_TIME MODEL...
//
// Prints what is found in each model (laws, blocks, operations of one factorisation) and CPU times
// of the same runs with and without conservation laws, in turn in one process, best of the
// repeats: eight subjects of one batch over lanes, one run of the single-run integrator, one
// equilibration where there is a steady state. The largest relative difference of any output is
// beside them. Last figures: reduction.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/assay/experiment.hpp"
#include "erbium/package/package.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/reduction.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

using bench::cpu_seconds;

/// FILE, or FOLDER of a package, or FOLDER@TIER.
eqn::System load(const std::string& target) {
    const std::size_t at = target.find('@');
    const std::string path = target.substr(0, at);
    if (!std::filesystem::is_directory(path)) {
        return bench::compiled(bench::load_network(path));
    }
    const std::string tier = at == std::string::npos ? "" : target.substr(at + 1);
    const package::Package loaded = bench::value_or_exit(package::load_package(path, tier));
    Diagnostics warnings;
    return bench::value_or_exit(assay::compile_package(loaded, warnings));
}

double difference(const std::vector<sim::Result>& a, const std::vector<sim::Result>& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        double size = 0.0;
        for (const double value : a[i].values) {
            size = std::max(size, std::fabs(value));
        }
        for (std::size_t v = 0; v < a[i].values.size(); ++v) {
            const double scale =
                std::max({std::fabs(a[i].values[v]), std::fabs(b[i].values[v]), 1e-9 * size});
            if (scale > 0.0) {
                largest = std::max(largest, std::fabs(a[i].values[v] - b[i].values[v]) / scale);
            }
        }
    }
    return largest;
}

struct Timing {
    double ms{1e300};
    std::vector<sim::Result> results;
};

template <class Call>
void take(Timing& best, Call call) {
    const double begin = cpu_seconds();
    best.results = call();
    best.ms = std::min(best.ms, 1e3 * (cpu_seconds() - begin));
}

void print(std::string_view what, const Timing& whole, const Timing& reduced) {
    const sim::Status& status = reduced.results.front().status;
    fmt::print("  {:14} {:9.2f} ms whole {:9.2f} ms reduced  ratio {:.3f}  difference {:.1e}  {}\n",
               what, whole.ms, reduced.ms, whole.ms / reduced.ms,
               difference(whole.results, reduced.results), status.ok() ? "" : status.message);
}

sim::SolverOptions options(double rtol, sim::Reducing reducing) {
    return {.tolerances = {rtol, std::nullopt}, .reducing = reducing};
}

void measure(const std::string& target, double end, double rtol, int repeats,
             sim::Reducing reducing) {
    const eqn::System system = load(target);
    const double begin = cpu_seconds();
    const sim::Reduction reduction = sim::Reduction::of(system, reducing);
    const double decided_ms = 1e3 * (cpu_seconds() - begin);
    const sim::ReductionReport& report = *reduction.report();
    fmt::print("{}: {} states, {} reactions\n", target, report.states, system.reaction_count());
    fmt::print(
        "  {} laws, {} used; {} blocks, largest {}, {} alone; {} -> {} entries, {:.0f} -> "
        "{:.0f} operations of a factorisation; decided in {:.1f} ms\n",
        report.laws.size(), report.dependents, report.blocks, report.largest_block, report.alone,
        report.entries_before, report.entries_after, report.flops_before, report.flops_after,
        decided_ms);

    sim::Run run;
    for (int i = 0; i <= 20; ++i) {
        run.output_times.push_back(end * i / 20.0);
    }
    run.recording = sim::Recording::all_observables(system);
    std::vector<sim::Run> subjects(8, run);
    std::vector<ParameterId> varied;
    for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
        if (!system.is_derived(ParameterId{p}) && system.parameter_values()[p] > 0.0) {
            varied.push_back(ParameterId{p});
        }
    }
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        for (std::size_t v = i; v < varied.size(); v += subjects.size()) {
            subjects[i].parameters.push_back(
                {varied[v], system.parameter_values()[varied[v].value] * (1.0 + 0.01 * double(i))});
        }
    }
    sim::Run equilibration = run;
    equilibration.equilibration.emplace();
    equilibration.equilibration->max_time = 1e8;
    equilibration.output_times = {0.0};

    const sim::Reducing kBoth[] = {sim::Reducing::none, reducing};
    Timing lanes[2];
    Timing single[2];
    Timing steady[2];
    std::vector<sim::BatchSolver> batches;
    std::vector<sim::Solver> solvers;
    for (const sim::Reducing one : kBoth) {
        sim::BatchOptions batch;
        batch.solver = options(rtol, one);
        batches.emplace_back(system, batch);
        solvers.emplace_back(system, options(rtol, one));
    }
    for (int repeat = 0; repeat < repeats; ++repeat) {
        for (std::size_t i = 0; i < 2; ++i) {
            take(lanes[i], [&] { return batches[i].solve(subjects); });
            take(single[i], [&] { return std::vector{solvers[i].solve(run)}; });
            take(steady[i], [&] { return std::vector{solvers[i].solve(equilibration)}; });
        }
    }
    print("8 lanes", lanes[0], lanes[1]);
    print("single", single[0], single[1]);
    print("equilibration", steady[0], steady[1]);
}

}  // namespace

int main(int count, char** arguments) {
    double rtol = 1e-6;
    int repeats = 5;
    int at = 1;
    sim::Reducing reducing = sim::Reducing::where_it_pays;
    for (; at + 1 < count && arguments[at][0] == '-'; at += 2) {
        const std::string option = arguments[at];
        if (option == "-r") {
            rtol = std::strtod(arguments[at + 1], nullptr);
        } else if (option == "-d") {
            repeats = std::atoi(arguments[at + 1]);
        } else if (option == "-l" && std::string{arguments[at + 1]} == "all") {
            reducing = sim::Reducing::all;
        }
    }
    if (at + 1 >= count) {
        fmt::print("usage: bench_reduction [-r rtol] [-d repeats] [-l all] end_time model...\n");
        return 2;
    }
    const double end = std::strtod(arguments[at], nullptr);
    for (++at; at < count; ++at) {
        measure(arguments[at], end, rtol, repeats, reducing);
    }
    return 0;
}
