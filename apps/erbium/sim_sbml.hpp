// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_sbml.hpp: one simulation of an SBML document.
#pragma once

#include "commands.hpp"
#include "inputs.hpp"

namespace erbium::app {

/// Precondition: the target is an SBML document.
[[nodiscard]] Exit simulate_sbml(const SimCommand& command, const Target& target);

}  // namespace erbium::app
