// SPDX-License-Identifier: Apache-2.0
// tests/sim/jacobian_kernel_test.cpp: the Jacobian with equal parts computed once is that of the
// reference kernel.
#include "erbium/sim/jacobian_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/reduction.hpp"
#include "near.hpp"
#include "random_network.hpp"

namespace erbium::sim {
namespace {

using zoo::NetworkMaker;

/// Both ways; entries that cancel may differ in the last digits of what they are made of.
void expect_same(eqn::ReferenceKernel& kernel, double t, const std::vector<double>& y,
                 const eqn::Rows& rows, const std::string& what) {
    std::vector<double> expected(rows.begins.size() - 1);
    std::vector<double> found(expected.size(), std::nan(""));
    kernel.jacobian(t, y, rows, expected);
    JacobianKernel{kernel, rows}.evaluate(t, y, found);
    for (std::size_t e = 0; e < found.size(); ++e) {
        EXPECT_TRUE(near_rel(found[e], expected[e], 1e-12, 1e-12)) << what << " entry " << e;
    }
}

TEST(JacobianKernel, IsTheReferenceButForRounding) {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        const zoo::RandomNetwork random = zoo::random_network(seed, 3 + seed % 7);
        eqn::ReferenceKernel kernel{compiled(random.network())};
        const eqn::System& system = kernel.system();
        expect_same(kernel, 0.3, random.amounts, system.program().jacobian,
                    "seed " + std::to_string(seed));
        const Reduction reduction = Reduction::of(system);
        expect_same(kernel, 0.3, random.amounts, reduction.elimination().jacobian(),
                    "reduced, seed " + std::to_string(seed));
    }
}

TEST(JacobianKernel, ComputesRowsThatDifferInWeightsOnlyApart) {
    NetworkMaker m;
    m.parameter("k", "2").parameter("r", "3");
    m.species("A", "1").species("B", "1").species("C", "1");
    m.reaction({"A", "A"}, {"B"}, {"k"});                           // -2 and 1 of one derivative
    m.reaction({"A"}, {"B"}, {"r"}).reaction({"A"}, {"C"}, {"r"});  // one derivative, twice in A
    m.reaction({"C", "B"}, {"C"}, {"k"}).reaction({"A", "B"}, {"A", "B", "B"}, {"k"});
    m.reaction({"A", "B", "C"}, {}, {"k"});  // a derivative by two states
    eqn::ReferenceKernel kernel{compiled(m.network())};
    expect_same(kernel, 0.0, {5.0, 7.0, 11.0}, kernel.system().program().jacobian, "");
}

TEST(JacobianKernel, FollowsParametersFunctionsAndHeldComparisons) {
    NetworkMaker m;
    m.parameter("k", "2").species("A", "1").observable("Obs", {{"A", 1.0}});
    m.function("f", "if(Obs>1,k,10*k)*exp(-0.1*Obs)");
    m.reaction({"A"}, {}, {"f"}, net::RateLawKind::function);
    eqn::ReferenceKernel kernel{compiled(m.network())};
    const eqn::Rows rows = kernel.system().program().jacobian;
    expect_same(kernel, 0.0, {3.0}, rows, "");
    kernel.set_parameters(std::vector{eqn::ParameterValue{ParameterId{0}, 5.0}});
    expect_same(kernel, 0.0, {0.5}, rows, "other parameters");
    kernel.hold_comparisons(0.0, std::vector{3.0});
    expect_same(kernel, 0.0, {0.5}, rows, "held");
}

}  // namespace
}  // namespace erbium::sim
