// SPDX-License-Identifier: Apache-2.0
// tests/report/scatter_test.cpp: model against measurement.
#include "erbium/report/scatter.hpp"

#include <gtest/gtest.h>

#include "xml_reader.hpp"

namespace erbium::report {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

Scatter scatter_of(std::vector<ScatterPoint> points) {
    return {.id = "s",
            .title = "Growth",
            .measured = {.title = "measured", .low = 0.0, .high = 1.0},
            .model = {.title = "model"},
            .tolerance = 0.2,
            .groups = {"antibodies", "kinase inhibitors"},
            .points = std::move(points)};
}

/// Marks of the first group that are data: the first circle belongs to the key.
std::vector<XmlElement> circles(const XmlText& xml) {
    std::vector<XmlElement> found;
    for (const XmlElement& circle : xml.all("circle")) {
        if (!circle.has_class("misfit-line")) {
            found.push_back(circle);
        }
    }
    found.erase(found.begin());
    return found;
}

TEST(Scatter, NamesMisfitsOnly) {
    const XmlText xml = read_xml(
        svg(scatter_of({{.label = "good", .measured = 0.5, .model = 0.55},
                        {.label = "bad", .measured = 0.2, .model = 0.9, .is_misfit = true}})));
    ASSERT_EQ(xml.error, "");
    const auto is_drawn = [&](const std::string& words) {
        const std::vector<XmlElement> texts = xml.all("text");
        return std::any_of(texts.begin(), texts.end(),
                           [&](const XmlElement& e) { return e.text == words; });
    };
    EXPECT_TRUE(is_drawn("bad"));
    EXPECT_FALSE(is_drawn("good"));
}

TEST(Scatter, NamesOfCrowdedMisfitsDoNotCoverEachOther) {
    std::vector<ScatterPoint> points;
    for (int i = 0; i < 14; ++i) {
        points.push_back({.label = "MDA-MB-" + std::to_string(i) + ", trastuzumab",
                          .measured = 0.2 + 0.003 * i,
                          .model = 0.8 + 0.004 * i,
                          .is_misfit = true});
    }
    for (const double width : {350.0, 480.0}) {
        const XmlText xml = read_xml(svg(scatter_of(points), width));
        EXPECT_EQ(overlapping_texts(xml), "") << width;
        EXPECT_EQ(text_outside_frame(xml), "") << width;
    }
}

TEST(Scatter, AFailedModelIsCountedAndNotDrawn) {
    const XmlText xml = read_xml(svg(scatter_of({{.label = "f", .measured = 0.5, .model = kNaN},
                                                 {.label = "g", .measured = 0.5, .model = 0.5}})));
    EXPECT_EQ(circles(xml).size(), 1U);
    EXPECT_TRUE(xml.has_text("1 failed and not drawn"));
}

TEST(Scatter, AgreementLiesOnTheDiagonalOfTheFrame) {
    const XmlText xml =
        read_xml(svg(scatter_of({{.label = "a", .measured = 0.25, .model = 0.25},
                                 {.label = "b", .measured = 0.75, .model = 0.75}})));
    const std::vector<XmlElement> marks = circles(xml);
    ASSERT_EQ(marks.size(), 2U);
    std::string diagonal;
    for (const XmlElement& path : xml.all("path")) {
        diagonal = path.attribute("stroke-width") == "1.2" ? path.attribute("d") : diagonal;
    }
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    ASSERT_EQ(std::sscanf(diagonal.c_str(), "M%lf %lfL%lf %lf", &x0, &y0, &x1, &y1), 4);
    for (const XmlElement& mark : marks) {
        const double share = (mark.number("cx") - x0) / (x1 - x0);
        EXPECT_NEAR(mark.number("cy"), y0 + share * (y1 - y0),
                    0.02);  // coordinates have two decimals
    }
}

TEST(Scatter, AnIntervalOpenAboveReachesTheEdge) {
    const XmlText xml = read_xml(svg(scatter_of({{.label = "a", .lower = 0.4, .model = 0.6}})));
    EXPECT_EQ(circles(xml).size(), 1U);
    EXPECT_TRUE(xml.has_text("a: model 0.600, measured between 0.400 and ∞"));
}

TEST(Scatter, ValuesWithoutAPlaceOnALogAxisAreCounted) {
    Scatter scatter = scatter_of({{.label = "a", .measured = 0.0, .model = 0.6}});
    scatter.measured = {.title = "measured", .kind = ScaleKind::log, .low = 0.1, .high = 10.0};
    scatter.tolerance = 2.0;
    EXPECT_TRUE(read_xml(svg(scatter)).has_text("1 without a place on the axes"));
}

TEST(Scatter, EscapesHostileLabelsAndIsTheSameEveryTime) {
    const Scatter scatter = scatter_of({{.label = "</text><script>",
                                         .measured = 0.1,
                                         .model = 0.9,
                                         .is_misfit = true,
                                         .note = "&"}});
    const XmlText xml = read_xml(svg(scatter));
    EXPECT_EQ(xml.error, "");
    EXPECT_TRUE(xml.all("script").empty());
    EXPECT_EQ(svg(scatter), svg(scatter));
}

}  // namespace
}  // namespace erbium::report
