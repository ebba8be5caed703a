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

/// `width` directions past one subject. Arguments: see the templates in sensitivity_kernel.hpp,
/// sensitivity_stage_kernel.hpp and lanes_kernel.hpp. Nothing is allocated.
struct DirectionKernels {
    std::size_t width{};
    void (*tangent_tape)(const eqn::Instruction* begin, const eqn::Instruction* end,
                         const double* slopes, const eqn::Term* terms, const double* dy,
                         double* dslots) noexcept {};
    void (*tangent_products)(const LaneProducts& products, const double* slots, std::size_t stride,
                             const double* y, const double* dslots, const double* dy,
                             double* results) noexcept {};
    void (*sum_up)(const LaneSums& sums, const double* values, double* results) noexcept {};
    void (*active_products)(const ActiveProducts& products, const double* slots, const double* y,
                            const double* dslots, const double* dy, double* results) noexcept {};
    void (*add_active_rows)(const ActiveRows& rows, const double* values,
                            double* result) noexcept {};
    void (*run_tangents)(const TangentInstruction* begin, const TangentInstruction* end,
                         const double* slots, std::size_t stride, const eqn::Term* terms,
                         const double* dy, double* rows) noexcept {};
    void (*sum_species)(const SpeciesSums& sums, std::size_t n, double* rows) noexcept {};
    void (*sum_stages)(std::size_t n, const double* s, const double* k, int stages, const double* a,
                       const double* c, double* state, double* sum) noexcept {};
    void (*net_rates)(const NetRateSums& sums, const double* coefficients, const double* state,
                      const double* s, double* rates) noexcept {};
    void (*add_to_rates)(const AddedRates& added, const double* coefficients, const double* rows,
                         double* rates) noexcept {};
    void (*right_side)(const LaneSums& changes, const double* rates, const double* sum,
                       const double* slope, double weight, double* result) noexcept {};
    void (*stage_state)(std::size_t n, const double* y, const double* k, int stages,
                        const double* a, double* result) noexcept {};
    math::ManySides solves;
};

/// Most widths that inputs of one subject may be carried in.
inline constexpr std::size_t kInputWidths = 2;

/// For derivatives of as many subjects, or stages, as the kernels of their simulation have lanes.
struct SensitivityKernels {
    const SystemKernels* system{};
    std::size_t width{};
    DirectionKernels directions;  ///< of `width`
    /// For the inputs of one subject, the narrowest first; those of width 0 are not there.
    DirectionKernels inputs[kInputWidths];
    void (*sum_up)(const LaneSums& sums, const double* values, double* results) noexcept {};

    // Stages of one subject in the lanes.
    void (*multiply_out)(const LaneProducts& products, const double* slots, const double* y,
                         double* results) noexcept {};
    void (*operation_slopes)(const OperationSlope* begin, const OperationSlope* end,
                             const double* slots, double* results) noexcept {};
    void (*slopes_by_constants)(const TangentInstruction* begin, const TangentInstruction* end,
                                const double* slots, const eqn::Term* terms,
                                double* rows) noexcept {};
    void (*products_of_stages)(const eqn::Product* begin, const eqn::Product* end,
                               const std::uint32_t* factors, const double* slots, const double* y,
                               double* results) noexcept {};
    void (*bent_products)(const BentProducts& products, const double* slots, const double* y,
                          const double* k, double* results) noexcept {};
    void (*sum_coefficients)(const CoefficientSums& sums, const double* values,
                             double* results) noexcept {};

    // Reverse: one adjoint past each of `width` subjects.
    void (*reverse_sums)(const LaneSums& sums, const double* rows, double* values) noexcept {};
    void (*reverse_products)(const LaneProducts& products, const double* slots, const double* y,
                             const double* worths, double* slot_worths,
                             double* y_worths) noexcept {};
    void (*reverse_tape)(const eqn::Instruction* begin, const eqn::Instruction* end,
                         const eqn::Term* terms, const double* slots, double* slot_worths,
                         double* y_worths) noexcept {};
    void (*outer_products)(const PatternView& columns, int stages, const double* u, const double* k,
                           double* entries) noexcept {};
    void (*run_rate_tape)(const LaneProgram& program, const double* t, const double* y,
                          double* slots) noexcept {};
    void (*run_slope_tape)(const LaneProgram& program, const double* y, double* slots) noexcept {};
    void (*run_time_slope_tape)(const LaneProgram& program, const double* y,
                                double* slots) noexcept {};
};

/// Those that carry this many inputs at least cost. Speed only, never a result, depends on it.
[[nodiscard]] const DirectionKernels& kernels_for(const SensitivityKernels& kernels,
                                                  std::size_t inputs) noexcept;

/// Kernels that this machine can run, in the order of system_kernels().
[[nodiscard]] std::span<const SensitivityKernels> sensitivity_kernels() noexcept;

}  // namespace erbium::sim
