// SPDX-License-Identifier: Apache-2.0
// tests/sim/lumping_test.cpp: a lumped network has the outputs of the whole one.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "erbium/net/lumping.hpp"
#include "erbium/sim/solver.hpp"
#include "lumped.hpp"
#include "moiety_network.hpp"
#include "random_network.hpp"

namespace erbium {
namespace {

using net::RateLawId;

/// A protein with `sites` sites of different names that are modified and restored independently by
/// E, each form of which binds B, and two of which form a dimer. 2^sites forms free and bound.
net::Network multisite(std::uint32_t sites) {
    net::Network n;
    for (const char* name : {"modify", "restore", "bind", "release", "pair"}) {
        const double value = 0.1 * static_cast<double>(n.parameters.size() + 1);
        n.parameters.push_back({name, lang::Expression::constant(value)});
        n.rate_laws.push_back({net::RateLawKind::mass_action, {name}});
    }
    const std::uint32_t forms = 1U << sites;
    const auto species = [&](const std::string& name, double amount) {
        return n.add_species(name, lang::Expression::constant(amount), false);
    };
    std::vector<SpeciesId> free;
    std::vector<SpeciesId> bound;
    for (std::uint32_t f = 0; f < forms; ++f) {
        free.push_back(species("P" + std::to_string(f), 1.0 / (1.0 + f)));
    }
    for (std::uint32_t f = 0; f < forms; ++f) {
        bound.push_back(species("PB" + std::to_string(f), 0.0));
    }
    const SpeciesId e = species("E", 1.5);
    const SpeciesId b = species("B", 2.0);
    const auto react = [&](std::vector<SpeciesId> left, std::vector<SpeciesId> right,
                           std::uint32_t law, double factor = 1.0) {
        n.add_reaction(left, right, RateLawId{law}, factor, net::Network::kNoRule);
    };
    net::Observable modified{"modified", {}};
    net::Observable dimers{"dimers", {}};
    for (std::uint32_t f = 0; f < forms; ++f) {
        for (std::uint32_t site = 0; site < sites; ++site) {
            const std::uint32_t other = f ^ (1U << site);
            const bool is_modified = (f & (1U << site)) != 0;
            for (const auto* of : {&free, &bound}) {
                if (is_modified) {
                    react({(*of)[f]}, {(*of)[other]}, 1);
                } else {
                    react({(*of)[f], e}, {(*of)[other], e}, 0);
                }
            }
        }
        react({free[f], b}, {bound[f]}, 2);
        react({bound[f]}, {free[f], b}, 3);
        const auto count = static_cast<double>(std::popcount(f));
        modified.terms.push_back({free[f], count});
    }
    for (std::uint32_t f = 0; f < forms; ++f) {
        for (std::uint32_t g = f; g < forms; ++g) {
            const SpeciesId dimer = species("D" + std::to_string(f) + "_" + std::to_string(g), 0.0);
            react({free[f], free[g]}, {dimer}, 4, f == g ? 0.5 : 1.0);
            dimers.terms.push_back({dimer, 1.0});
        }
    }
    n.observables = {modified, dimers};
    return n;
}

TEST(Lumping, SitesThatAreAlikeAreCounted) {
    for (const std::uint32_t sites : {1U, 2U, 3U, 4U}) {
        const net::Network network = multisite(sites);
        const net::Lumping lumping = net::lump(network);
        // Free and bound forms by the number of modified sites, E, B, all dimers.
        EXPECT_EQ(lumping.network.species_count(), 2 * (sites + 1) + 3);
        expect_exact(network, lumping, sites);
    }
}

TEST(Lumping, OutputsDecideWhatIsToldApart) {
    net::Network network = multisite(3);
    network.observables.push_back({"one", {{SpeciesId{5}, 1.0}}});
    EXPECT_GT(net::lump(network).network.species_count(), 11U);
    const net::Lumping modified = net::lump(network, {.outputs = {"modified"}, .alone = {}});
    EXPECT_EQ(modified.network.observables.size(), 1U);
    EXPECT_EQ(modified.network.species_count(), 11U);
    // What binds and pairs does so in all forms alike.
    const net::Lumping dimers = net::lump(network, {.outputs = {"dimers"}, .alone = {}});
    EXPECT_LT(dimers.network.species_count(), 11U);
    expect_exact(network, modified, 7);
    expect_exact(network, dimers, 8);
}

TEST(Lumping, IsLeftOutWhereItMakesNothingSmaller) {
    const net::Network sites = multisite(2);
    const auto smaller = net::lump_where_smaller(sites);
    ASSERT_TRUE(smaller);
    EXPECT_EQ(smaller->lump_of, net::lump(sites).lump_of);
    net::LumpOptions all_alone;
    for (std::uint32_t s = 0; s < sites.species_count(); ++s) {
        all_alone.alone.push_back(SpeciesId{s});
    }
    EXPECT_FALSE(net::lump_where_smaller(sites, all_alone));
    EXPECT_EQ(net::lump(sites, all_alone).network.species_count(), sites.species_count());
}

TEST(Lumping, SpeciesAskedForStayAlone) {
    const net::Network network = multisite(2);
    const net::Lumping lumping = net::lump(network, {.outputs = {}, .alone = {SpeciesId{1}}});
    EXPECT_EQ(std::count(lumping.lump_of.begin(), lumping.lump_of.end(), lumping.lump_of[1]), 1);
    expect_exact(network, lumping, 3);
}

TEST(Lumping, ConstantsOfOneValueAndTwoNamesAreTwoConstants) {
    net::Network network;
    network.parameters = {{"k1", zoo::expression("1")}, {"k2", zoo::expression("1")}};
    network.rate_laws = {{net::RateLawKind::mass_action, {"k1"}},
                         {net::RateLawKind::mass_action, {"k2"}},
                         {net::RateLawKind::mass_action, {"k1"}}};
    for (const char* name : {"A", "B", "C", "D"}) {
        network.add_species(name, zoo::expression("k1+1"), false);
    }
    const std::vector<SpeciesId> d{SpeciesId{3}};
    for (std::uint32_t s = 0; s < 3; ++s) {
        network.add_reaction(std::vector{SpeciesId{s}}, d, RateLawId{s}, 1.0,
                             net::Network::kNoRule);
    }
    network.observables = {{"made", {{SpeciesId{3}, 1.0}}}};
    const net::Lumping lumping = net::lump(network);
    EXPECT_EQ(lumping.network.species_count(), 3U);
    EXPECT_EQ(lumping.lump_of[0], lumping.lump_of[2]);
    EXPECT_NE(lumping.lump_of[0], lumping.lump_of[1]);
    expect_exact(network, lumping, 1);
}

TEST(Lumping, TargetsOfEventsStayAlone) {
    net::Network network = multisite(2);
    net::NetworkEvent event;
    event.name = "reset";
    event.trigger = zoo::expression("modified > 2");
    event.assignments.push_back({SpeciesId{2}, zoo::expression("dimers")});
    network.events.push_back(event);
    const net::Lumping lumping = net::lump(network, {.outputs = {"modified"}, .alone = {}});
    EXPECT_NE(lumping.lump_of[1], lumping.lump_of[2]);
    EXPECT_EQ(std::get<SpeciesId>(lumping.network.events[0].assignments[0].target),
              lumping.lump_of[2]);
    EXPECT_EQ(lumping.network.observables.size(), 2U) << "the event reads the other one";
}

/// Every species in two copies that do the same, though what is made becomes now the one copy, now
/// the other: a network that lumps at least to the given one.
net::Network in_copies(const net::Network& network, std::mt19937& random) {
    net::Network n;
    n.parameters = network.parameters;
    n.rate_laws = network.rate_laws;
    for (std::uint32_t s = 0; s < network.species_count(); ++s) {
        for (const char* copy : {"a", "b"}) {
            n.add_species(std::string{network.species_text(SpeciesId{s})} + copy,
                          lang::Expression::constant(0.125 * static_cast<double>(1 + random() % 9)),
                          false);
        }
    }
    const auto copy_of = [](SpeciesId s, std::uint32_t copy) {
        return SpeciesId{2 * s.value + copy};
    };
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        const auto reactants = network.reactants(ReactionId{r});
        const bool is_pair_of_one = reactants.size() == 2 && reactants[0] == reactants[1];
        for (std::uint32_t chosen = 0; chosen < 1U << reactants.size(); ++chosen) {
            std::vector<SpeciesId> left;
            std::vector<SpeciesId> right;
            for (std::uint32_t i = 0; i < reactants.size(); ++i) {
                left.push_back(copy_of(reactants[i], chosen >> i & 1U));
            }
            for (const SpeciesId s : network.products(ReactionId{r})) {
                right.push_back(copy_of(s, random() % 2));
            }
            if (is_pair_of_one && chosen == 2) {
                continue;  // a with b is b with a
            }
            n.add_reaction(
                left, right, network.rate_law_id(ReactionId{r}),
                network.factor(ReactionId{r}) * (is_pair_of_one && chosen == 1 ? 2.0 : 1.0),
                net::Network::kNoRule);
        }
    }
    for (const net::Observable& observable : network.observables) {
        net::Observable both{observable.name, {}};
        for (const net::ObservableTerm& term : observable.terms) {
            both.terms.push_back({copy_of(term.species, 0), term.weight});
            both.terms.push_back({copy_of(term.species, 1), term.weight});
        }
        n.observables.push_back(std::move(both));
    }
    return n;
}

TEST(Lumping, FindsCopiesThatDoTheSame) {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        const net::Network network = zoo::moiety_network(seed, 3, 5 + seed % 12, seed % 3 == 0);
        std::mt19937 random{seed};
        const net::Network doubled = in_copies(network, random);
        const net::Lumping lumping = net::lump(doubled);
        EXPECT_LE(lumping.network.species_count(), network.species_count()) << "seed " << seed;
        expect_exact(doubled, lumping, seed);
    }
}

TEST(Lumping, IsExactForEveryKindOfRate) {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        const net::Network network = zoo::random_network(seed, 3 + seed % 6).network();
        expect_exact(network, net::lump(network, {.outputs = {"O2"}, .alone = {}}), seed);
    }
}

TEST(Lumping, TrajectoriesOfOutputsAreThoseOfTheWholeNetwork) {
    const net::Network network = multisite(3);
    const SpeciesId e{16};
    const net::Lumping lumping = net::lump(network, {.outputs = {}, .alone = {e}});
    ASSERT_LT(lumping.network.species_count(), network.species_count() / 3);
    const auto result_of = [&](const net::Network& n, SpeciesId dosed) {
        const eqn::System system = compiled(n);
        sim::Run run;
        run.output_times = {0.0, 0.5, 1.0, 2.0, 4.0, 8.0};
        run.events = {{1.0, {}, {{dosed, sim::StateChange::Kind::set, 0.25}}}};
        run.recording = sim::Recording::all_observables(system);
        return sim::solve(system, run, {{1e-12, 1e-14}, 200000, sim::Method::own});
    };
    const sim::Result whole = result_of(network, e);
    const sim::Result lumped = result_of(lumping.network, lumping.lump_of[e.value]);
    ASSERT_TRUE(whole.status.ok()) << whole.status.message;
    ASSERT_TRUE(lumped.status.ok()) << lumped.status.message;
    EXPECT_TRUE(all_near(lumped.values, whole.values, 1e-10, 1e-12));
}

TEST(Lumping, OfALumpedNetworkIsItself) {
    const net::Lumping once = net::lump(multisite(3));
    const net::Lumping twice = net::lump(once.network);
    EXPECT_EQ(twice.network.species_count(), once.network.species_count());
    EXPECT_EQ(twice.network.reaction_count(), once.network.reaction_count());
}

}  // namespace
}  // namespace erbium
