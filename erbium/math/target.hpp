// SPDX-License-Identifier: Apache-2.0
// erbium/math/target.hpp: instruction sets that kernels are compiled for, and which the machine
// has. Used by: math, sim
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace erbium::math {

/// Each includes those before it. Results do not depend on it (see pack.hpp), only speed does.
enum class Target : std::uint8_t {
    portable,  ///< what the compiler assumes anyway: SSE2 on x86-64
    avx2,
    avx512  ///< F, DQ and VL
};

[[nodiscard]] std::string_view name(Target target) noexcept;

/// True when kernels for this target were built and this machine can run them.
[[nodiscard]] bool is_supported(Target target) noexcept;

/// All supported targets, portable first.
[[nodiscard]] std::vector<Target> supported_targets();

}  // namespace erbium::math
