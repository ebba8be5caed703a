// SPDX-License-Identifier: Apache-2.0
// erbium/math/kernels_avx2.cpp: kernels for AVX2; compiled with -mavx2.
#define ERBIUM_TARGET avx2
#define ERBIUM_TILE_PACK 4
#define ERBIUM_TILE_GROUPS 1
#define ERBIUM_TILE_COLUMNS 4
#include "erbium/math/lane_kernels_of.hpp"
#include "erbium/math/target_kernels.hpp"

namespace erbium::math {

LaneKernels avx2_kernels_4() noexcept {
    return avx2::kernels_of<4>(Target::avx2);
}

}  // namespace erbium::math
