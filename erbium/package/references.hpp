// SPDX-License-Identifier: Apache-2.0
// erbium/package/references.hpp: a bibliography read from BibTeX text.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"

namespace erbium::package {

struct Reference {
    std::string key;
    std::string kind;                           ///< lower case: article, book, misc, ...
    std::map<std::string, std::string> fields;  ///< names in lower case, values without braces
    Span span;                                  ///< of the key

    /// "Nagata et al. (2004), PTEN activation contributes ... Cancer Cell": authors, year, title,
    /// where it appeared; what is missing is left out.
    [[nodiscard]] std::string text() const;

    /// Where to read it: the fields url, doi, pmcid and pmid in this order; empty without any.
    [[nodiscard]] std::string url() const;
};

/// Reads entries `@kind{key, name = {value}, name = "value", name = 12}`; `@comment`, `@preamble`
/// and `@string` are skipped. LaTeX accents stay as they are, except that braces vanish.
[[nodiscard]] std::vector<Reference> parse_references(std::shared_ptr<const SourceText> source,
                                                      Diagnostics& diagnostics);

}  // namespace erbium::package
