// SPDX-License-Identifier: Apache-2.0
// erbium/math/lu_kernel.hpp: executes a LuProgram over W lanes.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// A pack of tiles is multiplied by rank-one updates held in registers: 8 loads for 16
// multiplications and subtractions with tiles of 4 x 4, so that arithmetic and not memory bounds
// it.
#pragma once

#include "erbium/math/lu_program.hpp"
#include "erbium/math/pack.hpp"

#ifndef ERBIUM_VECTOR_REGISTERS
#define ERBIUM_VECTOR_REGISTERS 16
#endif

namespace erbium::math::ERBIUM_TARGET {

/// scale * A + shift * I, one matrix per lane.
struct LuInput {
    const double* entries{};  ///< (entry_count + 1) x W, the last row zeros
    double scale{};
    const double* shift{};  ///< W
};

template <int W, int R, int C>
using Tile = Packs<W, C>[static_cast<unsigned>(R)];

/// tile (rows Begin to Begin + Rows) -= panel * panel, for all updates.
template <int W, int R, int C, int Begin, int Rows>
ERBIUM_INLINE void subtract_updates(Tile<W, R, C>& tile, const LuUpdate* update,
                                    const LuUpdate* end, const double* values) noexcept {
    Tile<W, Rows, C> sum;
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < C; ++j) {
            sum[i][j] = tile[Begin + i][j];
        }
    }
    for (; update != end; ++update) {
        const double* left = values + std::int64_t{update->left} * W + Begin * W;
        const double* right = values + std::int64_t{update->right} * W;
        Packs<W, C> b;
#pragma GCC unroll 4
        for (int j = 0; j < C; ++j) {
            b[j] = load<W>(right + j * W);
        }
#pragma GCC unroll 4
        for (int i = 0; i < Rows; ++i) {
            const Pack<W> a = load<W>(left + i * W);
#pragma GCC unroll 4
            for (int j = 0; j < C; ++j) {
                sum[i][j] = sum[i][j] - a * b[j];
            }
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < C; ++j) {
            tile[Begin + i][j] = sum[i][j];
        }
    }
}

/// The larger of two packs of which neither is NaN; where one is, either.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> larger_of_numbers(Pack<W> a, Pack<W> b) noexcept {
    return a > b ? a : b;
}

/// A's part of the tile.
template <int W, int R, int C>
ERBIUM_INLINE void gather_tile(const LuProgram& program, const LuTask& task, const LuInput& input,
                               Tile<W, R, C>& tile) noexcept {
    const std::uint32_t* source = program.sources + task.sources;
#pragma GCC unroll 4
    for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < C; ++j) {
            tile[i][j] = input.scale * load<W>(input.entries + std::int64_t{source[i * C + j]} * W);
        }
    }
    if (task.kind == TileKind::diagonal) {
        const Pack<W> shift = load<W>(input.shift);
#pragma GCC unroll 4
        for (int i = 0; i < (R < C ? R : C); ++i) {
            tile[i][i] = tile[i][i] + shift;
        }
    }
}

template <int W, int R, int C>
void compute_tile(const LuProgram& program, const LuTask& task, const LuInput& input,
                  double* values, Pack<W>& largest) noexcept {
    Tile<W, R, C> tile;
    double* to = values + std::int64_t{task.values} * W;
    gather_tile<W, R, C>(program, task, input, tile);
    const LuUpdate* update = program.updates + task.update_begin;
    const LuUpdate* end = program.updates + task.update_end;
    // With 16 registers half a large tile at a time, or the sums would not stay in them.
    if constexpr (R > 2 && C > 2 && ERBIUM_VECTOR_REGISTERS < 32) {
        subtract_updates<W, R, C, 0, 2>(tile, update, end, values);
        subtract_updates<W, R, C, 2, R - 2>(tile, update, end, values);
    } else {
        subtract_updates<W, R, C, 0, R>(tile, update, end, values);
    }

    const double* diagonal = values + std::int64_t{task.diagonal} * W;
    if (task.kind == TileKind::lower) {
        // Solve X U = tile; a panel of L is stored column by column.
#pragma GCC unroll 4
        for (int j = 0; j < C; ++j) {
#pragma GCC unroll 4
            for (int q = 0; q < j; ++q) {
                const Pack<W> u = load<W>(diagonal + (q * C + j) * W);
#pragma GCC unroll 4
                for (int i = 0; i < R; ++i) {
                    tile[i][j] = tile[i][j] - tile[i][q] * u;
                }
            }
            const Pack<W> reciprocal = load<W>(diagonal + (j * C + j) * W);
#pragma GCC unroll 4
            for (int i = 0; i < R; ++i) {
                tile[i][j] = tile[i][j] * reciprocal;
                store<W>(to + (j * R + i) * W, tile[i][j]);
            }
        }
        return;
    }
    if (task.kind == TileKind::upper) {
        // Solve L X = tile; a panel of U is stored row by row.
#pragma GCC unroll 4
        for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
            for (int q = 0; q < i; ++q) {
                const Pack<W> l = load<W>(diagonal + (i * R + q) * W);
#pragma GCC unroll 4
                for (int j = 0; j < C; ++j) {
                    tile[i][j] = tile[i][j] - l * tile[q][j];
                }
            }
#pragma GCC unroll 4
            for (int j = 0; j < C; ++j) {
                largest = larger_of_numbers<W>(absolute<W>(tile[i][j]), largest);
                store<W>(to + (i * C + j) * W, tile[i][j]);
            }
        }
        return;
    }
    if constexpr (R == C) {
#pragma GCC unroll 4
        for (int p = 0; p < R; ++p) {
#pragma GCC unroll 4
            for (int j = p; j < C; ++j) {
                largest = larger_of_numbers<W>(absolute<W>(tile[p][j]), largest);
            }
            const Pack<W> reciprocal = 1.0 / tile[p][p];
            tile[p][p] = reciprocal;
#pragma GCC unroll 4
            for (int i = p + 1; i < R; ++i) {
                tile[i][p] = tile[i][p] * reciprocal;
#pragma GCC unroll 4
                for (int j = p + 1; j < C; ++j) {
                    tile[i][j] = tile[i][j] - tile[i][p] * tile[p][j];
                }
            }
        }
#pragma GCC unroll 4
        for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
            for (int j = 0; j < C; ++j) {
                store<W>(to + (i * C + j) * W, tile[i][j]);
            }
        }
    }
}

/// Factors of every lane's matrix. `growth` receives, per lane, the largest |entry| of U over the
/// largest |entry| of the matrix; a pivot of 0 makes it infinity or NaN, or later solutions NaN.
template <int W>
void factor_lanes(const LuProgram& program, const LuInput& input, double* values,
                  double* growth) noexcept {
    const Pack<W> shift = load<W>(input.shift);
    Pack<W> largest_entry = absolute<W>(shift);
    for (std::uint32_t e = 0; e < program.entry_count; ++e) {
        largest_entry = larger_of_numbers<W>(
            absolute<W>(load<W>(input.entries + std::int64_t{e} * W)), largest_entry);
    }
    Pack<W> largest = broadcast<W>(0.0);
    for (std::uint32_t t = 0; t < program.task_count; ++t) {
        const LuTask& task = program.tasks[t];
        switch ((task.rows - 1) * kMaxBlock + (task.columns - 1)) {
#define ERBIUM_TILE(R, C)                                             \
    case (R - 1) * kMaxBlock + (C - 1):                               \
        compute_tile<W, R, C>(program, task, input, values, largest); \
        break;
            ERBIUM_TILE(1, 1)
            ERBIUM_TILE(1, 2)
            ERBIUM_TILE(1, 3)
            ERBIUM_TILE(1, 4)
            ERBIUM_TILE(2, 1)
            ERBIUM_TILE(2, 2)
            ERBIUM_TILE(2, 3)
            ERBIUM_TILE(2, 4)
            ERBIUM_TILE(3, 1)
            ERBIUM_TILE(3, 2)
            ERBIUM_TILE(3, 3)
            ERBIUM_TILE(3, 4)
            ERBIUM_TILE(4, 1)
            ERBIUM_TILE(4, 2)
            ERBIUM_TILE(4, 3)
            ERBIUM_TILE(4, 4)
#undef ERBIUM_TILE
            default:
                break;
        }
    }
    store<W>(growth, largest / largest_entry);
}

template <int W, int S>
ERBIUM_INLINE void solve_lower_block(const LuProgram& program, const LuBlock& block,
                                     const double* values, const double* b, double* x) noexcept {
    Packs<W, S> sum;
#pragma GCC unroll 4
    for (int i = 0; i < S; ++i) {
        const std::int64_t row = std::int64_t{program.order[std::int64_t{block.begin} + i]};
        sum[i] = load<W>(b + row * W);
    }
    for (std::uint32_t r = block.lower_begin; r < block.lower_end; ++r) {
        const LuSolveRun& run = program.solve_runs[r];
        const double* panel = values + std::int64_t{run.values} * W;
        const double* known = x + std::int64_t{run.x} * W;
        for (std::uint32_t k = run.length; k != 0; --k) {
            const Pack<W> xk = load<W>(known);
#pragma GCC unroll 4
            for (int i = 0; i < S; ++i) {
                sum[i] = sum[i] - load<W>(panel + i * W) * xk;
            }
            panel += S * W;
            known += W;
        }
    }
    const double* diagonal = values + std::int64_t{block.diagonal} * W;
#pragma GCC unroll 4
    for (int i = 0; i < S; ++i) {
#pragma GCC unroll 4
        for (int q = 0; q < i; ++q) {
            sum[i] = sum[i] - load<W>(diagonal + (i * S + q) * W) * sum[q];
        }
        store<W>(x + (std::int64_t{block.begin} + i) * W, sum[i]);
    }
}

template <int W, int S>
ERBIUM_INLINE void solve_upper_block(const LuProgram& program, const LuBlock& block,
                                     const double* values, double* x, double* result) noexcept {
    Packs<W, S> xs;
    const double* diagonal = values + std::int64_t{block.diagonal} * W;
#pragma GCC unroll 4
    for (int i = S - 1; i >= 0; --i) {
        xs[i] = load<W>(x + (std::int64_t{block.begin} + i) * W);
#pragma GCC unroll 4
        for (int q = i + 1; q < S; ++q) {
            xs[i] = xs[i] - load<W>(diagonal + (i * S + q) * W) * xs[q];
        }
        xs[i] = xs[i] * load<W>(diagonal + (i * S + i) * W);
        const std::int64_t row = std::int64_t{program.order[std::int64_t{block.begin} + i]};
        store<W>(result + row * W, xs[i]);
    }
    for (std::uint32_t r = block.upper_begin; r < block.upper_end; ++r) {
        const LuSolveRun& run = program.solve_runs[r];
        const double* panel = values + std::int64_t{run.values} * W;
        double* rest = x + std::int64_t{run.x} * W;
        for (std::uint32_t k = run.length; k != 0; --k) {
            Pack<W> sum = load<W>(rest);
#pragma GCC unroll 4
            for (int j = 0; j < S; ++j) {
                sum = sum - load<W>(panel + j * W) * xs[j];
            }
            store<W>(rest, sum);
            panel += S * W;
            rest += W;
        }
    }
}

/// Solves for one right-hand side per lane. `x` is size x W of workspace; `result` may be `b`.
template <int W>
void solve_lanes(const LuProgram& program, const double* values, const double* b, double* x,
                 double* result) noexcept {
    for (std::uint32_t i = 0; i < program.block_count; ++i) {
        const LuBlock& block = program.blocks[i];
        switch (block.size) {
            case 1:
                solve_lower_block<W, 1>(program, block, values, b, x);
                break;
            case 2:
                solve_lower_block<W, 2>(program, block, values, b, x);
                break;
            case 3:
                solve_lower_block<W, 3>(program, block, values, b, x);
                break;
            default:
                solve_lower_block<W, 4>(program, block, values, b, x);
                break;
        }
    }
    for (std::uint32_t i = program.block_count; i-- > 0;) {
        const LuBlock& block = program.blocks[i];
        switch (block.size) {
            case 1:
                solve_upper_block<W, 1>(program, block, values, x, result);
                break;
            case 2:
                solve_upper_block<W, 2>(program, block, values, x, result);
                break;
            case 3:
                solve_upper_block<W, 3>(program, block, values, x, result);
                break;
            default:
                solve_upper_block<W, 4>(program, block, values, x, result);
                break;
        }
    }
}

/// Per lane the componentwise backward error max_i |b - M x|_i / (|M| |x| + |b| + beside)_i, NaN
/// when any part is; M = scale A + shift I. `beside`, 0 when null, is what b is known to anyway.
/// `work` is 2 size x W.
/// Source: Oettli, Prager, Numer Math 6 (1964) 405.
template <int W>
void backward_error_lanes(const LuProgram& program, const LuInput& input, const double* b,
                          const double* x, const double* beside, double* work,
                          double* error) noexcept {
    const Pack<W> shift = load<W>(input.shift);
    const std::int64_t n = program.size;
    double* residual = work;
    double* size = work + n * W;
    for (std::int64_t i = 0; i < n; ++i) {
        const Pack<W> bi = load<W>(b + i * W);
        const Pack<W> product = shift * load<W>(x + i * W);
        store<W>(residual + i * W, bi - product);
        const Pack<W> extent = absolute<W>(bi) + absolute<W>(product);
        store<W>(size + i * W, beside == nullptr ? extent : extent + load<W>(beside + i * W));
    }
    for (std::int64_t j = 0; j < n; ++j) {
        const Pack<W> xj = input.scale * load<W>(x + j * W);
        for (std::int32_t e = program.column_begins[j]; e < program.column_begins[j + 1]; ++e) {
            const Pack<W> product = load<W>(input.entries + std::int64_t{e} * W) * xj;
            const std::int64_t row = std::int64_t{program.row_of_entry[e]} * W;
            store<W>(residual + row, load<W>(residual + row) - product);
            store<W>(size + row, load<W>(size + row) + absolute<W>(product));
        }
    }
    Pack<W> largest = broadcast<W>(0.0);
    for (std::int64_t i = 0; i < n; ++i) {
        const Pack<W> scale = load<W>(size + i * W);
        const Pack<W> ratio = absolute<W>(load<W>(residual + i * W)) / scale;
        // A row of zeros with a zero on the right is solved exactly by whatever x holds.
        largest = larger<W>(largest, blend<W>(scale == broadcast<W>(0.0), scale, ratio));
    }
    store<W>(error, largest);
}

}  // namespace erbium::math::ERBIUM_TARGET
