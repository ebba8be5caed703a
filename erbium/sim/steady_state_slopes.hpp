// SPDX-License-Identifier: Apache-2.0
// erbium/sim/steady_state_slopes.hpp: how a steady state moves, by the implicit function theorem.
// Reads: eqn::System   Used by: sim::ForwardSweep, sim::AdjointSweep
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/eqn/conservation.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/row_exchange_lu.hpp"

namespace erbium::sim {

/// A steady state solves f(y, p) = 0 with the conserved sums L y = L y_0 that it was reached with,
/// and the amounts of fixed species. With A = J in whose rows the species of each law (and each
/// fixed one) were replaced by the law's weights (by 1),
///
///   A dy/dp = r,   r = -df/dp in rows of J, L dy_0/dp in rows of laws, dy_0/dp in rows of fixed
///
/// A is regular where the steady state is isolated among the states with the same conserved sums.
class SteadyStateSlopes {
public:
    explicit SteadyStateSlopes(const eqn::System& system);

    /// Factors A at (t, y). False when the conservation laws could not be found or A is singular to
    /// working precision: then no derivative follows from the steady state alone.
    [[nodiscard]] bool factor(eqn::ReferenceKernel& kernel, double t, std::span<const double> y);

    /// Newton's method from a state that is nearly steady, until rounding stops it; y is left alone
    /// when it does not converge. factor() follows at the result.
    void refine(eqn::ReferenceKernel& kernel, double t, std::span<double> y);

    /// @param explicit_slopes  df/dp, the states held [by species]
    /// @param s                dy_0/dp in, dy/dp out
    void solve(std::span<const double> explicit_slopes, std::span<double> s);

    /// The adjoint of solve(): what the result is worth in, what df/dp and dy_0/dp are worth out.
    void solve_transposed(std::span<const double> worths, std::span<double> explicit_worths,
                          std::span<double> initial_worths);

private:
    enum class Row : std::uint8_t { rate, law, fixed };
    /// y -> A y restricted to rows of laws and fixed species.
    [[nodiscard]] double law_sum(std::uint32_t row, std::span<const double> y) const noexcept;
    bool solves_well();

    eqn::System system_;
    std::vector<eqn::ConservationLaw> laws_;
    bool has_laws_{};
    std::vector<Row> kind_;             // by species
    std::vector<std::uint32_t> law_;    // by species whose row is a law's
    std::vector<std::int32_t> begins_;  // of A, by columns
    std::vector<std::int32_t> rows_;
    std::vector<double> values_;
    std::vector<std::int32_t> source_;  // entry of J; -1 for one of a law
    std::vector<double> jacobian_;
    std::vector<double> work_;
    std::optional<math::RowExchangeLu> lu_;
};

}  // namespace erbium::sim
