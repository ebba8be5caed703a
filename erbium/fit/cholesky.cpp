// SPDX-License-Identifier: Apache-2.0
// erbium/fit/cholesky.cpp: the factorisation and its solves.
#include "erbium/fit/cholesky.hpp"

#include <cmath>

namespace erbium::fit {

Cholesky::Cholesky(std::span<const double> matrix, std::size_t n)
    : n_{n}, l_(matrix.begin(), matrix.end()) {
    for (std::size_t j = 0; j < n && ok_; ++j) {
        double* row_j = l_.data() + j * n;
        double diagonal = row_j[j];
        for (std::size_t k = 0; k < j; ++k) {
            diagonal -= row_j[k] * row_j[k];
        }
        ok_ = diagonal > 0.0 && std::isfinite(diagonal);
        const double pivot = std::sqrt(diagonal);
        row_j[j] = pivot;
        for (std::size_t i = j + 1; i < n && ok_; ++i) {
            double* row_i = l_.data() + i * n;
            double sum = row_i[j];
            for (std::size_t k = 0; k < j; ++k) {
                sum -= row_i[k] * row_j[k];
            }
            row_i[j] = sum / pivot;
        }
    }
}

void Cholesky::solve_lower(std::span<double> b) const noexcept {
    for (std::size_t i = 0; i < n_; ++i) {
        double sum = b[i];
        for (std::size_t k = 0; k < i; ++k) {
            sum -= l_[i * n_ + k] * b[k];
        }
        b[i] = sum / l_[i * n_ + i];
    }
}

void Cholesky::solve(std::span<double> b) const noexcept {
    solve_lower(b);
    for (std::size_t i = n_; i-- > 0;) {
        b[i] /= l_[i * n_ + i];
        for (std::size_t k = 0; k < i; ++k) {
            b[k] -= l_[i * n_ + k] * b[i];
        }
    }
}

std::vector<double> Cholesky::inverse_column(std::size_t p) const {
    std::vector<double> column(n_, 0.0);
    column[p] = 1.0;
    solve(column);
    return column;
}

void Cholesky::multiply_lower(std::span<double> b) const noexcept {
    for (std::size_t i = n_; i-- > 0;) {
        double sum = 0.0;
        for (std::size_t k = 0; k <= i; ++k) {
            sum += l_[i * n_ + k] * b[k];
        }
        b[i] = sum;
    }
}

}  // namespace erbium::fit
