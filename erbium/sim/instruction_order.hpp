// SPDX-License-Identifier: Apache-2.0
// erbium/sim/instruction_order.hpp: tapes in an order in which instructions of one kind follow one
// another.
// Reads: eqn::Instruction, TangentInstruction   Used by: sim::LaneTables, sim::TangentTape,
// sim::ExplicitRates
//
// Who runs a tape branches by kind, and a processor guesses a branch by those before it: a tape
// that alternates costs several times what its arithmetic does.
#pragma once

#include <span>
#include <vector>

#include "erbium/eqn/kernel_abi.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim {

/// The same instructions, each still after those that write what it reads: every slot gets the same
/// bytes.
[[nodiscard]] std::vector<eqn::Instruction> grouped(std::span<const eqn::Instruction> tape);
[[nodiscard]] std::vector<TangentInstruction> grouped(std::span<const TangentInstruction> tape);

}  // namespace erbium::sim
