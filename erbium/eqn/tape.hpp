// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/tape.hpp: expression graph -> instructions and slots.
// Used by: eqn::compile
#pragma once

#include <cstdint>
#include <vector>

#include "erbium/eqn/graph.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/eqn/translate.hpp"

namespace erbium::eqn {

/// What has to be computed when. Roots that do not vary may be listed anywhere.
struct TapeRoots {
    std::vector<NodeId> rates;
    std::vector<NodeId> slopes;
    std::vector<NodeId> time_slopes;
    std::vector<NodeId> outputs;
    std::vector<NodeId> constants;  ///< initial amounts, stop times
    std::vector<NodeId> events;     ///< triggers and what belongs to them, comparisons
};

/// Fills the tapes, literals and the layout of slots of `tables`, whose names, observables and
/// parameters are there already.
/// @return  slot by NodeId; kNoSlot for nodes that no root needs
[[nodiscard]] std::vector<Slot> write_tapes(const Graph& graph, const Definitions& definitions,
                                            const TapeRoots& roots, System::Tables& tables);

inline constexpr Slot kNoSlot = 0xFFFFFFFFU;

}  // namespace erbium::eqn
