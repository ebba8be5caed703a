// SPDX-License-Identifier: Apache-2.0
// erbium/math/lu_program.hpp: an LU factorisation as tables that kernels execute, and nothing else.
// Made by: math::LuPlan   Used by: LU kernels, scalar and over lanes
//
// Rows and columns, permuted, are cut into blocks of 1 to kMaxBlock; the matrix is a sparse matrix
// of dense tiles. The values of a factorisation over W lanes are one array of values x W doubles:
//
//   diagonal tiles   row by row: L below the diagonal (ones left out), U above it, 1/pivot on it
//   row panels       the tiles of L in one block row, left to right, each column by column; so a
//                    panel is one dense matrix with `rows` values per column of L
//   column panels    the tiles of U in one block column, top to bottom, each row by row
//
// A tile of the result is A's tile minus (part of a row panel) times (part of a column panel),
// which is a sum of rank-one updates that stays in registers, and then a small triangular
// solve. Every entry is computed by the same operations in the same order for every W.
#pragma once

#include <cstdint>

namespace erbium::math {

inline constexpr int kMaxBlock = 4;

/// One rank-one update; offsets into the values. Updates stand one by one, not as runs of
/// neighbours: most runs are short, and a loop that ends early costs more than reading an offset.
struct LuUpdate {
    std::uint32_t left{};   ///< column in the row panel
    std::uint32_t right{};  ///< row in the column panel
};

enum class TileKind : std::uint8_t { diagonal, lower, upper };

/// One tile: gather A's entries or take up the sums of an earlier task, subtract updates, and
/// finish against the diagonal tile or leave the sums to a later task.
struct LuTask {
    std::uint32_t values{};    ///< where the tile is stored
    std::uint32_t diagonal{};  ///< diagonal tile to finish with; of the column for lower tiles,
                               ///< of the row for upper ones
    std::uint32_t update_begin{};
    std::uint32_t update_end{};
    std::uint32_t sources{};  ///< rows x columns entries of A, row by row
    TileKind kind{TileKind::diagonal};
    std::uint8_t rows{};
    std::uint8_t columns{};
};

/// Part of a panel in the solves: `length` columns of L (rows of U) and where x's entries are.
struct LuSolveRun {
    std::uint32_t values{};
    std::uint32_t x{};
    std::uint32_t length{};
};

/// One block row of L and block column of U.
struct LuBlock {
    std::uint32_t begin{};        ///< first row
    std::uint32_t diagonal{};     ///< its diagonal tile
    std::uint32_t lower_begin{};  ///< solve runs of its row panel
    std::uint32_t lower_end{};
    std::uint32_t upper_begin{};  ///< solve runs of its column panel
    std::uint32_t upper_end{};
    std::uint32_t size{};
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
struct LuProgram {
    std::uint32_t size{};         ///< rows
    std::uint32_t entry_count{};  ///< of A; source entry_count stands for a zero
    std::uint32_t value_count{};
    std::uint32_t task_count{};
    std::uint32_t block_count{};
    const LuTask* tasks{};  ///< in an order in which each finds its operands ready
    const LuUpdate* updates{};
    const std::uint32_t* sources{};  ///< by task, then row, then column of the tile
    const LuBlock* blocks{};
    const LuSolveRun* solve_runs{};
    const std::int32_t* order{};          ///< permuted row -> row
    const std::int32_t* column_begins{};  ///< A's own pattern, for the residual
    const std::int32_t* row_of_entry{};
};

}  // namespace erbium::math
