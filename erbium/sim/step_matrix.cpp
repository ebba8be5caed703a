// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/step_matrix.hpp"

#include <algorithm>
#include <limits>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {

StepMatrix::StepMatrix(const StepPlan& plan, const SystemKernels& kernels)
    : pattern_{std::visit([](const auto& of) { return of.pattern(); }, plan)},
      kernels_{kernels},
      n_{pattern_.size()},
      width_{kernels.width},
      growth_(width_, 0.0),
      work_(2 * n_ * width_, 0.0),
      exchanges_rows_(width_),
      exchanging_(width_),
      matrix_(pattern_.row_of_entry.size()) {
    if (const auto* lanes = std::get_if<math::LuPlan>(&plan)) {
        program_ = lanes->program();
        factors_.assign(lanes->value_count() * width_, 0.0);
        return;
    }
    for (std::size_t l = 0; l < width_; ++l) {
        single_.emplace_back(std::get<math::SupernodePlan>(plan), kernels.math->target);
    }
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
    if (!single_.empty()) {
        for (std::size_t l = 0; l < width_; ++l) {
            growth_[l] = single_[l].factor(jacobian + l, -1.0, shift[l], width_);
        }
        return;
    }
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
    if (!single_.empty()) {
        for (std::size_t l = 0; l < width_; ++l) {
            single_[l].solve(b + l, x + l, width_);
        }
        return;
    }
    solve_by(
        b, x, [&] { kernels_.math->solve(program_, factors_.data(), b, work_.data(), x); },
        [](math::RowExchangeLu& lu, double* right) { lu.solve(right, right); });
}

void StepMatrix::solve_transposed(const double* b, double* x) {
    if (!single_.empty()) {
        for (std::size_t l = 0; l < width_; ++l) {
            single_[l].solve_transposed(b + l, x + l, width_);
        }
        return;
    }
    solve_by(
        b, x,
        [&] { kernels_.math->solve_transposed(program_, factors_.data(), b, work_.data(), x); },
        [](math::RowExchangeLu& lu, double* right) { lu.solve_transposed(right, right); });
}

void StepMatrix::solve_shared(const SystemKernels& wide, const double* b, double* x) {
    if (!single_.empty()) {
        for (std::size_t l = 0; l < wide.width; ++l) {
            single_.front().solve(b + l, x + l, wide.width);
        }
        return;
    }
    if (exchanges_rows_.front() == 0) {
        shared_work_.resize(n_ * wide.width);
        wide.math->solve_shared(program_, factors_.data(), b, shared_work_.data(), x);
        return;
    }
    for (std::size_t l = 0; l < wide.width; ++l) {
        for (std::size_t i = 0; i < n_; ++i) {
            right_[i] = b[i * wide.width + l];
        }
        exchanging_.front()->solve(right_.data(), right_.data());
        for (std::size_t i = 0; i < n_; ++i) {
            x[i * wide.width + l] = right_[i];
        }
    }
}

}  // namespace erbium::sim
