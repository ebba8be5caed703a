// SPDX-License-Identifier: Apache-2.0
// tests/support/lumped.hpp: what must hold between a network and its lumping.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "compiled.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/net/lumping.hpp"
#include "near.hpp"

namespace erbium {

/// The sums of the lumps.
inline std::vector<double> sums(const net::Lumping& lumping, const std::vector<double>& values) {
    std::vector<double> result(lumping.network.species_count());
    for (std::size_t s = 0; s < values.size(); ++s) {
        result[lumping.lump_of[s].value] += values[s];
    }
    return result;
}

/// The rates of lumps' sums are those of the lumped network, wherever the amounts are, and so are
/// its outputs; it starts with the sums of what the whole one starts with.
inline void expect_exact(const net::Network& network, const net::Lumping& lumping,
                         std::uint32_t seed) {
    eqn::ReferenceKernel whole{compiled(network)};
    eqn::ReferenceKernel lumped{compiled(lumping.network)};
    std::mt19937 random{seed};
    std::vector<double> y(network.species_count());
    for (double& amount : y) {
        amount = 0.1 + static_cast<double>(random() % 1000) / 500.0;
    }
    std::vector<double> rate(y.size());
    whole.rhs(0.4, y, rate);
    const std::vector<double> y_lumped = sums(lumping, y);
    std::vector<double> rate_lumped(y_lumped.size());
    lumped.rhs(0.4, y_lumped, rate_lumped);
    EXPECT_TRUE(all_near(rate_lumped, sums(lumping, rate), 1e-11, 1e-10)) << "seed " << seed;
    whole.observe(0.4, y);
    lumped.observe(0.4, y_lumped);
    const eqn::System& all = whole.system();
    for (std::uint32_t o = 0; o < lumping.network.observables.size(); ++o) {
        const auto same = all.find_observable(lumping.network.observables[o].name);
        if (same) {  // not one of those that the lumping made
            EXPECT_NEAR(lumped.observable(ObservableId{o}), whole.observable(*same), 1e-10);
        }
    }
    for (std::uint32_t f = 0; f < lumping.network.functions.size(); ++f) {
        const auto same = all.find_function(lumping.network.functions[f].name);
        if (same) {
            EXPECT_NEAR(lumped.function(FunctionId{f}), whole.function(*same), 1e-10);
        }
    }
    std::vector<double> start(y.size());
    whole.initial_state(start);
    std::vector<double> start_lumped(y_lumped.size());
    lumped.initial_state(start_lumped);
    EXPECT_TRUE(all_near(start_lumped, sums(lumping, start), 1e-14, 1e-14));
}

}  // namespace erbium
