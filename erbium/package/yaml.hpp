// SPDX-License-Identifier: Apache-2.0
// erbium/package/yaml.hpp: YAML as a plain tree whose nodes know where they stand.
// Reads: SourceText   Makes: YamlNode   Used by: the readers of package.yaml, report.yaml, map.yaml
// yaml-cpp is private to yaml.cpp. Tags and more than one document are refused, aliases are copied
// within a budget, so that no file can ask for more than its own size justifies.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"

namespace erbium::package {

enum class YamlKind { null, scalar, sequence, map };

/// One node. Of a map, `items[i]` is the value of `keys[i]`.
struct YamlNode {
    struct Key {
        std::string name;
        Span span;
    };

    YamlKind kind{YamlKind::null};
    std::string scalar;
    std::vector<Key> keys;
    std::vector<YamlNode> items;
    Span span;
    std::size_t node_count{1};  ///< of this subtree, itself included
};

inline constexpr std::size_t kLargestYaml_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMostYamlNodes = 50'000;  ///< after aliases are written out
inline constexpr int kDeepestYaml = 32;

/// Reads one YAML document.
[[nodiscard]] Outcome<YamlNode, Diagnostics> parse_yaml(std::shared_ptr<const SourceText> source);

/// A map with a fixed set of keys, read key by key. Every complaint (unknown key, wrong type,
/// missing key) goes to the diagnostics with the place it concerns; reading goes on.
class YamlFields {
public:
    /// @param what   what the map describes, for messages: "a readout"
    /// @param known  all keys that may stand in it
    YamlFields(const YamlNode& node, std::string_view what,
               std::initializer_list<std::string_view> known, Diagnostics& diagnostics);

    /// The value of a key; null when the key is missing or has no value.
    [[nodiscard]] const YamlNode* find(std::string_view key) const noexcept;
    /// As find(), but a missing key is an error.
    [[nodiscard]] const YamlNode* require(std::string_view key) const;

    /// A scalar as text; empty when the key is missing.
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] std::string required_text(std::string_view key) const;
    [[nodiscard]] std::optional<double> number(std::string_view key) const;
    /// A sequence of scalars; a single scalar counts as a sequence of one.
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    /// The items of a sequence; empty when the key is missing.
    [[nodiscard]] const std::vector<YamlNode>& sequence(std::string_view key) const;
    /// Where the value of a key stands; where the map stands when the key is missing.
    [[nodiscard]] Span span(std::string_view key) const;
    [[nodiscard]] Span span() const { return node_->span; }

private:
    const YamlNode* node_;
    std::string what_;
    Diagnostics* diagnostics_;
};

/// "a list", "a map", "a text" or "nothing": what a node is, for messages.
[[nodiscard]] std::string_view yaml_kind_words(YamlKind kind) noexcept;

/// The scalar's text; another kind of node is an error and gives nothing.
[[nodiscard]] std::optional<std::string> yaml_text(const YamlNode& node, std::string_view what,
                                                   Diagnostics& diagnostics);
/// The scalar's finite number; anything else is an error and gives nothing.
[[nodiscard]] std::optional<double> yaml_number(const YamlNode& node, std::string_view what,
                                                Diagnostics& diagnostics);

}  // namespace erbium::package
