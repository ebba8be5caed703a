// SPDX-License-Identifier: Apache-2.0
// tests/sim/instruction_order_test.cpp: tapes by kinds of instructions compute what they did.
#include "erbium/sim/instruction_order.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "erbium/eqn/arithmetic.hpp"

namespace erbium::sim {
namespace {

constexpr std::uint32_t kConstants = 5;

/// Each instruction writes a slot of its own from slots before it.
std::vector<eqn::Instruction> random_tape(std::uint64_t seed, std::uint32_t size) {
    using eqn::Opcode;
    constexpr Opcode kOps[] = {Opcode::add, Opcode::multiply, Opcode::divide, Opcode::negate,
                               Opcode::exp};
    std::mt19937_64 random{seed};
    std::vector<eqn::Instruction> tape;
    for (std::uint32_t i = 0; i < size; ++i) {
        const auto slot = [&] { return static_cast<eqn::Slot>(random() % (kConstants + i)); };
        tape.push_back({.op = kOps[random() % 5], .dst = kConstants + i, .a = slot(), .b = slot()});
        tape.back().c = tape.back().a;
    }
    return tape;
}

std::vector<double> run(const std::vector<eqn::Instruction>& tape) {
    std::vector<double> slots(kConstants + tape.size(), std::nan(""));
    for (std::uint32_t i = 0; i < kConstants; ++i) {
        slots[i] = 0.3 + 0.7 * i;
    }
    for (const eqn::Instruction& i : tape) {
        slots[i.dst] = std::tanh(eqn::evaluate(i.op, slots[i.a], slots[i.b], slots[i.c]));
    }
    return slots;
}

template <class Instruction, class Kind>
std::size_t changes_of_kind(const std::vector<Instruction>& tape, Kind kind) {
    std::size_t changes = 0;
    for (std::size_t i = 1; i < tape.size(); ++i) {
        changes += kind(tape[i]) != kind(tape[i - 1]) ? 1U : 0U;
    }
    return changes;
}

TEST(InstructionOrder, EverySlotOfATapeGetsTheSameNumber) {
    EXPECT_TRUE(grouped(std::vector<eqn::Instruction>{}).empty());
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::vector<eqn::Instruction> tape = random_tape(seed, 200);
        const std::vector<eqn::Instruction> order = grouped(tape);
        ASSERT_EQ(order.size(), tape.size());
        const std::vector<double> found = run(order);
        const std::vector<double> expected = run(tape);
        for (std::size_t i = 0; i < found.size(); ++i) {
            ASSERT_FALSE(std::isnan(found[i])) << "slot " << i << " reads what is not there yet";
            ASSERT_EQ(found[i], expected[i]);
        }
        const auto kind = [](const eqn::Instruction& i) { return i.op; };
        EXPECT_LT(2 * changes_of_kind(order, kind), changes_of_kind(tape, kind));
    }
}

TEST(InstructionOrder, SumsInOneRowKeepTheirOrder) {
    // Rows are added to after they were written: each addition rounds.
    const auto evaluate = [](const std::vector<TangentInstruction>& tape) {
        std::vector<double> rows{1.0, 3.0, 1e-17, 7.0, 0.0, 0.0, 0.0};
        for (const TangentInstruction& i : tape) {
            switch (i.kind) {
                case TangentKind::scale:
                    rows[i.row] = 0.1 * rows[i.a];
                    break;
                case TangentKind::add_scaled:
                    rows[i.row] += 0.1 * rows[i.a];
                    break;
                case TangentKind::subtract:
                    rows[i.row] = rows[i.a] - rows[i.b];
                    break;
                default:
                    rows[i.row] = rows[i.a];
            }
        }
        return rows;
    };
    const std::vector<TangentInstruction> tape = {
        {.kind = TangentKind::scale, .row = 4, .a = 1},
        {.kind = TangentKind::subtract, .row = 4, .a = 4, .b = 0},
        {.kind = TangentKind::add_scaled, .row = 4, .a = 2},
        {.kind = TangentKind::copy, .row = 5, .a = 4},
        {.kind = TangentKind::add_scaled, .row = 4, .a = 3},
        {.kind = TangentKind::scale, .row = 6, .a = 5},
        {.kind = TangentKind::subtract, .row = 4, .a = 4, .b = 6},
    };
    EXPECT_EQ(evaluate(grouped(tape)), evaluate(tape));
}

}  // namespace
}  // namespace erbium::sim
