// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_layout.hpp: places for the boxes of a contact map and ways for its bonds.
// Reads: ContactBox, ContactLink   Makes: ContactLayout   Used by: contact_map
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "erbium/report/edge_route.hpp"

namespace erbium::report {

inline constexpr double kRowGap = 4.0;    ///< between two rows of a box [px]
inline constexpr double kRowInset = 7.0;  ///< between a row and the sides of its box [px]

/// A box with a head and rows below it; bonds end at the left and right ends of the rows [px].
struct ContactBox {
    double width{};
    double head{};
    std::vector<double> rows{};  ///< heights
    double foot{};               ///< below the last row

    [[nodiscard]] double height() const noexcept;
};

struct ContactEnd {
    std::size_t box{};
    std::size_t row{};
    auto operator<=>(const ContactEnd&) const = default;
};

/// A line to be drawn between two rows; both ends may be one row.
struct ContactLink {
    ContactEnd from{};
    ContactEnd to{};
};

struct PlacedBox {
    double x{};  ///< top left corner
    double y{};
    double width{};  ///< at least that of the ContactBox
    double height{};
    std::vector<double> row_y{};  ///< top of each row; rows may stand in another order than given
};

/// Cubic Bezier curves, one after the other.
struct Wire {
    Point from{};
    std::vector<std::array<Point, 3>> curves{};  ///< two controls and the end
};

struct ContactLayout {
    std::vector<PlacedBox> boxes{};
    std::vector<Wire> wires{};  ///< one for each link
    double width{};             ///< all lies within (0, 0) and (width, height)
    double height{};
    double grid_y{};  ///< where the boxes without links begin; == height when there are none
};

/// The boxes of linked groups in columns, so that wires are short, cross seldom and run only in the
/// channels between columns and through gaps between boxes; boxes without links in a grid below.
/// Boxes never overlap and no wire enters a box but at its own row.
///
/// @param grid_head   room above the grid, for a heading [px]
/// @param wanted_width  groups and grid are broken to about this width [px]
/// Cost: bounded search, well below a second; deterministic.
[[nodiscard]] ContactLayout layout_of(std::span<const ContactBox> boxes,
                                      std::span<const ContactLink> links, double wanted_width,
                                      double grid_head);

}  // namespace erbium::report
