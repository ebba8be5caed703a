// SPDX-License-Identifier: Apache-2.0
// erbium/math/pack.hpp: a few doubles that are computed with together, one per lane.
// Used by: kernels, inside one translation unit per instruction set
//
// Policy, so that a result is the same bytes on every instruction set and for every width: lanes
// never meet (no sum, minimum or choice across them), only correctly rounded operations are used
// (+ - * / sqrt, comparisons, integer operations), and there is no fused multiply-add: the build
// forbids contraction and nothing here asks for it. A fused operation would double the peak on some
// machines, but would have to be imitated, slowly, where it is missing.
//
// A translation unit that is compiled for an instruction set defines ERBIUM_TARGET (the name of a
// namespace) before including this file, and includes no header with inline functions that other
// units use too: the linker keeps one copy of those, and it must not be the one with instructions
// that the machine lacks.
#pragma once

#include <cstdint>

#ifndef ERBIUM_TARGET
#define ERBIUM_TARGET portable
#endif

#define ERBIUM_INLINE inline __attribute__((always_inline))

namespace erbium::math::ERBIUM_TARGET {

/// Vector types of W doubles and W 64-bit integers. A mask is an integer vector of 0 and -1.
template <int W>
struct PackTypes {
    typedef double Double __attribute__((vector_size(W * 8)));         // NOLINT: no using with GCC
    typedef std::int64_t Integer __attribute__((vector_size(W * 8)));  // NOLINT
    typedef std::uint64_t Unsigned __attribute__((vector_size(W * 8)));  // NOLINT
    typedef double Stored                                                // NOLINT
        __attribute__((vector_size(W * 8), may_alias, aligned(8)));
};
template <int W>
using Pack = typename PackTypes<W>::Double;
template <int W>
using IntPack = typename PackTypes<W>::Integer;
template <int W>
using UnsignedPack = typename PackTypes<W>::Unsigned;

template <int W, int N>
using Packs = Pack<W>[static_cast<unsigned>(N)];

template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> load(const double* from) noexcept {
    return *reinterpret_cast<const typename PackTypes<W>::Stored*>(from);
}
template <int W>
ERBIUM_INLINE void store(double* to, Pack<W> value) noexcept {
    *reinterpret_cast<typename PackTypes<W>::Stored*>(to) = value;
}
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> broadcast(double value) noexcept {
    return Pack<W>{} + value;
}
template <int W>
[[nodiscard]] ERBIUM_INLINE IntPack<W> broadcast_int(std::int64_t value) noexcept {
    return IntPack<W>{} + value;
}
/// The same bits under the other type.
template <int W>
[[nodiscard]] ERBIUM_INLINE IntPack<W> bits_of(Pack<W> value) noexcept {
    return reinterpret_cast<IntPack<W>>(value);
}
template <int W>
[[nodiscard]] ERBIUM_INLINE UnsignedPack<W> unsigned_bits_of(Pack<W> value) noexcept {
    return reinterpret_cast<UnsignedPack<W>>(value);
}
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> from_bits(IntPack<W> value) noexcept {
    return reinterpret_cast<Pack<W>>(value);
}
/// Lane by lane: mask ? yes : no.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> blend(IntPack<W> mask, Pack<W> yes, Pack<W> no) noexcept {
    return from_bits<W>((bits_of<W>(yes) & mask) | (bits_of<W>(no) & ~mask));
}
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> absolute(Pack<W> a) noexcept {
    return from_bits<W>(bits_of<W>(a) & broadcast_int<W>(0x7FFFFFFFFFFFFFFF));
}
template <int W>
[[nodiscard]] ERBIUM_INLINE IntPack<W> is_nan(Pack<W> a) noexcept {
    return a != a;
}
/// The larger operand; NaN when one of them is.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> larger(Pack<W> a, Pack<W> b) noexcept {
    return blend<W>((b > a) | is_nan<W>(b), b, a);
}
/// The smaller operand; NaN when one of them is.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> smaller(Pack<W> a, Pack<W> b) noexcept {
    return blend<W>((b < a) | is_nan<W>(b), b, a);
}
template <int W>
[[nodiscard]] ERBIUM_INLINE bool any(IntPack<W> mask) noexcept {
    std::int64_t found = 0;
    for (int i = 0; i < W; ++i) {
        found |= mask[i];
    }
    return found != 0;
}
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> square_root(Pack<W> a) noexcept {
    Pack<W> root{};
    for (int i = 0; i < W; ++i) {
        root[i] = __builtin_sqrt(a[i]);
    }
    return root;
}

}  // namespace erbium::math::ERBIUM_TARGET
