// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_columns.hpp: which column each box of a linked group stands in, and how
// the columns become places and wires.
// Reads: ContactBox, ContactLink   Makes: Columns, ContactLayout   Used by: contact_layout
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "erbium/report/contact_layout.hpp"

namespace erbium::report {

/// Boxes by index, column for column from the left, each column from the top.
using Columns = std::vector<std::vector<std::size_t>>;

/// Columns for boxes that links join into one group. The search moves one box or swaps two while
/// that makes straight lines between the rows shorter, cross less and hit fewer boxes, and keeps
/// the whole wider than high. Every column holds a box.
[[nodiscard]] Columns columns_of(std::span<const ContactBox> boxes,
                                 std::span<const ContactLink> links);

/// Places and wires of one group. Within the columns boxes may change their order, and within boxes
/// rows, to spare crossings; wires that pass a column get a gap of their own there.
[[nodiscard]] ContactLayout placed_in_columns(std::span<const ContactBox> boxes,
                                              std::span<const ContactLink> links,
                                              const Columns& columns);

}  // namespace erbium::report
