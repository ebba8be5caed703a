// SPDX-License-Identifier: Apache-2.0
// bench/fit.cpp: what does one evaluation of the objective of a published problem cost, with and
// without derivatives?
//
//   bench_fit [--no-information] problem.yaml...
//
// For each problem, at the nominal parameters: the objective (reference: the single-run solver at
// rtol 1e-8; lanes: Rodas5P at 1e-6), the gradient alone (adjoint where an experiment depends on 50
// parameters or more), and the gradient with the Fisher information by forward sensitivities, their
// difference from the reference's value, and how many parameters are estimated. CPU times of one
// thread, medians of what fits into two seconds and at least of one, planning of the elimination
// not included (a fit does it once). Peers' published times stand in bench/fit.md.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/petab/objective.hpp"

namespace {

using namespace erbium;

using bench::cpu_seconds;

/// Median CPU time [s] of `work`, of as many repetitions as fit into about two seconds.
template <class Work>
double median_s(Work work) {
    std::vector<double> times;
    const double before_all = cpu_seconds();
    work();  // plans, and fills the caches
    const double first_s = cpu_seconds() - before_all;
    if (first_s > 20.0) {
        return first_s;  // planning is nothing beside it
    }
    const double begin = cpu_seconds();
    while (times.empty() || (cpu_seconds() - begin < 2.0 && times.size() < 1000)) {
        const double before = cpu_seconds();
        work();
        times.push_back(cpu_seconds() - before);
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    return times[times.size() / 2];
}

void measure(const std::string& yaml, bool with_information) {
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
    fmt::print("{}\n  {} states, {} experiments, {} estimated; objective {:.6f}\n", yaml,
               problem->system.state_count(), problem->experiments.size(), x.size(), exact);
    const double reference_s = median_s([&] { (void)reference.evaluate(x, fit::Need::value); });
    fmt::print("  objective, reference      {:10.3f} ms\n", 1e3 * reference_s);
    double objective_s = 0.0;
    const auto line = [&](const char* what, fit::Need need) {
        fit::Evaluation at;
        const double time_s = median_s([&] { at = lanes.evaluate(x, need); });
        objective_s = need == fit::Need::value ? time_s : objective_s;
        fmt::print("  {:<25} {:10.3f} ms  off by {:.1e}, {:.1f} x the objective{}\n", what,
                   1e3 * time_s, std::fabs(at.value - exact), time_s / objective_s,
                   at.ok() ? "" : ": " + at.failure);
        std::fflush(stdout);
    };
    line("objective, lanes", fit::Need::value);
    line("gradient", fit::Need::gradient);
    if (with_information) {
        line("gradient and information", fit::Need::curvature);
    }
}

}  // namespace

int main(int argc, char** argv) {
    bool with_information = true;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view{argv[i]} == "--no-information") {
            with_information = false;
        } else {
            measure(argv[i], with_information);
        }
    }
    return argc > 1 ? 0 : 2;
}
