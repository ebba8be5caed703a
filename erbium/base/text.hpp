// SPDX-License-Identifier: Apache-2.0
// erbium/base/text.hpp: numbers and names as text, independent of the locale.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace erbium {

/// Whole content of a file. Errors: throws IoError.
[[nodiscard]] std::string read_file(const std::string& path);

/// Writes `content` so that the file is either the old one or the whole new one: a temporary file
/// beside it, then a rename. Folders on the way are made. Errors: throws IoError.
void write_file(const std::string& path, std::string_view content);

/// Shortest decimal that reads back as the same double; "nan", "inf", "-inf" for those.
[[nodiscard]] std::string shortest(double value);

/// `value` with `digits` significant digits for people to read; "NaN" for NaN.
[[nodiscard]] std::string rounded(double value, int digits);

/// The double that the whole of `text` spells (decimal, optional exponent, optional sign), or
/// nothing. "1e999" gives infinity, "1e-999" gives 0, as strtod does.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);

/// `text` without blanks, tabs and line ends at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Pieces of `text` between separators, empty ones kept.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// `text` with every '<', '>', '&' and '"' replaced by its XML entity.
[[nodiscard]] std::string xml_escaped(std::string_view text);

/// The candidate that `name` was most likely meant to be (edit distance with transpositions, at
/// most a third of the length, upper and lower case alike), or nothing. Ties go to the first.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      std::span<const std::string> candidates);

/// "did you mean 'x'?" for the nearest candidate; empty when none is near.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string> candidates);

}  // namespace erbium
