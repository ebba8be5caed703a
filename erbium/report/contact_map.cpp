// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_map.cpp: boxes, bonds, heading and key of a contact map.
#include "erbium/report/contact_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/report/contact_layout.hpp"
#include "erbium/report/contact_site.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {
namespace {

constexpr double kNameSize = 13.0;
constexpr double kWidestName = 180.0;
constexpr double kHead = 27.0;
constexpr double kSignWidth = 22.0;  // of the signs for made, lost and moved
constexpr double kKeySize = 11.5;
constexpr double kMargin = 8.0;

/// What rules do to a bond; each has its own line.
enum class BondFate : std::uint8_t { both, made, broken, neither };

BondFate fate_of(const ContactBond& bond) {
    return bond.made_by.empty() ? (bond.broken_by.empty() ? BondFate::neither : BondFate::broken)
                                : (bond.broken_by.empty() ? BondFate::made : BondFate::both);
}

struct LineStyle {
    std::string_view stroke;
    std::string_view fill;
    std::string_view dashes;
};

LineStyle style_of(BondFate fate) {
    switch (fate) {
        case BondFate::both:
            return {"s0 none", "f0", "none"};
        case BondFate::made:
            return {"s2 none", "f2", "none"};
        case BondFate::broken:
            return {"s3 none", "f3", "none"};
        case BondFate::neither:
            return {"muted-line", "muted", "4 3"};
    }
    return {};
}

std::string path_of(const Wire& wire) {
    const auto at = [](Point p) { return coordinate(p.x) + " " + coordinate(p.y); };
    std::string path = "M" + at(wire.from);
    for (const std::array<Point, 3>& curve : wire.curves) {
        path += "C" + at(curve[0]) + " " + at(curve[1]) + " " + at(curve[2]);
    }
    return path;
}

void draw_line(Svg& out, const Wire& wire, BondFate fate, std::string_view words) {
    const LineStyle style = style_of(fate);
    const std::string path = path_of(wire);
    const Point end = wire.curves.back()[2];
    out.open("g", {{"class", "bond"}});
    out.tooltip(words);
    // a wide invisible line is easy to point at
    out.element(
        "path",
        {{"d", path}, {"class", style.stroke}, {"stroke-width", 10.0}, {"stroke-opacity", 0.0}});
    out.element("path", {{"d", path},
                         {"class", style.stroke},
                         {"stroke-width", 1.8},
                         {"stroke-dasharray", style.dashes}});
    for (const Point p : {wire.from, end}) {
        out.element("circle", {{"cx", p.x}, {"cy", p.y}, {"r", 2.7}, {"class", style.fill}});
    }
    out.close();
}

enum class Sign : std::uint8_t { made, lost, moved };

/// ∅→, →∅ or an arrow through a wall, `kSignWidth` wide, drawn because few fonts have the letters.
void draw_sign(Svg& out, double x, double y, Sign sign, std::string_view words) {
    const auto c = [](double v) { return coordinate(v); };
    const bool is_made = sign == Sign::made;
    out.open("g", {{"class", is_made              ? "s2 none"
                             : sign == Sign::lost ? "s3 none"
                                                  : "muted-line"},
                   {"stroke-width", 1.4}});
    out.tooltip(words);
    out.element("rect", {{"x", x},
                         {"y", y - 8.0},
                         {"width", kSignWidth},
                         {"height", 16.0},
                         {"class", "none"},
                         {"stroke-opacity", 0.0},
                         {"pointer-events", "all"}});
    const auto arrow = [&](double from, double to) {
        return fmt::format("M{} {}H{}m-3.5 -3.2l3.5 3.2l-3.5 3.2", c(from), c(y), c(to));
    };
    if (sign == Sign::moved) {
        out.element("path", {{"d", arrow(x + 2.0, x + 20.0) +
                                       fmt::format("M{} {}v12", c(x + 10.0), c(y - 6.0))}});
    } else {
        const double centre = is_made ? x + 6.0 : x + 16.0;
        out.element("circle", {{"cx", centre}, {"cy", y}, {"r", 4.0}});
        out.element("path",
                    {{"d", fmt::format("M{} {}l10.4 -10.4", c(centre - 5.2), c(y + 5.2)) +
                               (is_made ? arrow(x + 12.5, x + 21.0) : arrow(x + 1.0, x + 9.5))}});
    }
    out.close();
}

class Drawing {
public:
    Drawing(const ContactMap& map, double width_px) : map_{map} {
        std::vector<ContactBox> boxes;
        for (const ContactMolecule& molecule : map.molecules) {
            boxes.push_back(box_of(molecule));
        }
        std::vector<ContactLink> links;
        for (const ContactBond& bond : map.bonds) {
            links.push_back(
                {{bond.one.molecule, bond.one.site}, {bond.other.molecule, bond.other.site}});
        }
        layout_ = layout_of(boxes, links, width_px, 28.0);
        move_down(map.title.empty() ? 24.0 : 46.0);
        const bool has_bonds = !map.bonds.empty();
        has_grid_ = has_bonds && layout_.grid_y < layout_.height - 0.5;
        width_ = std::max({layout_.width, 520.0,
                           text_width(elided(map.title, 800.0, 13.5, true), 13.5, true) + 16.0});
        place_key();
    }

    std::string svg() {
        const std::string counts =
            fmt::format("{} molecule {}, {} {}", map_.molecules.size(),
                        map_.molecules.size() == 1 ? "type" : "types", map_.bonds.size(),
                        map_.bonds.size() == 1 ? "bond" : "bonds");
        Svg out{width_, height_, map_.id, map_.title.empty() ? "Contact map" : map_.title,
                "Contact map: " + counts + "."};
        out.element("rect", {{"width", width_}, {"height", height_}, {"class", "paper-fill"}});
        double y = 18.0;
        if (!map_.title.empty()) {
            out.text(kMargin, y, elided(map_.title, 800.0, 13.5, true),
                     {.size_px = 13.5, .is_bold = true});
            y += 19.0;
        }
        out.text(kMargin, y, counts, {.size_px = 11.5, .css = "muted"});
        if (has_grid_) {
            out.text(kMargin, layout_.grid_y + 18.0, "Without bonds",
                     {.size_px = 11.5, .css = "muted"});
        }
        for (std::size_t i = 0; i < map_.molecules.size(); ++i) {
            draw_box(out, i);
        }
        for (std::size_t i = 0; i < map_.bonds.size(); ++i) {
            const ContactBond& bond = map_.bonds[i];
            draw_line(out, layout_.wires[i], fate_of(bond),
                      fmt::format("{} – {}", name_of(map_, bond.one), name_of(map_, bond.other)) +
                          rules_line("made by", bond.made_by) +
                          rules_line("broken by", bond.broken_by) +
                          (bond.is_in_seed ? "\nin a seed species" : ""));
        }
        draw_key(out);
        return std::move(out).finish();
    }

private:
    struct KeyEntry {
        double x{}, y{};
        std::string words{};
        int sign{};  ///< a BondFate; 10 a change; 20 and above a Sign
    };

    ContactBox box_of(const ContactMolecule& molecule) {
        const auto sign = [](const RuleNames& rules) {
            return rules.empty() ? 0.0 : kSignWidth + 2.0;
        };
        // the name stands in the middle
        const double beside = 9.0 + std::max(sign(molecule.made_by),
                                             sign(molecule.lost_by) + sign(molecule.moved_by));
        const std::string name = elided(molecule.name, kWidestName, kNameSize, true);
        ContactBox box{.width = text_width(name, kNameSize, true) + 2.0 * beside,
                       .head = kHead,
                       .foot = molecule.sites.empty() ? 0.0 : kRowInset};
        box.width = std::max(box.width, 56.0);
        std::vector<SiteShape>& shapes = shapes_.emplace_back();
        for (const ContactSite& site : molecule.sites) {
            shapes.emplace_back(site);
            box.rows.push_back(shapes.back().height());
            box.width = std::max(box.width, shapes.back().width() + 2.0 * kRowInset);
        }
        return box;
    }

    void move_down(double by) {
        for (PlacedBox& box : layout_.boxes) {
            box.y += by;
            for (double& y : box.row_y) {
                y += by;
            }
        }
        for (Wire& wire : layout_.wires) {
            wire.from.y += by;
            for (std::array<Point, 3>& curve : wire.curves) {
                for (Point& p : curve) {
                    p.y += by;
                }
            }
        }
        layout_.grid_y += by;
        layout_.height += by;
    }

    void draw_box(Svg& out, std::size_t i) const {
        const ContactMolecule& molecule = map_.molecules[i];
        const PlacedBox& box = layout_.boxes[i];
        out.open("g", {{"class", "molecule"}});
        out.tooltip(molecule.name + rules_line("made by", molecule.made_by) +
                    rules_line("lost by", molecule.lost_by) +
                    rules_line("moved by", molecule.moved_by));
        out.open("g", {{"class", "rule"}, {"stroke-width", 1.2}});
        out.element("rect", {{"x", box.x},
                             {"y", box.y},
                             {"width", box.width},
                             {"height", box.height},
                             {"rx", 9.0},
                             {"class", "raised box"}});
        out.close();
        const double y = box.y + 0.5 * kHead;
        out.text(box.x + 0.5 * box.width, y + 4.5,
                 elided(molecule.name, kWidestName, kNameSize, true),
                 {.size_px = kNameSize, .anchor = Anchor::middle, .is_bold = true});
        if (!molecule.made_by.empty()) {
            draw_sign(out, box.x + 6.0, y, Sign::made,
                      molecule.name + rules_line("made by", molecule.made_by));
        }
        double right = box.x + box.width - 6.0;
        if (!molecule.lost_by.empty()) {
            right -= kSignWidth;
            draw_sign(out, right, y, Sign::lost,
                      molecule.name + rules_line("lost by", molecule.lost_by));
        }
        if (!molecule.moved_by.empty()) {
            right -= kSignWidth + 2.0;
            draw_sign(out, right, y, Sign::moved,
                      molecule.name + rules_line("moved by", molecule.moved_by));
        }
        for (std::size_t s = 0; s < molecule.sites.size(); ++s) {
            shapes_[i][s].draw(out, {box.x + kRowInset, box.row_y[s]}, box.width - 2.0 * kRowInset,
                               hover_text(map_, {i, s}));
        }
        out.close();
    }

    /// Entries for what occurs, in lines below the map; sets the height of the whole.
    void place_key() {
        std::set<BondFate> fates;
        for (const ContactBond& bond : map_.bonds) {
            fates.insert(fate_of(bond));
        }
        constexpr std::array<std::string_view, 4> kFates{
            "bond that rules make and break", "bond that rules only make",
            "bond that rules only break", "bond of seed species only"};
        const auto any_molecule = [&](const auto& test) {
            return std::any_of(map_.molecules.begin(), map_.molecules.end(), test);
        };
        const auto any_site = [&](const auto& test) {
            return any_molecule([&](const ContactMolecule& m) {
                return std::any_of(m.sites.begin(), m.sites.end(), test);
            });
        };
        for (const BondFate fate : fates) {
            add_key(static_cast<int>(fate), std::string{kFates[static_cast<std::size_t>(fate)]});
        }
        if (any_site([](const ContactSite& s) { return !s.changes.empty(); })) {
            add_key(10, "state that rules change");
        }
        if (any_molecule([](const ContactMolecule& m) { return !m.made_by.empty(); })) {
            add_key(20, "made by rules");
        }
        if (any_molecule([](const ContactMolecule& m) { return !m.lost_by.empty(); })) {
            add_key(21, "lost by rules");
        }
        if (any_molecule([](const ContactMolecule& m) { return !m.moved_by.empty(); })) {
            add_key(22, "moved between compartments");
        }
        if (any_site([](const ContactSite& s) { return s.count > 1; })) {
            add_key(30, "interchangeable sites");
        }
        height_ = layout_.height + 4.0;
        if (!key_.empty()) {
            height_ = key_.back().y + 16.0;
        }
    }

    static double sign_width(int sign) {
        return sign < 10 ? 34.0 : sign == 10 ? kChangeWidth : sign == 30 ? 16.0 : kSignWidth;
    }

    void add_key(int sign, std::string words) {
        const double width = sign_width(sign) + 7.0 + text_width(words, kKeySize);
        double x = kMargin;
        double y = layout_.height + 22.0;
        if (!key_.empty()) {
            const KeyEntry& last = key_.back();
            x = last.x + sign_width(last.sign) + 7.0 + text_width(last.words, kKeySize) + 24.0;
            y = last.y;
            if (x + width > width_ - kMargin) {
                x = kMargin;
                y += 24.0;
            }
        }
        key_.push_back({x, y, std::move(words), sign});
    }

    void draw_key(Svg& out) const {
        for (const KeyEntry& entry : key_) {
            const double end = entry.x + sign_width(entry.sign);
            if (entry.sign < 10) {
                const Point from{entry.x + 3.0, entry.y};
                const Point to{end - 3.0, entry.y};
                out.open("g", {{"class", "key"}});
                draw_line(out, {from, {{from, to, to}}}, static_cast<BondFate>(entry.sign),
                          entry.words);
                out.close();
            } else if (entry.sign == 10) {
                draw_change_key(out, entry);
            } else if (entry.sign == 30) {
                out.text(entry.x, entry.y + 4.0, "×2", {.size_px = kKeySize});
            } else {
                draw_sign(out, entry.x, entry.y, static_cast<Sign>(entry.sign - 20), entry.words);
            }
            out.text(end + 7.0, entry.y + 4.0, entry.words, {.size_px = kKeySize});
        }
    }

    void draw_change_key(Svg& out, const KeyEntry& entry) const {
        for (const double x : {entry.x, entry.x + kChangeWidth - 14.0}) {
            out.element("rect", {{"x", x},
                                 {"y", entry.y - 7.0},
                                 {"width", 14.0},
                                 {"height", 14.0},
                                 {"rx", 7.0},
                                 {"class", "d"},
                                 {"fill", hex(theme().grid.light)},
                                 {"style", dark_style(theme().grid)}});
        }
        const double from = entry.x + 15.0;
        const double to = entry.x + kChangeWidth - 15.0;
        out.element("path", {{"d", fmt::format("M{} {}H{}", coordinate(from), coordinate(entry.y),
                                               coordinate(to - 4.0))},
                             {"class", "s1 none"},
                             {"stroke-width", 1.3}});
        out.element("path",
                    {{"d", fmt::format("M{} {}l-5 2.6v-5.2z", coordinate(to), coordinate(entry.y))},
                     {"class", "f1"}});
    }

    static constexpr double kChangeWidth = 47.0;

    const ContactMap& map_;
    std::vector<std::vector<SiteShape>> shapes_;  // of each molecule
    ContactLayout layout_;
    std::vector<KeyEntry> key_;
    double width_{};
    double height_{};
    bool has_grid_{};
};

}  // namespace

std::string svg(const ContactMap& map, double width_px) {
    for (const ContactBond& bond : map.bonds) {
        for (const SiteOfMolecule& end : {bond.one, bond.other}) {
            ERBIUM_CHECK(end.molecule < map.molecules.size() &&
                             end.site < map.molecules[end.molecule].sites.size(),
                         "a bond joins sites of the map");
        }
    }
    return Drawing{map, width_px}.svg();
}

}  // namespace erbium::report
