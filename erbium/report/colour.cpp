// SPDX-License-Identifier: Apache-2.0
// erbium/report/colour.cpp: Oklab mixing, WCAG contrast and the palettes.
#include "erbium/report/colour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "erbium/base/check.hpp"

namespace erbium::report {
namespace {

struct Linear {
    double red, green, blue;
};

struct Oklab {
    double l, a, b;
};

double linear_from_srgb(std::uint8_t channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

std::uint8_t srgb_from_linear(double value) {
    const double v = std::clamp(value, 0.0, 1.0);
    const double c = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1.0 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(255.0 * c));
}

Linear linear(Colour c) {
    return {linear_from_srgb(c.red), linear_from_srgb(c.green), linear_from_srgb(c.blue)};
}

Oklab oklab(Colour colour) {
    const Linear c = linear(colour);
    const double l =
        std::cbrt(0.4122214708 * c.red + 0.5363325363 * c.green + 0.0514459929 * c.blue);
    const double m =
        std::cbrt(0.2119034982 * c.red + 0.6806995451 * c.green + 0.1073969566 * c.blue);
    const double s =
        std::cbrt(0.0883024619 * c.red + 0.2817188376 * c.green + 0.6299787005 * c.blue);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Colour colour_from_oklab(Oklab c) {
    const double l = std::pow(c.l + 0.3963377774 * c.a + 0.2158037573 * c.b, 3);
    const double m = std::pow(c.l - 0.1055613458 * c.a - 0.0638541728 * c.b, 3);
    const double s = std::pow(c.l - 0.0894841775 * c.a - 1.2914855480 * c.b, 3);
    return {srgb_from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            srgb_from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            srgb_from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

constexpr Colour rgb(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 16U & 0xffU),
            static_cast<std::uint8_t>(value >> 8U & 0xffU),
            static_cast<std::uint8_t>(value & 0xffU)};
}

constexpr ColourPair pair(std::uint32_t light, std::uint32_t dark) {
    return {rgb(light), rgb(dark)};
}

// Weak to strong. On light paper strong is dark, on dark paper strong is bright: either way the
// weak end sinks into the ground and lightness alone tells the order.
constexpr std::array kSequential{pair(0xf3f3ee, 0x22272b), pair(0xd3e6da, 0x23424b),
                                 pair(0x94c8c0, 0x24647a), pair(0x4b9bb1, 0x3a93a6),
                                 pair(0x2a6597, 0x7cc4b6), pair(0x1d3568, 0xd6f0c8)};

// Below, middle, above; each side is ordered by lightness away from the middle.
constexpr std::array kDiverging{pair(0x1f4e8c, 0x9ccaf7), pair(0x4f8cc4, 0x5a97d1),
                                pair(0xa9cbe6, 0x36587e), pair(0xf1efea, 0x2b2e32),
                                pair(0xf3bf9c, 0x7d4a2c), pair(0xdb7f45, 0xd07f4b),
                                pair(0x9c3d10, 0xffc39a)};

Colour at(std::span<const ColourPair> anchors, double share, bool is_dark) {
    const double position = share * static_cast<double>(anchors.size() - 1);
    const std::size_t index = std::min(static_cast<std::size_t>(position), anchors.size() - 2);
    const ColourPair& from = anchors[index];
    const ColourPair& to = anchors[index + 1];
    const double rest = position - static_cast<double>(index);
    return is_dark ? mixed(from.dark, to.dark, rest) : mixed(from.light, to.light, rest);
}

constexpr Colour kInk = rgb(0x16191d);
constexpr Colour kWhite = rgb(0xffffff);
constexpr Colour kBlack = rgb(0x000000);

}  // namespace

Colour colour_from_hex(std::string_view text) {
    ERBIUM_CHECK(text.size() == 7 && text[0] == '#', "a colour is written #rrggbb");
    std::uint32_t value = 0;
    for (const char c : text.substr(1)) {
        const std::size_t digit = std::string_view{"0123456789abcdef"}.find(c);
        ERBIUM_CHECK(digit != std::string_view::npos, "a colour is written #rrggbb");
        value = value * 16U + static_cast<std::uint32_t>(digit);
    }
    return rgb(value);
}

std::string hex(Colour c) {
    return fmt::format("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue);
}

double luminance(Colour colour) {
    const Linear c = linear(colour);
    return 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue;
}

double contrast(Colour one, Colour other) {
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return std::max(a, b) / std::min(a, b);
}

Colour text_on(Colour fill) {
    constexpr double kAsked = 4.5;
    for (const Colour text : {kWhite, kInk}) {
        if (contrast(fill, text) >= kAsked) {
            return text;
        }
    }
    return kBlack;
}

double perceived_lightness(Colour colour) {
    return oklab(colour).l;
}

Colour mixed(Colour from, Colour to, double share) {
    const Oklab a = oklab(from);
    const Oklab b = oklab(to);
    return colour_from_oklab(
        {a.l + share * (b.l - a.l), a.a + share * (b.a - a.a), a.b + share * (b.b - a.b)});
}

ColourPair colour_of(double value, const ColourScale& scale) {
    ERBIUM_CHECK(!std::isnan(value), "a failed value has no colour");
    ERBIUM_CHECK(scale.low < scale.high, "a colour scale runs from low to high");
    double share = std::clamp((value - scale.low) / (scale.high - scale.low), 0.0, 1.0);
    if (scale.palette == Palette::depletion) {
        share = 1.0 - share;
    }
    const std::span<const ColourPair> anchors = scale.palette == Palette::diverging
                                                    ? std::span<const ColourPair>{kDiverging}
                                                    : std::span<const ColourPair>{kSequential};
    return {at(anchors, share, false), at(anchors, share, true)};
}

const std::array<ColourPair, kSeriesColours>& series_colours() {
    // blue, vermillion, bluish green, reddish purple, sky blue, orange, olive (for yellow), grey
    static constexpr std::array<ColourPair, kSeriesColours> kColours{
        pair(0x0067a5, 0x6cb8f0), pair(0xbf4a00, 0xff9a5c), pair(0x00734f, 0x3fcfa0),
        pair(0x9c3f78, 0xeb9cc9), pair(0x1c7aa8, 0x8fd3fa), pair(0x8a5f00, 0xf0b73c),
        pair(0x6a6a00, 0xdcd65a), pair(0x4d5359, 0xb9bfc6)};
    return kColours;
}

const Theme& theme() {
    static constexpr Theme kTheme{.paper = pair(0xffffff, 0x14171a),
                                  .raised = pair(0xf6f6f3, 0x1c2024),
                                  .ink = pair(0x16191d, 0xe9ebed),
                                  .muted = pair(0x5b6168, 0xa4abb3),
                                  .rule = pair(0xc9ccd0, 0x42484f),
                                  .grid = pair(0xe6e7e5, 0x2a2f34),
                                  .misfit = pair(0xb3261e, 0xff8a7a),
                                  .link = pair(0x0067a5, 0x6cb8f0),
                                  .caution = pair(0xfdf3d7, 0x3a3118)};
    return kTheme;
}

}  // namespace erbium::report
