// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/pattern.hpp"

#include <algorithm>

#include "erbium/net/species_graph.hpp"

namespace erbium::net {
namespace {

using model::BondTest;
using model::MoleculePattern;
using model::Pattern;
using model::SitePattern;

std::uint16_t narrow(std::uint32_t value) {
    ERBIUM_CHECK(value < kNone, "an index of a pattern fits 16 bits");
    return static_cast<std::uint16_t>(value);
}

std::vector<std::uint16_t> owners_of(const Pattern& pattern) {
    std::vector<std::uint16_t> owners(pattern.sites.size());
    for (std::uint32_t m = 0; m < pattern.molecules.size(); ++m) {
        for (std::uint32_t i = 0; i < pattern.molecules[m].site_count; ++i) {
            owners[pattern.molecules[m].first_site + i] = narrow(m);
        }
    }
    return owners;
}

// Lays down the steps of one pattern, bond by bond, so that only the first molecule of each
// connected part has to be looked for.
class Compiler {
public:
    Compiler(const Pattern& pattern, const TypeTable& types, CompiledPattern& out)
        : pattern_{pattern},
          types_{types},
          out_{out},
          owners_{owners_of(pattern)},
          molecule_done_(pattern.molecules.size()),
          site_done_(pattern.sites.size()) {}

    void run() {
        for (std::uint16_t m = 0; m < pattern_.molecules.size(); ++m) {
            if (molecule_done_[m] == 0) {
                add_molecule(m, std::nullopt);
                follow_bonds();
            }
        }
    }

private:
    struct Anchor {
        std::uint16_t from{};
        std::uint16_t to{};
    };

    void follow_bonds() {
        for (std::size_t at = next_; at < order_.size(); ++at) {
            next_ = at + 1;
            const MoleculePattern& molecule = pattern_.molecules[order_[at]];
            for (std::uint32_t i = 0; i < molecule.site_count; ++i) {
                const std::uint32_t site = molecule.first_site + i;
                for (const std::uint32_t partner : pattern_.sites[site].partners) {
                    if (molecule_done_[owners_[partner]] == 0) {
                        add_molecule(owners_[partner], Anchor{narrow(site), narrow(partner)});
                    }
                }
            }
        }
    }

    void add_molecule(std::uint16_t m, std::optional<Anchor> anchor) {
        molecule_done_[m] = 1;
        order_.push_back(m);
        const MoleculePattern& molecule = pattern_.molecules[m];
        MatchStep step;
        step.kind = anchor ? MatchStep::Kind::bonded_molecule : MatchStep::Kind::any_molecule;
        step.node = m;
        step.molecule = m;
        step.type = narrow(molecule.type.value);
        if (molecule.compartment) {
            step.test = narrow(molecule.compartment->value);
        }
        if (anchor) {
            step.anchor_site = anchor->from;
            step.anchored_site = anchor->to;
        }
        out_.steps.push_back(step);
        // Sites that can be only one site first: they fail early and never branch.
        for (const bool in_group : {false, true}) {
            for (std::uint32_t i = 0; i < molecule.site_count; ++i) {
                const std::uint32_t site = molecule.first_site + i;
                const SiteGroup group =
                    types_.group(step.type, narrow(pattern_.sites[site].site));
                if ((group.size > 1) == in_group) {
                    add_site(m, narrow(site), group);
                }
            }
        }
    }

    void add_site(std::uint16_t m, std::uint16_t site, SiteGroup group) {
        site_done_[site] = 1;
        const SitePattern& sought = pattern_.sites[site];
        MatchStep step;
        step.kind = group.size > 1 ? MatchStep::Kind::group_site : MatchStep::Kind::site;
        step.bond = sought.bond;
        step.node = site;
        step.molecule = m;
        if (sought.state) {
            step.test = narrow(*sought.state);
        }
        step.first = group.first;
        step.size = group.size;
        step.bond_count = narrow(static_cast<std::uint32_t>(sought.partners.size()));
        step.partners_begin = static_cast<std::uint32_t>(out_.partners.size());
        for (const std::uint32_t partner : sought.partners) {
            if (site_done_[partner] != 0 && partner != site) {
                out_.partners.push_back(narrow(partner));
            }
        }
        step.partners_end = static_cast<std::uint32_t>(out_.partners.size());
        out_.steps.push_back(step);
    }

    const Pattern& pattern_;
    const TypeTable& types_;
    CompiledPattern& out_;
    std::vector<std::uint16_t> owners_;
    std::vector<std::uint8_t> molecule_done_;
    std::vector<std::uint8_t> site_done_;
    std::vector<std::uint16_t> order_;
    std::size_t next_{};
};

}  // namespace

FeatureTable::FeatureTable(const TypeTable& types)
    : types_{&types},
      type_bits_(types.size(), kNoBit),
      free_bits_(types.flat_size(), kNoBit),
      bound_bits_(types.flat_size(), kNoBit),
      state_bits_(types.flat_size()) {}

std::uint32_t FeatureTable::bit(std::uint32_t& slot) {
    if (slot == kNoBit) {
        slot = bit_count_++;
    }
    return slot;
}

std::vector<std::uint64_t> FeatureTable::required(const Pattern& pattern) {
    std::vector<std::uint64_t> bits;
    const auto require = [&](std::uint32_t b) {
        bits.resize(std::max<std::size_t>(bits.size(), b / 64 + 1));
        bits[b / 64] |= std::uint64_t{1} << (b % 64);
    };
    for (const MoleculePattern& molecule : pattern.molecules) {
        const std::uint16_t type = narrow(molecule.type.value);
        require(bit(type_bits_[type]));
        for (std::uint32_t i = 0; i < molecule.site_count; ++i) {
            const SitePattern& site = pattern.sites[molecule.first_site + i];
            const std::uint32_t flat =
                types_->flat_site(type, types_->group(type, narrow(site.site)).first);
            if (site.state) {
                std::vector<std::uint32_t>& states = state_bits_[flat];
                states.resize(std::max<std::size_t>(states.size(), *site.state + 1), kNoBit);
                require(bit(states[*site.state]));
            }
            if (site.bond == BondTest::free) {
                require(bit(free_bits_[flat]));
            } else if (site.bond != BondTest::whatever) {
                require(bit(bound_bits_[flat]));
            }
        }
    }
    return bits;
}

void FeatureTable::present(const SpeciesGraph& graph, std::span<std::uint64_t> bits) const {
    std::fill(bits.begin(), bits.end(), 0);
    const auto set = [&](std::uint32_t b) {
        if (b != kNoBit) {
            bits[b / 64] |= std::uint64_t{1} << (b % 64);
        }
    };
    for (std::size_t m = 0; m < graph.molecule_count(); ++m) {
        const Molecule& molecule = graph.molecule(m);
        set(type_bits_[molecule.type]);
        const std::uint16_t end = graph.sites_end(m);
        for (std::uint16_t site = molecule.first_site; site < end; ++site) {
            const auto relative = static_cast<std::uint16_t>(site - molecule.first_site);
            const std::uint32_t flat = types_->flat_site(
                molecule.type, types_->group(molecule.type, relative).first);
            set(graph.partner(site) == kNone ? free_bits_[flat] : bound_bits_[flat]);
            const std::vector<std::uint32_t>& states = state_bits_[flat];
            if (graph.state(site) < states.size()) {
                set(states[graph.state(site)]);
            }
        }
    }
}

CompiledPattern compile_pattern(const Pattern& pattern, const TypeTable& types,
                                FeatureTable& features) {
    CompiledPattern out;
    out.molecule_count = narrow(static_cast<std::uint32_t>(pattern.molecules.size()));
    out.site_count = narrow(static_cast<std::uint32_t>(pattern.sites.size()));
    out.is_match_once = pattern.is_match_once;
    if (pattern.compartment) {
        out.compartment = narrow(pattern.compartment->value);
    }
    Compiler{pattern, types, out}.run();
    out.features = features.required(pattern);
    return out;
}

}  // namespace erbium::net
