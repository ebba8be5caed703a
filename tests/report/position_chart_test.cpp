// SPDX-License-Identifier: Apache-2.0
// tests/report/position_chart_test.cpp: points between the ends of ranges.
#include "erbium/report/position_chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "xml_reader.hpp"

namespace erbium::report {
namespace {

PositionChart chart_of(std::vector<double> position) {
    return {.id = "p",
            .title = "Optima",
            .rows = {{"k_on", "-5", "5"}, {"k_off", "0", "1"}},
            .series = {{"objective 1", std::move(position), {"k_on = -5", "k_off = 1"}}}};
}

/// Centres of the circles in drawing order: one for each row, then that of the key.
std::vector<std::pair<double, double>> markers(const XmlText& xml) {
    std::vector<std::pair<double, double>> found;
    for (const XmlElement& circle : xml.all("circle")) {
        found.emplace_back(circle.number("cx"), circle.number("cy"));
    }
    return found;
}

TEST(PositionChart, DrawsRowsInOrderAndPositionsBetweenTheEnds) {
    const XmlText ends = read_xml(svg(chart_of({0.0, 1.0})));
    ASSERT_EQ(ends.error, "");
    const auto at_ends = markers(ends);
    const auto inside = markers(read_xml(svg(chart_of({0.25, 0.75}))));
    ASSERT_EQ(at_ends.size(), 3U);
    ASSERT_EQ(inside.size(), 3U);
    const double width = at_ends[1].first - at_ends[0].first;
    EXPECT_GT(width, 300.0);
    EXPECT_NEAR(inside[0].first - at_ends[0].first, 0.25 * width, 0.02);
    EXPECT_NEAR(inside[1].first - at_ends[0].first, 0.75 * width, 0.02);
    EXPECT_LT(at_ends[0].second, at_ends[1].second);
}

TEST(PositionChart, KeepsWhatIsBeyondAnEndAtTheEnd) {
    EXPECT_EQ(markers(read_xml(svg(chart_of({-3.0, 7.0})))),
              markers(read_xml(svg(chart_of({0.0, 1.0})))));
}

TEST(PositionChart, NamesRowsTheirEndsAndSeries) {
    const XmlText xml = read_xml(svg(chart_of({0.5, 0.5})));
    std::vector<std::string> words;
    for (const XmlElement& text : xml.all("text")) {
        words.push_back(text.text);
    }
    for (const char* word : {"k_on", "k_off", "-5", "5", "0", "1", "objective 1"}) {
        EXPECT_NE(std::find(words.begin(), words.end(), word), words.end()) << word;
    }
}

}  // namespace
}  // namespace erbium::report
