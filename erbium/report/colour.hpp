// SPDX-License-Identifier: Apache-2.0
// erbium/report/colour.hpp: colours that keep their order, for every kind of eye, by day and by
// night. Makes: Colour, ColourPair, ColourScale   Used by: the charts and the stylesheet
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace erbium::report {

/// An opaque sRGB colour.
struct Colour {
    std::uint8_t red{};
    std::uint8_t green{};
    std::uint8_t blue{};
    bool operator==(const Colour&) const = default;
};

/// The same mark on light and on dark paper.
struct ColourPair {
    Colour light{};
    Colour dark{};
    bool operator==(const ColourPair&) const = default;
};

/// The colour that "#rrggbb" spells. Precondition (checked): exactly that form.
[[nodiscard]] Colour colour_from_hex(std::string_view text);

/// "#rrggbb", lower case.
[[nodiscard]] std::string hex(Colour colour);

/// Relative luminance Y [0 black, 1 white].
/// Source: WCAG 2.1, "relative luminance".
[[nodiscard]] double luminance(Colour colour);

/// Contrast ratio of two colours [1 equal, 21 black on white]; the order does not matter.
/// Source: WCAG 2.1, "contrast ratio"; 4.5 is asked of text (success criterion 1.4.3).
[[nodiscard]] double contrast(Colour one, Colour other);

/// A text colour for letters on `fill` with a contrast of at least 4.5: white, or ink where white
/// does not reach it, or black (one of black and white always reaches sqrt(1.05 / 0.05) = 4.58).
[[nodiscard]] Colour text_on(Colour fill);

/// Lightness of a colour as people see it [0 black, 1 white], the L of Oklab.
/// Source: Ottosson, "A perceptual color space for image processing" (2020).
[[nodiscard]] double perceived_lightness(Colour colour);

/// The mixture, in Oklab, of `share` of `to` and the rest of `from`. @param share  [0, 1]
[[nodiscard]] Colour mixed(Colour from, Colour to, double share);

/// sequential:  weak at the low end of a scale, strong at the high end
/// depletion:   the reverse: what is low stands out
/// diverging:   blue below the middle, neutral at it, orange above; safe for red-green blindness
enum class Palette { sequential, depletion, diverging };

/// Values to colours, linear between `low` and `high`; values beyond take the colour of the end.
struct ColourScale {
    Palette palette{Palette::sequential};
    double low{0.0};   ///< in the unit of the values, < high
    double high{1.0};  ///< in the unit of the values
};

/// The colour of a value. A diverging scale has its neutral colour half way between low and high.
/// Precondition (checked): `value` is not NaN (a failed value has no colour; charts hatch it).
[[nodiscard]] ColourPair colour_of(double value, const ColourScale& scale);

inline constexpr std::size_t kSeriesColours = 8;

/// Colours of lines and of their labels, after Okabe and Ito's set for colour-blind readers,
/// shifted in lightness so that text in them has a contrast of at least 4.5 on the paper.
[[nodiscard]] const std::array<ColourPair, kSeriesColours>& series_colours();

/// Colours of everything that is not data.
struct Theme {
    ColourPair paper{};   ///< page and chart ground
    ColourPair raised{};  ///< table stripes, boxes, regions of a map
    ColourPair ink{};     ///< text
    ColourPair muted{};   ///< secondary text, axis numbers; contrast >= 4.5 on paper and on raised
    ColourPair rule{};    ///< thin lines that separate
    ColourPair grid{};    ///< grid lines behind data
    ColourPair misfit{};  ///< what does not hold: outlines, marks, words
    ColourPair link{};
    ColourPair caution{};  ///< ground of the "research use only" line
};

[[nodiscard]] const Theme& theme();

}  // namespace erbium::report
