// SPDX-License-Identifier: Apache-2.0
// erbium/math/supernode_program.hpp: a supernodal LU factorisation of one matrix as tables that
// kernels execute, and nothing else.
// Made by: math::SupernodePlan   Used by: supernode kernels, one per instruction set
//
// Rows and columns, permuted, are cut into supernodes: neighbouring columns whose factors have
// (nearly) the same pattern, treated as the same. Supernode s of width w, with R rows below it and
// C columns right of it, is two dense panels, each column by column:
//
//   lower  (w + R) x w   its diagonal block, L below the diagonal (ones left out), U on and above
//                        it, and below that block the rows of L
//   upper  C x w         its rows of U, transposed
//
// A panel is A's part of it minus, for each earlier supernode that reaches it, a product of two
// dense matrices: almost all operations are these products, on vectors along a panel's columns.
#pragma once

#include <cstdint>

namespace erbium::math {

inline constexpr std::uint32_t kMostSupernodeWidth = 64;

/// Values from one column of a panel to the next: columns start on a cache line, and not all on the
/// same set of the cache.
[[nodiscard]] constexpr std::uint64_t panel_stride(std::uint64_t rows) noexcept {
    const std::uint64_t lines = (rows + 7) / 8;
    return 8 * (lines % 64 == 0 && lines > 0 ? lines + 1 : lines);
}

struct Supernode {
    std::uint32_t begin{};  ///< first row and column
    std::uint32_t width{};
    std::uint32_t rows{};     ///< where the list of its R rows below begins
    std::uint32_t columns{};  ///< where the list of its C columns right of it begins
    std::uint32_t row_count{};
    std::uint32_t column_count{};
    std::uint32_t source_begin{};  ///< earlier supernodes that change this one
    std::uint32_t source_end{};
    std::uint32_t entry_begin{};  ///< entries of A in its panels
    std::uint32_t entry_end{};
    std::uint64_t lower{};  ///< its panels in the values
    std::uint64_t upper{};
};

/// How an earlier supernode s changes this one: positions in the lists of s.
struct SupernodeSource {
    std::uint32_t supernode{};
    std::uint32_t row_begin{};  ///< its rows from here to row_end are rows of this one's diagonal
                                ///< block, those from row_end on are below it
    std::uint32_t row_end{};
    std::uint32_t column_begin{};  ///< the same of its columns
    std::uint32_t column_end{};
};

struct SupernodeEntry {
    std::uint32_t entry{};  ///< of A
    std::uint64_t value{};  ///< place in the values
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
struct SupernodeProgram {
    std::uint32_t size{};         ///< rows
    std::uint32_t entry_count{};  ///< of A
    std::uint32_t supernode_count{};
    std::uint64_t value_count{};
    std::uint64_t work_count{};  ///< doubles of workspace of factor and solve
    const Supernode* supernodes{};
    const std::uint32_t* lists{};  ///< rows and columns, permuted, ascending in each list
    const SupernodeSource* sources{};
    const SupernodeEntry* entries{};
    const std::int32_t* order{};          ///< permuted row -> row
    const std::int32_t* column_begins{};  ///< A's own pattern, for the residual
    const std::int32_t* row_of_entry{};
};

}  // namespace erbium::math
