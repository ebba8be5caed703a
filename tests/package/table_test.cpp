// SPDX-License-Identifier: Apache-2.0
// tests/package/table_test.cpp: tables as people and spreadsheets write them.
#include "erbium/package/table.hpp"

#include <gtest/gtest.h>

#include <array>

namespace erbium::package {
namespace {

constexpr std::array<Column, 3> kColumns = {{{"id"}, {"value"}, {"note", false}}};

struct Result {
    Table table;
    Diagnostics diagnostics;
};

Result parse(const std::string& text) {
    Result r;
    r.table = parse_table(std::make_shared<const SourceText>(SourceText{"t.tsv", text}), kColumns,
                          r.diagnostics);
    return r;
}

TEST(Tables, ReadColumnsInAnyOrderAndSkipComments) {
    const Result r = parse("# head\n\nvalue\tid\n1.5\ta\n# between\n \n-2\tb\n");
    EXPECT_EQ(r.diagnostics.text(), "");
    ASSERT_EQ(r.table.rows().size(), 2U);
    Diagnostics none;
    EXPECT_EQ(r.table.rows()[0].text("id"), "a");
    EXPECT_EQ(r.table.rows()[0].number("value", none), 1.5);
    EXPECT_EQ(r.table.rows()[1].number("value", none), -2.0);
    EXPECT_EQ(r.table.rows()[1].text("note"), "");
    EXPECT_TRUE(none.empty());
}

TEST(Tables, AcceptAByteOrderMarkAndCrlf) {
    const Result r = parse("\xEF\xBB\xBFid\tvalue\tnote\r\na\t1\tx y\r\n");
    EXPECT_EQ(r.diagnostics.text(), "");
    ASSERT_EQ(r.table.rows().size(), 1U);
    EXPECT_EQ(r.table.rows()[0].text("note"), "x y");
}

TEST(Tables, CellsAreTrimmedAndKnowTheirPlace) {
    const Result r = parse("id\tvalue\n  a b  \t 7\n");
    ASSERT_EQ(r.table.rows().size(), 1U);
    EXPECT_EQ(r.table.rows()[0].text("id"), "a b");
    const Span span = r.table.rows()[0].span("value");
    const LineColumn where = line_column(span.source->text, span.begin);
    EXPECT_EQ(where.line, 2U);
    EXPECT_EQ(where.column, 10U);
}

TEST(Tables, StayValidWhenMoved) {
    Result r = parse("id\tvalue\na\t1\n");
    const Table moved = std::move(r.table);
    EXPECT_EQ(moved.rows()[0].text("id"), "a");
}

TEST(Tables, UnknownDoubleAndMissingColumnsAreAllReported) {
    EXPECT_EQ(parse("id\tvalu\tid\n").diagnostics.text(),
              "t.tsv:1:4: error ERB-TABLE-0002: unknown column 'valu'\n"
              "     1 | id valu id\n"
              "       |    ^^^^\n"
              "  hint: did you mean 'value'?\n"
              "t.tsv:1:9: error ERB-TABLE-0003: column 'id' stands here twice\n"
              "     1 | id valu id\n"
              "       |         ^^\n"
              "t.tsv:1:1: error ERB-TABLE-0004: a column is missing: value\n"
              "     1 | id valu id\n"
              "       | ^^^^^^^^^^\n");
}

TEST(Tables, RaggedRowsAreReportedAndLeftOut) {
    const Result r = parse("id\tvalue\na\t1\nb 2\nc\t3\t4\n");
    EXPECT_EQ(r.table.rows().size(), 1U);
    EXPECT_EQ(r.diagnostics.text(),
              "t.tsv:3:1: error ERB-TABLE-0005: this row has 1 cells, the header 2\n"
              "     3 | b 2\n"
              "       | ^^^\n"
              "  hint: cells are separated by tabs, not blanks\n"
              "t.tsv:4:1: error ERB-TABLE-0005: this row has 3 cells, the header 2\n"
              "     4 | c 3 4\n"
              "       | ^^^^^\n"
              "  hint: an empty cell still needs its tab\n");
}

TEST(Tables, NumbersThatAreNoneAreReported) {
    const Result r = parse("id\tvalue\na\t1,5\nb\t1e999\nc\t\nd\tnan\n");
    ASSERT_EQ(r.table.rows().size(), 4U);
    Diagnostics diagnostics;
    for (const TableRow& row : r.table.rows()) {
        EXPECT_EQ(row.required_number("value", diagnostics), std::nullopt);
    }
    EXPECT_EQ(diagnostics.text(),
              "t.tsv:2:3: error ERB-TABLE-0006: column 'value' wants a number, not '1,5'\n"
              "     2 | a 1,5\n"
              "       |   ^^^\n"
              "  hint: write decimals with a point\n"
              "t.tsv:3:3: error ERB-TABLE-0006: the number '1e999' is too large\n"
              "     3 | b 1e999\n"
              "       |   ^^^^^\n"
              "t.tsv:4:3: error ERB-TABLE-0007: column 'value' must not be empty\n"
              "     4 | c \n"
              "       |   ^\n"
              "t.tsv:5:3: error ERB-TABLE-0006: column 'value' wants a number, not 'nan'\n"
              "     5 | d nan\n"
              "       |   ^^^\n");
}

TEST(Tables, BytesThatAreNoTextAreRefused) {
    EXPECT_EQ(parse(std::string("id\tvalue\na\0b\t1\n", 14)).diagnostics.text(),
              "t.tsv:2:2: error ERB-TABLE-0001: a table holds no NUL bytes\n"
              "     2 | a b 1\n"
              "       |  ^\n"
              "  hint: save the table as UTF-8 text with tabs\n");
    for (const char* bad : {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
        const Result r = parse("id\tvalue\n" + std::string{bad} + "\t1\n");
        ASSERT_EQ(r.diagnostics.all().size(), 1U);
        EXPECT_EQ(r.diagnostics.all()[0].message, "this byte is not UTF-8 text");
    }
    EXPECT_EQ(parse("id\tvalue\n\xC2\xB5\xE2\x82\xAC\xF0\x9F\x98\x80\t1\n").diagnostics.text(), "");
}

TEST(Tables, WithoutAHeaderAreRefused) {
    EXPECT_EQ(parse("# only a comment\n").diagnostics.text(),
              "t.tsv:1:1: error ERB-TABLE-0004: the table has no line of column names\n"
              "     1 | # only a comment\n"
              "       | ^\n"
              "  hint: columns are id, value, note\n");
    EXPECT_TRUE(parse("").diagnostics.has_errors());
}

TEST(Tables, AWrongFileDoesNotPrintThousandsOfLines) {
    std::string text = "id\tvalue\n";
    for (int i = 0; i < 10'000; ++i) {
        text += "no tabs here\n";
    }
    const Result r = parse(text);
    EXPECT_EQ(r.diagnostics.all().size(), 50U);
    EXPECT_EQ(r.diagnostics.all().back().message,
              "10000 rows have the wrong number of cells; the first 49 are listed");
}

}  // namespace
}  // namespace erbium::package
