// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/build_events.cpp: the part of NetworkBuilder that writes events.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "erbium/sbml/algebra.hpp"
#include "erbium/sbml/network_builder.hpp"

namespace erbium::sbml {

using lang::ExpressionNode;
using lang::Op;

/// The size of a compartment once the event's assignments are made, in ids: assignments of one
/// event are carried out together, so that a concentration set by it is one in the new volume.
/// Nothing when rules stand between in a circle.
std::optional<Expression> NetworkBuilder::size_after(const EventFacts& event,
                                                     const std::string& compartment) {
    const auto assigned_by_event = [&](const std::string& id) {
        return std::find_if(event.assignments.begin(), event.assignments.end(),
                            [&](const EventAssignment& a) { return a.variable == id; });
    };
    Expression size = name(compartment);
    // A rule may depend on rules: written out level by level, then the event's values put in.
    for (std::size_t level = 0; level <= symbols_.all().size(); ++level) {
        bool is_changed = false;
        size = substituted(
            size,
            [&](const ExpressionNode& leaf) -> std::optional<Expression> {
                const Symbol* symbol = symbols_.find(leaf.text);
                if (symbol == nullptr || symbol->role != Role::assigned) {
                    return std::nullopt;
                }
                is_changed = true;
                return symbol->assignment;
            },
            kRateOf, [](const ExpressionNode&) { return std::nullopt; });
        if (!is_changed) {
            return substituted(
                size,
                [&](const ExpressionNode& leaf) -> std::optional<Expression> {
                    const auto at = assigned_by_event(leaf.text);
                    return at == event.assignments.end() ? std::nullopt : std::optional{at->math};
                },
                kRateOf, [](const ExpressionNode&) { return std::nullopt; });
        }
    }
    return std::nullopt;
}

net::NetworkEventAssignment NetworkBuilder::assignment(const EventFacts& event,
                                                       const EventAssignment& a) {
    const Symbol& symbol = *symbols_.find(a.variable);
    Expression amount = a.math;
    if (symbol.is_concentration) {
        const Symbol& compartment = *symbols_.find(symbol.compartment);
        if (compartment.role != Role::constant && event.uses_trigger_time_values &&
            !event.delay.empty()) {
            diagnostics_.unsupported(
                "ERB-SBML-0043", event.span,
                fmt::format("a delayed event that sets the concentration of '{}' to a value of the "
                            "time of the trigger, in a volume that changes",
                            symbol.id));
        }
        const std::optional<Expression> size = size_after(event, symbol.compartment);
        amount = apply(Op::multiply, amount, size.value_or(name(symbol.compartment)));
    }
    return {species_.at(symbol.id),
            translated(amount, Moment::running, fmt::format("event '{}'", event.id))};
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
