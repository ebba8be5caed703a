// SPDX-License-Identifier: Apache-2.0
// erbium/sim/signed_sums.hpp: many sums of values most of whose weights are 1 or -1.
// Used by: sim::FluxKernel, sim::JacobianKernel
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::sim {

/// Rows of eqn::Term as lists of indices: four bytes to a term instead of sixteen, no
/// multiplication. Each row is summed in an order of its own: what is added, what is taken away,
/// the rest; long parts in four sums side by side. Rows with as many terms of each kind stand
/// together, so that the processor foresees where each of them ends.
class SignedSums {
public:
    SignedSums() = default;
    explicit SignedSums(const std::vector<std::vector<eqn::Term>>& rows);

    [[nodiscard]] std::size_t size() const noexcept { return row_at_.size(); }
    /// sums[i] = row i over `values`; `sums` may follow in the same array.
    void evaluate(const double* values, double* sums) const noexcept;

private:
    /// Rows with this many terms of weight 1, of weight -1 and of others.
    struct Shape {
        std::uint32_t plus{};
        std::uint32_t minus{};
        std::uint32_t others{};
        std::uint32_t rows{};
    };

    std::vector<Shape> shapes_;
    std::vector<std::uint32_t> row_at_;   // rows in the order in which they are summed
    std::vector<std::uint32_t> indices_;  // of their terms
    std::vector<double> weights_;         // of the others among them
};

}  // namespace erbium::sim
