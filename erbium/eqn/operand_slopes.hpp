// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/operand_slopes.hpp: the slope of each operation by each of its operands, as numbers.
// Used by: sim's tangent and adjoint sweeps over tapes; the numeric twin of Graph::derivative
#pragma once

#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::eqn {

/// A plain struct, not a std::array: kernels compiled for one instruction set must not instantiate
/// inline functions that others share (math/pack.hpp).
struct OperandSlopes {
    double a{};
    double b{};
    double c{};
};

/// Slopes of `op` (Opcode::negate and later) by its operands at (a, b, c), `value` being its value
/// there; 0 for operands it does not take.
///
/// What Graph::derivative says of limits and jumps holds here: x^p at 0 has the limit from the
/// right, |x| the slope 1 at 0, jumps do not count. What has no known derivative (mratio by its
/// first two operands, mratio_slope) is NaN: has_slope() tells beforehand.
[[nodiscard]] OperandSlopes operand_slopes(Opcode op, double a, double b, double c,
                                           double value) noexcept;

/// False when the slope of `op` by this operand (0, 1, 2) is not known.
[[nodiscard]] bool has_slope(Opcode op, int operand) noexcept;

}  // namespace erbium::eqn
