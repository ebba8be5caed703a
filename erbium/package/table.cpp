// SPDX-License-Identifier: Apache-2.0
// erbium/package/table.cpp: reading of tab-separated tables.
#include "erbium/package/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "erbium/base/text.hpp"

namespace erbium::package {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMostProblems = 50;  ///< of one table; a wrong file would print thousands

/// The span of a piece of the source's text.
Span span_of(const std::shared_ptr<const SourceText>& source, std::string_view piece) {
    const auto begin = static_cast<std::uint32_t>(piece.data() - source->text.data());
    return {source, begin, begin + static_cast<std::uint32_t>(piece.size())};
}

/// `cell` without blanks at its ends; an empty cell keeps its place.
std::string_view trimmed_cell(std::string_view cell) noexcept {
    const std::string_view inner = trimmed(cell);
    return inner.empty() ? cell.substr(0, 0) : inner;
}

std::vector<std::string> read_header(const std::shared_ptr<const SourceText>& source,
                                     std::string_view line, std::span<const Column> columns,
                                     Diagnostics& diagnostics, OtherColumns others) {
    std::vector<std::string> known;
    for (const Column& column : columns) {
        known.emplace_back(column.name);
    }
    std::vector<std::string> names;
    for (const std::string_view piece : split(line, '\t')) {
        const std::string_view cell = trimmed_cell(piece);
        const std::string name{cell};
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            diagnostics.error("ERB-TABLE-0003", span_of(source, cell),
                              fmt::format("column '{}' stands here twice", name));
        } else if (std::find(known.begin(), known.end(), name) == known.end() &&
                   (others == OtherColumns::refused || name.empty())) {
            std::string hint = did_you_mean(name, known);
            if (hint.empty()) {
                hint = fmt::format("columns are {}", fmt::join(known, ", "));
            }
            diagnostics.error("ERB-TABLE-0002", span_of(source, cell),
                              name.empty() ? std::string{"a column has no name"}
                                           : fmt::format("unknown column '{}'", name),
                              std::move(hint));
        }
        names.push_back(name);
    }
    std::vector<std::string> missing;
    for (const Column& column : columns) {
        if (column.is_required &&
            std::find(names.begin(), names.end(), column.name) == names.end()) {
            missing.emplace_back(column.name);
        }
    }
    if (!missing.empty()) {
        diagnostics.error(
            "ERB-TABLE-0004", span_of(source, line),
            fmt::format("{} missing: {}", missing.size() == 1 ? "a column is" : "columns are",
                        fmt::join(missing, ", ")));
    }
    return names;
}

}  // namespace

std::string_view TableRow::text(std::string_view column) const noexcept {
    for (std::size_t i = 0; i < columns_->size(); ++i) {
        if ((*columns_)[i] == column) {
            const Span& cell = cells_[i];
            return std::string_view{cell.source->text}.substr(cell.begin, cell.end - cell.begin);
        }
    }
    return {};
}

Span TableRow::span(std::string_view column) const noexcept {
    for (std::size_t i = 0; i < columns_->size(); ++i) {
        if ((*columns_)[i] == column) {
            return cells_[i];
        }
    }
    return cells_.front();
}

std::optional<double> TableRow::number(std::string_view column, Diagnostics& diagnostics) const {
    const std::string_view cell = text(column);
    if (cell.empty()) {
        return std::nullopt;
    }
    const std::optional<double> value = parse_double(cell);
    if (!value || !std::isfinite(*value)) {
        diagnostics.error("ERB-TABLE-0006", span(column),
                          value ? fmt::format("the number '{}' is too large", cell)
                                : fmt::format("column '{}' wants a number, not '{}'", column, cell),
                          !value && cell.find(',') != std::string_view::npos
                              ? "write decimals with a point"
                              : "");
        return std::nullopt;
    }
    return value;
}

std::optional<double> TableRow::required_number(std::string_view column,
                                                Diagnostics& diagnostics) const {
    return required_text(column, diagnostics).empty() ? std::nullopt : number(column, diagnostics);
}

std::string_view TableRow::required_text(std::string_view column, Diagnostics& diagnostics) const {
    const std::string_view cell = text(column);
    // A column that is missing altogether was reported once, at the header.
    if (cell.empty() && std::find(columns_->begin(), columns_->end(), column) != columns_->end()) {
        diagnostics.error("ERB-TABLE-0007", span(column),
                          fmt::format("column '{}' must not be empty", column));
    }
    return cell;
}

std::size_t first_bad_byte(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned lead = byte(i);
        if (lead == 0) {
            return i;
        }
        if (lead < 0x80U) {
            ++i;
            continue;
        }
        std::size_t length = 0;
        unsigned lowest = 0x80U;  // of the second byte: no overlong forms, no surrogates
        unsigned highest = 0xBFU;
        if (lead >= 0xC2U && lead <= 0xDFU) {
            length = 2;
        } else if (lead >= 0xE0U && lead <= 0xEFU) {
            length = 3;
            lowest = lead == 0xE0U ? 0xA0U : lowest;
            highest = lead == 0xEDU ? 0x9FU : highest;
        } else if (lead >= 0xF0U && lead <= 0xF4U) {
            length = 4;
            lowest = lead == 0xF0U ? 0x90U : lowest;
            highest = lead == 0xF4U ? 0x8FU : highest;
        } else {
            return i;
        }
        if (i + length > text.size() || byte(i + 1) < lowest || byte(i + 1) > highest) {
            return i;
        }
        for (std::size_t k = 2; k < length; ++k) {
            if (byte(i + k) < 0x80U || byte(i + k) > 0xBFU) {
                return i;
            }
        }
        i += length;
    }
    return std::string_view::npos;
}

Table parse_table(std::shared_ptr<const SourceText> source, std::span<const Column> columns,
                  Diagnostics& diagnostics, OtherColumns others) {
    Table table;
    table.columns_ = std::make_unique<std::vector<std::string>>();
    const std::string_view text = source->text;
    if (text.size() > kLargestTable_bytes) {
        diagnostics.error("ERB-TABLE-0001", {source, 0, 0},
                          fmt::format("a table of {} MiB is too large; the limit is {} MiB",
                                      text.size() >> 20U, kLargestTable_bytes >> 20U));
        return table;
    }
    const std::size_t bad = first_bad_byte(text);
    if (bad != std::string_view::npos) {
        const auto at = static_cast<std::uint32_t>(bad);
        diagnostics.error(
            "ERB-TABLE-0001", {source, at, at + 1},
            text[bad] == '\0' ? "a table holds no NUL bytes" : "this byte is not UTF-8 text",
            "save the table as UTF-8 text with tabs");
        return table;
    }

    constexpr std::size_t kMostRows = 100'000;
    std::size_t problems = 0;
    bool has_header = false;
    std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (trimmed(line).empty() || line.starts_with('#')) {
            continue;
        }
        if (!has_header) {
            *table.columns_ = read_header(source, line, columns, diagnostics, others);
            has_header = true;
            continue;
        }
        if (table.rows_.size() >= kMostRows) {
            diagnostics.error("ERB-TABLE-0001", span_of(source, line),
                              fmt::format("a table of more than {} rows is too large", kMostRows));
            break;
        }
        std::vector<Span> cells;
        for (const std::string_view piece : split(line, '\t')) {
            cells.push_back(span_of(source, trimmed_cell(piece)));
        }
        while (others == OtherColumns::kept && cells.size() < table.columns_->size()) {
            cells.push_back(span_of(source, line.substr(line.size())));
        }
        if (cells.size() == table.columns_->size()) {
            table.rows_.emplace_back(table.columns_.get(), std::move(cells));
        } else if (++problems < kMostProblems) {
            diagnostics.error("ERB-TABLE-0005", span_of(source, line),
                              fmt::format("this row has {} cells, the header {}", cells.size(),
                                          table.columns_->size()),
                              cells.size() == 1 && table.columns_->size() > 1
                                  ? "cells are separated by tabs, not blanks"
                                  : "an empty cell still needs its tab");
        }
    }
    if (problems >= kMostProblems) {
        diagnostics.error("ERB-TABLE-0005", {source, 0, 0},
                          fmt::format("{} rows have the wrong number of cells; the first {} are "
                                      "listed",
                                      problems, kMostProblems - 1));
    }
    if (!has_header) {
        diagnostics.error("ERB-TABLE-0004", {source, 0, 0}, "the table has no line of column names",
                          fmt::format("columns are {}", [&] {
                              std::vector<std::string_view> names;
                              for (const Column& column : columns) {
                                  names.push_back(column.name);
                              }
                              return fmt::format("{}", fmt::join(names, ", "));
                          }()));
    }
    return table;
}

}  // namespace erbium::package
