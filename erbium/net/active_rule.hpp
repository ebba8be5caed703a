// SPDX-License-Identifier: Apache-2.0
// erbium/net/active_rule.hpp: a rule during generation, with all matches of its patterns so far.
// Used by: generate, event_worker
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/net/rate_book.hpp"
#include "erbium/net/rule_program.hpp"

namespace erbium::net {

/// Matches of one reactant pattern, over all species so far.
struct MatchList {
    std::vector<SpeciesId> species;
    std::vector<std::uint16_t> images;  ///< molecules, then sites of the pattern, per match
    std::size_t stride{};
    std::size_t old_size{};  ///< matches on species of earlier rounds

    [[nodiscard]] std::span<const std::uint16_t> image(std::size_t i) const noexcept {
        return {images.data() + i * stride, stride};
    }
};

struct ActiveRule {
    RuleProgram program;
    RuleRate rate;
    std::vector<MatchList> matches;     ///< by reactant pattern
    std::size_t species_made{};         ///< in this round ...
    std::size_t species_made_before{};  ///< ... and the one before
    bool has_warned_of_place{};
};

/// The most molecules of a type in one species.
struct MaxCopies {
    std::uint16_t type{};
    std::size_t most{};
};

}  // namespace erbium::net
