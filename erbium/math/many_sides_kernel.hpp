// SPDX-License-Identifier: Apache-2.0
// erbium/math/many_sides_kernel.hpp: solves with the factors of one matrix for W right-hand sides.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// Right-hand sides stand in the lanes: each factor is read once for all of them. The operations of
// one lane and their order depend on the program alone, so that a lane's result is the same bytes
// whatever W is.
#pragma once

#include "erbium/math/left_looking_program.hpp"
#include "erbium/math/many_sides.hpp"
#include "erbium/math/pack.hpp"
#include "erbium/math/small_lu_program.hpp"
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

/// Solves with the values of a SmallLu. `work` is size x W; `result` may be `b`.
template <int W>
void solve_small_for_many(const SmallLuProgram& program, const double* values, const double* b,
                          double* work, double* result) noexcept {
    double* const y = work;
    permute_rows<W>(program.order, program.size, b, y);
    for (std::uint32_t p = 0; p < program.size; ++p) {
        const SmallLuPivot& pivot = program.pivots[p];
        const double* const lower = values + pivot.values + 1;
        const std::uint32_t* const rows = program.places + pivot.places;
        const Pack<W> yp = load<W>(y + std::int64_t{p} * W);
        for (std::uint32_t i = 0; i < pivot.lower; ++i) {
            double* const yi = y + std::int64_t{rows[i]} * W;
            store<W>(yi, load<W>(yi) - lower[i] * yp);
        }
    }
    for (std::uint32_t p = program.size; p-- > 0;) {
        const SmallLuPivot& pivot = program.pivots[p];
        const double* const upper = values + pivot.values + 1 + pivot.lower;
        const std::uint32_t* const columns = program.places + pivot.places + pivot.lower;
        Pack<W> sum = load<W>(y + std::int64_t{p} * W);
        for (std::uint32_t j = 0; j < pivot.upper; ++j) {
            sum = sum - upper[j] * load<W>(y + std::int64_t{columns[j]} * W);
        }
        store<W>(y + std::int64_t{p} * W, sum * broadcast<W>(values[pivot.values]));
    }
    restore_rows<W>(program.order, program.size, y, result);
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

/// x -= (groups of one column) * factor, rows of x in slots.
template <int W>
ERBIUM_INLINE void subtract_groups_for_many(const LeftLookingProgram& program, std::uint32_t begin,
                                            std::uint32_t end, const double* values, Pack<W> factor,
                                            double* x) noexcept {
    const double* v = values + std::int64_t{begin} * std::int64_t{kPanelColumns};
    for (std::uint32_t g = begin; g < end; ++g) {
        double* const to = x + std::int64_t{program.groups[g]} * W;
#pragma GCC unroll 8
        for (std::int64_t i = 0; i < std::int64_t{kPanelColumns}; ++i) {
            store<W>(to + i * W, load<W>(to + i * W) - v[i] * factor);
        }
        v += kPanelColumns;
    }
}

/// Solves with the values of a LeftLookingLu. `work` is 2 slot_count x W; `result` may be `b`.
template <int W>
void solve_left_looking_for_many(const LeftLookingProgram& program, const double* values,
                                 const double* b, double* work, double* result) noexcept {
    double* const x = work;
    double* const y = work + std::int64_t{program.slot_count} * W;
    for (std::uint32_t j = 0; j < program.size; ++j) {
        store<W>(x + std::int64_t{program.columns[j].lower_slot} * W,
                 load<W>(b + std::int64_t{program.order[j]} * W));
    }
    for (std::uint32_t j = 0; j < program.size; ++j) {
        const SolveColumn& column = program.columns[j];
        const Pack<W> xj = load<W>(x + std::int64_t{column.lower_slot} * W);
        store<W>(y + std::int64_t{column.upper_slot} * W, xj);
        subtract_groups_for_many<W>(program, column.lower_begin, column.lower_end, values, xj, x);
    }
    for (std::uint32_t j = program.size; j-- > 0;) {
        const SolveColumn& column = program.columns[j];
        const Pack<W> yj = load<W>(y + std::int64_t{column.upper_slot} * W) *
                           broadcast<W>(values[program.reciprocals + j]);
        store<W>(result + std::int64_t{program.order[j]} * W, yj);
        subtract_groups_for_many<W>(program, column.upper_begin, column.upper_end, values, yj, y);
    }
}

template <int W>
[[nodiscard]] ManySides many_sides_of() noexcept {
    return {W, solve_small_for_many<W>, solve_supernodes_for_many<W>,
            solve_left_looking_for_many<W>};
}

}  // namespace erbium::math::ERBIUM_TARGET
