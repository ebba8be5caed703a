// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/supernodal_lu.hpp"

#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/math/backward_error.hpp"

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
    return math::backward_error(plan_.pattern(), entries, scale, shift, b, x, stride, beside,
                                work_.data());
}

}  // namespace erbium::math
