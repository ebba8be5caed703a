// SPDX-License-Identifier: Apache-2.0
// erbium/math/small_lu_program.hpp: where the factors of a small matrix stand.
// Made by: math::SmallLuPlan   Used by: math::SmallLu
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

}  // namespace erbium::math
