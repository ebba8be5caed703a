// SPDX-License-Identifier: Apache-2.0
// erbium/report/html_page.cpp: markup of the page; its looks are in stylesheet.cpp.
#include "erbium/report/html_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/report/stylesheet.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {
namespace {

// A panel may shrink to this part of its natural width: 12 px letters stay above 10 px.
constexpr double kLeastShrink = 0.86;
constexpr double kMostGrowth = 1.2;

/// The width attribute of an SVG that a chart made [px].
double natural_width(std::string_view svg) {
    constexpr std::string_view kName = " width=\"";
    const std::size_t at = svg.find(kName);
    ERBIUM_CHECK(svg.starts_with("<svg ") && at != std::string_view::npos,
                 "a panel holds an svg of this module");
    const std::size_t begin = at + kName.size();
    const auto width = parse_double(svg.substr(begin, svg.find('"', begin) - begin));
    ERBIUM_CHECK(width.has_value(), "a panel holds an svg of this module");
    return *width;
}

std::string one_drawing(const std::string& svg, std::string_view css) {
    const double width = natural_width(svg);
    std::string sized = svg;
    sized.insert(4, fmt::format(" style=\"min-width:{}px;max-width:{}px\"",
                                std::floor(kLeastShrink * width), std::ceil(kMostGrowth * width)));
    return css.empty() ? sized : fmt::format("<div class=\"{}\">{}</div>", css, sized);
}

std::string panel_html(const Panel& panel) {
    // A box that scrolls on some screen must be reachable by keyboard.
    constexpr double kAlwaysFits = 300.0;
    const std::string& smallest = panel.svg_narrow.empty() ? panel.svg : panel.svg_narrow;
    const bool may_scroll = kLeastShrink * natural_width(smallest) > kAlwaysFits;
    return std::string{may_scroll ? "<div class=\"panel\" tabindex=\"0\">"
                                  : "<div class=\"panel\">"} +
           (panel.svg_narrow.empty()
                ? one_drawing(panel.svg, "")
                : one_drawing(panel.svg, "wide") + one_drawing(panel.svg_narrow, "narrow")) +
           "</div>\n";
}

std::string paragraphs(std::string_view text, std::string_view css) {
    std::string out;
    const std::string tag = css.empty() ? "<p>" : fmt::format("<p class=\"{}\">", css);
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find("\n\n", begin), text.size());
        const std::string_view part = trimmed(text.substr(begin, end - begin));
        if (!part.empty()) {
            out += tag + xml_text(part) + "</p>\n";
        }
        begin = end + 2;
    }
    return out;
}

std::string caption_html(std::string_view kind, int number, const std::string& title,
                         const std::string& caption) {
    std::string out = fmt::format("<b>{} {}. {}</b>", kind, number, xml_text(title));
    return caption.empty() ? out : out + " " + xml_text(caption);
}

/// Writes blocks in order and numbers figures and tables.
class BlockWriter {
public:
    void operator()(const Prose& prose) { out_ += paragraphs(prose.text, ""); }
    void operator()(const Note& note) { out_ += paragraphs(note.text, "note"); }

    void operator()(const Figure& figure) {
        double widest = 0.0;
        for (const Panel& panel : figure.panels) {
            widest = std::max(widest, natural_width(panel.svg));
        }
        const int columns =
            std::max(1, std::min(figure.columns, static_cast<int>(figure.panels.size())));
        // As many columns as are asked for and fit: a track is at least the least readable width,
        // and at least its share of the row.
        out_ += fmt::format(
            "<figure>\n<div class=\"panels\" style=\"grid-template-columns:repeat(auto-fit,"
            "minmax(min(100%,max({}px,calc((100% - {}px)/{}))),1fr))\">\n",
            std::floor(kLeastShrink * widest), 26 * (columns - 1), columns);
        for (const Panel& panel : figure.panels) {
            out_ += panel_html(panel);
        }
        out_ += "</div>\n";
        for (const Panel& panel : figure.key) {
            out_ += "<div class=\"key\">" + panel_html(panel) + "</div>\n";
        }
        out_ += "<figcaption>" + caption_html("Figure", ++figures_, figure.title, figure.caption) +
                "</figcaption>\n</figure>\n";
    }

    void operator()(const TableBlock& block) {
        // The caption stays in place while the table scrolls beneath it.
        ++tables_;
        out_ += fmt::format(
            "<div class=\"table-block\"><p class=\"table-caption\" id=\"table-{0}\">{1}</p>\n<div "
            "class=\"table\" "
            "role=\"region\" aria-labelledby=\"table-{0}\" tabindex=\"0\">\n{2}</div></div>\n",
            tables_, caption_html("Table", tables_, block.table.title, block.caption),
            html(block.table));
    }

    void operator()(const Facts& facts) {
        out_ += "<dl class=\"run\">\n";
        for (const Facts::Fact& fact : facts.facts) {
            out_ +=
                fmt::format("<dt>{}</dt><dd>{}</dd>\n", xml_text(fact.name), xml_text(fact.value));
        }
        out_ += "</dl>\n";
    }

    void operator()(const Sources& list) {
        out_ += "<ul class=\"sources\">\n";
        for (const Source& source : list.sources) {
            const std::string text = xml_text(source.text);
            const bool is_link = source.url.starts_with("https://");
            out_ += fmt::format(
                "<li><span class=\"key\">{}</span> {}</li>\n", xml_text(source.key),
                is_link ? fmt::format("<a href=\"{}\">{}</a>", xml_text(source.url), text) : text);
        }
        out_ += "</ul>\n";
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

    void section(const Section& section) {
        out_ += fmt::format(
            "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 "
            "id=\"{0}-heading\">{1}</h2>\n",
            xml_text(section.id), xml_text(section.heading));
        for (const Block& block : section.blocks) {
            std::visit(*this, block);
        }
        out_ += "</section>\n";
    }

private:
    std::string out_;
    int figures_{};
    int tables_{};
};

}  // namespace

std::string html(const Page& page) {
    ERBIUM_CHECK(!page.caution.empty(), "a page says what it must not be used for");
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "{}<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
        xml_text(page.language),
        page.reload_s > 0
            ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", page.reload_s)
            : std::string{},
        xml_text(page.title), chart_stylesheet(), page_stylesheet());
    out += fmt::format(
        "<div class=\"caution\" role=\"note\"><p>{}</p></div>\n<header "
        "class=\"head\">\n<h1>{}</h1>\n{}",
        xml_text(page.caution), xml_text(page.title), paragraphs(page.lede, "lede"));
    out += paragraphs(page.pending, "note");
    if (!page.keys.empty()) {
        out += "<dl class=\"keys\">\n";
        for (const KeyNumber& key : page.keys) {
            out += fmt::format("<div{}><dd>{}</dd><dt>{}</dt></div>\n",
                               key.is_misfit ? " class=\"misfit\"" : "", xml_text(key.value),
                               xml_text(key.words));
        }
        out += "</dl>\n";
    }
    out += "<nav aria-label=\"Contents\"><ul>\n";
    for (const Section& section : page.sections) {
        out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", xml_text(section.id),
                           xml_text(section.heading));
    }
    out += "</ul></nav>\n</header>\n<main>\n";
    BlockWriter writer;
    for (const Section& section : page.sections) {
        writer.section(section);
    }
    out += writer.take();
    out += "</main>\n<footer class=\"foot\">" + paragraphs(page.foot, "") +
           "</footer>\n</body>\n</html>\n";
    return out;
}

}  // namespace erbium::report
