// SPDX-License-Identifier: Apache-2.0
// erbium/math/functions.hpp: exp, log and pow over lanes, the same bits on every instruction set.
// Used by: kernels; see pack.hpp for what a file that includes this must and must not do
//
// Largest errors, tested against 64-bit mantissas (tests/math/functions_test.cpp):
//   exponential 1 ULP, natural_log 1 ULP, log2, log10 0.55 ULP, power 1 ULP,
// denormal results of exponential and power included. Values at 0, infinities and NaN are C's.
#pragma once

#include "erbium/math/pack.hpp"

namespace erbium::math::ERBIUM_TARGET {

template <int W>
inline constexpr double kRounder = 0x1.8p52;  ///< x + kRounder - kRounder is x, rounded

/// An unevaluated sum, |low| at most half a unit in the last place of high.
template <int W>
struct TwoPack {
    Pack<W> high;
    Pack<W> low;
};

/// a + b exactly, when |a| >= |b| or a = 0. Source: Dekker, Numer Math 18 (1971) 224.
template <int W>
[[nodiscard]] ERBIUM_INLINE TwoPack<W> fast_two_sum(Pack<W> a, Pack<W> b) noexcept {
    const Pack<W> sum = a + b;
    return {sum, b - (sum - a)};
}

/// a * b exactly, without a fused operation. Source: Dekker 1971; splitting by Veltkamp.
template <int W>
[[nodiscard]] ERBIUM_INLINE TwoPack<W> two_product(Pack<W> a, Pack<W> b) noexcept {
    constexpr double kSplit = 134217729.0;  // 2^27 + 1
    const Pack<W> a_wide = a * kSplit;
    const Pack<W> a_high = a_wide - (a_wide - a);
    const Pack<W> a_low = a - a_high;
    const Pack<W> b_wide = b * kSplit;
    const Pack<W> b_high = b_wide - (b_wide - b);
    const Pack<W> b_low = b - b_high;
    const Pack<W> product = a * b;
    const Pack<W> error =
        ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return {product, error};
}

template <int W>
[[nodiscard]] ERBIUM_INLINE TwoPack<W> product(TwoPack<W> a, TwoPack<W> b) noexcept {
    const TwoPack<W> high = two_product<W>(a.high, b.high);
    return fast_two_sum<W>(high.high, high.low + (a.high * b.low + a.low * b.high));
}

// Integer arithmetic is unsigned: lanes that hold NaN or infinity wrap around in it, and are put
// right at the end.

/// The bits of a double whose exponent field is n + 1023 and whose fraction is 0.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> power_of_two(UnsignedPack<W> n) noexcept {
    return reinterpret_cast<Pack<W>>((n + 1023) << 52);
}

/// y 2^n for -2044 <= n <= 2046 (n modulo 2^64), rounded once.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> scaled(Pack<W> y, UnsignedPack<W> n) noexcept {
    const UnsignedPack<W> half = ((n + 2048) >> 1) - 1024;
    return y * power_of_two<W>(half) * power_of_two<W>(n - half);
}

/// e^(x + low), low a correction of at most a few units in the last place of x.
///
/// x = n ln 2 + r; e^r by the rational form of fdlibm's e_exp.c (Sun Microsystems, 1993).
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> exponential(Pack<W> x, Pack<W> low) noexcept {
    constexpr double kFar = 1100.0;  // beyond it every result is 0 or infinity
    const IntPack<W> is_far = (x > kFar) | (x < -kFar);
    x = smaller<W>(larger<W>(x, broadcast<W>(-kFar)), broadcast<W>(kFar));
    low = blend<W>(is_far, broadcast<W>(0.0), low);
    const Pack<W> shifted = x * 1.44269504088896338700e+00 + kRounder<W>;
    const UnsignedPack<W> n =
        unsigned_bits_of<W>(shifted) - unsigned_bits_of<W>(broadcast<W>(kRounder<W>));
    const Pack<W> n_real = shifted - kRounder<W>;
    const Pack<W> r_high = x - n_real * 6.93147180369123816490e-01;
    const Pack<W> r_low = n_real * 1.90821492927058770002e-10 - low;
    const Pack<W> r = r_high - r_low;
    const Pack<W> t = r * r;
    const Pack<W> c =
        r - t * (1.66666666666666019037e-01 +
                 t * (-2.77777777770155933842e-03 +
                      t * (6.61375632143793436117e-05 +
                           t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    const Pack<W> y = 1.0 - ((r_low - (r * c) / (2.0 - c)) - r_high);
    return scaled<W>(y, n);
}

template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> exponential(Pack<W> x) noexcept {
    return exponential<W>(x, broadcast<W>(0.0));
}

/// x = 2^k m with sqrt(1/2) <= m < sqrt(2), for positive finite x.
template <int W>
struct Split {
    Pack<W> k;
    Pack<W> m;
};
template <int W>
[[nodiscard]] ERBIUM_INLINE Split<W> split(Pack<W> x) noexcept {
    constexpr std::uint64_t kOne = 0x3FF0000000000000;
    constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCD;
    const IntPack<W> is_denormal = x < 0x1p-1022;
    x = blend<W>(is_denormal, x * 0x1p54, x);
    const UnsignedPack<W> lifted = unsigned_bits_of<W>(x) + (kOne - kRootHalf);
    const UnsignedPack<W> exponent = (lifted >> 52) - 1023;
    const UnsignedPack<W> magic = unsigned_bits_of<W>(broadcast<W>(kRounder<W>));
    const Pack<W> k = reinterpret_cast<Pack<W>>(exponent + magic) - kRounder<W>;
    const UnsignedPack<W> fraction = lifted & 0x000FFFFFFFFFFFFFU;
    return {blend<W>(is_denormal, k - 54.0, k), reinterpret_cast<Pack<W>>(fraction + kRootHalf)};
}

/// What a logarithm gives where `regular` does not hold: NaN below 0, -infinity at 0, x at
/// infinity and NaN.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> with_log_edges(Pack<W> x, Pack<W> regular) noexcept {
    const Pack<W> infinity = broadcast<W>(__builtin_inf());
    Pack<W> result = blend<W>(x == infinity, x, regular);
    result = blend<W>(x == broadcast<W>(0.0), -infinity, result);
    result = blend<W>(x < broadcast<W>(0.0), broadcast<W>(__builtin_nan("")), result);
    return blend<W>(is_nan<W>(x), x, result);
}

/// ln x, by fdlibm's e_log.c (Sun Microsystems, 1993).
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> natural_log(Pack<W> x) noexcept {
    const Split<W> parts = split<W>(x);
    const Pack<W> f = parts.m - 1.0;
    const Pack<W> s = f / (2.0 + f);
    const Pack<W> z = s * s;
    const Pack<W> w = z * z;
    const Pack<W> odd = w * (3.999999999940941908e-01 +
                             w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const Pack<W> even = z * (6.666666666666735130e-01 +
                              w * (2.857142874366239149e-01 +
                                   w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const Pack<W> half_square = 0.5 * f * f;
    const Pack<W> tail = s * (half_square + (odd + even)) + parts.k * 1.90821492927058770002e-10;
    const Pack<W> regular = parts.k * 6.93147180369123816490e-01 - ((half_square - tail) - f);
    return with_log_edges<W>(x, regular);
}

/// ln x for positive finite x with a relative error below 2^-63.
///
///   ln m = 2 s + s^3 (2/3 + 2/5 s^2 + 2/7 s^4 + ...),  s = (m - 1) / (m + 1),  s^2 < 0.0295
template <int W>
[[nodiscard]] ERBIUM_INLINE TwoPack<W> accurate_log(Pack<W> x) noexcept {
    const Split<W> parts = split<W>(x);
    const Pack<W> f = parts.m - 1.0;
    const Pack<W> d = 2.0 + f;
    const Pack<W> d_low = f - (d - 2.0);
    const Pack<W> s_high = f / d;
    const TwoPack<W> back = two_product<W>(s_high, d);
    const TwoPack<W> s{s_high, (((f - back.high) - back.low) - s_high * d_low) / d};
    const TwoPack<W> s2 = product<W>(s, s);
    const Pack<W> z = s2.high;
    Pack<W> q = broadcast<W>(2.0 / 25.0);
    q = 2.0 / 23.0 + z * q;
    q = 2.0 / 21.0 + z * q;
    q = 2.0 / 19.0 + z * q;
    q = 2.0 / 17.0 + z * q;
    q = 2.0 / 15.0 + z * q;
    q = 2.0 / 13.0 + z * q;
    q = 2.0 / 11.0 + z * q;
    q = 2.0 / 9.0 + z * q;
    q = 2.0 / 7.0 + z * q;
    q = 2.0 / 5.0 + z * q;
    q = z * q;
    TwoPack<W> series = fast_two_sum<W>(broadcast<W>(0x1.5555555555555p-1), q);
    series.low = series.low + 0x1.5555555555555p-55;  // the rest of 2/3
    const TwoPack<W> cubic = product<W>(s, product<W>(s2, series));
    TwoPack<W> log_m = fast_two_sum<W>(2.0 * s.high, cubic.high);
    log_m.low = log_m.low + (2.0 * s.low + cubic.low);
    constexpr double kLn2High = 0x1.62e42fefa3800p-1;  // 43 bits: times k it is exact
    constexpr double kLn2Low = 0x1.ef35793c76730p-45;
    const TwoPack<W> sum = fast_two_sum<W>(parts.k * kLn2High, log_m.high);
    return fast_two_sum<W>(sum.high, sum.low + (log_m.low + parts.k * kLn2Low));
}

template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> log10(Pack<W> x) noexcept {
    const TwoPack<W> per_ln10{broadcast<W>(0x1.bcb7b1526e50ep-2),
                              broadcast<W>(0x1.95355baaafad3p-57)};
    const TwoPack<W> result = product<W>(accurate_log<W>(x), per_ln10);
    return with_log_edges<W>(x, result.high);
}

template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> log2(Pack<W> x) noexcept {
    const TwoPack<W> per_ln2{broadcast<W>(0x1.71547652b82fep+0),
                             broadcast<W>(0x1.777d0ffda0d24p-56)};
    const TwoPack<W> result = product<W>(accurate_log<W>(x), per_ln2);
    return with_log_edges<W>(x, result.high);
}

/// True where |a| has no fraction; a must not be negative.
template <int W>
[[nodiscard]] ERBIUM_INLINE IntPack<W> is_whole(Pack<W> a) noexcept {
    return (a >= 0x1p52) | ((a + 0x1p52) - 0x1p52 == a);
}

/// x^y as C's pow: 0^0 = 1, NaN for a negative x with a fraction in y.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> power(Pack<W> x, Pack<W> y) noexcept {
    const Pack<W> zero = broadcast<W>(0.0);
    const Pack<W> one = broadcast<W>(1.0);
    const Pack<W> infinity = broadcast<W>(__builtin_inf());
    const Pack<W> x_abs = absolute<W>(x);
    const Pack<W> y_abs = absolute<W>(y);
    const IntPack<W> whole = is_whole<W>(y_abs);
    const IntPack<W> odd = whole & ~is_whole<W>(0.5 * y_abs);

    // Where |y| exceeds the limit the result is 0, 1 or infinity already.
    constexpr double kLimit = 0x1p65;
    const Pack<W> y_near = smaller<W>(larger<W>(y, broadcast<W>(-kLimit)), broadcast<W>(kLimit));
    const TwoPack<W> log_x = accurate_log<W>(x_abs);
    const TwoPack<W> exponent = two_product<W>(y_near, log_x.high);
    Pack<W> result = exponential<W>(exponent.high, exponent.low + y_near * log_x.low);

    // Ends of the range of |x|, then the sign, then what is not a number.
    const IntPack<W> at_end = (x_abs == zero) | (x_abs == infinity);
    const IntPack<W> becomes_zero =
        ((x_abs == zero) & (y > zero)) | ((x_abs == infinity) & (y < zero));
    result = blend<W>(at_end, blend<W>(becomes_zero, zero, infinity), result);
    const IntPack<W> is_negative = bits_of<W>(x) < broadcast_int<W>(0);
    result = blend<W>(is_negative & odd, -result, result);
    const Pack<W> nan = broadcast<W>(__builtin_nan(""));
    result = blend<W>((x < zero) & (x > -infinity) & ~whole, nan, result);
    result = blend<W>(is_nan<W>(x) | is_nan<W>(y), nan, result);
    return blend<W>((y == zero) | (x == one), one, result);
}

}  // namespace erbium::math::ERBIUM_TARGET
