// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/compile.cpp: the passes from a network to its equations, in order.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "erbium/eqn/event_forms.hpp"
#include "erbium/eqn/graph.hpp"
#include "erbium/eqn/rate_laws.hpp"
#include "erbium/eqn/reaction_changes.hpp"
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

void add_event_roots(const EventForms& forms, TapeRoots& roots) {
    roots.constants.insert(roots.constants.end(), forms.stop_times.begin(), forms.stop_times.end());
    for (const EventForm& event : forms.events) {
        roots.events.push_back(event.trigger);
        for (const std::optional<NodeId>& part : {event.delay, event.priority}) {
            if (part) {
                roots.events.push_back(*part);
            }
        }
        roots.events.insert(roots.events.end(), event.values.begin(), event.values.end());
        for (const std::optional<NodeId>& factor : event.factors) {
            if (factor) {
                roots.events.push_back(*factor);
            }
        }
    }
    for (const RootForm& root : forms.roots) {
        roots.events.push_back(root.comparison);
        roots.events.push_back(root.difference);
        if (root.is_in_rate) {
            roots.rates.push_back(root.comparison);
        }
    }
}

void write_events(const net::Network& network, const EventForms& forms,
                  const std::vector<Slot>& slots, System::Tables& tables) {
    const auto slot_of = [&](const std::optional<NodeId>& node) {
        return node ? std::optional{slots[node->value]} : std::nullopt;
    };
    for (std::size_t e = 0; e < forms.events.size(); ++e) {
        const net::NetworkEvent& source = network.events[e];
        const EventForm& form = forms.events[e];
        TriggeredEvent event{.name = source.name,
                             .trigger = slots[form.trigger.value],
                             .initial_value = source.initial_value,
                             .is_persistent = source.is_persistent,
                             .uses_trigger_time_values = source.uses_trigger_time_values,
                             .delay = slot_of(form.delay),
                             .priority = slot_of(form.priority),
                             .assignments = {}};
        for (std::size_t a = 0; a < form.values.size(); ++a) {
            event.assignments.push_back({source.assignments[a].target, slots[form.values[a].value],
                                         slot_of(form.factors[a])});
        }
        tables.events.push_back(std::move(event));
    }
    for (const RootForm& root : forms.roots) {
        tables.roots.push_back(
            {slots[root.difference.value], slots[root.comparison.value], root.is_in_rate});
    }
    for (const NodeId time : forms.stop_times) {
        tables.stop_time_slots.push_back(slots[time.value]);
    }
}

}  // namespace

Outcome<System, Diagnostics> compile(const net::Network& network) {
    Diagnostics diagnostics;
    if (network.species_count() == 0) {
        diagnostics.error("ERB-EQN-0010", {},
                          "the network has no species: nothing can be simulated",
                          "seed species start a network, or rules that make molecules from 0");
        return diagnostics;
    }
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
    const EventForms events = event_forms(network, definitions, graph, diagnostics);
    ReactionChanges changes = changes_of(network);
    take_out_algebraic_states(network, changes, *tables, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    write_stoichiometry(network, changes, *tables);
    const JacobianForm jacobian =
        write_jacobian(network, rates, changes, graph, *tables, diagnostics);
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
    for (const PartialForm& partial : jacobian.time_partials) {
        roots.time_slopes.push_back(partial.coefficient);
    }
    roots.outputs = definitions.functions();
    for (std::uint32_t o = 0; o < network.observables.size(); ++o) {
        roots.outputs.push_back(graph.observable(o));
    }
    add_event_roots(events, roots);
    const std::vector<Slot> slots = write_tapes(graph, definitions, roots, *tables);
    for (const RateForm& rate : rates) {
        tables->rates.push_back(product(slots[rate.coefficient.value], rate.factors, *tables));
    }
    for (const PartialForm& partial : jacobian.partials) {
        tables->partials.push_back(
            product(slots[partial.coefficient.value], partial.factors, *tables));
    }
    for (const PartialForm& partial : jacobian.time_partials) {
        tables->time_partials.push_back(
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

    write_events(network, events, slots, *tables);
    tables->time_knots = definitions.time_knots();
    tables->time_knots.insert(tables->time_knots.end(), events.knots.begin(), events.knots.end());
    std::sort(tables->time_knots.begin(), tables->time_knots.end());
    tables->time_knots.erase(std::unique(tables->time_knots.begin(), tables->time_knots.end()),
                             tables->time_knots.end());
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
