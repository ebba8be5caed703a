// SPDX-License-Identifier: Apache-2.0
// bench/her2.cpp: what does the HER2 package cost, a cell line and regimen, in either of its tiers?
//
//   bench_her2 models/her2 [repeats]
//
// Cohort tier: every cell line of the package under every regimen below, equilibrated, treated and
// read out at 0, 24 and 72 h, in one batch on one thread; CPU time over the number of dishes, with
// what it takes to equilibrate a line counted among its dishes. Full tier: one line and regimen to
// 120 h, from the text of the package on and again with the network at hand. CPU times of this
// process; the median of the repeats. Last figures: her2.md.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/assay/experiment.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/package/package.hpp"
#include "erbium/package/treatment.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium;

constexpr double kHour = 3600.0;
constexpr const char* kRegimens[] = {"none",
                                     "trastuzumab 10 ug/mL",
                                     "pertuzumab 10 ug/mL",
                                     "trastuzumab 10 ug/mL + pertuzumab 10 ug/mL",
                                     "T-DM1 10 ug/mL",
                                     "lapatinib 1 uM",
                                     "neratinib 10 nM",
                                     "pictilisib 500 nM",
                                     "MK2206 1 uM",
                                     "everolimus 10 nM",
                                     "mirdametinib 100 nM",
                                     "palbociclib 500 nM",
                                     "trastuzumab 10 ug/mL + docetaxel 5 nM",
                                     "NRG1 1 nM",
                                     "EGF 10 nM"};

using bench::cpu_seconds;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// A package in one tier and its equations.
struct Model {
    package::Package package;
    eqn::System system;
};

Model load(const std::string& folder, const char* tier) {
    package::Package loaded = bench::value_or_exit(package::load_package(folder, tier));
    Diagnostics warnings;
    eqn::System system = bench::value_or_exit(assay::compile_package(loaded, warnings));
    return {std::move(loaded), std::move(system)};
}

assay::Experiment experiment(const Model& model) {
    assay::ExperimentOptions options;
    options.threads = 1;
    return bench::value_or_exit(assay::Experiment::make(model.package, model.system, options));
}

std::vector<assay::Condition> crossed(const package::Package& package) {
    std::vector<assay::Condition> out;
    for (const package::Profile& profile : package.profiles) {
        if (profile.group != "cell_line") {
            continue;
        }
        for (const char* regimen : kRegimens) {
            out.push_back({profile.id,
                           {},
                           {},
                           bench::value_or_exit(package::parse_treatment(package, regimen))});
        }
    }
    return out;
}

/// CPU seconds of the runs, equilibration included.
double seconds(const Model& model, const std::vector<assay::Condition>& conditions,
               const std::vector<double>& times_s) {
    assay::Experiment dishes = experiment(model);
    const double begin = cpu_seconds();
    const std::vector<assay::TimeCourse> courses = dishes.run(conditions, times_s);
    const double spent = cpu_seconds() - begin;
    for (const assay::TimeCourse& course : courses) {
        if (!course.is_ok) {
            fmt::print("a run failed: {}\n", course.reason);
            std::exit(1);
        }
    }
    return spent;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print("usage: bench_her2 PACKAGE [REPEATS]\n");
        return 2;
    }
    const std::string folder = argv[1];
    const int repeats = argc > 2 ? std::atoi(argv[2]) : 3;

    const Model cohort = load(folder, "cohort");
    const std::vector<assay::Condition> conditions = crossed(cohort.package);
    std::vector<double> per_dish;
    for (int i = 0; i < repeats; ++i) {
        per_dish.push_back(seconds(cohort, conditions, {0.0, 24 * kHour, 72 * kHour}) /
                           static_cast<double>(conditions.size()));
    }
    fmt::print("cohort tier: {} states, {} reactions; {} dishes to 72 h: {:.2f} ms of CPU each\n",
               cohort.system.state_count(), cohort.system.reaction_count(), conditions.size(),
               1e3 * median(per_dish));

    const double begin = cpu_seconds();
    const Model full = load(folder, "full");
    const double loading = cpu_seconds() - begin;
    fmt::print("full tier: {} states, {} reactions; {:.2f} s of CPU from text to equations\n",
               full.system.state_count(), full.system.reaction_count(), loading);
    for (const char* regimen : {"none", "trastuzumab 10 ug/mL", "lapatinib 1 uM", "EGF 10 nM"}) {
        const assay::Condition one{
            "SKBR3", {}, {}, bench::value_or_exit(package::parse_treatment(full.package, regimen))};
        std::vector<double> each;
        for (int i = 0; i < repeats; ++i) {
            each.push_back(seconds(full, {one}, {0.0, 24 * kHour, 120 * kHour}));
        }
        fmt::print("  SK-BR-3, {}, equilibrated and to 120 h: {:.2f} s of CPU\n", regimen,
                   median(each));
    }
    return 0;
}
