// SPDX-License-Identifier: Apache-2.0
// erbium/base/hash.cpp: fingerprints through xxHash.
#include "erbium/base/hash.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace erbium {

std::string content_hash(std::string_view bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return fmt::format("xxh3:{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace erbium
