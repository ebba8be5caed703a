// SPDX-License-Identifier: Apache-2.0
// apps/erbium/package_experiment.hpp: a loaded package, ready for experiments.
// Used by: the commands that run packages
#pragma once

#include <string>

#include "erbium/assay/experiment.hpp"
#include "erbium/base/outcome.hpp"
#include "manifest.hpp"

namespace erbium::app {

/// Compiles a package and makes its experiment; warnings of the way go to standard error.
/// @param package  must outlive the experiment
/// Errors: as compile_package() and Experiment::make().
[[nodiscard]] Outcome<assay::Experiment, Diagnostics> experiment_of(
    const package::Package& package, const assay::ExperimentOptions& options);

struct LumpedExperiment {
    assay::Experiment experiment;
    Manifest::Size before;  ///< of the network before species were lumped
};

/// The same with species made one that no readout of the package tells apart.
[[nodiscard]] Outcome<LumpedExperiment, Diagnostics> lumped_experiment_of(
    const package::Package& package, const assay::ExperimentOptions& options);

/// What is known of a run before it is made: inputs, size of the system, tolerances.
[[nodiscard]] Manifest manifest_of(std::string command, const assay::Experiment& experiment,
                                   const assay::ExperimentOptions& options);

/// Runs, failures and fallbacks of the experiment so far.
void count_runs(Manifest& manifest, const assay::Experiment& experiment);

}  // namespace erbium::app
