// SPDX-License-Identifier: Apache-2.0
// erbium/math/row_exchange_lu.hpp: sparse LU with row exchanges, for matrices whose diagonal fails.
// Reads: SparsePattern   Used by: sim, where LU without exchanges was refused
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

/// Left-looking LU, column by column, each in time proportional to its arithmetic; columns in a
/// fixed order, rows by threshold pivoting that prefers the diagonal.
/// Source: Gilbert, Peierls, SIAM J Sci Stat Comput 9 (1988) 862.
///
/// Slower than the planned factorisations, which it stands in for: a full symbolic search each
/// time.
class RowExchangeLu {
public:
    /// @param pattern  rows ascending in a column; copied
    /// @param order    of the columns, as from minimum_degree_order
    RowExchangeLu(const SparsePattern& pattern, Order order);

    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

    /// Factors M = scale A + shift I. False when M is singular or not finite.
    /// @param entries  of A, in the order of the pattern
    [[nodiscard]] bool factor(const double* entries, double scale, double shift);

    /// Solves M x = b; `x` may be `b`. Precondition: factor() succeeded.
    void solve(const double* b, double* x);
    /// Solves M^T x = b likewise.
    void solve_transposed(const double* b, double* x);

private:
    struct Entry {
        std::int32_t row{};
        double value{};
    };
    void reach(std::int32_t row);

    std::vector<std::int32_t> column_begins_;
    std::vector<std::int32_t> row_of_entry_;
    Order order_;
    std::vector<std::size_t> lower_begins_;  // by step: L's column without its unit diagonal
    std::vector<std::size_t> upper_begins_;  // by step: U's column above its diagonal, by step
    std::vector<Entry> lower_;
    std::vector<Entry> upper_;
    std::vector<double> pivots_;
    std::vector<std::int32_t> pivot_row_;  // by step
    std::vector<std::int32_t> step_of_row_;
    // Workspace.
    std::vector<double> x_;
    std::vector<std::uint8_t> is_reached_;
    std::vector<std::int32_t> topological_;  // rows reached, each after those it is spread over
    struct Visit {
        std::int32_t row{};
        std::size_t next{};
    };
    std::vector<Visit> visits_;
};

}  // namespace erbium::math
