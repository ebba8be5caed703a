// SPDX-License-Identifier: Apache-2.0
// erbium/fit/points.cpp: Latin hypercubes and Sobol's sequence.
#include "erbium/fit/points.hpp"

#include <array>
#include <bit>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

/// Initial direction numbers m_1, m_2, ... of dimensions 2 to 21 (dimension 1 is van der Corput's).
/// Source: Joe and Kuo 2008.
constexpr std::array<std::array<std::uint32_t, 7>, 20> kInitial{{{1},
                                                                 {1, 3},
                                                                 {1, 3, 1},
                                                                 {1, 1, 1},
                                                                 {1, 1, 3, 3},
                                                                 {1, 3, 5, 13},
                                                                 {1, 1, 5, 5, 17},
                                                                 {1, 1, 5, 5, 5},
                                                                 {1, 1, 7, 11, 19},
                                                                 {1, 1, 5, 1, 1},
                                                                 {1, 1, 1, 3, 11},
                                                                 {1, 3, 5, 5, 31},
                                                                 {1, 3, 3, 9, 7, 49},
                                                                 {1, 1, 1, 15, 21, 21},
                                                                 {1, 3, 1, 13, 27, 49},
                                                                 {1, 1, 1, 15, 7, 5},
                                                                 {1, 3, 1, 15, 13, 25},
                                                                 {1, 1, 5, 5, 19, 61},
                                                                 {1, 3, 7, 11, 23, 15, 103},
                                                                 {1, 3, 7, 13, 13, 15, 69}}};

/// True when the polynomial over GF(2) with these bits (degree d, constant term 1) is primitive: x
/// generates all 2^d - 1 nonzero residues.
bool is_primitive(std::uint32_t polynomial, int degree) noexcept {
    const std::uint32_t top = 1U << static_cast<unsigned>(degree);
    std::uint32_t power = 1;
    for (std::uint32_t i = 1; i < top; ++i) {
        power <<= 1U;
        if ((power & top) != 0) {
            power ^= polynomial;
        }
        if (power == 1) {
            return i == top - 1;
        }
    }
    return degree == 0;
}

/// The first `count` primitive polynomials by degree, then by their bits.
std::vector<std::pair<std::uint32_t, int>> primitive_polynomials(std::size_t count) {
    std::vector<std::pair<std::uint32_t, int>> found;
    for (int degree = 1; found.size() < count; ++degree) {
        const std::uint32_t top = 1U << static_cast<unsigned>(degree);
        for (std::uint32_t inner = 1; inner < top && found.size() < count; inner += 2) {
            if (is_primitive(top | inner, degree)) {
                found.emplace_back(top | inner, degree);
            }
        }
    }
    return found;
}

}  // namespace

std::vector<double> latin_hypercube(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
    std::vector<double> points(count * dimensions);
    std::vector<std::size_t> slices(count);
    for (std::size_t d = 0; d < dimensions; ++d) {
        Random random{seed, d};
        for (std::size_t i = 0; i < count; ++i) {
            slices[i] = i;
        }
        for (std::size_t i = count; i > 1; --i) {
            std::swap(slices[i - 1], slices[random.below(i)]);
        }
        for (std::size_t i = 0; i < count; ++i) {
            points[i * dimensions + d] =
                (static_cast<double>(slices[i]) + random.uniform()) / static_cast<double>(count);
        }
    }
    return points;
}

SobolSequence::SobolSequence(std::size_t dimensions, std::uint64_t seed)
    : dimensions_{dimensions}, directions_(dimensions * kBits), state_(dimensions) {
    ERBIUM_CHECK(dimensions >= 1 && dimensions <= kMostDimensions, "dimensions of a sequence");
    const auto polynomials = primitive_polynomials(dimensions - 1);
    for (std::size_t d = 0; d < dimensions; ++d) {
        Random random{seed, d};
        std::array<std::uint32_t, kBits> v{};
        if (d == 0) {
            for (std::size_t i = 0; i < kBits; ++i) {
                v[i] = 1U << (31U - i);
            }
        } else {
            const auto [polynomial, degree_of] = polynomials[d - 1];
            const auto degree = static_cast<std::size_t>(degree_of);
            Random initial{0x50B01ULL, d};
            for (std::size_t i = 0; i < kBits; ++i) {
                if (i < degree) {
                    const std::uint32_t m =
                        d - 1 < kInitial.size()
                            ? kInitial[d - 1][i]
                            : static_cast<std::uint32_t>(initial.below(1ULL << i)) * 2U + 1U;
                    v[i] = m << (31U - i);
                    continue;
                }
                v[i] = v[i - degree] ^ (v[i - degree] >> degree);
                for (std::size_t k = 1; k < degree; ++k) {
                    if (((polynomial >> (degree - k)) & 1U) != 0) {
                        v[i] ^= v[i - k];
                    }
                }
            }
        }
        // A lower triangular matrix with a unit diagonal: bit i of the result depends on bits
        // before and at i, so that elementary intervals go to elementary intervals.
        std::array<std::uint32_t, kBits> rows{};
        for (std::size_t i = 0; i < kBits; ++i) {
            const std::uint32_t diagonal = 1U << (31U - i);
            const std::uint32_t above = i == 0 ? 0U : ~((diagonal << 1U) - 1U);
            rows[i] = (static_cast<std::uint32_t>(random.bits()) & above) | diagonal;
        }
        for (std::size_t k = 0; k < kBits; ++k) {
            std::uint32_t mixed = 0;
            for (std::size_t i = 0; i < kBits; ++i) {
                if (std::popcount(rows[i] & v[k]) % 2 != 0) {
                    mixed |= 1U << (31U - i);
                }
            }
            directions_[d * kBits + k] = mixed;
        }
        shifts_.push_back(static_cast<std::uint32_t>(random.bits()));
    }
}

void SobolSequence::next(std::span<double> point) {
    for (std::size_t d = 0; d < dimensions_; ++d) {
        point[d] = (static_cast<double>(state_[d] ^ shifts_[d]) + 0.5) * 0x1p-32;
    }
    // Gray code: one direction number changes from one index to the next.
    const auto bit = static_cast<std::size_t>(std::countr_one(index_));
    ++index_;
    for (std::size_t d = 0; d < dimensions_; ++d) {
        state_[d] ^= directions_[d * kBits + bit % kBits];
    }
}

std::vector<double> sobol_points(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
    SobolSequence sequence{dimensions, seed};
    std::vector<double> points(count * dimensions);
    for (std::size_t i = 0; i < count; ++i) {
        sequence.next(std::span{points}.subspan(i * dimensions, dimensions));
    }
    return points;
}

}  // namespace erbium::fit
