// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_output.hpp: what every kind of `erbium sim` shares: its times and its table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/report/table.hpp"
#include "manifest.hpp"

namespace erbium::app {

inline constexpr std::size_t kStepsOfAFile = 100;

/// A time in seconds, or in the model's own unit when there is no unit with the number.
/// @param option  of the command line, for the complaint
[[nodiscard]] Outcome<double, Diagnostics> end_time(const std::string& text,
                                                    std::string_view option = "--until");

/// A table is kept in memory; one that is too large is refused before anything runs.
[[nodiscard]] Exit refuse_too_many(std::size_t steps, std::size_t columns);

/// steps + 1 times from 0 to `until`.
[[nodiscard]] std::vector<double> equal_steps(double until, std::size_t steps);

/// To stdout or to a file of the kind that its ending tells, with run.json beside it.
/// @param json  the JSON value printed instead of the table's own; empty: the table's
void write_result(const SimCommand& command, const report::Table& table, Manifest manifest,
                  const std::string& json = {});

}  // namespace erbium::app
