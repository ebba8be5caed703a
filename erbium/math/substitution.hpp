// SPDX-License-Identifier: Apache-2.0
// erbium/math/substitution.hpp: L and U of one matrix row by row, for many right-hand sides at
// once.
// Reads: FactorPlaces   Used by: sim, for forward derivatives
//
// A row's unknown is gathered from those before it and written once, whereas column by column each
// entry would be a read and a write of W numbers. Rows that depend on much the same unknowns are
// done together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/math/many_sides.hpp"
#include "erbium/math/sparse_pattern.hpp"
#include "erbium/math/substitution_program.hpp"

namespace erbium::math {

/// An entry of L (below the diagonal) or U (right of it), rows and columns permuted.
struct FactorPlace {
    std::uint32_t row{};
    std::uint32_t column{};
    std::uint32_t value{};  ///< its place among the factors
};

/// Where factors stand.
struct FactorPlaces {
    std::vector<FactorPlace> entries;        ///< in any order
    std::vector<std::uint32_t> reciprocals;  ///< those of pivots, by permuted row
};

/// Never changes; any number of threads may use one.
class Substitution {
public:
    Substitution(const Order& order, const FactorPlaces& places);

    [[nodiscard]] std::size_t value_count() const noexcept { return from_.size(); }
    /// What solutions need of the factors, in the order in which they read it.
    void take(std::span<const double> factors, std::span<double> values) const noexcept;
    /// Solves for as many right-hand sides as the kernels have lanes; b, x and work are size x
    /// lanes, `x` may be `b`. Of each row the products are subtracted in the order in which their
    /// unknowns become known.
    void solve(const ManySides& kernels, std::span<const double> values, const double* b,
               double* work, double* x) const noexcept;

private:
    /// Of L or U, by row in the order in which they are solved for: unknowns by the same numbers,
    /// ascending.
    struct Entry {
        std::uint32_t unknown{};
        std::uint32_t value{};
    };
    using Rows = std::vector<std::vector<Entry>>;
    enum class Half : bool { lower, upper };
    std::vector<RowBlock> add(const Rows& rows, Half half, const FactorPlaces& places);
    void add_value(const std::vector<Entry>& row, std::uint32_t unknown);
    [[nodiscard]] std::uint32_t row_at(std::uint32_t number, Half half) const noexcept;

    Order order_;
    std::vector<RowBlock> lower_;
    std::vector<RowBlock> upper_;
    std::vector<std::uint32_t> columns_;
    std::vector<std::uint32_t> from_;   // among the factors, by value
    std::vector<std::uint32_t> zeros_;  // values without a factor
};

}  // namespace erbium::math
