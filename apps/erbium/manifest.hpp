// SPDX-License-Identifier: Apache-2.0
// apps/erbium/manifest.hpp: run.json, what ran, beside every result.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/sim/run.hpp"
#include "quasi_steady_run.hpp"

namespace erbium::app {

/// Everything needed to tell whether two results can be compared.
struct Manifest {
    std::string command;
    std::vector<std::shared_ptr<const SourceText>> inputs;
    std::size_t species{};
    std::size_t reactions{};
    sim::SolverOptions solver;
    /// Of the last system that was solved; null where all species were solved for.
    std::shared_ptr<const sim::ReductionReport> reduction;
    std::string method;  ///< that gave the values (sim::Result::method); empty: lanes
    /// Of the network before species were lumped; `species` and `reactions` are those after.
    struct Size {
        std::size_t species{};
        std::size_t reactions{};
    };
    std::optional<Size> before_lumping;
    std::optional<QuasiSteadyRecord> quasi_steady;  ///< stands in `reduction`
    std::size_t runs{};
    std::size_t failed_runs{};
    std::vector<std::string> fallbacks;  ///< what was done otherwise than planned
    std::vector<std::pair<std::string, std::string>> settings;  ///< of the command, if they matter
    std::vector<std::pair<std::string, std::string>> doses;  ///< what was given, when: the ledger
};

/// The manifest as JSON, with the program's version and the results version. It holds no time of
/// day and no name of a machine, so that equal runs have equal manifests.
[[nodiscard]] std::string manifest_json(const Manifest& manifest);

/// Writes run.json into `folder`. Errors: throws IoError.
void write_manifest(const std::string& folder, const Manifest& manifest);

}  // namespace erbium::app
