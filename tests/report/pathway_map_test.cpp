// SPDX-License-Identifier: Apache-2.0
// tests/report/pathway_map_test.cpp: places of nodes, ways of edges.
#include "erbium/report/pathway_map.hpp"

#include <gtest/gtest.h>

#include "erbium/report/edge_route.hpp"
#include "xml_reader.hpp"

namespace erbium::report {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A grid of nodes, some of them on the very border, with an edge from each to the next.
PathwayMap map_of(int columns, int rows) {
    PathwayMap map{.id = "m", .title = "Before", .width = 700.0, .height = 500.0};
    map.regions = {{"membrane", 0.0, 0.0, 700.0, 45.0}, {"cytoplasm", 0.0, 50.0, 700.0, 450.0}};
    constexpr std::array kShapes{NodeShape::receptor, NodeShape::protein, NodeShape::small,
                                 NodeShape::process,  NodeShape::drug,    NodeShape::gene};
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
            const int i = r * columns + c;
            map.nodes.push_back(
                {.id = "n" + std::to_string(i),
                 .label = i % 4 == 0 ? "FOXO (cytoplasm)" : "mTORC" + std::to_string(i),
                 .x = 700.0 * c / (columns - 1),
                 .y = 500.0 * r / (rows - 1),
                 .shape = kShapes[static_cast<std::size_t>(i) % kShapes.size()],
                 .value = i % 5 == 0 ? kNaN : i % 7 - 3.0});
        }
    }
    constexpr std::array kKinds{EdgeKind::activates, EdgeKind::inhibits, EdgeKind::binds,
                                EdgeKind::becomes};
    for (int i = 0; i + 1 < columns * rows; ++i) {
        map.edges.push_back({"n" + std::to_string(i), "n" + std::to_string(i + 1),
                             kKinds[static_cast<std::size_t>(i) % 4]});
    }
    return map;
}

TEST(PathwayMap, KeepsNodesInsideTheFrameAndTheirNamesApart) {
    for (const double width : {360.0, 560.0, 900.0}) {
        const XmlText xml = read_xml(svg(map_of(6, 6), width));
        ASSERT_EQ(xml.error, "");
        const double frame_width = xml.elements[0].number("width");
        const double frame_height = xml.elements[0].number("height");
        for (const XmlElement& rect : xml.all("rect")) {
            EXPECT_GE(rect.number("x"), 0.0);
            EXPECT_GE(rect.number("y"), 0.0);
            EXPECT_LE(rect.number("x") + rect.number("width"), frame_width);
            EXPECT_LE(rect.number("y") + rect.number("height"), frame_height);
        }
        EXPECT_EQ(text_outside_frame(xml), "") << width;
    }
}

TEST(PathwayMap, NamesOfNodesDoNotCoverEachOther) {
    PathwayMap map = map_of(6, 6);
    map.regions.clear();
    map.title.clear();  // stands above the map, in other coordinates
    for (const double width : {360.0, 560.0, 900.0}) {
        EXPECT_EQ(overlapping_texts(read_xml(svg(map, width))), "") << width;
    }
}

TEST(PathwayMap, ANodeWithoutAValueHasNoColourAndNoNumber) {
    PathwayMap map{.id = "m", .nodes = {{.id = "a", .label = "A", .x = 300, .y = 200}}};
    const XmlText xml = read_xml(svg(map));
    const std::vector<XmlElement> rects = xml.all("rect");
    ASSERT_EQ(rects.size(), 1U);
    EXPECT_EQ(rects[0].attribute("fill"), "none");
    EXPECT_TRUE(xml.has_text("A: no value"));
    EXPECT_FALSE(xml.has_text("×1.0"));
}

TEST(PathwayMap, PrintsALogRatioAsAFoldChange) {
    PathwayMap map{.id = "m",
                   .nodes = {{.id = "a", .label = "A", .x = 300, .y = 200, .value = -2.0}}};
    EXPECT_TRUE(read_xml(svg(map)).has_text("×0.25"));
    map.number = NodeNumber::plain;
    EXPECT_TRUE(read_xml(svg(map)).has_text("−2.0"));
    map.number = NodeNumber::none;
    EXPECT_FALSE(read_xml(svg(map)).has_text("−2.0"));
}

TEST(PathwayMap, MapsThatDifferInValuesHaveOneLayout) {
    PathwayMap before = map_of(5, 5);
    PathwayMap after = before;
    for (MapNode& node : after.nodes) {
        node.value = -node.value;
    }
    const XmlText a = read_xml(svg(before));
    const XmlText b = read_xml(svg(after));
    const std::vector<XmlElement> paths_a = a.all("path");
    const std::vector<XmlElement> paths_b = b.all("path");
    ASSERT_EQ(paths_a.size(), paths_b.size());
    for (std::size_t i = 0; i < paths_a.size(); ++i) {
        EXPECT_EQ(paths_a[i].attribute("d"), paths_b[i].attribute("d"));
    }
}

TEST(PathwayMap, KnowsTheWordsOfALayout) {
    EXPECT_EQ(node_shape_named("small"), NodeShape::small);
    EXPECT_EQ(node_shape_named("gene"), NodeShape::gene);
    EXPECT_EQ(node_shape_named("ghost"), std::nullopt);
    EXPECT_EQ(edge_kind_named("becomes"), EdgeKind::becomes);
    EXPECT_EQ(edge_kind_named(""), std::nullopt);
}

TEST(PathwayMap, EscapesHostileLabels) {
    PathwayMap map = map_of(2, 2);
    map.nodes[0].label = "<script>alert(1)</script>";
    map.nodes[1].note = "</title><script>";
    map.regions[0].label = "&<";
    map.title = "\"<";
    const XmlText xml = read_xml(svg(map));
    ASSERT_EQ(xml.error, "");
    EXPECT_TRUE(xml.all("script").empty());
}

TEST(PathwayMap, IsTheSameEveryTime) {
    EXPECT_EQ(svg(map_of(6, 6)), svg(map_of(6, 6)));
}

TEST(MapKey, ExplainsWhatOccursAndKeepsItsTextApart) {
    const MapKey key{.id = "k",
                     .map = map_of(3, 4),
                     .title = "activity",
                     .low_label = "less",
                     .high_label = "more"};
    for (const double width : {350.0, 1024.0}) {
        const XmlText xml = read_xml(svg(key, width));
        ASSERT_EQ(xml.error, "");
        EXPECT_EQ(overlapping_texts(xml), "") << width;
        EXPECT_EQ(text_outside_frame(xml), "") << width;
        for (const char* word :
             {"activates", "inhibits", "binds", "becomes", "receptor", "gene", "no value"}) {
            EXPECT_TRUE(xml.has_text(word)) << word;
        }
    }
    const MapKey few{.id = "k",
                     .map = {.nodes = {{.id = "a", .label = "A", .value = 0.0}}},
                     .title = "activity"};
    EXPECT_FALSE(read_xml(svg(few)).has_text("inhibits"));
    EXPECT_FALSE(read_xml(svg(few)).has_text("no value"));
}

TEST(PathwayMapDeathTest, RefusesEdgesToNowhere) {
    const PathwayMap map{
        .id = "m", .nodes = {{.id = "a", .label = "A"}}, .edges = {{"a", "b", EdgeKind::binds}}};
    EXPECT_DEATH((void)svg(map), "joins nodes of the map");
}

TEST(EdgeRoute, GoesAroundANodeInTheWay) {
    const std::vector<Outline> outlines{
        {{50.0, 100.0}, 20.0, 15.0}, {{350.0, 100.0}, 20.0, 15.0}, {{200.0, 100.0}, 30.0, 15.0}};
    const std::vector<Link> links{{0, 1}};
    const Route route = routes_between(outlines, links, 400.0, 200.0)[0];
    EXPECT_FALSE(route.is_straight);
    for (int i = 0; i <= 200; ++i) {
        const Point point = route.at(i / 200.0);
        EXPECT_FALSE(outlines[2].holds(point)) << point.x << " " << point.y;
        EXPECT_TRUE(point.y > 0.0 && point.y < 200.0);
    }
}

TEST(EdgeRoute, IsStraightWhereNothingIsInTheWayAndEndsAtTheBorders) {
    const std::vector<Outline> outlines{{{50.0, 100.0}, 20.0, 15.0},
                                        {{350.0, 40.0}, 20.0, 15.0, true}};
    const Route route = routes_between(outlines, std::vector<Link>{{0, 1}}, 400.0, 200.0)[0];
    EXPECT_TRUE(route.is_straight);
    EXPECT_FALSE(outlines[0].holds(route.from));
    EXPECT_FALSE(outlines[1].holds(route.to));
    EXPECT_TRUE(outlines[0].holds(route.from, 4.0));  // stands off by 3 px
    EXPECT_TRUE(outlines[1].holds(route.to, 4.0));
}

TEST(EdgeRoute, TwoLinksBetweenTheSameNodesAreTwoLines) {
    const std::vector<Outline> outlines{{{50.0, 100.0}, 20.0, 15.0}, {{350.0, 100.0}, 20.0, 15.0}};
    const std::vector<Route> routes =
        routes_between(outlines, std::vector<Link>{{0, 1}, {1, 0}}, 400.0, 200.0);
    EXPECT_GT(std::abs(routes[0].at(0.5).y - routes[1].at(0.5).y), 8.0);
}

}  // namespace
}  // namespace erbium::report
