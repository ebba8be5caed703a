// SPDX-License-Identifier: Apache-2.0
// tests/math/matrices.hpp: sparse matrices to test on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

struct CscMatrix {
    std::vector<std::int32_t> begins;
    std::vector<std::int32_t> rows;
    std::vector<double> values;

    [[nodiscard]] std::size_t size() const { return begins.size() - 1; }
    [[nodiscard]] SparsePattern pattern() const { return {begins, rows}; }
};

/// From a dense one, column by column; the diagonal is in the pattern even where it is 0.
inline CscMatrix sparse_of(std::size_t n, const std::vector<double>& row_by_row) {
    CscMatrix m;
    m.begins.push_back(0);
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = 0; i < n; ++i) {
            if (i == j || row_by_row[i * n + j] != 0.0) {
                m.rows.push_back(static_cast<std::int32_t>(i));
                m.values.push_back(row_by_row[i * n + j]);
            }
        }
        m.begins.push_back(static_cast<std::int32_t>(m.rows.size()));
    }
    return m;
}

/// scale * m + shift * I, row by row.
inline void dense_of(const CscMatrix& m, double scale, double shift, std::span<double> dense) {
    const std::size_t n = m.size();
    std::fill(dense.begin(), dense.end(), 0.0);
    for (std::size_t j = 0; j < n; ++j) {
        for (auto e = m.begins[j]; e < m.begins[j + 1]; ++e) {
            const auto entry = static_cast<std::size_t>(e);
            dense[static_cast<std::size_t>(m.rows[entry]) * n + j] += scale * m.values[entry];
        }
        dense[j * n + j] += shift;
    }
}

/// Random, with a diagonal that is minus the sum of the column's other magnitudes, and a bit more.
inline CscMatrix random_dominant(std::size_t n, double density, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> unit{-1.0, 1.0};
    std::vector<double> dense(n * n);
    for (std::size_t j = 0; j < n; ++j) {
        double sum = 0.1;
        for (std::size_t i = 0; i < n; ++i) {
            if (i != j && std::fabs(unit(random)) < density) {
                dense[i * n + j] = unit(random);
                sum += std::fabs(dense[i * n + j]);
            }
        }
        dense[j * n + j] = -sum;
    }
    return sparse_of(n, dense);
}

/// Jacobian of random reactions A + B -> C + D and A -> B with constants over several decades.
inline CscMatrix random_mass_action(std::size_t n, std::size_t reactions, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<std::size_t> species{0, n - 1};
    std::uniform_real_distribution<double> unit{0.0, 1.0};
    std::vector<double> y(n);
    for (double& amount : y) {
        amount = std::pow(10.0, 3.0 * unit(random));
    }
    std::vector<double> dense(n * n);
    for (std::size_t r = 0; r < reactions; ++r) {
        const std::size_t a = species(random);
        const std::size_t b = species(random);
        const std::size_t c = species(random);
        const std::size_t d = species(random);
        const double k = std::pow(10.0, 4.0 * unit(random) - 4.0);
        if (r % 2 == 0) {
            for (const auto& [row, sign] :
                 {std::pair{a, -1.0}, std::pair{b, -1.0}, std::pair{c, 1.0}, std::pair{d, 1.0}}) {
                dense[row * n + a] += sign * k * y[b] * 1e-3;
                dense[row * n + b] += sign * k * y[a] * 1e-3;
            }
        } else {
            dense[a * n + a] -= k;
            dense[b * n + a] += k;
        }
    }
    return sparse_of(n, dense);
}

}  // namespace erbium::math
