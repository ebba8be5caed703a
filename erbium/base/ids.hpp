// SPDX-License-Identifier: Apache-2.0
// erbium/base/ids.hpp: table indices that cannot be mixed up.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace erbium {

/// Index into one particular table. Two indices of different tables never mix:
/// handing a ReactionId where a SpeciesId is wanted does not compile.
template <class Tag>
struct Id {
    std::uint32_t value{};
    auto operator<=>(const Id&) const = default;
};

/// The index of the element at position `i` of its table. Precondition: i < 2^32.
template <class I>
[[nodiscard]] constexpr I id_at(std::size_t i) noexcept {
    return I{static_cast<std::uint32_t>(i)};
}

using CompartmentId = Id<struct CompartmentTag>;    ///< model::Model::compartments
using MoleculeTypeId = Id<struct MoleculeTypeTag>;  ///< model::Model::molecule_types
using ParameterId = Id<struct ParameterTag>;        ///< parameters of a Model or a Network
using FunctionId = Id<struct FunctionTag>;          ///< functions of a Model or a Network
using ObservableId = Id<struct ObservableTag>;      ///< observables of a Model or a Network
using RuleId = Id<struct RuleTag>;                  ///< model::Model::rules
using SpeciesId = Id<struct SpeciesTag>;            ///< row of the stoichiometric matrix
using ReactionId = Id<struct ReactionTag>;          ///< column of the stoichiometric matrix

}  // namespace erbium

template <class Tag>
struct std::hash<erbium::Id<Tag>> {
    std::size_t operator()(const erbium::Id<Tag>& id) const noexcept { return id.value; }
};
