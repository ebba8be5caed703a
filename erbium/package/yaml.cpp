// SPDX-License-Identifier: Apache-2.0
// erbium/package/yaml.cpp: the only place that knows yaml-cpp. Its events are taken one by one, so
// that limits hold while the text is read and not after.
#include "erbium/package/yaml.hpp"

#include <fmt/format.h>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/package/table.hpp"

namespace erbium::package {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kBytesPerNode = 64;  ///< a long scalar counts as several nodes

/// Leaves yaml-cpp's parser in the middle of a text that is refused.
struct Refused : std::exception {
    Diagnostic diagnostic;
    explicit Refused(Diagnostic d) : diagnostic{std::move(d)} {}
    [[nodiscard]] const char* what() const noexcept override { return "refused"; }
};

class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(std::shared_ptr<const SourceText> source, std::size_t skipped)
        : source_{std::move(source)}, skipped_{skipped} {}

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}
    void OnAnchor(const YAML::Mark& /*mark*/, const std::string& /*name*/) override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        YamlNode node;
        node.span = at(mark);
        add(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            refuse(at(mark), "an alias cannot stand inside what it stands for");
        }
        spend(found->second.node_count, at(mark));
        add(found->second, 0);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(mark, tag);
        YamlNode node;
        node.kind = YamlKind::scalar;
        node.scalar = value;
        node.span = scalar_span(mark, value);
        node.node_count = 1 + value.size() / kBytesPerNode;
        spend(node.node_count, node.span);
        add(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, YamlKind::sequence);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, YamlKind::map);
    }
    void OnMapEnd() override { close(); }

    [[nodiscard]] YamlNode take_root() { return std::move(root_); }
    [[nodiscard]] Diagnostics take_diagnostics() { return std::move(diagnostics_); }

    [[nodiscard]] Span at(const YAML::Mark& mark) const {
        const std::size_t offset = std::min(
            source_->text.size(), skipped_ + static_cast<std::size_t>(std::max(mark.pos, 0)));
        const auto begin = static_cast<std::uint32_t>(offset);
        return {source_, begin, begin};
    }

private:
    struct Frame {
        YamlNode node;
        YAML::anchor_t anchor{};
        std::set<std::string> names;       // of a map: keys so far
        std::optional<YamlNode::Key> key;  // of a map: waits for its value
        bool is_repeated{};                // the waiting key stood there before
    };

    [[noreturn]] void refuse(Span span, std::string message, std::string hint = {}) const {
        throw Refused{{Severity::error, Trouble::invalid, "ERB-YAML-0002", std::move(span),
                       std::move(message), std::move(hint)}};
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag) const {
        if (tag != "?" && tag != "!" && !tag.empty()) {
            refuse(at(mark), fmt::format("the YAML tag '{}' is not allowed", tag),
                   "texts, lists and maps need no tags here");
        }
    }

    void spend(std::size_t nodes, const Span& span) {
        spent_ += nodes;
        if (spent_ > kMostYamlNodes) {
            refuse(span,
                   fmt::format("the document has more than {} nodes when its aliases are written "
                               "out",
                               kMostYamlNodes));
        }
    }

    /// Where a scalar stands: its text if it is plain, up to the closing quote if it is quoted,
    /// else (block and folded scalars) the rest of its first line.
    [[nodiscard]] Span scalar_span(const YAML::Mark& mark, const std::string& value) const {
        Span span = at(mark);
        const std::string_view rest = std::string_view{source_->text}.substr(span.begin);
        std::size_t length = std::min(rest.find('\n'), rest.size());
        if (rest.starts_with(value) && !value.empty()) {
            length = value.size();
        } else if (rest.starts_with('"') || rest.starts_with('\'')) {
            const char quote = rest.front();
            std::size_t i = 1;
            while (i < rest.size() && rest[i] != quote) {
                i += rest[i] == '\\' && quote == '"' ? 2U : 1U;
            }
            length = std::min(i + 1, rest.size());
        }
        span.end = span.begin + static_cast<std::uint32_t>(length);
        return span;
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              YamlKind kind) {
        check_tag(mark, tag);
        if (static_cast<int>(frames_.size()) >= kDeepestYaml) {
            refuse(at(mark),
                   fmt::format("lists and maps are nested more than {} deep", kDeepestYaml));
        }
        require_value_place(at(mark));
        Frame frame;
        frame.node.kind = kind;
        frame.node.span = at(mark);
        frame.anchor = anchor;
        spend(1, frame.node.span);
        frames_.push_back(std::move(frame));
    }

    void close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        add(std::move(frame.node), frame.anchor);
    }

    void require_value_place(const Span& span) const {
        if (!frames_.empty() && frames_.back().node.kind == YamlKind::map && !frames_.back().key) {
            refuse(span, "a key must be a plain text");
        }
    }

    void add(YamlNode node, YAML::anchor_t anchor) {
        if (anchor != 0) {
            anchors_[anchor] = node;
            spend(node.node_count, node.span);
        }
        if (frames_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = frames_.back();
        if (frame.node.kind == YamlKind::map && !frame.key) {
            if (node.kind != YamlKind::scalar) {
                refuse(node.span, "a key must be a plain text");
            }
            frame.is_repeated = !frame.names.insert(node.scalar).second;
            if (frame.is_repeated) {
                diagnostics_.error("ERB-YAML-0003", node.span,
                                   fmt::format("key '{}' stands here twice", node.scalar));
            }
            frame.node.node_count += node.node_count;
            frame.key = YamlNode::Key{std::move(node.scalar), node.span};
            return;
        }
        if (frame.node.kind == YamlKind::map) {
            const bool is_repeated = frame.is_repeated;
            YamlNode::Key key = std::move(*frame.key);
            frame.key.reset();
            if (is_repeated) {
                return;  // the first one counts
            }
            frame.node.keys.push_back(std::move(key));
        }
        frame.node.node_count += node.node_count;
        frame.node.items.push_back(std::move(node));
    }

    std::shared_ptr<const SourceText> source_;
    std::size_t skipped_;
    std::vector<Frame> frames_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    YamlNode root_;
    std::size_t spent_{};
    Diagnostics diagnostics_;
};

}  // namespace

Outcome<YamlNode, Diagnostics> parse_yaml(std::shared_ptr<const SourceText> source) {
    Diagnostics diagnostics;
    const std::string_view text = source->text;
    if (text.size() > kLargestYaml_bytes) {
        diagnostics.error("ERB-YAML-0001", {source, 0, 0},
                          fmt::format("a YAML file of {} KiB is too large; the limit is {} KiB",
                                      text.size() >> 10U, kLargestYaml_bytes >> 10U));
        return diagnostics;
    }
    const std::size_t bad = first_bad_byte(text);
    if (bad != std::string_view::npos) {
        const auto at = static_cast<std::uint32_t>(bad);
        diagnostics.error(
            "ERB-YAML-0001", {source, at, at + 1},
            text[bad] == '\0' ? "YAML holds no NUL bytes" : "this byte is not UTF-8 text");
        return diagnostics;
    }
    const std::size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    std::istringstream in{std::string{text.substr(skipped)}};
    TreeBuilder builder{source, skipped};
    try {
        YAML::Parser parser{in};
        if (!parser.HandleNextDocument(builder)) {
            diagnostics.error("ERB-YAML-0001", {source, 0, 0}, "the file is empty");
            return diagnostics;
        }
        diagnostics.append(builder.take_diagnostics());
        TreeBuilder ignored{source, skipped};
        if (parser.HandleNextDocument(ignored)) {
            diagnostics.error("ERB-YAML-0002", {source, 0, 0},
                              "the file holds more than one YAML document");
        }
    } catch (const Refused& refused) {
        diagnostics.append(builder.take_diagnostics());
        diagnostics.add(refused.diagnostic);
    } catch (const YAML::Exception& exception) {
        diagnostics.append(builder.take_diagnostics());
        diagnostics.error("ERB-YAML-0001", builder.at(exception.mark),
                          fmt::format("this is not YAML: {}", exception.msg));
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return builder.take_root();
}

std::string_view yaml_kind_words(YamlKind kind) noexcept {
    switch (kind) {
        case YamlKind::null:
            return "nothing";
        case YamlKind::scalar:
            return "a text";
        case YamlKind::sequence:
            return "a list";
        case YamlKind::map:
            return "a map";
    }
    return "";
}

std::optional<std::string> yaml_text(const YamlNode& node, std::string_view what,
                                     Diagnostics& diagnostics) {
    if (node.kind == YamlKind::scalar) {
        return node.scalar;
    }
    diagnostics.error("ERB-YAML-0006", node.span,
                      fmt::format("{} must be a text, not {}", what, yaml_kind_words(node.kind)));
    return std::nullopt;
}

std::optional<double> yaml_number(const YamlNode& node, std::string_view what,
                                  Diagnostics& diagnostics) {
    if (node.kind == YamlKind::scalar) {
        const std::optional<double> value = parse_double(node.scalar);
        if (value && std::isfinite(*value)) {
            return value;
        }
    }
    diagnostics.error(
        "ERB-YAML-0006", node.span,
        fmt::format("{} must be a number, not {}", what,
                    node.kind == YamlKind::scalar ? fmt::format("'{}'", node.scalar)
                                                  : std::string{yaml_kind_words(node.kind)}));
    return std::nullopt;
}

YamlFields::YamlFields(const YamlNode& node, std::string_view what,
                       std::initializer_list<std::string_view> known, Diagnostics& diagnostics)
    : node_{&node}, what_{what}, diagnostics_{&diagnostics} {
    if (node.kind != YamlKind::map) {
        diagnostics.error("ERB-YAML-0006", node.span,
                          fmt::format("{} must be a map, not {}", what, yaml_kind_words(node.kind)),
                          fmt::format("keys are {}", fmt::join(known, ", ")));
        return;
    }
    const std::vector<std::string> names{known.begin(), known.end()};
    for (const YamlNode::Key& key : node.keys) {
        if (std::find(names.begin(), names.end(), key.name) == names.end()) {
            std::string hint = did_you_mean(key.name, names);
            if (hint.empty()) {
                hint = fmt::format("keys are {}", fmt::join(names, ", "));
            }
            diagnostics.error("ERB-YAML-0004", key.span,
                              fmt::format("{} has no key '{}'", what, key.name), std::move(hint));
        }
    }
}

const YamlNode* YamlFields::find(std::string_view key) const noexcept {
    for (std::size_t i = 0; i < node_->keys.size(); ++i) {
        if (node_->keys[i].name == key) {
            return node_->items[i].kind == YamlKind::null ? nullptr : &node_->items[i];
        }
    }
    return nullptr;
}

const YamlNode* YamlFields::require(std::string_view key) const {
    const YamlNode* value = find(key);
    if (value == nullptr && node_->kind == YamlKind::map) {
        diagnostics_->error("ERB-YAML-0005", node_->span,
                            fmt::format("{} needs the key '{}'", what_, key));
    }
    return value;
}

std::string YamlFields::text(std::string_view key) const {
    const YamlNode* value = find(key);
    return value == nullptr
               ? std::string{}
               : yaml_text(*value, fmt::format("'{}'", key), *diagnostics_).value_or("");
}

std::string YamlFields::required_text(std::string_view key) const {
    return require(key) == nullptr ? std::string{} : text(key);
}

std::optional<double> YamlFields::number(std::string_view key) const {
    const YamlNode* value = find(key);
    return value == nullptr ? std::nullopt
                            : yaml_number(*value, fmt::format("'{}'", key), *diagnostics_);
}

const std::vector<YamlNode>& YamlFields::sequence(std::string_view key) const {
    static const std::vector<YamlNode> kNone;
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return kNone;
    }
    if (value->kind != YamlKind::sequence) {
        diagnostics_->error(
            "ERB-YAML-0006", value->span,
            fmt::format("'{}' must be a list, not {}", key, yaml_kind_words(value->kind)));
        return kNone;
    }
    return value->items;
}

std::vector<std::string> YamlFields::texts(std::string_view key) const {
    std::vector<std::string> out;
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return out;
    }
    if (value->kind == YamlKind::scalar) {
        return {value->scalar};
    }
    for (const YamlNode& item : sequence(key)) {
        if (auto text = yaml_text(item, fmt::format("an item of '{}'", key), *diagnostics_)) {
            out.push_back(std::move(*text));
        }
    }
    return out;
}

Span YamlFields::span(std::string_view key) const {
    const YamlNode* value = find(key);
    return value == nullptr ? node_->span : value->span;
}

}  // namespace erbium::package
