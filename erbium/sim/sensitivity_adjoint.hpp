// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_adjoint.hpp: carries what a number is worth back through recorded runs.
// Reads: RecordedRun   Makes: Gradient's numbers   Used by: sim::SensitivitySolver
//
// Subjects stand in the lanes, each with its own time and place in its script, as in
// sim::LaneIntegrator; every step is done again from its recorded start and then reversed. "Worth"
// is the derivative of the number G by whatever is named.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/aligned.hpp"
#include "erbium/sim/recorded_run.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/sensitivity_tables.hpp"
#include "erbium/sim/step_replay.hpp"

namespace erbium::sim {

/// Sums read the other way round: by value, the rows it goes into.
class TransposedSums {
public:
    TransposedSums(const LaneSums& sums, std::size_t value_count);
    [[nodiscard]] LaneSums view() const noexcept {
        return {static_cast<std::uint32_t>(sums_.size()), sums_.data(), indices_.data(),
                weights_.data()};
    }

private:
    std::vector<LaneSum> sums_;
    std::vector<std::uint32_t> indices_;
    std::vector<double> weights_;
};

/// One run to go back through.
struct AdjointJob {
    const SensitivityTask* task{};
    const RecordedRun* recorded{};
    std::span<const double> weights;  ///< dG/d(result.values)
    std::span<double> gradient;       ///< by input
};

/// Workspace of one thread.
class AdjointSweep {
public:
    /// The tables must outlive it.
    /// @param kernels  of as many lanes as the replay has
    AdjointSweep(const LaneTables& tables, const ColumnPattern& pattern,
                 const SensitivityKernels& kernels, std::unique_ptr<StepReplay> replay,
                 RunRecorder& recorder);

    /// At most as many jobs as lanes. Memory: that of the records, and a few states per stage.
    void carry(std::span<const AdjointJob> jobs);

private:
    struct Lane {
        const AdjointJob* job{};
        const RecordedPhase* phase{};
        bool is_equilibrating{};
        std::size_t items_left{};             // of the phase's script
        std::vector<double> constant_worths;  // by slot; of outputs and what was converted
        std::vector<double> moment_worths;    // of the times of moments
        std::vector<double> due_worths;       // of the times at which firings are carried out
        std::vector<double> fired_worths;     // of values taken when events fired
    };

    void begin_phase(std::size_t l, const RecordedPhase& phase, bool is_equilibrating);
    /// Back to the next step, or to the start of everything: then the lane is free.
    void advance(std::size_t l);
    void set_ends(std::size_t l, double part);
    void reverse_output(std::size_t l, std::size_t row, double t, std::span<const double> y,
                        std::span<double> y_worths);
    void reverse_interpolated(std::size_t l);
    // sensitivity_adjoint_events.cpp
    void reverse_event(std::size_t l, const ScriptItem& item);
    void reverse_moment_begin(std::size_t l, const ScriptItem& item);
    void reverse_firing(std::size_t l, const ScriptItem& item);
    void reverse_assignment(std::size_t l, const ScriptItem& item);
    void reverse_event_tape(std::size_t l, const ScriptItem& item);
    [[nodiscard]] double worth_of_shift(std::size_t l, std::span<const double> rate) const noexcept;
    void end_phase(std::size_t l);
    void reverse_steady_state(std::size_t l);
    void reverse_initial_state(std::size_t l);
    void set_parameters(std::size_t l, std::size_t items);
    void convert_constants(std::size_t l);
    void credit_parameters(std::size_t l);
    void add_to_gradient(const AdjointJob& job, const Input& input, double worth);
    // sensitivity_adjoint.cpp
    void step_back();
    void reverse_time_slope(const double* slots, double* y_worths);
    void reverse_rates(const double* slots, const double* y, const double* f_worths,
                       double* y_worths);
    void read_lane(const double* rows, std::size_t l, std::span<double> to) const noexcept;

    const LaneTables& tables_;
    const eqn::Program program_;
    const ColumnPattern& pattern_;
    const SensitivityKernels& kernels_;
    const SensitivityKernels& one_;  // of one lane
    const RosenbrockTableau& tableau_;
    RunRecorder& recorder_;
    TransposedSums changes_;
    TransposedSums jacobian_;
    TransposedSums time_slopes_;
    std::size_t n_;
    std::size_t width_;
    std::size_t products_;
    std::unique_ptr<StepReplay> replay_;

    std::vector<Lane> lanes_;
    std::vector<eqn::ReferenceKernel> reference_;  // by lane

    math::AlignedDoubles lambda_;  // worth of the state, rows of lanes
    math::AlignedDoubles next_lambda_;
    math::AlignedDoubles seeds_;  // worth of stages through interpolated outputs
    math::AlignedDoubles y_seeds_;
    bool has_seeds_{};
    math::AlignedDoubles u_;      // worth of right-hand sides, last stage first
    math::AlignedDoubles y_bar_;  // worth of stage states, last stage first
    math::AlignedDoubles stage_;
    math::AlignedDoubles right_;
    math::AlignedDoubles slot_worths_;
    math::AlignedDoubles rate_worths_;
    math::AlignedDoubles partial_worths_;
    math::AlignedDoubles entry_worths_;
    math::AlignedDoubles slope_worths_;
    math::AlignedDoubles f_worths_;
    math::AlignedDoubles ends_;  // stages x lanes: weights in the state after the step
    std::vector<double> state_;
    std::vector<double> worth_;
    std::vector<double> f_;
    std::vector<double> explicit_worths_;
    std::vector<double> one_slot_worths_;
    std::vector<double> one_rate_worths_;
};

}  // namespace erbium::sim
