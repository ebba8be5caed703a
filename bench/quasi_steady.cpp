// SPDX-License-Identifier: Apache-2.0
// bench/quasi_steady.cpp: what does it bring to take fast binding as in equilibrium, per model?
//
//   bench_quasi_steady [-r rtol] [-d repeats] [-x SPECIES=AMOUNT] END_TIME MODEL WITHIN...
//
// For each relaxation time WITHIN below which reversible reactions count as fast: how many there
// are, entries of the Jacobian, steps and CPU time of one run of the single-run integrator, in turn
// with the whole system in one process, best of the repeats, and the largest difference of any
// observable over its largest value. -x gives the amount four times, a fifth of the time apart,
// between outputs. Last figures: reduction.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/eqn/fast_reactions.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

struct Options {
    double rtol{1e-6};
    int repeats{7};
    std::string dosed;
    double amount{};
};

struct Timing {
    double ms{1e300};
    sim::Result result;

    void take(sim::Solver& solver, const sim::Run& run) {
        const double begin = bench::cpu_seconds();
        result = solver.solve(run);
        ms = std::min(ms, 1e3 * (bench::cpu_seconds() - begin));
    }
};

double difference(const sim::Result& a, const sim::Result& b) {
    double largest = 0.0;
    for (std::size_t c = 0; c < a.columns; ++c) {
        double size = 0.0;
        double off = 0.0;
        for (std::size_t row = 1; row < a.times.size(); ++row) {
            size = std::max(size, std::fabs(b.at(row, c)));
            off = std::max(off, std::fabs(a.at(row, c) - b.at(row, c)));
        }
        largest = size > 0.0 ? std::max(largest, off / size) : largest;
    }
    return largest;
}

void measure(const net::Network& network, double end, double within, const Options& options) {
    const eqn::System whole = bench::compiled(network);
    std::vector<double> y(whole.state_count());
    eqn::ReferenceKernel{whole}.initial_state(y);
    net::Network marked = network;
    const auto reversible = eqn::reversible_reactions(network, whole, {}, y);
    marked.set_quasi_steady(eqn::faster_than(within, reversible));
    const eqn::System reduced = bench::compiled(marked);
    fmt::print(
        "  within {:g}: {} of {} reversible reactions, {} algebraic of {} states; {} -> {} "
        "entries\n",
        within,
        std::count_if(reversible.begin(), reversible.end(),
                      [&](const auto& r) { return r.relaxation_time < within; }),
        reversible.size(), reduced.algebraic_states().size(), whole.state_count(),
        whole.jacobian_size(), reduced.jacobian_size());
    sim::Run run;
    for (int i = 0; i <= 20; ++i) {
        run.output_times.push_back(end * i / 20.0);
    }
    run.recording = sim::Recording::all_observables(whole);
    if (run.recording.size() == 0) {
        run.recording = sim::Recording::all(whole);
    }
    if (const auto species = bench::find_species(network, options.dosed)) {
        for (int i = 1; i < 5; ++i) {
            run.events.push_back({end * (i / 5.0 + 0.025),
                                  {},
                                  {{*species, sim::StateChange::Kind::add, options.amount}}});
        }
    }
    const sim::SolverOptions solving{.tolerances = {options.rtol, std::nullopt}};
    sim::Solver solvers[] = {sim::Solver{whole, solving}, sim::Solver{reduced, solving}};
    Timing timings[2];
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        for (std::size_t i = 0; i < 2; ++i) {
            timings[i].take(solvers[i], run);
        }
    }
    const sim::Result& result = timings[1].result;
    fmt::print("    {} -> {} steps, {:.3f} -> {:.3f} ms, ratio {:.2f}; difference {:.1e}  {}\n",
               timings[0].result.statistics.steps, result.statistics.steps, timings[0].ms,
               timings[1].ms, timings[0].ms / timings[1].ms, difference(result, timings[0].result),
               result.status.message);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    std::vector<std::string> positional;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "-r" && i + 1 < argc) {
            options.rtol = std::strtod(argv[++i], nullptr);
        } else if (word == "-d" && i + 1 < argc) {
            options.repeats = std::atoi(argv[++i]);
        } else if (word == "-x" && i + 1 < argc) {
            const std::string dose = argv[++i];
            const std::size_t equals = dose.find('=');
            options.dosed = dose.substr(0, equals);
            options.amount = std::strtod(dose.c_str() + equals + 1, nullptr);
        } else {
            positional.emplace_back(word);
        }
    }
    if (positional.size() < 3) {
        fmt::print(stderr,
                   "usage: bench_quasi_steady [-r rtol] [-d repeats] [-x SPECIES=AMOUNT] END_TIME "
                   "MODEL WITHIN...\n");
        return 2;
    }
    const double end = std::strtod(positional[0].c_str(), nullptr);
    const net::Network network = bench::load_network(positional[1]);
    fmt::print("{}: {} species, {} reactions\n", positional[1], network.species_count(),
               network.reaction_count());
    for (std::size_t i = 2; i < positional.size(); ++i) {
        measure(network, end, std::strtod(positional[i].c_str(), nullptr), options);
    }
    return 0;
}
