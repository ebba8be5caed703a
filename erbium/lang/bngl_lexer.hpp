// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_lexer.hpp: a BNGL text as logical lines, and a reading head for one of them.
// Reads: SourceText   Makes: Line, Cursor   Used by: the BNGL parser
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/bngl_ast.hpp"
#include "erbium/lang/characters.hpp"

namespace erbium::lang::bngl {

/// One declaration: a line without its trailing comment, or several that a backslash at the end
/// joins. Comments and backslashes between may remain inside; Cursor takes them for blanks.
struct Line {
    std::uint32_t begin{};  ///< first character that is not blank
    std::uint32_t end{};    ///< after the last one that is not blank
};

/// Hands out the lines of a text that are not empty, in order. Cost: O(length of the text).
class LineReader {
public:
    explicit LineReader(std::string_view text);
    [[nodiscard]] std::optional<Line> next();

private:
    std::string_view text_;
    std::uint32_t at_{};
};

/// A position inside one line. Nothing here complains; the parser does.
class Cursor {
public:
    Cursor(std::shared_ptr<const SourceText> source, Line line)
        : source_{std::move(source)}, text_{source_->text}, at_{line.begin}, end_{line.end} {}

    [[nodiscard]] const std::shared_ptr<const SourceText>& source() const noexcept {
        return source_;
    }
    [[nodiscard]] std::uint32_t at() const noexcept { return at_; }
    [[nodiscard]] std::uint32_t end() const noexcept { return end_; }
    [[nodiscard]] bool is_done() const noexcept { return skip_blank(text_, at_, end_) >= end_; }
    /// The character `ahead` places on; NUL past the end.
    [[nodiscard]] char peek(std::uint32_t ahead = 0) const noexcept {
        return at_ + ahead < end_ ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool looks_at(std::string_view symbol) const noexcept {
        return at_ < end_ && text_.substr(at_, end_ - at_).starts_with(symbol);
    }
    /// Whether a whole word stands here.
    [[nodiscard]] bool looks_at_word(std::string_view word) const noexcept;
    [[nodiscard]] bool is_at_blank() const noexcept { return skip_blank(text_, at_, end_) > at_; }
    [[nodiscard]] std::string_view text(std::uint32_t begin, std::uint32_t end) const noexcept {
        return text_.substr(begin, end - begin);
    }

    void move_to(std::uint32_t at) noexcept { at_ = at; }
    void skip(std::uint32_t count = 1) noexcept { at_ = at_ + count < end_ ? at_ + count : end_; }
    void skip_blanks() noexcept { at_ = skip_blank(text_, at_, end_); }
    /// Steps over `symbol` if it stands here.
    bool take(std::string_view symbol) noexcept;
    bool take_word(std::string_view word) noexcept;
    /// The name here: a letter or `_`, then letters, digits and `_`.
    std::optional<Name> take_name();
    /// The letters, digits and `_` here, whatever comes first.
    std::optional<Name> take_word();
    /// The digits here, unless letters follow them.
    std::optional<Name> take_index();

    /// What stands here, for a message: quoted, or "the end of the line".
    [[nodiscard]] std::string found() const;

private:
    std::shared_ptr<const SourceText> source_;
    std::string_view text_;
    std::uint32_t at_;
    std::uint32_t end_;
};

}  // namespace erbium::lang::bngl
