// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_forward.hpp: carries derivatives through a recorded run, many at once.
// Reads: RunScript, StepTrace   Makes: Sensitivities' numbers   Used by: sim::SensitivitySolver
//
// One subject, whose inputs stand in the lanes: factors, slopes of rates and their changes are
// computed once per step, all stages at once, and shared by all inputs.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/aligned.hpp"
#include "erbium/sim/recorded_run.hpp"
#include "erbium/sim/run_script.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/sensitivity_explicit_rates.hpp"
#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/sensitivity_net_rates.hpp"
#include "erbium/sim/sensitivity_tables.hpp"
#include "erbium/sim/sensitivity_tangents.hpp"
#include "erbium/sim/single_replay.hpp"

namespace erbium::sim {

class SteadyStateSlopes;

/// Workspace of one thread. Everything is allocated at the start of a run.
class ForwardSweep {
public:
    /// The tables, the plan, the solver and the net rates must outlive it.
    /// @param many  of the plan
    ForwardSweep(const LaneTables& tables, const MatrixPlan& plan, const ManySidedSolver& many,
                 const NetRates& net, const SensitivityKernels& kernels,
                 const RosenbrockTableau& tableau);

    /// Derivatives of the initial state, under the parameters of `run`, or of its equilibration
    /// when `is_equilibrating`.
    void begin(const Run& run, std::span<const Input> inputs, bool is_equilibrating);

    /// What is carried on next: the run of begin(), or its equilibration. It must outlive that.
    void begin_phase(const RecordedPhase& phase);
    /// Carries them on along the items of the script, recording at outputs. The script of a phase
    /// may come in parts; what it says beside its items it says of all parts so far.
    /// @param trace   the items' steps with their stages, factors kept for the solver
    /// @param values  times x columns x inputs; rows that are not reached are left alone
    void carry(const RunScript& script, const StepTrace& trace, std::span<double> values);

    /// From the initial to the steady state.
    void settle(SteadyStateSlopes& slopes, double t, std::span<const double> y);

    /// After the equilibration: parameters of the run itself.
    void end_equilibration();

    /// Derivatives of the state as it stands, states x inputs.
    void write_state(std::span<double> to) const;

private:
    /// What depends on one set of inputs.
    struct InputTables {
        InputTables(const eqn::System& system, const ActiveSeeds& seeds, const NetRates& net,
                    SlopeTable& slopes)
            : active{system, seeds}, rates{system, active, net, slopes} {}
        ActiveTables active;
        ExplicitRates rates;
    };
    /// Inputs that are carried in one pack of lanes.
    struct Group {
        std::size_t first{};  // input of lane 0
        std::size_t count{};
        std::shared_ptr<const InputTables> tables;
        math::AlignedDoubles dslots;        // slots x W
        math::AlignedDoubles s;             // derivatives of the state, then of sums of species
        math::AlignedDoubles fixed;         // the same of fixed species only, else 0
        math::AlignedDoubles k;             // of the stages
        math::AlignedDoubles last_stage;    // of the state that the last stage looks at
        math::AlignedDoubles rows;          // of ExplicitRates
        math::AlignedDoubles coefficients;  // of ExplicitRates, by stage
        math::AlignedDoubles moved;         // derivative of each moment's time
        math::AlignedDoubles due;           // ... of each firing's assignments
        math::AlignedDoubles fired_values;  // of values taken when events fired
        bool has_fixed{};
    };

    std::shared_ptr<const InputTables> tables_for(std::span<const Input> inputs);
    void choose_width(std::size_t inputs);
    void seed_parameters(Group& group);
    void compute_constants(Group& group);
    void begin_state(Group& group);
    void copy_fixed(Group& group);
    // sensitivity_forward_events.cpp
    void begin_moment(const ScriptItem& item, const RunScript& script);
    void end_moment(const ScriptItem& item, const RunScript& script);
    void shift(Group& group, std::span<const double> rate, const double* moved, double sign);
    void cross(Group& group, const RunScript::Crossing& crossing, double* moved);
    void reach_stop(Group& group, std::span<const eqn::Slot> slots, double* moved);
    void seed_lanes(const Group& group, const Input& input, double* row) const;
    void differentiate_events(Group& group, const ScriptItem& item, std::span<const double> y);
    void fire(const ScriptItem& item, const RunScript& script);
    void assign(const ScriptItem& item, const RunScript& script);
    void apply(const ScriptItem& item, const RunScript& script);
    void change_state(Group& group, const ScriptItem& item, std::span<const double> before);
    void set_parameters(std::span<const ParameterValue> values);
    // sensitivity_forward.cpp
    void step(const ScriptItem& item, const RunScript& script, const StepTrace& trace,
              std::span<double> values);
    void find_coefficients();
    void find_net_coefficients(std::size_t pass);
    void find_explicit_coefficients(Group& group, std::size_t pass);
    void plan_time_slope();
    void differentiate_time_slope(Group& group);
    void step(Group& group);
    void begin_step(Group& group);
    void end_step(Group& group, double kept_part);
    void rates_at(Group& group, std::size_t s, const double* state);
    void add_explicit(Group& group, const double* slots, const double* y, double* result);
    void record(Group& group, const double* s, std::size_t row, std::span<double> values);
    void interpolate(Group& group, double theta);
    void observe(double t, std::span<const double> y);
    [[nodiscard]] double* lane_row(math::AlignedDoubles& rows, std::size_t i) const noexcept {
        return rows.data() + i * width_;
    }

    const LaneTables& tables_;
    const eqn::Program program_;
    const NetRates& net_;
    const DirectionKernels* kernels_;          // for the inputs of this run
    const SensitivityKernels& stage_kernels_;  // for stages
    const RosenbrockTableau& tableau_;
    std::size_t n_;
    std::size_t width_{};  // of a pack of inputs
    SingleReplay replay_;
    eqn::ReferenceKernel kernel_;

    const Run* run_{};
    const Run* phase_{};
    std::span<const Input> inputs_;
    bool is_equilibrating_{};
    std::vector<Group> groups_;
    static constexpr std::size_t kMostKnownTables = 256;  // of as many packs of inputs
    std::vector<std::pair<ActiveSeeds, std::shared_ptr<const InputTables>>> known_tables_;

    SlopeTable slope_table_;
    TangentTape rate_tangents_;  // of what slopes of rates depend on, as states change
    TangentTape slope_tangents_;
    TangentTape time_rate_tangents_;  // of what df/dt depends on, as states and constants change
    TangentTape time_slope_tangents_;
    std::vector<eqn::Slot> time_constants_;  // that these read

    // Of the present step, shared by all groups.
    math::AlignedDoubles directions_;       // rows x lanes: stages as directions
    math::AlignedDoubles direction_slots_;  // slots x lanes
    math::AlignedDoubles by_constants_;     // slopes of ExplicitRates
    math::AlignedDoubles values_;           // that coefficients are sums of
    math::AlignedDoubles coefficients_;     // of net rates, by stage
    std::vector<double> slopes_;
    std::vector<double> rate_slopes_;

    // Of the group at work.
    math::AlignedDoubles active_;
    math::AlignedDoubles stage_;
    math::AlignedDoubles sum_;
    math::AlignedDoubles zeros_;  // of the first stage, as sum_
    math::AlignedDoubles rates_;
    math::AlignedDoubles more_;
    math::AlignedDoubles time_slope_;
    math::AlignedDoubles right_;
    math::AlignedDoubles new_s_;
    math::AlignedDoubles time_rows_;  // slots x W, for df/dt
    math::AlignedDoubles all_slots_;  // slots x W for functions
    std::vector<double> y_;
    std::vector<double> f_;
};

}  // namespace erbium::sim
