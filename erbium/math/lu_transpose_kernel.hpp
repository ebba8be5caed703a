// SPDX-License-Identifier: Apache-2.0
// erbium/math/lu_transpose_kernel.hpp: solves with the factors of lu_kernel.hpp transposed.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// A = L U in the order of the plan, so A^T x = b is U^T z = b, then L^T x = z: the panels of U are
// read as rows of U^T, those of L as columns of L^T.
#pragma once

#include "erbium/math/lu_kernel.hpp"

namespace erbium::math::ERBIUM_TARGET {

template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> factor_at(const double* values, std::int64_t index) noexcept {
    return load<W>(values + index * W);
}

/// z of one block, from panel rows that multiply what is known already. The diagonal tile is a
/// lower triangle, that of U^T.
template <int W, int S>
ERBIUM_INLINE void solve_down_block(const LuProgram& program, const LuBlock& block,
                                    const double* values, const double* b, double* x) noexcept {
    Packs<W, S> sum;
#pragma GCC unroll 4
    for (int i = 0; i < S; ++i) {
        const std::int64_t row = std::int64_t{program.order[std::int64_t{block.begin} + i]};
        sum[i] = load<W>(b + row * W);
    }
    for (std::uint32_t r = block.upper_begin; r < block.upper_end; ++r) {
        const LuSolveRun& run = program.solve_runs[r];
        std::int64_t panel = run.values;
        const double* known = x + std::int64_t{run.x} * W;
        for (std::uint32_t k = run.length; k != 0; --k) {
            const Pack<W> xk = load<W>(known);
#pragma GCC unroll 4
            for (int i = 0; i < S; ++i) {
                sum[i] = sum[i] - factor_at<W>(values, panel + i) * xk;
            }
            panel += S;
            known += W;
        }
    }
    const std::int64_t diagonal = block.diagonal;
#pragma GCC unroll 4
    for (int i = 0; i < S; ++i) {
#pragma GCC unroll 4
        for (int q = 0; q < i; ++q) {
            sum[i] = sum[i] - factor_at<W>(values, diagonal + q * S + i) * sum[q];
        }
        sum[i] = sum[i] * factor_at<W>(values, diagonal + i * S + i);
        store<W>(x + (std::int64_t{block.begin} + i) * W, sum[i]);
    }
}

/// The result of one block, which is then taken off the blocks before it. The diagonal tile is an
/// upper triangle, that of L^T (ones on its diagonal).
template <int W, int S>
ERBIUM_INLINE void solve_up_block(const LuProgram& program, const LuBlock& block,
                                  const double* values, double* x, double* result) noexcept {
    Packs<W, S> xs;
    const std::int64_t diagonal = block.diagonal;
#pragma GCC unroll 4
    for (int i = S - 1; i >= 0; --i) {
        xs[i] = load<W>(x + (std::int64_t{block.begin} + i) * W);
#pragma GCC unroll 4
        for (int q = i + 1; q < S; ++q) {
            xs[i] = xs[i] - factor_at<W>(values, diagonal + q * S + i) * xs[q];
        }
        const std::int64_t row = std::int64_t{program.order[std::int64_t{block.begin} + i]};
        store<W>(result + row * W, xs[i]);
    }
    for (std::uint32_t r = block.lower_begin; r < block.lower_end; ++r) {
        const LuSolveRun& run = program.solve_runs[r];
        std::int64_t panel = run.values;
        double* rest = x + std::int64_t{run.x} * W;
        for (std::uint32_t k = run.length; k != 0; --k) {
            Pack<W> sum = load<W>(rest);
#pragma GCC unroll 4
            for (int j = 0; j < S; ++j) {
                sum = sum - factor_at<W>(values, panel + j) * xs[j];
            }
            store<W>(rest, sum);
            panel += S;
            rest += W;
        }
    }
}

/// Solves A^T x = b for one right-hand side per lane. `x` is size x W of workspace; `result` may be
/// `b`.
template <int W>
void solve_lanes_transposed(const LuProgram& program, const double* values, const double* b,
                            double* x, double* result) noexcept {
    for (std::uint32_t i = 0; i < program.block_count; ++i) {
        const LuBlock& block = program.blocks[i];
        switch (block.size) {
            case 1:
                solve_down_block<W, 1>(program, block, values, b, x);
                break;
            case 2:
                solve_down_block<W, 2>(program, block, values, b, x);
                break;
            case 3:
                solve_down_block<W, 3>(program, block, values, b, x);
                break;
            default:
                solve_down_block<W, 4>(program, block, values, b, x);
                break;
        }
    }
    for (std::uint32_t i = program.block_count; i-- > 0;) {
        const LuBlock& block = program.blocks[i];
        switch (block.size) {
            case 1:
                solve_up_block<W, 1>(program, block, values, x, result);
                break;
            case 2:
                solve_up_block<W, 2>(program, block, values, x, result);
                break;
            case 3:
                solve_up_block<W, 3>(program, block, values, x, result);
                break;
            default:
                solve_up_block<W, 4>(program, block, values, x, result);
                break;
        }
    }
}

}  // namespace erbium::math::ERBIUM_TARGET
