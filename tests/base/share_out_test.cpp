// SPDX-License-Identifier: Apache-2.0
// tests/base/share_out_test.cpp: pieces of work over threads.
#include "erbium/base/share_out.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <vector>

namespace erbium {
namespace {

TEST(ShareOut, HandsOutEachPieceOnce) {
    for (const std::size_t threads : {0U, 1U, 3U, 100U}) {
        std::vector<std::atomic<int>> times(50);
        std::atomic<std::size_t> calls{0};
        share_out(times.size(), threads, [&](const NextPiece& next) {
            ++calls;
            while (const auto piece = next()) {
                ++times[*piece];
            }
        });
        for (const std::atomic<int>& count : times) {
            EXPECT_EQ(count, 1);
        }
        EXPECT_EQ(calls, std::clamp<std::size_t>(threads, 1, times.size()));
    }
}

TEST(ShareOut, CallsTheWorkEvenWhenThereIsNone) {
    int calls = 0;
    share_out(0, 4, [&](const NextPiece& next) {
        ++calls;
        EXPECT_FALSE(next());
    });
    EXPECT_EQ(calls, 1);
}

TEST(ShareOut, ThrowsWhatTheWorkThrewAndHandsOutNoMore) {
    std::atomic<std::size_t> done{0};
    EXPECT_THROW(share_out(1'000'000, 3,
                           [&](const NextPiece& next) {
                               while (const auto piece = next()) {
                                   ++done;
                                   if (*piece == 5) {
                                       throw std::runtime_error{"no"};
                                   }
                               }
                           }),
                 std::runtime_error);
    EXPECT_LT(done, 1'000'000U);
}

}  // namespace
}  // namespace erbium
