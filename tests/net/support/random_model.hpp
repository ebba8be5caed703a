// SPDX-License-Identifier: Apache-2.0
// tests/net/support/random_model.hpp: small rule sets that nobody would write.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace erbium::net::test {

/// A site of a pattern as text parts; `bond` is "", "!1", "!+" or "!?".
struct RandomSite {
    std::string name;
    std::string state;
    std::string bond;
};

/// A molecule of a rule; its sites stand in the same order on both sides.
struct RandomMolecule {
    std::size_t type{};
    std::vector<RandomSite> sites;
};

using RandomComplex = std::vector<RandomMolecule>;

struct RandomRule {
    std::vector<RandomComplex> left;
    std::vector<RandomComplex> right;
    std::string keywords;
    bool has_matching_sides{};  ///< molecule k of the left is molecule k of the right
};

struct RandomType {
    std::string name;
    std::vector<RandomSite> sites;  ///< `state` is "" or "~u~p"
};

/// Molecule types with repeated sites, rules that bind, unbind, close rings, change states, create
/// and destroy.
struct RandomModel {
    std::vector<RandomType> types;
    std::vector<RandomRule> rules;

    explicit RandomModel(std::uint64_t seed);

    /// BNGL. The same model whatever the order seed; 0 leaves the order as it is, other values
    /// shuffle types, sites, seeds, rules and reactants.
    [[nodiscard]] std::string text(std::uint64_t order_seed) const;
};

}  // namespace erbium::net::test
