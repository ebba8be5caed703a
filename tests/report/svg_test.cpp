// SPDX-License-Identifier: Apache-2.0
// tests/report/svg_test.cpp: escaping, widths and wrapping of text.
#include "erbium/report/svg.hpp"

#include <gtest/gtest.h>

#include "xml_reader.hpp"

namespace erbium::report {
namespace {

TEST(XmlReader, RefusesWhatIsNotWellFormed) {
    EXPECT_EQ(read_xml("<a b=\"1\"><c/>x</a>").error, "");
    for (const char* wrong : {"<a><b></a></b>", "<a b=1/>", "<a>&nbsp;</a>", "<a>&</a>", "<a",
                              "<a/><b/>", "<a b=\"\" b=\"\"/>"}) {
        EXPECT_NE(read_xml(wrong).error, "") << wrong;
    }
}

TEST(Coordinate, HasAtMostTwoDecimalsAndNoMinusZero) {
    EXPECT_EQ(coordinate(1.0 / 3.0), "0.33");
    EXPECT_EQ(coordinate(100.0), "100");
    EXPECT_EQ(coordinate(-0.001), "0");
    EXPECT_EQ(coordinate(-2.5), "-2.5");
}

TEST(XmlText, NeutralisesMarkupControlCharactersAndBrokenUtf8) {
    EXPECT_EQ(xml_text("<script>&\""), "&lt;script&gt;&amp;&quot;");
    EXPECT_EQ(xml_text(std::string_view{"a\x01\0b", 4}), "ab");
    EXPECT_EQ(xml_text("\xff\xc3(\xed\xa0\x80"),
              "\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(xml_text("µ→𝛼"), "µ→𝛼");
}

TEST(TextWidth, AddsUpAndGrowsWithTheSize) {
    EXPECT_DOUBLE_EQ(text_width("ab", 12.0), text_width("a", 12.0) + text_width("b", 12.0));
    EXPECT_DOUBLE_EQ(text_width("HER2", 24.0), 2.0 * text_width("HER2", 12.0));
    EXPECT_GT(text_width("HER2", 12.0, true), text_width("HER2", 12.0));
    EXPECT_EQ(text_width("", 12.0), 0.0);
}

TEST(Wrapped, KeepsTheWordsAndTheWidth) {
    const std::string_view text = "p95HER2 (truncated receptor) with trastuzumab + pertuzumab";
    std::string joined;
    for (const std::string& line : wrapped(text, 100.0, 11.0)) {
        EXPECT_LE(text_width(line, 11.0), 100.0) << line;
        joined += (joined.empty() ? "" : " ") + line;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(wrapped("", 100.0, 11.0), std::vector<std::string>{""});
    EXPECT_EQ(wrapped("unbreakablelongword", 10.0, 11.0).size(), 1U);
}

TEST(Elided, FitsAndEndsInAnEllipsis) {
    const std::string cut = elided("a label that is too long", 60.0, 12.0);
    EXPECT_LE(text_width(cut, 12.0), 60.0);
    EXPECT_TRUE(cut.ends_with("…"));
    EXPECT_EQ(elided("short", 100.0, 12.0), "short");
}

TEST(Svg, IsNamedForScreenReaders) {
    const XmlText xml = read_xml(Svg{10.0, 20.0, "x", "A & B", "C"}.finish());
    ASSERT_EQ(xml.error, "");
    EXPECT_EQ(xml.elements[0].attribute("role"), "img");
    EXPECT_EQ(xml.elements[0].attribute("aria-labelledby"), "x-title x-desc");
    EXPECT_EQ(xml.elements[1].attribute("id"), "x-title");
    EXPECT_EQ(xml.elements[1].text, "A & B");
    EXPECT_EQ(xml.elements[2].attribute("id"), "x-desc");
}

TEST(Svg, StandsAloneWithItsStylesheet) {
    const std::string alone = standalone(Svg{10.0, 20.0, "x", "t", ""}.finish());
    const XmlText xml = read_xml(alone);
    ASSERT_EQ(xml.error, "");
    ASSERT_EQ(xml.elements[1].name, "style");
    // Colours are written out: only browsers know custom properties. A mark's own dark colour is
    // for dark screens alone.
    const std::string& css = xml.elements[1].text;
    const std::size_t dark = css.find("@media");
    ASSERT_NE(dark, std::string::npos);
    EXPECT_EQ(css.substr(0, dark).find("var("), std::string::npos);
    EXPECT_NE(css.find(".paper-fill{fill:#"), std::string::npos);
    EXPECT_NE(css.find(".s7{stroke:#"), std::string::npos);
}

TEST(SvgDeathTest, RefusesCoordinatesThatAreNotFinite) {
    EXPECT_DEATH((void)coordinate(std::nan("")), "finite");
    EXPECT_DEATH((void)Svg(10.0, std::nan(""), "x", "t", ""), "finite");
}

}  // namespace
}  // namespace erbium::report
