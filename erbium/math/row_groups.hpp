// SPDX-License-Identifier: Apache-2.0
// erbium/math/row_groups.hpp: rows of a triangular matrix in groups that are solved for together.
// Used by: math::LeftLookingPlan
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace erbium::math {

/// Gives each row a slot; slots k * size to (k + 1) * size - 1 are a group. In the order of slots
/// each row follows all those that it needs, in its own group or before. A group begins with the
/// row that could be solved for first and takes, one after another, of the rows that can be solved
/// for the one that shares most needs with those in it and adds fewest.
/// @param needs  rows whose unknowns each row's equation has, without its own; no cycles
[[nodiscard]] std::vector<std::uint32_t> group_rows(
    const std::vector<std::vector<std::uint32_t>>& needs, std::size_t size);

}  // namespace erbium::math
