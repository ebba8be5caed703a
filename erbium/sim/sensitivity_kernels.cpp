// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_kernels.hpp"

#include <limits>
#include <vector>

#include "erbium/sim/sensitivity_kernels_of.hpp"

namespace erbium::sim {
namespace {

SensitivityKernels of(const SystemKernels& system) noexcept {
    SensitivityKernels kernels;
    const int width = static_cast<int>(system.width);
    switch (system.math->target) {
        case math::Target::portable:
            kernels = portable_sensitivity_kernels(width);
            break;
#if defined(__x86_64__)
        case math::Target::avx2:
            kernels = avx2_sensitivity_kernels(width);
            break;
        case math::Target::avx512:
            kernels = avx512_sensitivity_kernels(width);
            break;
#endif
        default:
            break;
    }
    kernels.system = &system;
    return kernels;
}

}  // namespace

const DirectionKernels& kernels_for(const SensitivityKernels& kernels,
                                    std::size_t inputs) noexcept {
    constexpr std::size_t kOfPack =
        5;  // what a pack costs besides its lanes, in lanes: bench/gradient.md
    const DirectionKernels* best = &kernels.inputs[0];
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const DirectionKernels& candidate : kernels.inputs) {
        if (candidate.width == 0) {
            break;
        }
        const std::size_t packs = (inputs + candidate.width - 1) / candidate.width;
        const std::size_t cost = packs * (candidate.width + kOfPack);
        if (cost <= least) {
            least = cost;
            best = &candidate;
        }
    }
    return *best;
}

std::span<const SensitivityKernels> sensitivity_kernels() noexcept {
    static const std::vector<SensitivityKernels> all = [] {  // constant after the first call
        std::vector<SensitivityKernels> found;
        for (const SystemKernels& system : system_kernels()) {
            found.push_back(of(system));
        }
        return found;
    }();
    return all;
}

}  // namespace erbium::sim
