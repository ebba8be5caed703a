// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_forward.hpp"

#include <algorithm>
#include <utility>

#include "erbium/sim/steady_state_slopes.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;

// DirectionKernels::sum_stages sums seven stages before one.
static_assert(RosenbrockTableau::kMaxStages == 8);

}  // namespace

ForwardSweep::ForwardSweep(const LaneTables& tables, const MatrixPlan& plan,
                           const ManySidedSolver& many, const NetRates& net,
                           const SensitivityKernels& kernels, const RosenbrockTableau& tableau)
    : tables_{tables},
      program_{tables.system().program()},
      net_{net},
      kernels_{&kernels.inputs[0]},
      stage_kernels_{kernels},
      tableau_{tableau},
      n_{tables.system().state_count()},
      replay_{tables, plan, &many, kernels, tableau},
      kernel_{tables.system()},
      slope_table_{program_.slot_count},
      y_(n_),
      f_(n_) {
    std::vector<std::uint8_t> moves(n_);
    for (std::uint32_t s = 0; s < n_; ++s) {
        moves[s] = tables.system().is_fixed(SpeciesId{s}) ? 0 : 1;
    }
    TangentRows rows{std::vector<std::uint32_t>(program_.slot_count, TangentRows::kNone), 0};
    const PartialTapes tapes{program_};
    rate_tangents_ = {tapes.rates, program_.observable_terms, moves, true, slope_table_, rows};
    slope_tangents_ = {tapes.slopes, program_.observable_terms, moves, true, slope_table_, rows};
    plan_time_slope();
    const std::size_t lanes = replay_.lanes();
    directions_.assign(net.row_count() * lanes, 0.0);
    direction_slots_.assign(tables.slot_count() * lanes, 0.0);
    coefficients_.assign(replay_.passes() * lanes * net.coefficients().count, 0.0);
}

/// Packs of the width that suits this many inputs, and room for the one at work.
void ForwardSweep::choose_width(std::size_t inputs) {
    kernels_ = &kernels_for(stage_kernels_, inputs);
    if (width_ == kernels_->width) {
        return;
    }
    width_ = kernels_->width;
    for (math::AlignedDoubles* state : {&stage_, &new_s_}) {
        state->assign(net_.row_count() * width_, 0.0);
    }
    for (math::AlignedDoubles* state : {&sum_, &zeros_, &more_, &time_slope_, &right_}) {
        state->assign(n_ * width_, 0.0);
    }
    rates_.assign(net_.size() * width_, 0.0);
    active_.assign(tables_.scratch_count() * width_, 0.0);
    for (math::AlignedDoubles* slots : {&all_slots_, &time_rows_}) {
        slots->assign(tables_.slot_count() * width_, 0.0);
    }
}

/// df/dt depends on a small part of the tapes.
void ForwardSweep::plan_time_slope() {
    if (!tables_.has_time_slope()) {
        return;
    }
    std::vector<std::uint8_t> is_needed(program_.slot_count);
    for (const eqn::Product& product : program_.time_partials) {
        is_needed[product.slot] = 1;
    }
    const std::vector<Instruction> slope_part = needed_part(program_.time_slope_tape, is_needed);
    const std::vector<Instruction> rate_part = needed_part(program_.rate_tape, is_needed);
    for (const auto& part : {slope_part, rate_part}) {
        for (const Instruction& i : part) {
            is_needed[i.dst] = 0;
        }
    }
    TangentRows rows{std::vector<std::uint32_t>(program_.slot_count, TangentRows::kNone), 0};
    for (eqn::Slot slot = program_.parameter_begin; slot < program_.slot_count; ++slot) {
        if (is_needed[slot] != 0 && slot != program_.time_slot) {
            rows.of_slot[slot] = slot;
            time_constants_.push_back(slot);
        }
    }
    const std::vector<std::uint8_t> moves(n_, 1);
    time_rate_tangents_ = {rate_part, program_.observable_terms, moves, true, slope_table_, rows};
    time_slope_tangents_ = {slope_part, program_.observable_terms, moves, true, slope_table_, rows};
}

void ForwardSweep::begin_phase(const RecordedPhase& phase) {
    phase_ = &phase.run;
    replay_.exchange_rows(0, phase.exchanges_rows);
    for (Group& group : groups_) {
        group.moved.clear();
        group.due.clear();
        group.fired_values.clear();
    }
}

void ForwardSweep::carry(const RunScript& script, const StepTrace& trace,
                         std::span<double> values) {
    for (Group& group : groups_) {
        group.moved.resize(script.moments.size() * width_, 0.0);
        group.due.resize(script.firings.size() * width_, 0.0);
        group.fired_values.resize(script.value_count * width_, 0.0);
    }
    for (const ScriptItem& item : script.items) {
        switch (item.kind) {
            case ScriptItem::Kind::step:
                step(item, script, trace, values);
                break;
            case ScriptItem::Kind::event:
                apply(item, script);
                break;
            case ScriptItem::Kind::moment_begin:
                begin_moment(item, script);
                break;
            case ScriptItem::Kind::moment_end:
                end_moment(item, script);
                break;
            case ScriptItem::Kind::firing:
                fire(item, script);
                break;
            case ScriptItem::Kind::assignment:
                assign(item, script);
                break;
            case ScriptItem::Kind::output:
                observe(item.time, script.state(item.state, n_));
                for (Group& group : groups_) {
                    record(group, group.s.data(), item.index, values);
                }
                break;
        }
    }
}

void ForwardSweep::step(const ScriptItem& item, const RunScript& script, const StepTrace& trace,
                        std::span<double> values) {
    const TracedStep& traced = trace.steps[item.index];
    replay_.set_step(0, trace, item.index);
    if (!script.held.empty()) {
        const std::size_t count = replay_.held_count();
        replay_.set_held(0, std::span{script.held}.subspan(item.held * count, count));
    }
    replay_.compute();
    find_coefficients();
    const std::vector<double>& outputs = phase_->output_times;
    for (Group& group : groups_) {
        step(group);
    }
    std::vector<double> state(n_);
    for (std::size_t row = item.row_begin; row < item.row_end; ++row) {
        const double theta = (outputs[row] - traced.time) / traced.size;
        interpolate_state(replay_, theta, state);
        observe(outputs[row], state);
        for (Group& group : groups_) {
            interpolate(group, theta);
            record(group, more_.data(), row, values);
        }
    }
    for (Group& group : groups_) {
        end_step(group, item.kept_part);
    }
}

/// The derivatives of the state where the step ended or was cut.
void ForwardSweep::end_step(Group& group, double kept_part) {
    const std::size_t last = replay_.stages() - 1;
    if (kept_part == 1.0) {
        const double one = 1.0;
        kernels_->stage_state(n_, group.last_stage.data(), group.k.data() + last * n_ * width_, 1,
                              &one, group.s.data());
        return;
    }
    const RosenbrockTableau::Row ends = dense_weights(tableau_, kept_part);
    kernels_->stage_state(n_, group.s.data(), group.k.data(), tableau_.stages, ends.data(),
                          new_s_.data());
    std::swap(group.s, new_s_);
}

/// Slopes of rates by states and inputs, of all stages.
void ForwardSweep::find_coefficients() {
    const std::span<const OperationSlope> slopes = slope_table_.slopes();
    for (std::size_t pass = 0; pass < replay_.passes(); ++pass) {
        double* const slots = replay_.slots(pass);
        stage_kernels_.operation_slopes(
            slopes.data(), slopes.data() + slopes.size(), slots,
            slots + (std::size_t{slope_table_.one()} + 1) * replay_.lanes());
    }
    for (std::size_t pass = 0; pass < replay_.passes(); ++pass) {
        find_net_coefficients(pass);
        for (Group& group : groups_) {
            find_explicit_coefficients(group, pass);
        }
    }
}

/// The slopes by states that all inputs share: at each stage, and how those at the step's start
/// change along it.
void ForwardSweep::find_net_coefficients(std::size_t pass) {
    const LaneProgram& program = tables_.program();
    const DirectionKernels& directions = stage_kernels_.directions;
    const std::size_t lanes = replay_.lanes();
    const std::size_t first = pass * lanes;
    for (std::size_t l = 0; l < std::min(lanes, replay_.stages() - first); ++l) {
        const double* const k = replay_.k(first + l);
        for (std::size_t i = 0; i < n_; ++i) {
            directions_[i * lanes + l] = k[i];
        }
    }
    directions.sum_species(net_.species_sums(), n_, directions_.data());
    for (const TangentTape* tape : {&rate_tangents_, &slope_tangents_}) {
        directions.run_tangents(tape->begin(), tape->end(), replay_.slots(0), lanes,
                                program.observable_terms, directions_.data(),
                                direction_slots_.data());
    }
    stage_kernels_.multiply_out(program.partials, replay_.slots(pass), replay_.states(pass),
                                values_.data());
    const bool has_tapes = !rate_tangents_.empty() || !slope_tangents_.empty();
    directions.tangent_products(program.partials, replay_.slots(0), lanes, replay_.y(),
                                has_tapes ? direction_slots_.data() : nullptr, directions_.data(),
                                values_.data() + tables_.partial_count() * lanes);
    const CoefficientSums sums = net_.coefficients();
    stage_kernels_.sum_coefficients(sums, values_.data(),
                                    coefficients_.data() + first * sums.count);
}

/// The slopes by what the group's inputs change while states are held.
void ForwardSweep::find_explicit_coefficients(Group& group, std::size_t pass) {
    const ExplicitRates& rates = group.tables->rates;
    const CoefficientSums sums = rates.coefficients();
    const std::size_t lanes = replay_.lanes();
    const std::span<const TangentInstruction> slopes = rates.slopes();
    const std::span<const eqn::Product> of_slopes = rates.slope_products();
    const std::span<const eqn::Product> of_slots = rates.slot_products();
    const double* const slots = replay_.slots(pass);
    const double* const states = replay_.states(pass);
    double* values = values_.data();
    stage_kernels_.slopes_by_constants(slopes.data(), slopes.data() + slopes.size(), slots,
                                       program_.observable_terms.data(), by_constants_.data());
    stage_kernels_.products_of_stages(of_slopes.data(), of_slopes.data() + of_slopes.size(),
                                      rates.factors(), by_constants_.data(), states, values);
    values += of_slopes.size() * lanes;
    stage_kernels_.products_of_stages(of_slots.data(), of_slots.data() + of_slots.size(),
                                      rates.factors(), slots, states, values);
    values += of_slots.size() * lanes;
    stage_kernels_.bent_products(rates.bent_products(), replay_.slots(0), replay_.y(),
                                 directions_.data(), values);
    stage_kernels_.sum_coefficients(sums, values_.data(),
                                    group.coefficients.data() + pass * lanes * sums.count);
}

/// result += df/dp and df/d(fixed amounts) at slots and y.
void ForwardSweep::add_explicit(Group& group, const double* slots, const double* y,
                                double* result) {
    const ActiveTables& tables = group.tables->active;
    if (tables.rates().count == 0) {
        return;
    }
    const std::span<const Instruction> tape = tables.rate_tape();
    if (!tape.empty()) {
        tape_slopes(tape, {slots, tables_.slot_count()}, slopes_);
        kernels_->tangent_tape(tape.data(), tape.data() + tape.size(), slopes_.data(),
                               program_.observable_terms.data(), group.fixed.data(),
                               group.dslots.data());
    }
    kernels_->active_products(tables.rates(), slots, y, group.dslots.data(), group.fixed.data(),
                              active_.data());
    kernels_->add_active_rows(tables.changes(), active_.data(), result);
}

/// time_slope_ = how df/dt at the step's start changes.
void ForwardSweep::differentiate_time_slope(Group& group) {
    const LaneProgram& program = tables_.program();
    for (const eqn::Slot slot : time_constants_) {
        std::copy_n(lane_row(group.dslots, slot), width_, lane_row(time_rows_, slot));
    }
    const double* const slots = replay_.slots(0);
    for (const TangentTape* tape : {&time_rate_tangents_, &time_slope_tangents_}) {
        kernels_->run_tangents(tape->begin(), tape->end(), slots, replay_.lanes(),
                               program.observable_terms, group.s.data(), time_rows_.data());
    }
    kernels_->tangent_products(program.time_partials, slots, replay_.lanes(), replay_.y(),
                               time_rows_.data(), group.s.data(), active_.data());
    kernels_->sum_up(program.time_slopes, active_.data(), time_slope_.data());
    for (std::size_t i = 0; i < n_; ++i) {
        if (replay_.has_slope()[i] == 0) {
            std::fill_n(time_slope_.data() + i * width_, width_, 0.0);
        }
    }
}

void ForwardSweep::step(Group& group) {
    const double h = replay_.h()[0];
    begin_step(group);
    const bool has_slope = tables_.has_time_slope();
    if (has_slope) {
        differentiate_time_slope(group);
    }
    for (std::size_t s = 0; s < replay_.stages(); ++s) {
        const double* state = group.s.data();  // whose sums of species begin_step() found
        const double* sum = zeros_.data();
        if (s > 0) {
            RosenbrockTableau::Row c = tableau_.c[s];
            for (double& weight : c) {
                weight /= h;
            }
            math::AlignedDoubles& at = s + 1 == replay_.stages() ? group.last_stage : stage_;
            kernels_->sum_stages(n_, group.s.data(), group.k.data(), static_cast<int>(s),
                                 tableau_.a[s].data(), c.data(), at.data(), sum_.data());
            kernels_->sum_species(net_.species_sums(), n_, at.data());
            state = at.data();
            sum = sum_.data();
        }
        rates_at(group, s, state);
        kernels_->right_side(net_.changes(), rates_.data(), sum,
                             has_slope && tableau_.d[s] != 0.0 ? time_slope_.data() : nullptr,
                             tableau_.d[s] * h, right_.data());
        replay_.solve_for_many(kernels_->solves, right_.data(), group.k.data() + s * n_ * width_);
    }
}

/// What stays the same through a step.
void ForwardSweep::begin_step(Group& group) {
    const ExplicitRates& rates = group.tables->rates;
    kernels_->sum_species(net_.species_sums(), n_, group.s.data());
    for (const ExplicitRates::Copied& slot : rates.slots()) {
        std::copy_n(lane_row(group.dslots, slot.from), width_, lane_row(group.rows, slot.row));
    }
    for (const ExplicitRates::Copied& species : rates.species()) {
        std::copy_n(lane_row(group.s, species.from), width_, lane_row(group.rows, species.row));
    }
    kernels_->run_tangents(rates.tapes().begin(), rates.tapes().end(), replay_.slots(0),
                           replay_.lanes(), program_.observable_terms.data(), group.fixed.data(),
                           group.rows.data());
}

/// rates_ = derivatives of the net rates at stage s, where those of the state are `state`, and of
/// what they change by along the stage.
void ForwardSweep::rates_at(Group& group, std::size_t s, const double* state) {
    const ExplicitRates& rates = group.tables->rates;
    kernels_->net_rates(net_.sums(), coefficients_.data() + s * net_.coefficients().count, state,
                        group.s.data(), rates_.data());
    kernels_->add_to_rates(rates.added(),
                           group.coefficients.data() + s * rates.coefficients().count,
                           group.rows.data(), rates_.data());
}

/// more_ = derivatives of the interpolated state, S being that before the step.
void ForwardSweep::interpolate(Group& group, double theta) {
    const RosenbrockTableau::Row weights = dense_weights(tableau_, theta);
    kernels_->stage_state(n_, group.s.data(), group.k.data(), tableau_.stages, weights.data(),
                          more_.data());
}

/// The subject's slots at an output, for functions.
void ForwardSweep::observe(double t, std::span<const double> y) {
    if (phase_->recording.functions.empty()) {
        return;
    }
    kernel_.observe(t, y);
    tape_slopes(program_.rate_tape, kernel_.slots(), rate_slopes_);
    tape_slopes(program_.output_tape, kernel_.slots(), slopes_);
}

void ForwardSweep::record(Group& group, const double* s, std::size_t row,
                          std::span<double> values) {
    const Recording& recording = phase_->recording;
    std::size_t column = row * recording.size();
    const auto write = [&](const double* lanes) {
        std::copy_n(lanes, group.count, values.data() + column * inputs_.size() + group.first);
        ++column;
    };
    for (const SpeciesId id : recording.species) {
        write(s + id.value * width_);
    }
    std::vector<double> sum(width_);
    for (const ObservableId id : recording.observables) {
        std::fill(sum.begin(), sum.end(), 0.0);
        for (const eqn::Term& term : tables_.system().observable_terms(id)) {
            for (std::size_t l = 0; l < width_; ++l) {
                sum[l] += term.weight * s[term.index * width_ + l];
            }
        }
        write(sum.data());
    }
    if (recording.functions.empty()) {
        return;
    }
    std::copy(group.dslots.begin(), group.dslots.end(), all_slots_.begin());
    for (const auto& [tape, slopes] : {std::pair{program_.rate_tape, &rate_slopes_},
                                       std::pair{program_.output_tape, &slopes_}}) {
        kernels_->tangent_tape(tape.data(), tape.data() + tape.size(), slopes->data(),
                               program_.observable_terms.data(), s, all_slots_.data());
    }
    for (const FunctionId id : recording.functions) {
        write(lane_row(all_slots_, tables_.system().slot(id)));
    }
}

}  // namespace erbium::sim
