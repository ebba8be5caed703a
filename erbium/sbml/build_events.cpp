// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/build_events.cpp: the part of NetworkBuilder that writes events.
#include <fmt/core.h>

#include <utility>

#include "erbium/sbml/algebra.hpp"
#include "erbium/sbml/network_builder.hpp"

namespace erbium::sbml {

using lang::Op;

/// A concentration is set in the volume from before the event, also where the event sets that
/// volume: what stays through a change of volume is the amount.
net::NetworkEventAssignment NetworkBuilder::assignment(const EventFacts& event,
                                                       const EventAssignment& a) {
    const Symbol& symbol = *symbols_.find(a.variable);
    const Symbol* size = symbol.is_concentration ? symbols_.find(symbol.compartment) : nullptr;
    const bool has_fixed_size = size != nullptr && size->role == Role::constant;
    const Expression value =
        has_fixed_size ? apply(Op::multiply, a.math, name(symbol.compartment)) : a.math;
    return {species_.at(symbol.id),
            translated(value, Moment::running, fmt::format("event '{}'", event.id)),
            size != nullptr && !has_fixed_size ? name(size->value_name) : Expression{}};
}

/// An event may have lost all its assignments (those without mathematics): then it does nothing.
void NetworkBuilder::write_events() {
    for (const EventFacts& event : facts_.events) {
        const std::string owner = fmt::format("event '{}'", event.id);
        const auto running = [&](const Expression& e) {
            return e.empty() ? e : translated(e, Moment::running, owner);
        };
        net::NetworkEvent written{.name = event.id,
                                  .trigger = running(event.trigger),
                                  .initial_value = event.initial_value,
                                  .is_persistent = event.is_persistent,
                                  .uses_trigger_time_values = event.uses_trigger_time_values,
                                  .delay = running(event.delay),
                                  .priority = running(event.priority),
                                  .assignments = {}};
        for (const EventAssignment& a : event.assignments) {
            written.assignments.push_back(assignment(event, a));
        }
        if (!written.assignments.empty()) {
            network_.events.push_back(std::move(written));
        }
    }
}

}  // namespace erbium::sbml
