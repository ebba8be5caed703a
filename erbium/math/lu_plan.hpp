// SPDX-License-Identifier: Apache-2.0
// erbium/math/lu_plan.hpp: how to factorise every matrix of one pattern, decided once.
// Reads: SparsePattern   Makes: LuPlan   Used by: math::LaneLu, sim
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erbium/math/lu_program.hpp"
#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

/// What was chosen, and what it costs; for reports and benchmarks.
struct LuPlanReport {
    std::string ordering;       ///< "minimum degree", "Markowitz"
    double flops{};             ///< of the scalar factorisation in this order
    double padded_flops{};      ///< with the zeros that tiles hold
    std::size_t entry_count{};  ///< of L + U, without the zeros that tiles hold
    std::size_t value_count{};  ///< with them
    std::size_t block_count{};
    std::size_t task_count{};
    std::size_t update_count{};
    double estimated_cycles{};  ///< model of the time per factorisation of one pack of lanes
};

struct LuPlanOptions {
    std::optional<Order> order;         ///< instead of the best found
    std::optional<double> padding;      ///< most zeros per entry when joining columns, instead of
                                        ///< the best found; 0 joins only columns that are alike
    std::uint32_t group_values = 6144;  ///< row panels worked on together hold about this many
                                        ///< values (times lanes), so that they stay in the cache
};

/// Order, tiles and tables for one pattern. Never changes; any number of threads may use one.
///
/// Pivots are the diagonal in the chosen order, without exchanges: the matrices are I/(h gamma) - J
/// with J of reaction systems, where the diagonal is heavy; where it is not, the kernels' growth
/// and residual tell (LaneLu).
class LuPlan {
public:
    /// Precondition: row indices are in range, ascending in a column.
    /// Cost: O(size^3 / 64) and size^2 / 4 bytes while planning.
    [[nodiscard]] static LuPlan make(const SparsePattern& pattern,
                                     const LuPlanOptions& options = {});

    [[nodiscard]] std::size_t size() const noexcept { return tables_->order.size(); }
    [[nodiscard]] std::size_t entry_count() const noexcept { return tables_->row_of_entry.size(); }
    [[nodiscard]] std::size_t value_count() const noexcept { return tables_->report.value_count; }
    [[nodiscard]] const LuPlanReport& report() const noexcept { return tables_->report; }
    [[nodiscard]] SparsePattern pattern() const noexcept {
        return {tables_->column_begins, tables_->row_of_entry};
    }

    /// Views of the tables; valid while this plan or a copy of it lives.
    [[nodiscard]] LuProgram program() const noexcept;

    struct Tables {
        LuPlanReport report;
        Order order;
        std::vector<LuTask> tasks;
        std::vector<LuUpdate> updates;
        std::vector<std::uint32_t> sources;
        std::vector<LuBlock> blocks;
        std::vector<LuSolveRun> solve_runs;
        std::vector<std::int32_t> column_begins;
        std::vector<std::int32_t> row_of_entry;
    };

private:
    explicit LuPlan(std::shared_ptr<const Tables> tables) : tables_{std::move(tables)} {}
    std::shared_ptr<const Tables> tables_;
};

}  // namespace erbium::math
