// SPDX-License-Identifier: Apache-2.0
// erbium/lang/table_function.cpp: points of a table: read, checked, looked up.
#include "erbium/lang/table_function.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>

#include "erbium/base/text.hpp"
#include "erbium/lang/characters.hpp"

namespace erbium::lang {
namespace {

/// The word at the front of [at, end); `at` moves behind it.
std::string_view next_word(std::string_view text, std::size_t& at, std::size_t end) {
    while (at < end && is_blank(text[at])) {
        ++at;
    }
    const std::size_t begin = at;
    while (at < end && !is_blank(text[at])) {
        ++at;
    }
    return text.substr(begin, at - begin);
}

}  // namespace

double value_at(const TableFunction& table, double x) noexcept {
    if (std::isnan(x)) {
        return x;
    }
    if (x < table.x.front()) {
        return table.y.front();
    }
    if (x >= table.x.back()) {
        return table.y.back();
    }
    const auto after = std::upper_bound(table.x.begin(), table.x.end(), x);
    const auto i = static_cast<std::size_t>(after - table.x.begin()) - 1;
    if (table.method == TableFunction::Method::step) {
        return table.y[i];
    }
    const double slope = (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]);
    return table.y[i] + slope * (x - table.x[i]);
}

bool stays_in_folder(const std::string& file) noexcept {
    if (file.empty() || file.front() == '/' || file.find('\\') != std::string::npos ||
        file.find(':') != std::string::npos) {
        return false;
    }
    const std::vector<std::string_view> parts = split(file, '/');
    return std::none_of(parts.begin(), parts.end(),
                        [](std::string_view part) { return part == ".." || part.empty(); });
}

std::string beside(const std::string& path, const std::string& file) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? file : path.substr(0, slash + 1) + file;
}

std::string fault_of_points(const std::vector<double>& x, const std::vector<double>& y) {
    if (x.size() != y.size()) {
        return fmt::format("a table function has as many values as points, not {} and {}", y.size(),
                           x.size());
    }
    if (x.size() < 2) {
        return "a table function has two points at least";
    }
    for (std::size_t i = 1; i < x.size(); ++i) {
        if (!(x[i - 1] < x[i])) {
            return fmt::format("the points of a table function ascend, but {} is followed by {}",
                               shortest(x[i - 1]), shortest(x[i]));
        }
    }
    return {};
}

bool read_points(const std::shared_ptr<const SourceText>& source, TableFunction& table,
                 Diagnostics& diagnostics) {
    const std::string_view text = source->text;
    const auto complain = [&](std::size_t begin, std::size_t end, std::string message) {
        diagnostics.error(
            "ERB-EXPR-0012",
            {source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
            std::move(message), "a table holds one point a line: two finite numbers");
        return false;
    };
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::size_t at = begin;
        const std::string_view x = next_word(text, at, end);
        const std::string_view y = next_word(text, at, end);
        if (!x.empty() && x.front() != '#') {
            const std::optional<double> x_value = parse_double(x);
            const std::optional<double> y_value = parse_double(y);
            const std::size_t stop = at;
            if (!x_value || !y_value || !std::isfinite(*x_value) || !std::isfinite(*y_value) ||
                !next_word(text, at, end).empty()) {
                return complain(begin, stop, "this line is no point of a table function");
            }
            table.x.push_back(*x_value);
            table.y.push_back(*y_value);
        }
        begin = end + 1;
    }
    const std::string fault = fault_of_points(table.x, table.y);
    return fault.empty() || complain(0, 0, fault);
}

}  // namespace erbium::lang
