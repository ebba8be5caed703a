// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_stage_kernel.hpp: what stages of a step share, and their derivatives.
// Used by: kernels; see math/pack.hpp for what a file that includes this must and must not do
//
// First the stages stand in the lanes, of one subject: slopes and coefficients. Then W directions
// do, past one stage: what belongs to the stage is one number each, slots `stride` apart.
#pragma once

#include "erbium/sim/sensitivity_kernel.hpp"

namespace erbium::sim::ERBIUM_TARGET {

// ---- stages in the lanes ----

/// The slopes, from `results` on one after another.
template <int W>
void operation_slopes(const OperationSlope* begin, const OperationSlope* end, const double* slots,
                      double* results) noexcept {
    using eqn::Opcode;
    for (const OperationSlope* i = begin; i != end; ++i, results += W) {
        if (i->op == Opcode::divide) {
            const Pack<W> b = at<W>(slots, i->b);
            store<W>(results, i->operand == 0 ? 1.0 / b : -at<W>(slots, i->value) / b);
            continue;
        }
        double all[static_cast<unsigned>(3 * W)];
        slopes_of_lanes<W>(i->op, slots + std::int64_t{i->a} * W, slots + std::int64_t{i->b} * W,
                           slots + std::int64_t{i->c} * W, slots + std::int64_t{i->value} * W, all);
        store<W>(results, load<W>(all + i->operand * W));
    }
}

/// Slopes by constants, from row 0, a 1, on: 0 where what they follow from is 0.
template <int W>
void slopes_by_constants(const TangentInstruction* begin, const TangentInstruction* end,
                         const double* slots, const eqn::Term* terms, double* rows) noexcept {
    const Pack<W> zero = broadcast<W>(0.0);
    const auto scaled = [&](const TangentInstruction& i) {
        const Pack<W> of = at<W>(rows, i.a);
        return blend<W>(of == zero, zero, at<W>(slots, i.by_a) * of);
    };
    store<W>(rows, broadcast<W>(1.0));
    for (const TangentInstruction* i = begin; i != end; ++i) {
        Pack<W> value = zero;
        switch (i->kind) {
            case TangentKind::weighted_sum:
                value = broadcast<W>(terms[i->a].weight);
                break;
            case TangentKind::negate:
                value = -at<W>(rows, i->a);
                break;
            case TangentKind::add:
                value = at<W>(rows, i->a) + at<W>(rows, i->b);
                break;
            case TangentKind::subtract:
                value = at<W>(rows, i->a) - at<W>(rows, i->b);
                break;
            case TangentKind::scale:
                value = scaled(*i);
                break;
            case TangentKind::add_scaled:
                value = at<W>(rows, i->row) + scaled(*i);
                break;
            default:  // states do not move, copies stand where they are
                value = at<W>(rows, i->a);
        }
        put<W>(rows, i->row, value);
    }
}

/// slots[slot] * y[...] * ..., multiplied in this order.
template <int W>
void products_of_stages(const eqn::Product* begin, const eqn::Product* end,
                        const std::uint32_t* factors, const double* slots, const double* y,
                        double* results) noexcept {
    for (const eqn::Product* i = begin; i != end; ++i, results += W) {
        Pack<W> value = at<W>(slots, i->slot);
        for (std::uint32_t f = i->first; f < i->first + i->count; ++f) {
            value = value * at<W>(y, factors[f]);
        }
        store<W>(results, value);
    }
}

/// Products at the step's start, y and slots of stage 0 (slots W apart), times what the stages
/// change.
template <int W>
void bent_products(const BentProducts& p, const double* slots, const double* y, const double* k,
                   double* results) noexcept {
    for (std::uint32_t i = 0; i < p.count; ++i) {
        const BentProduct& product = p.products[i];
        double value = slots[std::int64_t{product.slot} * W];
        for (std::uint32_t f = product.first; f < product.first + product.count; ++f) {
            value *= y[p.factors[f]];
        }
        put<W>(results, i, value * at<W>(k, product.along));
    }
}

/// W rows of W numbers become columns.
template <int W>
ERBIUM_INLINE void transpose(Packs<W, W>& rows) noexcept {
    if constexpr (W == 8) {
        Packs<W, W> t;
#pragma GCC unroll 4
        for (int i = 0; i < 8; i += 2) {
            t[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
            t[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
        }
        Packs<W, W> u;
#pragma GCC unroll 2
        for (int i = 0; i < 8; i += 4) {
#pragma GCC unroll 2
            for (int j = i; j < i + 2; ++j) {
                u[j] = __builtin_shufflevector(t[j], t[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
                u[j + 2] = __builtin_shufflevector(t[j], t[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
            }
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) {
            rows[j] = __builtin_shufflevector(u[j], u[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
            rows[j + 4] = __builtin_shufflevector(u[j], u[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
        }
    } else {
        for (int i = 0; i < W; ++i) {
            for (int j = i + 1; j < W; ++j) {
                const double above = rows[i][j];
                rows[i][j] = rows[j][i];
                rows[j][i] = above;
            }
        }
    }
}

/// Coefficients of stage l to [results + l * count].
template <int W>
void sum_coefficients(const CoefficientSums& sums, const double* values, double* results) noexcept {
    for (std::uint32_t first = 0; first < sums.count; first += W) {
        Packs<W, W> rows;
        for (int i = 0; i < W; ++i) {
            const std::uint32_t* const begin = sums.begins + first + i;
            Pack<W> sum = broadcast<W>(0.0);
            for (std::uint32_t t = begin[0]; t < begin[1]; ++t) {
                sum = sum + sums.terms[t].weight * at<W>(values, sums.terms[t].index);
            }
            rows[i] = sum;
        }
        transpose<W>(rows);
        for (int l = 0; l < W; ++l) {
            store<W>(results + static_cast<std::size_t>(l) * sums.count + first, rows[l]);
        }
    }
}

// ---- directions in the lanes ----

/// Rows of derivatives; those of states are `dy`.
template <int W>
void run_tangents(const TangentInstruction* begin, const TangentInstruction* end,
                  const double* slots, std::size_t stride, const eqn::Term* terms, const double* dy,
                  double* rows) noexcept {
    const auto along_slope = [&](std::uint32_t place, std::uint32_t row) {
        return along<W>(slots[place * stride], at<W>(rows, row));
    };
    for (const TangentInstruction* i = begin; i != end; ++i) {
        Pack<W> value = broadcast<W>(0.0);
        switch (i->kind) {
            case TangentKind::state:
                value = at<W>(dy, i->a);
                break;
            case TangentKind::weighted_sum:
                for (const eqn::Term* t = terms + i->a; t != terms + i->a + i->b; ++t) {
                    value = value + t->weight * at<W>(dy, t->index);
                }
                break;
            case TangentKind::copy:
                value = at<W>(rows, i->a);
                break;
            case TangentKind::negate:
                value = value - at<W>(rows, i->a);
                break;
            case TangentKind::add:
                value = at<W>(rows, i->a) + at<W>(rows, i->b);
                break;
            case TangentKind::subtract:
                value = at<W>(rows, i->a) - at<W>(rows, i->b);
                break;
            case TangentKind::scale:
                value = along_slope(i->by_a, i->a);
                break;
            case TangentKind::combine:
                value = along_slope(i->by_a, i->a) + along_slope(i->by_b, i->b);
                break;
            case TangentKind::add_scaled:
                value = at<W>(rows, i->row) + along_slope(i->by_a, i->a);
                break;
        }
        put<W>(rows, i->row, value);
    }
}

/// Rows after the first n: sums over species.
template <int W>
void sum_species(const SpeciesSums& sums, std::size_t n, double* rows) noexcept {
    for (std::uint32_t i = 0; i < sums.count; ++i) {
        Pack<W> sum = broadcast<W>(0.0);
        for (std::uint32_t t = sums.begins[i]; t < sums.begins[i + 1]; ++t) {
            sum = sum + sums.terms[t].weight * at<W>(rows, sums.terms[t].index);
        }
        store<W>(rows + (n + i) * W, sum);
    }
}

template <int W, int Stages>
void sum_this_many(std::size_t n, const double* s, const double* k, const double* a,
                   const double* c, double* state, double* sum) noexcept {
    const std::size_t size = n * W;
    double by_a[static_cast<unsigned>(Stages)];  // that the results cannot overlap
    double by_c[static_cast<unsigned>(Stages)];
    for (int j = 0; j < Stages; ++j) {
        by_a[j] = a[j];
        by_c[j] = c[j];
    }
    for (std::size_t i = 0; i < size; i += W) {
        Pack<W> at_stage = load<W>(s + i);
        Pack<W> right = broadcast<W>(0.0);
#pragma GCC unroll 8
        for (int j = 0; j < Stages; ++j) {
            const Pack<W> kj = load<W>(k + static_cast<std::size_t>(j) * size + i);
            at_stage = at_stage + by_a[j] * kj;
            right = right + by_c[j] * kj;
        }
        store<W>(state + i, at_stage);
        store<W>(sum + i, right);
    }
}

/// state = s + sum_j a_j k_j and sum = sum_j c_j k_j over the stages before, one to seven.
template <int W>
void sum_stages(std::size_t n, const double* s, const double* k, int stages, const double* a,
                const double* c, double* state, double* sum) noexcept {
    switch (stages) {
#define ERBIUM_STAGES(N)                                \
    case N:                                             \
        sum_this_many<W, N>(n, s, k, a, c, state, sum); \
        break;
        ERBIUM_STAGES(1)
        ERBIUM_STAGES(2)
        ERBIUM_STAGES(3)
        ERBIUM_STAGES(4)
        ERBIUM_STAGES(5)
        ERBIUM_STAGES(6)
        ERBIUM_STAGES(7)
#undef ERBIUM_STAGES
        default:
            break;
    }
}

/// Net rates: slopes times `state`, the slopes' changes times `s`.
template <int W>
void net_rates(const NetRateSums& sums, const double* coefficients, const double* state,
               const double* s, double* rates) noexcept {
    const std::uint32_t* row = sums.rows;
    for (std::uint32_t i = 0; i < sums.count; ++i) {
        Pack<W> sum = broadcast<W>(0.0);
        for (const std::uint32_t* const end = row + sums.rates[i].bent; row != end; ++row) {
            sum = sum + coefficients[0] * at<W>(state, *row);
            sum = sum + coefficients[1] * at<W>(s, *row);
            coefficients += 2;
        }
        for (const std::uint32_t* const end = row + sums.rates[i].straight; row != end; ++row) {
            sum = sum + *coefficients * at<W>(state, *row);
            ++coefficients;
        }
        put<W>(rates, i, sum);
    }
}

template <int W, bool kAreFinite>
ERBIUM_INLINE void add_these_to_rates(const AddedRates& added, const double* coefficients,
                                      const double* rows, double* rates) noexcept {
    for (std::uint32_t i = 0; i < added.count; ++i) {
        const AddedRate& rate = added.rates[i];
        Pack<W> sum = at<W>(rates, rate.rate);
        for (std::uint32_t e = rate.begin; e < rate.end; ++e) {
            const Pack<W> row = at<W>(rows, added.rows[e]);
            if constexpr (kAreFinite) {
                sum = sum + coefficients[e] * row;
            } else {
                sum = sum + along<W>(coefficients[e], row);
            }
        }
        put<W>(rates, rate.rate, sum);
    }
}

/// Of as many numbers, up to the next multiple of eight.
template <int W>
[[nodiscard]] ERBIUM_INLINE bool are_finite(const double* values, std::uint32_t count) noexcept {
    constexpr int kAtOnce = W < 8 ? W : 8;
    Pack<kAtOnce> differences = broadcast<kAtOnce>(0.0);
    for (std::uint32_t i = 0; i < count; i += kAtOnce) {
        const Pack<kAtOnce> value = load<kAtOnce>(values + i);
        differences = differences + (value - value);
    }
    double each[static_cast<unsigned>(kAtOnce)];
    store<kAtOnce>(each, differences);
    double sum = 0.0;
    for (const double difference : each) {
        sum += difference;
    }
    return sum == 0.0;
}

/// Rates += coefficients times rows, where an infinite coefficient changes no row that is 0.
template <int W>
void add_to_rates(const AddedRates& added, const double* coefficients, const double* rows,
                  double* rates) noexcept {
    if (are_finite<W>(coefficients, added.count == 0 ? 0 : added.rates[added.count - 1].end)) {
        add_these_to_rates<W, true>(added, coefficients, rows, rates);
    } else {
        add_these_to_rates<W, false>(added, coefficients, rows, rates);
    }
}

/// result = changes * rates + sum + weight * slope; `slope` (of df/dt) may be null.
template <int W>
void right_side(const LaneSums& changes, const double* rates, const double* sum,
                const double* slope, double weight, double* result) noexcept {
    for (std::uint32_t row = 0; row < changes.count; ++row) {
        const LaneSum& of = changes.sums[row];
        Pack<W> total = at<W>(sum, row);
        std::uint32_t i = of.begin;
        for (; i < of.plus_end; ++i) {
            total = total + at<W>(rates, changes.indices[i]);
        }
        for (; i < of.minus_end; ++i) {
            total = total - at<W>(rates, changes.indices[i]);
        }
        for (; i < of.end; ++i) {
            total = total + changes.weights[i] * at<W>(rates, changes.indices[i]);
        }
        if (slope != nullptr) {
            total = total + weight * at<W>(slope, row);
        }
        put<W>(result, row, total);
    }
}

}  // namespace erbium::sim::ERBIUM_TARGET
