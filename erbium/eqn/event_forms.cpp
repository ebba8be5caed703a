// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/event_forms.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace erbium::eqn {
namespace {

class EventTranslator {
public:
    EventTranslator(const net::Network& network, Definitions& definitions, Graph& graph,
                    Diagnostics& diagnostics)
        : network_{network}, definitions_{definitions}, graph_{graph}, diagnostics_{diagnostics} {}

    std::optional<EventForm> translate(const net::NetworkEvent& event) {
        const std::string owner = fmt::format("event '{}'", event.name);
        EventForm form;
        const auto trigger = definitions_.translate(event.trigger, "the trigger of " + owner);
        if (!trigger || !part(event.delay, "the delay of " + owner, form.delay) ||
            !part(event.priority, "the priority of " + owner, form.priority)) {
            return std::nullopt;
        }
        form.trigger = is_truth(graph_[*trigger].op)
                           ? *trigger
                           : graph_.apply(Opcode::less, graph_.number(0.5), *trigger);
        for (const net::NetworkEventAssignment& assignment : event.assignments) {
            if (!has_target(assignment)) {
                diagnostics_.error("ERB-EQN-0011", assignment.value.span(),
                                   owner +
                                       " changes a species or parameter by an index that the "
                                       "network does not have");
                return std::nullopt;
            }
            const auto value = definitions_.translate(assignment.value, "a value of " + owner);
            if (!value) {
                return std::nullopt;
            }
            form.values.push_back(*value);
            form.factors.emplace_back();
            if (!part(assignment.factor, "a factor of " + owner, form.factors.back())) {
                return std::nullopt;
            }
        }
        return form;
    }

private:
    /// False after a complaint; an empty expression is none and leaves `node` empty.
    bool part(const lang::Expression& expression, const std::string& owner,
              std::optional<NodeId>& node) {
        if (expression.empty()) {
            return true;
        }
        node = definitions_.translate(expression, owner);
        return node.has_value();
    }

    [[nodiscard]] bool has_target(const net::NetworkEventAssignment& assignment) const {
        if (const auto* species = std::get_if<SpeciesId>(&assignment.target)) {
            return species->value < network_.species_count();
        }
        return std::get<ParameterId>(assignment.target).value < network_.parameters.size();
    }

    const net::Network& network_;
    Definitions& definitions_;
    Graph& graph_;
    Diagnostics& diagnostics_;
};

/// What the rate laws name, so that the comparisons inside the laws' own formulas (a choice between
/// two forms of one root) are not taken for jumps.
std::vector<NodeId> rate_values(const net::Network& network, const Definitions& definitions) {
    std::vector<NodeId> values;
    for (const net::RateLaw& law : network.rate_laws) {
        for (const std::string& name : law.names) {
            if (const auto value = definitions.value_of(name)) {
                values.push_back(*value);
            }
        }
    }
    return values;
}

}  // namespace

EventForms event_forms(const net::Network& network, Definitions& definitions, Graph& graph,
                       Diagnostics& diagnostics) {
    EventForms forms;
    EventTranslator translator{network, definitions, graph, diagnostics};
    std::vector<NodeId> triggers;
    for (const net::NetworkEvent& event : network.events) {
        if (auto form = translator.translate(event)) {
            triggers.push_back(form->trigger);
            forms.events.push_back(std::move(*form));
        }
    }
    const std::vector<NodeId> in_rates = graph.comparisons(rate_values(network, definitions));
    std::vector<NodeId> all = graph.comparisons(triggers);
    all.insert(all.end(), in_rates.begin(), in_rates.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    for (const NodeId comparison : all) {
        const Graph::Node node = graph[comparison];
        if (definitions.is_table_choice(comparison)) {
            continue;
        }
        const NodeId a{node.a};
        const NodeId b{node.b};
        const bool a_is_time = graph[a].op == Opcode::time;
        if (a_is_time || graph[b].op == Opcode::time) {
            const NodeId other = a_is_time ? b : a;
            if (graph[other].op == Opcode::number) {
                forms.knots.push_back(graph[other].number);
                continue;
            }
            if (!graph[other].is_varying) {
                forms.stop_times.push_back(other);
                continue;
            }
        }
        forms.roots.push_back({comparison, graph.subtract(a, b),
                               std::binary_search(in_rates.begin(), in_rates.end(), comparison)});
    }
    return forms;
}

}  // namespace erbium::eqn
