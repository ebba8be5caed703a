// SPDX-License-Identifier: Apache-2.0
// bench/ensemble.cpp: what does a subject of a virtual cohort cost, at which error, beside BDF?
//
//   bench_ensemble model.bngl|model.net dosed_species [subjects] [reference_subjects]
//
// Every rate constant of every subject is multiplied by a log-normal factor (sigma 0.4). The dosed
// species gets its initial amount of the model added every 21 days, 4 times, and is lost with a
// half-life of 10 days. Times of the model are seconds. Observables are read daily.
//
// Peers: Method::cvode is CVODES (BDF, Newton) with KLU, AMD ordering and the analytic Jacobian,
// the configuration of AMICI, and better: its elimination is planned once, not at each restart.
// Errors are root mean squares over subjects, days and observables of the relative deviation from
// CVODES at 1e-12, printed beside each time, for no speed means anything without them. CPU times of
// one thread; all in one run.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

constexpr double kDay_s = 86400.0;
constexpr int kCycles = 4;
constexpr double kCycle_d = 21.0;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<sim::Run> cohort(const eqn::System& system, SpeciesId dosed, double dose,
                             std::size_t count) {
    std::mt19937_64 random{2024};
    std::normal_distribution<double> normal;
    std::vector<sim::Run> runs(count);
    for (sim::Run& run : runs) {
        for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
            if (system.is_derived(ParameterId{p})) {
                continue;
            }
            const double value = system.parameter_values()[p];
            const std::string& name = system.parameters().names()[p];
            const bool is_rate = name.rfind("k", 0) == 0 || name.rfind("p", 0) == 0;
            if (is_rate && value > 0.0) {
                run.parameters.push_back({ParameterId{p}, value * std::exp(0.4 * normal(random))});
            }
        }
        for (int cycle = 0; cycle < kCycles; ++cycle) {
            run.events.push_back(
                {cycle * kCycle_d * kDay_s, {}, {{dosed, sim::StateChange::Kind::add, dose}}});
        }
        for (int day = 1; day <= kCycles * static_cast<int>(kCycle_d); ++day) {
            run.output_times.push_back(day * kDay_s);
        }
        run.recording = sim::Recording::all_observables(system);
    }
    return runs;
}

/// Root mean square and largest relative deviation; amounts far below a column's largest count
/// relative to a millionth of that.
struct Deviation {
    double rms{};
    double largest{};
};
Deviation deviation(const std::vector<sim::Result>& found, const std::vector<sim::Result>& exact) {
    double sum = 0.0;
    std::size_t count = 0;
    Deviation result;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        for (std::size_t c = 0; c < exact[i].columns; ++c) {
            double largest = 0.0;
            for (std::size_t r = 0; r < exact[i].times.size(); ++r) {
                largest = std::max(largest, std::fabs(exact[i].at(r, c)));
            }
            for (std::size_t r = 0; largest > 0.0 && r < exact[i].times.size(); ++r) {
                const double size = std::max(std::fabs(exact[i].at(r, c)), 1e-6 * largest);
                const double error = std::fabs(found[i].at(r, c) - exact[i].at(r, c)) / size;
                sum += error * error;
                ++count;
                result.largest = std::max(result.largest, error);
            }
        }
    }
    result.rms = std::sqrt(sum / static_cast<double>(std::max<std::size_t>(count, 1)));
    return result;
}

void print_row(const std::string& name, double rtol, double ms, const Deviation& error,
               double steps, double factorisations, const std::string& more) {
    fmt::print("{:26} {:8.0e} {:10.2f} {:10.1e} {:10.1e} {:9.1f} {:9.1f}  {}\n", name, rtol, ms,
               error.rms, error.largest, steps / kCycles, factorisations / kCycles, more);
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        fmt::print("usage: bench_ensemble model dosed_species [subjects] [reference_subjects]\n");
        return 2;
    }
    const std::size_t subjects = count > 3 ? std::strtoul(arguments[3], nullptr, 10) : 256;
    const std::size_t references = count > 4 ? std::strtoul(arguments[4], nullptr, 10) : 8;
    net::Network network = bench::load_network(arguments[1]);
    const std::optional<SpeciesId> dosed = bench::find_species(network, arguments[2]);
    if (!dosed) {
        fmt::print("no species {}\n", arguments[2]);
        return 2;
    }
    bench::add_loss(network, *dosed, std::log(2.0) / (10.0 * kDay_s));
    const eqn::System system = bench::compiled(network);
    const double dose = bench::initial_amount(system, *dosed);
    fmt::print(
        "{}: {} species, {} reactions, {} entries in the Jacobian; {} subjects, errors on "
        "{}\n",
        arguments[1], system.state_count(), system.reaction_count(), system.jacobian_size(),
        subjects, references);
    const std::vector<sim::Run> runs = cohort(system, *dosed, dose, subjects);
    const std::vector<sim::Run> first(runs.begin(),
                                      runs.begin() + static_cast<std::ptrdiff_t>(references));
    const std::vector<sim::Result> exact = sim::solve_many(
        system, first, {.tolerances = {.rtol = 1e-12, .atol = {}}, .method = sim::Method::cvode},
        1);
    fmt::print("{:26} {:>8} {:>10} {:>10} {:>10} {:>9} {:>9}\n", "solver", "rtol", "ms/subj",
               "rms error", "largest", "steps/cyc", "LU/cyc");
    for (const double rtol : {1e-4, 1e-5, 1e-6, 1e-7}) {
        sim::Solver solver{
            system, {.tolerances = {.rtol = rtol, .atol = {}}, .method = sim::Method::cvode}};
        std::vector<sim::Result> results;
        double steps = 0.0;
        double factorisations = 0.0;
        const double begin = cpu_seconds();
        for (const sim::Run& run : first) {
            results.push_back(solver.solve(run));
            steps += static_cast<double>(results.back().statistics.steps);
            factorisations += static_cast<double>(results.back().statistics.factorisations);
        }
        const double n = static_cast<double>(references);
        print_row("CVODES, KLU (AMD)", rtol, 1e3 * (cpu_seconds() - begin) / n,
                  deviation(results, exact), steps / n, factorisations / n, "");
    }
    for (const sim::BatchMethod method : {sim::BatchMethod::rodas4, sim::BatchMethod::rodas5p}) {
        for (const double rtol : {1e-2, 1e-3, 1e-4, 1e-5}) {
            sim::BatchOptions options;
            options.method = method;
            options.solver.tolerances = {.rtol = rtol, .atol = {}};
            sim::BatchSolver solver{system, options};
            const double begin = cpu_seconds();
            const std::vector<sim::Result> results = solver.solve(runs);
            const double seconds = cpu_seconds() - begin;
            double steps = 0.0;
            double factorisations = 0.0;
            std::size_t failed = 0;
            for (const sim::Result& result : results) {
                steps += static_cast<double>(result.statistics.steps);
                factorisations += static_cast<double>(result.statistics.factorisations);
                failed += result.status.ok() ? 0U : 1U;
            }
            const double n = static_cast<double>(subjects);
            print_row(
                method == sim::BatchMethod::rodas4 ? "Rodas4 over lanes" : "Rodas5P over lanes",
                rtol, 1e3 * seconds / n, deviation(results, exact), steps / n, factorisations / n,
                fmt::format("{} lanes, efficiency {:.2f}, {} failed, {} by BDF",
                            solver.report().lanes, solver.report().lane_efficiency(), failed,
                            solver.report().one_by_one));
        }
    }
    return 0;
}
