// SPDX-License-Identifier: Apache-2.0
// erbium/math/lane_kernels_of.hpp: fills a LaneKernels with the templates of one target.
// Used by: kernels_<target>.cpp, each compiled for its instruction set
#pragma once

#include "erbium/math/functions.hpp"
#include "erbium/math/lane_kernels.hpp"
#include "erbium/math/left_looking_kernel.hpp"
#include "erbium/math/lu_kernel.hpp"
#include "erbium/math/lu_transpose_kernel.hpp"
#include "erbium/math/many_sides_kernel.hpp"
#include "erbium/math/supernode_kernel.hpp"

namespace erbium::math::ERBIUM_TARGET {

template <int W, Pack<W> (*Function)(Pack<W>) noexcept>
void for_each_pack(const double* x, double* result, std::size_t packs) noexcept {
    for (std::size_t i = 0; i < packs; ++i) {
        store<W>(result + i * std::size_t{W}, Function(load<W>(x + i * std::size_t{W})));
    }
}

template <int W>
void power_of_packs(const double* x, const double* y, double* result, std::size_t packs) noexcept {
    for (std::size_t i = 0; i < packs; ++i) {
        store<W>(result + i * std::size_t{W},
                 power<W>(load<W>(x + i * std::size_t{W}), load<W>(y + i * std::size_t{W})));
    }
}

template <int W>
void factor_packs(const LuProgram& program, const double* entries, double scale,
                  const double* shift, double* values, double* growth) noexcept {
    factor_lanes<W>(program, LuInput{entries, scale, shift}, values, growth);
}

template <int W>
void backward_error_packs(const LuProgram& program, const double* entries, double scale,
                          const double* shift, const double* b, const double* x,
                          const double* beside, double* work, double* error) noexcept {
    backward_error_lanes<W>(program, LuInput{entries, scale, shift}, b, x, beside, work, error);
}

template <int W>
[[nodiscard]] LaneKernels kernels_of(Target target) noexcept {
    LaneKernels kernels;
    kernels.target = target;
    kernels.width = W;
    kernels.exponential = for_each_pack<W, exponential<W>>;
    kernels.natural_log = for_each_pack<W, natural_log<W>>;
    kernels.log2 = for_each_pack<W, log2<W>>;
    kernels.log10 = for_each_pack<W, log10<W>>;
    kernels.power = power_of_packs<W>;
    kernels.factor = factor_packs<W>;
    kernels.solve = solve_lanes<W>;
    kernels.solve_transposed = solve_lanes_transposed<W>;
    kernels.backward_error = backward_error_packs<W>;
    kernels.factor_supernodes = factor_supernodes;
    kernels.solve_supernodes = solve_supernodes;
    kernels.factor_left_looking = factor_left_looking;
    kernels.solve_left_looking = solve_left_looking;
    kernels.many_sides = many_sides_of<W>();
    return kernels;
}

}  // namespace erbium::math::ERBIUM_TARGET
