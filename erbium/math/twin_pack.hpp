// SPDX-License-Identifier: Apache-2.0
// erbium/math/twin_pack.hpp: packs of ERBIUM_TWIN doubles, as two vectors of the machine.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// For sweeps of many directions past one subject: what belongs to the subject (a matrix, its
// indices) is read once for both. Compilers keep such a pair in registers, which they do not with
// a vector type that is longer than the machine's.
#pragma once

#include "erbium/math/pack.hpp"

namespace erbium::math::ERBIUM_TARGET {

inline constexpr int kHalf = ERBIUM_TWIN / 2;

struct Twin {
    Pack<kHalf> a;
    Pack<kHalf> b;
};
struct IntTwin {
    IntPack<kHalf> a;
    IntPack<kHalf> b;
};
template <>
struct PackTypes<ERBIUM_TWIN> {
    using Double = Twin;
    using Integer = IntTwin;
};

[[nodiscard]] ERBIUM_INLINE Twin operator+(const Twin& x, const Twin& y) noexcept {
    return {x.a + y.a, x.b + y.b};
}
[[nodiscard]] ERBIUM_INLINE Twin operator-(const Twin& x, const Twin& y) noexcept {
    return {x.a - y.a, x.b - y.b};
}
[[nodiscard]] ERBIUM_INLINE Twin operator*(const Twin& x, const Twin& y) noexcept {
    return {x.a * y.a, x.b * y.b};
}
[[nodiscard]] ERBIUM_INLINE Twin operator+(const Twin& x, double y) noexcept {
    return {x.a + y, x.b + y};
}
[[nodiscard]] ERBIUM_INLINE Twin operator*(const Twin& x, double y) noexcept {
    return {x.a * y, x.b * y};
}
[[nodiscard]] ERBIUM_INLINE Twin operator*(double x, const Twin& y) noexcept {
    return {x * y.a, x * y.b};
}
[[nodiscard]] ERBIUM_INLINE IntTwin operator==(const Twin& x, const Twin& y) noexcept {
    return {x.a == y.a, x.b == y.b};
}

template <>
[[nodiscard]] ERBIUM_INLINE Twin load<ERBIUM_TWIN>(const double* from) noexcept {
    return {load<kHalf>(from), load<kHalf>(from + kHalf)};
}
template <>
ERBIUM_INLINE void store<ERBIUM_TWIN>(double* to, Twin value) noexcept {
    store<kHalf>(to, value.a);
    store<kHalf>(to + kHalf, value.b);
}
template <>
[[nodiscard]] ERBIUM_INLINE Twin blend<ERBIUM_TWIN>(IntTwin mask, Twin yes, Twin no) noexcept {
    return {blend<kHalf>(mask.a, yes.a, no.a), blend<kHalf>(mask.b, yes.b, no.b)};
}

}  // namespace erbium::math::ERBIUM_TARGET
