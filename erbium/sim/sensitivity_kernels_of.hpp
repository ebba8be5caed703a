// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_kernels_of.hpp: fills a SensitivityKernels with the templates of one
// target. Used by: sensitivity_kernels_<target>.cpp, each compiled for its instruction set
#pragma once

#include "erbium/math/many_sides_kernel.hpp"
#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/sensitivity_stage_kernel.hpp"

namespace erbium::sim {

// Where each translation unit hands out its kernels.
[[nodiscard]] SensitivityKernels portable_sensitivity_kernels(int width) noexcept;
[[nodiscard]] SensitivityKernels avx2_sensitivity_kernels(int width) noexcept;
[[nodiscard]] SensitivityKernels avx512_sensitivity_kernels(int width) noexcept;

namespace ERBIUM_TARGET {

template <int W>
[[nodiscard]] DirectionKernels direction_kernels_of() noexcept {
    DirectionKernels kernels;
    kernels.width = W;
    kernels.tangent_tape = tangent_tape<W>;
    kernels.tangent_products = tangent_products<W>;
    kernels.sum_up = sum_up<W>;
    kernels.active_products = active_products<W>;
    kernels.add_active_rows = add_active_rows<W>;
    kernels.run_tangents = run_tangents<W>;
    kernels.sum_species = sum_species<W>;
    kernels.sum_stages = sum_stages<W>;
    kernels.net_rates = net_rates<W>;
    kernels.add_to_rates = add_to_rates<W>;
    kernels.right_side = right_side<W>;
    kernels.stage_state = stage_state<W>;
    kernels.solves = math::ERBIUM_TARGET::many_sides_of<W>();
    return kernels;
}

/// @tparam Inputs  lanes for the inputs of one subject, ascending; at most kInputWidths
template <int W, int... Inputs>
[[nodiscard]] SensitivityKernels sensitivity_kernels_of() noexcept {
    SensitivityKernels kernels;
    kernels.width = W;
    kernels.directions = direction_kernels_of<W>();
    const DirectionKernels inputs[] = {direction_kernels_of<Inputs>()...};
    for (std::size_t i = 0; i < sizeof...(Inputs); ++i) {
        kernels.inputs[i] = inputs[i];
    }
    kernels.sum_up = sum_up<W>;
    kernels.multiply_out = multiply_out<W>;
    kernels.operation_slopes = operation_slopes<W>;
    kernels.slopes_by_constants = slopes_by_constants<W>;
    kernels.products_of_stages = products_of_stages<W>;
    kernels.bent_products = bent_products<W>;
    kernels.sum_coefficients = sum_coefficients<W>;
    kernels.reverse_sums = reverse_sums<W>;
    kernels.reverse_products = reverse_products<W>;
    kernels.reverse_tape = reverse_tape<W>;
    kernels.outer_products = outer_products<W>;
    kernels.run_rate_tape = run_rate_tape<W>;
    kernels.run_slope_tape = run_slope_tape<W>;
    kernels.run_time_slope_tape = run_time_slope_tape<W>;
    return kernels;
}

}  // namespace ERBIUM_TARGET
}  // namespace erbium::sim
