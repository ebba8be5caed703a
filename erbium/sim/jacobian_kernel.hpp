// SPDX-License-Identifier: Apache-2.0
// erbium/sim/jacobian_kernel.hpp: the Jacobian of one subject, what is equal computed once.
// Reads: eqn::Program, ReferenceKernel   Used by: integrators of single runs
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/signed_sums.hpp"

namespace erbium::sim {

/// What ReferenceKernel::jacobian() computes, but for rounding. In networks that rules made most
/// reactions share their rate constant with others, so that few derivatives of rates, and few sums
/// of them, differ: each is computed once and written to all entries that are equal to it or to its
/// opposite.
class JacobianKernel {
public:
    /// The kernel must outlive it; its parameters and held comparisons count.
    /// @param rows  of partial derivatives, one per entry; see ReferenceKernel::jacobian
    JacobianKernel(eqn::ReferenceKernel& kernel, const eqn::Rows& rows);

    /// The entries at (t, y), one per row.
    void evaluate(double t, std::span<const double> y, std::span<double> entries) noexcept;

private:
    /// slots[slot] * y[state].
    struct Slope {
        eqn::Slot slot{};
        std::uint32_t state{};
    };
    [[nodiscard]] std::vector<std::uint32_t> add_products();

    eqn::ReferenceKernel& kernel_;
    eqn::Program program_;
    std::vector<Slope> slopes_;            // without a state, then of one
    std::uint32_t constants_end_{};        // of those without
    std::vector<eqn::Product> products_;   // of more states
    SignedSums partial_sums_;              // of the products before
    SignedSums sums_;                      // of all values before
    std::vector<double> values_;           // products, their sums, sums of both; opposites of these
    std::vector<std::uint32_t> value_of_;  // by entry
};

}  // namespace erbium::sim
