// SPDX-License-Identifier: Apache-2.0
// apps/erbium/check_derivatives.hpp: holds a model's derivatives against differences, for people.
// Used by: cmd_check.cpp
#pragma once

#include "commands.hpp"
#include "inputs.hpp"

namespace erbium::app {

/// Simulates the target from its own initial state with its own parameters. Exit::some_failed when
/// a derivative disagrees, Exit::numerical when the run fails, Exit::unsupported when no parameter
/// has a derivative.
[[nodiscard]] Exit check_derivatives(const CheckCommand& command, const Target& target);

}  // namespace erbium::app
