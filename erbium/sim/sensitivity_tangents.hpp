// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_tangents.hpp: tapes as the linear operations that their derivatives are.
// Reads: eqn::Program   Makes: SlopeTable, TangentTape   Used by: sim::ForwardSweep
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim {

/// True for what has no slots as operands.
[[nodiscard]] bool is_move(eqn::Opcode op) noexcept;
/// Whether `op` takes this operand (0, 1, 2) and has a slope by it, where it has one, that is not
/// 0.
[[nodiscard]] bool has_effect(eqn::Opcode op, std::size_t operand) noexcept;
/// How it takes it then: as it is (copy), with the other sign (negate), or scaled by a slope.
[[nodiscard]] TangentKind effect(eqn::Opcode op, std::size_t operand) noexcept;

/// Where slopes of operations stand: a factor's slope is the other factor's slot; what stands in no
/// slot is computed and stands after the slots, behind a 1.
class SlopeTable {
public:
    explicit SlopeTable(std::uint32_t slot_count)
        : slot_count_{slot_count}, known_(3 * std::size_t{slot_count}, kNone) {}

    /// Of the instruction by its operand 0, 1 or 2; computed from now on.
    [[nodiscard]] std::uint32_t place(const eqn::Instruction& i, std::uint8_t operand);
    /// A 1.
    [[nodiscard]] std::uint32_t one() const noexcept { return slot_count_; }
    /// Slots, the 1 and all slopes.
    [[nodiscard]] std::size_t size() const noexcept { return slot_count_ + 1 + slopes_.size(); }
    /// In the order in which they stand after the 1.
    [[nodiscard]] std::span<const OperationSlope> slopes() const noexcept { return slopes_; }

private:
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
    std::uint32_t slot_count_;
    std::vector<std::uint32_t> known_;  // by slot that is written, operand
    std::vector<OperationSlope> slopes_;
};

/// The rows in which derivatives of slots stand; kNone where a slot does not change.
struct TangentRows {
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
    std::vector<std::uint32_t> of_slot;
    std::uint32_t count{};
};

/// Which rows a tape's derivatives follow from, and how.
class TangentTape {
public:
    TangentTape() = default;
    /// Gives rows to what changes.
    /// @param moves  by species: whether its amount changes
    /// @param in_place  rows have the numbers of slots; else they are numbered on from rows.count
    TangentTape(std::span<const eqn::Instruction> tape, std::span<const eqn::Term> terms,
                const std::vector<std::uint8_t>& moves, bool in_place, SlopeTable& slopes,
                TangentRows& rows);

    [[nodiscard]] bool empty() const noexcept { return instructions_.empty(); }
    [[nodiscard]] const TangentInstruction* begin() const noexcept { return instructions_.data(); }
    [[nodiscard]] const TangentInstruction* end() const noexcept {
        return instructions_.data() + instructions_.size();
    }

private:
    void add_operation(const eqn::Instruction& i, bool in_place, SlopeTable& slopes,
                       TangentRows& rows);
    std::vector<TangentInstruction> instructions_;
};

/// The part of a tape that the slots marked as needed depend on; marks what it reads.
[[nodiscard]] std::vector<eqn::Instruction> needed_part(std::span<const eqn::Instruction> tape,
                                                        std::vector<std::uint8_t>& is_needed);

/// Parts of the tapes of rates and of their slopes that partial derivatives depend on.
struct PartialTapes {
    explicit PartialTapes(const eqn::Program& program);
    std::vector<eqn::Instruction> rates;
    std::vector<eqn::Instruction> slopes;
};

}  // namespace erbium::sim
