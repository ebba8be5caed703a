// SPDX-License-Identifier: Apache-2.0
// erbium/net/observables.hpp: how much one copy of a species adds to each observable.
// Reads: model::Observable, Target   Makes: weights   Used by: generate, local functions, energies
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/match.hpp"

namespace erbium::net {

/// The options of a model that change how observables count.
struct CountingOptions {
    /// `MoleculesObservables` is "CountUnique": matches that differ by a symmetry of the pattern
    /// count as one. BioNetGen's default counts all.
    bool counts_unique_matches{};
    /// `SpeciesObservables` is "CountUnique": a species counts once even when several patterns
    /// match.
    bool counts_species_once{};
};

class ObservableCounter {
public:
    ObservableCounter(const std::vector<model::Observable>& observables, const TypeTable& types,
                      FeatureTable& features, CountingOptions options);

    [[nodiscard]] std::size_t size() const noexcept { return observables_.size(); }

    /// Weight of the species in observable `o`. With a root: only matches that put the first
    /// molecule of a pattern onto that molecule.
    [[nodiscard]] double weight(std::size_t o, const Target& target, Matcher& matcher,
                                std::optional<std::uint16_t> root = std::nullopt) const;

private:
    struct Part {
        CompiledPattern pattern;
        std::optional<model::CountTest> test;
        double scale{1.0};
    };
    struct Compiled {
        bool counts_species{};
        std::vector<Part> parts;
    };
    std::vector<Compiled> observables_;
    CountingOptions options_;
};

}  // namespace erbium::net
