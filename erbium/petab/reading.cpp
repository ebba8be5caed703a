// SPDX-License-Identifier: Apache-2.0
// erbium/petab/reading.cpp: ids, words and lists in the cells of PEtab tables.
#include "erbium/petab/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "erbium/base/text.hpp"

namespace erbium::petab {

bool is_petab_id(std::string_view id) noexcept {
    const auto is_word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    };
    return !id.empty() && std::isdigit(static_cast<unsigned char>(id.front())) == 0 &&
           std::all_of(id.begin(), id.end(), is_word);
}

std::vector<std::size_t> Problem::estimated() const {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i].is_estimated) {
            rows.push_back(i);
        }
    }
    return rows;
}

std::string_view text_of(const Span& span) noexcept {
    return span.source == nullptr
               ? std::string_view{}
               : std::string_view{span.source->text}.substr(span.begin, span.end - span.begin);
}

std::string Reading::new_id(const package::TableRow& row, std::string_view column,
                            std::string_view what, Index& index, std::size_t position) {
    const std::string_view id = row.required_text(column, diagnostics);
    if (id.empty()) {
        return {};
    }
    if (!is_petab_id(id)) {
        diagnostics.error("ERB-PETAB-0004", row.span(column),
                          fmt::format("'{}' is no PEtab identifier", id),
                          "letters, digits and underscores, not first a digit");
        return {};
    }
    if (!index.emplace(std::string{id}, position).second) {
        diagnostics.error("ERB-PETAB-0003", row.span(column),
                          fmt::format("{} '{}' stands in the table twice", what, id));
        return {};
    }
    return std::string{id};
}

std::optional<std::size_t> Reading::find(const Index& index, std::string_view id,
                                         std::string_view what, const Span& where) {
    const auto at = index.find(id);
    if (at != index.end()) {
        return at->second;
    }
    constexpr std::size_t kMostWithHints = 20;  // an edit distance to all ids for each complaint
    std::string hint;
    if (diagnostics.all().size() < kMostWithHints) {
        std::vector<std::string> names;
        for (const auto& [name, position] : index) {
            names.push_back(name);
        }
        hint = did_you_mean(id, names);
    }
    diagnostics.error("ERB-PETAB-0002", where, fmt::format("there is no {} '{}'", what, id),
                      std::move(hint));
    return std::nullopt;
}

void Reading::unknown_word(std::string_view word, std::span<const std::string_view> known,
                           const Span& where) {
    diagnostics.error("ERB-PETAB-0005", where,
                      fmt::format("'{}' is not one of the words here", word),
                      fmt::format("one of {}", fmt::join(known, ", ")));
}

std::optional<double> Reading::extended_number(const package::TableRow& row,
                                               std::string_view column) {
    const std::string_view cell = row.text(column);
    if (cell.empty()) {
        return std::nullopt;
    }
    const bool is_negative = cell.starts_with('-');
    const std::string_view size = is_negative ? cell.substr(1) : cell;
    if (size == "inf" || size == "Inf" || size == "INF") {
        const double infinity = std::numeric_limits<double>::infinity();
        return is_negative ? -infinity : infinity;
    }
    const std::optional<double> value = parse_double(cell);
    if (!value || std::isnan(*value)) {
        diagnostics.error("ERB-TABLE-0006", row.span(column),
                          fmt::format("column '{}' wants a number, not '{}'", column, cell));
        return std::nullopt;
    }
    return value;
}

std::vector<Span> Reading::list(const Span& cell) {
    std::vector<Span> items;
    const std::string_view all = text_of(cell);
    if (all.empty()) {
        return items;
    }
    for (const std::string_view piece : split(all, ';')) {
        const std::string_view inner = trimmed(piece);
        const auto begin = cell.begin + static_cast<std::uint32_t>(
                                            (inner.empty() ? piece : inner).data() - all.data());
        items.push_back({cell.source, begin, begin + static_cast<std::uint32_t>(inner.size())});
    }
    return items;
}

}  // namespace erbium::petab
