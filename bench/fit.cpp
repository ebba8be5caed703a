// SPDX-License-Identifier: Apache-2.0
// bench/fit.cpp: what does one evaluation of the objective of a published problem cost, with and
// without derivatives?
//
//   bench_fit problem.yaml...
//
// For each problem, at the nominal parameters: the objective (reference: CVODES at rtol 1e-8;
// lanes: Rodas5P at 1e-6), the gradient with the Fisher information by forward sensitivities, their
// difference from the reference's value, and how many parameters are estimated. CPU times of one
// thread, medians of several, planning of the elimination not included (a fit does it once).
//
// Published beside it, from the authors' machines, which this one is not: AMICI on the problem of
// Bachmann et al. 2011: simulation 0.05 s, forward sensitivities 3.5 s, adjoint 5.0 s.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <memory>
#include <vector>

#include "erbium/petab/objective.hpp"

namespace {

using namespace erbium;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Median CPU time [s] of `work`, of as many repetitions as fit into about two seconds.
template <class Work>
double median_s(Work work) {
    std::vector<double> times;
    work();  // plans, and fills the caches
    const double begin = cpu_seconds();
    while (times.size() < 3 || (cpu_seconds() - begin < 2.0 && times.size() < 1000)) {
        const double before = cpu_seconds();
        work();
        times.push_back(cpu_seconds() - before);
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    return times[times.size() / 2];
}

void measure(const std::string& yaml) {
    auto loaded = petab::load_problem(yaml);
    if (!loaded) {
        fmt::print("{}", loaded.error().text());
        return;
    }
    const auto problem = std::make_shared<const petab::BoundProblem>(std::move(loaded).value());
    petab::SimulatorOptions reference_options;
    reference_options.integration = petab::Integration::reference;
    petab::Objective reference{problem, reference_options};
    petab::Objective lanes{problem};
    const std::vector<double> x = lanes.nominal();
    const double exact = reference.evaluate(x, fit::Need::value).value;
    const double value = lanes.evaluate(x, fit::Need::value).value;
    const fit::Evaluation with_slopes = lanes.evaluate(x, fit::Need::curvature);
    const double reference_s = median_s([&] { (void)reference.evaluate(x, fit::Need::value); });
    const double lanes_s = median_s([&] { (void)lanes.evaluate(x, fit::Need::value); });
    const double slopes_s = median_s([&] { (void)lanes.evaluate(x, fit::Need::curvature); });
    fmt::print("{}\n  {} states, {} experiments, {} estimated; objective {:.6f}\n", yaml,
               problem->system.state_count(), problem->experiments.size(), x.size(), exact);
    fmt::print("  objective, reference      {:10.3f} ms\n", 1e3 * reference_s);
    fmt::print("  objective, lanes          {:10.3f} ms  off by {:.1e}\n", 1e3 * lanes_s,
               std::fabs(value - exact));
    fmt::print("  gradient and information  {:10.3f} ms  off by {:.1e}, {:.1f} x the objective{}\n",
               1e3 * slopes_s, std::fabs(with_slopes.value - exact), slopes_s / lanes_s,
               with_slopes.ok() ? "" : ": " + with_slopes.failure);
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        measure(argv[i]);
    }
    return argc > 1 ? 0 : 2;
}
