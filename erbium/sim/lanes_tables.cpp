// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/lanes_tables.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "erbium/sim/instruction_order.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;
using eqn::Opcode;

/// True when an instruction's operands are slots and one of them is `slot`.
bool reads(const Instruction& i, eqn::Slot slot) noexcept {
    switch (i.op) {
        case Opcode::state:
        case Opcode::weighted_sum:
            return false;
        default:
            return i.a == slot || i.b == slot || i.c == slot;
    }
}

}  // namespace

LaneTables::Products LaneTables::arrange(std::span<const eqn::Product> products,
                                         std::span<const std::uint32_t> factors) {
    Products result;
    result.place.resize(products.size());
    std::array<std::uint32_t, 4> counts{};
    for (std::uint32_t group = 0; group < 4; ++group) {
        for (std::size_t p = 0; p < products.size(); ++p) {
            const eqn::Product& product = products[p];
            if (std::min(product.count, 3U) != group) {
                continue;
            }
            result.place[p] = static_cast<std::uint32_t>(result.slots.size());
            result.slots.push_back(product.slot);
            const bool has_many = group == 3;
            result.first.push_back(has_many || group == 0 ? product.first : factors[product.first]);
            result.second.push_back(has_many ? product.count
                                             : (group == 2 ? factors[product.first + 1] : 0));
            ++counts[group];
        }
    }
    result.view = {counts[0],
                   counts[1],
                   counts[2],
                   counts[3],
                   result.slots.data(),
                   result.first.data(),
                   result.second.data(),
                   factors.data()};
    return result;
}

LaneTables::Sums LaneTables::arrange(const eqn::Rows& rows,
                                     const std::vector<std::uint32_t>& place) {
    Sums result;
    const std::size_t count = rows.begins.empty() ? 0 : rows.begins.size() - 1;
    const auto add = [&](std::size_t row, auto is_wanted) {
        for (std::uint32_t i = rows.begins[row]; i < rows.begins[row + 1]; ++i) {
            const eqn::Term& term = rows.terms[i];
            if (is_wanted(term.weight)) {
                result.indices.push_back(place[term.index]);
                result.weights.push_back(term.weight);
            }
        }
        return static_cast<std::uint32_t>(result.indices.size());
    };
    for (std::size_t row = 0; row < count; ++row) {
        LaneSum sum;
        sum.begin = static_cast<std::uint32_t>(result.indices.size());
        sum.plus_end = add(row, [](double w) { return w == 1.0; });
        sum.minus_end = add(row, [](double w) { return w == -1.0; });
        sum.end = add(row, [](double w) { return w != 1.0 && w != -1.0; });
        result.sums.push_back(sum);
    }
    result.view = {static_cast<std::uint32_t>(count), result.sums.data(), result.indices.data(),
                   result.weights.data()};
    return result;
}

LaneTables::LaneTables(eqn::System system, std::optional<eqn::Elimination> elimination)
    : system_{std::move(system)}, elimination_{std::move(elimination)} {
    const eqn::Program p = system_.program();
    rates_ = arrange(p.rates, p.factors);
    partials_ = arrange(p.partials, p.factors);
    stoichiometry_ =
        arrange(elimination_ ? elimination_->stoichiometry() : p.stoichiometry, rates_.place);
    std::vector<std::uint32_t> place = partials_.place;
    partial_sums_ = arrange(p.partial_sums, place);
    for (std::size_t q = 0; q < partial_sums_.sums.size(); ++q) {
        place.push_back(static_cast<std::uint32_t>(p.partials.size() + q));
    }
    jacobian_ = arrange(elimination_ ? elimination_->jacobian() : p.jacobian, place);
    time_partials_ = arrange(p.time_partials, p.factors);
    time_slopes_ = arrange(p.time_slopes, time_partials_.place);
    rate_count_ = p.rates.size();
    partial_count_ = place.size();
    slot_count_ = p.slot_count;
    for (const Instruction& i : p.rate_tape) {
        depends_on_time_ = depends_on_time_ || reads(i, p.time_slot);
    }
    for (const eqn::Product& rate : p.rates) {
        depends_on_time_ = depends_on_time_ || rate.slot == p.time_slot;
    }
    rate_tape_ = grouped(p.rate_tape);
    slope_tape_ = grouped(p.slope_tape);
    time_slope_tape_ = grouped(p.time_slope_tape);
    program_ = {.species = p.species,
                .time_slot = p.time_slot,
                .product_sums = partial_sums_.view.count,
                .rate_tape = rate_tape_.data(),
                .rate_tape_end = rate_tape_.data() + rate_tape_.size(),
                .slope_tape = slope_tape_.data(),
                .slope_tape_end = slope_tape_.data() + slope_tape_.size(),
                .time_slope_tape = time_slope_tape_.data(),
                .time_slope_tape_end = time_slope_tape_.data() + time_slope_tape_.size(),
                .observable_terms = p.observable_terms.data(),
                .rates = rates_.view,
                .stoichiometry = stoichiometry_.view,
                .partials = partials_.view,
                .partial_sums = partial_sums_.view,
                .jacobian = jacobian_.view,
                .time_partials = time_partials_.view,
                .time_slopes = time_slopes_.view};
    const auto is_held = [roots = system_.roots()](const Instruction& i) {
        return std::any_of(roots.begin(), roots.end(), [&i](const eqn::Root& root) {
            return root.is_in_rate && root.comparison == i.dst;
        });
    };
    std::remove_copy_if(rate_tape_.begin(), rate_tape_.end(), std::back_inserter(held_rate_tape_),
                        is_held);
    held_program_ = program_;
    held_program_.rate_tape = held_rate_tape_.data();
    held_program_.rate_tape_end = held_rate_tape_.data() + held_rate_tape_.size();
}

}  // namespace erbium::sim
