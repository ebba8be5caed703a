// SPDX-License-Identifier: Apache-2.0
// erbium/net/pattern.hpp: a model's pattern as the list of steps that matching it takes.
// Reads: model::Pattern   Makes: CompiledPattern   Used by: match, rule_program, observables
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/type_table.hpp"

namespace erbium::net {

/// One thing to decide while a pattern is laid onto a species: the image of a molecule, or of a
/// site of the molecule decided last.
struct MatchStep {
    enum class Kind : std::uint8_t {
        any_molecule,     ///< try every molecule of the type
        bonded_molecule,  ///< the molecule at the other end of a bond of `anchor_site`
        site,             ///< a site that can only be one site
        group_site        ///< a site among interchangeable ones
    };
    Kind kind{Kind::any_molecule};
    model::BondTest bond{model::BondTest::whatever};
    std::uint16_t node{};           ///< molecule or site of the pattern
    std::uint16_t molecule{};       ///< molecule of the pattern that `node` belongs to
    std::uint16_t type{};           ///< molecules: their type
    std::uint16_t test{kNone};      ///< molecules: compartment; sites: state; kNone: no test
    std::uint16_t first{};          ///< sites: relative to the molecule
    std::uint16_t size{1};          ///< sites: how many are interchangeable
    std::uint16_t bond_count{};     ///< sites with BondTest::bound: how many bonds
    std::uint16_t anchor_site{};    ///< bonded_molecule: pattern site decided before
    std::uint16_t anchored_site{};  ///< bonded_molecule: pattern site of this molecule
    std::uint32_t partners_begin{};  ///< sites: partners decided before, in `partners`
    std::uint32_t partners_end{};
};

/// One bit per property (type present, site in state, site free, site bound) that some pattern
/// asks for; tells most species that a pattern cannot match from a few words.
class FeatureTable {
public:
    explicit FeatureTable(const TypeTable& types);

    [[nodiscard]] std::size_t word_count() const noexcept { return (bit_count_ + 63) / 64; }

    /// The bits that a species needs to be matched by `pattern`.
    [[nodiscard]] std::vector<std::uint64_t> required(const model::Pattern& pattern);

    /// Sets the bits that a species has.
    void present(const class SpeciesGraph& graph, std::span<std::uint64_t> bits) const;

private:
    static constexpr std::uint32_t kNoBit = 0xFFFFFFFFU;
    std::uint32_t bit(std::uint32_t& slot);

    const TypeTable* types_;
    std::uint32_t bit_count_{};
    std::vector<std::uint32_t> type_bits_;
    std::vector<std::uint32_t> free_bits_;                // by flat site
    std::vector<std::uint32_t> bound_bits_;               // by flat site
    std::vector<std::vector<std::uint32_t>> state_bits_;  // by flat site, state
};

struct CompiledPattern {
    std::vector<MatchStep> steps;
    std::vector<std::uint16_t> partners;
    std::uint16_t molecule_count{};
    std::uint16_t site_count{};
    std::uint16_t compartment{kNone};  ///< of the whole species
    bool is_match_once{};
    std::vector<std::uint64_t> features;
};

/// Compiles a pattern. `features` learns what the pattern asks for.
[[nodiscard]] CompiledPattern compile_pattern(const model::Pattern& pattern, const TypeTable& types,
                                              FeatureTable& features);

}  // namespace erbium::net
