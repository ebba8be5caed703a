// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/system.hpp: a network as a system of ordinary differential equations, ready to run.
// Reads: net::Network   Makes: System   Used by: sim, fit
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/ids.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/eqn/algebraic_states.hpp"
#include "erbium/eqn/kernel_abi.hpp"
#include "erbium/net/network.hpp"

namespace erbium::eqn {

/// One parameter set to a value. A derived parameter that is set keeps that value, whatever the
/// parameters it was derived from; those derived from it follow.
struct ParameterValue {
    ParameterId parameter;
    double value{};
};

/// A triggered event (net::NetworkEvent says what it means); its expressions are slots that
/// Program::event_tape writes.
struct TriggeredEvent {
    struct Assignment {
        std::variant<SpeciesId, ParameterId> target;
        Slot value{};
        std::optional<Slot> factor;  ///< of the value, as of the moment of the assignment
    };
    std::string name;
    Slot trigger{};  ///< 1 when true, 0 when false
    bool initial_value{true};
    bool is_persistent{true};
    bool uses_trigger_time_values{true};
    std::optional<Slot> delay;     ///< [time]
    std::optional<Slot> priority;  ///< higher is earlier
    std::vector<Assignment> assignments;
};

/// A comparison of two quantities that vary, in a trigger or in a rate: something happens where
/// their difference passes 0.
struct Root {
    Slot difference{};  ///< written by Program::event_tape
    Slot comparison{};  ///< 1 or 0; written by Program::event_tape, if in a rate by rate_tape too
    bool is_in_rate{};
};

/// Names of one table and the way back from a name to its index.
class NameTable {
public:
    NameTable() = default;
    explicit NameTable(std::vector<std::string> names);

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
    /// Index of the first entry with this name. Cost: O(log size).
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const noexcept;

private:
    std::vector<std::string> names_;
    std::vector<std::uint32_t> by_name_;  // indices, sorted by name
};

/// dy/dt = f(t, y; p) with its Jacobian df/dy as tables for kernels. Never changes once compiled;
/// copies share the tables, so they are cheap, and any number of threads may read one.
///
/// States are the amounts of all species, fixed ones included (their rate is 0). Their order is
/// that of the network. With algebraic_states() the rows of f and of the Jacobian mean what
/// algebraic_states.hpp says; what solves ordinary differential equations only must refuse those.
class System {
public:
    [[nodiscard]] const NameTable& species() const noexcept { return tables_->species; }
    [[nodiscard]] const NameTable& parameters() const noexcept { return tables_->parameters; }
    [[nodiscard]] const NameTable& observables() const noexcept { return tables_->observables; }
    [[nodiscard]] const NameTable& functions() const noexcept { return tables_->functions; }

    [[nodiscard]] std::size_t state_count() const noexcept { return tables_->species.size(); }
    [[nodiscard]] std::size_t reaction_count() const noexcept { return tables_->rates.size(); }
    /// Entries of the Jacobian's pattern, the whole diagonal included.
    [[nodiscard]] std::size_t jacobian_size() const noexcept {
        return tables_->row_of_entry.size();
    }

    [[nodiscard]] std::optional<SpeciesId> find_species(std::string_view name) const;
    [[nodiscard]] std::optional<ParameterId> find_parameter(std::string_view name) const;
    [[nodiscard]] std::optional<ObservableId> find_observable(std::string_view name) const;
    [[nodiscard]] std::optional<FunctionId> find_function(std::string_view name) const;

    /// True when the parameter's value is computed from other parameters.
    [[nodiscard]] bool is_derived(ParameterId p) const noexcept {
        return tables_->is_derived[p.value] != 0;
    }
    /// The model's own value of every parameter, derived ones computed; by ParameterId.
    [[nodiscard]] std::span<const double> parameter_values() const noexcept {
        return tables_->parameter_values;
    }
    [[nodiscard]] bool is_fixed(SpeciesId s) const noexcept {
        return tables_->is_fixed[s.value] != 0;
    }
    /// States that an equation determines instead of a rate; mostly none.
    [[nodiscard]] AlgebraicStates algebraic_states() const noexcept {
        return {tables_->algebraic_states, {tables_->move_begins, tables_->move_terms}};
    }
    /// The terms of an observable; Term::index is a species.
    [[nodiscard]] std::span<const Term> observable_terms(ObservableId o) const noexcept;

    [[nodiscard]] Slot slot(ParameterId p) const noexcept {
        return tables_->parameter_begin + p.value;
    }
    [[nodiscard]] Slot slot(ObservableId o) const noexcept {
        return tables_->observable_slots[o.value];
    }
    [[nodiscard]] Slot slot(FunctionId f) const noexcept {
        return tables_->function_slots[f.value];
    }
    /// Where the initial amount of a species stands after the constants tape.
    [[nodiscard]] Slot initial_slot(SpeciesId s) const noexcept {
        return tables_->initial_slots[s.value];
    }

    /// Times at which the equations have a kink or a jump, or a trigger may change, because a table
    /// function of `time` has a point there or because `time` is compared with that number;
    /// ascending. At such a time a comparison decides which side holds; after it the value to its
    /// right does. An integrator must stop there and start anew. Tables of anything else, be it a
    /// function of time, are not in this list: their kinks are found by error control only.
    [[nodiscard]] std::span<const double> time_knots() const noexcept {
        return tables_->time_knots;
    }

    /// Slots of what `time` is compared with where that is computed from parameters: to be treated
    /// as time_knots() are, by their values under the present parameters.
    [[nodiscard]] std::span<const Slot> stop_time_slots() const noexcept {
        return tables_->stop_time_slots;
    }

    /// Triggered events, in the order of the network. A solver carries them out; a parameter that
    /// they change is no state but set anew, as by ReferenceKernel::set_parameters.
    [[nodiscard]] std::span<const TriggeredEvent> events() const noexcept {
        return tables_->events;
    }
    /// Every other comparison in triggers and in the functions that rate laws name. Those inside
    /// min, max, abs, sign, floor, ceil, rint and tables are not in this list.
    [[nodiscard]] std::span<const Root> roots() const noexcept { return tables_->roots; }

    /// Views of the tables for a kernel; valid while this System or a copy of it lives.
    [[nodiscard]] Program program() const noexcept;

    /// Everything a System is made of. Only compile() fills it.
    struct Tables {
        NameTable species;
        NameTable parameters;
        NameTable observables;
        NameTable functions;
        std::vector<std::uint8_t> is_derived;  // by parameter
        std::vector<std::uint8_t> is_fixed;    // by species
        std::vector<SpeciesId> algebraic_states;
        std::vector<std::uint32_t> move_begins;  // by algebraic state, + 1
        std::vector<Term> move_terms;
        std::vector<double> parameter_values;  // by parameter
        std::vector<double> time_knots;
        std::vector<Slot> stop_time_slots;
        std::vector<TriggeredEvent> events;
        std::vector<Root> roots;
        std::vector<Slot> observable_slots;
        std::vector<Slot> function_slots;
        std::vector<Slot> initial_slots;

        std::uint32_t parameter_begin{};
        Slot time_slot{};
        std::uint32_t slot_count{};
        std::vector<double> literals;
        std::vector<Instruction> constants_tape;
        std::vector<Instruction> rate_tape;
        std::vector<Instruction> slope_tape;
        std::vector<Instruction> time_slope_tape;
        std::vector<Instruction> output_tape;
        std::vector<Instruction> event_tape;
        std::vector<std::uint32_t> observable_begins;  // by observable, + 1
        std::vector<Term> observable_terms;

        std::vector<Product> rates;
        std::vector<std::uint32_t> factors;
        std::vector<std::uint32_t> stoichiometry_begins;
        std::vector<Term> stoichiometry_terms;

        std::vector<Product> partials;
        std::vector<std::uint32_t> partial_sum_begins;
        std::vector<Term> partial_sum_terms;
        std::vector<std::uint32_t> jacobian_begins;
        std::vector<Term> jacobian_terms;
        std::vector<std::int32_t> column_begins;
        std::vector<std::int32_t> row_of_entry;

        std::vector<Product> time_partials;
        std::vector<std::uint32_t> time_slope_begins;  // by species, + 1
        std::vector<Term> time_slope_terms;
    };
    explicit System(std::shared_ptr<const Tables> tables) : tables_{std::move(tables)} {}

private:
    std::shared_ptr<const Tables> tables_;
};

/// Makes the equations of a network.
///
/// Rate of a reaction [amount per time], `factor` being the network's, S the first reactant:
///
///   mass_action, function  factor * value * product of reactants
///   function_product       factor * value
///   michaelis_menten       factor * kcat E S' / (Km + S'), E the sum of the other reactants,
///                          S' = (b + sqrt(b^2 + 4 S Km)) / 2, b = S - Km - E   (tQSSA, free S)
///   saturation             factor * kcat * product of R_i / (Km_i + R_i), R_i alone without Km_i
///   hill                   factor * Vmax S^n / (K^n + S^n) * product of the other reactants;
///                          for S < 0, which an implicit solver probes, it is continued as an odd
///                          function, so that it restores
///
/// The Jacobian is analytic, and so is the derivative by time. Rows and columns of fixed species
/// hold only their zero diagonal: a fixed amount has no deviation for a derivative to act on.
///
/// A species that events or rates change is a state like any other; a parameter that only events
/// change stays a parameter (System::events). Rates of any form are functions (function_product).
///
/// The network's algebraic states become those of the system, and with quasi-steady reactions one
/// more state for each independent change that they make.
///
/// Errors: ERB-EQN-0001 ... 0012 for unknown names, wrong numbers of arguments, cycles, what is
/// not supported (a table that was not read; mratio with varying first or second argument in a
/// rate).
/// Cost: O(reactions + terms of functions * species in their observables).
[[nodiscard]] Outcome<System, Diagnostics> compile(const net::Network& network);

}  // namespace erbium::eqn
