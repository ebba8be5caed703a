// SPDX-License-Identifier: Apache-2.0
// tests/report/contact_map_test.cpp: places of boxes, ways of bonds, and what is said of rules.
#include "erbium/report/contact_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>

#include "erbium/report/contact_layout.hpp"
#include "xml_reader.hpp"

namespace erbium::report {
namespace {

/// A number below `bound`; the same on every machine, unlike std::uniform_int_distribution.
std::size_t draw(std::mt19937& random, std::size_t bound) {
    return static_cast<std::size_t>(random()) % bound;
}

/// Molecules with 0 to 5 sites, some with states and changes, and bonds between random sites.
ContactMap random_map(std::uint32_t seed, std::size_t molecules, std::size_t bonds) {
    std::mt19937 random{seed};
    ContactMap map{.id = "m", .title = "random"};
    std::vector<SiteOfMolecule> sites;
    for (std::size_t m = 0; m < molecules; ++m) {
        ContactMolecule molecule{.name = "Molecule" + std::string(draw(random, 12), 'x')};
        if (draw(random, 3) == 0) {
            molecule.made_by = {"make"};
        }
        if (draw(random, 3) == 0) {
            molecule.lost_by = {"lose"};
            molecule.moved_by = {"move"};
        }
        for (std::size_t s = draw(random, 6); s > 0; --s) {
            ContactSite site{.name = "s" + std::to_string(s), .count = 1 + draw(random, 3)};
            const std::size_t states = draw(random, 3) == 0 ? draw(random, 9) : 0;
            for (std::size_t i = 0; i < states; ++i) {
                site.states.push_back("P" + std::to_string(i * i * i));
                if (i > 0) {
                    site.changes.push_back({i - 1 - draw(random, i), i, {"up"}});
                    site.changes.push_back({i, i - 1, {"down"}});
                }
            }
            sites.push_back({m, molecule.sites.size()});
            molecule.sites.push_back(std::move(site));
        }
        map.molecules.push_back(std::move(molecule));
    }
    std::vector<std::pair<SiteOfMolecule, SiteOfMolecule>> used;
    for (std::size_t b = 0; b < bonds && !sites.empty(); ++b) {
        SiteOfMolecule one = sites[draw(random, sites.size())];
        SiteOfMolecule other = sites[draw(random, sites.size())];
        if (other < one) {
            std::swap(one, other);
        }
        if (std::find(used.begin(), used.end(), std::pair{one, other}) != used.end()) {
            continue;
        }
        used.emplace_back(one, other);
        ContactBond bond{.one = one, .other = other, .is_in_seed = true};
        if (draw(random, 2) == 0) {
            bond.made_by = {"bind" + std::to_string(b)};
        }
        if (draw(random, 2) == 0) {
            bond.broken_by = {"part" + std::to_string(b)};
        }
        map.bonds.push_back(std::move(bond));
    }
    return map;
}

struct Size {
    std::size_t molecules, bonds;
};
constexpr std::array kSizes{Size{1, 1},  Size{2, 3},   Size{4, 9},   Size{7, 0},
                            Size{9, 10}, Size{15, 24}, Size{26, 12}, Size{40, 60}};

std::vector<XmlElement> boxes_of(const XmlText& xml) {
    std::vector<XmlElement> boxes;
    for (const XmlElement& rect : xml.all("rect")) {
        if (rect.has_class("box")) {
            boxes.push_back(rect);
        }
    }
    return boxes;
}

TEST(ContactMap, BoxesNeverOverlapAndTextStaysInsideTheFrameForRandomMaps) {
    std::uint32_t seed = 0;
    for (const Size& size : kSizes) {
        for (int i = 0; i < 4; ++i) {
            const XmlText xml = read_xml(svg(random_map(++seed, size.molecules, size.bonds)));
            ASSERT_EQ(xml.error, "") << seed;
            const std::vector<XmlElement> boxes = boxes_of(xml);
            ASSERT_EQ(boxes.size(), size.molecules);
            for (std::size_t a = 0; a < boxes.size(); ++a) {
                const double ax = boxes[a].number("x");
                const double ay = boxes[a].number("y");
                EXPECT_GE(ax, 0.0);
                EXPECT_LE(ax + boxes[a].number("width"), xml.elements[0].number("width"));
                EXPECT_LE(ay + boxes[a].number("height"), xml.elements[0].number("height"));
                for (std::size_t b = a + 1; b < boxes.size(); ++b) {
                    const double bx = boxes[b].number("x");
                    const double by = boxes[b].number("y");
                    const bool is_apart = ax + boxes[a].number("width") + 10.0 < bx ||
                                          bx + boxes[b].number("width") + 10.0 < ax ||
                                          ay + boxes[a].number("height") + 10.0 < by ||
                                          by + boxes[b].number("height") + 10.0 < ay;
                    EXPECT_TRUE(is_apart) << "seed " << seed << ", boxes " << a << " and " << b;
                }
            }
            EXPECT_EQ(text_outside_frame(xml), "") << seed;
            EXPECT_EQ(overlapping_texts(xml), "") << seed;
        }
    }
}

Point on_curve(Point a, const std::array<Point, 3>& c, double t) {
    const double s = 1.0 - t;
    const auto mix = [&](double p, double q, double r, double e) {
        return s * s * s * p + 3.0 * s * s * t * q + 3.0 * s * t * t * r + t * t * t * e;
    };
    return {mix(a.x, c[0].x, c[1].x, c[2].x), mix(a.y, c[0].y, c[1].y, c[2].y)};
}

/// How far inside a box a point is; negative outside.
double depth(Point p, const PlacedBox& box) {
    return std::min({p.x - box.x, box.x + box.width - p.x, p.y - box.y, box.y + box.height - p.y});
}

TEST(ContactLayout, WiresEndAtTheirRowsAndKeepOutOfBoxes) {
    for (std::uint32_t seed = 1; seed <= 12; ++seed) {
        std::mt19937 random{seed};
        std::vector<ContactBox> boxes;
        for (std::size_t i = 0; i < 3 + seed; ++i) {
            boxes.push_back({60.0 + 10.0 * static_cast<double>(draw(random, 9)), 26.0,
                             std::vector<double>(1 + draw(random, 4), 20.0), 7.0});
        }
        const auto end = [&] {
            const std::size_t box = draw(random, boxes.size());
            return ContactEnd{box, draw(random, boxes[box].rows.size())};
        };
        std::vector<ContactLink> links;
        for (std::size_t i = 0; i < 2 * seed; ++i) {
            const ContactEnd from = end();
            links.push_back({from, end()});
        }
        const ContactLayout layout = layout_of(boxes, links, 1000.0, 20.0);
        ASSERT_EQ(layout.wires.size(), links.size());
        for (std::size_t i = 0; i < links.size(); ++i) {
            const Wire& wire = layout.wires[i];
            const auto is_at = [&](Point p, const ContactEnd& e) {
                const PlacedBox& box = layout.boxes[e.box];
                const double middle = box.row_y[e.row] + 0.5 * boxes[e.box].rows[e.row];
                return std::abs(p.y - middle) < 0.5 * boxes[e.box].rows[e.row] - 3.0 &&
                       (std::abs(p.x - box.x - kRowInset) < 1e-6 ||
                        std::abs(box.x + box.width - p.x - kRowInset) < 1e-6);
            };
            const Point last = wire.curves.back()[2];
            EXPECT_TRUE((is_at(wire.from, links[i].from) && is_at(last, links[i].to)) ||
                        (is_at(wire.from, links[i].to) && is_at(last, links[i].from)));
            Point from = wire.from;
            for (const std::array<Point, 3>& curve : wire.curves) {
                for (int k = 0; k <= 40; ++k) {
                    const Point p = on_curve(from, curve, k / 40.0);
                    for (const PlacedBox& box : layout.boxes) {
                        EXPECT_LT(depth(p, box), kRowInset + 1e-6) << "seed " << seed;
                    }
                    EXPECT_TRUE(p.x >= 0.0 && p.y >= 0.0 && p.x <= layout.width &&
                                p.y <= layout.height);
                }
                from = curve[2];
            }
        }
    }
}

TEST(ContactLayout, APathOfBoxesIsDrawnWithoutCrossings) {
    std::vector<ContactBox> boxes(6, ContactBox{80.0, 26.0, {20.0, 20.0}, 7.0});
    std::vector<ContactLink> links;
    for (std::size_t i = 0; i + 1 < boxes.size(); ++i) {
        links.push_back({{i, 1}, {i + 1, 0}});
    }
    const ContactLayout layout = layout_of(boxes, links, 1000.0, 20.0);
    const auto points_of = [](const Wire& wire) {
        std::vector<Point> points{wire.from};
        for (const std::array<Point, 3>& curve : wire.curves) {
            const Point from = points.back();
            for (int k = 1; k <= 20; ++k) {
                points.push_back(on_curve(from, curve, k / 20.0));
            }
        }
        return points;
    };
    const auto side = [](Point p, Point q, Point r) {
        return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    };
    for (std::size_t i = 0; i < links.size(); ++i) {
        for (std::size_t k = i + 1; k < links.size(); ++k) {
            const std::vector<Point> a = points_of(layout.wires[i]);
            const std::vector<Point> b = points_of(layout.wires[k]);
            for (std::size_t m = 0; m + 1 < a.size(); ++m) {
                for (std::size_t n = 0; n + 1 < b.size(); ++n) {
                    EXPECT_FALSE(side(a[m], a[m + 1], b[n]) * side(a[m], a[m + 1], b[n + 1]) <
                                     0.0 &&
                                 side(b[n], b[n + 1], a[m]) * side(b[n], b[n + 1], a[m + 1]) < 0.0);
                }
            }
        }
    }
}

TEST(ContactLayout, WiresThatShareARowHaveEndsOfTheirOwn) {
    const std::vector<ContactBox> boxes(5, ContactBox{80.0, 26.0, {20.0}, 7.0});
    const std::vector<ContactLink> links{
        {{0, 0}, {1, 0}}, {{0, 0}, {2, 0}}, {{0, 0}, {3, 0}}, {{0, 0}, {4, 0}}, {{0, 0}, {0, 0}}};
    const ContactLayout layout = layout_of(boxes, links, 1000.0, 20.0);
    std::vector<Point> ends;
    for (const Wire& wire : layout.wires) {
        for (const Point p : {wire.from, wire.curves.back()[2]}) {
            if (depth(p, layout.boxes[0]) > 0.0 &&
                (ends.empty() || p.x != ends.back().x || p.y != ends.back().y)) {
                ends.push_back(p);
            }
        }
    }
    ASSERT_EQ(ends.size(), links.size());
    for (std::size_t a = 0; a < ends.size(); ++a) {
        for (std::size_t b = a + 1; b < ends.size(); ++b) {
            EXPECT_GT(std::hypot(ends[a].x - ends[b].x, ends[a].y - ends[b].y), 3.0);
        }
    }
}

TEST(ContactMap, EachBondIsDrawnOnceAndNamesItsRules) {
    ContactMap map = random_map(5, 12, 18);
    for (ContactMolecule& molecule : map.molecules) {
        molecule.made_by.clear();
    }
    const XmlText xml = read_xml(svg(map));
    std::size_t bonds = 0;
    bool is_in_key = false;
    std::size_t key_depth = 0;
    for (const XmlElement& g : xml.all("g")) {
        if (is_in_key && g.depth <= key_depth) {
            is_in_key = false;
        }
        if (g.has_class("key")) {
            is_in_key = true;
            key_depth = g.depth;
        }
        bonds += g.has_class("bond") && !is_in_key ? 1U : 0U;
    }
    EXPECT_EQ(bonds, map.bonds.size());
    const auto name = [&](const SiteOfMolecule& at) {
        return map.molecules[at.molecule].name + "." +
               map.molecules[at.molecule].sites[at.site].name;
    };
    for (const ContactBond& bond : map.bonds) {
        std::string words = name(bond.one) + " – " + name(bond.other);
        words += bond.made_by.empty() ? "" : "\nmade by " + bond.made_by[0];
        words += bond.broken_by.empty() ? "" : "\nbroken by " + bond.broken_by[0];
        EXPECT_TRUE(xml.has_text(words + "\nin a seed species")) << words;
    }
}

TEST(ContactMap, AChangeInBothDirectionsIsOneArrowWithTheRulesOfEach) {
    const ContactMap map{
        .id = "m",
        .molecules = {
            {.name = "A",
             .sites = {{.name = "y",
                        .states = {"U", "P"},
                        .changes = {{0, 1, {"kinase", "other"}}, {1, 0, {"phosphatase"}}}}}}}};
    const XmlText xml = read_xml(svg(map));
    EXPECT_TRUE(xml.has_text("U → P\nby kinase, other\nP → U\nby phosphatase"));
    EXPECT_TRUE(xml.has_text("P\nfrom U by kinase, other\nto U by phosphatase"));
    EXPECT_TRUE(xml.has_text("A.y\nstates: U, P\nU → P by kinase, other\nP → U by phosphatase"));
    std::size_t changes = 0;
    for (const XmlElement& g : xml.all("g")) {
        changes += g.has_class("change") ? 1U : 0U;
    }
    EXPECT_EQ(changes, 1U);
}

TEST(ContactMap, SaysWhoMakesLosesAndMovesAMolecule) {
    const ContactMap map{
        .id = "m",
        .molecules = {
            {.name = "A", .made_by = {"R1"}, .lost_by = {"R2", "R3"}, .moved_by = {"R4"}}}};
    const XmlText xml = read_xml(svg(map));
    EXPECT_TRUE(xml.has_text("A\nmade by R1\nlost by R2, R3\nmoved by R4"));
    EXPECT_TRUE(xml.has_text("made by rules"));
    EXPECT_TRUE(xml.has_text("lost by rules"));
    EXPECT_TRUE(xml.has_text("moved between compartments"));
}

TEST(ContactMap, InterchangeableSitesAreDrawnOnceWithTheirCount) {
    const ContactMap map{.id = "m",
                         .molecules = {{.name = "Lig", .sites = {{.name = "l", .count = 3}}}}};
    const XmlText xml = read_xml(svg(map));
    EXPECT_TRUE(xml.has_text("l ×3"));
    EXPECT_TRUE(xml.has_text("interchangeable sites"));
}

TEST(ContactMap, TheKeyNamesOnlyWhatOccurs) {
    ContactMap map{.id = "m", .molecules = {{.name = "A", .sites = {{.name = "b"}}}}};
    EXPECT_FALSE(read_xml(svg(map)).has_text("made by rules"));
    map.bonds.push_back({.one = {0, 0}, .other = {0, 0}, .made_by = {"R"}});
    const XmlText xml = read_xml(svg(map));
    EXPECT_TRUE(xml.has_text("bond that rules only make"));
    EXPECT_FALSE(xml.has_text("bond that rules make and break"));
}

TEST(ContactMap, AnEmptyModelIsAFrameWithItsCounts) {
    const XmlText xml = read_xml(svg(ContactMap{.id = "m", .title = "empty"}));
    ASSERT_EQ(xml.error, "");
    EXPECT_TRUE(xml.has_text("0 molecule types, 0 bonds"));
    EXPECT_EQ(text_outside_frame(xml), "");
}

TEST(ContactMap, IsTheSameEveryTime) {
    EXPECT_EQ(svg(random_map(3, 20, 30)), svg(random_map(3, 20, 30)));
}

TEST(ContactMap, StaysWellFormedWithHostileNames) {
    const std::string hostile = "</title><script>\"&'\x01\xff";
    const RuleNames rules{hostile};
    const ContactMap map{
        .id = hostile,
        .title = hostile,
        .molecules = {{.name = hostile,
                       .sites = {{.name = hostile,
                                  .states = {hostile, hostile + hostile, ""},
                                  .changes = {{0, 2, rules}, {1, 0, rules}}}},
                       .made_by = rules,
                       .lost_by = rules,
                       .moved_by = rules},
                      {.name = std::string(400, 'W')},
                      {.name = ""}},
        .bonds = {{.one = {0, 0}, .other = {0, 0}, .made_by = rules, .broken_by = rules}}};
    for (const std::string& text : {svg(map), standalone(svg(map))}) {
        const XmlText xml = read_xml(text);
        ASSERT_EQ(xml.error, "");
        EXPECT_TRUE(xml.all("script").empty());
        EXPECT_EQ(text_outside_frame(xml), "");
    }
}

TEST(ContactMapDeathTest, RefusesBondsToNowhere) {
    const ContactMap map{.id = "m",
                         .molecules = {{.name = "A", .sites = {{.name = "b"}}}},
                         .bonds = {{.one = {0, 0}, .other = {0, 1}}}};
    EXPECT_DEATH((void)svg(map), "joins sites of the map");
}

}  // namespace
}  // namespace erbium::report
