// SPDX-License-Identifier: Apache-2.0
// erbium/math/supernode_kernel.hpp: executes a SupernodeProgram on one matrix.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// Almost all work is in subtract_product: panel -= panel * (block of the other panel), in tiles of
// up to three groups of eight rows by a few columns, held in registers. Rows go in groups of eight
// on every instruction set: a group that lies together in the target too is updated in place, the
// others are computed apart and added row by row. Which is which, and so every rounding, follows
// from the program alone.
#pragma once

#include "erbium/math/pack.hpp"
#include "erbium/math/supernode_program.hpp"

// What one tile holds in registers: vectors of this many doubles, groups of rows, columns.
#ifndef ERBIUM_TILE_PACK
#define ERBIUM_TILE_PACK 2
#define ERBIUM_TILE_GROUPS 1
#define ERBIUM_TILE_COLUMNS 2
#endif

namespace erbium::math::ERBIUM_TARGET {

inline constexpr unsigned kGroupRows = 8;
inline constexpr int kTilePack = ERBIUM_TILE_PACK;
inline constexpr int kTileGroups = ERBIUM_TILE_GROUPS;
inline constexpr int kTileColumns = ERBIUM_TILE_COLUMNS;
inline constexpr int kPacksPerGroup = static_cast<int>(kGroupRows) / kTilePack;

/// target -= panel * factors; row i of the panel belongs at place places[rows[i]] of the target's
/// columns, or at place i where `rows` is null.
struct PanelProduct {
    const double* panel{};
    std::int64_t stride{};
    std::uint32_t count{};  ///< rows of the panel
    std::uint32_t inner{};  ///< columns of the panel
    const std::uint32_t* rows{};
    const std::uint32_t* places{};
    const double* factors{};  ///< (k, column q) at k * k_stride + q * q_stride
    std::int64_t k_stride{};
    std::int64_t q_stride{};
    const std::uint32_t* columns{};  ///< of the target, by q, counted from first_column
    std::uint32_t first_column{};
    std::uint32_t column_count{};
    double* target{};
    std::int64_t target_stride{};
};

/// The columns that a tile of at most kTileColumns takes of `left`.
[[nodiscard]] ERBIUM_INLINE std::uint32_t tile_columns(std::uint32_t left) noexcept {
    std::uint32_t columns = kTileColumns;
    while (columns > left) {
        columns /= 2;
    }
    return columns;
}

/// Where the groups of a tile go.
struct TileRows {
    std::int64_t direct[3]{};  ///< place of the group's first row
    bool is_direct[3]{};
    std::uint32_t first_row{};     ///< of the tile in the panel
    std::uint32_t rows_of_last{};  ///< of its last group
};

template <int G, int N>
ERBIUM_INLINE void multiply_tile(const PanelProduct& p, const double* a, std::int64_t a_stride,
                                 const double* z, double* const* column,
                                 const TileRows& to) noexcept {
    constexpr int kPacks = G * kPacksPerGroup;
    Packs<kTilePack, kPacks> c[static_cast<unsigned>(N)];
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n) {
#pragma GCC unroll 3
        for (int g = 0; g < G; ++g) {
#pragma GCC unroll 4
            for (int v = 0; v < kPacksPerGroup; ++v) {
                c[n][g * kPacksPerGroup + v] =
                    to.is_direct[g] ? load<kTilePack>(column[n] + to.direct[g] + v * kTilePack)
                                    : broadcast<kTilePack>(0.0);
            }
        }
    }
    for (std::uint32_t k = p.inner; k != 0; --k) {
        Packs<kTilePack, kPacks> ak;
#pragma GCC unroll 12
        for (int v = 0; v < kPacks; ++v) {
            ak[v] = load<kTilePack>(a + v * kTilePack);
        }
#pragma GCC unroll 8
        for (int n = 0; n < N; ++n) {
            const Pack<kTilePack> zn = broadcast<kTilePack>(z[n]);
#pragma GCC unroll 12
            for (int v = 0; v < kPacks; ++v) {
                c[n][v] = c[n][v] - ak[v] * zn;
            }
        }
        a += a_stride;
        z += N;
    }
#pragma GCC unroll 3
    for (int g = 0; g < G; ++g) {
        if (to.is_direct[g]) {
#pragma GCC unroll 8
            for (int n = 0; n < N; ++n) {
#pragma GCC unroll 4
                for (int v = 0; v < kPacksPerGroup; ++v) {
                    store<kTilePack>(column[n] + to.direct[g] + v * kTilePack,
                                     c[n][g * kPacksPerGroup + v]);
                }
            }
            continue;
        }
        alignas(64) double apart[static_cast<unsigned>(N)][kGroupRows];
#pragma GCC unroll 8
        for (int n = 0; n < N; ++n) {
#pragma GCC unroll 4
            for (int v = 0; v < kPacksPerGroup; ++v) {
                store<kTilePack>(apart[n] + v * kTilePack, c[n][g * kPacksPerGroup + v]);
            }
        }
        const std::uint32_t begin = to.first_row + static_cast<std::uint32_t>(g) * kGroupRows;
        const std::uint32_t rows = g + 1 == G ? to.rows_of_last : kGroupRows;
        for (std::uint32_t i = 0; i < rows; ++i) {
            const std::int64_t place =
                p.rows == nullptr ? std::int64_t{begin} + i : p.places[p.rows[begin + i]];
#pragma GCC unroll 8
            for (int n = 0; n < N; ++n) {
                column[n][place] = column[n][place] + apart[n][i];
            }
        }
    }
}

template <int G>
ERBIUM_INLINE void multiply_columns(const PanelProduct& p, const double* a, std::int64_t a_stride,
                                    const double* z, const TileRows& to) noexcept {
    for (std::uint32_t q = 0; q < p.column_count;) {
        const std::uint32_t n = tile_columns(p.column_count - q);
        double* column[kTileColumns];
        for (std::uint32_t i = 0; i < n; ++i) {
            const std::uint32_t to_column =
                p.columns == nullptr ? q + i : p.columns[q + i] - p.first_column;
            column[i] = p.target + std::int64_t{to_column} * p.target_stride;
        }
        switch (n) {
            case 1:
                multiply_tile<G, 1>(p, a, a_stride, z, column, to);
                break;
            case 2:
                multiply_tile<G, 2>(p, a, a_stride, z, column, to);
                break;
#if ERBIUM_TILE_COLUMNS >= 4
            case 4:
                multiply_tile<G, 4>(p, a, a_stride, z, column, to);
                break;
#endif
#if ERBIUM_TILE_COLUMNS >= 8
            case 8:
                multiply_tile<G, 8>(p, a, a_stride, z, column, to);
                break;
#endif
            default:
                break;
        }
        z += std::int64_t{p.inner} * n;
        q += n;
    }
}

// Products of few columns that change few entries: entry by entry costs less than tiles.
inline constexpr std::uint32_t kFewInner = 3;
inline constexpr std::uint32_t kFewElements = 256;

template <int N>
ERBIUM_INLINE void subtract_few(const PanelProduct& p) noexcept {
    for (std::uint32_t q = 0; q < p.column_count; ++q) {
        double* const column =
            p.target + std::int64_t{p.columns[q] - p.first_column} * p.target_stride;
        double z[static_cast<unsigned>(N)];
        for (int k = 0; k < N; ++k) {
            z[k] = p.factors[k * p.k_stride + q * p.q_stride];
        }
        for (std::uint32_t i = 0; i < p.count; ++i) {
            double* const to = column + p.places[p.rows[i]];
            double sum = *to;
            for (int k = 0; k < N; ++k) {
                sum = sum - p.panel[i + k * p.stride] * z[k];
            }
            *to = sum;
        }
    }
}

/// `work` holds inner x column_count + inner x 24 doubles.
inline void subtract_product(const PanelProduct& p, double* work) noexcept {
    if (p.count == 0 || p.column_count == 0 || p.inner == 0) {
        return;
    }
    if (p.rows != nullptr && p.inner <= kFewInner && p.count * p.column_count <= kFewElements) {
        switch (p.inner) {
            case 1:
                subtract_few<1>(p);
                return;
            case 2:
                subtract_few<2>(p);
                return;
            default:
                subtract_few<3>(p);
                return;
        }
    }
    double* z = work;
    for (std::uint32_t q = 0; q < p.column_count;) {
        const std::uint32_t n = tile_columns(p.column_count - q);
        for (std::uint32_t k = 0; k < p.inner; ++k) {
            const double* from = p.factors + k * p.k_stride + q * p.q_stride;
            for (std::uint32_t i = 0; i < n; ++i) {
                *z++ = from[i * p.q_stride];
            }
        }
        q += n;
    }
    double* const packed = work + std::int64_t{p.inner} * p.column_count;
    const std::uint32_t groups = (p.count + kGroupRows - 1) / kGroupRows;
    for (std::uint32_t group = 0; group < groups;) {
        const std::uint32_t left = groups - group;
        const std::uint32_t taken = left < kTileGroups ? left : std::uint32_t{kTileGroups};
        TileRows to;
        to.first_row = group * kGroupRows;
        for (std::uint32_t g = 0; g < taken; ++g) {
            const std::uint32_t first = to.first_row + g * kGroupRows;
            const std::uint32_t rows = p.count - first;
            to.rows_of_last = rows < kGroupRows ? rows : kGroupRows;
            const std::uint32_t place = p.rows == nullptr ? first : p.places[p.rows[first]];
            to.direct[g] = place;
            to.is_direct[g] = rows >= kGroupRows &&
                              (p.rows == nullptr ||
                               p.places[p.rows[first + kGroupRows - 1]] - place == kGroupRows - 1);
        }
        const double* a = p.panel + to.first_row;
        std::int64_t a_stride = p.stride;
        if (p.column_count > kTileColumns) {  // read again for every few columns: from the cache
            const auto height = std::int64_t{taken} * kGroupRows;
            double* to_packed = packed;
            for (std::uint32_t k = 0; k < p.inner; ++k) {
                for (std::int64_t i = 0; i < height; i += kTilePack) {
                    store<kTilePack>(to_packed + i, load<kTilePack>(a + i));
                }
                to_packed += height;
                a += p.stride;
            }
            a = packed;
            a_stride = height;
        }
        switch (taken) {
            case 1:
                multiply_columns<1>(p, a, a_stride, work, to);
                break;
#if ERBIUM_TILE_GROUPS >= 3
            case 2:
                multiply_columns<2>(p, a, a_stride, work, to);
                break;
            case 3:
                multiply_columns<3>(p, a, a_stride, work, to);
                break;
#endif
            default:
                break;
        }
        group += taken;
    }
}

/// A triangle of factors: (q, j) for q < j at [q * q_stride + j * j_stride], reciprocals of the
/// diagonal at [j * (q_stride + j_stride)].
struct Triangle {
    const double* factors{};
    std::int64_t q_stride{};
    std::int64_t j_stride{};
    bool is_unit{};
};

template <int W, int N>
ERBIUM_INLINE void solve_rows(double* panel, std::int64_t stride, std::int64_t begin,
                              std::int64_t end, const Triangle& t) noexcept {
    for (std::int64_t i = begin; i < end; i += W) {
        Packs<W, N> x;
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j) {
            x[j] = load<W>(panel + i + j * stride);
#pragma GCC unroll 8
            for (int q = 0; q < j; ++q) {
                x[j] = x[j] - x[q] * broadcast<W>(t.factors[q * t.q_stride + j * t.j_stride]);
            }
            if (!t.is_unit) {
                x[j] = x[j] * broadcast<W>(t.factors[j * (t.q_stride + t.j_stride)]);
            }
            store<W>(panel + i + j * stride, x[j]);
        }
    }
}

template <int N>
void solve_few_columns(double* panel, std::int64_t stride, std::int64_t count,
                       const Triangle& t) noexcept {
    const std::int64_t whole = count / kTilePack * kTilePack;
    solve_rows<kTilePack, N>(panel, stride, 0, whole, t);
    solve_rows<1, N>(panel, stride, whole, count, t);
}

/// panel = panel * triangle^-1, blocks of eight columns after one another.
inline void solve_panel(double* panel, std::int64_t stride, std::uint32_t count,
                        std::uint32_t width, const Triangle& triangle, double* work) noexcept {
    if (count == 0) {
        return;
    }
    for (std::uint32_t j = 0; j < width; j += 8) {
        const std::uint32_t n = width - j < 8 ? width - j : 8;
        PanelProduct p;
        p.panel = panel;
        p.stride = stride;
        p.count = count;
        p.inner = j;
        p.factors = triangle.factors + j * triangle.j_stride;
        p.k_stride = triangle.q_stride;
        p.q_stride = triangle.j_stride;
        p.column_count = n;
        p.target = panel + j * stride;
        p.target_stride = stride;
        subtract_product(p, work);
        Triangle t = triangle;
        t.factors += j * (triangle.q_stride + triangle.j_stride);
        double* const columns = panel + j * stride;
        switch (n) {
#define ERBIUM_COLUMNS(N)                                \
    case N:                                              \
        solve_few_columns<N>(columns, stride, count, t); \
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
}

/// L and U in place of a square block; reciprocals of the pivots on the diagonal. Returns the
/// largest |entry| of U seen, or `largest`.
inline double factor_block(double* d, std::int64_t stride, std::uint32_t width,
                           double largest) noexcept {
    for (std::uint32_t p = 0; p < width; ++p) {
        double* const pivot_column = d + p * stride;
        for (std::uint32_t i = 0; i <= p; ++i) {
            const double size = __builtin_fabs(pivot_column[i]);
            largest = size > largest ? size : largest;
        }
        const double reciprocal = 1.0 / pivot_column[p];
        pivot_column[p] = reciprocal;
        for (std::uint32_t i = p + 1; i < width; ++i) {
            pivot_column[i] = pivot_column[i] * reciprocal;
        }
        for (std::uint32_t j = p + 1; j < width; ++j) {
            double* const column = d + j * stride;
            const double u = column[p];
            for (std::uint32_t i = p + 1; i < width; ++i) {
                column[i] = column[i] - pivot_column[i] * u;
            }
        }
    }
    return largest;
}

/// Factors of scale A + shift I. `places` holds 2 x size. Returns the largest |entry| of U over
/// the largest |entry| of the matrix.
inline double factor_supernodes(const SupernodeProgram& program, const double* entries,
                                std::int64_t entry_stride, double scale, double shift,
                                double* values, double* work, std::uint32_t* places) noexcept {
    double largest_entry = __builtin_fabs(shift);
    for (std::uint32_t e = 0; e < program.entry_count; ++e) {
        const double size = __builtin_fabs(scale * entries[e * entry_stride]);
        largest_entry = size > largest_entry ? size : largest_entry;
    }
    double largest = 0.0;
    std::uint32_t* const lower_places = places;
    std::uint32_t* const upper_places = places + program.size;
    for (std::uint32_t node = 0; node < program.supernode_count; ++node) {
        const Supernode& t = program.supernodes[node];
        double* const lower = values + t.lower;
        double* const upper = values + t.upper;
        const auto lower_stride =
            static_cast<std::int64_t>(panel_stride(std::uint64_t{t.width} + t.row_count));
        const auto upper_stride = static_cast<std::int64_t>(panel_stride(t.column_count));
        __builtin_memset(lower, 0,
                         sizeof(double) * t.width * static_cast<std::uint64_t>(lower_stride));
        __builtin_memset(upper, 0,
                         sizeof(double) * t.width * static_cast<std::uint64_t>(upper_stride));
        for (std::uint32_t e = t.entry_begin; e < t.entry_end; ++e) {
            const SupernodeEntry& entry = program.entries[e];
            values[entry.value] = scale * entries[entry.entry * entry_stride];
        }
        for (std::uint32_t i = 0; i < t.width; ++i) {
            lower[i * (lower_stride + 1)] = lower[i * (lower_stride + 1)] + shift;
        }
        for (std::uint32_t i = 0; i < t.width; ++i) {
            lower_places[t.begin + i] = i;
        }
        for (std::uint32_t i = 0; i < t.row_count; ++i) {
            lower_places[program.lists[t.rows + i]] = t.width + i;
        }
        for (std::uint32_t i = 0; i < t.column_count; ++i) {
            upper_places[program.lists[t.columns + i]] = i;
        }
        for (std::uint32_t i = t.source_begin; i < t.source_end; ++i) {
            const SupernodeSource& source = program.sources[i];
            const Supernode& s = program.supernodes[source.supernode];
            const double* const l = values + s.lower + s.width;
            const double* const u = values + s.upper;
            PanelProduct p;
            p.inner = s.width;
            p.first_column = t.begin;
            const auto l_stride =
                static_cast<std::int64_t>(panel_stride(std::uint64_t{s.width} + s.row_count));
            const auto u_stride = static_cast<std::int64_t>(panel_stride(s.column_count));
            p.panel = l + source.row_begin;
            p.stride = l_stride;
            p.count = s.row_count - source.row_begin;
            p.rows = program.lists + s.rows + source.row_begin;
            p.places = lower_places;
            p.factors = u + source.column_begin;
            p.k_stride = u_stride;
            p.q_stride = 1;
            p.columns = program.lists + s.columns + source.column_begin;
            p.column_count = source.column_end - source.column_begin;
            p.target = lower;
            p.target_stride = lower_stride;
            subtract_product(p, work);
            p.panel = u + source.column_end;
            p.stride = u_stride;
            p.count = s.column_count - source.column_end;
            p.rows = program.lists + s.columns + source.column_end;
            p.places = upper_places;
            p.factors = l + source.row_begin;
            p.k_stride = l_stride;
            p.columns = program.lists + s.rows + source.row_begin;
            p.column_count = source.row_end - source.row_begin;
            p.target = upper;
            p.target_stride = upper_stride;
            subtract_product(p, work);
        }
        largest = factor_block(lower, lower_stride, t.width, largest);
        solve_panel(lower + t.width, lower_stride, t.row_count, t.width,
                    {lower, 1, lower_stride, false}, work);
        solve_panel(upper, upper_stride, t.column_count, t.width, {lower, lower_stride, 1, true},
                    work);
        Pack<kTilePack> largest_pack = broadcast<kTilePack>(largest);
        for (std::uint32_t j = 0; j < t.width; ++j) {
            // The rows that fill a column's last cache line are zero from the start.
            for (std::int64_t i = 0; i < upper_stride; i += kTilePack) {
                const Pack<kTilePack> size =
                    absolute<kTilePack>(load<kTilePack>(upper + j * upper_stride + i));
                largest_pack = size > largest_pack ? size : largest_pack;
            }
        }
        for (int i = 0; i < kTilePack; ++i) {
            largest = largest_pack[i] > largest ? largest_pack[i] : largest;
        }
    }
    return largest / largest_entry;
}

/// y -= (few columns of a panel) * x, rows contiguous.
template <int N>
ERBIUM_INLINE void subtract_columns(const double* panel, std::int64_t stride, std::int64_t count,
                                    const double* x, double* y) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        double sum = y[i];
        for (int k = 0; k < N; ++k) {
            sum = sum - panel[i + k * stride] * x[k];
        }
        y[i] = sum;
    }
}

/// Sum of products in eight interleaved sums, whatever the instruction set.
ERBIUM_INLINE double dot(const double* a, const double* b, std::int64_t count) noexcept {
    Pack<kTilePack> sums[kPacksPerGroup] = {};
    std::int64_t i = 0;
    for (; i + kGroupRows <= count; i += kGroupRows) {
#pragma GCC unroll 4
        for (int v = 0; v < kPacksPerGroup; ++v) {
            sums[v] = sums[v] + load<kTilePack>(a + i + v * kTilePack) *
                                    load<kTilePack>(b + i + v * kTilePack);
        }
    }
    double sum = 0.0;
    for (int v = 0; v < kPacksPerGroup; ++v) {
        for (int l = 0; l < kTilePack; ++l) {
            sum = sum + sums[v][l];
        }
    }
    for (; i < count; ++i) {
        sum = sum + a[i] * b[i];
    }
    return sum;
}

/// Solves for one right-hand side; element i of b and result is at [i * vector_stride], result may
/// be b. `work` is 2 x size.
inline void solve_supernodes(const SupernodeProgram& program, const double* values, const double* b,
                             double* result, std::int64_t vector_stride, double* work) noexcept {
    const std::int64_t n = program.size;
    double* const x = work;
    double* const y = work + n;
    for (std::int64_t i = 0; i < n; ++i) {
        x[i] = b[program.order[i] * vector_stride];
    }
    for (std::uint32_t node = 0; node < program.supernode_count; ++node) {
        const Supernode& s = program.supernodes[node];
        const auto stride =
            static_cast<std::int64_t>(panel_stride(std::uint64_t{s.width} + s.row_count));
        const double* const d = values + s.lower;
        double* const xs = x + s.begin;
        for (std::uint32_t p = 0; p < s.width; ++p) {
            for (std::uint32_t i = p + 1; i < s.width; ++i) {
                xs[i] = xs[i] - d[i + p * stride] * xs[p];
            }
        }
        const std::uint32_t* const rows = program.lists + s.rows;
        for (std::uint32_t i = 0; i < s.row_count; ++i) {
            y[i] = x[rows[i]];
        }
        const double* const l = d + s.width;
        std::uint32_t k = 0;
        for (; k + 4 <= s.width; k += 4) {
            subtract_columns<4>(l + k * stride, stride, s.row_count, xs + k, y);
        }
        for (; k < s.width; ++k) {
            subtract_columns<1>(l + k * stride, stride, s.row_count, xs + k, y);
        }
        for (std::uint32_t i = 0; i < s.row_count; ++i) {
            x[rows[i]] = y[i];
        }
    }
    for (std::uint32_t node = program.supernode_count; node-- > 0;) {
        const Supernode& s = program.supernodes[node];
        const auto stride =
            static_cast<std::int64_t>(panel_stride(std::uint64_t{s.width} + s.row_count));
        const auto upper_stride = static_cast<std::int64_t>(panel_stride(s.column_count));
        const double* const d = values + s.lower;
        double* const xs = x + s.begin;
        const std::uint32_t* const columns = program.lists + s.columns;
        for (std::uint32_t i = 0; i < s.column_count; ++i) {
            y[i] = x[columns[i]];
        }
        for (std::uint32_t k = 0; k < s.width; ++k) {
            xs[k] = xs[k] - dot(values + s.upper + k * upper_stride, y, s.column_count);
        }
        for (std::uint32_t p = s.width; p-- > 0;) {
            xs[p] = xs[p] * d[p * (stride + 1)];
            for (std::uint32_t i = 0; i < p; ++i) {
                xs[i] = xs[i] - d[i + p * stride] * xs[p];
            }
        }
    }
    for (std::int64_t i = 0; i < n; ++i) {
        result[program.order[i] * vector_stride] = x[i];
    }
}

}  // namespace erbium::math::ERBIUM_TARGET
