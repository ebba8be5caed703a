// SPDX-License-Identifier: Apache-2.0
// apps/erbium/check_derivatives.hpp: holds a model's derivatives against differences, for people.
// Used by: cmd_check.cpp
#pragma once

#include "commands.hpp"
#include "inputs.hpp"

namespace erbium::app {

/// What a check found of one derivative, in a word for its table.
[[nodiscard]] std::string verdict_of(bool agrees, bool is_decided);

/// Place of a derivative in such a table: those that disagree first, then what is not decided.
[[nodiscard]] int rank_of(bool agrees, bool is_decided) noexcept;

/// Rows of such a table in a terminal, where no more disagree.
inline constexpr std::size_t kRowsOfATerminal = 15;

/// Simulates the target from its own initial state with its own parameters. Exit::some_failed when
/// a derivative disagrees, Exit::numerical when the run fails, Exit::unsupported when no parameter
/// has a derivative.
[[nodiscard]] Exit check_derivatives(const CheckCommand& command, const Target& target);

}  // namespace erbium::app
