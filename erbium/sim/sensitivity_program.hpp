// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_program.hpp: the tables that kernels for derivatives execute.
// Made by: sim::ActiveTables, sim::RowPattern   Used by: kernels for derivatives
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
    std::uint32_t column{};  ///< for entries of the Jacobian
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

/// The Jacobian's pattern row by row: entries of row i are [begins[i], begins[i + 1]).
struct RowPatternView {
    std::uint32_t size{};
    const std::uint32_t* begins{};
    const std::uint32_t* columns{};
};

/// One entry each of two matrices of the same pattern, side by side.
struct EntryPair {
    double first{};
    double second{};
};

}  // namespace erbium::sim
