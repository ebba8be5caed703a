// SPDX-License-Identifier: Apache-2.0
// erbium/math/left_looking_plan.hpp: how to factorise single matrices of one pattern whose factors
// have few columns alike, decided once.
// Reads: SparsePattern   Makes: LeftLookingPlan   Used by: math::LeftLookingLu, sim
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erbium/math/left_looking_program.hpp"
#include "erbium/math/sparse_pattern.hpp"
#include "erbium/math/substitution.hpp"

namespace erbium::math {

/// What was chosen, and what it costs; for reports and benchmarks.
struct LeftLookingReport {
    std::string ordering;       ///< "minimum degree", "Markowitz, postordered", ...
    double flops{};             ///< of the scalar factorisation in this order
    double padded_flops{};      ///< with the zeros that panels and supernodes hold
    std::size_t entry_count{};  ///< of L + U, without zeros
    std::size_t term_count{};   ///< of kSolveRows each, that hold them for solutions
    std::size_t panel_count{};
    std::size_t supernode_count{};
    std::size_t source_count{};
    double estimated_cycles{};  ///< model of the time of one factorisation with AVX-512
};

struct LeftLookingOptions {
    std::optional<Order> order;     ///< instead of the best found
    std::optional<double> padding;  ///< most zeros per entry when joining columns of L, instead of
                                    ///< the best found; 0 joins only columns that are alike
};

/// Order, panels and tables for one pattern. Never changes; any number of threads may use one.
/// Pivots are the diagonal in the chosen order, without exchanges, as in LuPlan.
class LeftLookingPlan {
public:
    /// Precondition: row indices are in range, ascending in a column; the diagonal is in the
    /// pattern; fewer than 65,536 rows.
    /// Cost: O(size^3 / 64) in words of bits.
    [[nodiscard]] static LeftLookingPlan make(const SparsePattern& pattern,
                                              const LeftLookingOptions& options = {});

    [[nodiscard]] std::size_t size() const noexcept { return tables_->order.size(); }
    [[nodiscard]] const LeftLookingReport& report() const noexcept { return tables_->report; }
    [[nodiscard]] SparsePattern pattern() const noexcept {
        return {tables_->column_begins, tables_->row_of_entry};
    }

    /// Views of the tables; valid while this plan or a copy of it lives.
    [[nodiscard]] LeftLookingProgram program() const noexcept;

    [[nodiscard]] const Order& order() const noexcept { return tables_->order; }
    /// Where factors stand that solutions need.
    [[nodiscard]] const FactorPlaces& factor_places() const noexcept {
        return tables_->factor_places;
    }

    struct HalfTables {
        std::vector<RowGroup> groups;
        std::vector<std::uint16_t> unknowns;
        std::uint32_t values_begin{};
        std::uint32_t values_end{};

        [[nodiscard]] SolveHalf program() const noexcept {
            return {groups.data(), unknowns.data(), values_begin, values_end};
        }
    };
    struct Tables {
        LeftLookingReport report;
        Order order;
        std::uint32_t slot_count{};
        std::uint32_t reciprocals{};
        std::uint32_t slot_reciprocals{};
        std::uint32_t supernode_values{};
        std::uint32_t value_count{};
        std::vector<ColumnPanel> panels;
        std::vector<LowerSupernode> supernodes;
        std::vector<PanelSource> sources;
        std::vector<std::uint32_t> rows;
        std::vector<PlaceToPlace> entries;
        std::vector<PlaceToPlace> upper;
        std::vector<std::uint32_t> lower_place;
        HalfTables lower_half;
        HalfTables upper_half;
        std::vector<std::uint32_t> row_of_lower;
        std::vector<std::uint32_t> row_of_upper;
        std::vector<std::uint32_t> lower_of_upper;
        std::vector<std::uint32_t> column_of_upper;
        FactorPlaces factor_places;
        std::vector<std::int32_t> column_begins;
        std::vector<std::int32_t> row_of_entry;
    };

private:
    explicit LeftLookingPlan(std::shared_ptr<const Tables> tables) : tables_{std::move(tables)} {}
    std::shared_ptr<const Tables> tables_;
};

}  // namespace erbium::math
