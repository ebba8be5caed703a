// SPDX-License-Identifier: Apache-2.0
// erbium/sim/sensitivity_net_rates.hpp: derivatives of dy/dt through net rates of reactions.
// Reads: eqn::Program   Makes: NetRates   Used by: sim::ForwardSweep
//
// J v is not a product with J, whose entries repeat each slope of a rate in every row that the
// reaction changes: dy/dt = N r, so J v = N (dr/dy v). A net rate sums the reactions whose changes
// are multiples of one another, as both directions of a binding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "erbium/sim/lanes_tables.hpp"
#include "erbium/sim/sensitivity_program.hpp"

namespace erbium::sim {

/// Never changes; any number of threads may use one.
class NetRates {
public:
    /// The tables must outlive it, and hold no elimination.
    explicit NetRates(const LaneTables& tables);
    NetRates(const NetRates&) = delete;
    NetRates& operator=(const NetRates&) = delete;

    /// What is part of a net rate, and by which factor.
    struct Share {
        std::uint32_t rate{};
        double factor{};
    };
    /// A partial derivative as part of a net rate's slope by a row of states.
    struct Slope {
        std::uint32_t rate{};
        std::uint32_t row{};  ///< a species, or a sum of some
        double factor{};
    };

    [[nodiscard]] std::size_t size() const noexcept { return rates_.size(); }
    /// By reaction; factor 0 where it changes nothing.
    [[nodiscard]] const Share& share(std::size_t reaction) const { return shares_[reaction]; }
    /// Of a partial derivative of the program (a product).
    [[nodiscard]] std::span<const Slope> slopes(std::size_t partial) const {
        return slopes_[partial];
    }

    /// Species, then sums of species that rates depend on.
    [[nodiscard]] std::size_t row_count() const noexcept {
        return species_ + sum_begins_.size() - 1;
    }
    [[nodiscard]] SpeciesSums species_sums() const noexcept {
        return {static_cast<std::uint32_t>(sum_begins_.size() - 1), sum_begins_.data(),
                sum_terms_.data()};
    }
    [[nodiscard]] NetRateSums sums() const noexcept {
        return {static_cast<std::uint32_t>(rates_.size()), rates_.data(), rows_.data()};
    }
    /// Terms index partial derivatives in the order of LaneProgram::partials, then, as many later,
    /// their changes.
    [[nodiscard]] CoefficientSums coefficients() const noexcept {
        return {static_cast<std::uint32_t>(begins_.size() - 1), begins_.data(), terms_.data()};
    }
    /// dy/dt as sums over net rates.
    [[nodiscard]] const LaneSums& changes() const noexcept { return changes_; }

private:
    /// By species, ascending; the first amount is 1.
    using Change = std::vector<std::pair<std::uint32_t, double>>;
    Share share_of(const Change& change);
    void share_rates(const eqn::Program& program);
    void share_partials(const eqn::Program& program);
    [[nodiscard]] std::uint32_t row_of(const Change& columns);
    void write_sums(const eqn::Program& program, std::span<const std::uint32_t> places,
                    std::size_t partial_count);
    void write_changes();

    std::size_t species_;
    std::map<Change, std::uint32_t> rate_of_;
    std::map<Change, std::uint32_t> row_of_;
    std::vector<Share> shares_;
    std::vector<std::vector<Slope>> slopes_;
    std::vector<std::uint32_t> sum_begins_{0};
    std::vector<eqn::Term> sum_terms_;
    std::vector<NetRate> rates_;
    std::vector<std::uint32_t> rows_;
    std::vector<std::uint32_t> begins_{0};
    std::vector<eqn::Term> terms_;
    std::vector<LaneSum> change_sums_;
    std::vector<std::uint32_t> change_indices_;
    std::vector<double> change_weights_;
    LaneSums changes_;
};

/// Coefficients are computed as many at once as a kernel has lanes: fills up with empty ones.
void pad_coefficients(std::vector<std::uint32_t>& begins);

}  // namespace erbium::sim
