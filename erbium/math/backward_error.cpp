// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/backward_error.hpp"

#include <cmath>

namespace erbium::math {

double backward_error(const SparsePattern& pattern, const double* entries, double scale,
                      double shift, const double* b, const double* x, std::size_t stride,
                      const double* beside, double* work) noexcept {
    const std::size_t n = pattern.size();
    double* const residual = work;
    double* const extent = work + n;
    for (std::size_t i = 0; i < n; ++i) {
        const double product = shift * x[i * stride];
        residual[i] = b[i * stride] - product;
        extent[i] = std::fabs(b[i * stride]) + std::fabs(product) +
                    (beside == nullptr ? 0.0 : beside[i * stride]);
    }
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
