// SPDX-License-Identifier: Apache-2.0
// erbium/math/supernode_plan.hpp: how to factorise single large matrices of one pattern, decided
// once.
// Reads: SparsePattern   Makes: SupernodePlan   Used by: math::SupernodalLu, sim
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erbium/math/sparse_pattern.hpp"
#include "erbium/math/supernode_program.hpp"

namespace erbium::math {

/// What was chosen, and what it costs; for reports and benchmarks.
struct SupernodePlanReport {
    std::string ordering;       ///< "minimum degree", "Markowitz, postordered", ...
    double flops{};             ///< of the scalar factorisation in this order
    double padded_flops{};      ///< with the zeros that panels hold
    std::size_t entry_count{};  ///< of L + U, without the zeros that panels hold
    std::size_t value_count{};  ///< with them
    std::size_t supernode_count{};
    std::size_t source_count{};
    double estimated_cycles{};  ///< model of the time of one factorisation with AVX-512
};

struct SupernodePlanOptions {
    std::optional<Order> order;     ///< instead of the best found
    std::optional<double> padding;  ///< most zeros per entry when joining columns, instead of the
                                    ///< best found; 0 joins only columns that are alike
    std::uint32_t most_width = 48;  ///< of a supernode, at most kMostSupernodeWidth; two square
                                    ///< blocks of this size fit the first-level cache
};

/// Order, supernodes and tables for one pattern. Never changes; any number of threads may use one.
/// Pivots are the diagonal in the chosen order, without exchanges, as in LuPlan.
class SupernodePlan {
public:
    /// Precondition: row indices are in range, ascending in a column; the diagonal is in the
    /// pattern.
    /// Cost: O(size^3 / 64) in words of bits, about a second for 4,000 rows.
    [[nodiscard]] static SupernodePlan make(const SparsePattern& pattern,
                                            const SupernodePlanOptions& options = {});

    [[nodiscard]] std::size_t size() const noexcept { return tables_->order.size(); }
    [[nodiscard]] std::size_t entry_count() const noexcept { return tables_->row_of_entry.size(); }
    [[nodiscard]] std::size_t value_count() const noexcept { return tables_->report.value_count; }
    [[nodiscard]] const SupernodePlanReport& report() const noexcept { return tables_->report; }
    [[nodiscard]] SparsePattern pattern() const noexcept {
        return {tables_->column_begins, tables_->row_of_entry};
    }

    /// Views of the tables; valid while this plan or a copy of it lives.
    [[nodiscard]] SupernodeProgram program() const noexcept;

    struct Tables {
        SupernodePlanReport report;
        std::uint64_t work_count{};
        Order order;
        std::vector<Supernode> supernodes;
        std::vector<std::uint32_t> lists;
        std::vector<SupernodeSource> sources;
        std::vector<SupernodeEntry> entries;
        std::vector<std::int32_t> column_begins;
        std::vector<std::int32_t> row_of_entry;
    };

private:
    explicit SupernodePlan(std::shared_ptr<const Tables> tables) : tables_{std::move(tables)} {}
    std::shared_ptr<const Tables> tables_;
};

}  // namespace erbium::math
