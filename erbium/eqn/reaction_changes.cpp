// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/reaction_changes.hpp"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "erbium/eqn/conservation.hpp"

namespace erbium::eqn {
namespace {

/// A direction in integers, and the state that stands for it: in no other direction. The arithmetic
/// is that of conservation laws, which are sparse integer vectors over species too.
struct Direction {
    ConservationLaw vector;
    SpeciesId state;

    [[nodiscard]] double weight() const {
        for (const ConservationLaw::Member& member : vector.members) {
            if (member.species == state) {
                return static_cast<double>(member.weight);
            }
        }
        return 0.0;
    }
};

/// A basis of all that these reactions can do. Nothing when a number exceeds 63 bits.
std::optional<std::vector<Direction>> directions_of(const ReactionChanges& changes,
                                                    std::span<const ReactionId> reactions,
                                                    const std::vector<std::uint32_t>& readers) {
    std::vector<Direction> basis;
    for (const ReactionId r : reactions) {
        ConservationLaw rest;
        for (const SpeciesChange& change : changes[r.value]) {
            rest.members.push_back(
                {SpeciesId{change.species}, static_cast<std::int64_t>(change.amount)});
        }
        for (const Direction& known : basis) {
            auto reduced = without(rest, known.vector, known.state);
            if (!reduced) {
                return std::nullopt;
            }
            rest = std::move(*reduced);
        }
        if (rest.members.empty()) {
            continue;
        }
        const ConservationLaw::Member* best = nullptr;
        for (const ConservationLaw::Member& member : rest.members) {
            const auto rank = [&](const ConservationLaw::Member& m) {
                return std::pair{std::abs(m.weight), readers[m.species.value]};
            };
            if (best == nullptr || rank(member) <= rank(*best)) {
                best = &member;
            }
        }
        const SpeciesId state = best->species;
        for (Direction& known : basis) {
            auto reduced = without(known.vector, rest, state);
            if (!reduced) {
                return std::nullopt;
            }
            known.vector = std::move(*reduced);
        }
        basis.push_back({std::move(rest), state});
    }
    return basis;
}

/// By species: how many reactions it is a reactant of.
std::vector<std::uint32_t> readers_of(const net::Network& network) {
    std::vector<std::uint32_t> readers(network.species_count());
    for (std::size_t r = 0; r < network.reaction_count(); ++r) {
        for (const SpeciesId s : network.reactants(id_at<ReactionId>(r))) {
            ++readers[s.value];
        }
    }
    return readers;
}

/// By species, its place among the algebraic states.
using Places = std::map<std::uint32_t, std::size_t>;

/// A reaction that takes time: what it does to algebraic states it does to those that move with
/// them instead.
std::vector<SpeciesChange> moved_change(const std::vector<SpeciesChange>& change,
                                        const Places& places, const AlgebraicStates& algebraic) {
    std::map<std::uint32_t, double> moved;
    for (const auto& [species, amount] : change) {
        const auto at = places.find(species);
        if (at == places.end()) {
            moved[species] += amount;
            continue;
        }
        for (const Term& move : algebraic.moves_of(at->second)) {
            moved[move.index] -= move.weight * amount;
        }
    }
    std::vector<SpeciesChange> result;
    for (const auto& [species, amount] : moved) {
        if (std::fabs(amount) > 1e-12) {  // else what rounding leaves of thirds
            result.push_back({species, amount});
        }
    }
    return result;
}

}  // namespace

ReactionChanges changes_of(const net::Network& network) {
    ReactionChanges changes(network.reaction_count());
    std::map<std::uint32_t, double> net_change;
    for (std::size_t r = 0; r < changes.size(); ++r) {
        net_change.clear();
        for (const SpeciesId s : network.reactants(id_at<ReactionId>(r))) {
            net_change[s.value] -= 1.0;
        }
        for (const SpeciesId s : network.products(id_at<ReactionId>(r))) {
            net_change[s.value] += 1.0;
        }
        for (const auto& [species, amount] : net_change) {
            if (amount != 0.0 && !network.is_fixed(SpeciesId{species})) {
                changes[r].push_back({species, amount});
            }
        }
    }
    return changes;
}

void take_out_algebraic_states(const net::Network& network, ReactionChanges& changes,
                               System::Tables& tables, Diagnostics& diagnostics) {
    const std::span<const ReactionId> quasi_steady = network.quasi_steady_reactions();
    for (const SpeciesId s : network.algebraic_states()) {
        tables.algebraic_states.push_back(s);
    }
    tables.move_begins.assign(1 + tables.algebraic_states.size(), 0);
    if (quasi_steady.empty()) {
        return;  // the rows of marked states are their equations as they are
    }
    std::vector<std::uint8_t> is_quasi_steady(changes.size());
    for (const ReactionId r : quasi_steady) {
        is_quasi_steady[r.value] = 1;
        for (const SpeciesChange& change : changes[r.value]) {
            if (network.is_algebraic(SpeciesId{change.species})) {
                diagnostics.error(
                    "ERB-EQN-0012", {},
                    fmt::format("a quasi-steady reaction changes '{}', which an equation of its "
                                "own determines",
                                network.species_text(SpeciesId{change.species})));
                return;
            }
        }
    }
    const auto directions = directions_of(changes, quasi_steady, readers_of(network));
    if (!directions) {
        diagnostics.error("ERB-EQN-0012", {},
                          "what the quasi-steady reactions do together exceeds 63-bit integers");
        return;
    }
    Places places;
    for (const Direction& direction : *directions) {
        places.emplace(direction.state.value, tables.algebraic_states.size());
        tables.algebraic_states.push_back(direction.state);
        for (const ConservationLaw::Member& member : direction.vector.members) {
            if (member.species != direction.state) {
                tables.move_terms.push_back(
                    {member.species.value,
                     static_cast<double>(member.weight) / direction.weight()});
            }
        }
        tables.move_begins.push_back(static_cast<std::uint32_t>(tables.move_terms.size()));
    }
    const AlgebraicStates algebraic{tables.algebraic_states,
                                    {tables.move_begins, tables.move_terms}};
    for (std::size_t r = 0; r < changes.size(); ++r) {
        if (is_quasi_steady[r] == 0) {
            changes[r] = moved_change(changes[r], places, algebraic);
        } else {
            std::erase_if(changes[r], [&](const SpeciesChange& change) {
                return !places.contains(change.species);
            });
        }
    }
}

}  // namespace erbium::eqn
