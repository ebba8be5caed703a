// SPDX-License-Identifier: Apache-2.0
// erbium/lang/characters.hpp: what counts as blank, digit and letter in BNGL and its relatives.
#pragma once

#include <cstdint>
#include <string_view>

namespace erbium::lang {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_name_start(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
[[nodiscard]] constexpr bool is_name_part(char c) noexcept {
    return is_name_start(c) || is_digit(c);
}
[[nodiscard]] constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

/// The first position in [at, end) that is not blank: neither white space, nor a comment from `#`
/// to the end of its line, nor a backslash that continues the line. `end` when there is none.
[[nodiscard]] constexpr std::uint32_t skip_blank(std::string_view text, std::uint32_t at,
                                                 std::uint32_t end) noexcept {
    while (at < end) {
        const char c = text[at];
        if (is_blank(c)) {
            ++at;
        } else if (c == '#') {
            while (at < end && text[at] != '\n') {
                ++at;
            }
        } else if (c == '\\') {
            std::uint32_t after = at + 1;
            while (after < end && text[after] != '\n' && is_blank(text[after])) {
                ++after;
            }
            if (after < end && text[after] != '\n' && text[after] != '#') {
                return at;
            }
            at = after;
        } else {
            return at;
        }
    }
    return end;
}

}  // namespace erbium::lang
