// SPDX-License-Identifier: Apache-2.0
#include "dat_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "erbium/base/text.hpp"

namespace erbium::conformance {

Table read_table(const std::filesystem::path& path) {
    Table rows;
    const std::string text = read_file(path.string());
    for (const std::string_view line : split(text, '\n')) {
        if (trimmed(line).empty() || trimmed(line).front() == '#') {
            continue;
        }
        std::istringstream fields{std::string{line}};
        rows.emplace_back();
        for (std::string field; fields >> field;) {
            rows.back().push_back(parse_double(field).value_or(std::nan("")));
        }
    }
    return rows;
}

namespace {

/// The first row in which column `own` of `found` differs from column `c` of `reference`.
std::optional<std::size_t> first_difference(const Table& found, std::size_t own,
                                            const Table& reference, std::size_t c,
                                            const TableTolerance& tolerance) {
    double largest = 0.0;
    for (const auto& row : reference) {
        largest = std::max(largest, std::fabs(row[c]));
    }
    for (std::size_t r = 0; r < std::min(found.size(), reference.size()); ++r) {
        const double allowed =
            tolerance.rtol * std::fabs(reference[r][c]) + 1e-9 * largest + tolerance.atol;
        // Written so that NaN is a difference.
        if (!(std::fabs(found[r][own] - reference[r][c]) <= allowed)) {
            return r;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string compare_tables(const Table& found, const Table& reference,
                           const TableTolerance& tolerance, const std::vector<std::size_t>& order) {
    const bool ends_early = tolerance.may_end_earlier && found.size() < reference.size();
    if (found.empty() || reference.empty() || (found.size() != reference.size() && !ends_early)) {
        return fmt::format("{} rows instead of {}", found.size(), reference.size());
    }
    const std::size_t columns = reference.front().size();
    if (found.front().size() != columns) {
        return fmt::format("{} columns instead of {}", found.front().size(), columns);
    }
    for (std::size_t c = 0; c < columns; ++c) {
        if (std::count(tolerance.skipped_columns.begin(), tolerance.skipped_columns.end(), c) > 0) {
            continue;
        }
        const std::size_t own = c == 0 || order.empty() ? c : order[c - 1];
        if (const auto r = first_difference(found, own, reference, c, tolerance)) {
            return fmt::format("row {} column {}: {} instead of {}", *r, c, found[*r][own],
                               reference[*r][c]);
        }
    }
    return {};
}

std::vector<std::size_t> matching_order(const Table& found, const Table& reference,
                                        const TableTolerance& tolerance) {
    std::vector<std::size_t> order;
    if (found.empty() || reference.empty() || found.front().size() != reference.front().size()) {
        return order;
    }
    std::vector<bool> is_taken(found.front().size());
    for (std::size_t c = 1; c < reference.front().size(); ++c) {
        std::size_t own = c;  // most columns are in their own place
        if (is_taken[c] || first_difference(found, c, reference, c, tolerance)) {
            own = 1;
            while (own < is_taken.size() &&
                   (is_taken[own] || first_difference(found, own, reference, c, tolerance))) {
                ++own;
            }
        }
        if (own == is_taken.size()) {
            own = c;
        }
        is_taken[own] = true;
        order.push_back(own);
    }
    return order;
}

}  // namespace erbium::conformance
