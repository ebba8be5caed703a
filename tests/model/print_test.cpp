// SPDX-License-Identifier: Apache-2.0
// tests/model/print_test.cpp: bind(print(model)) is the model again.
#include "erbium/model/print.hpp"

#include <gtest/gtest.h>

#include <string>

#include "erbium/model/bind.hpp"
#include "erbium/model/equality.hpp"

namespace erbium::model {
namespace {

constexpr const char* kEverything = R"(
setOption("SpeciesLabel","HNauty")
version("2.2.4")
substanceUnits("Number")
begin model
begin parameters
  k 1e-3
  k2 -(k^2)
  V 1
  Ea 2
end parameters
begin compartments
  EC 3 V
  PM 2 2*V EC
  CP 3 V PM
end compartments
begin molecule types
  L(r,r)
  R(l,t~Y~pY)
  C()
end molecule types
begin seed species
  @EC:L(r,r) 100*k
  $C()@CP 1
  L(r!1,r)@EC.R(l!1,t~Y)@PM 0
end seed species
begin observables
  Molecules Bound L(r!+), R(l!+,t~?)
  Species Dimer R()==2
  Molecules Once {MatchOnce}R(t~pY)
end observables
begin functions
  f(x) = k*Bound(x)
  g() = if(time > 5 && Bound >= 1, -k2, 2^-k)
end functions
begin energy patterns
  R(t~pY) Ea/2
end energy patterns
begin reaction rules
  bind: L(r) + R(l) <-> L(r!1).R(l!1) k, k2
  %x:R(t~Y) -> %x:R(t~pY) f(x)
  R(t~Y)%a <-> R(t~pY)%a Arrhenius(0.5,Ea)
  L(r)@EC -> L(r)@CP k MoveConnected
  @PM:R(l!?) -> 0 g() TotalRate DeleteMolecules exclude_reactants(1,R(t~pY),L)
  0 -> C()@CP k
  C() + C() -> C() MM(k,k2)
  C() -> 0 Sat(k,k2)
end reaction rules
end model
generate_network({overwrite=>1,max_stoich=>{R=>5}})
simulate({method=>"ode",sample_times=>[0,1],note=>'say "hello"'})
setParameter("k",10*2)
note(["a=>1","b=>2"],{pairs=>{'p=>q"'=>"r'"}},3)
)";

TEST(PrintedModel, BindsToTheSameModel) {
    const Outcome<Bound, Diagnostics> once = bind_text(kEverything, "everything.bngl");
    ASSERT_TRUE(static_cast<bool>(once)) << once.error().text();
    const std::string printed = print(once.value().model);
    const Outcome<Bound, Diagnostics> twice = bind_text(printed);
    ASSERT_TRUE(static_cast<bool>(twice)) << twice.error().text() << printed;
    EXPECT_TRUE(once.value().model == twice.value().model) << printed;
    EXPECT_EQ(print(twice.value().model), printed);
}

TEST(PrintedModel, MayHoldMoleculesThatAreCalledAsBlocksBeginAndEnd) {
    const Outcome<Bound, Diagnostics> once = bind_text(R"(
begin molecule types
  end(s)
  begin()
end molecule types
begin seed species
  end(s) 3
end seed species
begin functions
  end() = 2
end functions
begin reaction rules
  end: end(s) -> begin() end()
end reaction rules
)");
    ASSERT_TRUE(static_cast<bool>(once)) << once.error().text();
    const std::string printed = print(once.value().model);
    const Outcome<Bound, Diagnostics> twice = bind_text(printed);
    ASSERT_TRUE(static_cast<bool>(twice)) << twice.error().text() << printed;
    EXPECT_TRUE(once.value().model == twice.value().model) << printed;
}

TEST(PrintedModel, DiffersWhenAnyPieceDoes) {
    const Model model = bind_text(kEverything).value().model;
    Model other = model;
    other.rules[0].rate.is_total = true;
    EXPECT_FALSE(model == other);
    other = model;
    other.molecule_types[0].sites[0].name = "q";
    EXPECT_FALSE(model == other);
    other = model;
    other.parameters[0].value = Expression::constant(2e-3);
    EXPECT_FALSE(model == other);
    other = model;
    other.parameters[0].span = {};
    EXPECT_TRUE(model == other);
}

TEST(PrintedPattern, IsWrittenAsBngl) {
    const Model model = bind_text(kEverything).value().model;
    EXPECT_EQ(print(model, model.seeds[2].species), "@PM:L(r!1,r)@EC.R(l!1,t~Y)@PM");
    EXPECT_EQ(print(model, model.observables[1].patterns[0]), "R()==2");
    EXPECT_EQ(print(model, model.rules[1]), "_reverse_bind: L(r!1).R(l!1) -> L(r) + R(l) k2");
}

}  // namespace
}  // namespace erbium::model
