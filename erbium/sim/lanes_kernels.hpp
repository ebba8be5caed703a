// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_kernels.hpp: the kernels of this module for one instruction set and lane count.
// Used by: sim::LaneIntegrator, tests that run on every kernel
#pragma once

#include <cstddef>
#include <span>

#include "erbium/math/lane_kernels.hpp"
#include "erbium/sim/lanes_tables.hpp"

namespace erbium::sim {

/// Functions over arrays that hold `width` lanes next to each other. Arguments: see the templates
/// in lanes_kernel.hpp. Nothing is allocated.
struct SystemKernels {
    const math::LaneKernels* math{};
    std::size_t width{};

    void (*rates_of_change)(const LaneProgram& program, const double* t, const double* y,
                            double* slots, double* scratch, double* result) noexcept {};
    void (*jacobian_entries)(const LaneProgram& program, const double* y, double* slots,
                             double* scratch, double* entries) noexcept {};
    void (*time_slope)(const LaneProgram& program, const double* y, double* slots, double* scratch,
                       double* result) noexcept {};
    void (*stage_state)(std::size_t n, const double* y, const double* k, int stages,
                        const double* a, double* result) noexcept {};
    void (*stage_right_side)(std::size_t n, const double* f, const double* k, int stages,
                             const double* c, const double* reciprocal_h, const double* slope,
                             const double* d_h, double* result) noexcept {};
    void (*error_norm)(std::size_t n, const double* y0, const double* y1, const double* error,
                       const double* atol, double rtol, double* norm) noexcept {};
    void (*take_accepted)(std::size_t n, const double* accept, const double* y1,
                          double* y) noexcept {};
};

/// Kernels that this machine can run, the plainest (one lane, portable) first, the best last.
[[nodiscard]] std::span<const SystemKernels> system_kernels() noexcept;

}  // namespace erbium::sim
