// SPDX-License-Identifier: Apache-2.0
// tests/eqn/system_test.cpp: networks compiled to equations, against formulas written by hand.
#include "erbium/eqn/system.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::eqn {
namespace {

using net::RateLawKind;
using zoo::NetworkMaker;

ReferenceKernel kernel_of(const NetworkMaker& maker) {
    auto system = compile(maker.network());
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    return ReferenceKernel{system.value()};
}

std::vector<double> rates(ReferenceKernel& kernel, std::vector<double> y, double t = 0.0) {
    std::vector<double> rate(y.size(), std::nan(""));
    kernel.rhs(t, y, rate);
    return rate;
}

std::string errors_of(const NetworkMaker& maker) {
    const auto system = compile(maker.network());
    return system ? "" : system.error().text();
}

TEST(System, MassActionMultipliesReactantsAndCountsThemWithTheirNumber) {
    NetworkMaker m;
    m.parameter("k", "3").species("A", "1").species("B", "2").species("C", "0");
    m.reaction({"A", "A", "B"}, {"C", "C", "B"}, {"k"}, RateLawKind::mass_action, 0.5);
    ReferenceKernel kernel = kernel_of(m);
    const double rate = 0.5 * 3.0 * 5.0 * 5.0 * 7.0;
    EXPECT_EQ(rates(kernel, {5.0, 7.0, 11.0}), (std::vector{-2.0 * rate, 0.0, 2.0 * rate}));
}

TEST(System, RatesOfFunctionsTakeObservablesAndTime) {
    NetworkMaker m;
    m.parameter("k", "2").species("A", "1").species("B", "1");
    m.observable("Total", {{"A", 1.0}, {"B", 3.0}});
    m.function("f", "k*Total^2+time()").function("g", "f()+1");
    m.reaction({"A"}, {"B"}, {"g"}, RateLawKind::function);
    m.reaction({"A"}, {"B"}, {"f"}, RateLawKind::function_product);
    ReferenceKernel kernel = kernel_of(m);
    const double f = 2.0 * 17.0 * 17.0 + 0.25;
    const double rate = (f + 1.0) * 2.0 + f;
    EXPECT_EQ(rates(kernel, {2.0, 5.0}, 0.25), (std::vector{-rate, rate}));
    kernel.observe(0.25, std::vector{2.0, 5.0});
    EXPECT_EQ(kernel.observable(ObservableId{0}), 17.0);
    EXPECT_EQ(kernel.function(FunctionId{1}), f + 1.0);
}

TEST(System, TheTimeSlopeHoldsStatesAndConditions) {
    NetworkMaker m;
    m.parameter("k", "2").species("A", "3").species("B", "1").species("F", "5", true);
    m.observable("Aobs", {{"A", 1.0}});
    m.function("f", "k*time^2*Aobs + if(time>2,7*time,Aobs)");
    m.reaction({"A", "A"}, {"B"}, {"f"}, RateLawKind::function);
    m.reaction({"F"}, {"B"}, {"f"}, RateLawKind::function);
    ReferenceKernel kernel = kernel_of(m);
    std::vector<double> slope(3);
    const std::vector y{3.0, 1.0, 5.0};
    // df/dt = 2 k t A, and 7 after t = 2.
    for (const auto& [time, expected] : {std::pair{0.5, 6.0}, {2.0, 24.0}, {3.0, 43.0}}) {
        kernel.time_slope(time, y, slope);
        EXPECT_EQ(slope, (std::vector{-18.0 * expected, 14.0 * expected, 0.0})) << time;
    }
    kernel.hold_comparisons(2.0, y);  // not a root: `time` is compared with a number
    kernel.time_slope(3.0, y, slope);
    EXPECT_EQ(slope[0], -18.0 * 43.0);
}

TEST(System, MichaelisMentenTakesTheFreeSubstrateAndDoesNotCancel) {
    NetworkMaker m;
    m.parameter("kcat", "2").parameter("Km", "3").species("S", "1").species("E", "1");
    m.species("P", "0").reaction({"S", "E"}, {"P", "E"}, {"kcat", "Km"},
                                 RateLawKind::michaelis_menten);
    ReferenceKernel kernel = kernel_of(m);
    for (const double s : {0.5, 4.0, 100.0}) {
        const double e = 1.5;
        const double b = s - 3.0 - e;
        const double free = 0.5 * (b + std::sqrt(b * b + 4.0 * s * 3.0));
        EXPECT_TRUE(near_rel(rates(kernel, {s, e, 0.0})[2], 2.0 * e * free / (3.0 + free), 1e-14));
    }
    // S << Km + E: S' = S Km / (Km + E) (1 + O(S)), so the rate is kcat E S / (Km + E).
    const double tiny = 1e-18;
    EXPECT_TRUE(
        near_rel(rates(kernel, {tiny, 1.5, 0.0})[2], 2.0 * 1.5 * tiny / (3.0 + 1.5), 1e-14));
    EXPECT_EQ(rates(kernel, {0.0, 1.5, 0.0})[2], 0.0);
}

TEST(System, SaturationDividesOnlyBySpeciesThatHaveAConstant) {
    NetworkMaker m;
    m.parameter("k", "2").parameter("K1", "3").species("A", "1").species("B", "1");
    m.species("C", "0").reaction({"A", "B"}, {"C"}, {"k", "K1"}, RateLawKind::saturation);
    m.reaction({"A"}, {}, {"k"}, RateLawKind::saturation);
    ReferenceKernel kernel = kernel_of(m);
    const double rate = 2.0 * 5.0 / (3.0 + 5.0) * 7.0;
    const std::vector<double> found = rates(kernel, {5.0, 7.0, 0.0});
    EXPECT_TRUE(near_rel(found[2], rate, 1e-15));
    EXPECT_TRUE(near_rel(found[0], -rate - 2.0, 1e-15));  // kcat alone is the whole rate
}

TEST(System, HillIsOddSoThatANegativeAmountIsRestored) {
    NetworkMaker m;
    m.parameter("V", "2").parameter("K", "3").parameter("n", "2.5").species("S", "1");
    m.reaction({"S"}, {}, {"V", "K", "n"}, RateLawKind::hill);
    ReferenceKernel kernel = kernel_of(m);
    const double rate = 2.0 * std::pow(4.0, 2.5) / (std::pow(3.0, 2.5) + std::pow(4.0, 2.5));
    EXPECT_TRUE(near_rel(rates(kernel, {4.0})[0], -rate, 1e-15));
    EXPECT_TRUE(near_rel(rates(kernel, {-4.0})[0], rate, 1e-15));
    EXPECT_EQ(rates(kernel, {0.0})[0], 0.0);
}

TEST(System, HillHasItsSlopeAtZero) {
    NetworkMaker m;
    m.parameter("V", "2").parameter("K", "4").parameter("n", "1").species("S", "1");
    m.reaction({"S"}, {}, {"V", "K", "n"}, RateLawKind::hill);
    ReferenceKernel kernel = kernel_of(m);
    std::vector<double> jacobian(1);
    kernel.jacobian(0.0, std::vector{0.0}, jacobian);
    EXPECT_EQ(jacobian[0], -2.0 / 4.0);  // n = 1: V / K
    kernel.set_parameters(std::vector{ParameterValue{ParameterId{2}, 2.0}});
    kernel.jacobian(0.0, std::vector{0.0}, jacobian);
    EXPECT_EQ(jacobian[0], 0.0);
}

TEST(System, FixedSpeciesReactButDoNotChange) {
    NetworkMaker m;
    m.parameter("k", "2").species("A", "5", true).species("B", "0");
    m.reaction({"A"}, {"B"}, {"k"});
    ReferenceKernel kernel = kernel_of(m);
    EXPECT_EQ(rates(kernel, {5.0, 0.0}), (std::vector{0.0, 10.0}));
    EXPECT_EQ(kernel.system().jacobian_size(), 2U);  // the diagonal alone
}

TEST(System, DerivedParametersFollowThoseTheyAreMadeOf) {
    NetworkMaker m;
    m.parameter("rate", "base/2").parameter("base", "6").parameter("amount", "rate+1");
    m.species("A", "amount*10").reaction({"A"}, {}, {"rate"});
    ReferenceKernel kernel = kernel_of(m);
    const System& system = kernel.system();
    EXPECT_TRUE(system.is_derived(ParameterId{0}));
    EXPECT_FALSE(system.is_derived(ParameterId{1}));
    EXPECT_EQ(system.parameter_values()[0], 3.0);
    EXPECT_EQ(system.parameter_values()[2], 4.0);
    kernel.set_parameters(std::vector{ParameterValue{*system.find_parameter("base"), 20.0}});
    std::vector<double> y(1);
    kernel.initial_state(y);
    EXPECT_EQ(y[0], 110.0);
    EXPECT_EQ(rates(kernel, {1.0})[0], -10.0);
    // A derived parameter that is set stays; those derived from it follow.
    kernel.set_parameters(std::vector{ParameterValue{ParameterId{0}, 0.5}});
    kernel.initial_state(y);
    EXPECT_EQ(y[0], 15.0);
    EXPECT_EQ(rates(kernel, {1.0})[0], -0.5);
    kernel.reset_parameters();
    EXPECT_EQ(rates(kernel, {1.0})[0], -3.0);
}

TEST(System, NamesMeanWhatTheyMeanInBioNetGen) {
    NetworkMaker m;
    m.species("A", "1").observable("Aobs", {{"A", 1.0}});
    m.function("f", "ln(_e)+log(_e)+log10(100)+log2(8)+rint(2.5)+abs(-1)+sqrt(16)");
    m.function("g", "min(3,Aobs,2)+max(3,Aobs,2)+sum(1,2,3)+avg(2,4)");
    m.function("h", "if(Aobs>1&&Aobs<3,10,20)+(Aobs==2)+!(Aobs==2)+_pi*0");
    m.reaction({"A"}, {}, {"f"}, RateLawKind::function);
    ReferenceKernel kernel = kernel_of(m);
    kernel.observe(0.0, std::vector{2.0});
    EXPECT_TRUE(near_rel(kernel.function(FunctionId{0}), 1.0 + 1 + 2 + 3 + 3 + 1 + 4, 1e-15));
    EXPECT_EQ(kernel.function(FunctionId{1}), 2.0 + 3.0 + 6.0 + 3.0);
    EXPECT_EQ(kernel.function(FunctionId{2}), 11.0);
}

TEST(System, UnknownNamesAreErrorsThatSuggestTheNearest) {
    NetworkMaker m;
    m.parameter("k_on", "1").species("A", "1").function("f", "k_om*2");
    EXPECT_EQ(errors_of(m),
              "<memory>:1:1: error ERB-EQN-0001: function 'f' refers to 'k_om', which is not "
              "defined\n     1 | k_om*2\n       | ^^^^\n  hint: did you mean 'k_on'?\n");
}

TEST(System, MistakesAreNamed) {
    const auto with = [](const auto& change) {
        NetworkMaker m;
        m.parameter("k", "1").species("A", "1").observable("Aobs", {{"A", 1.0}});
        change(m);
        return errors_of(m);
    };
    EXPECT_NE(with([](auto& m) { m.function("f", "exp(1,2)"); }).find("ERB-EQN-0002"),
              std::string::npos);
    EXPECT_NE(
        with([](auto& m) { m.function("f", "g+1").function("g", "f+1"); }).find("ERB-EQN-0003"),
        std::string::npos);
    EXPECT_NE(with([](auto& m) { m.reaction({"A"}, {}, {"q"}); }).find("ERB-EQN-0004"),
              std::string::npos);
    EXPECT_NE(with([](auto& m) {
                  m.reaction({"A"}, {}, {"k"}, RateLawKind::michaelis_menten);
              }).find("ERB-EQN-0004"),
              std::string::npos);
    EXPECT_NE(with([](auto& m) { m.parameter("p", "Aobs*2"); }).find("ERB-EQN-0006"),
              std::string::npos);
    EXPECT_NE(with([](auto& m) { m.parameter("k", "2"); }).find("ERB-EQN-0007"), std::string::npos);
    EXPECT_NE(with([](auto& m) { m.species("B", "Aobs"); }).find("ERB-EQN-0009"),
              std::string::npos);
}

TEST(System, ARateOfMratioWithVaryingArgumentsIsRefusedByName) {
    NetworkMaker m;
    m.species("A", "1").observable("Aobs", {{"A", 1.0}}).function("f", "mratio(Aobs,2,3)");
    m.reaction({"A"}, {}, {"f"}, RateLawKind::function);
    const auto system = compile(m.network());
    ASSERT_FALSE(system);
    EXPECT_TRUE(system.error().is_only_unsupported());
}

}  // namespace
}  // namespace erbium::eqn
