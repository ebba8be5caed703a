// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/event_forms.hpp: triggered events and the comparisons at which equations jump.
// Reads: net::Network, Definitions   Makes: EventForms   Used by: eqn::compile
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/eqn/graph.hpp"
#include "erbium/eqn/translate.hpp"
#include "erbium/net/network.hpp"

namespace erbium::eqn {

/// The nodes of one event, before their slots are known.
struct EventForm {
    NodeId trigger;
    std::optional<NodeId> delay;
    std::optional<NodeId> priority;
    std::vector<NodeId> values;                  ///< by assignment
    std::vector<std::optional<NodeId>> factors;  ///< by assignment
};

/// A comparison of a and b, and a - b, whose sign says where it changes.
struct RootForm {
    NodeId comparison;
    NodeId difference;
    bool is_in_rate{};
};

struct EventForms {
    std::vector<EventForm> events;  ///< by net::Network::events
    std::vector<RootForm> roots;
    std::vector<double> knots;       ///< `time` is compared with these numbers
    std::vector<NodeId> stop_times;  ///< `time` is compared with these, which do not vary
};

/// Translates the events of a network, and takes apart the comparisons in their triggers and in the
/// rates of reactions. Tables' choices between their pieces are no comparisons in this sense.
/// Complains as ERB-EQN-0001 ... 0003 and 0011.
[[nodiscard]] EventForms event_forms(const net::Network& network, Definitions& definitions,
                                     Graph& graph, Diagnostics& diagnostics);

}  // namespace erbium::eqn
