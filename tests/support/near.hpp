// SPDX-License-Identifier: Apache-2.0
// tests/support/near.hpp: comparisons that say what differed.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <span>

namespace erbium {

/// |a - b| <= atol + rtol * |b|. `atol` is 0 unless the test argues for another value.
/// NaN is near nothing, not even NaN.
[[nodiscard]] inline ::testing::AssertionResult near_rel(double a, double b, double rtol,
                                                         double atol = 0.0) {
    if (std::fabs(a - b) <= atol + rtol * std::fabs(b)) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << a << " is not near " << b << ": relative difference "
                                         << std::fabs(a - b) / std::fabs(b) << ", allowed " << rtol
                                         << " (and " << atol << " absolute)";
}

/// near_rel for each pair of elements; names the first that fails.
[[nodiscard]] inline ::testing::AssertionResult all_near(std::span<const double> a,
                                                         std::span<const double> b, double rtol,
                                                         double atol = 0.0) {
    if (a.size() != b.size()) {
        return ::testing::AssertionFailure() << a.size() << " elements against " << b.size();
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        const ::testing::AssertionResult result = near_rel(a[i], b[i], rtol, atol);
        if (!result) {
            return ::testing::AssertionFailure() << "element " << i << ": " << result.message();
        }
    }
    return ::testing::AssertionSuccess();
}

}  // namespace erbium
