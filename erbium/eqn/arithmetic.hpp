// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/arithmetic.hpp: what each operation means, in scalar arithmetic.
// Used by: eqn::Graph (folding of numbers), eqn::reference
#pragma once

#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::eqn {

/// The value of an arithmetic operation (Opcode::negate and later) on its operands; operands it
/// does not take are ignored.
[[nodiscard]] double evaluate(Opcode op, double a, double b, double c) noexcept;

/// M(a+1, b+1, z) / M(a, b, z), M Kummer's confluent hypergeometric function, by Gauss's continued
/// fraction with the modified method of Lentz; NaN when it has not converged after 10,000 terms.
/// Source: Thompson, Barnett, J Comput Phys 64 (1986) 490; as BioNetGen's `mratio`.
[[nodiscard]] double kummer_ratio(double a, double b, double z) noexcept;

/// d/dz of kummer_ratio. From z M'' + (b - z) M' = a M; near z = 0, where that cancels, by a
/// difference of kummer_ratio.
[[nodiscard]] double kummer_ratio_slope(double a, double b, double z) noexcept;

}  // namespace erbium::eqn
