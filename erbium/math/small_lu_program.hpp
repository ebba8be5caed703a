// SPDX-License-Identifier: Apache-2.0
// erbium/math/small_lu_program.hpp: the factors of a small matrix as tables that solves read.
// Made by: math::SmallLuPlan   Used by: math::SmallLu, kernels for many right-hand sides
#pragma once

#include <cstdint>

namespace erbium::math {

/// Values stand pivot by pivot: the reciprocal of the pivot, its column of L (ones left out), its
/// row of U, both in ascending places.
struct SmallLuPivot {
    std::uint32_t values{};  ///< place of the pivot
    std::uint32_t places{};  ///< rows of L, then columns of U, in the list of places
    std::uint32_t lower{};   ///< entries of L
    std::uint32_t upper{};
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
struct SmallLuProgram {
    std::uint32_t size{};
    const SmallLuPivot* pivots{};
    const std::uint32_t* places{};
    const std::int32_t* order{};  ///< permuted row -> row
};

}  // namespace erbium::math
