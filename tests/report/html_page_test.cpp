// SPDX-License-Identifier: Apache-2.0
// tests/report/html_page_test.cpp: the page needs nothing but itself and says what it is for.
#include "erbium/report/html_page.hpp"

#include <gtest/gtest.h>

#include <set>

#include "erbium/report/heat_map.hpp"
#include "erbium/report/line_chart.hpp"
#include "erbium/report/pathway_map.hpp"
#include "erbium/report/scatter.hpp"

namespace erbium::report {
namespace {

Page sample() {
    const HeatMap heat{.id = "heat",
                       .title = "Growth",
                       .columns = {"a"},
                       .rows = {{"r",
                                 "",
                                 {
                                     {.value = 0.5},
                                 }}}};
    const LineChart line{.id = "line",
                         .title = "pAKT",
                         .series = {{.label = "s", .x = {0.0, 1.0}, .y = {1.0, 0.5}}}};
    const PathwayMap map{.id = "map", .nodes = {{.id = "n", .label = "AKT", .value = 1.0}}};
    const MapKey key{.id = "key", .map = map, .title = "activity"};
    const Scatter scatter{.id = "fit", .points = {{.label = "o", .measured = 1.0, .model = 1.1}}};
    return {
        .title = "Report <1>",
        .lede = "What came out & what did not.",
        .caution = "Research use only.",
        .keys = {{"3 of 4", "observations hold"}},
        .sections =
            {{"growth",
              "Growth",
              {Prose{"One.\n\nTwo."},
               Figure{.title = "Growth.", .panels = {both_widths(heat, 1000.0)}}}},
             {"inside",
              "Inside",
              {Figure{.title = "Lines.", .panels = {{svg(line)}}},
               Figure{.title = "Map.", .panels = {{svg(map)}}, .key = {both_widths(key, 900.0)}},
               Figure{.title = "Fit.", .panels = {both_widths(scatter, 480.0)}},
               TableBlock{{.title = "Rows.", .columns = {{"x"}}, .rows = {{{1.0}}}}, "caption"},
               Note{"A limit."}, Facts{{{"program", "0.1"}}},
               Sources{{{"A2004", "A paper.", "https://doi.org/10.1/x"},
                        {"B2005", "Another.", "javascript:alert(1)"}}}}}},
        .foot = "foot"};
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

TEST(Page, LoadsNothingFromOutsideAndRunsNothing) {
    const std::string page = html(sample());
    for (const char* part : {"<script", "<link", "<img", "<iframe", "@import", " src=", "url(http",
                             "url(//", "@font-face", "javascript:"}) {
        EXPECT_EQ(page.find(part), std::string::npos) << part;
    }
    // Addresses occur only as links of sources and as the name of the SVG language.
    EXPECT_EQ(count_of(page, "http"), count_of(page, "xmlns=\"http://www.w3.org/2000/svg\"") + 1U);
}

TEST(Page, HasNoIdTwiceAndEveryReferenceHasItsId) {
    const std::string page = html(sample());
    std::set<std::string> ids;
    for (std::size_t at = page.find(" id=\""); at != std::string::npos;
         at = page.find(" id=\"", at + 1)) {
        const std::string id = page.substr(at + 5, page.find('"', at + 5) - at - 5);
        EXPECT_TRUE(ids.insert(id).second) << id;
    }
    for (const std::string& reference : {std::string{"href=\"#"}, std::string{"url(#"}}) {
        for (std::size_t at = page.find(reference); at != std::string::npos;
             at = page.find(reference, at + 1)) {
            const std::size_t begin = at + reference.size();
            const std::string id = page.substr(begin, page.find_first_of("\")", begin) - begin);
            EXPECT_EQ(ids.count(id), 1U) << id;
        }
    }
}

TEST(Page, NumbersFiguresAndTablesInOrder) {
    const std::string page = html(sample());
    EXPECT_LT(page.find("Figure 1. Growth."), page.find("Figure 2. Lines."));
    EXPECT_LT(page.find("Figure 3. Map."), page.find("Figure 4. Fit."));
    EXPECT_NE(page.find("Table 1. Rows."), std::string::npos);
}

TEST(Page, EscapesItsTextsAndNamesItsLanguage) {
    const std::string page = html(sample());
    EXPECT_NE(page.find("<title>Report &lt;1&gt;</title>"), std::string::npos);
    EXPECT_NE(page.find("out &amp; what"), std::string::npos);
    EXPECT_NE(page.find("<html lang=\"en\">"), std::string::npos);
    EXPECT_NE(page.find("<p>One.</p>\n<p>Two.</p>"), std::string::npos);
}

TEST(Page, SaysItsCautionBeforeAnythingElse) {
    const std::string page = html(sample());
    EXPECT_LT(page.find("Research use only."), page.find("<h1>"));
}

TEST(Page, KnowsDarkScreensAndPaper) {
    const std::string page = html(sample());
    EXPECT_NE(page.find("@media screen and (prefers-color-scheme:dark)"), std::string::npos);
    EXPECT_NE(page.find("@media print"), std::string::npos);
}

TEST(Page, IsTheSameEveryTime) {
    EXPECT_EQ(html(sample()), html(sample()));
}

TEST(PageDeathTest, RefusesToBeWithoutACaution) {
    Page page = sample();
    page.caution.clear();
    EXPECT_DEATH((void)html(page), "must not be used for");
}

}  // namespace
}  // namespace erbium::report
