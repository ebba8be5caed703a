// SPDX-License-Identifier: Apache-2.0
// apps/erbium/reduction_record.hpp: what of a system was not solved for, as users see it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "erbium/sim/reduction.hpp"

namespace erbium::app {

/// Fields of `reduction` in run.json and in the output of `erbium net --reduction --json`.
[[nodiscard]] nlohmann::ordered_json reduction_json(const sim::ReductionReport& report);

/// The same in a few lines for a terminal.
[[nodiscard]] std::string reduction_text(const sim::ReductionReport& report);

}  // namespace erbium::app
