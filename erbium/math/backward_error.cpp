// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/backward_error.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "erbium/math/pack.hpp"

namespace erbium::math {

double backward_error(const SparsePattern& pattern, const double* entries, double scale,
                      double shift, const double* b, const double* x, std::size_t stride,
                      const double* beside, double* work) noexcept {
    const std::size_t n = pattern.size();
    // Residual and extent of a row stand side by side: both change with each entry.
    for (std::size_t i = 0; i < n; ++i) {
        const double product = shift * x[i * stride];
        work[2 * i] = b[i * stride] - product;
        work[2 * i + 1] = std::fabs(b[i * stride]) + std::fabs(product) +
                          (beside == nullptr ? 0.0 : beside[i * stride]);
    }
    const portable::IntPack<2> sign_of_second{0, std::numeric_limits<std::int64_t>::min()};
    for (std::size_t j = 0; j < n; ++j) {
        const double xj = scale * x[j * stride];
        for (auto e = static_cast<std::size_t>(pattern.column_begins[j]);
             e < static_cast<std::size_t>(pattern.column_begins[j + 1]); ++e) {
            const auto product = portable::broadcast<2>(entries[e * stride] * xj);
            const auto change =  // the product, and minus its size
                portable::from_bits<2>(portable::bits_of<2>(product) | sign_of_second);
            double* const row = work + 2 * static_cast<std::size_t>(pattern.row_of_entry[e]);
            portable::store<2>(row, portable::load<2>(row) - change);
        }
    }
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        // A row of zeros with a zero on the right is solved exactly by whatever x holds.
        const double extent = work[2 * i + 1];
        const double ratio = extent == 0.0 ? 0.0 : std::fabs(work[2 * i]) / extent;
        largest = ratio > largest || std::isnan(ratio) ? ratio : largest;
        if (std::isnan(largest)) {
            return largest;
        }
    }
    return largest;
}

}  // namespace erbium::math
