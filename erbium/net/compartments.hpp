// SPDX-License-Identifier: Apache-2.0
// erbium/net/compartments.hpp: which compartments touch, and where a species is.
// Reads: model::Compartment   Used by: rule_program, apply, generate
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/model/model.hpp"
#include "erbium/net/species_graph.hpp"

namespace erbium::net {

/// How a species on one membrane gets to another through the volume between them.
enum class Crossing : std::uint8_t {
    none,       ///< the membranes are not separated by one volume; or no membranes
    inverting,  ///< one membrane lies inside the other: outside and inside swap (endocytosis)
    keeping     ///< both lie in the same volume: outside and inside stay (vesicle to vesicle)
};

/// The tree of volumes and surfaces. Indices are those of Model::compartments; kNone is nowhere.
class Compartments {
public:
    Compartments() = default;
    explicit Compartments(const std::vector<model::Compartment>& compartments);

    [[nodiscard]] bool empty() const noexcept { return dimension_.empty(); }
    [[nodiscard]] bool is_surface(std::uint16_t c) const noexcept { return dimension_[c] == 2; }
    [[nodiscard]] std::uint16_t outside(std::uint16_t c) const noexcept { return outside_[c]; }
    /// The first compartment inside `c`, or kNone.
    [[nodiscard]] std::uint16_t inside(std::uint16_t c) const noexcept { return inside_[c]; }
    [[nodiscard]] bool are_adjacent(std::uint16_t a, std::uint16_t b) const noexcept {
        return outside_[a] == b || outside_[b] == a;
    }
    [[nodiscard]] Crossing crossing(std::uint16_t from, std::uint16_t to) const noexcept;

    /// Whether species in these compartments can meet: on one surface, in one volume, or on a
    /// surface and in a volume next to it. Species with and without compartment do not meet.
    [[nodiscard]] bool can_meet(std::span<const std::uint16_t> places) const noexcept;

    /// The compartment of a species: the surface when a molecule is on one, else the volume.
    /// Nothing when molecules are on two surfaces, in two volumes without a surface, in a volume
    /// that does not touch the surface, or not all placed.
    [[nodiscard]] std::optional<std::uint16_t> place_of(
        const SpeciesGraph& graph, std::span<const std::uint16_t> members) const noexcept;

    /// Whether every bond joins molecules of one compartment or of two adjacent ones.
    [[nodiscard]] bool bonds_fit(const SpeciesGraph& graph,
                                 std::span<const std::uint16_t> members) const noexcept;

private:
    std::vector<std::uint8_t> dimension_;
    std::vector<std::uint16_t> outside_;
    std::vector<std::uint16_t> inside_;
};

}  // namespace erbium::net
