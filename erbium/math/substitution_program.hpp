// SPDX-License-Identifier: Apache-2.0
// erbium/math/substitution_program.hpp: rows of L and U as tables that kernels read.
// Made by: math::Substitution   Used by: kernels for many right-hand sides
#pragma once

#include <cstdint>

namespace erbium::math {

struct FactorEntry {
    std::uint32_t value{};    ///< its place among the factors
    std::uint32_t unknown{};  ///< which it multiplies: of L a permuted row, of U a row
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
struct SubstitutionProgram {
    std::uint32_t size{};
    const std::uint32_t* lower_counts{};  ///< entries of each row of L, first row first
    const FactorEntry* lower{};
    const std::uint32_t* upper_counts{};  ///< of U, last row first
    const FactorEntry* upper{};
    const std::uint32_t* reciprocals{};  ///< places of those of pivots, by permuted row
    const std::int32_t* order{};         ///< permuted row -> row
};

}  // namespace erbium::math
