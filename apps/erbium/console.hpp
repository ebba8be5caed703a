// SPDX-License-Identifier: Apache-2.0
// apps/erbium/console.hpp: where the program speaks, and how it ends.
#pragma once

#include <string>
#include <string_view>

#include "erbium/base/diagnostic.hpp"

namespace erbium::app {

/// Exit codes of the program, by kind of trouble.
enum class Exit : int {
    ok = 0,
    some_failed = 1,    ///< finished, but some of the runs failed; how many is printed
    usage = 2,          ///< the command line is wrong
    invalid_input = 3,  ///< a model, table or package is wrong
    numerical = 4,      ///< the whole run failed numerically
    unsupported = 5,    ///< the input is right but asks for something Erbium does not do
    io = 6,             ///< a file could not be read or written
    interrupted = 130   ///< ended by Ctrl-C, with what there was (128 + SIGINT, as shells say it)
};

/// Results go to stdout, everything else to stderr.
void print(std::string_view text);
void print_error(std::string_view text);

/// Prints `erbium: message` to stderr and gives `code` back, so that a command can end with it.
[[nodiscard]] Exit fail(Exit code, std::string_view message);

/// Prints all diagnostics to stderr; gives the exit code that they ask for (ok without errors).
[[nodiscard]] Exit show(const Diagnostics& diagnostics);

}  // namespace erbium::app
