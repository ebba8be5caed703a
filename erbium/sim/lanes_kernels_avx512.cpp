// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_kernels_avx512.cpp: kernels for AVX-512; compiled with -mavx512f, dq and vl.
#define ERBIUM_TARGET avx512
#include "erbium/sim/lanes_kernels_of.hpp"

namespace erbium::sim {

SystemKernels avx512_system_kernels(int width) noexcept {
    switch (width) {
        case 4:
            return avx512::system_kernels_of<4>();
        case 8:
            return avx512::system_kernels_of<8>();
        default:
            return {};
    }
}

}  // namespace erbium::sim
