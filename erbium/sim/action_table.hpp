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

namespace erbium::sim {

/// Looks at all actions before the first one runs: unknown actions and options are errors (with
/// the name that was meant), what Erbium does not do is refused by name.
/// @param elsewhere  actions that the caller runs itself, as the writers of networks
/// @param has_protocol  whether a scan may have the method "protocol"
void check_actions(std::span<const model::Action> actions, std::span<const std::string> elsewhere,
                   bool has_protocol, Diagnostics& diagnostics);

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

/// True for a parameter_scan that runs the model's protocol at each point.
[[nodiscard]] bool is_protocol_scan(const model::Action& action);

/// True for actions that solve differential equations.
[[nodiscard]] bool is_simulation(std::string_view action) noexcept;

}  // namespace erbium::sim
