// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_tangents.hpp"

#include <algorithm>
#include <array>

#include "erbium/eqn/graph.hpp"
#include "erbium/sim/instruction_order.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;
using eqn::Opcode;

}  // namespace

bool is_move(Opcode op) noexcept {
    return op == Opcode::state || op == Opcode::weighted_sum || op == Opcode::define_parameter;
}

bool has_effect(Opcode op, std::size_t operand) noexcept {
    switch (op) {
        case Opcode::less:
        case Opcode::less_equal:
        case Opcode::equal:
        case Opcode::not_equal:
        case Opcode::logical_and:
        case Opcode::logical_or:
        case Opcode::logical_not:
        case Opcode::sign:
        case Opcode::side:
        case Opcode::floor:
        case Opcode::ceil:
        case Opcode::rint:
            return false;
        case Opcode::select:
            return operand > 0;
        default:
            return operand < static_cast<std::size_t>(eqn::operand_count(op));
    }
}

TangentKind effect(Opcode op, std::size_t operand) noexcept {
    switch (op) {
        case Opcode::negate:
            return TangentKind::negate;
        case Opcode::add:
            return TangentKind::copy;
        case Opcode::subtract:
            return operand == 0 ? TangentKind::copy : TangentKind::negate;
        default:
            return TangentKind::scale;
    }
}

std::uint32_t SlopeTable::place(const Instruction& i, std::uint8_t operand) {
    if (i.op == Opcode::multiply) {
        return operand == 0 ? i.b : i.a;
    }
    std::uint32_t& known = known_[3 * std::size_t{i.dst} + operand];
    if (known == kNone) {
        known = static_cast<std::uint32_t>(size());
        slopes_.push_back({i.op, operand, i.a, i.b, i.c, i.dst});
    }
    return known;
}

TangentTape::TangentTape(std::span<const Instruction> tape, std::span<const eqn::Term> terms,
                         const std::vector<std::uint8_t>& moves, bool in_place, SlopeTable& slopes,
                         TangentRows& rows) {
    for (const Instruction& i : tape) {
        if (!is_move(i.op)) {
            add_operation(i, in_place, slopes, rows);
            continue;
        }
        const auto summed = terms.subspan(i.op == Opcode::weighted_sum ? i.a : 0,
                                          i.op == Opcode::weighted_sum ? i.b : 0);
        const bool is_moved =
            i.op == Opcode::state
                ? moves[i.a] != 0
                : std::any_of(summed.begin(), summed.end(),
                              [&](const eqn::Term& term) { return moves[term.index] != 0; });
        if (is_moved) {
            rows.of_slot[i.dst] = in_place ? i.dst : rows.count++;
            instructions_.push_back(
                {.kind = i.op == Opcode::state ? TangentKind::state : TangentKind::weighted_sum,
                 .row = rows.of_slot[i.dst],
                 .a = i.a,
                 .b = i.b});
        }
    }
    instructions_ = grouped(instructions_);
}

void TangentTape::add_operation(const Instruction& i, bool in_place, SlopeTable& slopes,
                                TangentRows& rows) {
    const std::array operands{i.a, i.b, i.c};
    std::array<std::uint8_t, 3> moved{};
    std::size_t count = 0;
    for (std::uint8_t operand = 0; operand < 3; ++operand) {
        if (has_effect(i.op, operand) && rows.of_slot[operands[operand]] != TangentRows::kNone) {
            moved[count++] = operand;
        }
    }
    if (count == 0) {
        return;
    }
    const auto row_of = [&](std::size_t m) { return rows.of_slot[operands[moved[m]]]; };
    TangentInstruction to{.row = in_place ? i.dst : rows.count++, .a = row_of(0)};
    if (count > 1) {
        to.b = row_of(1);
    }
    const TangentKind first = effect(i.op, moved[0]);
    if (first == TangentKind::scale) {
        to.kind = count > 1 ? TangentKind::combine : TangentKind::scale;
        to.by_a = slopes.place(i, moved[0]);
        to.by_b = count > 1 ? slopes.place(i, moved[1]) : 0;
    } else if (count > 1) {
        to.kind = i.op == Opcode::add ? TangentKind::add : TangentKind::subtract;
    } else {
        to.kind = first;
    }
    instructions_.push_back(to);
    if (count > 2) {
        instructions_.push_back({.kind = TangentKind::add_scaled,
                                 .row = to.row,
                                 .a = row_of(2),
                                 .by_a = slopes.place(i, moved[2])});
    }
    rows.of_slot[i.dst] = to.row;
}

std::vector<Instruction> needed_part(std::span<const Instruction> tape,
                                     std::vector<std::uint8_t>& is_needed) {
    std::vector<Instruction> part;
    for (std::size_t at = tape.size(); at-- > 0;) {
        const Instruction& i = tape[at];
        if (is_needed[i.dst] == 0) {
            continue;
        }
        part.push_back(i);
        const std::array operands{i.a, i.b, i.c};
        for (std::size_t operand = 0; operand < 3 && !is_move(i.op); ++operand) {
            if (has_effect(i.op, operand)) {
                is_needed[operands[operand]] = 1;
            }
        }
    }
    std::reverse(part.begin(), part.end());
    return part;
}

PartialTapes::PartialTapes(const eqn::Program& program) {
    std::vector<std::uint8_t> is_needed(program.slot_count);
    for (const eqn::Product& partial : program.partials) {
        is_needed[partial.slot] = 1;
    }
    slopes = needed_part(program.slope_tape, is_needed);
    rates = needed_part(program.rate_tape, is_needed);
}

}  // namespace erbium::sim
