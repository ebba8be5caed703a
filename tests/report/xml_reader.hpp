// SPDX-License-Identifier: Apache-2.0
// tests/report/xml_reader.hpp: reads the elements of an SVG, and says when it is not well-formed.
#pragma once

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {

struct XmlElement {
    std::string name;
    std::map<std::string, std::string> attributes;
    std::string text;  ///< directly inside, entities resolved
    std::size_t depth{};

    [[nodiscard]] std::string attribute(const std::string& key) const {
        const auto found = attributes.find(key);
        return found == attributes.end() ? std::string{} : found->second;
    }
    [[nodiscard]] double number(const std::string& key) const {
        return parse_double(attribute(key)).value_or(std::nan(""));
    }
    [[nodiscard]] bool has_class(std::string_view css) const {
        const std::string words = attribute("class");
        for (const std::string_view word : split(words, ' ')) {
            if (word == css) {
                return true;
            }
        }
        return false;
    }
};

struct XmlText {
    std::vector<XmlElement> elements;  ///< in document order
    std::string error;                 ///< empty when well-formed

    [[nodiscard]] std::vector<XmlElement> all(std::string_view name) const {
        std::vector<XmlElement> found;
        std::copy_if(elements.begin(), elements.end(), std::back_inserter(found),
                     [&](const XmlElement& e) { return e.name == name; });
        return found;
    }
    [[nodiscard]] bool has_text(std::string_view words) const {
        return std::any_of(elements.begin(), elements.end(),
                           [&](const XmlElement& e) { return e.text == words; });
    }
};

/// Resolves the five named entities; sets `error` for any other use of '&'.
inline std::string without_entities(std::string_view text, std::string& error) {
    static const std::map<std::string, char> kEntities{
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '<') {
            error = "'<' in text";
        }
        if (text[i] != '&') {
            out += text[i];
            continue;
        }
        const std::size_t end = text.find(';', i);
        const auto entity = end == std::string_view::npos
                                ? kEntities.end()
                                : kEntities.find(std::string{text.substr(i + 1, end - i - 1)});
        if (entity == kEntities.end()) {
            error = "'&' that begins no entity";
            return out;
        }
        out += entity->second;
        i = end;
    }
    return out;
}

/// Covers what the module writes: elements, double-quoted attributes, text. No comments, no CDATA.
inline XmlText read_xml(std::string_view text) {
    XmlText xml;
    std::vector<std::size_t> open;
    std::size_t i = 0;
    const auto fail = [&](const std::string& why) {
        xml.error = why + " near '" + std::string{text.substr(i > 30 ? i - 30 : 0, 60)} + "'";
        return xml;
    };
    std::string trouble;
    bool has_root = false;
    while (i < text.size()) {
        if (text[i] != '<') {
            const std::size_t end = std::min(text.find('<', i), text.size());
            const std::string words = without_entities(text.substr(i, end - i), trouble);
            if (open.empty() && !trimmed(words).empty()) {
                return fail("text outside the root");
            }
            if (!open.empty()) {
                xml.elements[open.back()].text += words;
            }
            i = end;
        } else if (text.substr(i, 2) == "</") {
            const std::size_t end = text.find('>', i);
            if (end == std::string_view::npos || open.empty() ||
                xml.elements[open.back()].name != text.substr(i + 2, end - i - 2)) {
                return fail("closing tag without its opening tag");
            }
            open.pop_back();
            i = end + 1;
        } else {
            if (open.empty() && has_root) {
                return fail("second root");
            }
            has_root = true;
            XmlElement element;
            element.depth = open.size();
            ++i;
            const auto is_name = [](char c) {
                return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                       c == ':';
            };
            while (i < text.size() && is_name(text[i])) {
                element.name += text[i++];
            }
            if (element.name.empty()) {
                return fail("tag without a name");
            }
            while (i < text.size() && text[i] != '>' && text[i] != '/') {
                if (text[i] != ' ' && text[i] != '\n') {
                    return fail("attribute not separated by a blank");
                }
                while (i < text.size() && (text[i] == ' ' || text[i] == '\n')) {
                    ++i;
                }
                std::string key;
                while (i < text.size() && is_name(text[i])) {
                    key += text[i++];
                }
                if (key.empty() || text.substr(i, 2) != "=\"") {
                    return fail("attribute without a quoted value");
                }
                const std::size_t end = text.find('"', i + 2);
                if (end == std::string_view::npos) {
                    return fail("attribute without an end");
                }
                if (!element.attributes
                         .emplace(key, without_entities(text.substr(i + 2, end - i - 2), trouble))
                         .second) {
                    return fail("attribute given twice");
                }
                i = end + 1;
            }
            const bool is_empty = text.substr(i, 2) == "/>";
            if (!is_empty && text.substr(i, 1) != ">") {
                return fail("tag without an end");
            }
            i += is_empty ? 2 : 1;
            xml.elements.push_back(element);
            if (!is_empty) {
                open.push_back(xml.elements.size() - 1);
            }
        }
        if (!trouble.empty()) {
            return fail(trouble);
        }
    }
    if (!open.empty()) {
        return fail("element left open: " + xml.elements[open.back()].name);
    }
    return xml;
}

struct TextBox {
    std::string words;
    double left{}, top{}, right{}, bottom{};
};

/// Where each <text> lies by the module's own estimate of widths; level text and text that stands
/// upright (turned by -90 degrees). Letters reach 0.73 of the size above the baseline.
inline std::vector<TextBox> text_boxes(const XmlText& xml) {
    std::vector<TextBox> boxes;
    for (const XmlElement& e : xml.all("text")) {
        if (e.text.empty()) {
            continue;
        }
        const double size = e.number("font-size");
        const double width = text_width(e.text, size, e.attribute("font-weight") == "600");
        const std::string anchor = e.attribute("text-anchor");
        const double before = anchor == "end" ? width : anchor == "middle" ? 0.5 * width : 0.0;
        const double x = e.number("x");
        const double y = e.number("y");
        if (e.attribute("transform").starts_with("rotate(-90")) {
            boxes.push_back({e.text, x - 0.73 * size, y - (width - before), x, y + before});
        } else {
            boxes.push_back({e.text, x - before, y - 0.73 * size, x - before + width, y});
        }
    }
    return boxes;
}

/// The first pair of texts that cover each other, as "a | b"; empty when there is none.
inline std::string overlapping_texts(const XmlText& xml) {
    const std::vector<TextBox> boxes = text_boxes(xml);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        for (std::size_t k = i + 1; k < boxes.size(); ++k) {
            const TextBox& a = boxes[i];
            const TextBox& b = boxes[k];
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
                return a.words + " | " + b.words;
            }
        }
    }
    return {};
}

/// The first text that leaves the frame of the SVG by more than `slack` px; empty when none does.
inline std::string text_outside_frame(const XmlText& xml, double slack = 0.5) {
    const double width = xml.elements.at(0).number("width");
    const double height = xml.elements.at(0).number("height");
    for (const TextBox& box : text_boxes(xml)) {
        if (box.left < -slack || box.top < -slack || box.right > width + slack ||
            box.bottom > height + slack) {
            return box.words;
        }
    }
    return {};
}

}  // namespace erbium::report
