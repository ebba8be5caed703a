// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_site.cpp: the places of tags and arrows within a site, and their drawing.
#include "erbium/report/contact_site.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "erbium/base/check.hpp"

namespace erbium::report {
namespace {

constexpr double kNameSize = 11.5;
constexpr double kTagSize = 10.0;
constexpr double kWidestName = 110.0;
constexpr double kWidestTag = 76.0;
constexpr double kTagHeight = 14.0;
constexpr double kPad = 7.0;           // between the border and what is inside
constexpr double kLine = 20.0;         // height of a site without bows
constexpr double kArrowGap = 19.0;     // between tags with an arrow in it
constexpr double kPlainGap = 4.0;      // between tags without one
constexpr double kBow = 8.0;           // a bow stands out by this more than the bows below it
constexpr double kWidestLine = 210.0;  // of tags; more are piled

/// The change between two states, if a rule makes it.
const ContactChange* change_of(const ContactSite& site, std::size_t from, std::size_t to) {
    const auto found =
        std::find_if(site.changes.begin(), site.changes.end(),
                     [&](const ContactChange& c) { return c.from == from && c.to == to; });
    return found == site.changes.end() ? nullptr : &*found;
}

bool is_changed(const ContactSite& site, std::size_t one, std::size_t other) {
    return change_of(site, one, other) != nullptr || change_of(site, other, one) != nullptr;
}

/// A state with the rules that lead to it and away from it.
std::string state_text(const ContactSite& site, std::size_t state) {
    std::string text = site.states[state];
    for (const ContactChange& c : site.changes) {
        if (c.to == state) {
            text += rules_line("from " + site.states[c.from] + " by", c.rules);
        }
    }
    for (const ContactChange& c : site.changes) {
        if (c.from == state) {
            text += rules_line("to " + site.states[c.to] + " by", c.rules);
        }
    }
    return text;
}

}  // namespace

std::string rules_line(std::string_view verb, const RuleNames& rules) {
    return rules.empty() ? std::string{} : fmt::format("\n{} {}", verb, fmt::join(rules, ", "));
}

std::string name_of(const ContactMap& map, const SiteOfMolecule& site) {
    const ContactMolecule& molecule = map.molecules[site.molecule];
    return molecule.name + "." + molecule.sites[site.site].name;
}

std::string hover_text(const ContactMap& map, const SiteOfMolecule& at) {
    const ContactSite& site = map.molecules[at.molecule].sites[at.site];
    std::string text = name_of(map, at);
    if (site.count > 1) {
        text += fmt::format("\n{} interchangeable sites", site.count);
    }
    if (!site.states.empty()) {
        text += fmt::format("\nstates: {}", fmt::join(site.states, ", "));
    }
    for (const ContactChange& c : site.changes) {
        text += rules_line(site.states[c.from] + " → " + site.states[c.to] + " by", c.rules);
    }
    for (const ContactBond& bond : map.bonds) {
        if (bond.one == at || bond.other == at) {
            const std::string partner = name_of(map, bond.one == at ? bond.other : bond.one);
            text += rules_line("bound to " + partner + " by", bond.made_by) +
                    rules_line("parted from " + partner + " by", bond.broken_by);
        }
    }
    return text;
}

SiteShape::SiteShape(const ContactSite& site) : site_{site} {
    const std::string times = site.count > 1 ? fmt::format(" ×{}", site.count) : std::string{};
    name_ = elided(site.name, kWidestName, kNameSize) + times;
    name_width_ = text_width(name_, kNameSize);
    for (const ContactChange& change : site.changes) {
        ERBIUM_CHECK(change.from < site.states.size() && change.to < site.states.size(),
                     "a change joins states of its site");
    }
    double line = 0.0;
    for (std::size_t i = 0; i < site.states.size(); ++i) {
        Tag tag{.words = elided(site.states[i], kWidestTag, kTagSize)};
        tag.width = std::max(kTagHeight, text_width(tag.words, kTagSize) + 8.0);
        line += tag.width + (i == 0 ? 0.0 : is_changed(site, i - 1, i) ? kArrowGap : kPlainGap);
        tags_.push_back(std::move(tag));
    }
    is_pile_ = line > kWidestLine;
    width_ = kPad + name_width_ + kPad;
    height_ = kLine;
    if (!tags_.empty()) {
        if (is_pile_) {
            pile_tags();
        } else {
            line_up_tags();
        }
        add_arrows();
    }
}

void SiteShape::line_up_tags() {
    double x = kPad + name_width_ + 9.0;
    for (std::size_t i = 0; i < tags_.size(); ++i) {
        tags_[i].x = x;
        tags_[i].y = 0.5 * (kLine - kTagHeight);
        x += tags_[i].width + (is_changed(site_, i, i + 1) ? kArrowGap : kPlainGap);
    }
    width_ = tags_.back().x + tags_.back().width + 4.0;
}

void SiteShape::pile_tags() {
    double widest = 0.0;
    for (const Tag& tag : tags_) {
        widest = std::max(widest, tag.width);
    }
    double y = 0.5 * (kLine - kTagHeight);
    for (Tag& tag : tags_) {
        tag.x = kPad + name_width_ + 9.0;
        tag.y = y;
        tag.width = widest;
        y += kTagHeight + 4.0;
    }
    width_ = tags_.back().x + widest + 4.0;
    height_ = y - 4.0 + 0.5 * (kLine - kTagHeight);
}

void SiteShape::add_arrows() {
    struct Bow {
        std::size_t low, high, level;
    };
    std::vector<Bow> bows;
    const std::size_t count = tags_.size();
    std::size_t levels = 0;
    for (std::size_t span = 1; span < count; ++span) {
        for (std::size_t low = 0; low + span < count; ++low) {
            if (!is_changed(site_, low, low + span)) {
                continue;
            }
            if (span == 1 && !is_pile_) {
                arrows_.push_back(arrow_between(low, low + 1));
                continue;
            }
            Bow bow{low, low + span, 1};
            for (const Bow& other : bows) {  // shorter ones lie inside
                if (other.low < bow.high && bow.low < other.high) {
                    bow.level = std::max(bow.level, other.level + 1);
                }
            }
            bows.push_back(bow);
            levels = std::max(levels, bow.level);
            Arrow arrow = arrow_between(bow.low, bow.high);
            const Tag& a = tags_[bow.low];
            const Tag& b = tags_[bow.high];
            arrow.bow = 4.0 + kBow * static_cast<double>(bow.level);
            if (is_pile_) {
                arrow.from = {a.x + a.width, a.y + 0.5 * kTagHeight + 3.0};
                arrow.to = {b.x + b.width, b.y + 0.5 * kTagHeight - 3.0};
            } else {
                arrow.from = {a.x + 0.5 * a.width + 3.0, a.y + kTagHeight};
                arrow.to = {b.x + 0.5 * b.width - 3.0, b.y + kTagHeight};
            }
            arrows_.push_back(std::move(arrow));
        }
    }
    if (levels > 0) {
        (is_pile_ ? width_ : height_) += 5.0 + kBow * static_cast<double>(levels);
    }
}

SiteShape::Arrow SiteShape::arrow_between(std::size_t low, std::size_t high) const {
    const ContactChange* forward = change_of(site_, low, high);
    const ContactChange* back = change_of(site_, high, low);
    Arrow arrow{.is_at_from = back != nullptr, .is_at_to = forward != nullptr};
    const std::string& one = site_.states[low];
    const std::string& other = site_.states[high];
    if (forward != nullptr) {
        arrow.words = fmt::format("{} → {}", one, other) + rules_line("by", forward->rules);
    }
    if (back != nullptr) {
        arrow.words += fmt::format("{}{} → {}", arrow.words.empty() ? "" : "\n", other, one) +
                       rules_line("by", back->rules);
    }
    const double y = tags_[low].y + 0.5 * kTagHeight;
    arrow.from = {tags_[low].x + tags_[low].width + 1.0, y};
    arrow.to = {tags_[high].x - 1.0, y};
    return arrow;
}

void SiteShape::draw_arrow(Svg& out, Point corner, const Arrow& arrow) const {
    const auto at = [&](Point p) {
        return fmt::format("{} {}", coordinate(corner.x + p.x), coordinate(corner.y + p.y));
    };
    const auto go = [&](Point p, double down, double right) {
        return is_pile_ ? Point{p.x + down, p.y + right} : Point{p.x + right, p.y + down};
    };
    std::string line;
    const auto head = [&](Point tip, double down, double right) {  // points against this direction
        const Point foot = go(tip, 5.0 * down, 5.0 * right);
        return "M" + at(tip) + "L" + at(go(foot, 2.6 * right, 2.6 * down)) + "L" +
               at(go(foot, -2.6 * right, -2.6 * down)) + "z";
    };
    std::string heads;
    if (arrow.bow == 0.0) {
        const double from = arrow.is_at_from ? 4.0 : 0.0;
        const double to = arrow.is_at_to ? -4.0 : 0.0;
        line = "M" + at(go(arrow.from, 0.0, from)) + "L" + at(go(arrow.to, 0.0, to));
        heads = (arrow.is_at_from ? head(arrow.from, 0.0, 1.0) : std::string{}) +
                (arrow.is_at_to ? head(arrow.to, 0.0, -1.0) : std::string{});
    } else {
        const double reach = arrow.bow * 4.0 / 3.0 - 1.0;
        const Point from = go(arrow.from, arrow.is_at_from ? 4.0 : 0.0, 0.0);
        const Point to = go(arrow.to, arrow.is_at_to ? 4.0 : 0.0, 0.0);
        line = "M" + at(from) + "C" + at(go(arrow.from, reach, 0.0)) + " " +
               at(go(arrow.to, reach, 0.0)) + " " + at(to);
        heads = (arrow.is_at_from ? head(arrow.from, 1.0, 0.0) : std::string{}) +
                (arrow.is_at_to ? head(arrow.to, 1.0, 0.0) : std::string{});
    }
    out.open("g", {{"class", "change"}});
    out.tooltip(arrow.words);
    // a wide invisible line is easy to point at
    out.element(
        "path",
        {{"d", line}, {"class", "s1 none"}, {"stroke-width", 9.0}, {"stroke-opacity", 0.0}});
    out.element("path", {{"d", line}, {"class", "s1 none"}, {"stroke-width", 1.3}});
    out.element("path", {{"d", heads}, {"class", "f1"}});
    out.close();
}

void SiteShape::draw(Svg& out, Point corner, double width, std::string_view words) const {
    out.open("g", {{"class", "site"}});
    out.tooltip(words);
    out.element("rect", {{"x", corner.x},
                         {"y", corner.y},
                         {"width", width},
                         {"height", height_},
                         {"rx", 4.0},
                         {"class", "hollow rule"},
                         {"stroke-width", 1.0}});
    const bool is_bare = tags_.empty();
    out.text(is_bare ? corner.x + 0.5 * width : corner.x + kPad, corner.y + 0.5 * kLine + 4.0,
             name_, {.size_px = kNameSize, .anchor = is_bare ? Anchor::middle : Anchor::start});
    // tags stand at the right end, where the box is wider than this site needs
    const Point shifted{corner.x + width - width_, corner.y};
    for (std::size_t i = 0; i < tags_.size(); ++i) {
        const Tag& tag = tags_[i];
        const double x = shifted.x + tag.x;
        out.element("rect",
                    {{"x", x},
                     {"y", corner.y + tag.y},
                     {"width", tag.width},
                     {"height", kTagHeight},
                     {"rx", 0.5 * kTagHeight},
                     {"class", "d"},
                     {"fill", hex(theme().grid.light)},
                     {"style", dark_style(theme().grid)}},
                    state_text(site_, i));
        out.text(x + 0.5 * tag.width, corner.y + tag.y + 0.5 * kTagHeight + 3.5, tag.words,
                 {.size_px = kTagSize, .anchor = Anchor::middle});
    }
    for (const Arrow& arrow : arrows_) {
        draw_arrow(out, shifted, arrow);
    }
    out.close();
}

}  // namespace erbium::report
