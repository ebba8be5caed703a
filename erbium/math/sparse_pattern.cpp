// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/sparse_pattern.hpp"

namespace erbium::math {

BitMatrix permuted_rows(const SparsePattern& pattern, const Order& order) {
    const std::size_t n = pattern.size();
    std::vector<std::size_t> position(n);
    for (std::size_t i = 0; i < n; ++i) {
        position[static_cast<std::size_t>(order[i])] = i;
    }
    BitMatrix rows{n};
    for (std::size_t column = 0; column < n; ++column) {
        rows.set(position[column], position[column]);
        for (auto e = pattern.column_begins[column]; e < pattern.column_begins[column + 1]; ++e) {
            const auto row =
                static_cast<std::size_t>(pattern.row_of_entry[static_cast<std::size_t>(e)]);
            rows.set(position[row], position[column]);
        }
    }
    return rows;
}

void fill_in(BitMatrix& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t k = rows.next(i, 0); k < i; k = rows.next(i, k + 1)) {
            rows.merge(i, k, k);  // left of its diagonal row k is L and adds nothing
        }
    }
}

double factor_flops(const BitMatrix& filled) {
    const std::size_t n = filled.size();
    std::vector<double> below(n);  // entries of L in each column
    std::vector<double> right(n);  // entries of U right of the diagonal in each row
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = filled.next(i, 0); k < n; k = filled.next(i, k + 1)) {
            if (k < i) {
                below[k] += 1.0;
            } else if (k > i) {
                right[i] += 1.0;
            }
        }
    }
    double flops = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
        flops += below[k] * (1.0 + 2.0 * right[k]);
    }
    return flops;
}

}  // namespace erbium::math
