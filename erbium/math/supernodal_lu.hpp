// SPDX-License-Identifier: Apache-2.0
// erbium/math/supernodal_lu.hpp: LU of single large sparse matrices, vectors inside one matrix.
// Reads: SupernodePlan   Used by: sim, where a system is too large for one matrix per lane
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/math/aligned.hpp"
#include "erbium/math/lane_kernels.hpp"
#include "erbium/math/supernode_plan.hpp"

namespace erbium::math {

/// Factors of one matrix M = scale A + shift I, A of the plan's pattern. Pivots are the diagonal;
/// growth() and backward_error() tell when that was not good enough.
///
/// Entries and vectors may be one lane of several: element i is at [i * stride].
///
/// Results are the same bytes on every instruction set. Allocates only when made.
class SupernodalLu {
public:
    /// @param target  instruction set; the best of this machine when not set. Speed only, never a
    ///        result, depends on it.
    explicit SupernodalLu(SupernodePlan plan, std::optional<Target> target = {});

    [[nodiscard]] const SupernodePlan& plan() const noexcept { return plan_; }
    [[nodiscard]] std::size_t size() const noexcept { return plan_.size(); }

    /// @param entries  of A, in the order of the pattern given to the plan
    /// @return  growth: the largest |entry| of U over the largest |entry| of M's parts; a pivot of
    ///          0 makes it infinity or NaN, or later solutions NaN. NaN when an entry is NaN.
    double factor(const double* entries, double scale, double shift, std::size_t stride = 1);

    /// Solves M x = b with the last factors; `x` may be `b`.
    void solve(const double* b, double* x, std::size_t stride = 1);

    /// The factors, to be given back to restore() of this or another one with the same plan.
    [[nodiscard]] std::span<const double> factors() const noexcept { return values_; }
    void restore(std::span<const double> factors) noexcept;

    /// Solves M^T x = b likewise.
    void solve_transposed(const double* b, double* x, std::size_t stride = 1);

    /// How well any x solves M x = b; see math::backward_error().
    [[nodiscard]] double backward_error(const double* entries, double scale, double shift,
                                        const double* b, const double* x,
                                        const double* beside = nullptr);

private:
    SupernodePlan plan_;
    SupernodeProgram program_;
    const LaneKernels* kernels_;
    AlignedDoubles values_;
    AlignedDoubles work_;
    std::vector<std::uint32_t> places_;  // of rows in the panel in work
};

}  // namespace erbium::math
