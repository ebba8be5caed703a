// SPDX-License-Identifier: Apache-2.0
// erbium/package/table.hpp: tab-separated tables whose cells know where they stand.
// Reads: SourceText   Makes: Table   Used by: the readers of a package's tables
// See docs/reference/package.md for the format.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"

namespace erbium::package {

struct Column {
    std::string_view name;
    bool is_required{true};  ///< the column must be there; its cells may still be empty
};

/// One row; cells in the order of the file, found by the name of their column.
class TableRow {
public:
    TableRow(const std::vector<std::string>* columns, std::vector<Span> cells)
        : columns_{columns}, cells_{std::move(cells)} {}

    /// The trimmed text of a cell; empty when the cell or its column is. Cost: O(columns).
    [[nodiscard]] std::string_view text(std::string_view column) const noexcept;
    /// Where the trimmed text stands; of the first cell when the table has no such column.
    [[nodiscard]] Span span(std::string_view column) const noexcept;
    /// The number in a cell, or nothing: the cell is empty, or it is no finite number, which is an
    /// error.
    [[nodiscard]] std::optional<double> number(std::string_view column,
                                               Diagnostics& diagnostics) const;
    /// As number(), but an empty cell is an error too.
    [[nodiscard]] std::optional<double> required_number(std::string_view column,
                                                        Diagnostics& diagnostics) const;
    /// text(), but an empty cell is an error.
    [[nodiscard]] std::string_view required_text(std::string_view column,
                                                 Diagnostics& diagnostics) const;

private:
    const std::vector<std::string>* columns_;
    std::vector<Span> cells_;  // of the trimmed texts
};

/// What to do with columns that are not on the list. Tables that may have any (PEtab's) may also
/// leave out the empty cells at the end of a row.
enum class OtherColumns { refused, kept };

/// A table as read. Rows with a wrong number of cells are diagnosed and left out.
class Table {
public:
    [[nodiscard]] std::span<const TableRow> rows() const noexcept { return rows_; }
    /// Names of the columns, in the order of the file.
    [[nodiscard]] std::span<const std::string> columns() const noexcept { return *columns_; }

    friend Table parse_table(std::shared_ptr<const SourceText> source,
                             std::span<const Column> columns, Diagnostics& diagnostics,
                             OtherColumns others);

private:
    std::unique_ptr<std::vector<std::string>> columns_;  // rows point to it, also after a move
    std::vector<TableRow> rows_;
};

/// Largest table that is read: 64 MiB of text.
inline constexpr std::size_t kLargestTable_bytes = std::size_t{64} << 20U;

/// Reads a table: the first line that is neither blank nor a comment (`#`) names the columns. A
/// byte order mark and CRLF line ends are accepted; NUL bytes and text that is not UTF-8 are not.
/// Errors go to `diagnostics`; the rows that could be read are in the result nevertheless.
[[nodiscard]] Table parse_table(std::shared_ptr<const SourceText> source,
                                std::span<const Column> columns, Diagnostics& diagnostics,
                                OtherColumns others = OtherColumns::refused);

/// Offset of the first byte that is NUL or not part of well-formed UTF-8; npos when all is text.
[[nodiscard]] std::size_t first_bad_byte(std::string_view text) noexcept;

}  // namespace erbium::package
