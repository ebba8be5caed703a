// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity.hpp: derivatives of what runs give by the numbers that go into them.
// Reads: eqn::System, Run   Makes: Sensitivities, Gradient   Used by: fitting, checks of
// derivatives See docs/theory/sensitivities.md for the equations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// A number that goes into a run, to take derivatives by.
struct Input {
    enum class Kind : std::uint8_t {
        /// The value that a parameter has at the start: the run's, or the model's own. An event
        /// that
        /// sets the parameter ends its influence; so does Equilibration::parameters for that phase.
        parameter,
        /// An amount added to a species at the very beginning, after Run::initial_state. For a
        /// StateChange of kind set or add this is the derivative by its value.
        initial_amount,
        /// Value i of Equilibration::parameters.
        equilibration_value,
        /// Value i of the parameters that event e sets.
        event_parameter,
        /// Value i of the states that event e changes: an amount, or a factor.
        event_amount,
        /// The time of event e. The step sequence being held, this is what the dose's jump
        /// conditions say: see docs/theory/sensitivities.md, Moments.
        event_time,
    };
    Kind kind{Kind::parameter};
    std::uint32_t index{};  ///< of a parameter or species, or i
    std::uint32_t event{};  ///< e, index into Run::events

    Input() = default;
    Input(ParameterId p) : index{p.value} {}  // NOLINT: a list of parameters is a list of inputs
    [[nodiscard]] static Input initial_amount(SpeciesId s) {
        return {Kind::initial_amount, s.value, 0};
    }
    [[nodiscard]] static Input equilibration_value(std::size_t i) {
        return {Kind::equilibration_value, static_cast<std::uint32_t>(i), 0};
    }
    [[nodiscard]] static Input event_parameter(std::size_t event, std::size_t i) {
        return {Kind::event_parameter, static_cast<std::uint32_t>(i),
                static_cast<std::uint32_t>(event)};
    }
    [[nodiscard]] static Input event_amount(std::size_t event, std::size_t i) {
        return {Kind::event_amount, static_cast<std::uint32_t>(i),
                static_cast<std::uint32_t>(event)};
    }
    [[nodiscard]] static Input event_time(std::size_t event) {
        return {Kind::event_time, 0, static_cast<std::uint32_t>(event)};
    }
    auto operator<=>(const Input&) const = default;

private:
    Input(Kind k, std::uint32_t i, std::uint32_t e) : kind{k}, index{i}, event{e} {}
};

/// As in "parameter k_on", "amount 1 of event 3 (time 48)".
[[nodiscard]] std::string name(const Input& input, const eqn::System& system, const Run& run);

struct SensitivityOptions {
    /// The step size control looks at the states only. Where it is loose, so are derivatives; they
    /// still are the exact ones of the numbers computed.
    SolverOptions solver{.tolerances = {.rtol = 1e-6}};
    BatchMethod method{BatchMethod::rodas5p};
    unsigned threads{1};
    /// Speed only, never a result, depends on them; the best of this machine when not set.
    std::optional<math::Target> target;
    std::optional<int> lanes;
    /// Memory of steps that is kept from call to call, of all threads together: what one long run
    /// of some hundred species needs, which others would have to ask the machine for anew.
    std::size_t most_kept_bytes{std::size_t{128} << 20U};
    /// Forward derivatives of a run that is given alone follow it as soon as its steps take so much
    /// memory: what a core's cache holds. Never a result depends on it.
    std::size_t forward_bytes{std::size_t{1} << 20U};
};

/// One run and what to take derivatives by.
struct SensitivityTask {
    Run run;
    std::vector<Input> inputs;
};

/// Forward mode: derivatives of every recorded number by every input.
struct Sensitivities {
    Result result;  ///< the run itself; its status is that of the numbers
    /// Of the derivatives; never ok when the result's is not. Whatever is not known is NaN.
    Status status;
    std::size_t inputs{};
    std::vector<double> values;        ///< times x columns x inputs
    std::vector<double> end_state;     ///< states x inputs
    std::vector<double> steady_state;  ///< states x inputs; empty without an equilibration

    [[nodiscard]] double at(std::size_t row, std::size_t column, std::size_t input) const noexcept {
        return values[(row * result.columns + column) * inputs + input];
    }
};

/// Adjoint mode: derivatives of one number G(result) by every input.
struct Gradient {
    Result result;
    Status status;               ///< as in Sensitivities
    std::vector<double> values;  ///< by input
};

/// dG/d(result.values), times x columns, for the run of this task. Called once for each task whose
/// result is ok, by one thread at a time.
using OutputWeights = std::function<std::vector<double>(std::size_t task, const Result& result)>;

/// Solves runs by a Rosenbrock method and differentiates what it computed: the same stages and
/// steps, the step sequence being held. Both modes give the derivatives of the same numbers.
///
///   forward   costs a few steps' worth per run, and per input mostly the solves with the factors
///             at hand, which several inputs share; for up to about 50 inputs
///   adjoint   costs about three to four runs, whatever the number of inputs
///
/// A run that is given alone is solved as by Solver (for all species), a list of runs in lanes as
/// by BatchSolver, or, where a matrix per lane would be too large, one after another as if alone.
/// The two agree to the tolerance. Memory of a run: steps x states, nine times that (Rodas5P) where
/// stages are kept: in forward mode, and alone, where up to 96 MB of factors are kept as well. Of a
/// run alone in forward mode only SensitivityOptions::forward_bytes, for its derivatives follow it
/// closely. After a call SensitivityOptions::most_kept_bytes of it are left.
///
/// An equilibration is solved as by sim::Solver, then refined; its derivative is that of the steady
/// state, by the implicit function theorem with the conservation laws. Where the state that is
/// reached depends on the way (no isolated steady state), the phase is integrated with its
/// derivatives instead, which Result::fallbacks tells.
///
/// A derivative that must be 0 is exactly 0. Results do not depend on threads, lanes or the order
/// of tasks.
///
/// Not differentiable, Failure::not_differentiable with the name and the reason:
///   * a parameter that is computed from others, unless the run sets it
///   * every input of a system whose rates round quantities that vary: the derivative would miss
///   jumps
///   * mratio by its first two arguments, or where its slope by the third is in a rate
///   * a run in which something happens at a time whose derivative is not known: see
///     docs/theory/sensitivities.md, What has no derivative
///
/// Triggered events, their delays and assignments, and rates that jump are differentiated, and so
/// are the times at which they do. Runs whose linear systems need row exchanges are solved with
/// them.
class SensitivitySolver {
public:
    /// Plans the elimination. Cost: see math::LuPlan::make, for large systems
    /// math::SupernodePlan::make.
    explicit SensitivitySolver(eqn::System system, SensitivityOptions options = {});
    ~SensitivitySolver();
    SensitivitySolver(SensitivitySolver&&) noexcept;
    SensitivitySolver& operator=(SensitivitySolver&&) noexcept;

    [[nodiscard]] const eqn::System& system() const noexcept;

    [[nodiscard]] Sensitivities forward(const Run& run, std::span<const Input> inputs);
    [[nodiscard]] std::vector<Sensitivities> forward(std::span<const SensitivityTask> tasks);

    /// `weights` is asked after the run, for it may depend on the result. A gradient whose weights
    /// are not times x columns finite numbers is NaN with a status.
    [[nodiscard]] Gradient gradient(const Run& run, std::span<const Input> inputs,
                                    const OutputWeights& weights);
    [[nodiscard]] std::vector<Gradient> gradient(std::span<const SensitivityTask> tasks,
                                                 const OutputWeights& weights);

    /// Memory of steps that is kept for later calls.
    [[nodiscard]] std::size_t kept_bytes() const;

    /// Why no derivative of this run by this input can be had; empty when it can.
    [[nodiscard]] std::string refusal(const Run& run, const Input& input) const;

private:
    class Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace erbium::sim
