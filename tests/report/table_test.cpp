// SPDX-License-Identifier: Apache-2.0
// tests/report/table_test.cpp: one table in its four forms.
#include "erbium/report/table.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "erbium/base/text.hpp"
#include "xml_reader.hpp"

namespace erbium::report {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

Table sample() {
    return {.title = "Growth",
            .columns = {{"line"}, {"dose", "nM", Align::end}, {"growth", "", Align::end}},
            .rows = {{{"SKBR3", 10.0, 0.25}},
                     {{"BT474 µ", 1000.0, kNaN}, RowMark::failed},
                     {{"<script>\t&", 100.0, 1.5}, RowMark::misfit}}};
}

TEST(Table, PrintsAlignedText) {
    EXPECT_EQ(plain_text(sample()),
              "Growth\n"
              "  line        dose [nM]  growth\n"
              "  ----------  ---------  ------\n"
              "  SKBR3              10    0.25\n"
              "x BT474 µ          1000     NaN\n"
              "! <script> &        100    1.50\n");
}

TEST(Table, GivesWideLettersTwoPlacesAndCombiningOnesNone) {
    const Table table{.columns = {{"name"}, {"n", "", Align::end}},
                      .rows = {{{"細胞", 1.0}}, {{"e\u0301", 2.0}}, {{"abcd", 3.0}}}};
    EXPECT_EQ(plain_text(table),
              "name  n\n"
              "----  -\n"
              "細胞  1\n"
              "e\u0301     2\n"
              "abcd  3\n");
}

TEST(Table, PrintsMarkdownWithBarsEscaped) {
    Table table{.columns = {{.name = "what"}, {.name = "dose", .unit = "nM", .align = Align::end}}};
    table.rows.push_back({.cells = {"a | b\nc", 2.5}, .mark = RowMark::misfit});
    EXPECT_EQ(markdown(table), "| what | dose [nM] |\n| --- | ---: |\n| a \\| b c | 2.50 |\n");
}

TEST(Table, PrintsNumbersThatReadBackInTsv) {
    Table table = sample();
    table.rows[0].cells[2] = 0.1 + 0.2;
    const std::string text = tsv(table);
    const std::vector<std::string_view> lines = split(text, '\n');
    EXPECT_EQ(lines[0], "line\tdose [nM]\tgrowth");
    EXPECT_EQ(parse_double(split(lines[1], '\t')[2]), 0.1 + 0.2);
    EXPECT_EQ(split(lines[2], '\t')[2], "NaN");
    EXPECT_EQ(split(lines[3], '\t').size(), 3U);  // the tab inside the name is gone
}

TEST(Table, PrintsNaNAsNullAndInfinitiesAsWordsInJson) {
    Table table = sample();
    table.rows[0].cells[2] = -kInfinity;
    const nlohmann::json root = nlohmann::json::parse(json(table));
    EXPECT_EQ(root["columns"][1]["unit"], "nM");
    EXPECT_EQ(root["rows"][0]["growth"], "-inf");
    EXPECT_TRUE(root["rows"][1]["growth"].is_null());
    EXPECT_EQ(root["rows"][2]["line"], "<script>\t&");
    EXPECT_EQ(root["rows"][2]["growth"], 1.5);
}

TEST(Table, WritesWellFormedHtmlWithScopes) {
    const XmlText xml = read_xml(html(sample()));
    ASSERT_EQ(xml.error, "");
    EXPECT_TRUE(xml.all("script").empty());
    std::size_t columns = 0;
    std::size_t rows = 0;
    for (const XmlElement& head : xml.all("th")) {
        columns += head.attribute("scope") == "col" ? 1U : 0U;
        rows += head.attribute("scope") == "row" ? 1U : 0U;
    }
    EXPECT_EQ(columns, 3U);
    EXPECT_EQ(rows, 3U);
    EXPECT_TRUE(xml.has_text("NaN"));
}

TEST(Table, ShowsAFailedNumberInEveryForm) {
    const Table table{.columns = {{"x"}}, .rows = {{{kNaN}}}};
    EXPECT_EQ(plain_text(table), "x\n---\nNaN\n");
    EXPECT_EQ(tsv(table), "x\nNaN\n");
    EXPECT_TRUE(nlohmann::json::parse(json(table))["rows"][0]["x"].is_null());
    EXPECT_TRUE(read_xml(html(table)).has_text("NaN"));
}

TEST(Table, UsesOneNumberOfDecimalsUnlessMagnitudesDiffer) {
    const auto last = [](std::vector<double> numbers) {
        Table table{.columns = {{"x"}}};
        for (const double number : numbers) {
            table.rows.push_back({{number}});
        }
        const std::string text = plain_text(table);
        return std::string{split(text, '\n')[1 + numbers.size()]};
    };
    EXPECT_EQ(last({1.25, 0.5}), "0.50");
    EXPECT_EQ(last({24.0, 72.0}), "72");
    EXPECT_EQ(last({1500.5, 0.00123}), "0.00123");  // more than a hundredfold
}

TEST(Table, KeepsTwoDigitsOfTheSmallestNumberOfAColumn) {
    const Table table{.columns = {{.name = "n", .align = Align::end},
                                  {.name = "viability", .align = Align::end, .digits = 2}},
                      .rows = {{{136.0, 1.04}}, {{3.52, 0.77}}}};
    EXPECT_EQ(plain_text(table),
              "    n  viability\n"
              "-----  ---------\n"
              "136.0       1.04\n"
              "  3.5       0.77\n");
}

TEST(Table, SurvivesTextThatIsNotUtf8) {
    const Table table{.columns = {{"x"}}, .rows = {{{"\xff"}}}};
    EXPECT_TRUE(nlohmann::json::accept(json(table)));
}

TEST(TableDeathTest, RefusesRaggedRowsAndEqualNames) {
    Table ragged = sample();
    ragged.rows[0].cells.pop_back();
    EXPECT_DEATH((void)tsv(ragged), "one cell for each column");
    const Table twice{.columns = {{"x"}, {"x"}}};
    EXPECT_DEATH((void)json(twice), "names of a table differ");
}

}  // namespace
}  // namespace erbium::report
