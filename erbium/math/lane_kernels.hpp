// SPDX-License-Identifier: Apache-2.0
// erbium/math/lane_kernels.hpp: the kernels of this module for one instruction set and lane count.
// Used by: math::LaneLu, sim, tests that run on every kernel
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "erbium/math/left_looking_program.hpp"
#include "erbium/math/lu_program.hpp"
#include "erbium/math/many_sides.hpp"
#include "erbium/math/supernode_program.hpp"
#include "erbium/math/target.hpp"

namespace erbium::math {

/// Functions over arrays that hold `width` lanes next to each other. Arguments: see the templates
/// that they instantiate, lu_kernel.hpp, supernode_kernel.hpp, left_looking_kernel.hpp,
/// many_sides_kernel.hpp and functions.hpp. Nothing is allocated.
struct LaneKernels {
    Target target{Target::portable};
    int width{};

    using Unary = void (*)(const double* x, double* result, std::size_t packs) noexcept;
    using Binary = void (*)(const double* x, const double* y, double* result,
                            std::size_t packs) noexcept;
    Unary exponential{};
    Unary natural_log{};
    Unary log2{};
    Unary log10{};
    Binary power{};

    void (*factor)(const LuProgram& program, const double* entries, double scale,
                   const double* shift, double* values, double* growth) noexcept {};
    void (*solve)(const LuProgram& program, const double* values, const double* b, double* x,
                  double* result) noexcept {};
    /// A^T x = b, every lane with its own A.
    void (*solve_transposed)(const LuProgram& program, const double* values, const double* b,
                             double* x, double* result) noexcept {};
    void (*backward_error)(const LuProgram& program, const double* entries, double scale,
                           const double* shift, const double* b, const double* x,
                           const double* beside, double* work, double* error) noexcept {};

    // One matrix, whatever the width.
    double (*factor_supernodes)(const SupernodeProgram& program, const double* entries,
                                std::int64_t entry_stride, double scale, double shift,
                                double* values, double* work, std::uint32_t* places) noexcept {};
    void (*solve_supernodes)(const SupernodeProgram& program, const double* values, const double* b,
                             double* result, std::int64_t vector_stride, double* work) noexcept {};
    double (*factor_left_looking)(const LeftLookingProgram& program, const double* entries,
                                  double scale, double shift, double* values,
                                  double* workspace) noexcept {};
    void (*solve_left_looking)(const LeftLookingProgram& program, const double* values,
                               const double* b, double* result, double* work) noexcept {};

    ManySides many_sides;  ///< of `width`
};

/// Kernels that this machine can run, the plainest (one lane, portable) first.
[[nodiscard]] std::span<const LaneKernels> lane_kernels() noexcept;

/// The best of this target, or of all when it is not set.
[[nodiscard]] const LaneKernels& best_kernels(std::optional<Target> target);

}  // namespace erbium::math
