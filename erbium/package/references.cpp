// SPDX-License-Identifier: Apache-2.0
// erbium/package/references.cpp: the part of BibTeX that bibliographies use.
#include "erbium/package/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "erbium/base/text.hpp"

namespace erbium::package {
namespace {

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Without braces, runs of blanks as one.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '{' || c == '}') {
            continue;
        }
        const bool is_blank = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (is_blank && (out.empty() || out.back() == ' ')) {
            continue;
        }
        out.push_back(is_blank ? ' ' : c);
    }
    return std::string{trimmed(out)};
}

class BibParser {
public:
    BibParser(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics)
        : source_{std::move(source)}, text_{source_->text}, diagnostics_{diagnostics} {}

    std::vector<Reference> parse() {
        std::vector<Reference> out;
        std::set<std::string> keys;
        while ((at_ = text_.find('@', at_)) != std::string_view::npos) {
            const std::size_t begin = at_++;
            const std::string kind = lower_case(word());
            skip_blanks();
            if (kind.empty() || at_ >= text_.size() || text_[at_] != '{') {
                continue;  // an '@' in free text between entries is a comment
            }
            const std::size_t body_begin = at_ + 1;
            const std::size_t body_end = closing_brace(at_);
            if (body_end == std::string_view::npos) {
                complain(begin, at_ + 1, "the '{' of this entry has no matching '}'");
                break;
            }
            if (kind != "comment" && kind != "preamble" && kind != "string") {
                if (auto reference = entry(kind, body_begin, body_end)) {
                    if (keys.insert(reference->key).second) {
                        out.push_back(std::move(*reference));
                    } else {
                        diagnostics_.error(
                            "ERB-BIB-0002", reference->span,
                            fmt::format("key '{}' stands here twice", reference->key));
                    }
                }
            }
            at_ = body_end + 1;
        }
        return out;
    }

private:
    void complain(std::size_t begin, std::size_t end, std::string message) {
        diagnostics_.error(
            "ERB-BIB-0001",
            {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
            std::move(message));
    }

    std::string_view word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                      text_[at_] == '_' || text_[at_] == '-')) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    void skip_blanks() {
        while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) != 0)) {
            ++at_;
        }
    }

    /// Where the brace that opens at `open` closes.
    [[nodiscard]] std::size_t closing_brace(std::size_t open) const {
        std::size_t depth = 0;
        for (std::size_t i = open; i < text_.size(); ++i) {
            if (text_[i] == '\\') {
                ++i;
            } else if (text_[i] == '{') {
                ++depth;
            } else if (text_[i] == '}' && --depth == 0) {
                return i;
            }
        }
        return std::string_view::npos;
    }

    std::optional<Reference> entry(const std::string& kind, std::size_t begin, std::size_t end) {
        Reference reference;
        reference.kind = kind;
        const std::size_t comma = std::min(text_.find(',', begin), end);
        const std::string_view key = trimmed(text_.substr(begin, comma - begin));
        if (key.empty() || key.find_first_of(" \t\n={}\";") != std::string_view::npos) {
            complain(begin, std::max(comma, begin + 1), "an entry starts with its key and a comma");
            return std::nullopt;
        }
        reference.key = std::string{key};
        const auto key_begin = static_cast<std::uint32_t>(key.data() - text_.data());
        reference.span = {source_, key_begin, key_begin + static_cast<std::uint32_t>(key.size())};
        at_ = std::min(comma + 1, end);
        while (true) {
            skip_blanks();
            if (at_ >= end) {
                return reference;
            }
            const std::size_t name_begin = at_;
            const std::string name = lower_case(word());
            skip_blanks();
            if (name.empty() || at_ >= end || text_[at_] != '=') {
                complain(name_begin, name_begin + 1,
                         fmt::format("expected 'name = {{value}}' in entry '{}'", reference.key));
                return reference;
            }
            ++at_;
            skip_blanks();
            reference.fields[name] = value(end);
            skip_blanks();
            if (at_ < end && text_[at_] == ',') {
                ++at_;
            }
        }
    }

    std::string value(std::size_t end) {
        const std::size_t begin = at_;
        if (at_ < end && text_[at_] == '{') {
            const std::size_t close = std::min(closing_brace(at_), end);
            at_ = std::min(close + 1, end);
            return plain(text_.substr(begin + 1, close - begin - 1));
        }
        if (at_ < end && text_[at_] == '"') {
            const std::size_t close = std::min(text_.find('"', at_ + 1), end);
            at_ = std::min(close + 1, end);
            return plain(text_.substr(begin + 1, close - begin - 1));
        }
        at_ = std::min(text_.find(',', at_), end);
        return plain(text_.substr(begin, at_ - begin));
    }

    std::shared_ptr<const SourceText> source_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    std::size_t at_{};
};

/// "Nagata, Yoichi and Lan, Keng-Hsueh and ..." -> "Nagata et al."; two names are both said.
std::string short_authors(const std::string& authors) {
    std::vector<std::string> names;
    std::size_t begin = 0;
    while (begin <= authors.size()) {
        const std::size_t end = std::min(authors.find(" and ", begin), authors.size());
        const std::string_view name = std::string_view{authors}.substr(begin, end - begin);
        const std::size_t comma = name.find(',');
        const std::size_t blank = name.rfind(' ');
        names.emplace_back(comma != std::string_view::npos   ? name.substr(0, comma)
                           : blank != std::string_view::npos ? name.substr(blank + 1)
                                                             : name);
        begin = end + 5;
    }
    if (names.size() == 2 && names[1] != "others") {
        return names[0] + " and " + names[1];
    }
    return names.size() > 1 ? names[0] + " et al." : names[0];
}

}  // namespace

std::string Reference::text() const {
    const auto field = [&](const char* name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string{} : found->second;
    };
    std::string out = field("author").empty() ? key : short_authors(field("author"));
    if (!field("year").empty()) {
        out += fmt::format(" ({})", field("year"));
    }
    if (!field("title").empty()) {
        out += ". " + field("title");
    }
    for (const char* where : {"journal", "booktitle", "howpublished", "publisher", "note"}) {
        if (!field(where).empty()) {
            out += ". " + field(where);
            break;
        }
    }
    if (!field("doi").empty()) {
        out += ". doi:" + field("doi");
    } else if (!field("url").empty()) {
        out += ". " + field("url");
    }
    return out;
}

std::vector<Reference> parse_references(std::shared_ptr<const SourceText> source,
                                        Diagnostics& diagnostics) {
    const std::size_t bad = source->text.find('\0');
    if (bad != std::string::npos) {
        const auto at = static_cast<std::uint32_t>(bad);
        diagnostics.error("ERB-BIB-0001", {source, at, at + 1},
                          "a bibliography holds no NUL bytes");
        return {};
    }
    return BibParser{std::move(source), diagnostics}.parse();
}

std::string Reference::url() const {
    struct Place {
        const char* field;
        const char* prefix;
    };
    for (const Place& place : {Place{"url", ""}, Place{"doi", "https://doi.org/"},
                               Place{"pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/"},
                               Place{"pmid", "https://pubmed.ncbi.nlm.nih.gov/"}}) {
        const auto found = fields.find(place.field);
        if (found != fields.end() && !found->second.empty()) {
            return place.prefix + found->second;
        }
    }
    return {};
}

}  // namespace erbium::package
