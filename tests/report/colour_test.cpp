// SPDX-License-Identifier: Apache-2.0
// tests/report/colour_test.cpp: order, contrast and safety of the palettes.
#include "erbium/report/colour.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace erbium::report {
namespace {

constexpr double kAsked = 4.5;  // WCAG 2.1, success criterion 1.4.3

/// What a person without the red cone (protanope) or the green one (deuteranope) sees.
/// Source: Vienot, Brettel and Mollon, Color Res. Appl. 24, 243 (1999), on linear sRGB.
Colour as_deuteranope(Colour c) {
    const auto linear = [](std::uint8_t v) { return std::pow(v / 255.0, 2.2); };
    const auto back = [](double v) {
        return static_cast<std::uint8_t>(
            std::lround(255.0 * std::pow(std::clamp(v, 0.0, 1.0), 1.0 / 2.2)));
    };
    const double red_green = 0.29275 * linear(c.red) + 0.70725 * linear(c.green);
    const double blue = -0.02234 * linear(c.red) + 0.02234 * linear(c.green) + linear(c.blue);
    return {back(red_green), back(red_green), back(blue)};
}

TEST(Colour, HexReadsBack) {
    EXPECT_EQ(hex(colour_from_hex("#0a1b2c")), "#0a1b2c");
    EXPECT_EQ(colour_from_hex("#ff8000"), (Colour{255, 128, 0}));
}

TEST(Colour, ContrastHasItsKnownEnds) {
    EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 1.05 / 0.05, 1e-12);
    EXPECT_NEAR(contrast({7, 70, 200}, {7, 70, 200}), 1.0, 1e-12);
}

TEST(Colour, MixtureEndsAtItsParts) {
    const Colour from{31, 78, 140};
    const Colour to{156, 61, 16};
    EXPECT_EQ(mixed(from, to, 0.0), from);
    EXPECT_EQ(mixed(from, to, 1.0), to);
}

TEST(Colour, TextIsReadableOnEveryColour) {
    for (int red = 0; red < 256; red += 15) {
        for (int green = 0; green < 256; green += 15) {
            for (int blue = 0; blue < 256; blue += 15) {
                const Colour fill{static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                                  static_cast<std::uint8_t>(blue)};
                ASSERT_GE(contrast(fill, text_on(fill)), kAsked) << hex(fill);
            }
        }
    }
}

TEST(Colour, TextOfTheThemeIsReadable) {
    const Theme& t = theme();
    for (const auto side : {&ColourPair::light, &ColourPair::dark}) {
        for (const ColourPair& text : {t.ink, t.muted, t.misfit, t.link}) {
            EXPECT_GE(contrast(text.*side, t.paper.*side), kAsked) << hex(text.*side);
        }
        EXPECT_GE(contrast(t.muted.*side, t.raised.*side), kAsked);
        EXPECT_GE(contrast(t.ink.*side, t.caution.*side), kAsked);
        for (const ColourPair& series : series_colours()) {
            EXPECT_GE(contrast(series.*side, t.paper.*side), kAsked) << hex(series.*side);
        }
    }
}

TEST(ColourScale, LightnessTellsTheOrderOfASequence) {
    for (const Palette palette : {Palette::sequential, Palette::depletion}) {
        const ColourScale scale{palette, 0.0, 1.0};
        const double direction = palette == Palette::sequential ? 1.0 : -1.0;
        for (int i = 1; i <= 50; ++i) {
            const ColourPair before = colour_of((i - 1) / 50.0, scale);
            const ColourPair after = colour_of(i / 50.0, scale);
            EXPECT_LT(direction * perceived_lightness(after.light),
                      direction * perceived_lightness(before.light));
            EXPECT_GT(direction * perceived_lightness(after.dark),
                      direction * perceived_lightness(before.dark));
        }
    }
}

TEST(ColourScale, BothSidesOfADivergingScaleLeaveTheNeutralMiddle) {
    const ColourScale scale{Palette::diverging, -3.0, 3.0};
    for (const double sign : {-1.0, 1.0}) {
        for (int i = 1; i <= 30; ++i) {
            const ColourPair inner = colour_of(sign * (i - 1) / 10.0, scale);
            const ColourPair outer = colour_of(sign * i / 10.0, scale);
            EXPECT_LT(perceived_lightness(outer.light), perceived_lightness(inner.light));
            EXPECT_GT(perceived_lightness(outer.dark), perceived_lightness(inner.dark));
        }
    }
}

TEST(ColourScale, SidesOfADivergingScaleDifferWithoutTheGreenCone) {
    const ColourScale scale{Palette::diverging, -1.0, 1.0};
    for (const double size : {0.5, 1.0}) {
        const ColourPair below = colour_of(-size, scale);
        const ColourPair above = colour_of(size, scale);
        for (const auto side : {&ColourPair::light, &ColourPair::dark}) {
            const Colour a = as_deuteranope(below.*side);
            const Colour b = as_deuteranope(above.*side);
            // blue against yellow: the difference of blue and red turns its sign
            EXPECT_GT(a.blue - a.red, 30) << hex(a);
            EXPECT_LT(b.blue - b.red, -30) << hex(b);
        }
    }
}

TEST(ColourScale, ValuesBeyondTheEndsTakeTheColoursOfTheEnds) {
    const ColourScale scale{Palette::depletion, 0.0, 1.2};
    EXPECT_EQ(colour_of(-4.0, scale), colour_of(0.0, scale));
    EXPECT_EQ(colour_of(9.0, scale), colour_of(1.2, scale));
}

TEST(ColourScaleDeathTest, AFailedValueHasNoColour) {
    EXPECT_DEATH((void)colour_of(std::nan(""), ColourScale{}), "failed value");
}

}  // namespace
}  // namespace erbium::report
