// SPDX-License-Identifier: Apache-2.0
// erbium/math/substitution_program.hpp: rows of L and U as tables that kernels read.
// Made by: math::Substitution   Used by: kernels for many right-hand sides
#pragma once

#include <cstdint>

namespace erbium::math {

/// Most rows of a block: as many as leave room for their sums in registers.
inline constexpr std::uint32_t kMostBlockRows = 4;

/// Neighbouring rows that are solved for together: each unknown before them is read once for all.
struct RowBlock {
    std::uint32_t rows{};     ///< at most kMostBlockRows
    std::uint32_t columns{};  ///< unknowns before them that any of them depends on
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
///
/// Values stand in the order in which they are read. Of each block first those of its columns, one
/// after another, `rows` of each, 0 where a row has no entry; then row by row those left of it in
/// the block, and in U the reciprocal of its pivot.
struct SubstitutionProgram {
    std::uint32_t size{};
    std::uint32_t lower_count{};
    const RowBlock* lower{};  ///< first row first
    std::uint32_t upper_count{};
    const RowBlock* upper{};         ///< last row first
    const std::uint32_t* columns{};  ///< of all blocks: of L permuted rows, then of U rows
    const std::int32_t* order{};     ///< permuted row -> row
};

}  // namespace erbium::math
