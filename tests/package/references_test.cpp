// SPDX-License-Identifier: Apache-2.0
// tests/package/references_test.cpp: BibTeX as bibliographies use it.
#include "erbium/package/references.hpp"

#include <gtest/gtest.h>

namespace erbium::package {
namespace {

struct Result {
    std::vector<Reference> references;
    std::string problems;
};

Result parse(const std::string& text) {
    Diagnostics diagnostics;
    auto references = parse_references(
        std::make_shared<const SourceText>(SourceText{"refs.bib", text}), diagnostics);
    return {std::move(references), diagnostics.text()};
}

TEST(References, ReadBracesQuotesAndPlainValues) {
    const Result r = parse(
        "Free text is a comment, me@example.org too.\n"
        "@Article{Key2001, author = {A, B and C, D},\n  Title = \"On {HER2}\", year = 2001}\n"
        "@comment{ @article{Not, } }\n@string{x = \"y\"}\n"
        "@misc{Other-2.x_1,\n note = {multi\n   line {nested {braces}}},\n}\n");
    EXPECT_EQ(r.problems, "");
    ASSERT_EQ(r.references.size(), 2U);
    EXPECT_EQ(r.references[0].key, "Key2001");
    EXPECT_EQ(r.references[0].kind, "article");
    EXPECT_EQ(r.references[0].fields.at("author"), "A, B and C, D");
    EXPECT_EQ(r.references[0].fields.at("title"), "On HER2");
    EXPECT_EQ(r.references[0].fields.at("year"), "2001");
    EXPECT_EQ(r.references[1].key, "Other-2.x_1");
    EXPECT_EQ(r.references[1].fields.at("note"), "multi line nested braces");
}

TEST(References, PrintAuthorsYearTitleAndPlace) {
    const Result r = parse(
        "@article{N, author = {Nagata, Yoichi and Lan, K. and Zhou, X.}, year = 2004,"
        " title = {PTEN activation}, journal = {Cancer Cell}, doi = {10.1/x}}"
        "@misc{Two, author = {Ida Invented and Otto Other}}@misc{None,}");
    ASSERT_EQ(r.references.size(), 3U);
    EXPECT_EQ(r.references[0].text(),
              "Nagata et al. (2004). PTEN activation. Cancer Cell. doi:10.1/x");
    EXPECT_EQ(r.references[1].text(), "Invented and Other");
    EXPECT_EQ(r.references[2].text(), "None");
}

TEST(References, MistakesAreShownWhereTheyStand) {
    EXPECT_EQ(parse("@misc{A,}\n@misc{A,}").problems,
              "refs.bib:2:7: error ERB-BIB-0002: key 'A' stands here twice\n"
              "     2 | @misc{A,}\n"
              "       |       ^\n");
    EXPECT_EQ(parse("@misc{A, note = {open}\n").problems,
              "refs.bib:1:1: error ERB-BIB-0001: the '{' of this entry has no matching '}'\n"
              "     1 | @misc{A, note = {open}\n"
              "       | ^^^^^^\n");
    EXPECT_EQ(parse("@misc{, note = {x}}").problems,
              "refs.bib:1:7: error ERB-BIB-0001: an entry starts with its key and a comma\n"
              "     1 | @misc{, note = {x}}\n"
              "       |       ^\n");
    EXPECT_EQ(parse("@misc{A, 17 note}").problems,
              "refs.bib:1:10: error ERB-BIB-0001: expected 'name = {value}' in entry 'A'\n"
              "     1 | @misc{A, 17 note}\n"
              "       |          ^\n");
}

}  // namespace
}  // namespace erbium::package
