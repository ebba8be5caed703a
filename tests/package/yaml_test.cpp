// SPDX-License-Identifier: Apache-2.0
// tests/package/yaml_test.cpp: YAML trees, their places, and keys read with a schema.
#include "erbium/package/yaml.hpp"

#include <gtest/gtest.h>

namespace erbium::package {
namespace {

Outcome<YamlNode, Diagnostics> parse(const std::string& text) {
    return parse_yaml(std::make_shared<const SourceText>(SourceText{"p.yaml", text}));
}

std::string problems(const std::string& text) {
    const auto node = parse(text);
    return node ? "no problem" : node.error().text();
}

std::string text_at(const Span& span) {
    return span.source->text.substr(span.begin, span.end - span.begin);
}

TEST(Yaml, KeepsTheOrderKindsAndPlacesOfNodes) {
    const auto root = parse("a: 1\nb: [x, \"y \\\" z\", 'it''s']\nc: {d: ~, e: |\n  block\n}\n");
    const auto simple = parse("a: 1\nb: [x, \"y \\\" z\", 'it''s']\nc: {d: ~}\n");
    ASSERT_FALSE(root);  // a block scalar cannot stand in a flow map
    ASSERT_TRUE(simple);
    const YamlNode& map = simple.value();
    ASSERT_EQ(map.keys.size(), 3U);
    EXPECT_EQ(map.keys[0].name, "a");
    EXPECT_EQ(text_at(map.keys[1].span), "b");
    EXPECT_EQ(text_at(map.items[0].span), "1");
    ASSERT_EQ(map.items[1].items.size(), 3U);
    EXPECT_EQ(map.items[1].items[1].scalar, "y \" z");
    EXPECT_EQ(text_at(map.items[1].items[1].span), "\"y \\\" z\"");
    EXPECT_EQ(map.items[1].items[2].scalar, "it's");
    EXPECT_EQ(map.items[2].items[0].kind, YamlKind::null);
}

TEST(Yaml, PlacesHoldBehindAByteOrderMarkAndLongCharacters) {
    const auto root = parse("\xEF\xBB\xBF# \xC2\xB5\xE2\x82\xAC\na: \xC2\xB5 x\nb: 2\r\nc: 3\r\n");
    ASSERT_TRUE(root);
    EXPECT_EQ(text_at(root.value().items[0].span), "\xC2\xB5 x");
    EXPECT_EQ(text_at(root.value().items[1].span), "2");
    EXPECT_EQ(text_at(root.value().items[2].span), "3");
}

TEST(Yaml, MistakesOfSyntaxAreShownWhereTheyStand) {
    EXPECT_EQ(problems("a: [1, 2\nb: 3\n"),
              "p.yaml:2:2: error ERB-YAML-0001: this is not YAML: end of sequence flow not found\n"
              "     2 | b: 3\n"
              "       |  ^\n");
    EXPECT_EQ(problems("a: 1\na: 2\n"),
              "p.yaml:2:1: error ERB-YAML-0003: key 'a' stands here twice\n"
              "     2 | a: 2\n"
              "       | ^\n");
    EXPECT_EQ(problems("? [1]\n: 2\n"),
              "p.yaml:1:3: error ERB-YAML-0002: a key must be a plain text\n"
              "     1 | ? [1]\n"
              "       |   ^\n");
    EXPECT_EQ(problems(""),
              "p.yaml:1:1: error ERB-YAML-0001: the file is empty\n"
              "     1 | \n"
              "       | ^\n");
    EXPECT_EQ(problems("a: 1\n---\nb: 2\n"),
              "p.yaml:1:1: error ERB-YAML-0002: the file holds more than one YAML document\n"
              "     1 | a: 1\n"
              "       | ^\n");
}

TEST(Yaml, TagsAreRefused) {
    EXPECT_EQ(problems("a: !!python/object:os.system [echo]\n"),
              "p.yaml:1:4: error ERB-YAML-0002: the YAML tag "
              "'tag:yaml.org,2002:python/object:os.system' is not allowed\n"
              "     1 | a: !!python/object:os.system [echo]\n"
              "       |    ^\n"
              "  hint: texts, lists and maps need no tags here\n");
    EXPECT_NE(problems("a: !mine 3\n"), "no problem");
    EXPECT_NE(problems("a: !!binary QUJD\n"), "no problem");
}

TEST(Yaml, AliasesAreCopies) {
    const auto root = parse("a: &x [1, 2]\nb: *x\n");
    ASSERT_TRUE(root);
    EXPECT_EQ(root.value().items[1].items.size(), 2U);
    EXPECT_EQ(root.value().items[1].items[1].scalar, "2");
}

TEST(Yaml, KeysAreReadWithASchema) {
    const auto root = parse("name: x\nsze: 3\ncount: many\nlist: one\nmap: [1]\n");
    ASSERT_TRUE(root);
    Diagnostics diagnostics;
    const YamlFields fields{
        root.value(), "the thing", {"name", "size", "count", "list", "map", "title"}, diagnostics};
    EXPECT_EQ(fields.required_text("name"), "x");
    EXPECT_EQ(fields.number("count"), std::nullopt);
    EXPECT_EQ(fields.texts("list"), std::vector<std::string>{"one"});
    EXPECT_EQ(fields.text("map"), "");
    EXPECT_EQ(fields.required_text("title"), "");
    EXPECT_EQ(diagnostics.text(),
              "p.yaml:2:1: error ERB-YAML-0004: the thing has no key 'sze'\n"
              "     2 | sze: 3\n"
              "       | ^^^\n"
              "  hint: did you mean 'size'?\n"
              "p.yaml:3:8: error ERB-YAML-0006: 'count' must be a number, not 'many'\n"
              "     3 | count: many\n"
              "       |        ^^^^\n"
              "p.yaml:5:6: error ERB-YAML-0006: 'map' must be a text, not a list\n"
              "     5 | map: [1]\n"
              "       |      ^\n"
              "p.yaml:1:1: error ERB-YAML-0005: the thing needs the key 'title'\n"
              "     1 | name: x\n"
              "       | ^\n");
}

TEST(Yaml, AMapThatIsNoneIsSaidOnce) {
    const auto root = parse("- 1\n- 2\n");
    ASSERT_TRUE(root);
    Diagnostics diagnostics;
    const YamlFields fields{root.value(), "the thing", {"a", "b"}, diagnostics};
    EXPECT_EQ(fields.required_text("a"), "");
    EXPECT_EQ(diagnostics.text(),
              "p.yaml:1:1: error ERB-YAML-0006: the thing must be a map, not a list\n"
              "     1 | - 1\n"
              "       | ^\n"
              "  hint: keys are a, b\n");
}

}  // namespace
}  // namespace erbium::package
