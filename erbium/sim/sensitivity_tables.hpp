// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_tables.hpp: which part of a system changes with which numbers, as tables.
// Reads: eqn::System   Makes: ActiveTables, RowPattern   Used by: sim::ForwardSweep
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim {

/// The Jacobian's pattern by rows, and where each entry stands by columns.
class RowPattern {
public:
    explicit RowPattern(const eqn::Program& program);

    [[nodiscard]] RowPatternView rows() const noexcept {
        return {size_, begins_.data(), columns_.data()};
    }
    /// The same matrix transposed: its columns as rows.
    [[nodiscard]] RowPatternView columns() const noexcept {
        return {size_, column_begins_.data(), row_of_entry_.data()};
    }
    /// By entry in the order of rows, its index in the order of columns.
    [[nodiscard]] std::span<const std::uint32_t> entries() const noexcept { return entries_; }

private:
    std::uint32_t size_{};
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> columns_;
    std::vector<std::uint32_t> entries_;
    std::vector<std::uint32_t> column_begins_;
    std::vector<std::uint32_t> row_of_entry_;
};

/// Numbers that a derivative is taken by, as the equations see them.
struct ActiveSeeds {
    std::vector<ParameterId> parameters;  ///< ascending, each once
    std::vector<SpeciesId> fixed;         ///< fixed species whose amount is changed; ascending

    bool operator==(const ActiveSeeds&) const = default;
};

/// Everything in a system that depends on the seeds while the states that reactions change are
/// held. Never changes.
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
    [[nodiscard]] std::span<const eqn::Instruction> slope_tape() const noexcept {
        return slope_tape_;
    }
    [[nodiscard]] bool is_active(eqn::Slot slot) const noexcept { return is_active_[slot] != 0; }
    [[nodiscard]] bool is_active(SpeciesId s) const noexcept {
        return is_active_species_[s.value] != 0;
    }

    /// Rates, and their sums over species.
    [[nodiscard]] ActiveProducts rates() const noexcept { return rates_.view(*this); }
    [[nodiscard]] ActiveRows changes() const noexcept { return changes_.view(); }
    /// Partial derivatives, sums of them (standing after them), and the Jacobian's entries.
    [[nodiscard]] ActiveProducts partials() const noexcept { return partials_.view(*this); }
    [[nodiscard]] ActiveRows partial_sums() const noexcept { return partial_sums_.view(); }
    [[nodiscard]] ActiveRows entries() const noexcept { return entries_.view(); }

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
    /// Rows with an active term; `row_of` and `column_of` name them.
    template <class Name>
    static Sums active_sums(const eqn::Rows& rows, const std::vector<std::uint32_t>& place,
                            Name name);

    eqn::System system_;  // keeps the program's tables
    eqn::Program program_;
    std::vector<std::uint8_t> is_active_;          // by slot
    std::vector<std::uint8_t> is_active_species_;  // fixed species only
    std::vector<eqn::Instruction> constants_;
    std::vector<eqn::Instruction> rate_tape_;
    std::vector<eqn::Instruction> slope_tape_;
    Products rates_;
    Sums changes_;
    Products partials_;
    Sums partial_sums_;
    Sums entries_;
};

/// Slopes of each instruction of a tape by its operands, three numbers each, at the values that
/// `slots` hold; 0 for moves.
void tape_slopes(std::span<const eqn::Instruction> tape, std::span<const double> slots,
                 std::vector<double>& slopes);

}  // namespace erbium::sim
