// SPDX-License-Identifier: Apache-2.0
// erbium/net/network.hpp: species and reactions, written out; what a .net file holds.
// Made by: net::generate, net::parse_net   Used by: net (writers), eqn (compilation)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::net {

using lang::Expression;
using RateLawId = Id<struct RateLawTag>;  ///< Network::rate_laws

/// A named number or an expression of other parameters.
struct Parameter {
    std::string name;
    Expression value;
};

/// A named expression of parameters, observables, other functions and `time`; it has no arguments
/// (local functions are written out, one per combination of species they were evaluated on).
struct Function {
    std::string name;
    Expression value;
};

enum class RateLawKind : std::uint8_t {
    mass_action,       ///< names[0] is a parameter: rate = factor * value * product of reactants
    function,          ///< names[0] is a function: rate = factor * value * product of reactants
    function_product,  ///< names[0] is a function that is the whole rate: rate = factor * value
    michaelis_menten,  ///< names = kcat Km; reactants substrate, enzyme; tQSSA as in BioNetGen
    saturation,        ///< names = kcat Km1 [Km2]
    hill               ///< names = Vmax K n
};

/// True for laws whose first reactant is the substrate, so that the order of reactants counts.
[[nodiscard]] constexpr bool has_ordered_reactants(RateLawKind kind) noexcept {
    return kind == RateLawKind::michaelis_menten || kind == RateLawKind::saturation ||
           kind == RateLawKind::hill;
}

/// Shared by all reactions with the same law and names.
struct RateLaw {
    RateLawKind kind{RateLawKind::mass_action};
    std::vector<std::string> names;
    friend bool operator==(const RateLaw&, const RateLaw&) = default;
};

/// One term of an observable: weight times the amount of a species.
struct ObservableTerm {
    SpeciesId species;
    double weight{1.0};
};

struct Observable {
    std::string name;
    std::vector<ObservableTerm> terms;  ///< by ascending species
};

/// One change that an event makes: a species gets this amount, or a parameter this value.
struct NetworkEventAssignment {
    std::variant<SpeciesId, ParameterId> target;
    Expression value;  ///< of parameters, observables, functions and `time`
    /// What the value is multiplied by, always as of the moment before the assignment: the volume
    /// that an amount is found by from a concentration. Empty: 1.
    Expression factor{};
};

/// What happens when a condition becomes true; the meaning is that of SBML Level 3.
///
/// The event is triggered whenever its trigger passes from false to true. Its assignments are
/// carried out together, after `delay`; among events due at one time those of higher priority come
/// first, priorities being evaluated anew after each. A fixed species may be a target: reactions do
/// not change it, events do. So may a parameter: it keeps the value until the run ends, parameters
/// derived from it follow. A quantity that changes continuously is a species.
struct NetworkEvent {
    std::string name;
    Expression trigger;  ///< true when its value is above 1/2
    /// The trigger's value before the start; when false, a trigger that is true at the start fires.
    bool initial_value{true};
    /// False: the event is dropped when the trigger turns false before the assignments were made.
    bool is_persistent{true};
    /// The assigned values are those at the time of the trigger, not at the time of the assignment.
    bool uses_trigger_time_values{true};
    Expression delay;     ///< >= 0 [time]; empty: none
    Expression priority;  ///< empty: none; then the order among those due is that of the table
    std::vector<NetworkEventAssignment> assignments;
};

/// Species and reactions as flat tables: about 40 bytes a reaction besides what it shares.
class Network {
public:
    std::vector<Parameter> parameters;
    std::vector<Function> functions;
    std::vector<Observable> observables;
    std::vector<RateLaw> rate_laws;
    std::vector<std::string> rule_names;  ///< by RuleId; empty for a network without rules
    std::vector<NetworkEvent> events;     ///< a .net file has no place for them

    /// Adds a species. `text` is its BNGL form, `amount` its initial amount (of parameters only).
    SpeciesId add_species(std::string_view text, Expression amount, bool is_fixed);

    /// Makes a species an algebraic state: its value is at all times such that the rates of the
    /// reactions that change it, each times what it changes, add up to 0; there is no rate of
    /// change that they could be. Its initial amount is where the search for that value begins.
    /// Precondition: it is not fixed.
    void set_algebraic(SpeciesId s);

    /// Adds a reaction. Reactants and products are multisets and kept sorted by SpeciesId, unless
    /// the law has ordered reactants: then both stay in the order given.
    ///
    /// What is no reaction with small whole numbers (a rate rule, a stoichiometry of 0.5 or one
    /// that varies) is written as one reaction 0 -> X per species, whose law of kind
    /// function_product is the whole rate; the factor may be any number, negative too.
    /// @param factor  statistical (and symmetry, and unit-conversion) factor on the rate law's
    /// value
    /// @param rule    index into rule_names, or kNoRule
    ReactionId add_reaction(std::span<const SpeciesId> reactants,
                            std::span<const SpeciesId> products, RateLawId law, double factor,
                            RuleId rule);
    static constexpr RuleId kNoRule{0xFFFFFFFFU};

    [[nodiscard]] std::size_t species_count() const noexcept { return amounts_.size(); }
    [[nodiscard]] std::size_t reaction_count() const noexcept { return laws_.size(); }

    [[nodiscard]] std::string_view species_text(SpeciesId s) const noexcept;
    [[nodiscard]] const Expression& initial_amount(SpeciesId s) const noexcept {
        return amounts_[s.value];
    }
    void set_initial_amount(SpeciesId s, Expression amount) {
        amounts_[s.value] = std::move(amount);
    }
    /// True when the amount never changes ('$' in BNGL).
    [[nodiscard]] bool is_fixed(SpeciesId s) const noexcept { return is_fixed_[s.value] != 0; }

    [[nodiscard]] bool is_algebraic(SpeciesId s) const noexcept;
    /// All of them, ascending.
    [[nodiscard]] std::span<const SpeciesId> algebraic_states() const noexcept {
        return algebraic_;
    }

    [[nodiscard]] std::span<const SpeciesId> reactants(ReactionId r) const noexcept;
    [[nodiscard]] std::span<const SpeciesId> products(ReactionId r) const noexcept;
    [[nodiscard]] const RateLaw& rate_law(ReactionId r) const noexcept {
        return rate_laws[laws_[r.value].value];
    }
    [[nodiscard]] RateLawId rate_law_id(ReactionId r) const noexcept { return laws_[r.value]; }
    [[nodiscard]] double factor(ReactionId r) const noexcept { return factors_[r.value]; }
    /// Makes reactions quasi-steady, those of earlier calls not any more: they are taken as
    /// infinitely fast, so that at all times what they do together to every species is 0. Initial
    /// amounts, doses and events are moved to there at once, along the reactions.
    void set_quasi_steady(std::vector<ReactionId> reactions);
    /// Ascending.
    [[nodiscard]] std::span<const ReactionId> quasi_steady_reactions() const noexcept {
        return quasi_steady_;
    }
    /// Adds to the factor; for reactions found again along another way.
    void add_to_factor(ReactionId r, double more) noexcept { factors_[r.value] += more; }
    [[nodiscard]] RuleId rule(ReactionId r) const noexcept { return rules_[r.value]; }

    /// Bytes held by species and reactions.
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    std::string texts_;                   // all species texts, one after another
    std::vector<std::size_t> text_ends_;  // by species
    std::vector<Expression> amounts_;     // by species
    std::vector<std::uint8_t> is_fixed_;  // by species
    std::vector<SpeciesId> algebraic_;    // ascending
    std::vector<SpeciesId> members_;      // reactants then products of each reaction
    std::vector<std::uint32_t>
        product_begins_;               // by reaction: where its products start in members_
    std::vector<std::uint32_t> ends_;  // by reaction: where its members end
    std::vector<RateLawId> laws_;
    std::vector<double> factors_;
    std::vector<RuleId> rules_;
    std::vector<ReactionId> quasi_steady_;  // ascending
};

}  // namespace erbium::net
