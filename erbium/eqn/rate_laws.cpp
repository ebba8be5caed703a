// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/rate_laws.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string>

#include "erbium/base/text.hpp"

namespace erbium::eqn {
namespace {

using net::RateLawKind;

/// Michaelis-Menten with the substrate's free part (total quasi-steady-state approximation):
/// S' is the positive root of S'^2 - (S - Km - E) S' - S Km = 0. For S < Km + E the textbook form
/// (b + sqrt(b^2 + 4 S Km)) / 2 cancels; 2 S Km / (sqrt(...) - b) is the same root.
NodeId tqssa(Graph& g, NodeId kcat, NodeId km, NodeId substrate, NodeId enzyme) {
    const NodeId b = g.subtract(g.subtract(substrate, km), enzyme);
    const NodeId s_km = g.multiply(substrate, km);
    const NodeId root =
        g.apply(Opcode::sqrt, g.add(g.multiply(b, b), g.multiply(g.number(4.0), s_km)));
    const NodeId large = g.multiply(g.number(0.5), g.add(b, root));
    const NodeId small = g.divide(g.multiply(g.number(2.0), s_km), g.subtract(root, b));
    const NodeId is_large = g.apply(Opcode::less_equal, g.number(0.0), b);
    const NodeId free = g.apply(Opcode::select, is_large, large, small);
    return g.divide(g.multiply(g.multiply(kcat, enzyme), free), g.add(km, free));
}

/// Vmax |S|^n / (K^n + |S|^n) with the sign of S.
NodeId hill(Graph& g, NodeId vmax, NodeId k, NodeId n, NodeId substrate) {
    const NodeId s_n = g.power(g.apply(Opcode::abs, substrate), n);
    const NodeId signed_s_n = g.multiply(g.apply(Opcode::side, substrate), s_n);
    return g.divide(g.multiply(vmax, signed_s_n), g.add(g.power(k, n), s_n));
}

std::string reaction_name(const net::Network& network, ReactionId r) {
    const RuleId rule = network.rule(r);
    if (rule.value < network.rule_names.size()) {
        return fmt::format("reaction {} (rule {})", r.value + 1, network.rule_names[rule.value]);
    }
    return fmt::format("reaction {}", r.value + 1);
}

/// How many names a law takes.
bool has_right_count(RateLawKind kind, std::size_t names, std::size_t reactants) {
    switch (kind) {
        case RateLawKind::mass_action:
        case RateLawKind::function:
        case RateLawKind::function_product:
            return names == 1;
        case RateLawKind::michaelis_menten:
            return names == 2 && reactants >= 2;
        case RateLawKind::saturation:
            return names >= 1 && names - 1 <= reactants;
        case RateLawKind::hill:
            return names == 3 && reactants >= 1;
    }
    return false;
}

}  // namespace

std::optional<RateForm> rate_form(const net::Network& network, ReactionId r,
                                  const Definitions& definitions, Graph& graph,
                                  Diagnostics& diagnostics) {
    const net::RateLaw& law = network.rate_law(r);
    const std::span<const SpeciesId> reactants = network.reactants(r);
    if (!has_right_count(law.kind, law.names.size(), reactants.size())) {
        diagnostics.error(
            "ERB-EQN-0004", {},
            fmt::format("the rate law of {} has {} names for {} reactants",
                        reaction_name(network, r), law.names.size(), reactants.size()));
        return std::nullopt;
    }
    std::vector<NodeId> values;
    for (const std::string& name : law.names) {
        const std::optional<NodeId> value = definitions.value_of(name);
        if (!value) {
            diagnostics.error("ERB-EQN-0004", {},
                              fmt::format("the rate law of {} uses '{}', which is not defined",
                                          reaction_name(network, r), name),
                              did_you_mean(name, definitions.names()));
            return std::nullopt;
        }
        values.push_back(*value);
    }
    std::vector<NodeId> species;
    RateForm form;
    for (const SpeciesId s : reactants) {
        species.push_back(graph.state(s.value));
        form.factors.push_back(s.value);
    }
    NodeId value = values[0];
    switch (law.kind) {
        case RateLawKind::mass_action:
        case RateLawKind::function:
            std::sort(form.factors.begin(), form.factors.end());
            form.coefficient = graph.multiply(graph.number(network.factor(r)), value);
            return form;
        case RateLawKind::function_product:
            break;
        case RateLawKind::michaelis_menten: {
            NodeId enzyme = species[1];
            for (std::size_t i = 2; i < species.size(); ++i) {
                enzyme = graph.add(enzyme, species[i]);
            }
            value = tqssa(graph, values[0], values[1], species[0], enzyme);
            break;
        }
        case RateLawKind::saturation:
            // With kcat alone BioNetGen's rate is kcat, whatever the reactants.
            for (std::size_t i = 0; values.size() > 1 && i < species.size(); ++i) {
                const NodeId top = graph.multiply(value, species[i]);
                value = i + 1 < values.size()
                            ? graph.divide(top, graph.add(values[i + 1], species[i]))
                            : top;
            }
            break;
        case RateLawKind::hill:
            value = hill(graph, values[0], values[1], values[2], species[0]);
            for (std::size_t i = 1; i < species.size(); ++i) {
                value = graph.multiply(value, species[i]);
            }
            break;
    }
    form.coefficient = graph.multiply(graph.number(network.factor(r)), value);
    form.factors.clear();
    return form;
}

}  // namespace erbium::eqn
