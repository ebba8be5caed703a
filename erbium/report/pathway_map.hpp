// SPDX-License-Identifier: Apache-2.0
// erbium/report/pathway_map.hpp: a pathway drawn as a network, its nodes coloured by activity.
// Reads: PathwayMap   Makes: SVG text   Used by: html_page, through Panel
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/report/colour.hpp"

namespace erbium::report {

enum class NodeShape { receptor, protein, small, process, drug, gene };
enum class EdgeKind { activates, inhibits, binds, becomes };

/// The shape or kind that a word names, as "receptor" or "inhibits"; nothing for other words.
[[nodiscard]] std::optional<NodeShape> node_shape_named(std::string_view word);
[[nodiscard]] std::optional<EdgeKind> edge_kind_named(std::string_view word);

/// What is printed under a node's name: nothing; the fold change 2^value as "×0.25"; the value.
enum class NodeNumber { none, fold, plain };

struct MapNode {
    std::string id{};
    std::string label{};
    double x{};  ///< centre, in the units of PathwayMap::width
    double y{};
    NodeShape shape{NodeShape::protein};
    double value{std::numeric_limits<double>::quiet_NaN()};  ///< on the map's scale; NaN: unknown,
                                                             ///< not coloured
    std::string note{};                                      ///< for the hover text
};

struct MapEdge {
    std::string from{};  ///< id of a node
    std::string to{};
    EdgeKind kind{EdgeKind::activates};
};

/// A part of the cell behind the nodes. A flat one is drawn as a membrane: two parallel lines.
struct MapRegion {
    std::string label{};
    double x{};  ///< top left corner
    double y{};
    double width{};
    double height{};
};

struct PathwayMap {
    std::string id{};     ///< unique in the page
    std::string title{};  ///< above the map, bold
    double width{640.0};  ///< of the layout; only ratios of lengths count
    double height{480.0};
    std::vector<MapRegion> regions{};
    std::vector<MapNode> nodes{};
    std::vector<MapEdge> edges{};
    ColourScale scale{Palette::diverging, -3.0, 3.0};
    NodeNumber number{NodeNumber::fold};
};

/// The map as SVG, about `width_px` wide: wider when nodes would overlap at that width. Letters are
/// 12 px whatever the size of the layout. Nodes near the border are moved inside the frame.
/// Precondition (checked): ids are unique, edges name nodes, width and height are > 0.
[[nodiscard]] std::string svg(const PathwayMap& map, double width_px = 560.0);

/// The key to maps of one kind.
struct MapKey {
    std::string id{};          ///< unique in the page
    PathwayMap map{};          ///< its scale, shapes and kinds of edges are explained
    std::string title{};       ///< what the colour means
    std::string low_label{};   ///< words at the low end of the bar, may be empty
    std::string high_label{};  ///< words at the high end
};

/// Colour bar, shapes and edges that occur in the map, set for a place `width_px` wide.
[[nodiscard]] std::string svg(const MapKey& key, double width_px = 1024.0);

}  // namespace erbium::report
