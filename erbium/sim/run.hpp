// SPDX-License-Identifier: Apache-2.0
// erbium/sim/run.hpp: what one subject is asked to do, and what came of it.
// Used by: sim::Solver, and everything that runs simulations
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::sim {

using eqn::ParameterValue;

/// A state set, raised or scaled at once. Amounts in the network's unit.
struct StateChange {
    enum class Kind : std::uint8_t { set, add, multiply };
    SpeciesId species;
    Kind kind{Kind::set};
    double value{};
};

/// Something that happens to the subject at a time: a dose, a wash-out, a switch of conditions.
/// The integrator stops exactly there and starts anew from the changed state. Parameter changes
/// last until they are changed again; they come before the state changes of the same event.
struct Event {
    double time{};
    std::vector<ParameterValue> parameters;
    std::vector<StateChange> states;
};

/// A phase before the run, until nothing changes any more. The run then starts from there, with
/// the run's own parameters and time starting anew.
struct Equilibration {
    std::vector<ParameterValue> parameters;  ///< on top of the run's, for this phase only
    /// How long "any more" is [network's time unit]: the state counts as steady when an implicit
    /// step over all of the time left changes no state by more than `tolerance`.
    double max_time{1e7};
    /// Relative change of a state that does not count; of states far below the largest, a
    /// thousandth of this relative to the largest.
    double tolerance{1e-6};
};

/// Which columns a result has: species, then observables, then functions, each in this order.
struct Recording {
    std::vector<SpeciesId> species;
    std::vector<ObservableId> observables;
    std::vector<FunctionId> functions;

    [[nodiscard]] static Recording all(const eqn::System& system);
    [[nodiscard]] static Recording all_observables(const eqn::System& system);
    [[nodiscard]] std::size_t size() const noexcept {
        return species.size() + observables.size() + functions.size();
    }
    /// Names of the columns.
    [[nodiscard]] std::vector<std::string> names(const eqn::System& system) const;
};

/// One subject: parameters, initial state, events, and when to look.
struct Run {
    std::vector<ParameterValue> parameters;
    /// Changes to the model's initial state, before anything else happens.
    std::vector<StateChange> initial_state;
    std::optional<Equilibration> equilibration;
    double start_time{};
    /// In any order; several at one time act in the order of this list. None before start_time.
    /// Those after the last output time do not happen.
    std::vector<Event> events;
    /// Ascending, none before start_time. An output at the time of an event shows the state after
    /// it; a time that stands twice shows the state before it, then after it.
    std::vector<double> output_times;
    Recording recording;
    /// When set, the result ends after the first output (not counting that at start_time) at which
    /// |dy/dt| / number of states is below this; the criterion of BioNetGen's steady_state option.
    std::optional<double> stop_below_rate;
};

/// When a step is accurate enough: the weighted root mean square of the local error estimates is at
/// most 1, the weight of a state being 1 / (rtol |y| + atol).
struct Tolerances {
    /// The same number is not the same error: Rodas5P at 1e-5 is about as accurate as BDF at 1e-6
    /// (bench/single.md). 1e-6 gives curves that are good to 6 digits at half the cost of 1e-8;
    /// biology is known to 1 or 2. BioNetGen's actions use 1e-8.
    double rtol{1e-6};
    /// [amount]. When not set: kAtolOfLargest times the largest amount at a start or after an
    /// event, so that the choice does not depend on the unit of amounts. A state that small is 0.
    std::optional<double> atol;
    static constexpr double kAtolOfLargest = 1e-12;

    /// What BioNetGen's `simulate` takes when nothing is said.
    [[nodiscard]] static Tolerances of_actions() noexcept { return {1e-8, 1e-8}; }
};

/// Which integrator a Solver begins with.
enum class Method : std::uint8_t {
    own,     ///< Rodas5P; where it fails row exchanges, then CVODE if that is built in
    esdirk,  ///< the same with ESDIRK4(3)6L[2]SA, whose factors serve for several steps; for single
             ///< runs
    cvode    ///< SUNDIALS' variable-order BDF, and nothing else
};

/// Which conservation laws are used to solve for fewer species (reduction.hpp). Results differ by
/// rounding only.
enum class Reducing : std::uint8_t {
    none,
    where_it_pays,  ///< those that make a step cheaper
    all
};

struct SolverOptions {
    Tolerances tolerances;
    /// Steps taken in the whole run, equilibration included, by whatever integrator, alone or in
    /// lanes; attempts that were refused do not count, nor do looks for a steady state. Not
    /// counted in seconds, so that whether a run fails does not depend on the machine.
    std::size_t max_steps{200000};
    Method method{Method::own};
    /// Method::own only; CVODE always solves for all species.
    Reducing reducing{Reducing::where_it_pays};
};

enum class Failure : std::uint8_t {
    none,
    invalid_run,        ///< times not ascending, an event before the start, an unknown index
    not_finite_start,   ///< a NaN or infinite amount or parameter at the start or after an event
    not_finite_rate,    ///< dy/dt is NaN or infinite, however small the step
    error_test,         ///< the step became too small for the error test
    newton,             ///< Newton's iteration did not converge, however small the step
    too_many_steps,     ///< SolverOptions::max_steps were not enough
    no_steady_state,    ///< Equilibration::max_time passed
    bad_event,          ///< a trigger, delay or value is no number; events without end; an event
                        ///< that would fire while a steady state is sought
    no_such_method,     ///< Method::cvode in a program that was built without SUNDIALS; a method
                        ///< other than Rodas5P for a system with algebraic states
    algebraic,          ///< algebraic states have no values, or none found, that satisfy their
                        ///< equations at a start or after an event
    interrupted,        ///< who watched the run ended it
    not_differentiable  ///< a derivative was asked for that does not exist or is not known
};

/// Name of a failure for reports, as in "too_many_steps".
[[nodiscard]] std::string_view name(Failure failure) noexcept;

struct Status {
    Failure failure{Failure::none};
    double time{};                     ///< of the failure; meaningless when ok
    std::optional<SpeciesId> species;  ///< the worst by weighted error or rate, or the bad one
    std::string message;               ///< a sentence; empty when ok

    [[nodiscard]] bool ok() const noexcept { return failure == Failure::none; }
};

struct Statistics {
    std::size_t steps{};
    std::size_t rhs_evaluations{};
    std::size_t jacobians{};
    std::size_t factorisations{};
    std::size_t error_test_failures{};
    std::size_t newton_failures{};
    std::size_t restarts{};  ///< starts of the integrator, the first included
    double cpu_s{};
};

/// Is told the time of a run after each step (in an equilibration the time of that); a run that it
/// gives false for ends there, with Failure::interrupted. Takes no part in what is computed.
using Watch = std::function<bool(double time)>;

struct ReductionReport;

/// What one run gave. Everything from the time of a failure on is NaN, never 0 and never the last
/// good value.
struct Result {
    std::vector<double> times;   ///< the run's, or up to where stop_below_rate was met
    std::vector<double> values;  ///< times x columns, row-major
    std::size_t columns{};
    double end_time{};                 ///< of end_state
    std::vector<double> end_state;     ///< by SpeciesId
    std::vector<double> steady_state;  ///< after the equilibration; empty without one
    bool was_stopped{};                ///< stop_below_rate was met
    std::string method;                ///< that gave the values, as in "Rodas5P"
    Status status;
    Statistics statistics;
    std::vector<std::string> fallbacks;  ///< what was done otherwise than planned, each once
    /// What did not have to be solved for; null where the integrator solved for all states.
    std::shared_ptr<const ReductionReport> reduction;

    [[nodiscard]] double at(std::size_t row, std::size_t column) const noexcept {
        return values[row * columns + column];
    }
    [[nodiscard]] std::span<const double> row(std::size_t i) const noexcept {
        return std::span{values}.subspan(i * columns, columns);
    }
    /// One column over time.
    [[nodiscard]] std::vector<double> column(std::size_t i) const;
};

}  // namespace erbium::sim
