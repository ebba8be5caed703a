// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/symbols.hpp"

#include <fmt/core.h>

#include <limits>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/eqn/builtins.hpp"
#include "erbium/lang/builtins.hpp"
#include "erbium/sbml/algebra.hpp"

namespace erbium::sbml {
namespace {

using lang::Op;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool means_something_else(const std::string& name) {
    return lang::is_builtin(name) || eqn::builtin_arity(name).has_value() ||
           eqn::builtin_constant(name).has_value();
}

/// A compartment of no dimensions has no size, unless it says one; a species in it is an amount.
bool has_no_size(const Compartment& c) noexcept {
    return c.dimensions == 0.0 && !c.size;
}

}  // namespace

Symbols::Symbols(const Facts& facts, Diagnostics& diagnostics) {
    for (const Compartment& c : facts.compartments) {
        add({.id = c.id,
             .kind = QuantityKind::compartment,
             .may_vary = !c.is_constant,
             .initial = number(c.size.value_or(has_no_size(c) ? 1.0 : kNan))},
            diagnostics);
    }
    for (const Species& s : facts.species) {
        Symbol symbol{.id = s.id,
                      .kind = QuantityKind::species,
                      .role = Role::state,
                      .compartment = s.compartment,
                      .is_concentration = !s.is_amount,
                      .may_vary = !s.is_constant,
                      .is_boundary = s.is_boundary};
        for (const Compartment& c : facts.compartments) {
            if (c.id == s.compartment && has_no_size(c)) {
                symbol.is_concentration = false;
            }
        }
        add(std::move(symbol), diagnostics);
    }
    for (const Parameter& p : facts.parameters) {
        add({.id = p.id,
             .kind = QuantityKind::parameter,
             .may_vary = !p.is_constant,
             .initial = number(p.value.value_or(kNan))},
            diagnostics);
    }
    for (const Reaction& r : facts.reactions) {
        add_references(r, diagnostics);
    }
    for (const Reaction& r : facts.reactions) {
        add({.id = r.id, .kind = QuantityKind::reaction, .role = Role::rate, .assignment = r.rate},
            diagnostics);
    }
    for (const Species& s : facts.species) {
        const Symbol* compartment = find(s.compartment);
        if (compartment == nullptr || compartment->kind != QuantityKind::compartment) {
            diagnostics.error("ERB-SBML-0030", {},
                              fmt::format("species '{}' is in '{}', which is no compartment", s.id,
                                          s.compartment));
        }
    }
    if (diagnostics.has_errors()) {
        return;
    }
    apply_initial_values(facts, diagnostics);
    apply_rules(facts, diagnostics);
    apply_reactions(facts);
    apply_events(facts, diagnostics);
    for (const Symbol& symbol : symbols_) {
        const int ways = (symbol.role == Role::assigned ? 1 : 0) +
                         (symbol.rate_rule.empty() ? 0 : 1) +
                         (symbol.is_changed_by_reaction ? 1 : 0);
        if (ways > 1) {
            diagnostics.error("ERB-SBML-0032", {},
                              fmt::format("'{}' is determined more than once: by a rule and by "
                                          "another rule or a reaction",
                                          symbol.id));
        }
    }
}

void Symbols::add(Symbol symbol, Diagnostics& diagnostics) {
    if (!index_.try_emplace(symbol.id, symbols_.size()).second) {
        diagnostics.error("ERB-SBML-0031", {},
                          fmt::format("the id '{}' is given more than once", symbol.id));
        return;
    }
    symbols_.push_back(std::move(symbol));
}

void Symbols::add_constant(std::string id, Expression value) {
    index_.emplace(id, symbols_.size());
    symbols_.push_back({.id = std::move(id), .initial = std::move(value)});
}

/// Only references with an id have a value that something else can use or change.
void Symbols::add_references(const Reaction& reaction, Diagnostics& diagnostics) {
    for (const auto* side : {&reaction.reactants, &reaction.products}) {
        for (const SpeciesReference& r : *side) {
            if (r.id.empty()) {
                continue;
            }
            Symbol symbol{.id = r.id,
                          .kind = QuantityKind::stoichiometry,
                          .may_vary = !r.is_constant,
                          .initial = number(r.stoichiometry.value_or(kNan))};
            if (!r.stoichiometry_math.empty()) {
                symbol.role = Role::assigned;
                symbol.assignment = r.stoichiometry_math;
            }
            add(std::move(symbol), diagnostics);
        }
    }
}

Symbol* Symbols::find(std::string_view id) noexcept {
    const auto at = index_.find(std::string{id});
    return at == index_.end() ? nullptr : &symbols_[at->second];
}

const Symbol* Symbols::find(std::string_view id) const noexcept {
    const auto at = index_.find(std::string{id});
    return at == index_.end() ? nullptr : &symbols_[at->second];
}

void Symbols::apply_initial_values(const Facts& facts, Diagnostics& diagnostics) {
    for (const Species& s : facts.species) {
        Symbol& symbol = *find(s.id);
        const Expression compartment = name(s.compartment);
        if (s.initial_amount) {
            symbol.initial = number(*s.initial_amount);
            if (symbol.is_concentration) {
                symbol.initial = apply(Op::divide, symbol.initial, compartment);
            }
        } else if (s.initial_concentration) {
            symbol.initial = number(*s.initial_concentration);
            if (!symbol.is_concentration && s.is_amount) {
                symbol.initial = apply(Op::multiply, symbol.initial, compartment);
            }
        } else {
            symbol.initial = number(kNan);
        }
    }
    for (const InitialAssignment& a : facts.initial_assignments) {
        Symbol* symbol = find(a.symbol);
        if (symbol == nullptr || symbol->role == Role::rate) {
            diagnostics.error(
                "ERB-SBML-0030", a.span,
                fmt::format("an initial assignment sets '{}', which is nothing that can be set",
                            a.symbol));
            continue;
        }
        symbol->initial = a.math;
    }
}

void Symbols::apply_rules(const Facts& facts, Diagnostics& diagnostics) {
    for (const Rule& rule : facts.rules) {
        if (rule.kind == RuleKind::algebraic) {
            continue;  // solve_algebraic_rules
        }
        Symbol* symbol = find(rule.variable);
        if (symbol == nullptr || symbol->role == Role::rate) {
            diagnostics.error(
                "ERB-SBML-0030", rule.span,
                fmt::format("a rule sets '{}', which is nothing that can be set", rule.variable));
            continue;
        }
        if (!symbol->may_vary && facts.level >= 3) {
            diagnostics.error(
                "ERB-SBML-0032", rule.span,
                fmt::format("a rule sets '{}', which is declared constant", rule.variable));
            continue;
        }
        if (rule.kind == RuleKind::assignment) {
            symbol->role = Role::assigned;
            symbol->assignment = rule.math;
        } else {
            symbol->role = symbol->role == Role::assigned ? Role::assigned : Role::state;
            symbol->rate_rule = rule.math;
        }
    }
}

void Symbols::apply_reactions(const Facts& facts) {
    std::unordered_set<std::string> untouched;
    for (const Species& s : facts.species) {
        if (s.is_boundary || s.is_constant) {
            untouched.insert(s.id);
        }
    }
    for (const Reaction& reaction : facts.reactions) {
        for (const auto* side : {&reaction.reactants, &reaction.products}) {
            for (const SpeciesReference& r : *side) {
                Symbol* symbol = find(r.species);
                if (symbol != nullptr && !untouched.contains(r.species)) {
                    symbol->is_changed_by_reaction = true;
                }
            }
        }
    }
}

void Symbols::apply_events(const Facts& facts, Diagnostics& diagnostics) {
    for (const EventFacts& event : facts.events) {
        for (const EventAssignment& a : event.assignments) {
            Symbol* symbol = find(a.variable);
            if (symbol == nullptr || symbol->role == Role::rate || symbol->role == Role::assigned) {
                diagnostics.error(
                    "ERB-SBML-0030", event.span,
                    fmt::format("event '{}' sets '{}', which is nothing that an event "
                                "can set",
                                event.id, a.variable));
                continue;
            }
            symbol->is_changed_by_event = true;
            symbol->role = Role::state;
        }
    }
}

std::string Symbols::new_name(std::string_view wanted) {
    std::string candidate{wanted};
    for (int n = 2; means_something_else(candidate) || !names_.insert(candidate).second; ++n) {
        candidate = fmt::format("{}_{}", wanted, n);
    }
    return candidate;
}

/// Ids first, so that they keep their names; then what Erbium adds. Local parameters, whose ids are
/// no names, come after all others.
void Symbols::choose_names() {
    for (Symbol& symbol : symbols_) {
        if (symbol.id.find('.') == std::string::npos) {
            symbol.value_name = new_name(symbol.id);
        }
    }
    for (Symbol& symbol : symbols_) {
        if (symbol.value_name.empty()) {
            std::string plain = symbol.id;
            plain[plain.find('.')] = '_';
            symbol.value_name = new_name(plain);
        }
        if (symbol.role == Role::constant) {
            symbol.initial_name = symbol.value_name;
        }
    }
    for (Symbol& symbol : symbols_) {
        if (symbol.role == Role::state) {
            symbol.amount_name = symbol.is_concentration ? new_name(symbol.value_name + "_amount")
                                                         : symbol.value_name;
            symbol.initial_name = new_name(symbol.value_name + "_init");
        }
    }
}

}  // namespace erbium::sbml
