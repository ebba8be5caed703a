// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_kernels.hpp: kernels for derivatives, for one instruction set and width.
// Used by: sim::ForwardSweep, sim::AdjointSweep
#pragma once

#include <cstddef>
#include <span>

#include "erbium/math/many_sides.hpp"
#include "erbium/sim/lanes_kernels.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim {

/// `width` directions past one subject. Arguments: see the templates in sensitivity_kernel.hpp and
/// lanes_kernel.hpp. Nothing is allocated.
struct DirectionKernels {
    std::size_t width{};
    void (*tangent_tape)(const eqn::Instruction* begin, const eqn::Instruction* end,
                         const double* slopes, const eqn::Term* terms, const double* dy,
                         double* dslots) noexcept {};
    void (*tangent_products)(const LaneProducts& products, const double* slots, const double* y,
                             const double* dslots, const double* dy, double* results) noexcept {};
    void (*sum_up)(const LaneSums& sums, const double* values, double* results) noexcept {};
    void (*active_products)(const ActiveProducts& products, const double* slots, const double* y,
                            const double* dslots, const double* dy, double* results) noexcept {};
    void (*add_active_rows)(const ActiveRows& rows, const double* values,
                            double* result) noexcept {};
    void (*active_sums)(const ActiveRows& rows, const double* values, double* result) noexcept {};
    void (*add_active_entries)(const ActiveRows& rows, const double* entries, const double* v,
                               double* result) noexcept {};
    void (*multiply_pair)(const RowPatternView& pattern, const EntryPair* entries, const double* v,
                          const double* w, double* result) noexcept {};
    void (*stage_state)(std::size_t n, const double* y, const double* k, int stages,
                        const double* a, double* result) noexcept {};
    void (*stage_right_side)(std::size_t n, const double* f, const double* k, int stages,
                             const double* c, const double* reciprocal_h, const double* slope,
                             const double* d_h, double* result) noexcept {};
    math::ManySides solves;
};

/// For derivatives of as many subjects, or stages, as the kernels of their simulation have lanes.
struct SensitivityKernels {
    const SystemKernels* system{};
    std::size_t width{};
    DirectionKernels directions;  ///< of `width`
    DirectionKernels inputs;      ///< of as many as pays when they are the inputs of one subject
    void (*sum_up)(const LaneSums& sums, const double* values, double* results) noexcept {};

    // Reverse: one adjoint past each of `width` subjects.
    void (*reverse_sums)(const LaneSums& sums, const double* rows, double* values) noexcept {};
    void (*reverse_products)(const LaneProducts& products, const double* slots, const double* y,
                             const double* worths, double* slot_worths,
                             double* y_worths) noexcept {};
    void (*reverse_tape)(const eqn::Instruction* begin, const eqn::Instruction* end,
                         const eqn::Term* terms, const double* slots, double* slot_worths,
                         double* y_worths) noexcept {};
    void (*outer_products)(const RowPatternView& columns, int stages, const double* u,
                           const double* k, double* entries) noexcept {};
    void (*run_rate_tape)(const LaneProgram& program, const double* t, const double* y,
                          double* slots) noexcept {};
    void (*run_slope_tape)(const LaneProgram& program, const double* y, double* slots) noexcept {};
    void (*run_time_slope_tape)(const LaneProgram& program, const double* y,
                                double* slots) noexcept {};
};

/// Kernels that this machine can run, in the order of system_kernels().
[[nodiscard]] std::span<const SensitivityKernels> sensitivity_kernels() noexcept;

}  // namespace erbium::sim
