// SPDX-License-Identifier: Apache-2.0
// erbium/report/stylesheet.hpp: the CSS of the charts and of the page, made from the theme.
// Reads: Theme, series colours   Makes: CSS text   Used by: svg (standalone files), html_page
#pragma once

#include <string>

namespace erbium::report {

/// Colours as custom properties (--ink, --paper, --s0...) for light paper, dark paper (only on
/// screens that ask for it) and print, and the classes that charts use:
///   ink muted misfit f0..f7   fill of text and marks      s0..s7 axis grid rule   stroke of lines
///   d                         a fill that is --d (its dark form) on dark paper     halo paper-fill
[[nodiscard]] std::string chart_stylesheet();

/// The same for a file of its own: colours are written out, because programs other than browsers
/// (librsvg, Inkscape, LaTeX's converters) know no custom properties and would draw all black.
[[nodiscard]] std::string standalone_stylesheet();

/// The layout of the page around the charts; needs the properties of chart_stylesheet().
[[nodiscard]] std::string page_stylesheet();

}  // namespace erbium::report
