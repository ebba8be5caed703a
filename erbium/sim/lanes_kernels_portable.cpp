// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_kernels_portable.cpp: kernels for what the compiler assumes anyway.
#include "erbium/sim/lanes_kernels_of.hpp"

namespace erbium::sim {

SystemKernels portable_system_kernels(int width) noexcept {
    switch (width) {
        case 1:
            return portable::system_kernels_of<1>();
        case 4:
            return portable::system_kernels_of<4>();
        case 8:
            return portable::system_kernels_of<8>();
        default:
            return {};
    }
}

}  // namespace erbium::sim
