// SPDX-License-Identifier: Apache-2.0
// erbium/report/contact_map.hpp: what the rules of a model do to its molecules, sites and bonds,
// as one drawing.
// Reads: ContactMap   Makes: SVG text   Used by: apps (net --map)
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

namespace erbium::report {

/// Names of the rules that have an effect, in the order of the model.
using RuleNames = std::vector<std::string>;

struct ContactChange {
    std::size_t from{};  ///< into ContactSite::states
    std::size_t to{};
    RuleNames rules{};
};

struct ContactSite {
    std::string name{};
    std::size_t count{1};  ///< how many interchangeable sites of this name the molecule has
    std::vector<std::string> states{};
    std::vector<ContactChange> changes{};  ///< each pair of states once
};

struct ContactMolecule {
    std::string name{};
    std::vector<ContactSite> sites{};
    RuleNames made_by{};   ///< rules in which it appears
    RuleNames lost_by{};   ///< rules in which it vanishes
    RuleNames moved_by{};  ///< rules that take it to another compartment
};

struct SiteOfMolecule {
    std::size_t molecule{};
    std::size_t site{};
    auto operator<=>(const SiteOfMolecule&) const = default;
};

struct ContactBond {
    SiteOfMolecule one{};
    SiteOfMolecule other{};  ///< may be the same site: two molecules of one type
    RuleNames made_by{};
    RuleNames broken_by{};
    bool is_in_seed{};  ///< some seed species has it
};

struct ContactMap {
    std::string id{};     ///< unique in the page
    std::string title{};  ///< above the map, bold
    std::vector<ContactMolecule> molecules{};
    std::vector<ContactBond> bonds{};  ///< each pair of sites once
};

/// The map as SVG. A box is a molecule type, a box in it a site, a tag a state; arrows between tags
/// and lines between sites are what rules change, their hover texts name the rules. A key to what
/// occurs stands below. Groups that bonds join come first, about `width_px` wide or wider when the
/// boxes need it. Letters are 10 px or larger. Deterministic.
/// Precondition (checked): bonds and changes name sites and states that exist.
[[nodiscard]] std::string svg(const ContactMap& map, double width_px = 1000.0);

}  // namespace erbium::report
