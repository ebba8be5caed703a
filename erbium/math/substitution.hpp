// SPDX-License-Identifier: Apache-2.0
// erbium/math/substitution.hpp: L and U of one matrix row by row, for many right-hand sides at
// once. Made by: math::SmallLuPlan, math::LeftLookingPlan   Used by: kernels for many right-hand
// sides
//
// A row's unknown is gathered from those before it and written once, whereas column by column each
// entry would be a read and a write of W numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/math/sparse_pattern.hpp"
#include "erbium/math/substitution_program.hpp"

namespace erbium::math {

/// An entry of L (below the diagonal) or U (right of it), rows and columns permuted.
struct FactorPlace {
    std::uint32_t row{};
    std::uint32_t column{};
    std::uint32_t value{};
};

/// Never changes.
class Substitution {
public:
    Substitution() = default;
    /// @param reciprocals  by permuted row, where the reciprocal of its pivot stands
    /// @param entries      any order of rows; each row's are subtracted in the order given
    Substitution(const Order& order, std::vector<std::uint32_t> reciprocals,
                 std::span<const FactorPlace> entries);

    /// Valid while this lives; `order` must be that of the constructor.
    [[nodiscard]] SubstitutionProgram program(const Order& order) const noexcept {
        return {static_cast<std::uint32_t>(order.size()),
                lower_counts_.data(),
                lower_.data(),
                upper_counts_.data(),
                upper_.data(),
                reciprocals_.data(),
                order.data()};
    }

private:
    std::vector<std::uint32_t> reciprocals_;
    std::vector<std::uint32_t> lower_counts_;
    std::vector<std::uint32_t> upper_counts_;
    std::vector<FactorEntry> lower_;
    std::vector<FactorEntry> upper_;
};

}  // namespace erbium::math
