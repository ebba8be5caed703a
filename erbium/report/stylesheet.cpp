// SPDX-License-Identifier: Apache-2.0
// erbium/report/stylesheet.cpp: see the header; the page's rules are written out as CSS.
#include "erbium/report/stylesheet.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "erbium/report/colour.hpp"

namespace erbium::report {
namespace {

std::string properties(Colour ColourPair::*side) {
    const Theme& t = theme();
    std::string css = fmt::format(
        "--paper:{};--raised:{};--ink:{};--muted:{};--rule:{};--grid:{};--misfit:{};--link:{};--"
        "caution:{}",
        hex(t.paper.*side), hex(t.raised.*side), hex(t.ink.*side), hex(t.muted.*side),
        hex(t.rule.*side), hex(t.grid.*side), hex(t.misfit.*side), hex(t.link.*side),
        hex(t.caution.*side));
    for (std::size_t i = 0; i < kSeriesColours; ++i) {
        css += fmt::format(";--s{}:{}", i, hex(series_colours()[i].*side));
    }
    return css;
}

constexpr std::string_view kChartRules = R"css(
.chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow:visible}
.chart .ink{fill:var(--ink)}.chart .muted{fill:var(--muted)}.chart .misfit{fill:var(--misfit)}
.chart .paper-fill{fill:var(--paper)}.chart .raised{fill:var(--raised)}
.chart .axis{stroke:var(--muted);stroke-width:1;fill:none}
.chart .grid{stroke:var(--grid);stroke-width:1;fill:none}
.chart .rule{stroke:var(--rule);stroke-width:1;fill:none}
.chart .misfit-line{stroke:var(--misfit);fill:none}
.chart .paper-line{stroke:var(--paper);fill:none}
.chart .ink-line{stroke:var(--ink);fill:none}
.chart .muted-line{stroke:var(--muted);fill:none}
.chart .hollow{fill:var(--paper)}
.chart .none{fill:none}
.chart .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
)css";

// Marks with a dark colour of their own.
constexpr std::string_view kOwnDarkColours = ".chart .d{fill:var(--d)}.chart .dl{stroke:var(--d)}";
constexpr std::string_view kOnDarkScreens = "@media screen and (prefers-color-scheme:dark)";

std::string chart_rules() {
    std::string css{kChartRules};
    for (std::size_t i = 0; i < kSeriesColours; ++i) {
        css += fmt::format(".chart .f{0}{{fill:var(--s{0})}}.chart .s{0}{{stroke:var(--s{0})}}", i);
    }
    return css;
}

/// The rules with each `var(--name)` written out.
std::string with_values(std::string css, Colour ColourPair::*side) {
    const std::string all = properties(side) + ";";
    for (std::size_t at = css.find("var("); at != std::string::npos; at = css.find("var(", at)) {
        const std::size_t end = css.find(')', at);
        const std::string key = css.substr(at + 4, end - at - 4) + ":";
        const std::size_t value = all.find(key) + key.size();
        css.replace(at, end + 1 - at, all.substr(value, all.find(';', value) - value));
    }
    return css;
}

constexpr std::string_view kPageRules = R"css(
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);line-height:1.55;font-size:16px;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
overflow-wrap:break-word}
main,.head,.foot{max-width:1240px;margin:0 auto;padding:0 28px}
.caution{background:var(--caution);border-bottom:1px solid var(--rule);font-size:14px}
.caution p{max-width:1240px;margin:0 auto;padding:9px 28px}
.head{padding-top:44px}
h1{font-size:34px;line-height:1.18;letter-spacing:-.015em;font-weight:650;margin:0 0 14px;max-width:24em;
text-wrap:balance}
h2{font-size:23px;line-height:1.25;letter-spacing:-.008em;font-weight:650;margin:60px 0 10px;
padding-top:18px;border-top:1px solid var(--rule);text-wrap:balance}
p,ul,ol{margin:0 0 14px;max-width:44em}
.lede{font-size:19px;line-height:1.5;color:var(--ink);max-width:38em}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
nav ul{list-style:none;margin:18px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:4px 20px;
font-size:14.5px;max-width:none}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:0;margin:26px 0 4px;
border-top:1px solid var(--rule);border-bottom:1px solid var(--rule)}
.keys div{padding:12px 18px 13px 0}
.keys dt{font-size:13.5px;line-height:1.35;color:var(--muted)}
.keys dd{margin:0;font-size:27px;line-height:1.2;font-weight:600;letter-spacing:-.01em;
font-variant-numeric:tabular-nums}
.keys .misfit dd{color:var(--misfit)}
figure{margin:26px 0 34px}
figcaption{font-size:14.5px;line-height:1.5;color:var(--muted);max-width:52em;margin:12px 0 0}
figcaption b,.table-caption b{color:var(--ink);font-weight:650}
.panels{display:grid;gap:22px 26px;align-items:start}
.panel{min-width:0;overflow-x:auto;overflow-y:hidden}
.panel svg{display:block;width:100%;height:auto}
.narrow{display:none}div.key{margin-top:18px}
.table-block{margin:24px 0 32px}.table{overflow-x:auto;-webkit-overflow-scrolling:touch}
.table-caption{font-size:14.5px;line-height:1.5;color:var(--muted);margin:0 0 8px;max-width:52em}
table{border-collapse:collapse;font-size:14px;line-height:1.4;font-variant-numeric:tabular-nums}
th,td{padding:5px 14px 5px 0;vertical-align:top;text-align:left;border-bottom:1px solid var(--grid);
max-width:30em}
thead th{font-weight:600;border-bottom:1px solid var(--muted);vertical-align:bottom;white-space:nowrap}
thead .unit{font-weight:400;color:var(--muted)}
tbody th{font-weight:400;position:sticky;left:0;background:var(--paper)}
.end{text-align:right}.middle{text-align:center}
td.end{white-space:nowrap}
tr.misfit td,tr.misfit th{color:var(--misfit)}
tr.failed td,tr.failed th{color:var(--muted)}
.mark{display:inline-block;width:1.1em;font-weight:700}
.note{font-size:14.5px;color:var(--muted);border-left:3px solid var(--rule);padding:1px 0 1px 14px}
.sources{font-size:14px;padding-left:0;list-style:none;max-width:52em}
.sources li{margin:0 0 7px;padding-left:1.6em;text-indent:-1.6em}
.sources .key{font-weight:600}
.run{display:grid;grid-template-columns:max-content 1fr;gap:3px 20px;font-size:14px;margin:14px 0 24px}
.run dt{color:var(--muted)}.run dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.foot{margin-top:56px;padding-top:16px;padding-bottom:44px;border-top:1px solid var(--rule);
font-size:13.5px;color:var(--muted)}
@media (max-width:640px){
main,.head,.foot,.caution p{padding-left:20px;padding-right:20px}
body{font-size:15.5px}.head{padding-top:28px}h1{font-size:26px}h2{font-size:20px;margin-top:44px}
.lede{font-size:17px}.keys{grid-template-columns:1fr 1fr}.keys dd{font-size:23px}
.panels{grid-template-columns:minmax(0,1fr)!important}
.wide{display:none}.narrow{display:block}
.run{grid-template-columns:1fr;gap:0}.run dd{margin-bottom:8px}
th,td{padding-right:12px}
table{width:max-content}th,td{max-width:17em}tbody th{max-width:11em}
}
@media print{
body{font-size:10.5pt}main,.head,.foot,.caution p{max-width:none;padding-left:0;padding-right:0}
h1{font-size:21pt}h2{font-size:14pt;margin-top:22pt;break-after:avoid}
nav{display:none}figure,tr,.note{break-inside:avoid}thead{display:table-header-group}
.table,.panel{overflow:visible}table{font-size:8.5pt}a{color:inherit;text-decoration:none}
.panel svg{min-width:0!important}svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@page{margin:16mm 14mm}
}
)css";

}  // namespace

std::string chart_stylesheet() {
    return fmt::format(":root{{{}}}{}{{:root{{{}}}}}{}{}{{{}}}", properties(&ColourPair::light),
                       kOnDarkScreens, properties(&ColourPair::dark), chart_rules(), kOnDarkScreens,
                       kOwnDarkColours);
}

std::string standalone_stylesheet() {
    return fmt::format("{}{}{{{}{}}}", with_values(chart_rules(), &ColourPair::light),
                       kOnDarkScreens, with_values(chart_rules(), &ColourPair::dark),
                       kOwnDarkColours);
}

std::string page_stylesheet() {
    return std::string{kPageRules};
}

}  // namespace erbium::report
