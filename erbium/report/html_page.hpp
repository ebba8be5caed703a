// SPDX-License-Identifier: Apache-2.0
// erbium/report/html_page.hpp: one self-contained page of prose, figures, tables and sources.
// Reads: Page   Makes: HTML text   Used by: apps
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "erbium/report/table.hpp"

namespace erbium::report {

/// One drawing of a figure: what an svg() of this module returned. When `svg_narrow` is given, it
/// stands in for `svg` on screens up to 640 px wide.
struct Panel {
    std::string svg{};
    std::string svg_narrow{};
};

/// A chart drawn twice: for a page and for a telephone. Works for every chart of this module.
/// @param wide_px, narrow_px  what its svg() is asked for; 350 fits a screen of 400 px
template <class Chart>
[[nodiscard]] Panel both_widths(const Chart& chart, double wide_px, double narrow_px = 350.0) {
    Chart small = chart;
    small.id += "-narrow";  // both stand in one page, and ids must differ
    return {svg(chart, wide_px), svg(small, narrow_px)};
}

/// Numbered "Figure 1" and so on in the order of the page. Panels stand side by side as far as
/// they are readable there (86 % of their natural width), else below one another; a panel wider
/// than the screen scrolls in its own box.
struct Figure {
    std::string title{};    ///< one sentence in bold: what the reader sees
    std::string caption{};  ///< how to read it: units, marks, conditions
    std::vector<Panel> panels{};
    int columns{3};            ///< at most this many panels side by side
    std::vector<Panel> key{};  ///< under all panels, as the legend of maps
};

/// Plain text; blank lines separate paragraphs.
struct Prose {
    std::string text{};
};

/// Text set apart, as a limit of the model.
struct Note {
    std::string text{};
};

/// Numbered "Table 1" and so on.
struct TableBlock {
    Table table{};  ///< its title is the first, bold sentence of the caption
    std::string caption{};
};

/// Names and values of one thing, as what ran: version, model, seed, tolerances.
struct Facts {
    struct Fact {
        std::string name{};
        std::string value{};
    };
    std::vector<Fact> facts{};
};

/// A reference: key as it is cited, and the text of it; a link when `url` begins with "https://".
struct Source {
    std::string key{};
    std::string text{};
    std::string url{};
};

struct Sources {
    std::vector<Source> sources{};
};

using Block = std::variant<Prose, Note, Figure, TableBlock, Facts, Sources>;

struct Section {
    std::string id{};  ///< for links; letters, digits and '-'
    std::string heading{};
    std::vector<Block> blocks{};
};

/// One number of the summary at the top.
struct KeyNumber {
    std::string value{};  ///< as "54 of 60"
    std::string words{};  ///< as "observations hold within their tolerance"
    bool is_misfit{false};
};

struct Page {
    std::string title{};
    std::string lede{};     ///< one paragraph under the title: what this is and what came out
    std::string caution{};  ///< the line at the very top: research use only
    std::string pending{};  ///< what is still being computed, under the lede; empty: nothing
    int reload_s{};         ///< a browser reads the page again after so many seconds; 0: never
    std::vector<KeyNumber> keys{};
    std::vector<Section> sections{};
    std::string foot{};  ///< last line, as the program and its version
    std::string language{"en"};
};

/// The page: no external resource, no script; light and dark by the reader's setting, printable.
/// All texts are escaped. Deterministic.
/// Precondition (checked): `caution` is not empty.
[[nodiscard]] std::string html(const Page& page);

}  // namespace erbium::report
