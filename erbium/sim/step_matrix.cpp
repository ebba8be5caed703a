// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/step_matrix.hpp"

#include <algorithm>
#include <limits>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {

StepMatrix::StepMatrix(const math::LuPlan& plan, const SystemKernels& kernels)
    : pattern_{plan.pattern()},
      program_{plan.program()},
      kernels_{kernels},
      n_{pattern_.size()},
      width_{kernels.width},
      growth_(width_, 0.0),
      work_(2 * n_ * width_, 0.0),
      exchanges_rows_(width_),
      exchanging_(width_),
      matrix_(pattern_.row_of_entry.size()) {
    factors_.assign(plan.value_count() * width_, 0.0);
}

void StepMatrix::exchange_rows(std::size_t lane, bool exchanges_rows) {
    exchanges_rows_[lane] = exchanges_rows ? 1 : 0;
    if (exchanges_rows && exchanging_[lane] == nullptr) {
        exchanging_[lane] =
            std::make_unique<math::RowExchangeLu>(pattern_, math::minimum_degree_order(pattern_));
        right_.resize(n_ * width_);
    }
}

void StepMatrix::factor(const double* jacobian, const double* shift) {
    kernels_.math->factor(program_, jacobian, -1.0, shift, factors_.data(), growth_.data());
    for (std::size_t l = 0; l < width_; ++l) {
        if (exchanges_rows_[l] == 0) {
            continue;
        }
        for (std::size_t e = 0; e < matrix_.size(); ++e) {
            matrix_[e] = jacobian[e * width_ + l];
        }
        if (!exchanging_[l]->factor(matrix_.data(), -1.0, shift[l])) {
            growth_[l] = std::numeric_limits<double>::quiet_NaN();
        }
    }
}

/// Solves all lanes by `all`, then those with row exchanges by `one`. b may be x.
template <class All, class One>
void StepMatrix::solve_by(const double* b, double* x, All all, One one) {
    const auto read = [&](std::size_t l) {
        for (std::size_t i = 0; i < n_; ++i) {
            right_[l * n_ + i] = b[i * width_ + l];
        }
    };
    for (std::size_t l = 0; l < width_; ++l) {
        if (exchanges_rows_[l] != 0) {
            read(l);
        }
    }
    all();
    for (std::size_t l = 0; l < width_; ++l) {
        if (exchanges_rows_[l] == 0) {
            continue;
        }
        double* const right = right_.data() + l * n_;
        one(*exchanging_[l], right);
        for (std::size_t i = 0; i < n_; ++i) {
            x[i * width_ + l] = right[i];
        }
    }
}

void StepMatrix::solve(const double* b, double* x) {
    solve_by(
        b, x, [&] { kernels_.math->solve(program_, factors_.data(), b, work_.data(), x); },
        [](math::RowExchangeLu& lu, double* right) { lu.solve(right, right); });
}

void StepMatrix::solve_transposed(const double* b, double* x) {
    solve_by(
        b, x,
        [&] { kernels_.math->solve_transposed(program_, factors_.data(), b, work_.data(), x); },
        [](math::RowExchangeLu& lu, double* right) { lu.solve_transposed(right, right); });
}

}  // namespace erbium::sim
