// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_program.hpp: the tables that kernels for derivatives execute.
// Made by: sim::ActiveTables, sim::NetRates, sim::ExplicitRates   Used by: kernels for derivatives
//
// Plain pointers, so that a kernel's translation unit needs no other header. "Active" is what
// changes, the free states being held, with the numbers that a group of derivatives is taken by:
// mostly a few rate constants, so that little of a system is active.
#pragma once

#include <cstdint>

#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::sim {

/// A product slots[slot] * y[factors[first]] * ... whose slot or one of whose factors is active.
struct ActiveProduct {
    std::uint32_t slot{};
    std::uint32_t first{};
    std::uint32_t count{};
    bool has_active_slot{};
    bool has_active_factor{};  ///< the amount of a fixed species that events or parameters set
};

/// result[row] is a weighted sum over terms [begin, end).
struct ActiveRow {
    std::uint32_t row{};
    std::uint32_t begin{};
    std::uint32_t end{};
};

struct ActiveProducts {
    std::uint32_t count{};
    const ActiveProduct* products{};
    const std::uint32_t* factors{};
    const std::uint8_t* is_active_species{};
};

struct ActiveRows {
    std::uint32_t count{};
    const ActiveRow* rows{};
    const eqn::Term* terms{};  ///< index: into the values that are summed
};

/// The Jacobian's pattern by columns: entries of column i are [begins[i], begins[i + 1]).
struct PatternView {
    std::uint32_t size{};
    const std::uint32_t* begins{};
    const std::uint32_t* rows{};
};

/// How a row of derivatives, one number per direction, follows from rows before it. Slopes stand
/// beside the slots: see SlopeTable.
enum class TangentKind : std::uint8_t {
    state,         ///< row a of the derivatives of states
    weighted_sum,  ///< sum over terms [a, a + b) of those
    copy,          ///< a
    negate,        ///< -a
    add,           ///< a + b
    subtract,      ///< a - b
    scale,         ///< by_a * a
    combine,       ///< by_a * a + by_b * b
    add_scaled,    ///< what it was + by_a * a
};
struct TangentInstruction {
    TangentKind kind{};
    std::uint32_t row{};
    std::uint32_t a{};
    std::uint32_t b{};
    std::uint32_t by_a{};  ///< where the slope stands
    std::uint32_t by_b{};
};

/// The slope of one operation by one of its operands.
struct OperationSlope {
    eqn::Opcode op{};
    std::uint8_t operand{};
    eqn::Slot a{};
    eqn::Slot b{};
    eqn::Slot c{};
    eqn::Slot value{};
};

/// coefficient[i] is a weighted sum over terms [begins[i], begins[i + 1]). As many as a multiple of
/// the lanes of any kernel.
struct CoefficientSums {
    std::uint32_t count{};
    const std::uint32_t* begins{};
    const eqn::Term* terms{};
};

/// A slope of a net rate by a state: slots[slot] * y[factors[first]] * ..., at a step's start,
/// times the change of row `along`.
struct BentProduct {
    std::uint32_t slot{};
    std::uint32_t first{};
    std::uint32_t count{};
    std::uint32_t along{};
};
struct BentProducts {
    std::uint32_t count{};
    const BentProduct* products{};
    const std::uint32_t* factors{};
};

/// Net rates as sums over rows of states, one after another: first `bent` terms with a slope and
/// the slope's change, then `straight` ones with a slope alone. Coefficients stand in this order.
struct NetRate {
    std::uint32_t bent{};
    std::uint32_t straight{};
};
struct NetRateSums {
    std::uint32_t count{};
    const NetRate* rates{};
    const std::uint32_t* rows{};
};

/// What is added to the net rate `rate`: coefficients [begin, end) times rows of derivatives.
struct AddedRate {
    std::uint32_t rate{};
    std::uint32_t begin{};
    std::uint32_t end{};
};
struct AddedRates {
    std::uint32_t count{};
    const AddedRate* rates{};
    const std::uint32_t* rows{};
};

/// Rows after those of the states: sums over species, as observables are.
struct SpeciesSums {
    std::uint32_t count{};
    const std::uint32_t* begins{};
    const eqn::Term* terms{};
};

}  // namespace erbium::sim
