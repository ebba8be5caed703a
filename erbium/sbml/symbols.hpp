// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/symbols.hpp: what each id of a model is, and how its value comes about.
// Reads: Facts   Makes: Symbols   Used by: sbml::import_model
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/sbml/facts.hpp"
#include "erbium/sbml/import.hpp"

namespace erbium::sbml {

/// How the value of an id comes about after the start.
enum class Role : std::uint8_t {
    constant,  ///< a parameter of the network
    assigned,  ///< Symbol::assignment
    state,     ///< a species of the network: by rates, or changed by events only
    rate       ///< of a reaction: Symbol::assignment is its kinetic law
};

/// One id. Expressions are in ids, as in Facts.
struct Symbol {
    std::string id;
    QuantityKind kind{QuantityKind::parameter};
    Role role{Role::constant};
    std::string compartment;  ///< of a species
    bool is_concentration{};  ///< of a species: its value is amount / compartment
    bool may_vary{};          ///< the model does not declare it constant
    bool is_boundary{};       ///< of a species
    Expression assignment;    ///< Role::assigned and Role::rate
    Expression rate_rule;     ///< of a state: d value / d time; empty without one
    /// Of a state that an algebraic rule determines: what is 0 at all times. Its initial value is
    /// where the search for that begins.
    Expression equation;
    Expression initial;             ///< value at the start; empty for Role::assigned and Role::rate
    bool is_changed_by_reaction{};  ///< of a state
    bool is_changed_by_event{};     ///< of a state
    std::string value_name;         ///< in the network: parameter, function or observable
    std::string amount_name;        ///< of a state: the observable that is its amount
    std::string initial_name;       ///< in the network: the parameter that is the initial value
};

/// All ids of a model.
class Symbols {
public:
    /// Errors: ERB-SBML-0030 (an id that is not there), 0031 (given twice), 0032 (determined more
    /// than once), 0033 (a value that is missing).
    Symbols(const Facts& facts, Diagnostics& diagnostics);

    [[nodiscard]] std::vector<Symbol>& all() noexcept { return symbols_; }
    [[nodiscard]] const std::vector<Symbol>& all() const noexcept { return symbols_; }
    [[nodiscard]] Symbol* find(std::string_view id) noexcept;
    [[nodiscard]] const Symbol* find(std::string_view id) const noexcept;

    /// A constant of Erbium's own making. Precondition: no symbol has the id.
    void add_constant(std::string id, Expression value);

    /// Gives every symbol its names in the network; once roles do not change any more.
    void choose_names();

    /// `wanted`, or with a number behind it when that name is taken or means something to every
    /// network; the name is taken from then on.
    std::string new_name(std::string_view wanted);

private:
    void add(Symbol symbol, Diagnostics& diagnostics);
    void add_species(const Species& species, Diagnostics& diagnostics);
    void add_references(const Reaction& reaction, Diagnostics& diagnostics);
    void apply_rules(const Facts& facts, Diagnostics& diagnostics);
    void apply_reactions(const Facts& facts);
    void apply_initial_values(const Facts& facts, Diagnostics& diagnostics);
    void apply_events(const Facts& facts, Diagnostics& diagnostics);
    std::vector<Symbol> symbols_;
    std::unordered_map<std::string, std::size_t> index_;
    std::unordered_set<std::string> names_;
};

}  // namespace erbium::sbml
