// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_kernels_avx2.cpp: kernels for AVX2; compiled with -mavx2.
#define ERBIUM_TARGET avx2
#define ERBIUM_TWIN 8
#include "erbium/math/twin_pack.hpp"
#include "erbium/sim/sensitivity_kernels_of.hpp"

namespace erbium::sim {

SensitivityKernels avx2_sensitivity_kernels(int width) noexcept {
    switch (width) {
        case 4:
            return avx2::sensitivity_kernels_of<4, 4, ERBIUM_TWIN>();
        default:
            return {};
    }
}

}  // namespace erbium::sim
