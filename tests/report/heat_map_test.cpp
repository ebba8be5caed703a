// SPDX-License-Identifier: Apache-2.0
// tests/report/heat_map_test.cpp: what a heat map shows, and how failures and misfits look.
#include "erbium/report/heat_map.hpp"

#include <gtest/gtest.h>

#include "xml_reader.hpp"

namespace erbium::report {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

HeatMap map_of(std::size_t rows, std::size_t columns) {
    HeatMap map{.id = "growth",
                .title = "Growth",
                .scale = {Palette::depletion, 0.0, 1.2},
                .legend_title = "relative growth"};
    for (std::size_t c = 0; c < columns; ++c) {
        map.columns.push_back(c % 3 == 2 ? "trastuzumab + pertuzumab" : "PI3K inhibitor");
    }
    for (std::size_t r = 0; r < rows; ++r) {
        HeatRow row{.label = r % 2 == 0 ? "p95HER2 (truncated receptor)" : "MDA-MB-361",
                    .group = r < rows / 2 ? "Altered target" : "Other receptors"};
        for (std::size_t c = 0; c < columns; ++c) {
            row.cells.push_back({.value = 0.1 * static_cast<double>((r + c) % 12)});
        }
        map.rows.push_back(row);
    }
    return map;
}

TEST(HeatMap, IsWellFormedAtEveryWidthAndKeepsItsTextApartAndInside) {
    HeatMap map = map_of(12, 9);
    map.rows[1].cells[1].measured = 0.4;
    map.rows[2].cells[3] = {.value = kNaN, .failure = "step too small"};
    map.rows[3].cells[3] = {.value = 0.2, .measured = 0.9, .is_misfit = true};
    for (const double width : {340.0, 360.0, 600.0, 1024.0, 1400.0}) {
        const XmlText xml = read_xml(svg(map, width));
        ASSERT_EQ(xml.error, "") << width;
        EXPECT_EQ(overlapping_texts(xml), "") << width;
        EXPECT_EQ(text_outside_frame(xml), "") << width;
    }
}

TEST(HeatMap, FitsATelephoneWithLettersOfTenPixels) {
    const XmlText xml = read_xml(svg(map_of(12, 9), 360.0));
    EXPECT_LE(xml.elements[0].number("width"), 366.0);
    for (const XmlElement& text : xml.all("text")) {
        EXPECT_GE(text.number("font-size"), 10.0) << text.text;
    }
}

TEST(HeatMap, ShowsAFailedValueAsFailedAndNeverAsANumberOrAColour) {
    HeatMap map = map_of(1, 1);
    map.rows[0].cells[0] = {.value = kNaN, .failure = "Newton did not converge at 14.2 h"};
    const XmlText xml = read_xml(svg(map, 800.0));
    EXPECT_TRUE(xml.has_text("failed"));
    EXPECT_FALSE(xml.has_text("0.00"));
    EXPECT_TRUE(
        xml.has_text("p95HER2 (truncated receptor), PI3K inhibitor: model failed (Newton did not "
                     "converge at 14.2 h)"));
    bool is_hatched = false;
    for (const XmlElement& rect : xml.all("rect")) {
        is_hatched = is_hatched || rect.attribute("fill") == "url(#growth-hatch)";
    }
    EXPECT_TRUE(is_hatched);
    EXPECT_EQ(xml.all("pattern").size(), 1U);
}

TEST(HeatMap, ColoursACellByItsValueInBothModes) {
    HeatMap map = map_of(1, 1);
    map.rows[0].cells[0].value = 0.3;
    const ColourPair expected = colour_of(0.3, map.scale);
    bool is_found = false;
    for (const XmlElement& rect : read_xml(svg(map, 800.0)).all("rect")) {
        is_found = is_found ||
                   (rect.attribute("fill") == hex(expected.light) &&
                    rect.attribute("style") == "--d:" + hex(expected.dark) && rect.has_class("d"));
    }
    EXPECT_TRUE(is_found);
}

TEST(HeatMap, SetsTheMeasurementUnderTheModelAndMarksMisfits) {
    HeatMap map = map_of(1, 2);
    map.rows[0].cells[0] = {
        .value = 0.21, .measured = 0.87, .is_misfit = true, .note = "Source 2006"};
    const XmlText xml = read_xml(svg(map, 800.0));
    double model_y = 0.0;
    double measured_y = 0.0;
    for (const XmlElement& text : xml.all("text")) {
        model_y = text.text == "0.21" ? text.number("y") : model_y;
        measured_y = text.text == "0.87" ? text.number("y") : measured_y;
    }
    EXPECT_GT(measured_y, model_y);
    EXPECT_TRUE(
        xml.has_text("p95HER2 (truncated receptor), PI3K inhibitor: model 0.21, measured 0.87 "
                     "(misfit). Source 2006"));
    EXPECT_TRUE(xml.has_text("misfit"));  // in the key
    EXPECT_FALSE(read_xml(svg(map_of(1, 2), 800.0)).has_text("misfit"));
}

TEST(HeatMap, EscapesHostileLabels) {
    HeatMap map = map_of(1, 1);
    map.columns[0] = "</text><script>alert(1)</script>";
    map.rows[0].label = "\"><img src=x onerror=alert(1)>";
    map.rows[0].cells[0].note = "a & b < c";
    map.title = "<svg onload=alert(1)>";
    map.legend_title = "]]><script>";
    const std::string out = svg(map, 800.0);
    const XmlText xml = read_xml(out);
    ASSERT_EQ(xml.error, "");
    EXPECT_TRUE(xml.all("script").empty());
    EXPECT_TRUE(xml.all("img").empty());
    EXPECT_EQ(out.find("<script"), std::string::npos);
}

TEST(HeatMap, IsTheSameEveryTime) {
    EXPECT_EQ(svg(map_of(5, 7), 700.0), svg(map_of(5, 7), 700.0));
}

TEST(HeatMap, WithoutRowsIsStillAChart) {
    EXPECT_EQ(read_xml(svg(HeatMap{.id = "x", .title = "t"})).error, "");
}

TEST(HeatMapDeathTest, RefusesRaggedRows) {
    HeatMap map = map_of(2, 3);
    map.rows[1].cells.pop_back();
    EXPECT_DEATH((void)svg(map), "one cell for each column");
}

}  // namespace
}  // namespace erbium::report
