// SPDX-License-Identifier: Apache-2.0
// erbium/sim/signed_sums.hpp: many sums of values most of whose weights are 1 or -1.
// Used by: sim::FluxKernel, sim::JacobianKernel
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::sim {

/// Rows of eqn::Term as lists of indices: four bytes to a term instead of sixteen, no
/// multiplication. Each row is summed in an order of its own: what is added, what is taken away,
/// the rest; long parts in four sums side by side.
class SignedSums {
public:
    void add(std::span<const eqn::Term> terms);
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// sums[i] = row i over `values`; `sums` may follow in the same array.
    void evaluate(const double* values, double* sums) const noexcept;

private:
    struct Row {
        std::uint32_t plus_end{};
        std::uint32_t minus_end{};
        std::uint32_t end{};
    };
    [[nodiscard]] double sum_of(const double* values, std::uint32_t begin,
                                std::uint32_t end) const noexcept;

    std::vector<Row> rows_;
    std::vector<std::uint32_t> indices_;
    std::vector<double> weights_;
};

}  // namespace erbium::sim
