// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_kernels_avx512.cpp: kernels for AVX-512.
#define ERBIUM_TARGET avx512
#define ERBIUM_TWIN 16
#include "erbium/math/twin_pack.hpp"
#include "erbium/sim/sensitivity_kernels_of.hpp"

namespace erbium::sim {

SensitivityKernels avx512_sensitivity_kernels(int width) noexcept {
    switch (width) {
        case 4:
            return avx512::sensitivity_kernels_of<4, 4>();
        case 8:
            return avx512::sensitivity_kernels_of<8, 8, ERBIUM_TWIN>();
        default:
            return {};
    }
}

}  // namespace erbium::sim
