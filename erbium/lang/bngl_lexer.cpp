// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_lexer.cpp: finding lines and words.
#include "erbium/lang/bngl_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace erbium::lang::bngl {

LineReader::LineReader(std::string_view text) : text_{text} {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) {
        at_ = static_cast<std::uint32_t>(kByteOrderMark.size());
    }
}

std::optional<Line> LineReader::next() {
    const auto size = static_cast<std::uint32_t>(text_.size());
    while (at_ < size) {
        Line line{at_, at_};
        bool has_content = false;
        bool continues = true;
        while (continues && at_ < size) {
            const auto newline =
                static_cast<std::uint32_t>(std::min(text_.find('\n', at_), text_.size()));
            const auto comment = static_cast<std::uint32_t>(
                std::min<std::size_t>(text_.substr(at_, newline - at_).find('#'), newline - at_));
            std::uint32_t stop = at_ + comment;
            while (stop > at_ && is_blank(text_[stop - 1])) {
                --stop;
            }
            continues = stop > at_ && text_[stop - 1] == '\\';
            if (continues) {
                --stop;
            }
            while (stop > at_ && is_blank(text_[stop - 1])) {
                --stop;
            }
            if (stop > at_) {
                if (!has_content) {
                    line.begin = at_;
                    while (is_blank(text_[line.begin])) {
                        ++line.begin;
                    }
                    has_content = true;
                }
                line.end = stop;
            }
            at_ = newline < size ? newline + 1 : size;
        }
        if (has_content) {
            return line;
        }
    }
    return std::nullopt;
}

bool Cursor::looks_at_word(std::string_view word) const noexcept {
    return looks_at(word) && !is_name_part(peek(static_cast<std::uint32_t>(word.size())));
}

bool Cursor::take(std::string_view symbol) noexcept {
    if (!looks_at(symbol)) {
        return false;
    }
    at_ += static_cast<std::uint32_t>(symbol.size());
    return true;
}

bool Cursor::take_word(std::string_view word) noexcept {
    return looks_at_word(word) && take(word);
}

std::optional<Name> Cursor::take_name() {
    return is_name_start(peek()) ? take_word() : std::nullopt;
}

std::optional<Name> Cursor::take_word() {
    const std::uint32_t begin = at_;
    while (at_ < end_ && is_name_part(text_[at_])) {
        ++at_;
    }
    if (at_ == begin) {
        return std::nullopt;
    }
    return Name{std::string{text(begin, at_)}, {begin, at_}};
}

std::optional<Name> Cursor::take_index() {
    std::uint32_t stop = at_;
    while (stop < end_ && is_digit(text_[stop])) {
        ++stop;
    }
    if (stop == at_ || (stop < end_ && is_name_part(text_[stop]))) {
        return std::nullopt;
    }
    return take_word();
}

std::string Cursor::found() const {
    const std::uint32_t at = skip_blank(text_, at_, end_);
    if (at >= end_) {
        return "the end of the line";
    }
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x20U || byte == 0x7FU) {
        return fmt::format("the control character {:#04x}", static_cast<unsigned>(byte));
    }
    constexpr std::uint32_t kLongest = 40;
    std::uint32_t stop = at + 1;
    if (byte >= 0x80U) {
        while (stop < end_ && (static_cast<unsigned char>(text_[stop]) & 0xC0U) == 0x80U &&
               stop < at + 4) {
            ++stop;
        }
    } else if (is_name_part(text_[at])) {
        while (stop < end_ && is_name_part(text_[stop]) && stop < at + kLongest) {
            ++stop;
        }
    } else if (text(at, std::min(end_, at + 2)) == "->") {
        stop = at + 2;
    } else if (text(at, std::min(end_, at + 3)) == "<->") {
        stop = at + 3;
    }
    return fmt::format("'{}'", text(at, stop));
}

}  // namespace erbium::lang::bngl
