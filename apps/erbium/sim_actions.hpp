// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_actions.hpp: the actions at the end of a BNGL file, with BioNetGen's file names.
#pragma once

#include <string>

#include "console.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::app {

/// Runs the actions of a BNGL file and writes their files into `folder`, with run.json.
/// @param skips_writers  leaves out actions that only write formats Erbium does not have, with a
///                       warning each
[[nodiscard]] Exit run_file_actions(const std::string& path, const std::string& folder,
                                    sim::Method solver, sim::Reducing reduction,
                                    bool skips_writers);

}  // namespace erbium::app
