// SPDX-License-Identifier: Apache-2.0
// erbium/math/lu_transpose_kernel.hpp: solves with the factors of lu_kernel.hpp transposed, and
// with one matrix for all lanes. Used by: kernels; see pack.hpp for what a file that includes this
// must and must not do
//
// A = L U in the order of the plan, so A^T x = b is U^T z = b, then L^T x = z: the panels of U are
// read as rows of U^T, those of L as columns of L^T. F is the number of lanes of the factors: W, or
// 1 when all lanes share one matrix; then a pack of right-hand sides costs the memory traffic of
// one matrix.
#pragma once

#include "erbium/math/lu_kernel.hpp"

namespace erbium::math::ERBIUM_TARGET {

/// Entry `index` of factors of F lanes, for W lanes.
template <int W, int F>
[[nodiscard]] ERBIUM_INLINE Pack<W> factor_at(const double* values, std::int64_t index) noexcept {
    static_assert(F == W || F == 1);
    if constexpr (F == 1) {
        return broadcast<W>(values[index]);
    } else {
        return load<W>(values + index * W);
    }
}

/// z of one block, from panel rows that multiply what is known already. The diagonal tile is a
/// lower triangle: L (ones on its diagonal) when `Transposed` is false, else U^T.
template <int W, int F, int S, bool Transposed>
ERBIUM_INLINE void solve_down_block(const LuProgram& program, const LuBlock& block,
                                    const double* values, const double* b, double* x) noexcept {
    Packs<W, S> sum;
#pragma GCC unroll 4
    for (int i = 0; i < S; ++i) {
        const std::int64_t row = std::int64_t{program.order[std::int64_t{block.begin} + i]};
        sum[i] = load<W>(b + row * W);
    }
    const std::uint32_t end = Transposed ? block.upper_end : block.lower_end;
    for (std::uint32_t r = Transposed ? block.upper_begin : block.lower_begin; r < end; ++r) {
        const LuSolveRun& run = program.solve_runs[r];
        std::int64_t panel = run.values;
        const double* known = x + std::int64_t{run.x} * W;
        for (std::uint32_t k = run.length; k != 0; --k) {
            const Pack<W> xk = load<W>(known);
#pragma GCC unroll 4
            for (int i = 0; i < S; ++i) {
                sum[i] = sum[i] - factor_at<W, F>(values, panel + i) * xk;
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
            const int entry = Transposed ? q * S + i : i * S + q;
            sum[i] = sum[i] - factor_at<W, F>(values, diagonal + entry) * sum[q];
        }
        if constexpr (Transposed) {
            sum[i] = sum[i] * factor_at<W, F>(values, diagonal + i * S + i);
        }
        store<W>(x + (std::int64_t{block.begin} + i) * W, sum[i]);
    }
}

/// The result of one block, which is then taken off the blocks before it. The diagonal tile is an
/// upper triangle: U when `Transposed` is false, else L^T.
template <int W, int F, int S, bool Transposed>
ERBIUM_INLINE void solve_up_block(const LuProgram& program, const LuBlock& block,
                                  const double* values, double* x, double* result) noexcept {
    Packs<W, S> xs;
    const std::int64_t diagonal = block.diagonal;
#pragma GCC unroll 4
    for (int i = S - 1; i >= 0; --i) {
        xs[i] = load<W>(x + (std::int64_t{block.begin} + i) * W);
#pragma GCC unroll 4
        for (int q = i + 1; q < S; ++q) {
            const int entry = Transposed ? q * S + i : i * S + q;
            xs[i] = xs[i] - factor_at<W, F>(values, diagonal + entry) * xs[q];
        }
        if constexpr (!Transposed) {
            xs[i] = xs[i] * factor_at<W, F>(values, diagonal + i * S + i);
        }
        const std::int64_t row = std::int64_t{program.order[std::int64_t{block.begin} + i]};
        store<W>(result + row * W, xs[i]);
    }
    const std::uint32_t end = Transposed ? block.lower_end : block.upper_end;
    for (std::uint32_t r = Transposed ? block.lower_begin : block.upper_begin; r < end; ++r) {
        const LuSolveRun& run = program.solve_runs[r];
        std::int64_t panel = run.values;
        double* rest = x + std::int64_t{run.x} * W;
        for (std::uint32_t k = run.length; k != 0; --k) {
            Pack<W> sum = load<W>(rest);
#pragma GCC unroll 4
            for (int j = 0; j < S; ++j) {
                sum = sum - factor_at<W, F>(values, panel + j) * xs[j];
            }
            store<W>(rest, sum);
            panel += S;
            rest += W;
        }
    }
}

/// Solves A x = b or A^T x = b for one right-hand side per lane, the factors having F lanes. `x` is
/// size x W of workspace; `result` may be `b`.
template <int W, int F, bool Transposed>
void solve_factored(const LuProgram& program, const double* values, const double* b, double* x,
                    double* result) noexcept {
    for (std::uint32_t i = 0; i < program.block_count; ++i) {
        const LuBlock& block = program.blocks[i];
        switch (block.size) {
            case 1:
                solve_down_block<W, F, 1, Transposed>(program, block, values, b, x);
                break;
            case 2:
                solve_down_block<W, F, 2, Transposed>(program, block, values, b, x);
                break;
            case 3:
                solve_down_block<W, F, 3, Transposed>(program, block, values, b, x);
                break;
            default:
                solve_down_block<W, F, 4, Transposed>(program, block, values, b, x);
                break;
        }
    }
    for (std::uint32_t i = program.block_count; i-- > 0;) {
        const LuBlock& block = program.blocks[i];
        switch (block.size) {
            case 1:
                solve_up_block<W, F, 1, Transposed>(program, block, values, x, result);
                break;
            case 2:
                solve_up_block<W, F, 2, Transposed>(program, block, values, x, result);
                break;
            case 3:
                solve_up_block<W, F, 3, Transposed>(program, block, values, x, result);
                break;
            default:
                solve_up_block<W, F, 4, Transposed>(program, block, values, x, result);
                break;
        }
    }
}

}  // namespace erbium::math::ERBIUM_TARGET
