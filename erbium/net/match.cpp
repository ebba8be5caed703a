// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/match.hpp"

namespace erbium::net {

void Target::load(SpeciesView species, std::uint16_t compartment) {
    graph_.clear();
    graph_.append(species);
    compartment_ = compartment;
    type_begins_.assign(types_->size() + 1, 0);
    for (const Molecule& molecule : graph_.molecules()) {
        ++type_begins_[molecule.type + 1U];
    }
    for (std::size_t t = 0; t < types_->size(); ++t) {
        type_begins_[t + 1] += type_begins_[t];
    }
    by_type_.resize(graph_.molecule_count());
    // Filling from the back leaves the begins where they were.
    for (std::size_t m = graph_.molecule_count(); m-- > 0;) {
        by_type_[--type_begins_[graph_.molecule(m).type + 1U]] = static_cast<std::uint16_t>(m);
    }
    for (std::size_t t = 0; t < types_->size(); ++t) {
        type_begins_[t] = type_begins_[t + 1];
    }
    type_begins_[types_->size()] = static_cast<std::uint32_t>(graph_.molecule_count());
    bits_.resize(features_->word_count());
    features_->present(graph_, bits_);
}

void Matcher::begin(const CompiledPattern& pattern, const Target& target) {
    pattern_ = &pattern;
    target_ = &target;
    molecule_image_.resize(pattern.molecule_count);
    site_image_.resize(pattern.site_count);
    molecule_used_.assign(target.graph().molecule_count(), 0);
    site_used_.assign(target.graph().site_count(), 0);
}

bool Matcher::site_fits(const MatchStep& step, std::uint16_t site) const noexcept {
    const SpeciesGraph& graph = target_->graph();
    if (step.test != kNone && graph.state(site) != step.test) {
        return false;
    }
    switch (step.bond) {
        case model::BondTest::whatever:
            return true;
        case model::BondTest::free:
            return graph.partner(site) == kNone;
        case model::BondTest::any:
            return graph.partner(site) != kNone;
        case model::BondTest::bound:
            break;
    }
    if (graph.degree(site) != step.bond_count) {
        return false;
    }
    for (std::uint32_t p = step.partners_begin; p < step.partners_end; ++p) {
        if (!graph.are_bonded(site, site_image_[pattern_->partners[p]])) {
            return false;
        }
    }
    return true;
}

bool Matcher::has_match(const CompiledPattern& pattern, const Target& target) {
    bool found = false;
    for_each(pattern, target, [&](const Embedding&) {
        found = true;
        return false;
    });
    return found;
}

std::uint64_t Matcher::count(const CompiledPattern& pattern, const Target& target) {
    std::uint64_t matches = 0;
    for_each(pattern, target, [&](const Embedding&) {
        ++matches;
        return true;
    });
    return matches;
}

std::uint64_t Matcher::count_rooted(const CompiledPattern& pattern, const Target& target,
                                    std::uint16_t root) {
    std::uint64_t matches = 0;
    for_each(pattern, target, [&](const Embedding& embedding) {
        matches += embedding.molecules.empty() || embedding.molecules[0] == root ? 1U : 0U;
        return true;
    });
    return matches;
}

}  // namespace erbium::net
