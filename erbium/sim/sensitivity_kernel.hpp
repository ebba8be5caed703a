// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_kernel.hpp: sweeps of derivatives over a system's tables, W at once.
// Used by: kernels; see math/pack.hpp for what a file that includes this must and must not do
//
// Forward sweeps carry W directions past one subject: what belongs to the subject (slots, y, k,
// matrices) is one number each, what belongs to a direction (names in d) is a pack of W. Reverse
// sweeps carry one adjoint past each of W subjects: everything is a pack.
#pragma once

#include "erbium/eqn/operand_slopes.hpp"
#include "erbium/sim/lanes_kernel.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim::ERBIUM_TARGET {

/// slope * direction, and 0 where the direction is 0 even if the slope is infinite there: x^0.5 at
/// x = 0 does not change when x does not.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> along(double slope, Pack<W> direction) noexcept {
    const Pack<W> product = slope * direction;
    if (slope - slope == 0.0) {
        return product;
    }
    return blend<W>(direction == broadcast<W>(0.0), direction, product);
}

/// Directions of what instructions write. `slopes` holds three numbers per instruction.
template <int W>
void tangent_tape(const eqn::Instruction* i, const eqn::Instruction* end, const double* slopes,
                  const eqn::Term* terms, const double* dy, double* dslots) noexcept {
    using eqn::Opcode;
    for (; i != end; ++i, slopes += 3) {
        if (i->op == Opcode::state) {
            put<W>(dslots, i->dst, at<W>(dy, i->a));
            continue;
        }
        Pack<W> sum = broadcast<W>(0.0);
        if (i->op == Opcode::weighted_sum) {
            for (const eqn::Term* t = terms + i->a; t != terms + i->a + i->b; ++t) {
                sum = sum + t->weight * at<W>(dy, t->index);
            }
        } else {
            sum = along<W>(slopes[0], at<W>(dslots, i->a));
            if (slopes[1] != 0.0) {
                sum = sum + along<W>(slopes[1], at<W>(dslots, i->b));
            }
            if (slopes[2] != 0.0) {
                sum = sum + along<W>(slopes[2], at<W>(dslots, i->c));
            }
        }
        put<W>(dslots, i->dst, sum);
    }
}

/// Directions of products of a slot and states; slots stand `stride` apart. `dslots` null: slots do
/// not change.
template <int W>
void tangent_products(const LaneProducts& p, const double* slots, std::size_t stride,
                      const double* y, const double* dslots, const double* dy,
                      double* results) noexcept {
    const Pack<W> zero = broadcast<W>(0.0);
    const auto dslot = [&](std::uint32_t i) {
        return dslots == nullptr ? zero : at<W>(dslots, p.slots[i]);
    };
    std::uint32_t i = 0;
    for (const std::uint32_t end = i + p.none; i < end; ++i) {
        put<W>(results, i, dslot(i));
    }
    for (const std::uint32_t end = i + p.one; i < end; ++i) {
        const double slot = slots[p.slots[i] * stride];
        put<W>(results, i, dslot(i) * y[p.first[i]] + slot * at<W>(dy, p.first[i]));
    }
    for (const std::uint32_t end = i + p.two; i < end; ++i) {
        const double slot = slots[p.slots[i] * stride];
        const double a = y[p.first[i]];
        const double b = y[p.second[i]];
        put<W>(results, i,
               dslot(i) * (a * b) + (slot * b) * at<W>(dy, p.first[i]) +
                   (slot * a) * at<W>(dy, p.second[i]));
    }
    for (const std::uint32_t end = i + p.more; i < end; ++i) {
        double value = slots[p.slots[i] * stride];
        Pack<W> d = dslot(i);
        for (std::uint32_t f = p.first[i]; f < p.first[i] + p.second[i]; ++f) {
            const double factor = y[p.factors[f]];
            d = d * factor + value * at<W>(dy, p.factors[f]);
            value *= factor;
        }
        put<W>(results, i, d);
    }
}

/// Directions of active products: through their slots and their active factors.
template <int W>
void active_products(const ActiveProducts& p, const double* slots, const double* y,
                     const double* dslots, const double* dy, double* results) noexcept {
    for (std::uint32_t i = 0; i < p.count; ++i) {
        const ActiveProduct& product = p.products[i];
        const std::uint32_t* const begin = p.factors + product.first;
        const std::uint32_t* const end = begin + product.count;
        Pack<W> d = broadcast<W>(0.0);
        if (product.has_active_slot) {
            d = at<W>(dslots, product.slot);
        }
        if (!product.has_active_factor) {
            double others = 1.0;
            for (const std::uint32_t* f = begin; f != end; ++f) {
                others *= y[*f];
            }
            put<W>(results, i, d * others);
            continue;
        }
        double value = slots[product.slot];
        for (const std::uint32_t* f = begin; f != end; ++f) {
            d = d * y[*f];
            if (p.is_active_species[*f] != 0) {
                d = d + value * at<W>(dy, *f);
            }
            value *= y[*f];
        }
        put<W>(results, i, d);
    }
}

/// result[row] += the row's sum over values.
template <int W>
void add_active_rows(const ActiveRows& r, const double* values, double* result) noexcept {
    for (std::uint32_t i = 0; i < r.count; ++i) {
        const ActiveRow& row = r.rows[i];
        Pack<W> sum = at<W>(result, row.row);
        for (std::uint32_t t = row.begin; t < row.end; ++t) {
            sum = sum + r.terms[t].weight * at<W>(values, r.terms[t].index);
        }
        put<W>(result, row.row, sum);
    }
}

// ---- reverse: one adjoint past each of W subjects ----

/// values += the transposed sums of `rows`: what each value is worth through them.
template <int W>
void reverse_sums(const LaneSums& s, const double* rows, double* values) noexcept {
    for (std::uint32_t row = 0; row < s.count; ++row) {
        const LaneSum& sum = s.sums[row];
        const Pack<W> worth = at<W>(rows, row);
        std::uint32_t i = sum.begin;
        for (; i < sum.plus_end; ++i) {
            put<W>(values, s.indices[i], at<W>(values, s.indices[i]) + worth);
        }
        for (; i < sum.minus_end; ++i) {
            put<W>(values, s.indices[i], at<W>(values, s.indices[i]) - worth);
        }
        for (; i < sum.end; ++i) {
            put<W>(values, s.indices[i], at<W>(values, s.indices[i]) + s.weights[i] * worth);
        }
    }
}

/// Adds what slots and states are worth through products; `worths` by product.
template <int W>
void reverse_products(const LaneProducts& p, const double* slots, const double* y,
                      const double* worths, double* slot_worths, double* y_worths) noexcept {
    const auto add = [](double* base, std::uint32_t index, Pack<W> value) {
        put<W>(base, index, at<W>(base, index) + value);
    };
    std::uint32_t i = 0;
    for (const std::uint32_t end = i + p.none; i < end; ++i) {
        add(slot_worths, p.slots[i], at<W>(worths, i));
    }
    for (const std::uint32_t end = i + p.one; i < end; ++i) {
        const Pack<W> worth = at<W>(worths, i);
        add(slot_worths, p.slots[i], worth * at<W>(y, p.first[i]));
        add(y_worths, p.first[i], worth * at<W>(slots, p.slots[i]));
    }
    for (const std::uint32_t end = i + p.two; i < end; ++i) {
        const Pack<W> worth = at<W>(worths, i);
        const Pack<W> a = at<W>(y, p.first[i]);
        const Pack<W> b = at<W>(y, p.second[i]);
        const Pack<W> through = worth * at<W>(slots, p.slots[i]);
        add(slot_worths, p.slots[i], worth * (a * b));
        add(y_worths, p.first[i], through * b);
        add(y_worths, p.second[i], through * a);
    }
    for (const std::uint32_t end = i + p.more; i < end; ++i) {
        const Pack<W> worth = at<W>(worths, i);
        const Pack<W> slot = at<W>(slots, p.slots[i]);
        const std::uint32_t first = p.first[i];
        const std::uint32_t last = first + p.second[i];
        Pack<W> all = broadcast<W>(1.0);
        for (std::uint32_t f = first; f < last; ++f) {
            all = all * at<W>(y, p.factors[f]);
            Pack<W> others = slot;  // not a quotient: a factor may be 0
            for (std::uint32_t g = first; g < last; ++g) {
                others = g == f ? others : others * at<W>(y, p.factors[g]);
            }
            add(y_worths, p.factors[f], worth * others);
        }
        add(slot_worths, p.slots[i], worth * all);
    }
}

/// Slopes of an operation in every lane, by the scalar definition.
template <int W>
[[gnu::noinline]] void slopes_of_lanes(eqn::Opcode op, const double* a, const double* b,
                                       const double* c, const double* value,
                                       double* slopes) noexcept {
    for (int l = 0; l < W; ++l) {
        const eqn::OperandSlopes of = eqn::operand_slopes(op, a[l], b[l], c[l], value[l]);
        slopes[l] = of.a;
        slopes[W + l] = of.b;
        slopes[2 * W + l] = of.c;
    }
}

/// worth * slope, 0 where either is 0.
template <int W>
[[nodiscard]] ERBIUM_INLINE Pack<W> back_along(Pack<W> worth, Pack<W> slope) noexcept {
    const Pack<W> zero = broadcast<W>(0.0);
    return blend<W>((worth == zero) | (slope == zero), zero, worth * slope);
}

/// Passes what slots are worth from results to operands, last instruction first. A result's worth
/// is used up. Precondition: `slots` hold what the tape computes.
template <int W>
void reverse_tape(const eqn::Instruction* begin, const eqn::Instruction* i, const eqn::Term* terms,
                  const double* slots, double* slot_worths, double* y_worths) noexcept {
    using eqn::Opcode;
    const auto add = [](double* base, std::uint32_t index, Pack<W> value) {
        put<W>(base, index, at<W>(base, index) + value);
    };
    while (i != begin) {
        --i;
        const Pack<W> worth = at<W>(slot_worths, i->dst);
        put<W>(slot_worths, i->dst, broadcast<W>(0.0));
        switch (i->op) {
            case Opcode::state:
                add(y_worths, i->a, worth);
                break;
            case Opcode::weighted_sum:
                for (const eqn::Term* t = terms + i->a; t != terms + i->a + i->b; ++t) {
                    add(y_worths, t->index, t->weight * worth);
                }
                break;
            case Opcode::add:
                add(slot_worths, i->a, worth);
                add(slot_worths, i->b, worth);
                break;
            case Opcode::subtract:
                add(slot_worths, i->a, worth);
                add(slot_worths, i->b, -worth);
                break;
            case Opcode::negate:
                add(slot_worths, i->a, -worth);
                break;
            case Opcode::multiply: {
                const Pack<W> a = at<W>(slots, i->a);
                const Pack<W> b = at<W>(slots, i->b);
                add(slot_worths, i->a, back_along<W>(worth, b));
                add(slot_worths, i->b, back_along<W>(worth, a));
                break;
            }
            default: {
                double slopes[static_cast<unsigned>(3 * W)];
                slopes_of_lanes<W>(i->op, slots + std::int64_t{i->a} * W,
                                   slots + std::int64_t{i->b} * W, slots + std::int64_t{i->c} * W,
                                   slots + std::int64_t{i->dst} * W, slopes);
                // Slopes by operands that are not taken are 0.
                add(slot_worths, i->a, back_along<W>(worth, load<W>(slopes)));
                add(slot_worths, i->b, back_along<W>(worth, load<W>(slopes + W)));
                add(slot_worths, i->c, back_along<W>(worth, load<W>(slopes + 2 * W)));
            }
        }
    }
}

/// entries[e] = sum over stages of u[row] k[column]: what an entry of J is worth in sum u^T J k.
/// The stages of k stand first to last, those of u last to first.
template <int W>
void outer_products(const PatternView& columns, int stages, const double* u, const double* k,
                    double* entries) noexcept {
    const std::size_t size = std::size_t{columns.size} * W;
    for (std::uint32_t column = 0; column < columns.size; ++column) {
        for (std::uint32_t e = columns.begins[column]; e < columns.begins[column + 1]; ++e) {
            const std::int64_t row = std::int64_t{columns.rows[e]} * W;
            Pack<W> sum = broadcast<W>(0.0);
            for (int s = 0; s < stages; ++s) {
                const double* const ks = k + static_cast<std::size_t>(s) * size;
                const double* const us = u + static_cast<std::size_t>(stages - 1 - s) * size;
                sum = sum + load<W>(us + row) * at<W>(ks, column);
            }
            put<W>(entries, e, sum);
        }
    }
}

/// The functions of time and states that rates need.
template <int W>
void run_rate_tape(const LaneProgram& program, const double* t, const double* y,
                   double* slots) noexcept {
    put<W>(slots, program.time_slot, load<W>(t));
    run_tape<W>(program, program.rate_tape, program.rate_tape_end, y, slots);
}
template <int W>
void run_slope_tape(const LaneProgram& program, const double* y, double* slots) noexcept {
    run_tape<W>(program, program.slope_tape, program.slope_tape_end, y, slots);
}
template <int W>
void run_time_slope_tape(const LaneProgram& program, const double* y, double* slots) noexcept {
    run_tape<W>(program, program.time_slope_tape, program.time_slope_tape_end, y, slots);
}

}  // namespace erbium::sim::ERBIUM_TARGET
