// SPDX-License-Identifier: Apache-2.0
// erbium/math/kernels_portable.cpp: kernels for what the compiler assumes anyway.
#include "erbium/math/lane_kernels_of.hpp"
#include "erbium/math/target_kernels.hpp"

namespace erbium::math {

LaneKernels portable_kernels_1() noexcept {
    return portable::kernels_of<1>(Target::portable);
}
LaneKernels portable_kernels_4() noexcept {
    return portable::kernels_of<4>(Target::portable);
}
LaneKernels portable_kernels_8() noexcept {
    return portable::kernels_of<8>(Target::portable);
}

}  // namespace erbium::math
