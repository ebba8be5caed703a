// SPDX-License-Identifier: Apache-2.0
// tests/report/line_chart_test.cpp: curves, their labels, gaps and measured points.
#include "erbium/report/line_chart.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "xml_reader.hpp"

namespace erbium::report {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

LineChart chart_of(std::size_t series) {
    LineChart chart{.id = "c",
                    .title = "pAKT",
                    .x = {.title = "time [h]"},
                    .y = {.title = "relative to start"}};
    for (std::size_t s = 0; s < series; ++s) {
        Series one{.label = "line " + std::to_string(s)};
        for (int i = 0; i <= 10; ++i) {
            one.x.push_back(i);
            one.y.push_back(1.0 + 0.001 * static_cast<double>(s) *
                                      i);  // nearly the same: labels must part
        }
        chart.series.push_back(one);
    }
    return chart;
}

std::size_t count_of(const std::string& text, char wanted) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), wanted));
}

/// The path data of the curves, in the order of the series.
std::vector<std::string> curves(const XmlText& xml) {
    std::vector<std::string> found;
    for (const XmlElement& path : xml.all("path")) {
        if (path.attribute("stroke-linecap") == "round") {
            found.push_back(path.attribute("d"));
        }
    }
    return found;
}

TEST(LineChart, KeepsLabelsOfNearlyEqualLinesApart) {
    for (std::size_t series = 1; series <= 8; ++series) {
        const XmlText xml = read_xml(svg(chart_of(series)));
        ASSERT_EQ(xml.error, "");
        EXPECT_EQ(overlapping_texts(xml), "") << series << " series";
        EXPECT_EQ(text_outside_frame(xml), "") << series << " series";
    }
}

TEST(LineChart, SetsLongLabelsAboveThePlot) {
    LineChart chart = chart_of(4);
    for (Series& series : chart.series) {
        series.label += "unbreakablelabelthatislongerthanathird";
    }
    const XmlText xml = read_xml(svg(chart));
    EXPECT_EQ(overlapping_texts(xml), "");
}

TEST(LineChart, BreaksACurveAtAFailedPointAndSaysSo) {
    LineChart chart = chart_of(1);
    EXPECT_EQ(count_of(curves(read_xml(svg(chart))).at(0), 'M'), 1U);
    chart.series[0].y[4] = kNaN;
    const XmlText xml = read_xml(svg(chart));
    const std::string curve = curves(xml).at(0);
    EXPECT_EQ(count_of(curve, 'M'), 2U);
    EXPECT_EQ(count_of(curve, 'M') + count_of(curve, 'L'),
              10U);  // the failed one is not drawn anywhere
    EXPECT_TRUE(xml.has_text("1 point failed (×)"));
}

TEST(LineChart, CountsWhatALogAxisCannotShow) {
    LineChart chart = chart_of(1);  // x begins at 0
    chart.x.kind = ScaleKind::log;
    const XmlText xml = read_xml(svg(chart));
    EXPECT_TRUE(xml.has_text("1 value ≤ 0 not shown on the log axis"));
    EXPECT_EQ(count_of(curves(xml).at(0), 'L'), 9U);
}

TEST(LineChart, PutsAMeasuredPointOnTheCurveThatAgreesWithIt) {
    LineChart chart = chart_of(1);
    chart.series[0].measured = {{.x = 10.0, .y = 1.0, .lower = 0.8, .upper = 1.2}};
    const XmlText xml = read_xml(svg(chart));
    const std::string curve = curves(xml).at(0);
    const std::string last = curve.substr(curve.rfind('L') + 1);
    ASSERT_EQ(xml.all("circle").size(), 1U);
    const XmlElement circle = xml.all("circle")[0];
    EXPECT_EQ(circle.attribute("cx") + " " + circle.attribute("cy"), last);
}

TEST(LineChart, RingsMisfits) {
    LineChart chart = chart_of(1);
    chart.series[0].measured = {{.x = 5.0, .y = 2.0, .is_misfit = true}};
    std::size_t rings = 0;
    for (const XmlElement& circle : read_xml(svg(chart)).all("circle")) {
        rings += circle.has_class("misfit-line") ? 1U : 0U;
    }
    EXPECT_EQ(rings, 1U);
}

TEST(LineChart, SharedAxesHoldAllData) {
    std::vector<LineChart> charts{chart_of(1), chart_of(1)};
    charts[1].series[0].x.back() = 72.0;
    charts[1].series[0].y.back() = 9.0;
    share_axes(charts, Shared::x_and_y);
    for (const LineChart& chart : charts) {
        EXPECT_EQ(chart.x.low, 0.0);
        EXPECT_EQ(chart.x.high, 72.0);
        EXPECT_GE(chart.y.high, 9.0);
    }
}

TEST(LineChart, EscapesHostileLabels) {
    LineChart chart = chart_of(2);
    chart.title = "<script>";
    chart.y.title = "&";
    chart.series[1].label = "</title><script>alert(1)</script>";
    chart.series[1].measured = {{.x = 5.0, .y = 1.0, .note = "<b>"}};
    const XmlText xml = read_xml(svg(chart));
    ASSERT_EQ(xml.error, "");
    EXPECT_TRUE(xml.all("script").empty());
}

TEST(LineChart, KeepsAGivenEndWhenAllDataLieBeyondIt) {
    EXPECT_EQ(scale_of({.low = 0.0}, {-3.0, -1.0}).low(), 0.0);
    EXPECT_EQ(scale_of({.high = 2.0}, {5.0, 9.0}).high(), 2.0);
    EXPECT_EQ(scale_of({.kind = ScaleKind::log, .low = 100.0}, {1.0, 3.0}).low(), 100.0);
    LineChart chart = chart_of(1);
    chart.y.high = -5.0;
    EXPECT_EQ(read_xml(svg(chart)).error, "");
}

TEST(LineChart, WithoutAnyFiniteValueIsStillAChart) {
    LineChart chart = chart_of(1);
    for (double& y : chart.series[0].y) {
        y = kNaN;
    }
    const XmlText xml = read_xml(svg(chart));
    EXPECT_EQ(xml.error, "");
    EXPECT_TRUE(xml.has_text("11 points failed (×)"));
    EXPECT_EQ(read_xml(svg(LineChart{.id = "x"})).error, "");
}

TEST(LineChart, IsTheSameEveryTime) {
    EXPECT_EQ(svg(chart_of(3)), svg(chart_of(3)));
}

}  // namespace
}  // namespace erbium::report
