// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_package.hpp: one condition of a package, with the interval of its ensemble.
#pragma once

#include "commands.hpp"
#include "inputs.hpp"

namespace erbium::app {

/// `erbium sim PACKAGE`: one profile under a treatment beside its untreated control.
[[nodiscard]] Exit simulate_package(const SimCommand& command, const Target& target);

}  // namespace erbium::app
