// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/import.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "erbium/sbml/algebra.hpp"
#include "erbium/sbml/algebraic.hpp"
#include "erbium/sbml/network_builder.hpp"
#include "erbium/sbml/read_facts.hpp"
#include "erbium/sbml/symbols.hpp"

namespace erbium::sbml {
namespace {

using lang::Op;

/// Reactions marked fast are in equilibrium at all times. As ordinary ones they are not marked any
/// more, and that is noted as a departure from what the model asks.
void judge_fast_reactions(Facts& facts, const ImportOptions& options, ImportedModel& model,
                          Diagnostics& diagnostics) {
    std::size_t count = 0;
    const Reaction* first = nullptr;
    for (const Reaction& reaction : facts.reactions) {
        if (reaction.is_fast) {
            ++count;
            first = first == nullptr ? &reaction : first;
        }
    }
    if (count == 0) {
        return;
    }
    if (options.treats_fast_as_ordinary) {
        for (Reaction& reaction : facts.reactions) {
            reaction.is_fast = false;
        }
        model.departures.push_back(
            fmt::format("{} of {} reactions are marked fast and were simulated "
                        "as ordinary reactions",
                        count, facts.reactions.size()));
        return;
    }
    const bool has_rate_rule =
        std::any_of(facts.rules.begin(), facts.rules.end(),
                    [](const Rule& rule) { return rule.kind == RuleKind::rate; });
    if (count == facts.reactions.size() && facts.events.empty() && !has_rate_rule) {
        diagnostics.unsupported(
            "ERB-SBML-0035", first->span,
            fmt::format("all reactions marked fast (the first is '{}'): nothing takes time",
                        first->id),
            "with --fast-as-ordinary they are simulated with the rates that they state");
    }
}

std::vector<Quantity> quantities_of(const Facts& facts, const Symbols& symbols) {
    std::vector<Quantity> quantities;
    const auto add = [&](const std::string& id, const std::string& title, const std::string& unit) {
        const Symbol& symbol = *symbols.find(id);
        Quantity quantity{.id = id,
                          .name = title,
                          .kind = symbol.kind,
                          .unit = unit,
                          .value = symbol.value_name,
                          .initial = symbol.initial_name};
        if (symbol.kind == QuantityKind::species) {
            quantity.compartment = symbol.compartment;
            quantity.is_amount = !symbol.is_concentration;
            quantity.amount = symbol.amount_name;
        }
        quantities.push_back(std::move(quantity));
    };
    for (const Compartment& c : facts.compartments) {
        add(c.id, c.name, c.unit);
    }
    for (const Species& s : facts.species) {
        add(s.id, s.name, s.unit);
    }
    for (const Parameter& p : facts.parameters) {
        add(p.id, p.name, p.unit);
    }
    for (const Reaction& r : facts.reactions) {
        if (!r.rate.empty()) {
            add(r.id, r.name, "");
        }
        for (const auto* side : {&r.reactants, &r.products}) {
            for (const SpeciesReference& reference : *side) {
                if (!reference.id.empty()) {
                    add(reference.id, "", "");
                }
            }
        }
    }
    return quantities;
}

bool is_name_taken(const net::Network& network, const std::string& name) {
    const auto has = [&](const auto& table) {
        return std::any_of(table.begin(), table.end(),
                           [&](const auto& entry) { return entry.name == name; });
    };
    return has(network.parameters) || has(network.functions) || has(network.observables);
}

/// A function of the network with this value; the one that is there already, if there is one.
std::string function_for(net::Network& network, const std::string& wanted, Expression value) {
    for (const net::Function& function : network.functions) {
        if (function.name.starts_with(wanted) && function.value == value) {
            return function.name;
        }
    }
    std::string name = wanted;
    for (int n = 2; is_name_taken(network, name); ++n) {
        name = fmt::format("{}_{}", wanted, n);
    }
    network.functions.push_back({name, std::move(value)});
    return name;
}

}  // namespace

const Quantity* ImportedModel::find(std::string_view wanted) const noexcept {
    const auto at = std::find_if(quantities.begin(), quantities.end(),
                                 [wanted](const Quantity& q) { return q.id == wanted; });
    return at == quantities.end() ? nullptr : &*at;
}

Outcome<ImportedModel, Diagnostics> import_model(const std::shared_ptr<const SourceText>& source,
                                                 const ImportOptions& options) {
    Outcome<Facts, Diagnostics> read = read_facts(source, options.read_text);
    if (!read) {
        return std::move(read).error();
    }
    Facts& facts = read.value();
    Diagnostics diagnostics;
    ImportedModel model{.id = facts.id,
                        .name = facts.name,
                        .time_unit = facts.time_unit,
                        .network = {},
                        .quantities = {},
                        .departures = {}};
    judge_fast_reactions(facts, options, model, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    if (facts.constraints > 0) {
        model.departures.push_back(fmt::format("{} constraint{} of the model {} not watched",
                                               facts.constraints, facts.constraints == 1 ? "" : "s",
                                               facts.constraints == 1 ? "is" : "are"));
    }
    Symbols symbols{facts, diagnostics};
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    solve_algebraic_rules(facts, symbols, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    symbols.choose_names();
    model.network = NetworkBuilder{facts, symbols, diagnostics}.build();
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    model.quantities = quantities_of(facts, symbols);
    return model;
}

std::string column_of(ImportedModel& model, const Quantity& quantity, SpeciesForm form) {
    const bool is_constant = quantity.initial == quantity.value;
    if (is_constant) {
        return function_for(model.network, quantity.value + "_column",
                            Expression::reference(quantity.value));
    }
    if (form == SpeciesForm::as_in_model || quantity.kind != QuantityKind::species ||
        (form == SpeciesForm::amount) == quantity.is_amount) {
        return quantity.value;
    }
    const Expression value = Expression::reference(quantity.value);
    const Expression size = Expression::reference(model.find(quantity.compartment)->value);
    if (form == SpeciesForm::concentration) {
        return function_for(model.network, quantity.value + "_concentration",
                            apply(Op::divide, value, size));
    }
    return quantity.amount.empty() ? function_for(model.network, quantity.value + "_amount",
                                                  apply(Op::multiply, value, size))
                                   : quantity.amount;
}

}  // namespace erbium::sbml
