// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/guard.cpp: one pass over the bytes of an XML text, counting what could hurt.
#include "erbium/sbml/guard.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace erbium::sbml {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

/// The name of an element without its namespace prefix; `at` stands on its first character.
std::string_view local_name(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at;
    while (end < text.size() && !is_blank(text[end]) && text[end] != '>' && text[end] != '/') {
        ++end;
    }
    const std::string_view name = text.substr(at, end - at);
    const std::size_t colon = name.rfind(':');
    return colon == kNowhere ? name : name.substr(colon + 1);
}

/// What follows the tag that begins at `at`, and what was seen inside of it.
struct Tag {
    std::size_t end{kNowhere};  ///< of the character after '>'
    std::size_t attributes{};
    bool is_empty_element{};
};

Tag read_tag(std::string_view text, std::size_t at) noexcept {
    Tag tag;
    char quote = '\0';
    for (std::size_t i = at; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
            ++tag.attributes;
        } else if (c == '>') {
            tag.is_empty_element = text[i - 1] == '/';
            tag.end = i + 1;
            return tag;
        }
    }
    return tag;
}

class Scanner {
public:
    Scanner(const std::shared_ptr<const SourceText>& source, const XmlLimits& limits)
        : source_{source}, text_{source->text}, limits_{limits} {}

    Diagnostics run() {
        if (text_.size() > limits_.bytes) {
            refuse("ERB-SBML-0001", 0,
                   fmt::format("the text has {} bytes; at most {} are read", text_.size(),
                               limits_.bytes));
            return std::move(found_);
        }
        check_encoding();
        std::size_t at = 0;
        while (!found_.has_errors() && (at = text_.find('<', at)) != kNowhere) {
            at = step(at);
        }
        return std::move(found_);
    }

private:
    void refuse(std::string code, std::size_t at, std::string message, std::string hint = {}) {
        const auto begin = static_cast<std::uint32_t>(
            std::min<std::size_t>(at, std::numeric_limits<std::uint32_t>::max()));
        found_.error(std::move(code), {source_, begin, begin}, std::move(message), std::move(hint));
    }

    /// Whatever is not ASCII-compatible could hide a declaration from this scan.
    void check_encoding() {
        if (const std::size_t nul = text_.find('\0'); nul != kNowhere) {
            refuse("ERB-SBML-0005", nul, "the text holds a NUL byte: it is not XML in UTF-8",
                   "save the file as UTF-8");
            return;
        }
        if (!text_.starts_with("<?xml")) {
            return;
        }
        const std::size_t end = text_.find("?>");
        const std::string head = lowered(text_.substr(0, end == kNowhere ? text_.size() : end));
        const std::size_t key = head.find("encoding");
        if (key == kNowhere) {
            return;
        }
        const std::size_t open = head.find_first_of("\"'", key);
        const std::size_t close = open == kNowhere ? kNowhere : head.find(head[open], open + 1);
        const std::string name = close == kNowhere ? "" : head.substr(open + 1, close - open - 1);
        if (name != "utf-8" && name != "us-ascii" && name != "ascii") {
            refuse("ERB-SBML-0005", key, fmt::format("the encoding '{}' is not read", name),
                   "save the file as UTF-8");
        }
    }

    /// Past what begins with the '<' at `at`.
    std::size_t step(std::size_t at) {
        const std::string_view rest = text_.substr(at);
        if (rest.starts_with("<!--")) {
            return past("-->", at + 4);
        }
        if (rest.starts_with("<![CDATA[")) {
            return past("]]>", at + 9);
        }
        if (rest.starts_with("<?")) {
            return past("?>", at + 2);
        }
        if (rest.starts_with("<!")) {
            refuse("ERB-SBML-0002", at,
                   "a document type or entity declaration is refused: SBML has none",
                   "remove the <!...> declaration");
            return text_.size();
        }
        if (rest.starts_with("</")) {
            depth_ -= depth_ > 0 ? 1 : 0;
            math_depth_ = depth_ < math_depth_ ? 0 : math_depth_;
            return past(">", at + 2);
        }
        return open_element(at);
    }

    std::size_t open_element(std::size_t at) {
        const Tag tag = read_tag(text_, at + 1);
        if (tag.attributes > limits_.attributes) {
            refuse("ERB-SBML-0003", at,
                   fmt::format("an element has {} attributes; at most {}", tag.attributes,
                               limits_.attributes));
            return text_.size();
        }
        if (math_depth_ > 0 && ++math_nodes_ > limits_.math_nodes) {
            refuse("ERB-SBML-0004", at,
                   fmt::format("more than {} MathML elements", limits_.math_nodes));
            return text_.size();
        }
        if (!tag.is_empty_element) {
            if (++depth_ > limits_.depth) {
                refuse("ERB-SBML-0003", at,
                       fmt::format("more than {} elements inside each other", limits_.depth));
                return text_.size();
            }
            if (math_depth_ == 0 && local_name(text_, at + 1) == "math") {
                math_depth_ = depth_;
            }
        }
        return tag.end == kNowhere ? text_.size() : tag.end;
    }

    [[nodiscard]] std::size_t past(std::string_view mark, std::size_t from) const noexcept {
        const std::size_t at = text_.find(mark, from);
        return at == kNowhere ? text_.size() : at + mark.size();
    }

    const std::shared_ptr<const SourceText>& source_;
    std::string_view text_;
    const XmlLimits& limits_;
    Diagnostics found_;
    std::size_t depth_{};
    std::size_t math_depth_{};  // of the `math` element that is open; 0 outside
    std::size_t math_nodes_{};
};

}  // namespace

Diagnostics refuse_hostile(const std::shared_ptr<const SourceText>& source,
                           const XmlLimits& limits) {
    return Scanner{source, limits}.run();
}

}  // namespace erbium::sbml
