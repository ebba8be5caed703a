// SPDX-License-Identifier: Apache-2.0
// erbium/math/left_looking_program.hpp: a left-looking LU factorisation of one sparse matrix as
// tables that kernels execute, and nothing else.
// Made by: math::LeftLookingPlan   Used by: left-looking kernels, one per instruction set
//
// Columns, permuted, are worked on in panels of up to eight neighbours, which stand in the lanes of
// a dense workspace: row i of the panel at [8 i]. From it each supernode of L to its left (columns
// with nearly the same rows below them) is subtracted: a row of the workspace is read and written
// once for all columns of the supernode, whose rows of U stay in registers.
// Source: Demmel, Eisenstat, Gilbert, Li, Liu, SIAM J Matrix Anal Appl 20 (1999) 720.
//
// The factors are kept twice. For the factorisation L stands supernode by supernode, row by row.
// For solutions rows stand in groups of four, each after those whose unknowns it needs: a group's
// entries of one column make a term, with zeros where a row has none; which rows share a group is
// chosen such that zeros are few. A group's unknowns are gathered in registers and written once.
#pragma once

#include <cstdint>

namespace erbium::math {

/// Columns of a panel.
inline constexpr std::uint32_t kPanelColumns = 8;
/// Rows that a solution solves for together.
inline constexpr std::uint32_t kSolveRows = 4;

/// Neighbouring columns of L inside one panel.
struct LowerSupernode {
    std::uint32_t begin{};      ///< first row and column
    std::uint32_t width{};      ///< at most kPanelColumns
    std::uint32_t rows{};       ///< where the list of its rows below begins
    std::uint32_t row_count{};  ///< of them
    std::uint32_t values{};     ///< of its own rows and those below, `width` to a row, counted from
                                ///< the values of the first supernode; reciprocals of pivots on the
                                ///< diagonal
    bool is_followed{};         ///< columns right of it in its panel have entries in its rows of U
};

/// A supernode left of a panel whose columns from `first` on have entries of U there.
struct PanelSource {
    std::uint32_t supernode{};
    std::uint32_t first{};
};

struct ColumnPanel {
    std::uint32_t begin{};  ///< first column
    std::uint32_t width{};
    std::uint32_t row_begin{};  ///< rows of the workspace that it uses, in the list of rows
    std::uint32_t row_end{};
    std::uint32_t entry_begin{};  ///< entries of A
    std::uint32_t entry_end{};
    std::uint32_t source_begin{};
    std::uint32_t source_end{};
    std::uint32_t supernode_begin{};  ///< its own supernodes
    std::uint32_t supernode_end{};
    std::uint32_t upper_begin{};  ///< entries of U right of the diagonal
    std::uint32_t upper_end{};
};

struct PlaceToPlace {
    std::uint32_t from{};
    std::uint32_t to{};
};

/// Rows in neighbouring slots, for solutions.
struct RowGroup {
    std::uint32_t terms{};  ///< columns outside of the group
    bool has_block{};  ///< rows need each other: of its own columns all but the last, each with
                       ///< the rows in later slots, follow the terms in the values
};

/// One half of a solution, with L or with U; the rows have the slots of that half.
struct SolveHalf {
    const RowGroup* groups{};
    const std::uint16_t* unknowns{};  ///< slot of each term's column
    std::uint32_t values_begin{};     ///< of the terms and blocks, kSolveRows to a column
    std::uint32_t values_end{};
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
struct LeftLookingProgram {
    std::uint32_t size{};         ///< rows
    std::uint32_t slot_count{};   ///< size, up to whole groups; the last slots may have no row
    std::uint32_t entry_count{};  ///< of A
    std::uint32_t panel_count{};
    /// Values: both halves of a solution; then reciprocals of pivots by column; then one that
    /// nobody reads; then the reciprocals by slot of U; then the supernodes.
    std::uint32_t reciprocals{};
    std::uint32_t slot_reciprocals{};
    std::uint32_t supernode_values{};
    std::uint32_t value_count{};
    const ColumnPanel* panels{};
    const LowerSupernode* supernodes{};
    const PanelSource* sources{};
    const std::uint32_t* rows{};         ///< of supernodes and panels, permuted
    const PlaceToPlace* entries{};       ///< from an entry of A into the workspace
    const PlaceToPlace* upper{};         ///< from the workspace into the half with U
    const std::uint32_t* lower_place{};  ///< of each value of the supernodes, in the half with L
    SolveHalf lower_half;
    SolveHalf upper_half;
    const std::uint32_t* row_of_lower{};     ///< slot of L -> row, not permuted
    const std::uint32_t* row_of_upper{};     ///< slot of U -> row, not permuted
    const std::uint32_t* lower_of_upper{};   ///< slot of U -> slot of L
    const std::uint32_t* column_of_upper{};  ///< slot of U -> permuted column
};

}  // namespace erbium::math
