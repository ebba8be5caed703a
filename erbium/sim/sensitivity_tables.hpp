// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_tables.hpp: which part of a system changes with which numbers, as tables.
// Reads: eqn::System   Makes: ActiveTables, ColumnPattern   Used by: sim::ForwardSweep,
// sim::AdjointSweep
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim {

/// The Jacobian's pattern by columns, as kernels read it.
class ColumnPattern {
public:
    explicit ColumnPattern(const eqn::Program& program);

    [[nodiscard]] PatternView view() const noexcept {
        return {static_cast<std::uint32_t>(begins_.size() - 1), begins_.data(), rows_.data()};
    }

private:
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> rows_;
};

/// Numbers that a derivative is taken by, as the equations see them.
struct ActiveSeeds {
    std::vector<ParameterId> parameters;  ///< ascending, each once
    std::vector<SpeciesId> fixed;         ///< fixed species whose amount is changed; ascending

    bool operator==(const ActiveSeeds&) const = default;
};

/// Everything in the rates of a system that depends on the seeds while the states that reactions
/// change are held. Never changes.
class ActiveTables {
public:
    ActiveTables(const eqn::System& system, const ActiveSeeds& seeds);
    ActiveTables(const ActiveTables&) = delete;
    ActiveTables& operator=(const ActiveTables&) = delete;

    /// Parts of the tapes of these names, in their order.
    [[nodiscard]] std::span<const eqn::Instruction> constants() const noexcept {
        return constants_;
    }
    [[nodiscard]] std::span<const eqn::Instruction> rate_tape() const noexcept {
        return rate_tape_;
    }
    [[nodiscard]] bool is_active(eqn::Slot slot) const noexcept { return is_active_[slot] != 0; }
    [[nodiscard]] bool is_active(SpeciesId s) const noexcept {
        return is_active_species_[s.value] != 0;
    }

    /// Rates, and their sums over species.
    [[nodiscard]] ActiveProducts rates() const noexcept { return rates_.view(*this); }
    [[nodiscard]] ActiveRows changes() const noexcept { return changes_.view(); }

private:
    struct Products {
        std::vector<ActiveProduct> products;
        std::vector<std::uint32_t> place;  // of each product of the program; kNone when not active
        [[nodiscard]] ActiveProducts view(const ActiveTables& owner) const noexcept {
            return {static_cast<std::uint32_t>(products.size()), products.data(),
                    owner.program_.factors.data(), owner.is_active_species_.data()};
        }
    };
    struct Sums {
        std::vector<ActiveRow> rows;
        std::vector<eqn::Term> terms;
        [[nodiscard]] ActiveRows view() const noexcept {
            return {static_cast<std::uint32_t>(rows.size()), rows.data(), terms.data()};
        }
    };
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

    [[nodiscard]] bool depends(const eqn::Instruction& i) const noexcept;
    std::vector<eqn::Instruction> active_part(std::span<const eqn::Instruction> tape);
    [[nodiscard]] Products active_products(std::span<const eqn::Product> products) const;
    /// Rows with an active term.
    static Sums active_sums(const eqn::Rows& rows, const std::vector<std::uint32_t>& place);

    eqn::System system_;  // keeps the program's tables
    eqn::Program program_;
    std::vector<std::uint8_t> is_active_;          // by slot
    std::vector<std::uint8_t> is_active_species_;  // fixed species only
    std::vector<eqn::Instruction> constants_;
    std::vector<eqn::Instruction> rate_tape_;
    Products rates_;
    Sums changes_;
};

/// Slopes of each instruction of a tape by its operands, three numbers each, at the values that
/// `slots` hold; 0 for moves.
void tape_slopes(std::span<const eqn::Instruction> tape, std::span<const double> slots,
                 std::vector<double>& slopes);

}  // namespace erbium::sim
