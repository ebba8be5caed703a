// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/dense_lu.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace erbium::math {

bool DenseLu::factor(std::span<const double> matrix) noexcept {
    std::copy(matrix.begin(), matrix.end(), values_.begin());
    const auto at = [this](std::size_t i, std::size_t j) -> double& {
        return values_[i * size_ + j];
    };
    for (std::size_t p = 0; p < size_; ++p) {
        std::size_t best = p;
        for (std::size_t i = p + 1; i < size_; ++i) {
            if (std::fabs(at(i, p)) > std::fabs(at(best, p))) {
                best = i;
            }
        }
        rows_[p] = best;
        for (std::size_t j = 0; j < size_; ++j) {
            std::swap(at(p, j), at(best, j));
        }
        const double pivot = at(p, p);
        if (!(std::fabs(pivot) > 0.0) || !std::isfinite(pivot)) {
            return false;
        }
        for (std::size_t i = p + 1; i < size_; ++i) {
            const double factor = at(i, p) / pivot;
            at(i, p) = factor;
            for (std::size_t j = p + 1; j < size_; ++j) {
                at(i, j) -= factor * at(p, j);
            }
        }
    }
    return true;
}

void DenseLu::solve(std::span<const double> b, std::span<double> x) const noexcept {
    std::copy(b.begin(), b.end(), x.begin());
    for (std::size_t i = 0; i < size_; ++i) {
        std::swap(x[i], x[rows_[i]]);
    }
    for (std::size_t i = 0; i < size_; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            x[i] -= values_[i * size_ + j] * x[j];
        }
    }
    for (std::size_t i = size_; i-- > 0;) {
        for (std::size_t j = i + 1; j < size_; ++j) {
            x[i] -= values_[i * size_ + j] * x[j];
        }
        x[i] /= values_[i * size_ + i];
    }
}

}  // namespace erbium::math
