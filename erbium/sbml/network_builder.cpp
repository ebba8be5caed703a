// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/network_builder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/sbml/algebra.hpp"

namespace erbium::sbml {
namespace {

using lang::ExpressionNode;
using lang::Op;

/// Copies of one species on one side of a reaction that are still written out one by one.
constexpr double kMostCopies = 8.0;

bool is_untouched(const Symbol& s) noexcept {
    return s.kind == QuantityKind::species && !s.is_changed_by_reaction;
}

Expression sum(const Expression& a, const Expression& b) {
    return a.empty() ? b : apply(Op::add, a, b);
}

}  // namespace

NetworkBuilder::NetworkBuilder(const Facts& facts, Symbols& symbols, Diagnostics& diagnostics)
    : facts_{facts}, symbols_{symbols}, diagnostics_{diagnostics} {
    for (const Species& s : facts.species) {
        species_facts_.emplace(s.id, &s);
    }
}

net::Network NetworkBuilder::build() {
    write_species();
    write_functions();
    write_reactions();
    write_rate_rules();
    write_equations();
    write_events();
    write_demands();
    return std::move(network_);
}

Expression NetworkBuilder::translated(const Expression& e, Moment moment,
                                      const std::string& owner) {
    return substituted(
        e,
        [&](const ExpressionNode& leaf) -> std::optional<Expression> {
            return value_of(leaf.text, moment, owner);
        },
        kRateOf,
        [&](const ExpressionNode& leaf) -> std::optional<Expression> {
            return symbols_.find(leaf.text) == nullptr ? value_of(leaf.text, moment, owner)
                                                       : name(demanded(leaf.text, moment, true));
        });
}

Expression NetworkBuilder::value_of(const std::string& id, Moment moment,
                                    const std::string& owner) {
    if (id == kTime) {
        return moment == Moment::running ? name("time") : number(0.0);
    }
    const Symbol* symbol = symbols_.find(id);
    if (symbol == nullptr) {
        diagnostics_.error(
            "ERB-SBML-0030", {},
            fmt::format("{} refers to '{}', which the model does not have", owner, id));
        return number(0.0);
    }
    if (moment == Moment::running) {
        return name(symbol->value_name);
    }
    if (!symbol->equation.empty()) {
        diagnostics_.unsupported(
            "ERB-SBML-0041", {},
            fmt::format("{}, which depends on the value at the start of '{}', which an algebraic "
                        "rule determines that is not linear in it",
                        owner, id));
    }
    return name(symbol->initial_name.empty() ? demanded(id, moment, false) : symbol->initial_name);
}

std::string NetworkBuilder::demanded(const std::string& id, Moment moment, bool is_rate) {
    const bool is_start = moment == Moment::start;
    const std::string key = id + (is_rate ? "'" : "") + (is_start ? "@0" : "");
    const auto [at, is_new] = demands_.try_emplace(key);
    if (is_new) {
        const std::string& base = symbols_.find(id)->value_name;
        at->second =
            symbols_.new_name(base + (is_rate ? "_rate" : "") + (is_start ? "_start" : ""));
        todo_.push_back({id, moment, is_rate, at->second});
    }
    return at->second;
}

/// Writing one may demand others, which then stand at the end of the list.
void NetworkBuilder::write_demands() {
    for (std::size_t i = 0; i < todo_.size() && !diagnostics_.has_errors(); ++i) {
        const Demand demand = todo_[i];
        const Symbol& symbol = *symbols_.find(demand.id);
        const Expression meaning = demand.is_rate ? rate_of(symbol) : symbol.assignment;
        const std::string owner = fmt::format("'{}'", demand.id);
        Expression value = translated(meaning, demand.moment, owner);
        if (demand.moment == Moment::running) {
            network_.functions.push_back({demand.name, std::move(value)});
        } else {
            network_.parameters.push_back({demand.name, std::move(value)});
        }
    }
}

/// Whether its size changes while time runs, jumps at events not counted.
bool NetworkBuilder::varies(const Symbol& compartment) const {
    return compartment.role == Role::assigned || !compartment.rate_rule.empty() ||
           !compartment.equation.empty();
}

/// d value / dt in ids; may hold kRateOf again.
Expression NetworkBuilder::rate_of(const Symbol& symbol) {
    if (symbol.role == Role::constant) {
        return number(0.0);
    }
    if (symbol.role != Role::state) {
        return rate_of_assigned(symbol);
    }
    if (!symbol.rate_rule.empty()) {
        return symbol.rate_rule;
    }
    if (!symbol.equation.empty() || moved_by_fast_.contains(symbol.id)) {
        diagnostics_.unsupported(
            "ERB-SBML-0036", {},
            fmt::format("the rate of '{}', which {} at all times", symbol.id,
                        symbol.equation.empty() ? "fast reactions keep in equilibrium"
                                                : "an algebraic rule determines"));
        return number(0.0);
    }
    const auto changes = net_changes_.find(symbol.id);
    const Expression amount_rate = changes == net_changes_.end() ? number(0.0) : changes->second;
    if (!symbol.is_concentration) {
        return amount_rate;
    }
    const Expression size = name(symbol.compartment);
    Expression top = amount_rate;
    if (varies(*symbols_.find(symbol.compartment))) {
        top = apply(Op::subtract, top, apply(Op::multiply, name(symbol.id), call(kRateOf, {size})));
    }
    return apply(Op::divide, top, size);
}

Expression NetworkBuilder::rate_of_assigned(const Symbol& symbol) {
    const auto slope = derivative(symbol.assignment, [&](const std::string& leaf) {
        if (leaf == kTime) {
            return number(1.0);
        }
        const Symbol* other = symbols_.find(leaf);
        return other == nullptr || other->role == Role::constant ? Expression{}
                                                                 : call(kRateOf, {name(leaf)});
    });
    if (!slope) {
        diagnostics_.unsupported(
            "ERB-SBML-0036", {},
            fmt::format("the rate of '{}', whose rule holds a function without a known derivative",
                        symbol.id));
        return number(0.0);
    }
    return slope->empty() ? number(0.0) : *slope;
}

/// d amount / dt of a state with a rate rule, in ids.
Expression NetworkBuilder::amount_rate(const Symbol& symbol) {
    if (!symbol.is_concentration) {
        return symbol.rate_rule;
    }
    const Expression size = name(symbol.compartment);
    const Expression rate = apply(Op::multiply, symbol.rate_rule, size);
    return varies(*symbols_.find(symbol.compartment))
               ? apply(Op::add, rate, apply(Op::multiply, name(symbol.id), call(kRateOf, {size})))
               : rate;
}

/// Constants and initial values as parameters, states as species.
void NetworkBuilder::write_species() {
    for (const Symbol& symbol : symbols_.all()) {
        if (symbol.role != Role::constant && symbol.role != Role::state) {
            continue;
        }
        const std::string owner = fmt::format("the initial value of '{}'", symbol.id);
        network_.parameters.push_back(
            {symbol.initial_name, translated(symbol.initial, Moment::start, owner)});
        if (symbol.role == Role::constant) {
            continue;
        }
        Expression amount = name(symbol.initial_name);
        if (symbol.is_concentration) {
            amount =
                apply(Op::multiply, amount, value_of(symbol.compartment, Moment::start, owner));
        }
        const bool is_fixed =
            !symbol.is_changed_by_reaction && symbol.rate_rule.empty() && symbol.equation.empty();
        const SpeciesId id = network_.add_species(symbol.value_name, amount, is_fixed);
        if (!symbol.equation.empty()) {
            network_.set_algebraic(id);
        }
        species_.emplace(symbol.id, id);
        network_.observables.push_back({symbol.amount_name, {{id, 1.0}}});
    }
    if (network_.species_count() == 0) {
        // A system of equations needs a state; this one never changes.
        network_.add_species(symbols_.new_name("no_state"), number(0.0), true);
    }
}

/// What rules assign, concentrations of states, and rates of reactions.
void NetworkBuilder::write_functions() {
    for (const Symbol& symbol : symbols_.all()) {
        if (symbol.role == Role::assigned) {
            network_.functions.push_back(
                {symbol.value_name, translated(symbol.assignment, Moment::running,
                                               fmt::format("the rule of '{}'", symbol.id))});
        } else if (symbol.role == Role::state && symbol.is_concentration) {
            const std::string& size = symbols_.find(symbol.compartment)->value_name;
            network_.functions.push_back(
                {symbol.value_name, apply(Op::divide, name(symbol.amount_name), name(size))});
        } else if (symbol.role == Role::rate && !symbol.assignment.empty()) {
            network_.functions.push_back(
                {symbol.value_name, translated(symbol.assignment, Moment::running,
                                               fmt::format("the rate of '{}'", symbol.id))});
        }
    }
}

net::RateLawId NetworkBuilder::law_of(const std::string& function) {
    const auto [at, is_new] =
        laws_.try_emplace(function, id_at<net::RateLawId>(network_.rate_laws.size()));
    if (is_new) {
        network_.rate_laws.push_back({net::RateLawKind::function_product, {function}});
    }
    return at->second;
}

Expression NetworkBuilder::coefficient(const SpeciesReference& reference) const {
    if (!reference.id.empty()) {
        return name(reference.id);
    }
    if (!reference.stoichiometry_math.empty()) {
        return reference.stoichiometry_math;
    }
    return number(reference.stoichiometry.value_or(std::nan("")));
}

std::string NetworkBuilder::conversion_factor(const std::string& species) const {
    const std::string& own = species_facts_.at(species)->conversion_factor;
    return own.empty() ? facts_.conversion_factor : own;
}

/// One side of a reaction as species; nothing when a stoichiometry is no small whole number.
std::optional<std::vector<SpeciesId>> NetworkBuilder::whole(
    const std::vector<SpeciesReference>& side) const {
    std::vector<SpeciesId> members;
    for (const SpeciesReference& r : side) {
        const Symbol& symbol = *symbols_.find(r.species);
        const Expression count = coefficient(r);
        const double copies = count.is_constant() ? count.nodes().front().number : -1.0;
        if (is_untouched(symbol) && symbol.role != Role::state) {
            continue;
        }
        if (!(copies >= 0.0 && copies <= kMostCopies && copies == std::floor(copies)) ||
            !conversion_factor(r.species).empty()) {
            return std::nullopt;
        }
        if (is_untouched(symbol) && !symbol.rate_rule.empty()) {
            continue;  // a boundary that changes by itself; the reaction does not touch it
        }
        members.insert(members.end(), static_cast<std::size_t>(copies), species_.at(r.species));
    }
    return members;
}

void NetworkBuilder::write_reactions() {
    for (const Reaction& reaction : facts_.reactions) {
        const std::size_t index = network_.rule_names.size();
        network_.rule_names.push_back(symbols_.find(reaction.id)->value_name);
        bool is_idle = true;
        for (const auto* side : {&reaction.reactants, &reaction.products}) {
            for (const SpeciesReference& r : *side) {
                const Symbol* symbol = symbols_.find(r.species);
                if (symbol == nullptr || symbol->kind != QuantityKind::species) {
                    diagnostics_.error("ERB-SBML-0030", reaction.span,
                                       fmt::format("reaction '{}' has '{}', which is no species",
                                                   reaction.id, r.species));
                    return;
                }
                is_idle = is_idle && is_untouched(*symbol);
            }
        }
        if (reaction.rate.empty()) {
            diagnostics_.unsupported("ERB-SBML-0034", reaction.span,
                                     fmt::format("reaction '{}' without a rate", reaction.id),
                                     "give it a kinetic law with mathematics");
            continue;
        }
        if (const std::string varying = reaction.is_fast ? varying_in(reaction.rate) : "";
            !varying.empty()) {
            diagnostics_.unsupported(
                "ERB-SBML-0035", reaction.span,
                fmt::format(
                    "reaction '{}', marked fast, whose rate reads '{}', which varies and is "
                    "no species",
                    reaction.id, varying),
                "with --fast-as-ordinary it is simulated with the rate that it states");
            continue;
        }
        const auto reactants = whole(reaction.reactants);
        const auto products = whole(reaction.products);
        const std::string& rate = symbols_.find(reaction.id)->value_name;
        if (reactants && products) {
            const ReactionId r = network_.add_reaction(*reactants, *products, law_of(rate), 1.0,
                                                       id_at<RuleId>(index));
            if (reaction.is_fast) {
                fast_.push_back(r);
            }
        } else if (reaction.is_fast) {
            diagnostics_.unsupported(
                "ERB-SBML-0035", reaction.span,
                fmt::format("reaction '{}', marked fast, with a stoichiometry that is no small "
                            "whole number",
                            reaction.id),
                "with --fast-as-ordinary it is simulated with the rate that it states");
            continue;
        }
        if (!is_idle) {
            write_split(reaction, reactants && products ? net::Network::kNoRule.value : index);
        }
    }
    network_.set_quasi_steady(fast_);
}

/// Something other than species that a rate depends on and that varies, directly or through
/// assignments: such a rate may vanish, and with it what determines an equilibrium.
std::string NetworkBuilder::varying_in(const Expression& rate) const {
    std::vector<std::string> todo = names_in(rate);
    std::unordered_set<std::string> seen{todo.begin(), todo.end()};
    while (!todo.empty()) {
        const std::string id = std::move(todo.back());
        todo.pop_back();
        const Symbol* symbol = symbols_.find(id);
        if (symbol == nullptr) {
            return id == kTime ? "time" : id;
        }
        if (symbol->role == Role::state && symbol->kind != QuantityKind::species) {
            return id;
        }
        for (std::string& next : names_in(symbol->assignment)) {
            if (seen.insert(next).second) {
                todo.push_back(std::move(next));
            }
        }
    }
    return {};
}

/// One reaction per species that changes: 0 -> S with its own coefficient. With kNoRule for `index`
/// only notes what changes, for rateOf.
void NetworkBuilder::write_split(const Reaction& reaction, std::size_t index) {
    std::vector<std::string> order;
    std::unordered_map<std::string, Expression> totals;
    const auto take = [&](const std::vector<SpeciesReference>& side, bool is_product) {
        for (const SpeciesReference& r : side) {
            if (is_untouched(*symbols_.find(r.species))) {
                continue;
            }
            const Expression count =
                is_product ? coefficient(r) : apply(Op::negate, coefficient(r));
            const auto [at, is_new] = totals.try_emplace(r.species);
            if (is_new) {
                order.push_back(r.species);
            }
            at->second = sum(at->second, count);
        }
    };
    take(reaction.reactants, false);
    take(reaction.products, true);
    const std::string& rate = symbols_.find(reaction.id)->value_name;
    if (reaction.is_fast) {
        moved_by_fast_.insert(order.begin(), order.end());
    }
    for (const std::string& species : order) {
        Expression count = totals.at(species);
        if (const std::string factor = conversion_factor(species); !factor.empty()) {
            count = apply(Op::multiply, count, name(factor));
        }
        Expression& change = net_changes_[species];
        change = sum(change, apply(Op::multiply, count, name(reaction.id)));
        if (index == net::Network::kNoRule.value) {
            continue;
        }
        const std::array<SpeciesId, 1> product{species_.at(species)};
        if (count.is_constant()) {
            network_.add_reaction({}, product, law_of(rate), count.nodes().front().number,
                                  id_at<RuleId>(index));
            continue;
        }
        const std::string function =
            symbols_.new_name(fmt::format("{}_{}", rate, symbols_.find(species)->value_name));
        network_.functions.push_back(
            {function, translated(apply(Op::multiply, count, name(reaction.id)), Moment::running,
                                  fmt::format("the stoichiometry of '{}'", species))});
        network_.add_reaction({}, product, law_of(function), 1.0, id_at<RuleId>(index));
    }
}

/// Equations are of any unit: of the rule, whatever the state is an amount of.
void NetworkBuilder::write_equations() {
    for (const Symbol& symbol : symbols_.all()) {
        if (symbol.equation.empty()) {
            continue;
        }
        const std::string function = symbols_.new_name(symbol.amount_name + "_equation");
        network_.functions.push_back(
            {function, translated(symbol.equation, Moment::running,
                                  fmt::format("the algebraic rule of '{}'", symbol.id))});
        const std::array<SpeciesId, 1> product{species_.at(symbol.id)};
        network_.add_reaction({}, product, law_of(function), 1.0, net::Network::kNoRule);
    }
}

void NetworkBuilder::write_rate_rules() {
    for (const Symbol& symbol : symbols_.all()) {
        if (symbol.rate_rule.empty() || symbol.role != Role::state) {
            continue;
        }
        const std::string function = symbols_.new_name(symbol.amount_name + "_change");
        network_.functions.push_back(
            {function, translated(amount_rate(symbol), Moment::running,
                                  fmt::format("the rate rule of '{}'", symbol.id))});
        const std::array<SpeciesId, 1> product{species_.at(symbol.id)};
        network_.add_reaction({}, product, law_of(function), 1.0, net::Network::kNoRule);
    }
}

}  // namespace erbium::sbml
