// SPDX-License-Identifier: Apache-2.0
// erbium/math/row_groups.hpp: rows of a sparse matrix in groups that its columns have together.
// Used by: math::LeftLookingPlan
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace erbium::math {

/// Gives each of `count` rows a slot; slots k * size to (k + 1) * size - 1 are a group. Each group
/// begins with the last row that has none and takes, one after another, the row that shares most
/// columns with those in it and adds fewest.
/// @param columns  the rows of each column
[[nodiscard]] std::vector<std::uint32_t> group_rows(
    const std::vector<std::vector<std::uint32_t>>& columns, std::size_t count, std::size_t size);

}  // namespace erbium::math
