// SPDX-License-Identifier: Apache-2.0
// erbium/report/table.hpp: one table, printed for a page, a terminal, a spreadsheet, a program.
// Makes: HTML, Markdown, plain text, TSV, JSON   Used by: html_page, apps
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace erbium::report {

enum class Align { start, middle, end };

struct Column {
    std::string name{};
    std::string unit{};  ///< may be empty; printed in brackets after the name
    Align align{Align::start};
    int digits{
        3};  ///< significant digits of the largest number at least, for people; machines get all
};

/// A text or a number. A number that is NaN has failed and says "NaN"; it is never blank.
using Cell = std::variant<std::string, double>;

/// misfit: does not agree with what was measured; failed: has no result. Marked with a sign and a
/// colour for people; a column of its own must say it to machines.
enum class RowMark { none, misfit, failed };

struct Row {
    std::vector<Cell> cells{};  ///< one for each column
    RowMark mark{RowMark::none};
};

struct Table {
    std::string title{};  ///< may be empty
    std::vector<Column> columns{};
    std::vector<Row> rows{};
};

// Precondition of all six (checked): each row has one cell for each column.

/// A <table> with a scope on each heading; the first cell of a row heads it. Numbers of a column
/// have the same decimals, so many that the smallest keeps two digits, unless they differ more than
/// a hundredfold.
[[nodiscard]] std::string html(const Table& table);

/// A table of GitHub's Markdown, without the title; numbers as for people. A bar inside a text is
/// escaped, and a misfit or failed row begins with no sign: a column must say it.
[[nodiscard]] std::string markdown(const Table& table);

/// Aligned columns for a terminal, as wide as their content in characters (East Asian ones count
/// two); a misfit row begins with "!", a failed one with "x".
[[nodiscard]] std::string plain_text(const Table& table);

/// A heading line, then one line for each row; unit in the heading as "name [unit]". Numbers read
/// back as the same double. Tabs and line ends inside a text become blanks.
[[nodiscard]] std::string tsv(const Table& table);

/// The same with commas; a text that holds a comma, a quote or a line end stands in quotes (RFC
/// 4180).
[[nodiscard]] std::string csv(const Table& table);

/// {"title", "columns": [{"name", "unit"}], "rows": [{name: value}]}; NaN is null, infinities are
/// the strings "inf" and "-inf". Precondition (checked): column names differ.
[[nodiscard]] std::string json(const Table& table);

}  // namespace erbium::report
