// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_explicit_rates.hpp: how net rates change with inputs while states are held.
// Reads: eqn::System   Makes: ExplicitRates   Used by: sim::ForwardSweep
//
// At stage s that is dr/dp at the stage and, as the matrix of the step changes too, the derivative
// by p of (dr/dy k_s) at the step's start. Both are sums over the same few rows of derivatives: of
// constants, and of what tapes compute of them.
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

/// For one set of inputs. Rows: what is copied from slots and fixed species; what the tape of rates
/// makes of it at a stage; the same at the step's start; what the tape of slopes makes of that.
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

    [[nodiscard]] const TangentTape& rate_tape() const noexcept { return rate_tape_; }
    [[nodiscard]] const TangentTape& slope_tape() const noexcept { return slope_tape_; }
    /// Rows of the tape of rates: [begin, end), and once more from `end` on.
    [[nodiscard]] std::size_t rate_rows_begin() const noexcept { return rate_rows_begin_; }
    [[nodiscard]] std::size_t rate_rows_end() const noexcept { return rate_rows_end_; }

    /// Values that coefficients are sums of, of each stage: first these,
    [[nodiscard]] std::span<const eqn::Product> products() const noexcept { return products_; }
    /// then these.
    [[nodiscard]] BentProducts bent_products() const noexcept {
        return {static_cast<std::uint32_t>(bent_.size()), bent_.data(), factors_.data()};
    }
    /// Species, for eqn::Product::first.
    [[nodiscard]] const std::uint32_t* factors() const noexcept { return factors_.data(); }
    [[nodiscard]] std::size_t value_count() const noexcept {
        return products_.size() + bent_.size();
    }
    [[nodiscard]] CoefficientSums coefficients() const noexcept {
        return {static_cast<std::uint32_t>(begins_.size() - 1), begins_.data(), terms_.data()};
    }
    [[nodiscard]] AddedRates added() const noexcept {
        return {static_cast<std::uint32_t>(added_.size()), added_.data(), rows_.data()};
    }

private:
    void copy_constants(const eqn::Program& program, const ActiveTables& active,
                        TangentRows& rows);
    /// Of a product with one factor less.
    std::uint32_t write_factors(std::span<const std::uint32_t> factors, std::size_t without);
    void add_rates(const eqn::Program& program, const NetRates& net, const TangentRows& rows);
    void add_slopes(const eqn::Program& program, const NetRates& net, const TangentRows& rows);
    void write_sums();

    std::uint32_t one_;
    std::vector<Copied> slots_;
    std::vector<Copied> species_;
    std::vector<std::uint32_t> row_of_species_;
    std::size_t row_count_{};
    TangentTape rate_tape_;
    TangentTape slope_tape_;
    std::size_t rate_rows_begin_{};
    std::size_t rate_rows_end_{};
    std::vector<eqn::Product> products_;
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
