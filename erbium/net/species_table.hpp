// SPDX-License-Identifier: Apache-2.0
// erbium/net/species_table.hpp: all species of a network, each stored once.
// Reads: canonical words   Makes: SpeciesId   Used by: generate, read-back of species texts
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/net/species_graph.hpp"

namespace erbium::net {

/// Canonical words by SpeciesId, with a hash table over them.
class SpeciesTable {
public:
    [[nodiscard]] std::size_t size() const noexcept { return begins_.size(); }

    /// The species as stored; valid until the next insert().
    [[nodiscard]] SpeciesView view(SpeciesId s) const noexcept {
        return SpeciesView{words_.data() + begins_[s.value]};
    }
    [[nodiscard]] std::optional<SpeciesId> find(std::span<const std::uint16_t> words) const;
    /// Precondition: find(words) is empty.
    SpeciesId insert(std::span<const std::uint16_t> words);

    /// Bytes held.
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct Slot {
        std::uint32_t tag{};
        std::uint32_t id_plus_one{};
    };

    [[nodiscard]] std::span<const std::uint16_t> words_of(std::uint32_t s) const noexcept;
    void grow();

    std::vector<std::uint16_t> words_;
    std::vector<std::uint64_t> begins_;
    std::vector<std::uint32_t> tags_;
    std::vector<Slot> slots_;
};

}  // namespace erbium::net
