// SPDX-License-Identifier: Apache-2.0
// erbium/math/left_looking_lu.hpp: LU of single sparse matrices whose factors have few columns
// alike.
// Reads: LeftLookingPlan   Used by: sim, for single runs
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "erbium/math/aligned.hpp"
#include "erbium/math/lane_kernels.hpp"
#include "erbium/math/left_looking_plan.hpp"

namespace erbium::math {

/// Factors of one matrix M = scale A + shift I, as SupernodalLu's: the diagonal as pivots, results
/// the same bytes on every instruction set. Allocates only when made.
class LeftLookingLu {
public:
    /// @param target  instruction set; the best of this machine when not set. Speed only, never a
    ///        result, depends on it.
    explicit LeftLookingLu(LeftLookingPlan plan, std::optional<Target> target = {});

    [[nodiscard]] const LeftLookingPlan& plan() const noexcept { return plan_; }
    [[nodiscard]] std::size_t size() const noexcept { return plan_.size(); }

    /// @param entries  of A, in the order of the pattern given to the plan
    /// @return  growth, see SupernodalLu::factor
    double factor(const double* entries, double scale, double shift) noexcept;

    /// Solves M x = b with the last factors; `x` may be `b`.
    void solve(const double* b, double* x) noexcept;

    /// The factors as far as solutions need them, to be given back to restore() of this or another
    /// one with the same plan.
    [[nodiscard]] std::span<const double> factors() const noexcept;
    void restore(std::span<const double> factors) noexcept;

    /// Solves M^T x = b likewise.
    void solve_transposed(const double* b, double* x) noexcept;

    /// See SupernodalLu::backward_error.
    [[nodiscard]] double backward_error(const double* entries, double scale, double shift,
                                        const double* b, const double* x,
                                        const double* beside = nullptr) noexcept;

private:
    LeftLookingPlan plan_;
    LeftLookingProgram program_;
    const LaneKernels* kernels_;
    AlignedDoubles values_;
    AlignedDoubles work_;
};

}  // namespace erbium::math
