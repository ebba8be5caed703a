// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/growth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace erbium::net {
namespace {

/// What a rule leaves at another site of a molecule to which it has given a bond.
struct Neighbour {
    std::size_t site{};
    model::BondTest bond{};
    std::size_t partner{};  // BondTest::bound: the site at the other end
};

/// One end of a bond that a rule makes.
struct End {
    std::size_t site{};
    std::vector<Neighbour> neighbours;
};

struct Bond {
    std::array<End, 2> ends;
    std::optional<std::size_t> rule;  // none: a seed species has it from the start
};

class ContactMap {
public:
    explicit ContactMap(const model::Model& model) : model_{model} {
        for (const model::MoleculeType& type : model.molecule_types) {
            begins_.push_back(owners_.size());
            owners_.resize(owners_.size() + type.sites.size(), begins_.size() - 1);
        }
        for (const model::SeedSpecies& seed : model.seeds) {
            add_bonds(seed.species);
        }
        for (std::size_t r = 0; r < model.rules.size(); ++r) {
            add_bonds(r);
        }
    }

    // A walk crosses a bond and leaves the molecule that it comes to by another bond that can be
    // there at the same time; a bond that some walk crosses twice in the same direction can be made
    // any number of times. Crossing 2 i + k goes along bond i away from its end k.
    [[nodiscard]] std::vector<std::size_t> polymerising_rules() const {
        const std::vector<std::vector<std::size_t>> next = crossings();
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < bonds_.size(); ++i) {
            const std::optional<std::size_t> rule = bonds_[i].rule;
            if (rule && std::find(found.begin(), found.end(), *rule) == found.end() &&
                (returns(next, 2 * i) || returns(next, 2 * i + 1))) {
                found.push_back(*rule);
            }
        }
        return found;
    }

private:
    [[nodiscard]] std::size_t flat(const model::Pattern& pattern, std::size_t site) const {
        for (const model::MoleculePattern& m : pattern.molecules) {
            if (site >= m.first_site && site < m.first_site + m.site_count) {
                return begins_[m.type.value] + pattern.sites[site].site;
            }
        }
        return 0;
    }

    [[nodiscard]] End end_at(const model::Pattern& pattern, std::size_t site) const {
        End end{flat(pattern, site), {}};
        for (const model::MoleculePattern& m : pattern.molecules) {
            if (site < m.first_site || site >= m.first_site + m.site_count) {
                continue;
            }
            for (std::size_t s = m.first_site; s < m.first_site + m.site_count; ++s) {
                const model::SitePattern& other = pattern.sites[s];
                if (s != site) {
                    end.neighbours.push_back(
                        {flat(pattern, s), other.bond,
                         other.partners.empty() ? 0 : flat(pattern, other.partners.front())});
                }
            }
        }
        return end;
    }

    void add_bonds(const model::Pattern& seed) {
        for (std::size_t s = 0; s < seed.sites.size(); ++s) {
            for (const std::uint32_t t : seed.sites[s].partners) {
                if (s < t) {
                    bonds_.push_back({{end_at(seed, s), end_at(seed, t)}, std::nullopt});
                }
            }
        }
    }

    void add_bonds(std::size_t r) {
        const model::Rule& rule = model_.rules[r];
        const auto each_bond = [](const model::Patterns& patterns, auto&& visit) {
            for (std::uint32_t p = 0; p < patterns.size(); ++p) {
                for (std::uint32_t s = 0; s < patterns[p].sites.size(); ++s) {
                    for (const std::uint32_t t : patterns[p].sites[s].partners) {
                        if (s < t) {
                            visit(model::RuleSite{p, s}, model::RuleSite{p, t});
                        }
                    }
                }
            }
        };
        // Bonds of the left as the right has them: those are kept, all others are made.
        std::set<std::pair<model::RuleSite, model::RuleSite>> kept;
        each_bond(rule.reactants, [&](model::RuleSite s, model::RuleSite t) {
            std::vector<model::RuleSite> images;
            for (const model::RuleSite end : {s, t}) {
                for (const model::SitePair& pair : rule.kept_sites) {
                    if (pair.reactant == end) {
                        images.push_back(pair.product);
                    }
                }
            }
            if (images.size() == 2) {
                kept.insert(std::minmax(images[0], images[1]));
            }
        });
        each_bond(rule.products, [&](model::RuleSite s, model::RuleSite t) {
            if (!kept.contains(std::minmax(s, t))) {
                const model::Pattern& pattern = rule.products[s.pattern];
                bonds_.push_back({{end_at(pattern, s.site), end_at(pattern, t.site)}, r});
            }
        });
    }

    [[nodiscard]] bool is_group(std::size_t site) const {
        const std::size_t type = owners_[site];
        const std::vector<model::SiteType>& sites = model_.molecule_types[type].sites;
        const std::size_t s = site - begins_[type];
        return (s + 1 < sites.size() && sites[s + 1].name == sites[s].name) ||
               (s > 0 && sites[s - 1].name == sites[s].name);
    }

    // Whether the rule that made a bond with this end does so beside a bond from `site` to
    // `partner`.
    static bool allows(const End& end, std::size_t site, std::size_t partner) {
        for (const Neighbour& n : end.neighbours) {
            if (n.site == site) {
                return n.bond == model::BondTest::bound ? n.partner == partner
                                                        : n.bond != model::BondTest::free;
            }
        }
        return true;
    }

    // Whether a molecule can hold bond `in` by its end k and bond `out` by its end l at once: the
    // one that was made last was made beside the other.
    [[nodiscard]] bool meet(const Bond& in, std::size_t k, const Bond& out, std::size_t l) const {
        const End& here = in.ends[k];
        const End& there = out.ends[l];
        if (owners_[here.site] != owners_[there.site]) {
            return false;
        }
        if (here.site == there.site) {
            return is_group(here.site);
        }
        return is_group(here.site) || is_group(there.site) ||
               allows(there, here.site, in.ends[1 - k].site) ||
               allows(here, there.site, out.ends[1 - l].site);
    }

    [[nodiscard]] std::vector<std::vector<std::size_t>> crossings() const {
        std::vector<std::vector<std::size_t>> next(2 * bonds_.size());
        for (std::size_t c = 0; c < next.size(); ++c) {
            for (std::size_t d = 0; d < next.size(); ++d) {
                if (meet(bonds_[c / 2], 1 - c % 2, bonds_[d / 2], d % 2)) {
                    next[c].push_back(d);
                }
            }
        }
        return next;
    }

    static bool returns(const std::vector<std::vector<std::size_t>>& next, std::size_t start) {
        std::vector<bool> is_crossed(next.size());
        std::vector<std::size_t> queue{start};
        for (std::size_t at = 0; at < queue.size(); ++at) {
            for (const std::size_t c : next[queue[at]]) {
                if (c == start) {
                    return true;
                }
                if (!is_crossed[c]) {
                    is_crossed[c] = true;
                    queue.push_back(c);
                }
            }
        }
        return false;
    }

    const model::Model& model_;
    std::vector<std::size_t> begins_;
    std::vector<std::size_t> owners_;
    std::vector<Bond> bonds_;
};

}  // namespace

Diagnostics polymerisation_warnings(const model::Model& model) {
    Diagnostics diagnostics;
    const std::vector<std::size_t> rules = ContactMap{model}.polymerising_rules();
    if (rules.empty()) {
        return diagnostics;
    }
    constexpr std::size_t kMostNamed = 4;
    std::string names;
    for (std::size_t i = 0; i < std::min(rules.size(), kMostNamed); ++i) {
        names += fmt::format("{}'{}'", i == 0 ? "" : ", ", model.rules[rules[i]].name);
    }
    if (rules.size() > kMostNamed) {
        names += fmt::format(" and {} more", rules.size() - kMostNamed);
    }
    diagnostics.warning(
        "ERB-NET-0019", model.rules[rules.front()].span,
        fmt::format("{} {} can be made again and again along a chain of molecules: complexes may "
                    "have no largest size",
                    rules.size() == 1 ? "the bond of rule" : "the bonds of rules", names),
        "if generation does not end, bound the complexes (max_agg, max_stoich) or let the rule ask "
        "for free sites");
    return diagnostics;
}

}  // namespace erbium::net
