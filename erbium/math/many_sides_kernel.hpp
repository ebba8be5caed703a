// SPDX-License-Identifier: Apache-2.0
// erbium/math/many_sides_kernel.hpp: solves with the factors of one matrix for W right-hand sides.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// Right-hand sides stand in the lanes: each factor is read once for all of them. The operations of
// one lane and their order depend on the program alone, so that a lane's result is the same bytes
// whatever W is.
#pragma once

#include "erbium/math/many_sides.hpp"
#include "erbium/math/pack.hpp"
#include "erbium/math/substitution_program.hpp"
#include "erbium/math/supernode_program.hpp"

namespace erbium::math::ERBIUM_TARGET {

/// Rows of a panel that are worked on at once, one accumulator each.
#ifdef __AVX512F__
inline constexpr std::uint32_t kRowsAtOnce = 8;
#else
inline constexpr std::uint32_t kRowsAtOnce = 4;
#endif

/// Row i of n x W in the order of elimination, from or to rows in their own order.
template <int W>
void permute_rows(const std::int32_t* order, std::int64_t n, const double* b, double* x) noexcept {
    for (std::int64_t i = 0; i < n; ++i) {
        store<W>(x + i * W, load<W>(b + std::int64_t{order[i]} * W));
    }
}
template <int W>
void restore_rows(const std::int32_t* order, std::int64_t n, const double* x,
                  double* result) noexcept {
    for (std::int64_t i = 0; i < n; ++i) {
        store<W>(result + std::int64_t{order[i]} * W, load<W>(x + i * W));
    }
}

/// Solves for the R rows of a block of L or U, and moves on past its columns and values. `row` is
/// its first, counted as the half does.
template <int W, unsigned R, bool kIsLower>
ERBIUM_INLINE void solve_block(std::uint32_t count, const std::int32_t* order, std::int64_t row,
                               const std::uint32_t*& column, const double*& value, const double* b,
                               double* work, double* result) noexcept {
    const double* const known = kIsLower ? work : result;
    Packs<W, int{R}> sum;
#pragma GCC unroll 4
    for (unsigned i = 0; i < R; ++i) {
        sum[i] = kIsLower ? load<W>(b + std::int64_t{order[row + i]} * W)
                          : load<W>(work + (row - std::int64_t{i}) * W);
    }
    for (const std::uint32_t* const end = column + count; column != end; ++column) {
        const Pack<W> x = load<W>(known + std::int64_t{*column} * W);
#pragma GCC unroll 4
        for (unsigned i = 0; i < R; ++i) {
            sum[i] = sum[i] - value[i] * x;
        }
        value += R;
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < R; ++i) {
#pragma GCC unroll 4
        for (unsigned j = 0; j < i; ++j) {
            sum[i] = sum[i] - value[j] * sum[j];
        }
        value += i;
        if constexpr (kIsLower) {
            store<W>(work + (row + std::int64_t{i}) * W, sum[i]);
        } else {
            sum[i] = sum[i] * broadcast<W>(*value);
            ++value;
            store<W>(result + std::int64_t{order[row - std::int64_t{i}]} * W, sum[i]);
        }
    }
}

template <int W, bool kIsLower>
void solve_blocks(const RowBlock* block, const RowBlock* end, const std::int32_t* order,
                  std::int64_t row, const std::uint32_t*& column, const double*& value,
                  const double* b, double* work, double* result) noexcept {
    static_assert(kMostBlockRows == 4, "a case for each number of rows");
    for (; block != end; ++block) {
        switch (block->rows) {
#define ERBIUM_ROWS(R)                                                                           \
    case R:                                                                                      \
        solve_block<W, R, kIsLower>(block->columns, order, row, column, value, b, work, result); \
        break;
            ERBIUM_ROWS(1)
            ERBIUM_ROWS(2)
            ERBIUM_ROWS(3)
            ERBIUM_ROWS(4)
#undef ERBIUM_ROWS
            default:
                break;
        }
        row += kIsLower ? std::int64_t{block->rows} : -std::int64_t{block->rows};
    }
}

/// Solves with L and U by blocks of rows. `work` is size x W; `result` may be `b`.
template <int W>
void substitute_for_many(const SubstitutionProgram& program, const double* values, const double* b,
                         double* work, double* result) noexcept {
    const std::uint32_t* column = program.columns;
    solve_blocks<W, true>(program.lower, program.lower + program.lower_count, program.order, 0,
                          column, values, b, work, result);
    solve_blocks<W, false>(program.upper, program.upper + program.upper_count, program.order,
                           std::int64_t{program.size} - 1, column, values, b, work, result);
}

/// x[rows] -= (N rows of a panel's lower part) * xs.
template <int W, unsigned N>
ERBIUM_INLINE void subtract_rows(const double* panel, std::int64_t stride, std::uint32_t width,
                                 const double* xs, const std::uint32_t* rows, double* x) noexcept {
    Pack<W> sum[N];
#pragma GCC unroll 8
    for (unsigned i = 0; i < N; ++i) {
        sum[i] = load<W>(x + std::int64_t{rows[i]} * W);
    }
    for (std::uint32_t k = 0; k < width; ++k) {
        const Pack<W> xk = load<W>(xs + std::int64_t{k} * W);
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i) {
            sum[i] = sum[i] - panel[i] * xk;
        }
        panel += stride;
    }
#pragma GCC unroll 8
    for (unsigned i = 0; i < N; ++i) {
        store<W>(x + std::int64_t{rows[i]} * W, sum[i]);
    }
}

/// N neighbouring rows of xs -= (their rows of U right of the block) * x.
template <int W, unsigned N>
ERBIUM_INLINE void subtract_upper(const double* panel, std::int64_t stride, std::uint32_t count,
                                  const std::uint32_t* columns, const double* x,
                                  double* xs) noexcept {
    Pack<W> sum[N];
#pragma GCC unroll 8
    for (unsigned k = 0; k < N; ++k) {
        sum[k] = load<W>(xs + std::int64_t{k} * W);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const Pack<W> xi = load<W>(x + std::int64_t{columns[i]} * W);
#pragma GCC unroll 8
        for (unsigned k = 0; k < N; ++k) {
            sum[k] = sum[k] - panel[std::int64_t{k} * stride + i] * xi;
        }
    }
#pragma GCC unroll 8
    for (unsigned k = 0; k < N; ++k) {
        store<W>(xs + std::int64_t{k} * W, sum[k]);
    }
}

/// Solves with the values of a SupernodalLu. `work` is size x W; `result` may be `b`.
template <int W>
void solve_supernodes_for_many(const SupernodeProgram& program, const double* values,
                               const double* b, double* work, double* result) noexcept {
    double* const x = work;
    permute_rows<W>(program.order, program.size, b, x);
    for (std::uint32_t node = 0; node < program.supernode_count; ++node) {
        const Supernode& s = program.supernodes[node];
        const auto stride =
            static_cast<std::int64_t>(panel_stride(std::uint64_t{s.width} + s.row_count));
        const double* const d = values + s.lower;
        double* const xs = x + std::int64_t{s.begin} * W;
        for (std::uint32_t p = 0; p < s.width; ++p) {
            const Pack<W> xp = load<W>(xs + std::int64_t{p} * W);
            for (std::uint32_t i = p + 1; i < s.width; ++i) {
                double* const xi = xs + std::int64_t{i} * W;
                store<W>(xi, load<W>(xi) - d[i + p * stride] * xp);
            }
        }
        const std::uint32_t* const rows = program.lists + s.rows;
        const double* const l = d + s.width;
        std::uint32_t i = 0;
        for (; i + kRowsAtOnce <= s.row_count; i += kRowsAtOnce) {
            subtract_rows<W, kRowsAtOnce>(l + i, stride, s.width, xs, rows + i, x);
        }
        for (; i < s.row_count; ++i) {
            subtract_rows<W, 1>(l + i, stride, s.width, xs, rows + i, x);
        }
    }
    for (std::uint32_t node = program.supernode_count; node-- > 0;) {
        const Supernode& s = program.supernodes[node];
        const auto stride =
            static_cast<std::int64_t>(panel_stride(std::uint64_t{s.width} + s.row_count));
        const auto upper_stride = static_cast<std::int64_t>(panel_stride(s.column_count));
        const double* const d = values + s.lower;
        const double* const u = values + s.upper;
        double* const xs = x + std::int64_t{s.begin} * W;
        const std::uint32_t* const columns = program.lists + s.columns;
        std::uint32_t k = 0;
        for (; k + kRowsAtOnce <= s.width; k += kRowsAtOnce) {
            subtract_upper<W, kRowsAtOnce>(u + k * upper_stride, upper_stride, s.column_count,
                                           columns, x, xs + std::int64_t{k} * W);
        }
        for (; k < s.width; ++k) {
            subtract_upper<W, 1>(u + k * upper_stride, upper_stride, s.column_count, columns, x,
                                 xs + std::int64_t{k} * W);
        }
        for (std::uint32_t p = s.width; p-- > 0;) {
            double* const xp = xs + std::int64_t{p} * W;
            const Pack<W> value = load<W>(xp) * broadcast<W>(d[p * (stride + 1)]);
            store<W>(xp, value);
            for (std::uint32_t i = 0; i < p; ++i) {
                double* const xi = xs + std::int64_t{i} * W;
                store<W>(xi, load<W>(xi) - d[i + p * stride] * value);
            }
        }
    }
    restore_rows<W>(program.order, program.size, x, result);
}

template <int W>
[[nodiscard]] ManySides many_sides_of() noexcept {
    return {W, substitute_for_many<W>, solve_supernodes_for_many<W>};
}

}  // namespace erbium::math::ERBIUM_TARGET
