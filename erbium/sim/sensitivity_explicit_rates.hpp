// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_explicit_rates.hpp: how net rates change with inputs while states are
// held. Reads: eqn::System   Makes: ExplicitRates   Used by: sim::ForwardSweep
//
// At stage s that is dr/dp at the stage and, as the matrix of the step changes too, the derivative
// by p of (dr/dy k_s) at the step's start. The first is a sum over rows of constants, by slopes
// that all lanes share and that are found for all stages at once; the second also over rows of what
// tapes compute at the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "erbium/sim/sensitivity_net_rates.hpp"
#include "erbium/sim/sensitivity_tables.hpp"
#include "erbium/sim/sensitivity_tangents.hpp"

namespace erbium::sim {

/// For one set of inputs. Rows: what is copied from slots and fixed species, the constants; then
/// what the tapes of rates and of slopes make of them at a step's start, as far as slopes of rates
/// need it.
class ExplicitRates {
public:
    ExplicitRates(const eqn::System& system, const ActiveTables& active, const NetRates& net,
                  SlopeTable& slopes);

    struct Copied {
        std::uint32_t from{};  ///< a slot, or a species
        std::uint32_t row{};
    };
    [[nodiscard]] std::span<const Copied> slots() const noexcept { return slots_; }
    [[nodiscard]] std::span<const Copied> species() const noexcept { return species_; }
    [[nodiscard]] std::size_t row_count() const noexcept { return row_count_; }

    /// Of both tapes what partial derivatives depend on.
    [[nodiscard]] const TangentTape& tapes() const noexcept { return tapes_; }

    /// Slopes of slots by constants, of each stage: row 0 is a 1, the others follow from these.
    [[nodiscard]] std::span<const TangentInstruction> slopes() const noexcept { return slopes_; }
    [[nodiscard]] std::size_t slope_count() const noexcept { return slope_count_; }

    /// Values that coefficients are sums of, of each stage: first products of these slopes,
    [[nodiscard]] std::span<const eqn::Product> slope_products() const noexcept {
        return slope_products_;
    }
    /// then of slots,
    [[nodiscard]] std::span<const eqn::Product> slot_products() const noexcept {
        return slot_products_;
    }
    /// then these.
    [[nodiscard]] BentProducts bent_products() const noexcept {
        return {static_cast<std::uint32_t>(bent_.size()), bent_.data(), factors_.data()};
    }
    /// Species, for eqn::Product::first.
    [[nodiscard]] const std::uint32_t* factors() const noexcept { return factors_.data(); }
    [[nodiscard]] std::size_t value_count() const noexcept {
        return slope_products_.size() + slot_products_.size() + bent_.size();
    }
    [[nodiscard]] CoefficientSums coefficients() const noexcept {
        return {static_cast<std::uint32_t>(begins_.size() - 1), begins_.data(), terms_.data()};
    }
    [[nodiscard]] AddedRates added() const noexcept {
        return {static_cast<std::uint32_t>(added_.size()), added_.data(), rows_.data()};
    }

private:
    /// A slope of a slot by the constant in `row`; the row of slopes it stands in.
    struct ByConstant {
        std::uint32_t row{};
        std::uint32_t slope{};
    };
    void copy_constants(const eqn::Program& program, const ActiveTables& active, TangentRows& rows);
    void find_slopes(const eqn::Program& program, const TangentRows& rows, SlopeTable& slopes);
    void add_move(const eqn::Instruction& i, std::span<const eqn::Term> terms);
    void add_operation(const eqn::Instruction& i, SlopeTable& slopes);
    std::uint32_t add_slope(TangentInstruction instruction);
    void add_to_slope(std::uint32_t sum, const eqn::Instruction& i, std::uint8_t operand,
                      std::uint32_t slope, SlopeTable& slopes);
    /// Of a product with one factor less.
    std::uint32_t write_factors(std::span<const std::uint32_t> factors, std::size_t without);
    void add_rates(const eqn::Program& program, const NetRates& net);
    void add_slopes(const eqn::Program& program, const NetRates& net, const TangentRows& rows);
    void write_sums();

    std::uint32_t one_;
    std::vector<Copied> slots_;
    std::vector<Copied> species_;
    std::vector<std::uint32_t> row_of_species_;
    std::size_t row_count_{};
    TangentTape tapes_;
    std::vector<TangentInstruction> slopes_;
    std::uint32_t slope_count_{1};
    std::vector<std::vector<ByConstant>> by_constants_;  // by slot, rows ascending; while made
    std::vector<eqn::Product> slope_products_;
    std::vector<eqn::Product> slot_products_;
    std::vector<BentProduct> bent_;
    std::vector<std::uint32_t> factors_;
    /// By net rate, then row: the values that its coefficient is a sum of.
    std::map<std::uint32_t, std::map<std::uint32_t, std::vector<eqn::Term>>> sums_;
    std::vector<std::uint32_t> begins_{0};
    std::vector<eqn::Term> terms_;
    std::vector<AddedRate> added_;
    std::vector<std::uint32_t> rows_;
};

}  // namespace erbium::sim
