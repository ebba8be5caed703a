// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/kernel_abi.hpp: the tables that every kernel executes, and nothing else.
// Made by: eqn::compile (held by eqn::System)   Used by: eqn::reference, kernels over SIMD lanes
//
// A kernel works on one flat array of doubles per subject, the slots:
//
//   [ literals | parameters | constants | time | values ]
//     given      given        written     given  written
//                             by the             by all other tapes
//                             constants tape     (functions of time and states)
//
// In each tape every slot but those of derived parameters is written by one instruction, so that a
// kernel over lanes may reorder what does not depend on one another without changing a bit of the
// results. A slot that several tapes write has the same value in each, at the same time and state.
#pragma once

#include <cstdint>
#include <span>

namespace erbium::eqn {

using Slot = std::uint32_t;

/// What one instruction writes to slot `dst`. Operands a, b, c are slots unless it says otherwise.
/// Comparisons and logic give 1 or 0, and NaN when an operand is NaN: a NaN must reach the rate and
/// stop the step, it must never vanish in a choice. For the same reason min and max pass NaN on.
enum class Opcode : std::uint8_t {
    // Leaves: no instruction, they only occur in the expression graph.
    number,
    parameter,
    time,
    observable,
    // Moves.
    state,             ///< y[a]; a is a SpeciesId
    weighted_sum,      ///< sum of weight * y[species] over terms [a, a + b) of the term table
    define_parameter,  ///< slot a, unless parameter b is overridden; dst is the parameter's slot
    // Arithmetic.
    negate,
    add,
    subtract,
    multiply,
    divide,
    power,      ///< pow(a, b) of C, so 0^0 = 1
    power_log,  ///< a^b ln a, with the limit 0 at a = 0 for b > 0 (derivative of a^b by b)
    // Functions of one operand, as in C unless stated.
    exp,
    log,
    log2,
    log10,
    sqrt,
    abs,
    sign,  ///< -1, 0, 1
    side,  ///< -1 for a < 0, else 1: the derivative of |a| from the right
    floor,
    ceil,
    rint,  ///< floor(a + 1/2), as BioNetGen's
    sin,
    cos,
    tan,
    asin,
    acos,
    atan,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
    // Functions of two and three operands.
    atan2,
    min,
    max,
    less,
    less_equal,
    equal,
    not_equal,
    logical_and,
    logical_or,
    logical_not,
    select,  ///< a > 1/2 ? b : c; NaN when a is NaN. True is what BioNetGen's `if` calls true.
    mratio,  ///< M(a+1, b+1, c) / M(a, b, c), M Kummer's function
    mratio_slope,  ///< derivative of mratio by c
};

struct Instruction {
    Opcode op{};
    Slot dst{};
    std::uint32_t a{};
    std::uint32_t b{};
    std::uint32_t c{};
};

/// slots[slot] * y[factors[first]] * ... * y[factors[first + count - 1]], multiplied in this order.
/// A reaction's rate (slot is its coefficient) or one derivative of it.
struct Product {
    Slot slot{};
    std::uint32_t first{};
    std::uint32_t count{};
};

/// weight * value[index]; what `index` points into is said where a table of these stands.
struct Term {
    std::uint32_t index{};
    double weight{};
};

/// Rows of terms, one after another: row i is terms[begins[i], begins[i + 1]). Each row is summed
/// from its first to its last term.
struct Rows {
    std::span<const std::uint32_t> begins;  ///< rows + 1
    std::span<const Term> terms;
};

/// A compiled system as views of its tables; valid as long as the System that gave it.
///
///   constants   run constants_tape after the parameters were set
///   rates       run rate_tape; rate[r] = rates[r]; dy/dt[s] = row s of stoichiometry over rate
///   Jacobian    run rate_tape, then slope_tape; partial[p] = partials[p] for p < P;
///               partial[P + q] = row q of partial_sums over partial[0, P);
///               entry[e] = row e of jacobian over partial; entries in CSC order
///   df/dt       run rate_tape, then time_slope_tape; time_partial[q] = time_partials[q];
///               df/dt[s] = row s of time_slopes over time_partial. The explicit dependence on
///               time alone: y does not move
///   outputs     run rate_tape, then output_tape; then read the slots of observables and functions
///   events      run event_tape; then read the slots of System::events() and roots()
struct Program {
    std::uint32_t species{};
    std::uint32_t parameter_begin{};  ///< slot of the first parameter; literals are before it
    std::uint32_t parameter_count{};
    Slot time_slot{};
    std::uint32_t slot_count{};

    std::span<const double> literals;
    std::span<const Instruction> constants_tape;
    std::span<const Instruction> rate_tape;
    std::span<const Instruction> slope_tape;
    std::span<const Instruction> time_slope_tape;
    std::span<const Instruction> output_tape;
    std::span<const Instruction> event_tape;
    std::span<const Term> observable_terms;  ///< index: species; used by Opcode::weighted_sum

    std::span<const Product> rates;          ///< by reaction
    std::span<const std::uint32_t> factors;  ///< species, for Product::first
    Rows stoichiometry;                      ///< by species; index: reaction

    std::span<const Product> partials;
    Rows partial_sums;                            ///< index: into partials
    Rows jacobian;                                ///< by entry; index: into partials, then sums
    std::span<const std::int32_t> column_begins;  ///< species + 1
    std::span<const std::int32_t> row_of_entry;   ///< ascending in each column; has the diagonal

    std::span<const Product> time_partials;  ///< of the rates that depend on time
    Rows time_slopes;                        ///< by species; index: into time_partials
};

}  // namespace erbium::eqn
