// SPDX-License-Identifier: Apache-2.0
// erbium/math/many_sides.hpp: kernels that solve with one matrix for several right-hand sides.
// Used by: math::SmallLu, math::SupernodalLu, math::LeftLookingLu, sim
#pragma once

#include "erbium/math/substitution_program.hpp"
#include "erbium/math/supernode_program.hpp"

namespace erbium::math {

/// Right-hand sides stand in the lanes. Arguments: see many_sides_kernel.hpp. Speed only, never a
/// result, depends on which are taken.
struct ManySides {
    int width{};  ///< right-hand sides
    void (*substitute)(const SubstitutionProgram& program, const double* values, const double* b,
                       double* work, double* result) noexcept {};
    void (*solve_supernodes)(const SupernodeProgram& program, const double* values, const double* b,
                             double* work, double* result) noexcept {};
};

}  // namespace erbium::math
