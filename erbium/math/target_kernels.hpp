// SPDX-License-Identifier: Apache-2.0
// erbium/math/target_kernels.hpp: where each translation unit hands out its kernels.
// Used by: lane_kernels.cpp, kernels_<target>.cpp
#pragma once

#include "erbium/math/lane_kernels.hpp"

namespace erbium::math {

[[nodiscard]] LaneKernels portable_kernels_1() noexcept;
[[nodiscard]] LaneKernels portable_kernels_4() noexcept;
[[nodiscard]] LaneKernels portable_kernels_8() noexcept;
[[nodiscard]] LaneKernels avx2_kernels_4() noexcept;
[[nodiscard]] LaneKernels avx512_kernels_4() noexcept;
[[nodiscard]] LaneKernels avx512_kernels_8() noexcept;

}  // namespace erbium::math
