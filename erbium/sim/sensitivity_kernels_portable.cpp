// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_kernels_portable.cpp: kernels that any machine can run.
#define ERBIUM_TARGET portable
#include "erbium/sim/sensitivity_kernels_of.hpp"

namespace erbium::sim {

SensitivityKernels portable_sensitivity_kernels(int width) noexcept {
    switch (width) {
        case 1:
            return portable::sensitivity_kernels_of<1, 1>();
        case 4:
            return portable::sensitivity_kernels_of<4, 4>();
        case 8:
            return portable::sensitivity_kernels_of<8, 8>();
        default:
            return {};
    }
}

}  // namespace erbium::sim
