// SPDX-License-Identifier: Apache-2.0
// erbium/net/reaction_table.hpp: finds a reaction of the current rule again, to add to its factor.
// Used by: generate
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/net/mix.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net {

/// The reactions that one rule made in one round. Reactions of different rules are never merged,
/// and those of different rounds differ in their newest reactant, so the table starts empty each
/// time; emptying costs nothing, for slots carry the number of the round.
class ReactionTable {
public:
    explicit ReactionTable(Network& network) : network_{network}, slots_(1024) {}

    void start_round() noexcept {
        ++round_;
        count_ = 0;
    }

    /// Adds `more` to the factor of the reaction with these members and law, or makes it with
    /// `factor`.
    /// Precondition: members are in the order in which the network keeps them.
    void add(std::span<const SpeciesId> reactants, std::span<const SpeciesId> products,
             RateLawId law, double factor, double more, RuleId rule) {
        std::uint64_t h = law.value + (std::uint64_t{reactants.size()} << 32U);
        for (const SpeciesId s : reactants) {
            h = mix(h ^ (s.value + 0x9E3779B97F4A7C15ULL));
        }
        for (const SpeciesId s : products) {
            h = mix(h ^ s.value);
        }
        std::size_t at = h & (slots_.size() - 1);
        for (; slots_[at].round == round_; at = (at + 1) & (slots_.size() - 1)) {
            const ReactionId r = slots_[at].reaction;
            if (network_.rate_law_id(r) == law && is_equal(network_.reactants(r), reactants) &&
                is_equal(network_.products(r), products)) {
                network_.add_to_factor(r, more);
                return;
            }
        }
        slots_[at] = {round_, network_.add_reaction(reactants, products, law, factor, rule), h};
        if (2 * ++count_ > slots_.size()) {
            grow();
        }
    }

    [[nodiscard]] std::size_t memory() const noexcept { return slots_.size() * sizeof(Slot); }

private:
    struct Slot {
        std::uint32_t round{};
        ReactionId reaction;
        std::uint64_t hash{};
    };

    [[nodiscard]] static bool is_equal(std::span<const SpeciesId> a,
                                       std::span<const SpeciesId> b) noexcept {
        if (a.size() != b.size()) {
            return false;
        }
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }

    void grow() {
        std::vector<Slot> old(slots_.size() * 2);
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.round == round_) {
                std::size_t at = slot.hash & (slots_.size() - 1);
                while (slots_[at].round == round_) {
                    at = (at + 1) & (slots_.size() - 1);
                }
                slots_[at] = slot;
            }
        }
    }

    Network& network_;
    std::vector<Slot> slots_;
    std::uint32_t round_{};
    std::size_t count_{};
};

}  // namespace erbium::net
