// SPDX-License-Identifier: Apache-2.0
// erbium/base/text.cpp: files, numbers and names as text.
#include "erbium/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <system_error>

#include <unistd.h>

#include "erbium/base/error.hpp"

namespace erbium {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Optimal string alignment distance: insert, delete, substitute, swap two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        d[i][0] = i;
    }
    for (std::size_t j = 0; j <= b.size(); ++j) {
        d[0][j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitute = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, substitute});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.size()][b.size()];
}

}  // namespace

std::string read_file(const std::string& path) {
    errno = 0;
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        throw IoError(path, "read", EISDIR);
    }
    const File file{std::fopen(path.c_str(), "rb")};
    if (!file) {
        throw IoError(path, "read", errno);
    }
    std::string content;
    char buffer[1U << 16U];
    std::size_t got = 0;
    while ((got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0) {
        content.append(buffer, got);
    }
    if (std::ferror(file.get()) != 0) {
        throw IoError(path, "read", errno);
    }
    return content;
}

void write_file(const std::string& path, std::string_view content) {
    const std::filesystem::path target{path};
    std::error_code failure;
    if (target.has_parent_path()) {
        std::filesystem::create_directories(target.parent_path(), failure);
        if (failure) {
            throw IoError(target.parent_path().string(), "create the folder", failure.value());
        }
    }
    const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
    errno = 0;
    {
        File file{std::fopen(temporary.c_str(), "wb")};
        if (!file) {
            throw IoError(path, "write", errno);
        }
        const bool is_written =
            std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
            std::fflush(file.get()) == 0;
        const int error_code = errno;
        if (!is_written || std::fclose(file.release()) != 0) {
            std::filesystem::remove(temporary, failure);
            throw IoError(path, "write", error_code);
        }
    }
    std::filesystem::rename(temporary, target, failure);
    if (failure) {
        const int error_code = failure.value();
        std::filesystem::remove(temporary, failure);
        throw IoError(path, "write", error_code);
    }
}

std::string shortest(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, result.ptr};
}

std::string rounded(double value, int digits) {
    return std::isnan(value) ? "NaN" : fmt::format("{:.{}g}", value, digits);
}

std::optional<double> parse_double(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return std::nullopt;
        }
    }
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() ||
        (std::isdigit(static_cast<unsigned char>(digits[0])) == 0 && digits[0] != '.')) {
        return std::nullopt;  // from_chars would accept "inf" and "nan"
    }
    double value = 0.0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    if (result.ec == std::errc::result_out_of_range) {
        // from_chars leaves the value alone; the sign of the exponent tells which way it went.
        const std::size_t exponent = text.find_first_of("eE");
        const bool is_tiny = exponent != std::string_view::npos
                                 ? text.substr(exponent + 1).starts_with('-')
                                 : digits.starts_with('0') || digits.starts_with('.');
        const double size = is_tiny ? 0.0 : std::numeric_limits<double>::infinity();
        return text.starts_with('-') ? -size : size;
    }
    if (result.ec != std::errc{}) {
        return std::nullopt;
    }
    return value;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = text.find(separator, begin);
        if (end == std::string_view::npos) {
            pieces.push_back(text.substr(begin));
            return pieces;
        }
        pieces.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
}

std::string xml_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out.push_back(c);
        }
    }
    return out;
}

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates) {
    constexpr std::size_t kLongest = 64;  // beyond it no typing error is worth the quadratic cost
    if (name.size() > kLongest) {
        return std::nullopt;
    }
    const std::string wanted = lower_case(name);
    std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > kLongest || candidate == name) {
            continue;
        }
        const std::size_t distance = edit_distance(wanted, lower_case(candidate));
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
    const std::optional<std::string> nearest = nearest_name(name, candidates);
    return nearest ? fmt::format("did you mean '{}'?", *nearest) : std::string{};
}

}  // namespace erbium
