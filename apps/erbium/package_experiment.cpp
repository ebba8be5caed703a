// SPDX-License-Identifier: Apache-2.0
// apps/erbium/package_experiment.cpp: from a package to its experiment and the head of its
// manifest.
#include "package_experiment.hpp"

#include <utility>

#include "console.hpp"

namespace erbium::app {

Outcome<assay::Experiment, Diagnostics> experiment_of(const package::Package& package,
                                                      const assay::ExperimentOptions& options) {
    Diagnostics warnings;
    Outcome<eqn::System, Diagnostics> system = assay::compile_package(package, warnings);
    print_error(warnings.text());
    if (!system) {
        return std::move(system).error();
    }
    return assay::Experiment::make(package, std::move(system).value(), options);
}

Manifest manifest_of(std::string command, const assay::Experiment& experiment,
                     const assay::ExperimentOptions& options) {
    return {.command = std::move(command),
            .inputs = experiment.package().texts,
            .species = experiment.system().state_count(),
            .reactions = experiment.system().reaction_count(),
            .solver = options.solver};
}

void count_runs(Manifest& manifest, const assay::Experiment& experiment) {
    manifest.runs = experiment.conditions_run();
    manifest.failed_runs = experiment.conditions_failed();
    manifest.fallbacks = experiment.fallbacks();
}

}  // namespace erbium::app
