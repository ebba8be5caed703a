// SPDX-License-Identifier: Apache-2.0
// erbium/math/substitution.hpp: L and U of one matrix row by row, for many right-hand sides at
// once. Made by: math::SmallLu, math::LeftLookingLu   Used by: kernels for many right-hand sides
//
// A row's unknown is gathered from those before it and written once, whereas column by column each
// entry would be a read and a write of W numbers. Rows that depend on much the same unknowns are
// done together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/math/aligned.hpp"
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

/// Workspace of one LU. Allocates when made, and when it first solves for more lanes.
class Substitution {
public:
    Substitution(const Order& order, const FactorPlaces& places);

    /// Takes what solutions need from the factors.
    void take(std::span<const double> factors) noexcept;
    /// Solves with what was taken last, for as many right-hand sides as the kernels have lanes;
    /// both size x lanes, `x` may be `b`. Of each row the products are subtracted in the order in
    /// which their unknowns become known.
    void solve(const ManySides& kernels, const double* b, double* x);

    [[nodiscard]] std::size_t value_count() const noexcept { return values_.size(); }

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
    std::vector<double> values_;
    AlignedDoubles work_;  // size x lanes
};

}  // namespace erbium::math
