// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/growth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace erbium::net {
namespace {

struct Bond {
    std::size_t a{};
    std::size_t b{};
    std::size_t rule{};
};

class ContactMap {
public:
    explicit ContactMap(const model::Model& model) : model_{model} {
        for (const model::MoleculeType& type : model.molecule_types) {
            begins_.push_back(owners_.size());
            owners_.resize(owners_.size() + type.sites.size(), begins_.size() - 1);
        }
        for (std::size_t r = 0; r < model.rules.size(); ++r) {
            add_bonds(r);
        }
    }

    // A walk enters a molecule by a site and leaves it by another; a bond that some walk uses
    // twice in the same direction can be used any number of times.
    [[nodiscard]] std::vector<std::size_t> polymerising_rules() const {
        std::vector<std::size_t> found;
        for (const Bond& bond : bonds_) {
            const bool is_circular = reaches(bond.b, bond.a) || reaches(bond.a, bond.b);
            if (is_circular && std::find(found.begin(), found.end(), bond.rule) == found.end()) {
                found.push_back(bond.rule);
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

    void add_bonds(std::size_t r) {
        const model::Rule& rule = model_.rules[r];
        std::set<std::pair<std::size_t, std::size_t>> before;
        const auto each_bond = [&](const model::Patterns& patterns, auto&& visit) {
            for (const model::Pattern& pattern : patterns) {
                for (std::size_t s = 0; s < pattern.sites.size(); ++s) {
                    for (const std::uint32_t t : pattern.sites[s].partners) {
                        if (s < t) {
                            visit(flat(pattern, s), flat(pattern, t));
                        }
                    }
                }
            }
        };
        each_bond(rule.reactants, [&](std::size_t a, std::size_t b) { before.insert({a, b}); });
        each_bond(rule.products, [&](std::size_t a, std::size_t b) {
            if (!before.contains({a, b}) && !before.contains({b, a})) {
                bonds_.push_back({a, b, r});
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

    // Whether a walk that enters the molecule of `from` there can leave through `to` sometime.
    [[nodiscard]] bool reaches(std::size_t from, std::size_t to) const {
        std::set<std::size_t> entered{from};
        std::vector<std::size_t> queue{from};
        for (std::size_t at = 0; at < queue.size(); ++at) {
            const std::size_t in = queue[at];
            const auto can_leave_by = [&](std::size_t out) {
                return owners_[out] == owners_[in] && (out != in || is_group(in));
            };
            if (can_leave_by(to)) {
                return true;
            }
            for (const Bond& bond : bonds_) {
                for (const auto& [out, next] : {std::pair{bond.a, bond.b}, {bond.b, bond.a}}) {
                    if (can_leave_by(out) && entered.insert(next).second) {
                        queue.push_back(next);
                    }
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
