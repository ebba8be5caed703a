// SPDX-License-Identifier: Apache-2.0
// erbium/math/left_looking_kernel.hpp: executes a LeftLookingProgram on one matrix.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// Lanes never meet: the columns of a panel in factor, the rows of a group in solve. So every
// rounding follows from the program alone, whatever the number of lanes.
#pragma once

#include "erbium/math/left_looking_program.hpp"
#include "erbium/math/pack.hpp"

namespace erbium::math::ERBIUM_TARGET {

#ifdef ERBIUM_TILE_PACK
inline constexpr int kLanes = ERBIUM_TILE_PACK;
#else
inline constexpr int kLanes = 2;
#endif
/// Of solve: a group of rows is no wider.
inline constexpr int kSolveLanes = kLanes < 4 ? kLanes : 4;

/// Lanes first, first + 1, ... that are not before `begin`.
[[nodiscard]] ERBIUM_INLINE IntPack<kLanes> lanes_from(std::int64_t first,
                                                       std::int64_t begin) noexcept {
    IntPack<kLanes> lane{};
    for (int i = 0; i < kLanes; ++i) {
        lane[i] = first + i;
    }
    return lane >= broadcast_int<kLanes>(begin);
}

/// What is subtracted from a panel: the last columns of a supernode.
struct SupernodePart {
    const double* block{};  ///< their own rows of L; the rows below follow
    std::int64_t width{};   ///< of the supernode: from one row to the next
    const std::uint32_t* rows{};
    std::uint32_t row_count{};
    double* workspace{};
    double* upper{};       ///< the first of their rows in the workspace
    std::int64_t lanes{};  ///< first column of the panel that counts
};

/// Completes the N rows of U in these lanes and subtracts L times them from the rows below.
/// `largest` takes the largest |entry| of U.
template <int N, bool kAllLanes>
ERBIUM_INLINE void subtract_part(const SupernodePart& part, int lane,
                                 Pack<kLanes>& largest) noexcept {
    Packs<kLanes, N> u;
    const double* l = part.block;
#pragma GCC unroll 8
    for (int p = 0; p < N; ++p) {
        double* const row = part.upper + p * std::int64_t{kPanelColumns} + lane;
        const Pack<kLanes> before = load<kLanes>(row);
        u[p] = before;
#pragma GCC unroll 8
        for (int q = 0; q < p; ++q) {
            u[p] = u[p] - l[q] * u[q];
        }
        if constexpr (kAllLanes) {
            store<kLanes>(row, u[p]);
        } else {
            const IntPack<kLanes> counts = lanes_from(lane, part.lanes);
            store<kLanes>(row, blend<kLanes>(counts, u[p], before));
            u[p] = blend<kLanes>(counts, u[p], broadcast<kLanes>(0.0));
        }
        const Pack<kLanes> size = absolute<kLanes>(u[p]);
        largest = size > largest ? size : largest;
        l += part.width;
    }
    for (std::uint32_t i = 0; i < part.row_count; ++i) {
        double* const row =
            part.workspace + std::int64_t{part.rows[i]} * std::int64_t{kPanelColumns} + lane;
        Pack<kLanes> sum = load<kLanes>(row);
#pragma GCC unroll 8
        for (int q = 0; q < N; ++q) {
            sum = sum - l[q] * u[q];
        }
        store<kLanes>(row, sum);
        l += part.width;
    }
}

template <int N>
void subtract_columns_of_supernode(const SupernodePart& part, Pack<kLanes>& largest) noexcept {
    for (int lane = 0; lane < static_cast<int>(kPanelColumns); lane += kLanes) {
        if (part.lanes == 0) {
            subtract_part<N, true>(part, lane, largest);
        } else if (lane + kLanes > part.lanes) {
            subtract_part<N, false>(part, lane, largest);
        }
    }
}

/// subtract_columns_of_supernode of one column from all lanes, which most sources are: without a
/// call, and with few turns of the loop, whose end the processor seldom foresees.
ERBIUM_INLINE void subtract_column(const SupernodePart& part, Pack<kLanes>& largest) noexcept {
    for (int lane = 0; lane < static_cast<int>(kPanelColumns); lane += kLanes) {
        const Pack<kLanes> u = load<kLanes>(part.upper + lane);
        const Pack<kLanes> size = absolute<kLanes>(u);
        largest = size > largest ? size : largest;
        const double* l = part.block + part.width;
#pragma GCC unroll 4
        for (std::uint32_t i = 0; i < part.row_count; ++i) {
            double* const row =
                part.workspace + std::int64_t{part.rows[i]} * std::int64_t{kPanelColumns} + lane;
            store<kLanes>(row, load<kLanes>(row) - *l * u);
            l += part.width;
        }
    }
}

/// Columns from `first` on of a supernode; what is right of `lanes` in the panel.
inline void subtract_supernode(const LeftLookingProgram& program, const LowerSupernode& s,
                               std::uint32_t first, std::uint32_t lanes, const double* values,
                               double* workspace, Pack<kLanes>& largest) noexcept {
    const std::int64_t width = s.width;
    SupernodePart part;
    part.block = values + std::int64_t{program.supernode_values} + std::int64_t{s.values} +
                 first * (width + 1);
    part.width = width;
    part.rows = program.rows + s.rows;
    part.row_count = s.row_count;
    part.workspace = workspace;
    part.upper = workspace + std::int64_t{s.begin + first} * std::int64_t{kPanelColumns};
    part.lanes = lanes;
    if (s.width - first == 1 && lanes == 0) {
        subtract_column(part, largest);
        return;
    }
    switch (s.width - first) {
#define ERBIUM_COLUMNS(N)                                \
    case N:                                              \
        subtract_columns_of_supernode<N>(part, largest); \
        break;
        ERBIUM_COLUMNS(1)
        ERBIUM_COLUMNS(2)
        ERBIUM_COLUMNS(3)
        ERBIUM_COLUMNS(4)
        ERBIUM_COLUMNS(5)
        ERBIUM_COLUMNS(6)
        ERBIUM_COLUMNS(7)
        ERBIUM_COLUMNS(8)
#undef ERBIUM_COLUMNS
        default:
            break;
    }
}

/// A supernode's N columns of L from the workspace: its own block and the rows below it.
template <int N>
void finish_columns(const LowerSupernode& s, const std::uint32_t* rows, double* columns, double* l,
                    double* reciprocals, double& largest) noexcept {
    double u[static_cast<unsigned>(N)][static_cast<unsigned>(N)];
    double* const own = columns + std::int64_t{s.begin} * std::int64_t{kPanelColumns};
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) {
            u[i][j] = own[i * std::int64_t{kPanelColumns} + j];
        }
    }
    for (int p = 0; p < N; ++p) {
        for (int j = p; j < N; ++j) {
            const double size = __builtin_fabs(u[p][j]);
            largest = size > largest ? size : largest;
        }
        const double reciprocal = 1.0 / u[p][p];
        reciprocals[p] = reciprocal;
        u[p][p] = reciprocal;
        for (int i = p + 1; i < N; ++i) {
            u[i][p] = u[i][p] * reciprocal;
            for (int j = p + 1; j < N; ++j) {
                u[i][j] = u[i][j] - u[i][p] * u[p][j];
            }
        }
    }
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) {
            own[i * std::int64_t{kPanelColumns} + j] = u[i][j];
            l[i * N + j] = j <= i ? u[i][j] : 0.0;
        }
    }
    l += N * N;
    for (std::uint32_t i = 0; i < s.row_count; ++i) {
        const double* const from = columns + std::int64_t{rows[i]} * std::int64_t{kPanelColumns};
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j) {
            double sum = from[j];
#pragma GCC unroll 8
            for (int q = 0; q < j; ++q) {
                sum = sum - l[q] * u[q][j];
            }
            l[j] = sum * u[j][j];
        }
        l += N;
    }
}

/// Of scale A and shift I.
[[nodiscard]] inline double largest_entry_of(const double* entries, std::uint32_t count,
                                             double scale, double shift) noexcept {
    constexpr std::uint32_t kSums = 8;  // side by side, for the sake of speed
    double largest[kSums] = {__builtin_fabs(shift)};
    std::uint32_t e = 0;
    for (; e + kSums <= count; e += kSums) {
        for (std::uint32_t i = 0; i < kSums; ++i) {
            const double size = __builtin_fabs(scale * entries[e + i]);
            largest[i] = size > largest[i] ? size : largest[i];
        }
    }
    for (; e < count; ++e) {
        const double size = __builtin_fabs(scale * entries[e]);
        largest[0] = size > largest[0] ? size : largest[0];
    }
    for (const double size : largest) {
        largest[0] = size > largest[0] ? size : largest[0];
    }
    return largest[0];
}

/// Factors of scale A + shift I. `workspace` holds size x kPanelColumns. Returns the largest
/// |entry| of U over the largest |entry| of the matrix.
inline double factor_left_looking(const LeftLookingProgram& program, const double* entries,
                                  double scale, double shift, double* values,
                                  double* workspace) noexcept {
    constexpr std::int64_t kStride = kPanelColumns;
    Pack<kLanes> largest = broadcast<kLanes>(0.0);
    double largest_of_blocks = 0.0;
    for (std::uint32_t t = 0; t < program.panel_count; ++t) {
        const ColumnPanel& panel = program.panels[t];
        for (std::uint32_t i = panel.row_begin; i < panel.row_end; ++i) {
            double* const row = workspace + std::int64_t{program.rows[i]} * kStride;
            for (int lane = 0; lane < static_cast<int>(kPanelColumns); lane += kLanes) {
                store<kLanes>(row + lane, broadcast<kLanes>(0.0));
            }
        }
        for (std::uint32_t e = panel.entry_begin; e < panel.entry_end; ++e) {
            workspace[program.entries[e].to] = scale * entries[program.entries[e].from];
        }
        for (std::int64_t i = 0; i < std::int64_t{panel.width}; ++i) {
            double* const diagonal = workspace + (std::int64_t{panel.begin} + i) * kStride + i;
            *diagonal = *diagonal + shift;
        }
        for (std::uint32_t i = panel.source_begin; i < panel.source_end; ++i) {
            const PanelSource& source = program.sources[i];
            subtract_supernode(program, program.supernodes[source.supernode], source.first, 0,
                               values, workspace, largest);
        }
        for (std::uint32_t i = panel.supernode_begin; i < panel.supernode_end; ++i) {
            const LowerSupernode& s = program.supernodes[i];
            double* const columns = workspace + (s.begin - panel.begin);
            double* const l =
                values + std::int64_t{program.supernode_values} + std::int64_t{s.values};
            double* const reciprocals =
                values + std::int64_t{program.reciprocals} + std::int64_t{s.begin};
            const std::uint32_t* const rows = program.rows + s.rows;
            switch (s.width) {
#define ERBIUM_COLUMNS(N)                                                       \
    case N:                                                                     \
        finish_columns<N>(s, rows, columns, l, reciprocals, largest_of_blocks); \
        break;
                ERBIUM_COLUMNS(1)
                ERBIUM_COLUMNS(2)
                ERBIUM_COLUMNS(3)
                ERBIUM_COLUMNS(4)
                ERBIUM_COLUMNS(5)
                ERBIUM_COLUMNS(6)
                ERBIUM_COLUMNS(7)
                ERBIUM_COLUMNS(8)
#undef ERBIUM_COLUMNS
                default:
                    break;
            }
            const std::uint32_t count = s.width * (s.width + s.row_count);
            const std::uint32_t* const place = program.lower_place + s.values;
            for (std::uint32_t k = 0; k < count; ++k) {
                values[place[k]] = l[k];
            }
            if (s.is_followed) {
                subtract_supernode(program, s, 0, s.begin + s.width - panel.begin, values,
                                   workspace, largest);
            }
        }
        for (std::uint32_t i = panel.upper_begin; i < panel.upper_end; ++i) {
            values[program.upper[i].to] = workspace[program.upper[i].from];
        }
    }
    for (std::uint32_t i = 0; i < program.size; ++i) {
        values[program.slot_reciprocals + i] =
            values[program.reciprocals + program.column_of_upper[i]];
    }
    double most = largest_of_blocks;
    for (int i = 0; i < kLanes; ++i) {
        most = largest[i] > most ? largest[i] : most;
    }
    return most / largest_entry_of(entries, program.entry_count, scale, shift);
}

/// Solves for the unknowns of one half in place. `reciprocals` of the diagonal by slot; without it
/// the diagonal is 1.
template <bool kHasDiagonal>
void solve_half(const SolveHalf& half, std::uint32_t group_count, const double* values,
                const double* reciprocals, double* x) noexcept {
    constexpr int kPieces = static_cast<int>(kSolveRows) / kSolveLanes;
    constexpr std::uint32_t kSums = 4;  // side by side: a subtraction waits for the one before it
    const double* v = values + half.values_begin;
    const std::uint16_t* unknown = half.unknowns;
    for (std::uint32_t g = 0; g < group_count; ++g) {
        double* const own = x + std::int64_t{g} * std::int64_t{kSolveRows};
        Pack<kSolveLanes> sums[kSums][kPieces];
#pragma GCC unroll 4
        for (std::uint32_t k = 0; k < kSums; ++k) {
#pragma GCC unroll 2
            for (int p = 0; p < kPieces; ++p) {
                sums[k][p] =
                    k == 0 ? load<kSolveLanes>(own + p * kSolveLanes) : Pack<kSolveLanes>{};
            }
        }
        const auto subtract_terms = [&](std::uint32_t count) {
#pragma GCC unroll 4
            for (std::uint32_t k = 0; k < count; ++k) {
#pragma GCC unroll 2
                for (int p = 0; p < kPieces; ++p) {
                    sums[k][p] = sums[k][p] - load<kSolveLanes>(v + p * kSolveLanes) * x[*unknown];
                }
                v += kSolveRows;
                ++unknown;
            }
        };
        const std::uint32_t terms = half.groups[g].terms;
        for (std::uint32_t t = kSums; t <= terms; t += kSums) {
            subtract_terms(kSums);
        }
        for (std::uint32_t t = 0; t < terms % kSums; ++t) {
            subtract_terms(1);
        }
        double unknowns[kSolveRows];
#pragma GCC unroll 2
        for (int p = 0; p < kPieces; ++p) {
            Pack<kSolveLanes> sum = (sums[0][p] + sums[1][p]) + (sums[2][p] + sums[3][p]);
            if (!half.groups[g].has_block) {
                if constexpr (kHasDiagonal) {
                    sum = sum * load<kSolveLanes>(reciprocals + p * kSolveLanes);
                }
                store<kSolveLanes>(own + p * kSolveLanes, sum);
            }
#pragma GCC unroll 4
            for (int lane = 0; lane < kSolveLanes; ++lane) {
                unknowns[p * kSolveLanes + lane] = sum[lane];
            }
        }
        if (half.groups[g].has_block) {
#pragma GCC unroll 4
            for (std::uint32_t q = 0; q < kSolveRows; ++q) {
                if constexpr (kHasDiagonal) {
                    unknowns[q] = unknowns[q] * reciprocals[q];
                }
                own[q] = unknowns[q];
#pragma GCC unroll 4
                for (std::uint32_t i = q + 1; i < kSolveRows; ++i) {
                    unknowns[i] = unknowns[i] - v[q * kSolveRows + i] * unknowns[q];
                }
            }
            v += (kSolveRows - 1) * kSolveRows;
        }
        if constexpr (kHasDiagonal) {
            reciprocals += kSolveRows;
        }
    }
}

/// Solves for one right-hand side; `result` may be `b`. `work` is 2 x slot_count.
inline void solve_left_looking(const LeftLookingProgram& program, const double* values,
                               const double* b, double* result, double* work) noexcept {
    const std::uint32_t group_count = program.slot_count / kSolveRows;
    double* const x = work;
    double* const y = work + program.slot_count;
    for (std::uint32_t i = 0; i < program.size; ++i) {
        x[i] = b[program.row_of_lower[i]];
    }
    for (std::uint32_t i = program.size; i < program.slot_count; ++i) {
        x[i] = 0.0;
        y[i] = 0.0;
    }
    solve_half<false>(program.lower_half, group_count, values, nullptr, x);
    for (std::uint32_t i = 0; i < program.size; ++i) {
        y[i] = x[program.lower_of_upper[i]];
    }
    solve_half<true>(program.upper_half, group_count, values, values + program.slot_reciprocals, y);
    for (std::uint32_t i = 0; i < program.size; ++i) {
        result[program.row_of_upper[i]] = y[i];
    }
}

}  // namespace erbium::math::ERBIUM_TARGET
