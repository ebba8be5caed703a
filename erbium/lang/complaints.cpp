// SPDX-License-Identifier: Apache-2.0
// erbium/lang/complaints.cpp: the last word when there were too many errors.
#include "erbium/lang/complaints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace erbium::lang {

void add_hidden_count(Diagnostics& diagnostics, std::string_view code, std::size_t hidden) {
    if (hidden > 0) {
        diagnostics.error(std::string{code}, {},
                          fmt::format("{} more errors are not shown", hidden),
                          "correct the first ones and try again");
    }
}

Diagnostics in_text_order(const Diagnostics& diagnostics,
                          const std::vector<const SourceText*>& texts) {
    struct Entry {
        std::ptrdiff_t text;
        const Diagnostic* diagnostic;
    };
    std::vector<Entry> entries;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        const auto text = std::find(texts.begin(), texts.end(), diagnostic.span.source.get());
        entries.push_back({text - texts.begin(), &diagnostic});
    }
    std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        if (a.text != b.text) {
            return a.text < b.text;
        }
        const bool is_known = a.text < std::ssize(texts);
        return is_known && a.diagnostic->span.begin < b.diagnostic->span.begin;
    });
    Diagnostics sorted;
    for (const Entry& entry : entries) {
        sorted.add(*entry.diagnostic);
    }
    return sorted;
}

Diagnostics Complaints::take(std::string_view code) {
    add_hidden_count(kept_, code, hidden_error_count());
    return std::move(kept_);
}

}  // namespace erbium::lang
