// SPDX-License-Identifier: Apache-2.0
// bench/gradient.cpp: what do derivatives cost, counted in simulations?
//
//   bench_gradient model.bngl|model.net|model.xml until [rtol] [subjects] [inputs,inputs...]
//
// One run from the model's own start, 20 outputs, all observables (or states) recorded. "One" is
// one simulation as a user runs it (sim::Solver), "lanes" a subject of a batch of simulations over
// the best lanes. Forward: all derivatives of all outputs by N inputs (parameters, then initial
// amounts), of one run, the inputs in the lanes. Adjoint: the gradient of the sum of all outputs by
// the same N inputs; of one run, and per run of the batch, where subjects stand in the lanes. Every
// figure is the least of several repeats, in CPU time of one thread. 0 subjects: forward mode only.
//
// Peers: AMICI 0.25 pays 29-32 evaluations of the likelihood for its adjoint gradient, 132 for its
// forward gradient of Chen 2009 by 188 parameters (measured on a quiet machine by this project).
// Aims: adjoint at most 6 simulations, forward at most 0.15 per parameter. Figures: gradient.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/sbml/import.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/derivative_check.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/solver.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

using bench::cpu_seconds;

/// Least CPU time of several calls [ms]: about half a second of them, at least two.
double least_ms(const std::function<void()>& call) {
    double least = 1e300;
    double spent = 0.0;
    for (int i = 0; i < 2 || (spent < 0.5 && i < 50); ++i) {
        const double begin = cpu_seconds();
        call();
        const double seconds = cpu_seconds() - begin;
        spent += seconds;
        least = std::min(least, seconds);
    }
    return 1e3 * least;
}

/// As in "10,50".
std::vector<std::size_t> numbers(std::string_view text) {
    std::vector<std::size_t> values(1);
    for (const char c : text) {
        if (c == ',') {
            values.push_back(0);
        } else {
            values.back() = 10 * values.back() + static_cast<std::size_t>(c - '0');
        }
    }
    return values;
}

net::Network network_of(const std::string& path) {
    if (!path.ends_with(".xml")) {
        return bench::load_network(path);
    }
    const auto source = std::make_shared<const SourceText>(SourceText{path, read_file(path)});
    return bench::value_or_exit(sbml::import_model(source)).network;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        fmt::print("usage: bench_gradient model until [rtol] [subjects]\n");
        return 2;
    }
    const double until = std::strtod(arguments[2], nullptr);
    const double rtol = count > 3 ? std::strtod(arguments[3], nullptr) : 1e-6;
    const std::size_t subjects = count > 4 ? std::strtoul(arguments[4], nullptr, 10) : 16;
    const std::vector<std::size_t> counts = numbers(count > 5 ? arguments[5] : "10,50,200");
    const eqn::System system = bench::compiled(network_of(arguments[1]));
    sim::Run run;
    for (int i = 1; i <= 20; ++i) {
        run.output_times.push_back(until * i / 20.0);
    }
    run.recording = sim::Recording::all_observables(system);
    if (run.recording.size() == 0) {
        run.recording = sim::Recording::all(system);
        run.recording.functions.clear();
    }
    sim::SensitivityOptions options;
    options.solver.tolerances.rtol = rtol;
    sim::SensitivitySolver solver{system, options};
    sim::BatchOptions batch_options;
    batch_options.solver = options.solver;
    sim::BatchSolver batch{system, batch_options};

    std::vector<sim::Input> all;
    std::size_t refused = 0;
    for (const sim::Input& input : sim::independent_parameters(system)) {
        if (solver.refusal(run, input).empty()) {
            all.push_back(input);
        } else {
            ++refused;
        }
    }
    const std::size_t parameters = all.size();
    for (std::uint32_t s = 0; s < system.state_count(); ++s) {
        all.push_back(sim::Input::initial_amount(SpeciesId{s}));
    }
    const sim::Result result = solver.forward(run, {}).result;
    fmt::print(
        "{}: {} species, {} reactions, {} parameters ({} without a derivative), {} steps, rtol "
        "{:g}\n",
        arguments[1], system.state_count(), system.reaction_count(), parameters, refused,
        result.statistics.steps, rtol);
    if (!result.status.ok()) {
        fmt::print("the run failed: {}\n", result.status.message);
        return 1;
    }
    sim::Solver alone{system, options.solver};
    const double one = least_ms([&] { (void)alone.solve(run); });
    const std::vector<sim::Run> runs(subjects, run);
    const double lanes =
        subjects == 0 ? 0.0
                      : least_ms([&] { (void)batch.solve(runs); }) / static_cast<double>(subjects);
    fmt::print("one simulation {:.3f} ms, in lanes {:.3f} ms\n", one, lanes);
    fmt::print("{:>6} {:>12} {:>14} {:>16} {:>12} {:>10} {:>16} {:>10}\n", "inputs", "forward ms",
               "of one", "per input of one", "adjoint ms", "of one", "in lanes ms", "of lanes");
    for (const std::size_t wanted : counts) {
        const std::size_t n = std::min<std::size_t>(wanted, all.size());
        const std::vector<sim::Input> inputs(all.begin(),
                                             all.begin() + static_cast<std::ptrdiff_t>(n));
        const auto weights = [](std::size_t /*task*/, const sim::Result& of) {
            return std::vector<double>(of.values.size(), 1.0);
        };
        bool is_ok = true;
        const double forward =
            least_ms([&] { is_ok = is_ok && solver.forward(run, inputs).status.ok(); });
        if (subjects == 0) {
            fmt::print("{:>6} {:>12.3f} {:>14.2f} {:>16.4f}\n", n, forward, forward / one,
                       (forward - one) / one / static_cast<double>(n));
            continue;
        }
        const double adjoint =
            least_ms([&] { is_ok = is_ok && solver.gradient(run, inputs, weights).status.ok(); });
        const std::vector<sim::SensitivityTask> tasks(subjects, {run, inputs});
        const double many = least_ms([&] { (void)solver.gradient(tasks, weights); }) /
                            static_cast<double>(subjects);
        fmt::print(
            "{:>6} {:>12.3f} {:>14.2f} {:>16.4f} {:>12.3f} {:>10.2f} {:>16.3f} {:>10.2f}{}\n", n,
            forward, forward / one, (forward - one) / one / static_cast<double>(n), adjoint,
            adjoint / one, many, many / lanes, is_ok ? "" : "  FAILED");
        if (n < wanted) {
            break;
        }
    }
    return 0;
}
