// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/network_builder.hpp: ids with their values and changes -> the network.
// Reads: Facts, Symbols   Makes: net::Network   Used by: sbml::import_model
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/net/network.hpp"
#include "erbium/sbml/facts.hpp"
#include "erbium/sbml/symbols.hpp"

namespace erbium::sbml {

/// Writes the network of a model whose symbols all have their role and names.
///
/// Expressions are translated in one of two moments: while time runs, an id is its function,
/// observable or parameter; at the start, everything is made of parameters, those that the moment
/// needs being added on demand. rateOf(x) is a function of its own, so that rates may refer to
/// rates.
///
/// Errors: ERB-SBML-0030, 0034 (a reaction without a rate; unsupported), 0036 (rateOf of what has
/// no known derivative; unsupported).
class NetworkBuilder {
public:
    NetworkBuilder(const Facts& facts, Symbols& symbols, Diagnostics& diagnostics);
    net::Network build();

private:
    enum class Moment { running, start };
    /// Something written on demand: the value of `id` at the start, or its rate at a moment.
    struct Demand {
        std::string id;
        Moment moment{};
        bool is_rate{};
        std::string name;  // of the function or parameter to write
    };

    Expression translated(const Expression& e, Moment moment, const std::string& owner);
    Expression value_of(const std::string& id, Moment moment, const std::string& owner);
    std::string demanded(const std::string& id, Moment moment, bool is_rate);
    void write_demands();

    Expression rate_of(const Symbol& symbol);
    Expression rate_of_assigned(const Symbol& symbol);
    Expression amount_rate(const Symbol& symbol);
    [[nodiscard]] bool varies(const Symbol& compartment) const;

    void write_species();
    void write_functions();
    void write_reactions();
    void write_split(const Reaction& reaction, std::size_t index);
    [[nodiscard]] std::string varying_in(const Expression& rate) const;
    void write_rate_rules();
    void write_equations();
    void write_events();
    net::NetworkEventAssignment assignment(const EventFacts& event, const EventAssignment& a);

    [[nodiscard]] Expression coefficient(const SpeciesReference& reference) const;
    [[nodiscard]] std::string conversion_factor(const std::string& species) const;
    [[nodiscard]] std::optional<std::vector<SpeciesId>> whole(
        const std::vector<SpeciesReference>& side) const;
    net::RateLawId law_of(const std::string& function);

    const Facts& facts_;
    Symbols& symbols_;
    Diagnostics& diagnostics_;
    net::Network network_;
    std::unordered_map<std::string, SpeciesId> species_;
    std::unordered_map<std::string, const Species*> species_facts_;
    std::unordered_map<std::string, net::RateLawId> laws_;
    std::unordered_map<std::string, Expression> net_changes_;  // d amount / dt by reactions
    std::unordered_map<std::string, std::string> demands_;     // key -> name
    std::vector<Demand> todo_;
    std::vector<ReactionId> fast_;
    std::unordered_set<std::string> moved_by_fast_;  // species
};

}  // namespace erbium::sbml
