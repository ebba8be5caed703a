// SPDX-License-Identifier: Apache-2.0
// tests/sim/same_bytes.hpp: results of batches are the same bytes however they are computed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/lanes_kernels.hpp"

namespace erbium::sim {

[[nodiscard]] inline bool same_bytes(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    });
}

/// Whether every kernel, several threads and the reversed order give what one portable lane gives,
/// which is returned.
inline std::vector<Result> expect_same_bytes_everywhere(const eqn::System& system,
                                                        const std::vector<Run>& runs) {
    BatchOptions options;
    options.target = math::Target::portable;
    options.lanes = 1;
    const std::vector<Result> expected = BatchSolver{system, options}.solve(runs);
    const auto expect_same = [&](const std::vector<Result>& found, bool is_reversed,
                                 const std::string& what) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const Result& result = found[is_reversed ? runs.size() - 1 - i : i];
            EXPECT_TRUE(same_bytes(result.values, expected[i].values) &&
                        same_bytes(result.steady_state, expected[i].steady_state) &&
                        same_bytes(result.end_state, expected[i].end_state))
                << what << ", subject " << i;
            EXPECT_EQ(result.statistics.steps, expected[i].statistics.steps) << what;
        }
    };
    for (const SystemKernels& kernels : system_kernels()) {
        options.target = kernels.math->target;
        options.lanes = kernels.math->width;
        expect_same(
            BatchSolver{system, options}.solve(runs), false,
            std::string{math::name(kernels.math->target)} + " x" + std::to_string(kernels.width));
    }
    options.threads = 3;
    expect_same(BatchSolver{system, options}.solve(runs), false, "three threads");
    const std::vector<Run> reversed(runs.rbegin(), runs.rend());
    expect_same(BatchSolver{system, {}}.solve(reversed), true, "reversed");
    return expected;
}

}  // namespace erbium::sim
