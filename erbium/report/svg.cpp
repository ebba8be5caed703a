// SPDX-License-Identifier: Apache-2.0
// erbium/report/svg.cpp: tags, escaping and text widths.
#include "erbium/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/report/stylesheet.hpp"

namespace erbium::report {
namespace {

struct Glyph {
    char32_t code{};
    std::size_t bytes{1};  ///< how many bytes of the text it takes
};

constexpr char32_t kReplacement = 0xfffd;

/// The code point at `at`; the replacement character (one byte) where the text is not UTF-8.
Glyph glyph_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) {
        return {kReplacement, 1};
    }
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80U) {
            return {kReplacement, 1};
        }
        code = code << 6U | (byte(at + i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < kLeast[length] || code > 0x10ffff || is_surrogate || code == 0xfffe ||
        code == 0xffff) {
        return {kReplacement, 1};
    }
    return {code, length};
}

// Advance widths of DejaVu Sans [1/1000 of the size], U+0020 to U+007E: the widest of the usual
// system sans serifs.
constexpr std::array<std::uint16_t, 95> kWidths{
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};

double width_of(char32_t code) {
    if (code >= 0x20 && code < 0x7f) {
        return kWidths[code - 0x20] / 1000.0;
    }
    if (code >= 0x300 && code < 0x370) {
        return 0.0;  // combining marks sit on the letter before
    }
    if (code >= 0x1100 &&
        (code <= 0x115f || (code >= 0x2e80 && code < 0xa4d0) || code >= 0x1f300 ||
         (code >= 0xac00 && code < 0xd7a4) || (code >= 0xff00 && code < 0xff61))) {
        return 1.0;  // East Asian and pictographic
    }
    return code >= 0x2000 ? 0.84 : 0.68;
}

/// Pieces that stay together, each with the blank that follows it.
std::vector<std::string_view> pieces_of(std::string_view text) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_last = i + 1 == text.size();
        const bool is_joined =
            !is_last && text[i] == ' ' && text[i + 1] == '+';  // "a +" stays whole
        const bool breaks = (text[i] == ' ' && !is_joined) ||
                            ((text[i] == '/' || text[i] == '+' || text[i] == '-') && i > begin &&
                             !is_last && text[i + 1] != ' ');
        if (breaks || is_last) {
            pieces.push_back(text.substr(begin, i + 1 - begin));
            begin = i + 1;
        }
    }
    return pieces;
}

}  // namespace

Attribute::Attribute(std::string_view attribute_name, double number)
    : name{attribute_name}, value{coordinate(number)} {}
Attribute::Attribute(std::string_view attribute_name, std::string_view text)
    : name{attribute_name}, value{text} {}
Attribute::Attribute(std::string_view attribute_name, const char* text)
    : name{attribute_name}, value{text} {}

std::string coordinate(double value) {
    ERBIUM_CHECK(std::isfinite(value), "a coordinate is finite");
    std::string text = fmt::format("{:.2f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
        text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

std::string xml_text(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const Glyph glyph = glyph_at(text, i);
        if (glyph.code == kReplacement) {
            clean += "\xef\xbf\xbd";
        } else if (glyph.code >= 0x20 || glyph.code == '\t' || glyph.code == '\n') {
            clean += text.substr(i, glyph.bytes);
        }
        i += glyph.bytes;
    }
    return xml_escaped(clean);
}

double text_width(std::string_view text, double size_px, bool is_bold) {
    double width = 0.0;
    for (std::size_t i = 0; i < text.size();) {
        const Glyph glyph = glyph_at(text, i);
        width += width_of(glyph.code);
        i += glyph.bytes;
    }
    return width * size_px * (is_bold ? 1.12 : 1.0);
}

std::vector<std::string> wrapped(std::string_view text, double width_px, double size_px,
                                 bool is_bold) {
    std::vector<std::string> lines;
    std::string line;
    for (const std::string_view piece : pieces_of(text)) {
        const std::string longer = line + std::string{trimmed(piece)};
        if (!line.empty() && text_width(longer, size_px, is_bold) > width_px) {
            lines.emplace_back(trimmed(line));
            line.clear();
        }
        line += piece;
    }
    if (!trimmed(line).empty() || lines.empty()) {
        lines.emplace_back(trimmed(line));
    }
    return lines;
}

std::string elided(std::string_view text, double width_px, double size_px, bool is_bold) {
    if (text_width(text, size_px, is_bold) <= width_px) {
        return std::string{text};
    }
    constexpr std::string_view kEllipsis = "…";
    const double room = width_px - text_width(kEllipsis, size_px, is_bold);
    std::size_t kept = 0;
    while (kept < text.size()) {
        const std::size_t next = kept + glyph_at(text, kept).bytes;
        if (text_width(text.substr(0, next), size_px, is_bold) > room) {
            break;
        }
        kept = next;
    }
    return std::string{trimmed(text.substr(0, kept))} + std::string{kEllipsis};
}

Svg::Svg(double width, double height, std::string_view id, std::string_view title,
         std::string_view description) {
    const std::string name = xml_text(id);
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" id=\"{0}\" role=\"img\" "
        "width=\"{1}\" height=\"{2}\" viewBox=\"0 0 {1} {2}\" aria-labelledby=\"{0}-title{3}\">",
        name, coordinate(width), coordinate(height),
        description.empty() ? std::string{} : fmt::format(" {}-desc", name));
    out_ += fmt::format("<title id=\"{}-title\">{}</title>", name, xml_text(title));
    if (!description.empty()) {
        out_ += fmt::format("<desc id=\"{}-desc\">{}</desc>", name, xml_text(description));
    }
}

void Svg::begin(std::string_view name, Attributes attributes) {
    out_ += "\n<";
    out_ += name;
    for (const Attribute& attribute : attributes) {
        out_ += fmt::format(" {}=\"{}\"", attribute.name, xml_text(attribute.value));
    }
}

void Svg::open(std::string_view element, Attributes attributes) {
    begin(element, attributes);
    out_ += '>';
    open_.emplace_back(element);
}

void Svg::close() {
    ERBIUM_CHECK(!open_.empty(), "close() without open()");
    out_ += "</" + open_.back() + ">";
    open_.pop_back();
}

void Svg::element(std::string_view name, Attributes attributes, std::string_view tooltip_words) {
    begin(name, attributes);
    if (tooltip_words.empty()) {
        out_ += "/>";
        return;
    }
    out_ += fmt::format("><title>{}</title></{}>", xml_text(tooltip_words), name);
}

void Svg::tooltip(std::string_view words) {
    out_ += fmt::format("<title>{}</title>", xml_text(words));
}

void Svg::text(double x, double y, std::string_view words, const TextStyle& style) {
    out_ += fmt::format("\n<text x=\"{}\" y=\"{}\" class=\"{}{}\" font-size=\"{}\"", coordinate(x),
                        coordinate(y), style.css, style.has_halo ? " halo" : "",
                        coordinate(style.size_px));
    if (style.anchor != Anchor::start) {
        out_ += style.anchor == Anchor::end ? " text-anchor=\"end\"" : " text-anchor=\"middle\"";
    }
    if (style.is_bold) {
        out_ += " font-weight=\"600\"";
    }
    if (style.is_italic) {
        out_ += " font-style=\"italic\"";
    }
    if (style.angle_deg != 0.0) {
        out_ += fmt::format(" transform=\"rotate({} {} {})\"", coordinate(style.angle_deg),
                            coordinate(x), coordinate(y));
    }
    out_ += fmt::format(">{}</text>", xml_text(words));
}

void Svg::text_block(double x, double y, const std::vector<std::string>& lines, double line_px,
                     const TextStyle& style) {
    // 0.35 of the size is half the height of the letters: it centres a line on its baseline.
    double baseline =
        y + 0.35 * style.size_px - 0.5 * line_px * static_cast<double>(lines.size() - 1);
    for (const std::string& line : lines) {
        text(x, baseline, line, style);
        baseline += line_px;
    }
}

std::string Svg::finish() && {
    ERBIUM_CHECK(open_.empty(), "an element was left open");
    out_ += "\n</svg>\n";
    return std::move(out_);
}

std::string dark_style(const ColourPair& pair) {
    return "--d:" + hex(pair.dark);
}

std::string standalone(std::string_view svg) {
    const std::size_t end = svg.find("><title");
    ERBIUM_CHECK(svg.starts_with("<svg ") && end != std::string_view::npos, "not a chart");
    return fmt::format("{}>\n<style>{}</style>{}", svg.substr(0, end), standalone_stylesheet(),
                       svg.substr(end + 1));
}

}  // namespace erbium::report
