// SPDX-License-Identifier: Apache-2.0
#include "brute_force.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <string>

namespace erbium::net::test {
namespace {

using model::BondTest;
using model::Pattern;

std::vector<std::uint16_t> partners_of(const SpeciesGraph& graph, std::uint16_t site) {
    std::vector<std::uint16_t> out;
    graph.for_each_partner(site, [&](std::uint16_t p) { out.push_back(p); });
    std::sort(out.begin(), out.end());
    return out;
}

bool tests_hold(const Pattern& pattern, const SpeciesGraph& graph, const Images& images) {
    const std::size_t offset = pattern.molecules.size();
    for (std::size_t m = 0; m < offset; ++m) {
        const auto& sought = pattern.molecules[m].compartment;
        if (sought && graph.molecule(images[m]).compartment != sought->value) {
            return false;
        }
    }
    for (std::size_t s = 0; s < pattern.sites.size(); ++s) {
        const std::uint16_t image = images[offset + s];
        const model::SitePattern& sought = pattern.sites[s];
        const std::vector<std::uint16_t> partners = partners_of(graph, image);
        if (sought.state && graph.state(image) != *sought.state) {
            return false;
        }
        if ((sought.bond == BondTest::free && !partners.empty()) ||
            (sought.bond == BondTest::any && partners.empty())) {
            return false;
        }
        if (sought.bond == BondTest::bound) {
            std::vector<std::uint16_t> wanted;
            for (const std::uint32_t partner : sought.partners) {
                wanted.push_back(images[offset + partner]);
            }
            std::sort(wanted.begin(), wanted.end());
            if (wanted != partners) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

std::vector<Images> brute_embeddings(const Pattern& pattern, const SpeciesGraph& graph,
                                     std::size_t begin, std::size_t end, const TypeTable& types) {
    std::vector<Images> found;
    const std::size_t molecules = pattern.molecules.size();
    Images images(molecules + pattern.sites.size());
    const std::function<void(std::size_t, std::size_t)> place_site = [&](std::size_t m,
                                                                         std::size_t i) {
        if (m == molecules) {
            if (tests_hold(pattern, graph, images)) {
                found.push_back(images);
            }
            return;
        }
        const model::MoleculePattern& sought = pattern.molecules[m];
        if (i == sought.site_count) {
            place_site(m + 1, 0);
            return;
        }
        const Molecule& molecule = graph.molecule(images[m]);
        const std::size_t s = sought.first_site + i;
        const SiteGroup group =
            types.group(molecule.type, static_cast<std::uint16_t>(pattern.sites[s].site));
        for (std::uint16_t k = 0; k < group.size; ++k) {
            const auto image = static_cast<std::uint16_t>(molecule.first_site + group.first + k);
            const auto first =
                images.begin() + static_cast<std::ptrdiff_t>(molecules + sought.first_site);
            if (std::find(first, first + static_cast<std::ptrdiff_t>(i), image) ==
                first + static_cast<std::ptrdiff_t>(i)) {
                images[molecules + s] = image;
                place_site(m, i + 1);
            }
        }
    };
    const std::function<void(std::size_t)> place_molecule = [&](std::size_t m) {
        if (m == molecules) {
            place_site(0, 0);
            return;
        }
        for (std::size_t image = begin; image < end; ++image) {
            const auto last = images.begin() + static_cast<std::ptrdiff_t>(m);
            if (graph.molecule(image).type == pattern.molecules[m].type.value &&
                std::find(images.begin(), last, image) == last) {
                images[m] = static_cast<std::uint16_t>(image);
                place_molecule(m + 1);
            }
        }
    };
    place_molecule(0);
    return found;
}

bool brute_isomorphic(const SpeciesGraph& a, const SpeciesGraph& b, const TypeTable& types) {
    if (a.molecule_count() != b.molecule_count() || a.site_count() != b.site_count()) {
        return false;
    }
    std::vector<std::uint16_t> molecule(a.molecule_count());
    std::vector<std::uint16_t> site(a.site_count());
    std::vector<std::uint8_t> is_used(b.molecule_count());
    const auto bonds_agree = [&] {
        for (std::uint16_t s = 0; s < a.site_count(); ++s) {
            std::vector<std::uint16_t> images;
            for (const std::uint16_t p : partners_of(a, s)) {
                images.push_back(site[p]);
            }
            std::sort(images.begin(), images.end());
            if (images != partners_of(b, site[s])) {
                return false;
            }
        }
        return true;
    };
    const std::function<bool(std::size_t, std::uint16_t)> place_sites =
        [&](std::size_t m, std::uint16_t s) -> bool {
        if (m == a.molecule_count()) {
            return bonds_agree();
        }
        const Molecule& from = a.molecule(m);
        if (s == types.site_count(from.type)) {
            return place_sites(m + 1, 0);
        }
        const SiteGroup group = types.group(from.type, s);
        const std::uint16_t first = b.molecule(molecule[m]).first_site;
        for (std::uint16_t k = group.first; k < group.first + group.size; ++k) {
            const auto image = static_cast<std::uint16_t>(first + k);
            const auto mine = static_cast<std::uint16_t>(from.first_site + s);
            const auto begin = site.begin() + from.first_site;
            if (std::find(begin, begin + s, image) == begin + s &&
                a.state(mine) == b.state(image) && a.degree(mine) == b.degree(image)) {
                site[mine] = image;
                if (place_sites(m, static_cast<std::uint16_t>(s + 1))) {
                    return true;
                }
            }
        }
        return false;
    };
    const std::function<bool(std::size_t)> place = [&](std::size_t m) -> bool {
        if (m == a.molecule_count()) {
            return place_sites(0, 0);
        }
        for (std::size_t image = 0; image < b.molecule_count(); ++image) {
            if (is_used[image] == 0 && a.molecule(m).type == b.molecule(image).type &&
                a.molecule(m).compartment == b.molecule(image).compartment) {
                is_used[image] = 1;
                molecule[m] = static_cast<std::uint16_t>(image);
                const bool found = place(m + 1);
                is_used[image] = 0;
                if (found) {
                    return true;
                }
            }
        }
        return false;
    };
    return place(0);
}

namespace {

// One rule on one soup of reactant copies.
class Event {
public:
    Event(const model::Rule& rule, const SpeciesGraph& soup, const TypeTable& types,
          const std::vector<std::pair<std::size_t, std::size_t>>& copies)
        : rule_{rule}, graph_{soup}, types_{types}, copies_{copies} {
        for (std::uint32_t p = 0; p < rule.reactants.size(); ++p) {
            for (std::uint32_t m = 0; m < rule.reactants[p].molecules.size(); ++m) {
                roles_[{p, m}] = role(p, m);
            }
        }
    }

    // Edits the soup; false when the products are not those of the rule.
    bool run(const std::vector<const Images*>& images, const std::vector<std::size_t>& copy_of) {
        const auto site_of = [&](const model::RuleSite& s) {
            return (*images[s.pattern])[rule_.reactants[s.pattern].molecules.size() + s.site];
        };
        for (const model::MoleculePair& pair : rule_.kept_molecules) {
            wanted_[(*images[pair.reactant.pattern])[pair.reactant.molecule]] =
                pair.product.pattern;
        }
        create();
        for (const model::SitePair& pair : rule_.kept_sites) {
            new_site_[pair.product] = site_of(pair.reactant);
            const auto& before = rule_.reactants[pair.reactant.pattern].sites[pair.reactant.site];
            const auto& after = rule_.products[pair.product.pattern].sites[pair.product.site];
            if (after.state && after.state != before.state) {
                graph_.set_state(site_of(pair.reactant), static_cast<std::uint16_t>(*after.state));
                edits_.insert(fmt::format(
                    "state {} {}", named(pair.reactant, site_of(pair.reactant)), *after.state));
            }
        }
        std::set<std::pair<std::uint16_t, std::uint16_t>> before;
        std::set<std::pair<std::uint16_t, std::uint16_t>> after;
        std::set<std::uint16_t> mentioned;
        for (const model::SitePair& pair : rule_.kept_sites) {
            mentioned.insert(site_of(pair.reactant));
            names_[site_of(pair.reactant)] = named(pair.reactant, site_of(pair.reactant));
        }
        collect_bonds(rule_.reactants, before, [&](std::uint32_t p, std::uint32_t s) {
            return site_of({p, s});
        });
        collect_bonds(rule_.products, after, [&](std::uint32_t p, std::uint32_t s) {
            return new_site_.at({p, s});
        });
        for (const auto& bond : before) {
            if (!after.contains(bond) && mentioned.contains(bond.first) &&
                mentioned.contains(bond.second)) {
                graph_.remove_bond(bond.first, bond.second);
                edits_.insert(fmt::format("cut {} {}", names_[bond.first], names_[bond.second]));
            }
        }
        for (const auto& bond : after) {
            if (!before.contains(bond)) {
                graph_.add_bond(bond.first, bond.second);
                edits_.insert(fmt::format("join {} {}", names_[bond.first], names_[bond.second]));
            }
        }
        destroy(images, copy_of);
        return split();
    }

    [[nodiscard]] const std::set<std::string>& edits() const { return edits_; }
    [[nodiscard]] const std::vector<std::vector<std::uint16_t>>& parts() const { return parts_; }
    [[nodiscard]] const SpeciesGraph& graph() const { return graph_; }

private:
    // What the rule says of a molecule on both sides: molecules of equal roles can change places.
    [[nodiscard]] std::string role(std::uint32_t p, std::uint32_t m) const {
        const auto text = [](const Pattern& pattern, std::uint32_t s) {
            const model::SitePattern& site = pattern.sites[s];
            return fmt::format("{}~{}!{}.{}", site.site, site.state ? int(*site.state) : -1,
                               int(site.bond), site.partners.size());
        };
        const Pattern& pattern = rule_.reactants[p];
        std::vector<std::string> sites;
        for (std::uint32_t i = 0; i < pattern.molecules[m].site_count; ++i) {
            const std::uint32_t s = pattern.molecules[m].first_site + i;
            std::string both = text(pattern, s);
            for (const model::SitePair& pair : rule_.kept_sites) {
                if (pair.reactant == model::RuleSite{p, s}) {
                    both += fmt::format(
                        ">{}", text(rule_.products[pair.product.pattern], pair.product.site));
                }
            }
            sites.push_back(std::move(both));
        }
        std::sort(sites.begin(), sites.end());
        return fmt::format("{}({})", pattern.molecules[m].type.value, fmt::join(sites, ","));
    }

    [[nodiscard]] std::string named(const model::RuleSite& s, std::uint16_t image) const {
        const Pattern& pattern = rule_.reactants[s.pattern];
        std::uint32_t m = 0;
        while (s.site >= pattern.molecules[m].first_site + pattern.molecules[m].site_count ||
               s.site < pattern.molecules[m].first_site) {
            ++m;
        }
        return fmt::format("{} as {}", image, roles_.at({s.pattern, m}));
    }

    template <class SiteOf>
    static void collect_bonds(const model::Patterns& patterns,
                              std::set<std::pair<std::uint16_t, std::uint16_t>>& out,
                              SiteOf site_of) {
        for (std::uint32_t p = 0; p < patterns.size(); ++p) {
            for (std::uint32_t s = 0; s < patterns[p].sites.size(); ++s) {
                for (const std::uint32_t t : patterns[p].sites[s].partners) {
                    const std::uint16_t a = site_of(p, s);
                    const std::uint16_t b = site_of(p, t);
                    out.insert({std::min(a, b), std::max(a, b)});
                }
            }
        }
    }

    void create() {
        for (std::uint32_t p = 0; p < rule_.products.size(); ++p) {
            for (std::uint32_t m = 0; m < rule_.products[p].molecules.size(); ++m) {
                const bool is_kept = std::any_of(rule_.kept_molecules.begin(),
                                                 rule_.kept_molecules.end(), [&](const auto& k) {
                                                     return k.product == model::RuleMolecule{p, m};
                                                 });
                if (is_kept) {
                    continue;
                }
                const model::MoleculePattern& made = rule_.products[p].molecules[m];
                const auto type = static_cast<std::uint16_t>(made.type.value);
                const std::uint16_t at = graph_.add_molecule(type, kNone, types_.site_count(type));
                wanted_[at] = p;
                std::set<std::uint16_t> used;
                for (std::uint32_t i = 0; i < made.site_count; ++i) {
                    const auto& sought = rule_.products[p].sites[made.first_site + i];
                    std::uint16_t s =
                        types_.group(type, static_cast<std::uint16_t>(sought.site)).first;
                    while (used.contains(s)) {
                        ++s;
                    }
                    used.insert(s);
                    const auto site =
                        static_cast<std::uint16_t>(graph_.molecule(at).first_site + s);
                    new_site_[{p, made.first_site + i}] = site;
                    if (sought.state) {
                        graph_.set_state(site, static_cast<std::uint16_t>(*sought.state));
                    }
                }
            }
        }
    }

    void destroy(const std::vector<const Images*>& images,
                 const std::vector<std::size_t>& copy_of) {
        for (std::uint32_t p = 0; p < rule_.reactants.size(); ++p) {
            std::vector<std::uint16_t> gone;
            std::map<std::uint16_t, std::string> roles;
            for (std::uint32_t m = 0; m < rule_.reactants[p].molecules.size(); ++m) {
                if (!wanted_.contains((*images[p])[m])) {
                    gone.push_back((*images[p])[m]);
                    roles[gone.back()] = roles_[{p, m}];
                }
            }
            if (gone.size() == rule_.reactants[p].molecules.size() && !rule_.deletes_molecules) {
                edits_.insert(fmt::format("destroy copy {} {}", copy_of[p], roles_[{p, 0}]));
                gone.clear();
                for (std::size_t m = copies_[copy_of[p]].first; m < copies_[copy_of[p]].second;
                     ++m) {
                    gone.push_back(static_cast<std::uint16_t>(m));
                }
            } else {
                for (const std::uint16_t m : gone) {
                    edits_.insert(fmt::format("destroy {} {}", m, roles[m]));
                }
            }
            for (const std::uint16_t m : gone) {
                gone_.insert(m);
                for (std::uint16_t s = graph_.molecule(m).first_site; s < graph_.sites_end(m);
                     ++s) {
                    graph_.free_site(s);
                }
            }
        }
    }

    bool split() {
        std::map<std::uint32_t, int> parts_of_product;
        std::set<std::uint16_t> seen;
        for (std::uint16_t first = 0; first < graph_.molecule_count(); ++first) {
            if (gone_.contains(first) || seen.contains(first)) {
                continue;
            }
            std::vector<std::uint16_t> part{first};
            seen.insert(first);
            std::set<std::uint32_t> products;
            for (std::size_t at = 0; at < part.size(); ++at) {
                if (wanted_.contains(part[at])) {
                    products.insert(wanted_[part[at]]);
                }
                for (std::uint16_t s = graph_.molecule(part[at]).first_site;
                     s < graph_.sites_end(part[at]); ++s) {
                    for (const std::uint16_t partner : partners_of(graph_, s)) {
                        if (seen.insert(graph_.owner(partner)).second) {
                            part.push_back(graph_.owner(partner));
                        }
                    }
                }
            }
            if (products.size() > 1 || (products.empty() && !rule_.deletes_molecules)) {
                return false;
            }
            for (const std::uint32_t p : products) {
                ++parts_of_product[p];
            }
            parts_.push_back(part);
        }
        for (std::uint32_t p = 0; p < rule_.products.size(); ++p) {
            if (parts_of_product[p] != 1) {
                return false;
            }
        }
        return true;
    }

    const model::Rule& rule_;
    SpeciesGraph graph_;
    const TypeTable& types_;
    const std::vector<std::pair<std::size_t, std::size_t>>& copies_;
    std::map<model::RuleMolecule, std::string> roles_;
    std::map<std::uint16_t, std::string> names_;  // of matched sites, with the role
    std::map<std::uint16_t, std::uint32_t> wanted_;
    std::map<model::RuleSite, std::uint16_t> new_site_;
    std::set<std::uint16_t> gone_;
    std::set<std::string> edits_;
    std::vector<std::vector<std::uint16_t>> parts_;
};

SpeciesGraph part_of(const SpeciesGraph& graph, const std::vector<std::uint16_t>& members,
                     const TypeTable& types) {
    SpeciesGraph out;
    std::map<std::uint16_t, std::uint16_t> place;
    for (const std::uint16_t m : members) {
        const Molecule& molecule = graph.molecule(m);
        const std::uint16_t at =
            out.add_molecule(molecule.type, molecule.compartment, types.site_count(molecule.type));
        for (std::uint16_t s = 0; s < types.site_count(molecule.type); ++s) {
            const auto old = static_cast<std::uint16_t>(molecule.first_site + s);
            place[old] = static_cast<std::uint16_t>(out.molecule(at).first_site + s);
            out.set_state(place[old], graph.state(old));
        }
    }
    for (const auto& [old, now] : place) {
        for (const std::uint16_t partner : partners_of(graph, old)) {
            if (old < partner) {
                out.add_bond(now, place.at(partner));
            }
        }
    }
    return out;
}

void append_graph(SpeciesGraph& to, const SpeciesGraph& from, const TypeTable& types) {
    const std::size_t shift = to.site_count();
    for (std::size_t m = 0; m < from.molecule_count(); ++m) {
        to.add_molecule(from.molecule(m).type, from.molecule(m).compartment,
                        types.site_count(from.molecule(m).type));
    }
    for (std::uint16_t s = 0; s < from.site_count(); ++s) {
        to.set_state(shift + s, from.state(s));
        for (const std::uint16_t partner : partners_of(from, s)) {
            if (s < partner) {
                to.add_bond(static_cast<std::uint16_t>(shift + s),
                            static_cast<std::uint16_t>(shift + partner));
            }
        }
    }
}

}  // namespace

std::map<std::vector<std::uint32_t>, double> brute_factors(const model::Rule& rule,
                                                           std::span<const std::uint32_t> reactants,
                                                           const std::vector<SpeciesGraph>& species,
                                                           const TypeTable& types) {
    SpeciesGraph soup;
    std::vector<std::pair<std::size_t, std::size_t>> copies;
    for (const std::uint32_t r : reactants) {
        const std::size_t begin = soup.molecule_count();
        append_graph(soup, species[r], types);
        copies.emplace_back(begin, soup.molecule_count());
    }
    std::map<std::vector<std::uint32_t>, std::set<std::set<std::string>>> edits;
    std::vector<std::size_t> copy_of(reactants.size());
    std::iota(copy_of.begin(), copy_of.end(), std::size_t{0});
    do {
        std::vector<std::vector<Images>> embeddings;
        for (std::size_t p = 0; p < reactants.size(); ++p) {
            embeddings.push_back(brute_embeddings(rule.reactants[p], soup, copies[copy_of[p]].first,
                                                  copies[copy_of[p]].second, types));
        }
        std::vector<const Images*> chosen(reactants.size());
        const std::function<void(std::size_t)> choose = [&](std::size_t p) {
            if (p < chosen.size()) {
                for (const Images& images : embeddings[p]) {
                    chosen[p] = &images;
                    choose(p + 1);
                }
                return;
            }
            Event event{rule, soup, types, copies};
            if (!event.run(chosen, copy_of)) {
                return;
            }
            std::vector<std::uint32_t> products;
            for (const std::vector<std::uint16_t>& members : event.parts()) {
                const SpeciesGraph part = part_of(event.graph(), members, types);
                std::uint32_t product = kUnknown;
                for (std::uint32_t s = 0; s < species.size(); ++s) {
                    if (brute_isomorphic(part, species[s], types)) {
                        product = s;
                        break;
                    }
                }
                products.push_back(product);
            }
            std::sort(products.begin(), products.end());
            edits[products].insert(event.edits());
        };
        choose(0);
    } while (std::next_permutation(copy_of.begin(), copy_of.end()));

    double permutations = 1.0;
    std::map<std::uint32_t, double> multiplicity;
    for (const std::uint32_t r : reactants) {
        permutations *= ++multiplicity[r];
    }
    std::map<std::vector<std::uint32_t>, double> factors;
    for (const auto& [products, sets] : edits) {
        factors[products] = static_cast<double>(sets.size()) / permutations;
    }
    return factors;
}

}  // namespace erbium::net::test
