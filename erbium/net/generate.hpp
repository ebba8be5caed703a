// SPDX-License-Identifier: Apache-2.0
// erbium/net/generate.hpp: rules and seed species in, all species and reactions out.
// Reads: model::Model   Makes: Network   Used by: apps, eqn, tests
// See docs/theory/network-generation.md for the definitions of matches, events and factors.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net {

/// Where a generation stands.
struct GenerationProgress {
    std::size_t iteration{};
    std::size_t species{};
    std::size_t reactions{};
    std::size_t rule{};  ///< index of the last rule applied
};

/// What bounds a generation. Two kinds: limits that are part of what is asked for (BioNetGen's
/// max_iter, max_agg, max_stoich: the network simply ends there), and guards against models that
/// grow without end (an error that names the rule).
struct GenerateOptions {
    std::optional<std::size_t> max_iterations{};  ///< rounds of rules on new species
    std::optional<std::size_t> max_molecules{};   ///< no species with more (max_agg)
    std::vector<std::pair<std::string, std::size_t>> max_stoichiometry{};  ///< by molecule type

    // Five times the species of the largest published networks, and reached within about a second,
    // so that a model that grows without end is told so at once.
    std::size_t guard_species{100'000};
    std::size_t guard_reactions{50'000'000};
    std::size_t guard_molecules{120};                ///< in one species
    std::size_t guard_bytes{std::size_t{8} << 30U};  ///< of the network and its tables

    /// Threads that match and apply rules; the network does not depend on their number.
    unsigned threads{1};

    /// Called after every few thousand events, by the thread that called generate(); generation
    /// stops with ERB-NET-0015 when it returns false.
    std::function<bool(const GenerationProgress&)> progress{};
};

struct Generated {
    Network network;
    Diagnostics warnings;
    std::size_t iterations{};
    bool is_complete{true};    ///< false: max_iterations ended it before all rules were exhausted
    std::size_t peak_bytes{};  ///< held by the network and the tables of the generator
};

/// Generates the network of a model: from the seed species on, each rule is applied to all
/// combinations of species that it matches, until nothing new appears.
///
/// Reactions have BioNetGen's factors: the number of events of a rule that lead from the reactants
/// to the products. Matches that agree on what the rule changes are one event; symmetries of the
/// rule are divided out. Volumes and areas of compartments go into the factor of reactions with
/// several reactants (and of syntheses). Reactions that change nothing are left out.
///
/// Errors: ERB-NET-0001, 0002, 0004 to 0006, 0010 to 0017. Warnings: 0018 to 0021; 0019 (see
/// growth.hpp) only where a limit or guard ended the network.
/// Cost: proportional to the events; one canonical form each. Deterministic: species and reactions
/// are numbered by the order of seeds and rules alone.
[[nodiscard]] Outcome<Generated, Diagnostics> generate(const model::Model& model,
                                                       const GenerateOptions& options = {});

}  // namespace erbium::net
