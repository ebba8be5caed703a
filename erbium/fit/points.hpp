// SPDX-License-Identifier: Apache-2.0
// erbium/fit/points.hpp: points that fill the unit cube evenly.
// Used by: fit (multi-start, sensitivity)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace erbium::fit {

/// count x dimensions numbers in (0, 1), row-major: each of `count` equal slices of each axis holds
/// exactly one point (McKay, Beckman and Conover 1979, doi:10.2307/1268522).
[[nodiscard]] std::vector<double> latin_hypercube(std::size_t count, std::size_t dimensions,
                                                  std::uint64_t seed);

/// Sobol's sequence, scrambled by a random linear map and a shift (Matousek 1998,
/// doi:10.1006/jcom.1998.0487), which keep its nets.
///
/// Of 2^k consecutive points from a multiple of 2^k on, each of 2^k equal slices of each axis holds
/// exactly one. Initial direction numbers of the first 21 dimensions are those of Joe and Kuo
/// (2008, doi:10.1137/070709359); further dimensions take primitive polynomials in order and
/// initial numbers at random, so that their pairwise projections are good only on average.
class SobolSequence {
public:
    static constexpr std::size_t kMostDimensions = 1000;

    /// Precondition: 1 <= dimensions <= kMostDimensions.
    SobolSequence(std::size_t dimensions, std::uint64_t seed);

    [[nodiscard]] std::size_t dimensions() const noexcept { return dimensions_; }
    /// The next point, in (0, 1).
    void next(std::span<double> point);

private:
    static constexpr std::size_t kBits = 32;

    std::size_t dimensions_;
    std::uint64_t index_{};
    std::vector<std::uint32_t> directions_;  // dimensions x kBits, scrambled
    std::vector<std::uint32_t> shifts_;
    std::vector<std::uint32_t> state_;
};

/// The first `count` points of a sequence, row-major.
[[nodiscard]] std::vector<double> sobol_points(std::size_t count, std::size_t dimensions,
                                               std::uint64_t seed);

}  // namespace erbium::fit
