// SPDX-License-Identifier: Apache-2.0
// erbium/sim/consistent_values.hpp: values of algebraic states that satisfy their equations.
// Reads: eqn::System::algebraic_states   Used by: sim::RunInProgress, sim::EventQueue
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/row_exchange_lu.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// Moves algebraic states, and what moves with them, to where their equations hold: at a start,
/// after a dose, an event or a change of parameters, and where an equation jumps. Newton's method,
/// damped by the natural monotonicity test (Deuflhard, Newton Methods for Nonlinear Problems, 2004,
/// section 3.3), whose path does not depend on the units of equations; a step that moves amounts
/// of quasi-steady reactions leaves positive ones positive, and where it fails they relax first in
/// a time of their own. Among several solutions it finds one
/// that it comes to from the present values.
class ConsistentValues {
public:
    /// The kernel must outlive it; its parameters count.
    explicit ConsistentValues(eqn::ReferenceKernel& kernel);

    [[nodiscard]] bool are_needed() const noexcept { return !algebraic_.empty(); }
    /// Algebraic states without a value (NaN) get 1 to begin from.
    void guess(std::span<double> y) const noexcept;
    /// @param largest  amount, which tells how small an amount counts as 0
    /// @return  Failure::algebraic, with y as it was, where the equations do not determine the
    ///          states (a singular derivative; an index above 1) or no solution was found
    [[nodiscard]] Status find(double t, std::span<double> y, double largest);

private:
    [[nodiscard]] bool evaluate(double t, std::span<const double> y);
    [[nodiscard]] bool factor(double t, std::span<const double> y);
    void solve(std::span<double> change);
    [[nodiscard]] double size(std::span<const double> change, std::span<const double> y,
                              double largest) const noexcept;
    [[nodiscard]] double most_of(std::span<const double> y) const noexcept;
    void set_direction();
    [[nodiscard]] Status by_newton(double t, std::span<double> y, double largest);
    [[nodiscard]] bool nudge(std::span<double> y) const noexcept;
    [[nodiscard]] bool relax(double t, std::span<double> y);
    void set_trial(std::span<const double> y, double part);
    [[nodiscard]] Status failure(double t, std::string_view why) const;

    eqn::ReferenceKernel& kernel_;
    eqn::AlgebraicStates algebraic_;
    bool moves_only_{true};  // every state is that of a quasi-steady change
    std::optional<math::RowExchangeLu> lu_;
    std::vector<std::int32_t> column_begins_;  // of the block of algebraic rows and columns
    std::vector<std::int32_t> row_of_entry_;
    std::vector<std::size_t> sources_;  // its entries among those of the Jacobian
    std::vector<double> jacobian_;
    std::vector<double> block_;
    std::vector<double> row_sizes_;
    std::vector<double> rates_;
    std::vector<double> residual_;
    std::vector<double> change_;     // Newton's
    std::vector<double> next_;       // the simplified one from the trial
    std::vector<double> direction_;  // of all states
    std::vector<double> trial_;
};

}  // namespace erbium::sim
