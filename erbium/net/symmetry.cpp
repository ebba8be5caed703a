// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/symmetry.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

namespace erbium::net {
namespace {

using model::BondTest;
using model::Pattern;

constexpr std::uint32_t kNowhere = 0xFFFFFFFFU;

// Several patterns side by side, with partners renumbered.
struct Merged {
    struct Mol {
        std::uint32_t pattern{};
        std::uint32_t type{};
        std::uint32_t compartment{};
        std::uint32_t first{};
        std::uint32_t count{};
    };
    struct Site {
        std::uint32_t name{};  // first site of its group
        std::uint32_t state{};
        BondTest bond{};
        std::vector<std::uint32_t> partners;
    };
    std::vector<Mol> molecules;
    std::vector<Site> sites;
    std::vector<std::uint32_t> molecule_begins;  // by pattern
    std::vector<std::uint32_t> site_begins;      // by pattern

    Merged(const Pattern* patterns, std::size_t count, const TypeTable& types) {
        for (std::size_t p = 0; p < count; ++p) {
            const Pattern& pattern = patterns[p];
            const auto shift = static_cast<std::uint32_t>(sites.size());
            molecule_begins.push_back(static_cast<std::uint32_t>(molecules.size()));
            site_begins.push_back(shift);
            for (const model::MoleculePattern& m : pattern.molecules) {
                molecules.push_back({static_cast<std::uint32_t>(p), m.type.value,
                                     m.compartment ? m.compartment->value : kNowhere,
                                     m.first_site + shift, m.site_count});
                for (std::uint32_t i = 0; i < m.site_count; ++i) {
                    const model::SitePattern& s = pattern.sites[m.first_site + i];
                    Site site{types.group(static_cast<std::uint16_t>(m.type.value),
                                          static_cast<std::uint16_t>(s.site))
                                  .first,
                              s.state.value_or(kNowhere), s.bond, s.partners};
                    for (std::uint32_t& partner : site.partners) {
                        partner += shift;
                    }
                    sites.resize(std::max<std::size_t>(sites.size(), m.first_site + shift + i + 1));
                    sites[m.first_site + shift + i] = std::move(site);
                }
            }
        }
    }

    [[nodiscard]] bool are_alike(std::uint32_t a, std::uint32_t b) const {
        return sites[a].name == sites[b].name && sites[a].state == sites[b].state &&
               sites[a].bond == sites[b].bond &&
               sites[a].partners.size() == sites[b].partners.size();
    }
    [[nodiscard]] bool are_bonded(std::uint32_t a, std::uint32_t b) const {
        return std::find(sites[a].partners.begin(), sites[a].partners.end(), b) !=
               sites[a].partners.end();
    }
};

// Enumerates permutations of the nodes of `left` that keep every test and bond, and that carry over
// to `right` by the given maps (empty maps: no right side).
class Symmetries {
public:
    Symmetries(const Merged& left, const Merged* right, std::vector<std::uint32_t> molecule_map,
               std::vector<std::uint32_t> site_map, std::vector<std::uint8_t> is_centre)
        : left_{left},
          right_{right},
          molecule_map_{std::move(molecule_map)},
          site_map_{std::move(site_map)},
          is_centre_{std::move(is_centre)},
          molecule_image_(left.molecules.size(), kNowhere),
          site_image_(left.sites.size(), kNowhere),
          molecule_used_(left.molecules.size()),
          site_used_(left.sites.size()) {
        find_twins();
    }

    [[nodiscard]] const std::vector<std::uint32_t>& molecule_image() const {
        return molecule_image_;
    }
    [[nodiscard]] const std::vector<std::uint32_t>& site_image() const { return site_image_; }
    /// Permutations of twins that are left out of the enumeration.
    [[nodiscard]] std::uint64_t twin_permutations() const { return twin_permutations_; }

    void for_each(const std::function<void()>& visit) { place_molecule(0, visit); }

private:
    // Unbound context sites of one molecule that nothing tells apart can be permuted at will; only
    // their sorted arrangement is enumerated.
    void find_twins() {
        twin_before_.assign(left_.sites.size(), kNowhere);
        std::vector<std::uint64_t> class_size(left_.sites.size(), 1);
        for (const Merged::Mol& m : left_.molecules) {
            for (std::uint32_t s = m.first; s < m.first + m.count; ++s) {
                for (std::uint32_t t = s; t-- > m.first;) {
                    if (is_free_context(s) && is_free_context(t) && left_.are_alike(s, t) &&
                        have_alike_images(s, t)) {
                        twin_before_[s] = t;
                        class_size[s] = class_size[t] + 1;
                        twin_permutations_ *= class_size[s];
                        break;
                    }
                }
            }
        }
    }

    [[nodiscard]] bool is_free_context(std::uint32_t s) const {
        return (is_centre_.empty() || is_centre_[s] == 0) && left_.sites[s].partners.empty() &&
               (right_ == nullptr || site_map_[s] == kNowhere ||
                right_->sites[site_map_[s]].partners.empty());
    }

    [[nodiscard]] bool have_alike_images(std::uint32_t s, std::uint32_t t) const {
        if (right_ == nullptr) {
            return true;
        }
        const std::uint32_t a = site_map_[s];
        const std::uint32_t b = site_map_[t];
        return a == kNowhere || b == kNowhere ? a == b : right_->are_alike(a, b);
    }

    void place_molecule(std::uint32_t m, const std::function<void()>& visit) {
        if (m == left_.molecules.size()) {
            if (right_side_holds()) {
                visit();
            }
            return;
        }
        const Merged::Mol& from = left_.molecules[m];
        for (std::uint32_t image = 0; image < left_.molecules.size(); ++image) {
            const Merged::Mol& to = left_.molecules[image];
            if (molecule_used_[image] != 0 || from.type != to.type || from.count != to.count ||
                from.compartment != to.compartment || !molecules_carry_over(m, image)) {
                continue;
            }
            molecule_used_[image] = 1;
            molecule_image_[m] = image;
            place_site(m, 0, visit);
            molecule_used_[image] = 0;
        }
        molecule_image_[m] = kNowhere;
    }

    [[nodiscard]] bool molecules_carry_over(std::uint32_t m, std::uint32_t image) const {
        if (right_ == nullptr) {
            return true;
        }
        const std::uint32_t a = molecule_map_[m];
        const std::uint32_t b = molecule_map_[image];
        if (a == kNowhere || b == kNowhere) {
            return a == b;
        }
        return right_->molecules[a].count == right_->molecules[b].count &&
               right_->molecules[a].compartment == right_->molecules[b].compartment;
    }

    void place_site(std::uint32_t m, std::uint32_t i, const std::function<void()>& visit) {
        const Merged::Mol& from = left_.molecules[m];
        if (i == from.count) {
            place_molecule(m + 1, visit);
            return;
        }
        const Merged::Mol& to = left_.molecules[molecule_image_[m]];
        const std::uint32_t s = from.first + i;
        const std::uint32_t begin =
            twin_before_[s] == kNowhere ? to.first : site_image_[twin_before_[s]] + 1;
        for (std::uint32_t image = begin; image < to.first + to.count; ++image) {
            if (site_used_[image] != 0 || !left_.are_alike(s, image) ||
                !have_alike_images(s, image) || !bonds_hold(s, image)) {
                continue;
            }
            site_used_[image] = 1;
            site_image_[s] = image;
            place_site(m, i + 1, visit);
            site_used_[image] = 0;
        }
        site_image_[s] = kNowhere;
    }

    [[nodiscard]] bool bonds_hold(std::uint32_t s, std::uint32_t image) const {
        return std::all_of(left_.sites[s].partners.begin(), left_.sites[s].partners.end(),
                           [&](std::uint32_t partner) {
                               const std::uint32_t there = partner == s ? image
                                                                        : site_image_[partner];
                               return there == kNowhere || left_.are_bonded(image, there);
                           });
    }

    [[nodiscard]] bool right_side_holds() const {
        if (right_ == nullptr) {
            return true;
        }
        std::vector<std::uint32_t> image(right_->sites.size());
        for (std::uint32_t s = 0; s < image.size(); ++s) {
            image[s] = s;
        }
        for (std::uint32_t s = 0; s < left_.sites.size(); ++s) {
            if (site_map_[s] != kNowhere) {
                image[site_map_[s]] = site_map_[site_image_[s]];
            }
        }
        for (std::uint32_t s = 0; s < image.size(); ++s) {
            for (const std::uint32_t partner : right_->sites[s].partners) {
                if (!right_->are_bonded(image[s], image[partner])) {
                    return false;
                }
            }
        }
        return true;
    }

    const Merged& left_;
    const Merged* right_;
    std::vector<std::uint32_t> molecule_map_;
    std::vector<std::uint32_t> site_map_;
    std::vector<std::uint8_t> is_centre_;
    std::vector<std::uint32_t> molecule_image_;
    std::vector<std::uint32_t> site_image_;
    std::vector<std::uint8_t> molecule_used_;
    std::vector<std::uint8_t> site_used_;
    std::vector<std::uint32_t> twin_before_;
    std::uint64_t twin_permutations_{1};
};

// A pattern laid onto another and back.
bool are_equal_patterns(const Pattern& a, const Pattern& b, const TypeTable& types) {
    if (a.molecules.size() != b.molecules.size() || a.sites.size() != b.sites.size() ||
        a.compartment != b.compartment) {
        return false;
    }
    // Side by side, equal patterns have a symmetry that swaps them.
    const std::vector<Pattern> both{a, b};
    const Merged merged{both.data(), both.size(), types};
    Symmetries symmetries{merged, nullptr, {}, {}, {}};
    bool found = false;
    symmetries.for_each([&] {
        found = found || std::all_of(merged.molecules.begin(), merged.molecules.end(),
                                     [&](const Merged::Mol& m) {
                                         const auto i = static_cast<std::size_t>(
                                             &m - merged.molecules.data());
                                         return merged
                                                    .molecules[symmetries.molecule_image()[i]]
                                                    .pattern != m.pattern;
                                     });
    });
    return found;
}

}  // namespace

std::uint64_t automorphism_count(const Pattern& pattern, const TypeTable& types) {
    const Merged merged{&pattern, 1, types};
    Symmetries symmetries{merged, nullptr, {}, {}, {}};
    std::uint64_t count = 0;
    symmetries.for_each([&] { ++count; });
    return count * symmetries.twin_permutations();
}

double symmetry_factor(const model::Rule& rule, const std::vector<CentreNode>& centre,
                       const TypeTable& types) {
    const Merged left{rule.reactants.data(), rule.reactants.size(), types};
    const Merged right{rule.products.data(), rule.products.size(), types};
    std::vector<std::uint32_t> molecule_map(left.molecules.size(), kNowhere);
    std::vector<std::uint32_t> site_map(left.sites.size(), kNowhere);
    for (const model::MoleculePair& pair : rule.kept_molecules) {
        molecule_map[left.molecule_begins[pair.reactant.pattern] + pair.reactant.molecule] =
            right.molecule_begins[pair.product.pattern] + pair.product.molecule;
    }
    for (const model::SitePair& pair : rule.kept_sites) {
        site_map[left.site_begins[pair.reactant.pattern] + pair.reactant.site] =
            right.site_begins[pair.product.pattern] + pair.product.site;
    }
    std::vector<std::uint8_t> is_centre(left.sites.size());
    std::vector<std::uint8_t> is_changed(rule.reactants.size());
    for (const CentreNode& node : centre) {
        is_changed[node.pattern] = 1;
        if (node.kind == CentreNode::Kind::site) {
            is_centre[left.site_begins[node.pattern] + node.node] = 1;
        }
    }

    Symmetries symmetries{left, &right, molecule_map, site_map, is_centre};
    std::set<std::vector<std::uint32_t>> images;
    symmetries.for_each([&] {
        std::vector<std::uint32_t> image;
        for (const CentreNode& node : centre) {
            switch (node.kind) {
                case CentreNode::Kind::site:
                    image.push_back(
                        symmetries.site_image()[left.site_begins[node.pattern] + node.node]);
                    break;
                case CentreNode::Kind::molecule:
                    image.push_back(
                        symmetries
                            .molecule_image()[left.molecule_begins[node.pattern] + node.node]);
                    break;
                case CentreNode::Kind::species:
                    image.push_back(
                        left.molecules[symmetries.molecule_image()
                                           [left.molecule_begins[node.pattern]]]
                            .pattern);
                    break;
            }
        }
        images.insert(std::move(image));
    });
    double factor = 1.0 / static_cast<double>(std::max<std::size_t>(images.size(), 1));

    std::vector<std::size_t> context;
    for (std::size_t p = 0; p < rule.reactants.size(); ++p) {
        if (is_changed[p] == 0) {
            context.push_back(p);
        }
    }
    while (!context.empty()) {
        const std::size_t first = context.front();
        context.erase(context.begin());
        double alike = 1.0;
        for (auto other = context.begin(); other != context.end();) {
            if (are_equal_patterns(rule.reactants[first], rule.reactants[*other], types)) {
                alike += 1.0;
                factor /= alike;
                other = context.erase(other);
            } else {
                ++other;
            }
        }
    }
    return factor;
}

}  // namespace erbium::net
