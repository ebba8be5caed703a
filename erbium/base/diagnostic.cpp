// SPDX-License-Identifier: Apache-2.0
// erbium/base/diagnostic.cpp: how a complaint is printed.
#include "erbium/base/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace erbium {
namespace {

constexpr std::size_t kWidestPicture = 160;  ///< longer source lines are cut around the caret

bool is_continuation_byte(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string_view line_at(std::string_view text, std::uint32_t offset) noexcept {
    const std::size_t at = std::min<std::size_t>(offset, text.size());
    const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(begin, end - begin);
    while (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

/// The source line with a row of carets under the span. Control characters become spaces, so that
/// a hostile file cannot write escape sequences to the user's terminal.
std::string picture(const Span& span, const LineColumn& where) {
    const std::string_view whole = line_at(span.source->text, span.begin);
    // Only the neighbourhood of the span is looked at: a line may have millions of characters.
    const std::size_t line_begin =
        static_cast<std::size_t>(whole.data() - span.source->text.data());
    const std::size_t at = std::min<std::size_t>(
        std::max<std::size_t>(span.begin, line_begin) - line_begin, whole.size());
    std::size_t window = at - std::min(at, 4 * kWidestPicture);
    while (window < at && is_continuation_byte(whole[window])) {
        ++window;
    }
    const std::string_view line = whole.substr(window, at - window + 4 * kWidestPicture);
    std::vector<std::string> cells;  // one per code point
    std::size_t caret = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (is_continuation_byte(c) && !cells.empty()) {
            cells.back().push_back(c);
        } else {
            cells.emplace_back(1, static_cast<unsigned char>(c) < 0x20U || c == 0x7F ? ' ' : c);
            caret += window + i < at ? 1 : 0;
        }
    }
    std::size_t first = 0;
    if (caret > kWidestPicture / 2 && (window > 0 || cells.size() > kWidestPicture)) {
        first = std::min(caret - kWidestPicture / 2,
                         cells.size() - std::min(cells.size(), kWidestPicture));
    }
    const std::size_t last = std::min(cells.size(), first + kWidestPicture);
    std::string shown = first > 0 || window > 0 ? "..." : "";
    const std::size_t margin = shown.size();
    for (std::size_t i = first; i < last; ++i) {
        shown += cells[i];
    }
    if (last < cells.size() || window + line.size() < whole.size()) {
        shown += "...";
    }
    const std::size_t bytes = span.end > span.begin ? span.end - span.begin : 1;
    std::size_t width = 0;
    std::size_t counted = 0;
    for (std::size_t i = caret; i < last && counted < bytes; ++i) {
        counted += cells[i].size();
        ++width;
    }
    return fmt::format("{:>6} | {}\n       | {}{}\n", where.line, shown,
                       std::string(margin + caret - first, ' '),
                       std::string(std::max<std::size_t>(width, 1), '^'));
}

}  // namespace

LineColumn line_column(std::string_view text, std::uint32_t offset) noexcept {
    LineColumn where;
    const std::size_t end = std::min<std::size_t>(offset, text.size());
    for (std::size_t i = 0; i < end; ++i) {
        if (text[i] == '\n') {
            ++where.line;
            where.column = 1;
        } else if (!is_continuation_byte(text[i])) {
            ++where.column;
        }
    }
    return where;
}

void Diagnostics::add(Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::error) {
        ++error_count_;
    }
    all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(std::string code, Span span, std::string message, std::string hint) {
    add({Severity::error, Trouble::invalid, std::move(code), std::move(span), std::move(message),
         std::move(hint)});
}

void Diagnostics::unsupported(std::string code, Span span, std::string construct,
                              std::string hint) {
    add({Severity::error, Trouble::unsupported, std::move(code), std::move(span),
         "unsupported: " + construct, std::move(hint)});
}

void Diagnostics::warning(std::string code, Span span, std::string message, std::string hint) {
    add({Severity::warning, Trouble::invalid, std::move(code), std::move(span), std::move(message),
         std::move(hint)});
}

void Diagnostics::append(Diagnostics other) {
    for (Diagnostic& diagnostic : other.all_) {
        add(std::move(diagnostic));
    }
}

bool Diagnostics::is_only_unsupported() const noexcept {
    return has_errors() && std::all_of(all_.begin(), all_.end(), [](const Diagnostic& d) {
               return d.severity != Severity::error || d.trouble == Trouble::unsupported;
           });
}

std::string Diagnostics::text() const {
    std::string out;
    for (const Diagnostic& diagnostic : all_) {
        out += render(diagnostic);
    }
    return out;
}

std::string render(const Diagnostic& diagnostic) {
    const char* word = diagnostic.severity == Severity::error ? "error" : "warning";
    std::string out;
    if (diagnostic.span.source) {
        const LineColumn where = line_column(diagnostic.span.source->text, diagnostic.span.begin);
        out = fmt::format("{}:{}:{}: {} {}: {}\n", diagnostic.span.source->path, where.line,
                          where.column, word, diagnostic.code, diagnostic.message);
        out += picture(diagnostic.span, where);
    } else {
        out = fmt::format("{} {}: {}\n", word, diagnostic.code, diagnostic.message);
    }
    if (!diagnostic.hint.empty()) {
        out += fmt::format("  hint: {}\n", diagnostic.hint);
    }
    return out;
}

}  // namespace erbium
