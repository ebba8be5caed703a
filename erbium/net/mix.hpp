// SPDX-License-Identifier: Apache-2.0
// erbium/net/mix.hpp: fast mixing of 64-bit words, for hash tables and colours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace erbium::net {

/// A bijection on 64 bits whose output bits depend on all input bits (the finaliser of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x ^= x >> 30U;
    x *= 0xBF58476D1CE4E5B9ULL;
    x ^= x >> 27U;
    x *= 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
}

/// Hash of two words whose order counts.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    return mix(a * 0x9E3779B97F4A7C15ULL + mix(b + 0x632BE59BD9B4E019ULL));
}

/// Hash of an array of 16-bit words. For tables only: equality is always tested on the words.
[[nodiscard]] inline std::uint64_t hash_words(const std::uint16_t* words,
                                              std::size_t count) noexcept {
    std::uint64_t h = count;
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        std::uint64_t chunk{};
        std::memcpy(&chunk, words + i, sizeof chunk);
        h = (h ^ chunk) * 0x9FB21C651E98DF25ULL;
        h ^= h >> 32U;
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, words + i, (count - i) * sizeof *words);
    return mix(h ^ mix(rest + 1));
}

}  // namespace erbium::net
