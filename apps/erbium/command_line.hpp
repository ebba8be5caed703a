// SPDX-License-Identifier: Apache-2.0
// apps/erbium/command_line.hpp: from the words of the command line to a command.
#pragma once

#include "console.hpp"

namespace erbium::app {

/// Reads the command line and runs the command it names; help and version count as commands.
[[nodiscard]] Exit run_command_line(int argc, const char* const* argv);

/// "0.1.0 (results 1)"
[[nodiscard]] const char* version_text();

}  // namespace erbium::app
