// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/facts.hpp: an SBML model as plain values, without libSBML.
// Made by: sbml::read_facts   Used by: sbml::import_model
//
// Expressions refer to SBML ids by Op::name. What has no id has a name that no SBML id can be:
// kTime is the time, and a call of kRateOf takes one name. Function definitions are written out.
// Logical values are numbers: 1 is true, 0 is false.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::sbml {

using lang::Expression;

inline constexpr std::string_view kTime = "@time";
inline constexpr std::string_view kRateOf = "@rateOf";

struct Compartment {
    std::string id;
    std::string name;
    double dimensions{3.0};
    std::optional<double> size;
    bool is_constant{true};
    std::string unit;
};

struct Species {
    std::string id;
    std::string name;
    std::string compartment;
    std::optional<double> initial_amount;
    std::optional<double> initial_concentration;
    /// Mathematics means its amount, not its concentration.
    bool is_amount{};
    bool is_boundary{};
    bool is_constant{};
    std::string conversion_factor;  ///< id of a parameter, or empty
    std::string unit;
};

struct Parameter {
    std::string id;
    std::string name;
    std::optional<double> value;
    bool is_constant{true};
    std::string unit;
    std::string reaction;  ///< of a local parameter: its reaction; `id` is then "reaction.local"
    std::string local_id;  ///< of a local parameter
};

/// A species that takes part in a reaction.
struct SpeciesReference {
    std::string id;  ///< may be empty
    std::string species;
    std::optional<double> stoichiometry;
    Expression stoichiometry_math;  ///< SBML Level 2; empty when there is none
    bool is_constant{true};
};

struct Reaction {
    std::string id;
    std::string name;
    bool is_fast{};
    std::vector<SpeciesReference> reactants;
    std::vector<SpeciesReference> products;
    Expression rate;  ///< [extent per time]; empty without a kinetic law
    Span span;
};

/// symbol = math at the start.
struct InitialAssignment {
    std::string symbol;
    Expression math;
    Span span;
};

enum class RuleKind { assignment, rate, algebraic };

struct Rule {
    RuleKind kind{RuleKind::assignment};
    std::string variable;  ///< empty for an algebraic rule
    Expression math;
    Span span;
};

struct EventAssignment {
    std::string variable;
    Expression math;
};

struct EventFacts {
    std::string id;
    Expression trigger;
    bool initial_value{true};
    bool is_persistent{true};
    bool uses_trigger_time_values{true};
    Expression delay;     ///< empty: none
    Expression priority;  ///< empty: none
    std::vector<EventAssignment> assignments;
    Span span;
};

/// Everything in a model that says how it behaves.
struct Facts {
    unsigned level{};
    unsigned version{};
    std::string id;
    std::string name;
    std::string time_unit;
    std::string conversion_factor;  ///< id of a parameter, or empty
    std::vector<Compartment> compartments;
    std::vector<Species> species;
    std::vector<Parameter> parameters;
    std::vector<Reaction> reactions;
    std::vector<InitialAssignment> initial_assignments;
    std::vector<Rule> rules;
    std::vector<EventFacts> events;
    std::size_t constraints{};  ///< how many; what they demand is not kept
};

}  // namespace erbium::sbml
