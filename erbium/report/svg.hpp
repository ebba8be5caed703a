// SPDX-License-Identifier: Apache-2.0
// erbium/report/svg.hpp: a small SVG writer, and how wide text will be.
// Makes: SVG text   Used by: the charts
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/report/colour.hpp"

namespace erbium::report {

/// A name and its value in an opening tag; numbers are written with two decimals at most.
struct Attribute {
    Attribute(std::string_view attribute_name, double number);
    Attribute(std::string_view attribute_name, std::string_view text);
    Attribute(std::string_view attribute_name, const char* text);

    std::string_view name;  ///< must outlive the call it is made for
    std::string value{};    ///< not yet escaped
};

using Attributes = std::initializer_list<Attribute>;

enum class Anchor { start, middle, end };

/// How a text is set. `css` is a class of the charts' stylesheet: "ink", "muted", "misfit", "f0"...
struct TextStyle {
    double size_px{12.0};
    Anchor anchor{Anchor::start};
    std::string_view css{"ink"};
    bool is_bold{false};
    bool is_italic{false};
    bool has_halo{false};   ///< a rim in the colour of the paper, for text over lines
    double angle_deg{0.0};  ///< turned about (x, y), clockwise
};

/// A coordinate as SVG wants it: two decimals at most, no trailing zeros, never "-0".
/// Precondition (checked): finite.
[[nodiscard]] std::string coordinate(double value);

/// `text` for XML: markup escaped, control characters dropped, bytes that are not UTF-8 replaced.
[[nodiscard]] std::string xml_text(std::string_view text);

/// Upper estimate of the width of `text` [px] in the page's fonts: the widths of a wide sans serif,
/// so that what fits by this estimate also fits in narrower fonts.
[[nodiscard]] double text_width(std::string_view text, double size_px, bool is_bold = false);

/// `text` cut into lines no wider than `width_px` at blanks (not before a '+') and after '/', '+'
/// or '-'.
/// A piece without such a place stays whole on its own line. Never empty.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, double width_px,
                                               double size_px, bool is_bold = false);

/// `text`, or as much of its beginning as fits, and "…".
[[nodiscard]] std::string elided(std::string_view text, double width_px, double size_px,
                                 bool is_bold = false);

/// Writes one <svg>. Elements are written in order; open() and close() nest.
class Svg {
public:
    /// @param width, height  the frame [px at natural size]; becomes the viewBox
    /// @param id             unique in the page; title and description get ids made from it
    /// @param title          what a screen reader says first
    /// @param description    what it says next; may be empty
    Svg(double width, double height, std::string_view id, std::string_view title,
        std::string_view description);

    void open(std::string_view element, Attributes attributes);
    void close();
    /// An element without content, or with a hover text when `tooltip` is not empty.
    void element(std::string_view name, Attributes attributes, std::string_view tooltip = {});
    void text(double x, double y, std::string_view words, const TextStyle& style = {});
    /// Hover text of the group that is open.
    void tooltip(std::string_view words);
    /// Lines, one below the other, the block centred on y.
    void text_block(double x, double y, const std::vector<std::string>& lines, double line_px,
                    const TextStyle& style = {});

    /// The finished text. Precondition (checked): every open() was closed.
    [[nodiscard]] std::string finish() &&;

private:
    void begin(std::string_view name, Attributes attributes);

    std::string out_{};
    std::vector<std::string> open_{};
};

/// Attributes of a filled mark that has one colour on light and another on dark paper: use
/// {"class", "d"}, {"fill", hex(pair.light)}, {"style", dark_style(pair)}.
[[nodiscard]] std::string dark_style(const ColourPair& pair);

/// A chart as a file of its own: the same SVG with the charts' stylesheet inside.
/// Precondition (checked): `svg` was made by a chart of this module.
[[nodiscard]] std::string standalone(std::string_view svg);

}  // namespace erbium::report
