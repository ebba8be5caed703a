// SPDX-License-Identifier: Apache-2.0
// bench/ensemble.cpp: what does a subject of a virtual cohort cost, at which error, beside BDF?
//
//   bench_ensemble model.bngl|model.net dosed_species        [subjects] [references] [dense]
//   bench_ensemble package_folder      "profile: treatment"  [subjects] [references] [dense]
//
// Every rate constant of every subject is multiplied by a log-normal factor (sigma 0.4).
//   A model's dosed species gets its initial amount added every 21 days, 4 times, and is lost with
//   a half-life of 10 days. Times of the model are seconds. Observables are read daily, or all
//   species where there are none.
//   A package's cells are equilibrated, and treated during the first 7 of 21 days, 4 times; the
//   settings of the protocol's start, which let cultures grow, are left out.
//
// Peers: sim::Method::cvode is CVODES (BDF, Newton) with KLU, AMD ordering and the analytic
// Jacobian, the configuration of AMICI, and better: its elimination is planned once, not at each
// restart. On `dense` subjects also CVODES with a dense matrix by finite differences, the
// configuration of RoadRunner and BioNetGen; its time is given without what its interpreted
// right-hand sides took, as if compiled ones cost nothing. Errors are root mean squares over
// subjects, days and observables of the relative deviation from CVODES at 1e-12, printed beside
// each time, for no speed means anything without them. CPU times; one thread but in the last row.
// Results: bench/ensemble.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "dense_cvodes.hpp"
#include "erbium/assay/experiment.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/package/treatment.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

constexpr double kDay_s = 86400.0;
constexpr int kCycles = 4;
constexpr double kCycle_d = 21.0;

using bench::cpu_seconds;

double wall_seconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Cohort {
    eqn::System system;
    std::vector<sim::Run> runs;
};

/// Runs with varied rate constants, read daily; what is done to them is left to the caller.
std::vector<sim::Run> varied_runs(const eqn::System& system, std::size_t count) {
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
        for (int day = 1; day <= kCycles * static_cast<int>(kCycle_d); ++day) {
            run.output_times.push_back(day * kDay_s);
        }
        run.recording = system.observables().size() > 0 ? sim::Recording::all_observables(system)
                                                        : sim::Recording::all(system);
    }
    return runs;
}

Cohort model_cohort(const char* path, const char* dosed_name, std::size_t count) {
    net::Network network = bench::load_network(path);
    const std::optional<SpeciesId> dosed = bench::find_species(network, dosed_name);
    if (!dosed) {
        fmt::print("no species {}\n", dosed_name);
        std::exit(2);
    }
    bench::add_loss(network, *dosed, std::log(2.0) / (10.0 * kDay_s));
    Cohort cohort{bench::compiled(network), {}};
    const double dose = bench::initial_amount(cohort.system, *dosed);
    cohort.runs = varied_runs(cohort.system, count);
    for (sim::Run& run : cohort.runs) {
        for (int cycle = 0; cycle < kCycles; ++cycle) {
            run.events.push_back(
                {cycle * kCycle_d * kDay_s, {}, {{*dosed, sim::StateChange::Kind::add, dose}}});
        }
    }
    return cohort;
}

Cohort package_cohort(const std::string& folder, const std::string& text, std::size_t count) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
        fmt::print("not \"profile: treatment\": {}\n", text);
        std::exit(2);
    }
    const package::Package package = bench::value_or_exit(package::load_package(folder));
    Diagnostics warnings;
    Cohort cohort{bench::value_or_exit(assay::compile_package(package, warnings)), {}};
    const package::Treatment treatment =
        bench::value_or_exit(package::parse_treatment(package, text.substr(colon + 1)));
    const auto values_of = [&](const package::Settings& settings) {
        std::vector<sim::ParameterValue> values;
        for (const package::Setting& setting : settings) {
            values.push_back({*cohort.system.find_parameter(setting.parameter), setting.value});
        }
        return values;
    };
    const auto profile = values_of(package::profile_settings(package, text.substr(0, colon)));
    const auto treated = values_of(package::treatment_settings(package, treatment));
    std::vector<sim::ParameterValue> untreated = treated;
    for (sim::ParameterValue& value : untreated) {
        value.value = cohort.system.parameter_values()[value.parameter.value];
    }
    cohort.runs = varied_runs(cohort.system, count);
    for (sim::Run& run : cohort.runs) {
        // The profile first: its rate constants vary too, by the factors of those of the model.
        std::vector<sim::ParameterValue> values = profile;
        for (const sim::ParameterValue& varied : run.parameters) {
            const auto same = std::find_if(values.begin(), values.end(), [&](const auto& value) {
                return value.parameter == varied.parameter;
            });
            if (same == values.end()) {
                values.push_back(varied);
            } else {
                same->value *=
                    varied.value / cohort.system.parameter_values()[varied.parameter.value];
            }
        }
        run.parameters = std::move(values);
        run.equilibration =
            sim::Equilibration{.parameters = values_of(package.protocol.equilibrate),
                               .max_time = package.protocol.equilibrate_max_time_s};
        for (int cycle = 0; cycle < kCycles; ++cycle) {
            run.events.push_back({cycle * kCycle_d * kDay_s, treated, {}});
            run.events.push_back({(cycle * kCycle_d + 7.0) * kDay_s, untreated, {}});
        }
    }
    return cohort;
}

/// Root mean square and largest relative deviation; amounts far below a column's largest count
/// relative to a millionth of that, and columns far below the largest of all (species that are
/// never made but for rounding) relative to 1e-12 of that.
struct Deviation {
    double rms{};
    double largest{};
};
Deviation deviation(const std::vector<sim::Result>& found, const std::vector<sim::Result>& exact) {
    double sum = 0.0;
    std::size_t count = 0;
    Deviation result;
    double floor = 0.0;
    for (const sim::Result& one : exact) {
        for (std::size_t c = 0; c < one.columns; ++c) {
            for (std::size_t r = 0; r < one.times.size(); ++r) {
                floor = std::max(floor, 1e-12 * std::fabs(one.at(r, c)));
            }
        }
    }
    for (std::size_t i = 0; i < exact.size(); ++i) {
        for (std::size_t c = 0; c < exact[i].columns; ++c) {
            double largest = floor;
            for (std::size_t r = 0; r < exact[i].times.size(); ++r) {
                largest = std::max(largest, std::fabs(exact[i].at(r, c)));
            }
            for (std::size_t r = 0; largest > 0.0 && r < exact[i].times.size(); ++r) {
                const double size = std::max({std::fabs(exact[i].at(r, c)), 1e-6 * largest, floor});
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
        fmt::print(
            "usage: bench_ensemble model dosed_species|\"profile: treatment\" [subjects] "
            "[references] [dense]\n");
        return 2;
    }
    const std::size_t subjects = count > 3 ? std::strtoul(arguments[3], nullptr, 10) : 256;
    const std::size_t references = count > 4 ? std::strtoul(arguments[4], nullptr, 10) : 8;
    const std::size_t dense = count > 5 ? std::strtoul(arguments[5], nullptr, 10) : 0;
    const std::string path = arguments[1];
    const Cohort cohort = path.ends_with(".net") || path.ends_with(".bngl")
                              ? model_cohort(arguments[1], arguments[2], subjects)
                              : package_cohort(path, arguments[2], subjects);
    const eqn::System& system = cohort.system;
    fmt::print(
        "{}: {} species, {} reactions, {} entries in the Jacobian; {} subjects, errors on "
        "{}\n",
        path, system.state_count(), system.reaction_count(), system.jacobian_size(), subjects,
        references);
    const std::vector<sim::Run>& runs = cohort.runs;
    const std::vector<sim::Run> first(runs.begin(),
                                      runs.begin() + static_cast<std::ptrdiff_t>(references));
    const std::vector<sim::Result> exact = sim::solve_many(
        system, first, {.tolerances = {.rtol = 1e-12, .atol = {}}, .method = sim::Method::cvode},
        1);
    fmt::print("{:26} {:>8} {:>10} {:>10} {:>10} {:>9} {:>9}\n", "solver", "rtol", "ms/subj",
               "rms error", "largest", "steps/cyc", "LU/cyc");
    for (const double rtol : {1e-4, 1e-6}) {
        bench::DenseCvodes solver{eqn::ReferenceKernel{system}};
        std::vector<sim::Result> results;
        const double begin = cpu_seconds();
        for (std::size_t i = 0; i < std::min(dense, references); ++i) {
            std::vector<double> start = exact[i].steady_state;
            if (start.empty()) {
                solver.kernel.reset_parameters();
                solver.kernel.set_parameters(first[i].parameters);
                start.resize(system.state_count());
                solver.kernel.initial_state(start);
            }
            results.push_back(solver.solve(first[i], start, rtol));
        }
        if (!results.empty()) {
            const double n = static_cast<double>(results.size());
            print_row(
                "CVODES, dense, differences", rtol,
                1e3 * (cpu_seconds() - begin - solver.rhs_s) / n,
                deviation(results, {exact.begin(),
                                    exact.begin() + static_cast<std::ptrdiff_t>(results.size())}),
                static_cast<double>(solver.steps) / n,
                static_cast<double>(solver.factorisations) / n,
                fmt::format("{:.0f} ms more in right-hand sides; no equilibration",
                            1e3 * solver.rhs_s / n));
        }
    }
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
    const auto over_lanes = [&](sim::BatchMethod method, double rtol, unsigned threads) {
        sim::BatchOptions options;
        options.method = method;
        options.threads = threads;
        options.solver.tolerances = {.rtol = rtol, .atol = {}};
        sim::BatchSolver solver{system, options};
        const double begin = cpu_seconds();
        const double wall_begin = wall_seconds();
        const std::vector<sim::Result> results = solver.solve(runs);
        const double seconds = cpu_seconds() - begin;
        const double wall = wall_seconds() - wall_begin;
        double steps = 0.0;
        double factorisations = 0.0;
        std::size_t failed = 0;
        for (const sim::Result& result : results) {
            steps += static_cast<double>(result.statistics.steps);
            factorisations += static_cast<double>(result.statistics.factorisations);
            failed += result.status.ok() ? 0U : 1U;
        }
        const double n = static_cast<double>(subjects);
        print_row(method == sim::BatchMethod::rodas4 ? "Rodas4 over lanes" : "Rodas5P over lanes",
                  rtol, 1e3 * seconds / n, deviation(results, exact), steps / n, factorisations / n,
                  fmt::format("{} lanes, efficiency {:.2f}, {} failed, {} by BDF{}",
                              solver.report().lanes, solver.report().lane_efficiency(), failed,
                              solver.report().one_by_one,
                              threads == 1 ? ""
                                           : fmt::format(", {} threads: {:.2f} ms of wall clock",
                                                         threads, 1e3 * wall / n)));
    };
    // Of large systems, whose subjects take seconds, the method and tolerances that count.
    const bool is_large = system.state_count() > 1000;
    for (const sim::BatchMethod method : {sim::BatchMethod::rodas4, sim::BatchMethod::rodas5p}) {
        for (const double rtol : {1e-2, 1e-3, 1e-4, 1e-5}) {
            const bool counts =
                method == sim::BatchMethod::rodas5p && (rtol == 1e-3 || rtol == 1e-4);
            if (!is_large || counts) {
                over_lanes(method, rtol, 1);
            }
        }
    }
    over_lanes(sim::BatchMethod::rodas5p, 1e-3, 2);
    return 0;
}
