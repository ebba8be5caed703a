// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/arithmetic.hpp: what each operation means, in scalar arithmetic.
// Used by: eqn::Graph (folding of numbers), eqn::reference
#pragma once

#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::eqn {

/// The value of an arithmetic operation (Opcode::negate and later) on its operands; operands it
/// does not take are ignored.
[[nodiscard]] double evaluate(Opcode op, double a, double b, double c) noexcept;

}  // namespace erbium::eqn
