// SPDX-License-Identifier: Apache-2.0
// erbium/net/match.hpp: every way to lay a pattern onto a species.
// Reads: CompiledPattern, SpeciesGraph   Makes: Embeddings   Used by: generate, observables, energy
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/net/pattern.hpp"
#include "erbium/net/species_graph.hpp"

namespace erbium::net {

/// A species made ready for matching: the graph, its molecules by type, and what it has.
class Target {
public:
    Target(const TypeTable& types, const FeatureTable& features)
        : types_{&types}, features_{&features} {}

    void load(SpeciesView species, std::uint16_t compartment);

    [[nodiscard]] const SpeciesGraph& graph() const noexcept { return graph_; }
    [[nodiscard]] std::uint16_t compartment() const noexcept { return compartment_; }
    [[nodiscard]] std::span<const std::uint16_t> molecules_of(std::uint16_t type) const noexcept {
        return {by_type_.data() + type_begins_[type],
                static_cast<std::size_t>(type_begins_[type + 1U] - type_begins_[type])};
    }
    /// False when the species lacks something that every match of the pattern needs.
    [[nodiscard]] bool may_match(const CompiledPattern& pattern) const noexcept {
        for (std::size_t i = 0; i < pattern.features.size(); ++i) {
            if ((bits_[i] & pattern.features[i]) != pattern.features[i]) {
                return false;
            }
        }
        return pattern.compartment == kNone || pattern.compartment == compartment_;
    }

private:
    const TypeTable* types_;
    const FeatureTable* features_;
    SpeciesGraph graph_;
    std::uint16_t compartment_{kNone};
    std::vector<std::uint16_t> by_type_;
    std::vector<std::uint32_t> type_begins_;
    std::vector<std::uint64_t> bits_;
};

/// Where a pattern lies: the images of its molecules, then of its sites.
struct Embedding {
    std::span<const std::uint16_t> molecules;
    std::span<const std::uint16_t> sites;
};

/// Enumerates matches. Keeps its buffers from call to call.
class Matcher {
public:
    /// Calls visit(Embedding) for each match, until it returns false or a pattern marked
    /// {MatchOnce} has been matched. Matches come in a fixed order.
    template <class Visit>
    void for_each(const CompiledPattern& pattern, const Target& target, Visit&& visit) {
        if (!target.may_match(pattern) ||
            pattern.molecule_count > target.graph().molecule_count()) {
            return;
        }
        begin(pattern, target);
        run(0, visit);
    }

    [[nodiscard]] bool has_match(const CompiledPattern& pattern, const Target& target);
    [[nodiscard]] std::uint64_t count(const CompiledPattern& pattern, const Target& target);
    /// Matches that put the pattern's first molecule onto `root`.
    [[nodiscard]] std::uint64_t count_rooted(const CompiledPattern& pattern, const Target& target,
                                             std::uint16_t root);

private:
    void begin(const CompiledPattern& pattern, const Target& target);
    [[nodiscard]] bool site_fits(const MatchStep& step, std::uint16_t site) const noexcept;

    // Decides steps from `at` on; false: stop everything.
    template <class Visit>
    bool run(std::size_t at, Visit& visit);
    template <class Visit>
    bool try_molecule(std::size_t at, std::uint16_t m, Visit& visit);

    const CompiledPattern* pattern_{};
    const Target* target_{};
    std::vector<std::uint16_t> molecule_image_;
    std::vector<std::uint16_t> site_image_;
    std::vector<std::uint8_t> molecule_used_;
    std::vector<std::uint8_t> site_used_;
};

template <class Visit>
bool Matcher::try_molecule(std::size_t at, std::uint16_t m, Visit& visit) {
    const MatchStep& step = pattern_->steps[at];
    const Molecule& molecule = target_->graph().molecule(m);
    if (molecule_used_[m] != 0 || molecule.type != step.type ||
        (step.test != kNone && step.test != molecule.compartment)) {
        return true;
    }
    molecule_used_[m] = 1;
    molecule_image_[step.node] = m;
    const bool goes_on = run(at + 1, visit);
    molecule_used_[m] = 0;
    return goes_on;
}

template <class Visit>
bool Matcher::run(std::size_t at, Visit& visit) {
    const std::vector<MatchStep>& steps = pattern_->steps;
    // Sites without alternatives need no branch and no undoing.
    while (at < steps.size() && steps[at].kind == MatchStep::Kind::site) {
        const MatchStep& step = steps[at];
        const Molecule& molecule = target_->graph().molecule(molecule_image_[step.molecule]);
        const auto site = static_cast<std::uint16_t>(molecule.first_site + step.first);
        if (!site_fits(step, site)) {
            return true;
        }
        site_image_[step.node] = site;
        ++at;
    }
    if (at == steps.size()) {
        return visit(Embedding{molecule_image_, site_image_}) && !pattern_->is_match_once;
    }
    const MatchStep& step = steps[at];
    if (step.kind == MatchStep::Kind::any_molecule) {
        for (const std::uint16_t m : target_->molecules_of(step.type)) {
            if (!try_molecule(at, m, visit)) {
                return false;
            }
        }
        return true;
    }
    if (step.kind == MatchStep::Kind::bonded_molecule) {
        const SpeciesGraph& graph = target_->graph();
        const std::uint16_t anchor = site_image_[step.anchor_site];
        if (graph.partner(anchor) != kSeveral) {
            return try_molecule(at, graph.owner(graph.partner(anchor)), visit);
        }
        bool goes_on = true;
        std::vector<std::uint16_t> tried;
        graph.for_each_partner(anchor, [&](std::uint16_t partner) {
            const std::uint16_t m = graph.owner(partner);
            for (const std::uint16_t before : tried) {
                if (before == m) {
                    return;
                }
            }
            tried.push_back(m);
            goes_on = goes_on && try_molecule(at, m, visit);
        });
        return goes_on;
    }
    const Molecule& molecule = target_->graph().molecule(molecule_image_[step.molecule]);
    for (std::uint16_t i = 0; i < step.size; ++i) {
        const auto site = static_cast<std::uint16_t>(molecule.first_site + step.first + i);
        if (site_used_[site] != 0 || !site_fits(step, site)) {
            continue;
        }
        site_used_[site] = 1;
        site_image_[step.node] = site;
        const bool goes_on = run(at + 1, visit);
        site_used_[site] = 0;
        if (!goes_on) {
            return false;
        }
    }
    return true;
}

}  // namespace erbium::net
