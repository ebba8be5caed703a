// SPDX-License-Identifier: Apache-2.0
// bench/single.cpp: what does one simulation cost, cold and warm, at which error, beside CVODE?
//
//   bench_single model.bngl|model.net|package end_time [outputs] [repeats]
//
// Cold is everything a user waits for: reading, generation, compilation, the plan of the
// factorisation, the first run. Warm is the median of the CPU times of further runs of the same
// Solver. Errors are root mean squares over outputs and observables of the relative deviation from
// CVODE at 1e-12, printed beside each time, for no speed means anything without them. The last line
// interpolates the own integrator's time (logarithms, between neighbouring tolerances) at the error
// that CVODE reached.
//
// Peer: SUNDIALS' CVODES with KLU, AMD ordering, its elimination planned once, the analytic
// Jacobian: AMICI's configuration, and better. Last figures: single.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "erbium/assay/experiment.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/package/package.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

eqn::System load(const std::string& path) {
    if (!std::filesystem::is_directory(path)) {
        return bench::compiled(bench::load_network(path));
    }
    const package::Package loaded = bench::value_or_exit(package::load_package(path));
    Diagnostics warnings;
    return bench::value_or_exit(assay::compile_package(loaded, warnings));
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

struct Timing {
    double rtol{};
    double ms{};
    double error{};
};

Timing measure(const eqn::System& system, const sim::Run& run, sim::Method method, double rtol,
               int repeats, const sim::Result& exact) {
    sim::Solver solver{system, {{rtol, std::nullopt}, 200000, method}};
    sim::Result result = solver.solve(run);
    std::vector<double> ms;
    for (int i = 0; i < repeats; ++i) {
        const double begin = cpu_seconds();
        result = solver.solve(run);
        ms.push_back(1e3 * (cpu_seconds() - begin));
    }
    std::sort(ms.begin(), ms.end());
    const Timing timing{rtol, ms[ms.size() / 2], deviation(result, exact)};
    const sim::Statistics& s = result.statistics;
    fmt::print("{:8} {:8.0e} {:11.3f} {:10.1e} {:8} {:8} {:8} {:8}  {}\n",
               method == sim::Method::own ? "own" : "CVODE", rtol, timing.ms, timing.error, s.steps,
               s.error_test_failures, s.factorisations, s.rhs_evaluations,
               result.status.ok() ? (result.fallbacks.empty() ? "" : result.fallbacks.front())
                                  : result.status.message);
    std::fflush(stdout);
    return timing;
}

/// The own integrator's time at this error; nothing outside of what was measured.
std::optional<double> time_at(const std::vector<Timing>& own, double error) {
    for (std::size_t i = 0; i + 1 < own.size(); ++i) {
        const Timing& a = own[i];
        const Timing& b = own[i + 1];
        if (a.error >= error && b.error <= error && a.error > b.error) {
            const double part = std::log(a.error / error) / std::log(a.error / b.error);
            return a.ms * std::pow(b.ms / a.ms, part);
        }
    }
    return std::nullopt;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        fmt::print("usage: bench_single model end_time [outputs] [repeats]\n");
        return 2;
    }
    const double end = std::strtod(arguments[2], nullptr);
    const long outputs = count > 3 ? std::strtol(arguments[3], nullptr, 10) : 100;
    const int repeats = count > 4 ? std::atoi(arguments[4]) : 5;

    const double begin = cpu_seconds();
    const eqn::System system = load(arguments[1]);
    const double loaded = cpu_seconds();
    sim::Run run;
    for (long i = 0; i <= outputs; ++i) {
        run.output_times.push_back(end * static_cast<double>(i) / static_cast<double>(outputs));
    }
    run.recording = sim::Recording::all_observables(system);
    const sim::Result first = sim::solve(system, run);
    const double done = cpu_seconds();
    fmt::print("{}: {} states, {} reactions, {} entries in the Jacobian, to {}\n", arguments[1],
               system.state_count(), system.reaction_count(), system.jacobian_size(), end);
    fmt::print("cold: {:.3f} s to equations, {:.3f} s plan and first run, {:.3f} s in all\n",
               loaded - begin, done - loaded, done - begin);
    if (!sim::has_cvode()) {
        fmt::print("built without SUNDIALS: no reference, no peer\n");
        return 0;
    }
    // A step of CVODE at thousands of states takes a second: fewer of them, and errors down to
    // 1e-8.
    const bool is_large = system.state_count() > 2000;
    const double reference = is_large ? 1e-9 : 1e-12;
    const sim::Result exact =
        sim::solve(system, run, {{reference, std::nullopt}, 2000000, sim::Method::cvode});
    fmt::print("first run against CVODE at {:.0e}: {:.1e}\n", reference, deviation(first, exact));
    fmt::print("{:8} {:>8} {:>11} {:>10} {:>8} {:>8} {:>8} {:>8}\n", "solver", "rtol", "ms",
               "rms error", "steps", "rejected", "LU", "rates");
    std::vector<double> own_rtols{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8};
    std::vector<double> peer_rtols{1e-4, 1e-5, 1e-6, 1e-7};
    if (is_large) {
        own_rtols = {1e-3, 1e-4, 1e-5, 1e-6};
        peer_rtols = {1e-6};
    }
    std::vector<Timing> own;
    for (const double rtol : own_rtols) {
        own.push_back(measure(system, run, sim::Method::own, rtol, repeats, exact));
    }
    for (const double rtol : peer_rtols) {
        const Timing peer = measure(system, run, sim::Method::cvode, rtol, repeats, exact);
        if (const auto ms = time_at(own, peer.error)) {
            fmt::print("  at CVODE's error of {:.1e}: own {:.3f} ms, {:.2f} times faster\n",
                       peer.error, *ms, peer.ms / *ms);
        }
    }
    return 0;
}
