// SPDX-License-Identifier: Apache-2.0
// erbium/fit/random.hpp: random numbers that are the same everywhere.
// Used by: fit (starting points, samplers, designs), tests
#pragma once

#include <array>
#include <cstdint>

namespace erbium::fit {

/// xoshiro256++ (Blackman and Vigna 2021, doi:10.1145/3460772), seeded by splitmix64. The standard
/// library's distributions differ between libraries; these do not.
class Random {
public:
    /// Streams of one seed are independent for all practical purposes: give each start, chain or
    /// subject its own.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) noexcept;

    [[nodiscard]] std::uint64_t bits() noexcept;
    /// In the open interval (0, 1).
    [[nodiscard]] double uniform() noexcept;
    /// Standard normal, by Marsaglia's polar method.
    [[nodiscard]] double normal() noexcept;
    /// In [0, count). Precondition: count > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t count) noexcept;

private:
    std::array<std::uint64_t, 4> state_{};
    double spare_{};
    bool has_spare_{};
};

}  // namespace erbium::fit
