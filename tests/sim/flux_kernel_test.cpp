// SPDX-License-Identifier: Apache-2.0
// tests/sim/flux_kernel_test.cpp: rates by net fluxes are those of the reference kernel.
#include "erbium/sim/flux_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "near.hpp"
#include "random_network.hpp"

namespace erbium::sim {
namespace {

using zoo::NetworkMaker;

std::vector<double> by_fluxes(eqn::ReferenceKernel& kernel, double t,
                              const std::vector<double>& y) {
    std::vector<double> rate(y.size(), std::nan(""));
    FluxKernel{kernel}.rhs(t, y, rate);
    return rate;
}

TEST(FluxKernel, IsTheReferenceButForRounding) {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        const zoo::RandomNetwork random = zoo::random_network(seed, 3 + seed % 7);
        eqn::ReferenceKernel kernel{compiled(random.network())};
        std::vector<double> expected(random.amounts.size());
        kernel.rhs(0.3, random.amounts, expected);
        const std::vector<double> found = by_fluxes(kernel, 0.3, random.amounts);
        for (std::size_t s = 0; s < found.size(); ++s) {
            EXPECT_TRUE(near_rel(found[s], expected[s], 1e-12, 1e-12)) << "seed " << seed;
        }
    }
}

TEST(FluxKernel, JoinsReactionsOfTheSameAndOfTheOppositeChange) {
    NetworkMaker m;
    m.parameter("k", "2").parameter("r", "3");
    m.species("A", "1").species("B", "1").species("C", "1").species("E", "1").species("F", "1",
                                                                                      true);
    m.reaction({"A", "B"}, {"C"}, {"k"}).reaction({"C"}, {"A", "B"}, {"r"});
    m.reaction({"A", "B", "E"}, {"C", "E"}, {"k"});  // the same change, three states
    m.reaction({"E"}, {"E", "E"}, {"r"}).reaction({"E", "F"}, {"F"}, {"k"});
    m.reaction({}, {"B"}, {"k"});               // no states
    m.reaction({"A", "A", "A"}, {"B"}, {"k"});  // weights other than 1
    m.reaction({"F"}, {}, {"k"});               // changes nothing
    eqn::ReferenceKernel kernel{compiled(m.network())};
    const double a = 5.0;
    const double b = 7.0;
    const double c = 11.0;
    const double e = 13.0;
    const double f = 17.0;
    const double binding = 2.0 * a * b - 3.0 * c + 2.0 * a * b * e;
    const double cubic = 2.0 * a * a * a;
    EXPECT_EQ(by_fluxes(kernel, 0.0, {a, b, c, e, f}),
              (std::vector{-binding - 3.0 * cubic, 2.0 + cubic - binding, binding,
                           3.0 * e - 2.0 * e * f, 0.0}));
    const std::vector<double> nan =
        by_fluxes(kernel, 0.0, {a, b, std::numeric_limits<double>::quiet_NaN(), e, f});
    EXPECT_TRUE(std::isnan(nan[0]) && std::isnan(nan[1]) && std::isnan(nan[2]));
    EXPECT_EQ(nan[3], 3.0 * e - 2.0 * e * f);
}

TEST(FluxKernel, MultipliesOnceWhatManyReactionsOfOneChangeShare) {
    // Five enzymes turn A into B and C into D; B and D go back by one each, and by one of them.
    NetworkMaker m;
    m.species("A", "1").species("B", "1").species("C", "1").species("D", "1");
    for (int e = 0; e < 5; ++e) {
        const std::string enzyme = "E" + std::to_string(e);
        m.species(enzyme, "1").parameter("k" + std::to_string(e), std::to_string(e + 2));
        m.reaction({"A", enzyme}, {"B", enzyme}, {"k" + std::to_string(e)});
        m.reaction({enzyme, "C"}, {enzyme, "D"}, {"k" + std::to_string(e)});
    }
    m.parameter("r", "0.5").reaction({"B"}, {"A"}, {"r"}).reaction({"D", "E0"}, {"C", "E0"}, {"r"});
    for (int more = 0; more < 4; ++more) {  // of two equal states, and of the other sign
        m.reaction({"A", "A"}, {"A", "B"}, {"k" + std::to_string(more)});
        m.reaction({"B", "E1"}, {"A", "E1"}, {"k" + std::to_string(more)});
    }
    eqn::ReferenceKernel kernel{compiled(m.network())};
    const std::vector<double> y{3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0};
    std::vector<double> expected(y.size());
    kernel.rhs(0.0, y, expected);
    EXPECT_EQ(by_fluxes(kernel, 0.0, y), expected);  // whole numbers and halves: no rounding
}

TEST(FluxKernel, FollowsParametersAndHeldComparisons) {
    NetworkMaker m;
    m.parameter("k", "2").species("A", "1").observable("Obs", {{"A", 1.0}});
    m.function("f", "if(Obs>1,k,10*k)");
    m.reaction({"A"}, {}, {"f"}, net::RateLawKind::function);
    eqn::ReferenceKernel kernel{compiled(m.network())};
    EXPECT_EQ(by_fluxes(kernel, 0.0, {3.0}), (std::vector{-6.0}));
    kernel.set_parameters(std::vector{eqn::ParameterValue{ParameterId{0}, 5.0}});
    EXPECT_EQ(by_fluxes(kernel, 0.0, {0.5}), (std::vector{-25.0}));
    kernel.hold_comparisons(0.0, std::vector{3.0});
    EXPECT_EQ(by_fluxes(kernel, 0.0, {0.5}), (std::vector{-2.5}));
}

}  // namespace
}  // namespace erbium::sim
