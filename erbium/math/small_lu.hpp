// SPDX-License-Identifier: Apache-2.0
// erbium/math/small_lu.hpp: LU of single small sparse matrices, every operation listed beforehand.
// Reads: SparsePattern   Makes: SmallLuPlan, SmallLu   Used by: sim, for single runs
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "erbium/math/small_lu_program.hpp"
#include "erbium/math/sparse_pattern.hpp"
#include "erbium/math/substitution.hpp"

namespace erbium::math {

/// The elimination of one pattern as lists of places, in Markowitz' order. Pivots are the diagonal,
/// without exchanges, as in SupernodePlan. Never changes; any number of threads may use one.
class SmallLuPlan {
public:
    /// Nothing when there are more than kMostUpdates: then vectors inside one matrix (SupernodalLu)
    /// are faster than lists.
    /// Precondition: row indices are in range, ascending in a column; the diagonal is in the
    /// pattern.
    [[nodiscard]] static std::optional<SmallLuPlan> make(const SparsePattern& pattern);

    /// Multiplications with a subtraction in one factorisation. bench/single.md
    static constexpr std::size_t kMostUpdates = 30000;

    [[nodiscard]] std::size_t size() const noexcept { return tables_->order.size(); }
    [[nodiscard]] SparsePattern pattern() const noexcept {
        return {tables_->column_begins, tables_->row_of_entry};
    }

    struct Tables {
        Order order;
        std::vector<SmallLuPivot> pivots;
        std::vector<std::uint32_t> places;
        std::vector<std::uint32_t> updates;  ///< value that each product changes: by pivot, entry
                                             ///< of L, entry of U
        std::vector<std::uint32_t> value_of_entry;  ///< of A
        FactorPlaces factor_places;
        std::size_t value_count{};
        std::vector<std::int32_t> column_begins;
        std::vector<std::int32_t> row_of_entry;
    };
    [[nodiscard]] const Tables& tables() const noexcept { return *tables_; }
    [[nodiscard]] const Order& order() const noexcept { return tables_->order; }
    /// Where factors stand.
    [[nodiscard]] const FactorPlaces& factor_places() const noexcept {
        return tables_->factor_places;
    }

private:
    explicit SmallLuPlan(std::shared_ptr<const Tables> tables) : tables_{std::move(tables)} {}
    std::shared_ptr<const Tables> tables_;
};

/// Factors of one matrix M = scale A + shift I, as SupernodalLu's. Plain arithmetic in one order:
/// the same bytes everywhere. Allocates only when made.
class SmallLu {
public:
    explicit SmallLu(SmallLuPlan plan);

    /// @param entries  of A, in the order of the pattern given to the plan
    /// @return  growth, see SupernodalLu::factor
    double factor(const double* entries, double scale, double shift) noexcept;

    /// Solves M x = b with the last factors; `x` may be `b`.
    void solve(const double* b, double* x) noexcept;

    /// The factors, to be given back to restore() of this or another one with the same plan, or to
    /// a Substitution.
    [[nodiscard]] std::span<const double> factors() const noexcept { return values_; }
    void restore(std::span<const double> factors) noexcept;

    /// Solves M^T x = b likewise.
    void solve_transposed(const double* b, double* x) noexcept;

    /// See SupernodalLu::backward_error.
    [[nodiscard]] double backward_error(const double* entries, double scale, double shift,
                                        const double* b, const double* x,
                                        const double* beside = nullptr) noexcept;

private:
    SmallLuPlan plan_;
    std::vector<double> values_;
    std::vector<double> work_;  // 2 x size
};

}  // namespace erbium::math
