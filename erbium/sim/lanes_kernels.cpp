// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/lanes_kernels.hpp"

#include <vector>

#include "erbium/sim/lanes_kernels_of.hpp"

namespace erbium::sim {
namespace {

SystemKernels of(const math::LaneKernels& lanes) noexcept {
    SystemKernels kernels;
    switch (lanes.target) {
        case math::Target::portable:
            kernels = portable_system_kernels(lanes.width);
            break;
#if defined(__x86_64__)
        case math::Target::avx2:
            kernels = avx2_system_kernels(lanes.width);
            break;
        case math::Target::avx512:
            kernels = avx512_system_kernels(lanes.width);
            break;
#endif
        default:
            break;
    }
    kernels.math = &lanes;
    return kernels;
}

}  // namespace

std::span<const SystemKernels> system_kernels() noexcept {
    static const std::vector<SystemKernels> all = [] {  // constant after the first call
        std::vector<SystemKernels> found;
        for (const math::LaneKernels& lanes : math::lane_kernels()) {
            found.push_back(of(lanes));
        }
        return found;
    }();
    return all;
}

}  // namespace erbium::sim
