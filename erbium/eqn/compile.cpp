// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/compile.cpp: the passes from a network to its equations, in order.
#include <fmt/core.h>

#include <memory>
#include <utility>

#include "erbium/eqn/graph.hpp"
#include "erbium/eqn/rate_laws.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/eqn/tables.hpp"
#include "erbium/eqn/tape.hpp"
#include "erbium/eqn/translate.hpp"

namespace erbium::eqn {
namespace {

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
    std::vector<std::string> names;
    names.reserve(entries.size());
    for (const auto& entry : entries) {
        names.push_back(entry.name);
    }
    return names;
}

void write_names(const net::Network& network, System::Tables& tables) {
    std::vector<std::string> species;
    species.reserve(network.species_count());
    for (std::size_t s = 0; s < network.species_count(); ++s) {
        const auto id = id_at<SpeciesId>(s);
        species.emplace_back(network.species_text(id));
        tables.is_fixed.push_back(network.is_fixed(id) ? 1 : 0);
    }
    tables.species = NameTable{std::move(species)};
    tables.parameters = NameTable{names_of(network.parameters)};
    tables.observables = NameTable{names_of(network.observables)};
    tables.functions = NameTable{names_of(network.functions)};
}

void write_observables(const net::Network& network, System::Tables& tables) {
    tables.observable_begins.assign(1, 0);
    for (const net::Observable& observable : network.observables) {
        for (const net::ObservableTerm& term : observable.terms) {
            tables.observable_terms.push_back({term.species.value, term.weight});
        }
        tables.observable_begins.push_back(
            static_cast<std::uint32_t>(tables.observable_terms.size()));
    }
}

std::vector<NodeId> initial_amounts(const net::Network& network, Definitions& definitions,
                                    const Graph& graph, Diagnostics& diagnostics) {
    std::vector<NodeId> amounts;
    for (std::size_t s = 0; s < network.species_count(); ++s) {
        const auto id = id_at<SpeciesId>(s);
        const std::string owner =
            fmt::format("the initial amount of '{}'", network.species_text(id));
        const auto amount = definitions.translate(network.initial_amount(id), owner);
        if (amount && graph[*amount].is_varying) {
            diagnostics.error("ERB-EQN-0009", network.initial_amount(id).span(),
                              owner + " depends on what changes in time",
                              "it may refer to parameters only");
        } else if (amount) {
            amounts.push_back(*amount);
        }
    }
    return amounts;
}

Product product(Slot slot, const std::vector<std::uint32_t>& factors, System::Tables& tables) {
    const auto first = static_cast<std::uint32_t>(tables.factors.size());
    tables.factors.insert(tables.factors.end(), factors.begin(), factors.end());
    return {slot, first, static_cast<std::uint32_t>(factors.size())};
}

}  // namespace

Outcome<System, Diagnostics> compile(const net::Network& network) {
    Diagnostics diagnostics;
    Graph graph;
    Definitions definitions{network, graph, diagnostics};
    const auto tables = std::make_shared<System::Tables>();
    write_names(network, *tables);
    write_observables(network, *tables);

    const std::vector<NodeId> initial = initial_amounts(network, definitions, graph, diagnostics);
    std::vector<RateForm> rates;
    rates.reserve(network.reaction_count());
    for (std::size_t r = 0; !diagnostics.has_errors() && r < network.reaction_count(); ++r) {
        if (auto form = rate_form(network, id_at<ReactionId>(r), definitions, graph, diagnostics)) {
            rates.push_back(std::move(*form));
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    write_stoichiometry(network, *tables);
    const JacobianForm jacobian = write_jacobian(network, rates, graph, *tables, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }

    TapeRoots roots;
    roots.constants = initial;
    for (const RateForm& rate : rates) {
        roots.rates.push_back(rate.coefficient);
    }
    for (const PartialForm& partial : jacobian.partials) {
        roots.slopes.push_back(partial.coefficient);
    }
    roots.outputs = definitions.functions();
    for (std::uint32_t o = 0; o < network.observables.size(); ++o) {
        roots.outputs.push_back(graph.observable(o));
    }
    const std::vector<Slot> slots = write_tapes(graph, definitions, roots, *tables);
    for (const RateForm& rate : rates) {
        tables->rates.push_back(product(slots[rate.coefficient.value], rate.factors, *tables));
    }
    for (const PartialForm& partial : jacobian.partials) {
        tables->partials.push_back(
            product(slots[partial.coefficient.value], partial.factors, *tables));
    }
    for (std::uint32_t o = 0; o < network.observables.size(); ++o) {
        tables->observable_slots.push_back(slots[graph.observable(o).value]);
    }
    for (const NodeId function : definitions.functions()) {
        tables->function_slots.push_back(slots[function.value]);
    }
    for (const NodeId amount : initial) {
        tables->initial_slots.push_back(slots[amount.value]);
    }

    tables->parameter_values = definitions.parameter_values();
    tables->is_derived.resize(network.parameters.size());
    for (const auto& derived : definitions.derived()) {
        tables->is_derived[derived.parameter] = 1;
    }
    const ReferenceKernel kernel{System{tables}};  // computes the derived parameters
    for (std::uint32_t p = 0; p < network.parameters.size(); ++p) {
        tables->parameter_values[p] = kernel.parameter(ParameterId{p});
    }
    return System{tables};
}

}  // namespace erbium::eqn
