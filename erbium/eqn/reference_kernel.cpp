// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/reference_kernel.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "erbium/eqn/arithmetic.hpp"

namespace erbium::eqn {
namespace {

double product(const Program& program, const Product& p, const double* slots,
               const double* y) noexcept {
    double value = slots[p.slot];
    for (std::uint32_t i = p.first; i < p.first + p.count; ++i) {
        value *= y[program.factors[i]];
    }
    return value;
}

double row_sum(const Rows& rows, std::size_t row, const double* values) noexcept {
    double sum = 0.0;
    for (std::uint32_t i = rows.begins[row]; i < rows.begins[row + 1]; ++i) {
        sum += rows.terms[i].weight * values[rows.terms[i].index];
    }
    return sum;
}

}  // namespace

ReferenceKernel::ReferenceKernel(System system)
    : system_{std::move(system)},
      program_{system_.program()},
      slots_(program_.slot_count),
      is_set_(program_.parameter_count),
      rates_(program_.rates.size()),
      partials_(program_.partials.size() + program_.partial_sums.begins.size() - 1),
      time_partials_(program_.time_partials.size()) {
    std::copy(program_.literals.begin(), program_.literals.end(), slots_.begin());
    for (const Root& root : system_.roots()) {
        if (root.is_in_rate) {
            held_.push_back({root.comparison, 0.0});
        }
    }
    if (!held_.empty()) {
        std::copy_if(program_.rate_tape.begin(), program_.rate_tape.end(),
                     std::back_inserter(held_rate_tape_), [this](const Instruction& i) {
                         return std::none_of(
                             held_.begin(), held_.end(),
                             [&i](const HeldComparison& h) { return h.slot == i.dst; });
                     });
    }
    reset_parameters();
}

void ReferenceKernel::reset_parameters() noexcept {
    const std::span<const double> values = system_.parameter_values();
    std::copy(values.begin(), values.end(), slots_.begin() + program_.parameter_begin);
    std::fill(is_set_.begin(), is_set_.end(), std::uint8_t{0});
    compute_constants();
}

void ReferenceKernel::set_parameters(std::span<const ParameterValue> values) noexcept {
    for (const ParameterValue& v : values) {
        slots_[system_.slot(v.parameter)] = v.value;
        is_set_[v.parameter.value] = 1;
    }
    compute_constants();
}

void ReferenceKernel::compute_constants() noexcept {
    run(program_.constants_tape, nullptr);
}

void ReferenceKernel::initial_state(std::span<double> y) const noexcept {
    for (std::uint32_t s = 0; s < y.size(); ++s) {
        y[s] = slots_[system_.initial_slot(SpeciesId{s})];
    }
}

void ReferenceKernel::run(std::span<const Instruction> tape, const double* y) noexcept {
    double* const slots = slots_.data();
    for (const Instruction& i : tape) {
        switch (i.op) {
            case Opcode::state:
                slots[i.dst] = y[i.a];
                break;
            case Opcode::weighted_sum: {
                double sum = 0.0;
                for (const Term& term : program_.observable_terms.subspan(i.a, i.b)) {
                    sum += term.weight * y[term.index];
                }
                slots[i.dst] = sum;
                break;
            }
            case Opcode::define_parameter:
                if (is_set_[i.b] == 0) {
                    slots[i.dst] = slots[i.a];
                }
                break;
            case Opcode::add:
                slots[i.dst] = slots[i.a] + slots[i.b];
                break;
            case Opcode::subtract:
                slots[i.dst] = slots[i.a] - slots[i.b];
                break;
            case Opcode::multiply:
                slots[i.dst] = slots[i.a] * slots[i.b];
                break;
            case Opcode::divide:
                slots[i.dst] = slots[i.a] / slots[i.b];
                break;
            default:
                slots[i.dst] = evaluate(i.op, slots[i.a], slots[i.b], slots[i.c]);
        }
    }
}

void ReferenceKernel::run_rate_tape(double t, const double* y) noexcept {
    slots_[program_.time_slot] = t;
    if (!are_held_) {
        run(program_.rate_tape, y);
        return;
    }
    for (const HeldComparison& comparison : held_) {
        slots_[comparison.slot] = comparison.value;
    }
    run(held_rate_tape_, y);
}

void ReferenceKernel::hold_comparisons(double t, std::span<const double> y) noexcept {
    are_held_ = false;
    if (held_.empty()) {
        return;
    }
    evaluate_events(t, y);
    for (HeldComparison& comparison : held_) {
        comparison.value = slots_[comparison.slot];
    }
    are_held_ = true;
}

void ReferenceKernel::evaluate_events(double t, std::span<const double> y) noexcept {
    slots_[program_.time_slot] = t;
    run(program_.event_tape, y.data());
}

void ReferenceKernel::rhs(double t, std::span<const double> y, std::span<double> rate) noexcept {
    run_rate_tape(t, y.data());
    for (std::size_t r = 0; r < rates_.size(); ++r) {
        rates_[r] = product(program_, program_.rates[r], slots_.data(), y.data());
    }
    for (std::size_t s = 0; s < rate.size(); ++s) {
        rate[s] = row_sum(program_.stoichiometry, s, rates_.data());
    }
}

void ReferenceKernel::jacobian(double t, std::span<const double> y,
                               std::span<double> entries) noexcept {
    jacobian(t, y, program_.jacobian, entries);
}

void ReferenceKernel::jacobian(double t, std::span<const double> y, const Rows& sums,
                               std::span<double> entries) noexcept {
    evaluate_slopes(t, y);
    const std::size_t products = program_.partials.size();
    for (std::size_t p = 0; p < products; ++p) {
        partials_[p] = product(program_, program_.partials[p], slots_.data(), y.data());
    }
    for (std::size_t q = products; q < partials_.size(); ++q) {
        partials_[q] = row_sum(program_.partial_sums, q - products, partials_.data());
    }
    for (std::size_t e = 0; e < entries.size(); ++e) {
        entries[e] = row_sum(sums, e, partials_.data());
    }
}

void ReferenceKernel::time_slope(double t, std::span<const double> y,
                                 std::span<double> slope) noexcept {
    run_rate_tape(t, y.data());
    run(program_.time_slope_tape, y.data());
    for (std::size_t q = 0; q < time_partials_.size(); ++q) {
        time_partials_[q] = product(program_, program_.time_partials[q], slots_.data(), y.data());
    }
    for (std::size_t s = 0; s < slope.size(); ++s) {
        slope[s] = row_sum(program_.time_slopes, s, time_partials_.data());
    }
}

void ReferenceKernel::observe(double t, std::span<const double> y) noexcept {
    slots_[program_.time_slot] = t;
    run(program_.rate_tape, y.data());
    run(program_.output_tape, y.data());
}

}  // namespace erbium::eqn
