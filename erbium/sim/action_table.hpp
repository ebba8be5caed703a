// SPDX-License-Identifier: Apache-2.0
// erbium/sim/action_table.hpp: which BNGL actions there are, what they take, and which are refused.
// Reads: model::Action   Used by: sim::actions
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/model/model.hpp"
#include "erbium/sim/actions.hpp"

namespace erbium::sim {

/// Looks at all actions before the first one runs: unknown actions and options are errors (with
/// the name that was meant), what Erbium does not do is refused by name.
/// @param actions       of the file, or of its protocol
/// @param context       which actions the caller runs itself, and whether writers are left out
/// @param has_protocol  whether a scan may have the method "protocol"
void check_actions(std::span<const model::Action> actions, const ActionContext& context,
                   bool has_protocol, Diagnostics& diagnostics);

/// True for actions that write a file in a format Erbium does not have and change nothing else.
[[nodiscard]] bool is_refused_writer(std::string_view action) noexcept;

/// The option of this name, or nothing.
[[nodiscard]] const model::ActionArgument* option(const model::Action& action,
                                                  std::string_view name) noexcept;

/// First value of the option as text, or nothing.
[[nodiscard]] std::optional<std::string> text_option(const model::Action& action,
                                                     std::string_view name);

/// True when the option is there and its value is neither "0" nor empty.
[[nodiscard]] bool flag_option(const model::Action& action, std::string_view name, bool otherwise);

/// The i-th positional argument's text, or nothing.
[[nodiscard]] std::optional<std::string> positional(const model::Action& action, std::size_t i);

/// The stem of the files that an action writes, by its options `prefix` and `suffix`.
/// Error: ERB-SIM-0009 when they would lead out of the output folder.
[[nodiscard]] std::optional<std::string> output_stem(const model::Action& action,
                                                     const std::string& otherwise,
                                                     const std::string& default_suffix,
                                                     Diagnostics& diagnostics);

/// True for a parameter_scan or simulate that runs the model's protocol.
[[nodiscard]] bool runs_protocol(const model::Action& action);

/// readFile and its other names.
[[nodiscard]] bool is_reading(std::string_view action) noexcept;

/// True for actions that solve differential equations.
[[nodiscard]] bool is_simulation(std::string_view action) noexcept;

}  // namespace erbium::sim
