// SPDX-License-Identifier: Apache-2.0
// tests/her2/priors_slow_test.cpp: ten thousand draws from the priors simulate.
#include <gtest/gtest.h>

#include "her2_model.hpp"
#include "prior_draws.hpp"

namespace erbium::her2 {
namespace {

TEST(Priors, TenThousandDrawsSimulate) {
    std::string first;
    EXPECT_EQ(failures(10'000, first), 0U) << first;
}

}  // namespace
}  // namespace erbium::her2
