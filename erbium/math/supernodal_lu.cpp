// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/supernodal_lu.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium::math {
namespace {

/// Vectors are read whole: up to this many values past the end of the last panel.
constexpr std::size_t kOverrun = 32;

const LaneKernels* best_for(std::optional<Target> target) {
    const LaneKernels* best = nullptr;
    for (const LaneKernels& kernels : lane_kernels()) {
        if (!target || kernels.target == *target) {
            best = &kernels;  // the best stand last
        }
    }
    ERBIUM_CHECK(best != nullptr, "no kernels for this target");
    return best;
}

}  // namespace

SupernodalLu::SupernodalLu(SupernodePlan plan, std::optional<Target> target)
    : plan_{std::move(plan)},
      program_{plan_.program()},
      kernels_{best_for(target)},
      values_(plan_.value_count() + kOverrun),
      work_(program_.work_count),
      places_(2 * plan_.size()) {}

double SupernodalLu::factor(const double* entries, double scale, double shift, std::size_t stride) {
    return kernels_->factor_supernodes(program_, entries, static_cast<std::int64_t>(stride), scale,
                                       shift, values_.data(), work_.data(), places_.data());
}

void SupernodalLu::solve(const double* b, double* x, std::size_t stride) {
    kernels_->solve_supernodes(program_, values_.data(), b, x, static_cast<std::int64_t>(stride),
                               work_.data());
}

double SupernodalLu::backward_error(const double* entries, double scale, double shift,
                                    const double* b, const double* x, std::size_t stride,
                                    const double* beside) {
    const std::size_t n = size();
    double* const residual = work_.data();
    double* const extent = work_.data() + n;
    for (std::size_t i = 0; i < n; ++i) {
        const double product = shift * x[i * stride];
        residual[i] = b[i * stride] - product;
        extent[i] = std::fabs(b[i * stride]) + std::fabs(product) +
                    (beside == nullptr ? 0.0 : beside[i * stride]);
    }
    const SparsePattern pattern = plan_.pattern();
    for (std::size_t j = 0; j < n; ++j) {
        const double xj = scale * x[j * stride];
        for (auto e = static_cast<std::size_t>(pattern.column_begins[j]);
             e < static_cast<std::size_t>(pattern.column_begins[j + 1]); ++e) {
            const double product = entries[e * stride] * xj;
            const auto row = static_cast<std::size_t>(pattern.row_of_entry[e]);
            residual[row] -= product;
            extent[row] += std::fabs(product);
        }
    }
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        // A row of zeros with a zero on the right is solved exactly by whatever x holds.
        const double ratio = extent[i] == 0.0 ? 0.0 : std::fabs(residual[i]) / extent[i];
        largest = ratio > largest || std::isnan(ratio) ? ratio : largest;
        if (std::isnan(largest)) {
            return largest;
        }
    }
    return largest;
}

}  // namespace erbium::math
