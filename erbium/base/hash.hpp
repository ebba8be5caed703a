// SPDX-License-Identifier: Apache-2.0
// erbium/base/hash.hpp: fingerprints of inputs for the run manifest.
#pragma once

#include <string>
#include <string_view>

namespace erbium {

/// XXH3-128 of the bytes, as "xxh3:" and 32 hexadecimal digits. Tells whether an input changed;
/// it is no protection against someone who wants two texts to agree.
[[nodiscard]] std::string content_hash(std::string_view bytes);

}  // namespace erbium
