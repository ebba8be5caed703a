// SPDX-License-Identifier: Apache-2.0
// erbium/sim/shifted_jacobian.hpp: the linear systems of implicit steps of one subject.
// Reads: SparsePattern   Makes: MatrixPlan, ShiftedJacobian   Used by: integrators of single
// runs
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/math/left_looking_lu.hpp"
#include "erbium/math/row_exchange_lu.hpp"
#include "erbium/math/small_lu.hpp"
#include "erbium/math/supernodal_lu.hpp"

namespace erbium::sim {

/// Lists of operations for small systems, panels of columns for larger ones, dense supernodes for
/// those whose factors outgrow the second-level cache. The pattern alone decides: they round
/// differently, and results must not depend on the machine.
using MatrixPlan = std::variant<math::SmallLuPlan, math::LeftLookingPlan, math::SupernodePlan>;
[[nodiscard]] MatrixPlan plan_matrix(const math::SparsePattern& pattern);

/// LU factors of shift M - J, J of the plan's pattern: pivots on the diagonal, guarded; or with row
/// exchanges, which is slower and refuses only what is singular. M is the identity but for zeros at
/// algebraic states.
///
/// Rows of algebraic states are equations of any unit: they are multiplied by what makes them as
/// large as the shift, on both sides. The shift that the factorisations add to every diagonal is
/// taken off before, at the cost of the last digits of the row's largest derivative by an
/// algebraic state.
class ShiftedJacobian {
public:
    /// @param algebraic  states without a shift
    explicit ShiftedJacobian(const MatrixPlan& plan, std::span<const SpeciesId> algebraic = {});

    /// False when the matrix is singular or not finite, or its diagonal no good as pivots. The
    /// entries must stay as they are while backward_error() is called.
    [[nodiscard]] bool factor(std::span<const double> jacobian, double shift, bool exchanges_rows);
    /// The last factors, to be given back to restore() of another one of this plan; empty with row
    /// exchanges.
    [[nodiscard]] std::span<const double> factors() const noexcept;
    void restore(std::span<const double> factors);
    /// Componentwise backward error of x, at best about 1e-16.
    /// @param beside  what b is known to anyway, in rows of algebraic states as a change of the
    ///                state times the shift; empty: exactly
    [[nodiscard]] double backward_error(std::span<const double> b, std::span<const double> x,
                                        std::span<const double> beside = {});
    /// `x` may be `b`.
    void solve(std::span<const double> b, std::span<double> x);
    /// The transposed matrix. Precondition: no algebraic states.
    void solve_transposed(std::span<const double> b, std::span<double> x);

private:
    /// A row without a shift.
    struct AlgebraicRow {
        std::size_t state{};
        std::size_t diagonal{};                 // among the entries
        std::vector<std::size_t> entries;       // the others
        std::vector<std::size_t> by_algebraic;  // entries in columns of algebraic states
        double factor{};                        // of the last factorisation
    };
    void scale_rows(std::span<const double> jacobian);
    void scale(std::span<double> right) const noexcept;

    MatrixPlan plan_;
    std::variant<math::SmallLu, math::LeftLookingLu, math::SupernodalLu> lu_;
    std::vector<AlgebraicRow> rows_;
    std::vector<double> scaled_jacobian_;  // only with such rows, as what follows
    std::vector<double> scaled_right_;
    std::optional<math::RowExchangeLu> exchanging_;  // made when it is first needed
    std::span<const double> jacobian_;
    double shift_{};
    bool exchanges_rows_{};
};

/// Largest backward error of a solution with which a step may go on.
inline constexpr double kMostLuError = 1e-8;

}  // namespace erbium::sim
