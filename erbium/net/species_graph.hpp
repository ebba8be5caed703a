// SPDX-License-Identifier: Apache-2.0
// erbium/net/species_graph.hpp: molecules, their sites and the bonds between them, as flat arrays.
// Used by: the canonical form, matching, application of rules
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "erbium/base/check.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// Entry of a site with more than one bond; the partners stand in a list beside the sites.
inline constexpr std::uint16_t kSeveral = 0xFFFE;

/// The most sites that one graph can hold: sites are numbered with 16 bits.
inline constexpr std::size_t kMaxSites = 0xFFF0;

struct Molecule {
    std::uint16_t type{};
    std::uint16_t compartment{kNone};
    std::uint16_t first_site{};
};

/// One bond of a site with several.
struct ExtraBond {
    std::uint16_t site{};
    std::uint16_t partner{};
    auto operator<=>(const ExtraBond&) const = default;
};

/// A species as the species table stores it: 16-bit words
///
///   molecules, sites, extra bonds     one word each: how many
///   type, compartment, first site     three words per molecule
///   state                             one word per site
///   partner                           one word per site: another site, kNone or kSeveral
///   site, partner                     two words per extra bond, by site
///
/// Equal words mean the same species when both are in canonical form.
class SpeciesView {
public:
    SpeciesView() = default;
    explicit SpeciesView(const std::uint16_t* words) : words_{words} {}

    [[nodiscard]] std::uint16_t molecule_count() const noexcept { return words_[0]; }
    [[nodiscard]] std::uint16_t site_count() const noexcept { return words_[1]; }
    [[nodiscard]] std::uint16_t extra_count() const noexcept { return words_[2]; }
    [[nodiscard]] Molecule molecule(std::size_t m) const noexcept {
        const std::uint16_t* at = words_ + 3 + 3 * m;
        return {at[0], at[1], at[2]};
    }
    [[nodiscard]] std::span<const std::uint16_t> states() const noexcept {
        return {words_ + 3 + 3 * std::size_t{words_[0]}, words_[1]};
    }
    [[nodiscard]] std::span<const std::uint16_t> partners() const noexcept {
        return {states().data() + words_[1], words_[1]};
    }
    [[nodiscard]] ExtraBond extra(std::size_t i) const noexcept {
        const std::uint16_t* at = partners().data() + words_[1] + 2 * i;
        return {at[0], at[1]};
    }

private:
    const std::uint16_t* words_{};
};

/// A graph under construction: one species, several side by side, or a product before it is split.
class SpeciesGraph {
public:
    void clear() noexcept;

    /// Adds a molecule whose sites have no state and no bond; gives its index.
    std::uint16_t add_molecule(std::uint16_t type, std::uint16_t compartment,
                               std::uint16_t site_count);

    /// Adds a copy of a species; gives the index of its first molecule.
    /// Precondition (checked): the sum of the sites stays below kMaxSites.
    std::uint16_t append(SpeciesView species);

    [[nodiscard]] std::size_t molecule_count() const noexcept { return molecules_.size(); }
    [[nodiscard]] std::size_t site_count() const noexcept { return states_.size(); }
    [[nodiscard]] const Molecule& molecule(std::size_t m) const noexcept { return molecules_[m]; }
    [[nodiscard]] std::span<const Molecule> molecules() const noexcept { return molecules_; }
    [[nodiscard]] std::uint16_t sites_end(std::size_t m) const noexcept {
        return m + 1 < molecules_.size() ? molecules_[m + 1].first_site
                                         : static_cast<std::uint16_t>(states_.size());
    }
    [[nodiscard]] std::uint16_t state(std::size_t site) const noexcept { return states_[site]; }
    /// The partner of a site with at most one bond; kNone or kSeveral otherwise.
    [[nodiscard]] std::uint16_t partner(std::size_t site) const noexcept { return partners_[site]; }
    /// The molecule that a site belongs to.
    [[nodiscard]] std::uint16_t owner(std::size_t site) const noexcept { return owners_[site]; }
    [[nodiscard]] std::span<const ExtraBond> extra_bonds() const noexcept { return extra_; }
    [[nodiscard]] std::size_t degree(std::size_t site) const noexcept {
        if (partners_[site] == kNone) {
            return 0;
        }
        return partners_[site] == kSeveral ? extra_degree(site) : 1;
    }
    [[nodiscard]] bool are_bonded(std::uint16_t a, std::uint16_t b) const noexcept;

    /// Calls visit(partner site) for each bond of a site.
    template <class Visit>
    void for_each_partner(std::uint16_t site, Visit&& visit) const {
        const std::uint16_t partner = partners_[site];
        if (partner == kNone) {
            return;
        }
        if (partner != kSeveral) {
            visit(partner);
            return;
        }
        for (const ExtraBond& bond : extra_) {
            if (bond.site == site) {
                visit(bond.partner);
            }
        }
    }

    void set_state(std::size_t site, std::uint16_t state) noexcept { states_[site] = state; }
    void set_compartment(std::size_t m, std::uint16_t compartment) noexcept {
        molecules_[m].compartment = compartment;
    }
    void add_bond(std::uint16_t a, std::uint16_t b);
    /// Removes one bond between the two sites; no effect when there is none.
    void remove_bond(std::uint16_t a, std::uint16_t b);
    /// Removes all bonds of a site, at both ends.
    void free_site(std::uint16_t site);

private:
    [[nodiscard]] std::size_t extra_degree(std::size_t site) const noexcept;
    void attach(std::uint16_t site, std::uint16_t partner);
    void detach(std::uint16_t site, std::uint16_t partner);

    std::vector<Molecule> molecules_;
    std::vector<std::uint16_t> states_;
    std::vector<std::uint16_t> partners_;
    std::vector<std::uint16_t> owners_;
    std::vector<ExtraBond> extra_;
};

}  // namespace erbium::net
