// SPDX-License-Identifier: Apache-2.0
// erbium/fit/random.cpp: the generator and its distributions.
#include "erbium/fit/random.hpp"

#include <bit>
#include <cmath>

namespace erbium::fit {
namespace {

std::uint64_t splitmix(std::uint64_t& state) noexcept {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) noexcept {
    std::uint64_t a = seed;
    std::uint64_t b = stream ^ 0xD1B54A32D192ED03ULL;
    for (std::uint64_t& word : state_) {
        word = splitmix(a) ^ std::rotl(splitmix(b), 17);
    }
}

std::uint64_t Random::bits() noexcept {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Random::uniform() noexcept {
    return (static_cast<double>(bits() >> 12U) + 0.5) * 0x1p-52;
}

double Random::normal() noexcept {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    for (;;) {
        const double u = 2.0 * uniform() - 1.0;
        const double v = 2.0 * uniform() - 1.0;
        const double s = u * u + v * v;
        if (s > 0.0 && s < 1.0) {
            const double factor = std::sqrt(-2.0 * std::log(s) / s);
            spare_ = v * factor;
            has_spare_ = true;
            return u * factor;
        }
    }
}

std::uint64_t Random::below(std::uint64_t count) noexcept {
    // Numbers of the last, incomplete round would favour the small ones.
    const std::uint64_t incomplete = (0 - count) % count;
    for (;;) {
        const std::uint64_t number = bits();
        if (number >= incomplete) {
            return number % count;
        }
    }
}

}  // namespace erbium::fit
