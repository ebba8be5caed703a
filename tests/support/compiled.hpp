// SPDX-License-Identifier: Apache-2.0
// tests/support/compiled.hpp: a network that a test knows to be right, as equations.
#pragma once

#include <gtest/gtest.h>

#include "erbium/eqn/system.hpp"

namespace erbium {

[[nodiscard]] inline eqn::System compiled(const net::Network& network) {
    auto system = eqn::compile(network);
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    return system.value();
}

}  // namespace erbium
