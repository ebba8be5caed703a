// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_order.hpp: the order of boxes within their columns and of rows within their
// boxes, and how high each stands.
// Reads: ContactBox, ContactLink, Columns   Makes: Ordered   Used by: contact_wires
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/report/contact_columns.hpp"
#include "erbium/report/contact_layout.hpp"

namespace erbium::report {

enum class Side : std::uint8_t { left, right };

/// A piece of a link between neighbouring columns.
struct OrderedPiece {
    std::size_t link{};
    std::size_t column{};  ///< it goes from here to the next
    double y_from{};
    double y_to{};
    bool is_from_box{};  ///< else it comes from a gap that the link passes
    bool is_to_box{};
};

/// Everything but the places of the columns [px, y only].
struct Ordered {
    std::vector<ContactLink> links{};  ///< turned so that `from` is not right of `to`
    std::vector<Side> sides{};         ///< that a link within one column takes
    std::vector<std::size_t> column_of_box{};
    std::vector<double> box_y{};               ///< tops
    std::vector<std::vector<double>> row_y{};  ///< tops, by box and row
    std::vector<OrderedPiece> pieces{};        ///< of each link from the left
};

/// The search moves a box or a gap within its column, a row within its box, or a link to the other
/// side of its column, while that spares crossings or length. A link that passes a column gets a
/// gap there. Boxes of one column stand apart; all heights are centred about 0.
[[nodiscard]] Ordered ordered_in_columns(std::span<const ContactBox> boxes,
                                         std::span<const ContactLink> links,
                                         const Columns& columns);

}  // namespace erbium::report
