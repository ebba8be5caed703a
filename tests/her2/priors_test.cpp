// SPDX-License-Identifier: Apache-2.0
// tests/her2/priors_test.cpp: some hundred draws from the priors simulate.
#include <gtest/gtest.h>

#include "her2_model.hpp"
#include "prior_draws.hpp"

namespace erbium::her2 {
namespace {

TEST(Priors, SomeHundredDrawsSimulate) {
    std::string first;
    EXPECT_EQ(failures(300, first), 0U) << first;
}

}  // namespace
}  // namespace erbium::her2
