// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_kernel.hpp: executes a LaneProgram, and the sums of a Rosenbrock step, over W
// lanes.
// Used by: kernels; see math/pack.hpp for what a file that includes this must and must not do
#pragma once

#include <cstddef>

#include "erbium/eqn/arithmetic.hpp"
#include "erbium/math/functions.hpp"
#include "erbium/sim/lanes_tables.hpp"

namespace erbium::sim::ERBIUM_TARGET {

using namespace erbium::math::ERBIUM_TARGET;

template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> at(const double* base, std::uint32_t index) noexcept {
    return load<W>(base + std::int64_t{index} * W);
}
template <int W>
ERBIUM_INLINE void put(double* base, std::uint32_t index, Pack<W> value) noexcept {
    store<W>(base + std::int64_t{index} * W, value);
}

/// 1 where `mask`, else 0; NaN where an operand is.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> truth(IntPack<W> mask, Pack<W> a, Pack<W> b) noexcept {
    const Pack<W> value = blend<W>(mask, broadcast<W>(1.0), broadcast<W>(0.0));
    return blend<W>(is_nan<W>(a) | is_nan<W>(b), broadcast<W>(__builtin_nan("")), value);
}

/// What stands in no other branch: the scalar definition, lane by lane.
template <int W>
[[gnu::noinline]] Pack<W> evaluate_lanes(eqn::Opcode op, Pack<W> a, Pack<W> b, Pack<W> c) noexcept {
    Pack<W> result{};
    for (int l = 0; l < W; ++l) {
        result[l] = eqn::evaluate(op, a[l], b[l], c[l]);
    }
    return result;
}

template <int W>
void run_tape(const LaneProgram& program, const eqn::Instruction* i, const eqn::Instruction* end,
              const double* y, double* slots) noexcept {
    using eqn::Opcode;
    const Pack<W> zero = broadcast<W>(0.0);
    for (; i != end; ++i) {
        if (i->op == Opcode::state) {
            put<W>(slots, i->dst, at<W>(y, i->a));
            continue;
        }
        if (i->op == Opcode::weighted_sum) {
            Pack<W> sum = zero;
            for (const eqn::Term* t = program.observable_terms + i->a;
                 t != program.observable_terms + i->a + i->b; ++t) {
                sum = sum + t->weight * at<W>(y, t->index);
            }
            put<W>(slots, i->dst, sum);
            continue;
        }
        const Pack<W> a = at<W>(slots, i->a);
        const Pack<W> b = at<W>(slots, i->b);
        Pack<W> r = zero;
        switch (i->op) {
            case Opcode::negate:
                r = -a;
                break;
            case Opcode::add:
                r = a + b;
                break;
            case Opcode::subtract:
                r = a - b;
                break;
            case Opcode::multiply:
                r = a * b;
                break;
            case Opcode::divide:
                r = a / b;
                break;
            case Opcode::power:
                r = power<W>(a, b);
                break;
            case Opcode::power_log:
                r = blend<W>((a == zero) & (b > zero), zero, power<W>(a, b) * natural_log<W>(a));
                break;
            case Opcode::exp:
                r = exponential<W>(a);
                break;
            case Opcode::log:
                r = natural_log<W>(a);
                break;
            case Opcode::log2:
                r = log2<W>(a);
                break;
            case Opcode::log10:
                r = log10<W>(a);
                break;
            case Opcode::sqrt:
                r = square_root<W>(a);
                break;
            case Opcode::abs:
                r = absolute<W>(a);
                break;
            case Opcode::min:
                r = smaller<W>(a, b);
                break;
            case Opcode::max:
                r = larger<W>(a, b);
                break;
            case Opcode::less:
                r = truth<W>(a < b, a, b);
                break;
            case Opcode::less_equal:
                r = truth<W>(a <= b, a, b);
                break;
            case Opcode::equal:
                r = truth<W>(a == b, a, b);
                break;
            case Opcode::not_equal:
                r = truth<W>(a != b, a, b);
                break;
            case Opcode::logical_and:
                r = truth<W>((a != zero) & (b != zero), a, b);
                break;
            case Opcode::logical_or:
                r = truth<W>((a != zero) | (b != zero), a, b);
                break;
            case Opcode::logical_not:
                r = truth<W>(a == zero, a, a);
                break;
            case Opcode::select:
                r = blend<W>(is_nan<W>(a), a, blend<W>(a > 0.5, b, at<W>(slots, i->c)));
                break;
            default:
                r = evaluate_lanes<W>(i->op, a, b, at<W>(slots, i->c));
        }
        put<W>(slots, i->dst, r);
    }
}

template <int W>
void multiply_out(const LaneProducts& p, const double* slots, const double* y,
                  double* results) noexcept {
    std::uint32_t i = 0;
    for (const std::uint32_t end = i + p.none; i < end; ++i) {
        put<W>(results, i, at<W>(slots, p.slots[i]));
    }
    for (const std::uint32_t end = i + p.one; i < end; ++i) {
        put<W>(results, i, at<W>(slots, p.slots[i]) * at<W>(y, p.first[i]));
    }
    for (const std::uint32_t end = i + p.two; i < end; ++i) {
        put<W>(results, i, at<W>(slots, p.slots[i]) * at<W>(y, p.first[i]) * at<W>(y, p.second[i]));
    }
    for (const std::uint32_t end = i + p.more; i < end; ++i) {
        Pack<W> value = at<W>(slots, p.slots[i]);
        for (std::uint32_t f = p.first[i]; f < p.first[i] + p.second[i]; ++f) {
            value = value * at<W>(y, p.factors[f]);
        }
        put<W>(results, i, value);
    }
}

template <int W>
void sum_up(const LaneSums& s, const double* values, double* results) noexcept {
    for (std::uint32_t row = 0; row < s.count; ++row) {
        const LaneSum& sum = s.sums[row];
        Pack<W> total = broadcast<W>(0.0);
        std::uint32_t i = sum.begin;
        for (; i < sum.plus_end; ++i) {
            total = total + at<W>(values, s.indices[i]);
        }
        for (; i < sum.minus_end; ++i) {
            total = total - at<W>(values, s.indices[i]);
        }
        for (; i < sum.end; ++i) {
            total = total + s.weights[i] * at<W>(values, s.indices[i]);
        }
        put<W>(results, row, total);
    }
}

/// dy/dt of every lane at its own time. `scratch` takes the rates of reactions.
template <int W>
void rates_of_change(const LaneProgram& program, const double* t, const double* y, double* slots,
                     double* scratch, double* result) noexcept {
    put<W>(slots, program.time_slot, load<W>(t));
    run_tape<W>(program, program.rate_tape, program.rate_tape_end, y, slots);
    multiply_out<W>(program.rates, slots, y, scratch);
    sum_up<W>(program.stoichiometry, scratch, result);
}

/// df/dy of every lane, entries in CSC order. Precondition: rates_of_change was the last to write
/// `slots`, at the same t and y.
template <int W>
void jacobian_entries(const LaneProgram& program, const double* y, double* slots, double* scratch,
                      double* entries) noexcept {
    run_tape<W>(program, program.slope_tape, program.slope_tape_end, y, slots);
    multiply_out<W>(program.partials, slots, y, scratch);
    const LaneProducts& p = program.partials;
    sum_up<W>(program.partial_sums, scratch,
              scratch + std::int64_t{p.none + p.one + p.two + p.more} * W);
    sum_up<W>(program.jacobian, scratch, entries);
}

/// df/dt of every lane, y held. Precondition as for jacobian_entries.
template <int W>
void time_slope(const LaneProgram& program, const double* y, double* slots, double* scratch,
                double* result) noexcept {
    run_tape<W>(program, program.time_slope_tape, program.time_slope_tape_end, y, slots);
    multiply_out<W>(program.time_partials, slots, y, scratch);
    sum_up<W>(program.time_slopes, scratch, result);
}

/// result = y + sum_j a_j k_j. The stages k are `n` x W each, one after another.
template <int W>
void stage_state(std::size_t n, const double* y, const double* k, int stages, const double* a,
                 double* result) noexcept {
    const std::size_t size = n * W;
    for (std::size_t i = 0; i < size; i += W) {
        Pack<W> sum = load<W>(y + i);
        for (int j = 0; j < stages; ++j) {
            sum = sum + a[j] * load<W>(k + static_cast<std::size_t>(j) * size + i);
        }
        store<W>(result + i, sum);
    }
}

/// result = f + reciprocal_h sum_j c_j k_j + d_h slope; `slope` (df/dt) may be null.
template <int W>
void stage_right_side(std::size_t n, const double* f, const double* k, int stages, const double* c,
                      const double* reciprocal_h, const double* slope, const double* d_h,
                      double* result) noexcept {
    const std::size_t size = n * W;
    const Pack<W> scale = load<W>(reciprocal_h);
    const Pack<W> slope_scale = load<W>(d_h);
    for (std::size_t i = 0; i < size; i += W) {
        Pack<W> sum = broadcast<W>(0.0);
        for (int j = 0; j < stages; ++j) {
            sum = sum + c[j] * load<W>(k + static_cast<std::size_t>(j) * size + i);
        }
        Pack<W> value = load<W>(f + i) + scale * sum;
        if (slope != nullptr) {
            value = value + slope_scale * load<W>(slope + i);
        }
        store<W>(result + i, value);
    }
}

/// Per lane the weighted root mean square of `error`, weights 1 / (atol + rtol max(|y0|, |y1|)),
/// NaN when any part is; and the least entry of y1.
template <int W>
void error_norm(std::size_t n, const double* y0, const double* y1, const double* error,
                const double* atol, double rtol, double* norm) noexcept {
    const std::size_t size = n * W;
    const Pack<W> absolute_tolerance = load<W>(atol);
    Pack<W> sum = broadcast<W>(0.0);
    for (std::size_t i = 0; i < size; i += W) {
        const Pack<W> size_of =
            larger<W>(absolute<W>(load<W>(y0 + i)), absolute<W>(load<W>(y1 + i)));
        const Pack<W> ratio = load<W>(error + i) / (absolute_tolerance + rtol * size_of);
        sum = sum + ratio * ratio;
    }
    store<W>(norm, square_root<W>(sum / static_cast<double>(n)));
}

/// y = y1 in the lanes where accept is not 0.
template <int W>
void take_accepted(std::size_t n, const double* accept, const double* y1, double* y) noexcept {
    const IntPack<W> mask = load<W>(accept) != broadcast<W>(0.0);
    const std::size_t size = n * W;
    for (std::size_t i = 0; i < size; i += W) {
        store<W>(y + i, blend<W>(mask, load<W>(y1 + i), load<W>(y + i)));
    }
}

}  // namespace erbium::sim::ERBIUM_TARGET
