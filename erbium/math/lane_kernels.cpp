// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/lane_kernels.hpp"

#include <array>

#include "erbium/base/check.hpp"
#include "erbium/math/target_kernels.hpp"

namespace erbium::math {
namespace {

struct Supported {
    std::array<LaneKernels, 6> kernels{};
    std::size_t count{};

    Supported() noexcept {
        for (const LaneKernels& candidate :
             {portable_kernels_1(), portable_kernels_4(), portable_kernels_8()}) {
            kernels[count++] = candidate;
        }
#if defined(__x86_64__)
        if (is_supported(Target::avx2)) {
            kernels[count++] = avx2_kernels_4();
        }
        if (is_supported(Target::avx512)) {
            kernels[count++] = avx512_kernels_4();
            kernels[count++] = avx512_kernels_8();
        }
#endif
    }
};

}  // namespace

std::span<const LaneKernels> lane_kernels() noexcept {
    static const Supported supported;  // constant after the first call
    return std::span{supported.kernels}.first(supported.count);
}

const LaneKernels& best_kernels(std::optional<Target> target) {
    const LaneKernels* best = nullptr;
    for (const LaneKernels& kernels : lane_kernels()) {
        if (!target || kernels.target == *target) {
            best = &kernels;  // the best stand last
        }
    }
    ERBIUM_CHECK(best != nullptr, "no kernels for this target");
    return *best;
}

}  // namespace erbium::math
