// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_kernels_of.hpp: fills a SystemKernels with the templates of one target.
// Used by: lanes_kernels_<target>.cpp, each compiled for its instruction set
#pragma once

#include "erbium/sim/lanes_kernel.hpp"
#include "erbium/sim/lanes_kernels.hpp"

namespace erbium::sim {

// Where each translation unit hands out its kernels.
[[nodiscard]] SystemKernels portable_system_kernels(int width) noexcept;
[[nodiscard]] SystemKernels avx2_system_kernels(int width) noexcept;
[[nodiscard]] SystemKernels avx512_system_kernels(int width) noexcept;

namespace ERBIUM_TARGET {

template <int W>
[[nodiscard]] SystemKernels system_kernels_of() noexcept {
    SystemKernels kernels;
    kernels.width = W;
    kernels.rates_of_change = rates_of_change<W>;
    kernels.jacobian_entries = jacobian_entries<W>;
    kernels.time_slope = time_slope<W>;
    kernels.stage_state = stage_state<W>;
    kernels.stage_right_side = stage_right_side<W>;
    kernels.error_norm = error_norm<W>;
    kernels.take_accepted = take_accepted<W>;
    return kernels;
}

}  // namespace ERBIUM_TARGET
}  // namespace erbium::sim
