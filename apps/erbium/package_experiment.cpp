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

Outcome<LumpedExperiment, Diagnostics> lumped_experiment_of(
    const package::Package& package, const assay::ExperimentOptions& options) {
    Diagnostics warnings;
    const Outcome<net::Network, Diagnostics> network = assay::package_network(package, warnings);
    print_error(warnings.text());
    if (!network) {
        return network.error();
    }
    Outcome<eqn::System, Diagnostics> system =
        eqn::compile(assay::lumped_package_network(package, network.value()).network);
    if (!system) {
        return std::move(system).error();
    }
    auto experiment = assay::Experiment::make(package, std::move(system).value(), options);
    if (!experiment) {
        return std::move(experiment).error();
    }
    return LumpedExperiment{std::move(experiment).value(),
                            {network.value().species_count(), network.value().reaction_count()}};
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
