// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_site.hpp: one site of a contact map: its name, its states as tags, and an
// arrow for each change of state.
// Reads: ContactSite   Makes: SVG   Used by: contact_map
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erbium/report/contact_map.hpp"
#include "erbium/report/edge_route.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {

/// "made by R1, R2": nothing when there are no rules.
[[nodiscard]] std::string rules_line(std::string_view verb, const RuleNames& rules);

/// "A.x", as hover texts call a site.
[[nodiscard]] std::string name_of(const ContactMap& map, const SiteOfMolecule& site);

/// All about a site: count, states, and what rules do to its states and bonds.
[[nodiscard]] std::string hover_text(const ContactMap& map, const SiteOfMolecule& at);

/// Parts of a site measured from its top left corner [px].
class SiteShape {
public:
    explicit SiteShape(const ContactSite& site);

    [[nodiscard]] double width() const noexcept { return width_; }  ///< at least
    [[nodiscard]] double height() const noexcept { return height_; }

    /// @param words  the hover text
    void draw(Svg& out, Point corner, double width, std::string_view words) const;

private:
    struct Tag {
        double x{}, y{}, width{};
        std::string words{};
    };
    /// From tag to tag: straight, or a bow that stands out by `bow`, down or (in a pile) right.
    struct Arrow {
        Point from{}, to{};
        double bow{};
        bool is_at_from{}, is_at_to{};
        std::string words{};
    };
    void pile_tags();
    void line_up_tags();
    void add_arrows();
    [[nodiscard]] Arrow arrow_between(std::size_t low, std::size_t high) const;
    void draw_arrow(Svg& out, Point corner, const Arrow& arrow) const;

    const ContactSite& site_;
    std::string name_;
    double name_width_{};
    bool is_pile_{};  // tags stand one below the other
    std::vector<Tag> tags_;
    std::vector<Arrow> arrows_;
    double width_{};
    double height_{};
};

}  // namespace erbium::report
