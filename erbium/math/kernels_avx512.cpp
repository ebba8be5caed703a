// SPDX-License-Identifier: Apache-2.0
// erbium/math/kernels_avx512.cpp: kernels for AVX-512; compiled with -mavx512f, dq and vl.
#define ERBIUM_TARGET avx512
#define ERBIUM_VECTOR_REGISTERS 32
#define ERBIUM_TILE_PACK 8
#define ERBIUM_TILE_GROUPS 3
#define ERBIUM_TILE_COLUMNS 8
#include "erbium/math/lane_kernels_of.hpp"
#include "erbium/math/target_kernels.hpp"

namespace erbium::math {

LaneKernels avx512_kernels_4() noexcept {
    return avx512::kernels_of<4>(Target::avx512);
}
LaneKernels avx512_kernels_8() noexcept {
    return avx512::kernels_of<8>(Target::avx512);
}

}  // namespace erbium::math
