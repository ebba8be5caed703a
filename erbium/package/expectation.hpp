// SPDX-License-Identifier: Apache-2.0
// erbium/package/expectation.hpp: what a number is expected to be: `> 0.85`, `in [0.2, 0.5]`.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"

namespace erbium::package {

/// An interval; each end may belong to it or not.
struct Expectation {
    double lower{-std::numeric_limits<double>::infinity()};
    double upper{std::numeric_limits<double>::infinity()};
    bool includes_lower{};
    bool includes_upper{};
    std::string text;  ///< as written

    /// NaN holds nowhere.
    [[nodiscard]] bool holds(double value) const noexcept;
};

/// Reads `< a`, `<= a`, `> a`, `>= a` or `in [a, b]`.
/// @param where  place of the text for diagnostics; without a source for command-line text
/// Errors: ERB-PKG-0030.
[[nodiscard]] Outcome<Expectation, Diagnostics> parse_expectation(std::string_view text,
                                                                  const Span& where = {});

}  // namespace erbium::package
