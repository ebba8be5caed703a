// SPDX-License-Identifier: Apache-2.0
// tests/sim/quasi_steady_test.cpp: fast bindings taken as infinitely fast, against the whole system
// as they become faster, and against a closed form; what is conserved stays so.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/eqn/conservation.hpp"
#include "erbium/eqn/fast_reactions.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/solver.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

using zoo::NetworkMaker;

eqn::System quasi_steady(net::Network network, const std::vector<ReactionId>& fast) {
    network.set_quasi_steady(fast);
    return compiled(network);
}

std::vector<double> initial_state(const eqn::System& system) {
    std::vector<double> y(system.state_count());
    eqn::ReferenceKernel{system}.initial_state(y);
    return y;
}

std::vector<ReactionId> fast_of(const net::Network& network, double time) {
    const eqn::System system = compiled(network);
    return eqn::faster_than(time,
                            eqn::reversible_reactions(network, system, {}, initial_state(system)));
}

Run run_of(const eqn::System& system, std::vector<double> times) {
    sim::Run run;
    run.output_times = std::move(times);
    run.recording = Recording::all(system);
    return run;
}

Result solved(const eqn::System& system, const Run& run, double rtol = 1e-9) {
    SolverOptions options;
    options.tolerances.rtol = rtol;
    Result result = solve(system, run, options);
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    return result;
}

/// Largest difference of two results after the start, over each column's largest value.
double largest_difference(const Result& a, const Result& b) {
    double largest = 0.0;
    for (std::size_t c = 0; c < a.columns; ++c) {
        const std::vector<double> x = a.column(c);
        const std::vector<double> y = b.column(c);
        const double size = *std::max_element(y.begin(), y.end());
        for (std::size_t row = 1; row < x.size() && size > 0.0; ++row) {
            largest = std::max(largest, std::fabs(x[row] - y[row]) / size);
        }
    }
    return largest;
}

/// A drug that binds its target, both turned over, the complex internalised.
net::Network target_mediated(const std::string& fast) {
    NetworkMaker m;
    m.parameter("fast", fast).parameter("K", "2");
    m.parameter("kon", "fast").parameter("koff", "fast*K");
    m.parameter("ksyn", "1")
        .parameter("kdeg", "0.1")
        .parameter("kint", "0.3")
        .parameter("kel", "0.2");
    m.species("Drug", "10").species("Target", "10").species("Complex", "0");
    m.reaction({"Drug", "Target"}, {"Complex"}, {"kon"});
    m.reaction({"Complex"}, {"Drug", "Target"}, {"koff"});
    m.reaction({}, {"Target"}, {"ksyn"}).reaction({"Target"}, {}, {"kdeg"});
    m.reaction({"Complex"}, {}, {"kint"}).reaction({"Drug"}, {}, {"kel"});
    return m.network();
}

TEST(FastReactions, RelaxationTimesOfBindingsAndDimers) {
    NetworkMaker m;
    m.parameter("k1", "2").parameter("k2", "3").parameter("k3", "5").parameter("k4", "7");
    m.species("A", "10").species("B", "4").species("AB", "1").species("A2", "0");
    m.species("F", "6", true);
    m.reaction({"A", "B"}, {"AB"}, {"k1"}).reaction({"AB"}, {"A", "B"}, {"k2"});
    m.reaction({"A", "A"}, {"A2"}, {"k3"}, net::RateLawKind::mass_action, 0.5);
    m.reaction({"A2"}, {"A", "A"}, {"k4"});
    m.reaction({"F", "B"}, {"AB"}, {"k1"}).reaction({"AB"}, {"F", "B"}, {"k2"});
    m.reaction({"A", "AB"}, {"B", "AB"}, {"k1"}).reaction({"B", "AB"}, {"A", "AB"}, {"k2"});
    m.reaction({"A"}, {"B"}, {"k1"});
    m.reaction({}, {"A"}, {"k1"}).reaction({"A"}, {}, {"k1"});
    const net::Network network = m.network();
    const eqn::System system = compiled(network);
    const auto found = eqn::reversible_reactions(network, system, {}, initial_state(system));
    ASSERT_EQ(found.size(), 3U);  // with a catalyst, one way only, from nothing: not among them
    EXPECT_NEAR(found[0].relaxation_time, 1.0 / (2.0 * 14.0 + 3.0), 1e-15);
    // Extent x takes 2 A each: d(2.5 A^2)/dx = -10 A, so 10 A + k4.
    EXPECT_NEAR(found[1].relaxation_time, 1.0 / (10.0 * 10.0 + 7.0), 1e-15);
    EXPECT_NEAR(found[2].relaxation_time, 1.0 / (2.0 * 6.0 + 3.0), 1e-15);
    EXPECT_EQ(eqn::faster_than(0.02, found), (std::vector{ReactionId{2}, ReactionId{3}}));
    EXPECT_EQ(eqn::faster_than(1.0, found).size(), 6U);
}

TEST(QuasiSteady, ABindingAloneIsTheRootOfItsQuadratic) {
    NetworkMaker m;
    m.parameter("kon", "1e9").parameter("koff", "2e9");
    m.species("A", "5").species("B", "3").species("AB", "0").species("C", "0");
    m.parameter("k", "1");
    m.reaction({"A", "B"}, {"AB"}, {"kon"}).reaction({"AB"}, {"A", "B"}, {"koff"});
    m.reaction({"A"}, {"C"}, {"k"});
    const net::Network network = m.network();
    const eqn::System system = quasi_steady(network, fast_of(network, 1e-6));
    ASSERT_EQ(system.algebraic_states().size(), 1U);
    sim::Run run = run_of(system, {0.0, 1.0, 1.0, 2.0});
    run.events.push_back({1.0, {}, {{*system.find_species("A"), StateChange::Kind::add, 20.0}}});
    const Result result = solved(system, run);
    for (std::size_t row = 0; row < result.times.size(); ++row) {
        const double a = result.at(row, 0) + result.at(row, 2);  // totals
        const double b = result.at(row, 1) + result.at(row, 2);
        const double sum = a + b + 2.0;
        const double bound = 2.0 * a * b / (sum + std::sqrt(sum * sum - 4.0 * a * b));
        EXPECT_NEAR(result.at(row, 2), bound, 1e-8 * bound) << result.times[row];
        EXPECT_NEAR(b, 3.0, 1e-14);
        EXPECT_NEAR(a + result.at(row, 3), row < 2 ? 5.0 : 25.0, 1e-13);
    }
    // At the dose, which came after the second row, the complex has already formed.
    EXPECT_GT(result.at(2, 2), 1.2 * result.at(1, 2));
}

TEST(QuasiSteady, TheDifferenceIsOfFirstOrderInTheRelaxationTime) {
    const net::Network network = target_mediated("1");
    const eqn::System reduced = quasi_steady(network, fast_of(network, 1.0));
    ASSERT_EQ(reduced.algebraic_states().size(), 1U);
    const auto with_dose = [](const eqn::System& system) {
        sim::Run run = run_of(system, {0.0, 1.0, 2.0, 5.0, 7.0, 10.0, 20.0});
        run.events.push_back(
            {5.5, {}, {{*system.find_species("Drug"), StateChange::Kind::add, 30.0}}});
        return run;
    };
    const Result limit = solved(reduced, with_dose(reduced));
    std::vector<double> differences;
    for (const char* const fast : {"1e2", "1e3", "1e4", "1e5"}) {
        const eqn::System whole = compiled(target_mediated(fast));
        differences.push_back(largest_difference(limit, solved(whole, with_dose(whole))));
    }
    EXPECT_LT(differences.front(), 0.05);
    for (std::size_t i = 1; i < differences.size(); ++i) {
        EXPECT_NEAR(differences[i - 1] / differences[i], 10.0, 1.0);
    }
}

/// Molecules that bind one another in chains and pairs, fast and slow; fast ones form cycles too.
net::Network random_bindings(std::uint32_t seed, double fast, std::set<std::uint32_t>& quick) {
    std::mt19937 random{seed};
    const auto draw = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    NetworkMaker m;
    m.parameter("slow", "0.3").parameter("turn", "0.1");
    // Affinities are differences of energies of species: cycles are in detailed balance.
    constexpr std::uint32_t kMolecules = 4;
    constexpr std::uint32_t kComplexes = 6;
    std::vector<std::vector<std::uint32_t>> parts;  // by species: molecules in it
    std::vector<double> energy;
    for (std::uint32_t i = 0; i < kMolecules; ++i) {
        m.species("M" + std::to_string(i), std::to_string(1 + draw(9)));
        parts.push_back({i});
        energy.push_back(0.0);
    }
    net::Network network;
    std::uint32_t reactions = 0;
    const auto binding = [&](std::uint32_t a, std::uint32_t b, std::uint32_t ab, bool is_fast) {
        const auto name = [](std::uint32_t s) {
            return (s < kMolecules ? "M" : "C") + std::to_string(s);
        };
        const double on = is_fast ? fast : 0.2;
        const double off = on * std::exp(energy[ab] - energy[a] - energy[b]);
        const std::string n = std::to_string(reactions);
        m.parameter("on" + n, std::to_string(on)).parameter("off" + n, std::to_string(off));
        const std::string from = name(a);
        const std::string with = name(b);
        const std::string to = name(ab);
        m.reaction({from, with}, {to}, {"on" + n}).reaction({to}, {from, with}, {"off" + n});
        if (is_fast) {
            quick.insert(reactions);
            quick.insert(reactions + 1);
        }
        reactions += 2;
    };
    for (std::uint32_t c = 0; c < kComplexes; ++c) {
        const std::uint32_t a = draw(static_cast<std::uint32_t>(parts.size()));
        const std::uint32_t b = draw(static_cast<std::uint32_t>(parts.size()));
        std::vector<std::uint32_t> joined = parts[a];
        joined.insert(joined.end(), parts[b].begin(), parts[b].end());
        std::sort(joined.begin(), joined.end());
        const auto ab = static_cast<std::uint32_t>(parts.size());
        m.species("C" + std::to_string(ab), "0");
        parts.push_back(joined);
        energy.push_back(0.5 * draw(5) - 1.0);
        binding(a, b, ab, draw(2) == 0);
        // Another way to the same parts, mostly closing a cycle.
        for (std::uint32_t x = 0; x < ab; ++x) {
            for (std::uint32_t y = x; y < ab; ++y) {
                std::vector<std::uint32_t> other = parts[x];
                other.insert(other.end(), parts[y].begin(), parts[y].end());
                std::sort(other.begin(), other.end());
                if (other == joined && std::set{x, y} != std::set{a, b} && draw(2) == 0) {
                    binding(x, y, ab, draw(2) == 0);
                }
            }
        }
    }
    // A slow flow through the first complex that keeps all totals.
    m.reaction({"C4"}, {"C5"}, {"slow"}).reaction({"C5"}, {"C4"}, {"turn"});
    return m.network();
}

TEST(QuasiSteady, RandomNetworksComeCloserAsTheirBindingsBecomeFaster) {
    int compared = 0;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        std::set<std::uint32_t> quick;
        const net::Network network = random_bindings(seed, 1e3, quick);
        std::vector<ReactionId> fast;
        for (const std::uint32_t r : quick) {
            fast.push_back(ReactionId{r});
        }
        if (fast.empty()) {
            continue;
        }
        ++compared;
        const eqn::System reduced = quasi_steady(network, fast);
        const auto with_dose = [](const eqn::System& system) {
            sim::Run run = run_of(system, {0.0, 0.5, 1.0, 1.5, 2.0, 4.0});
            run.events.push_back({1.2, {}, {{SpeciesId{0}, StateChange::Kind::add, 7.0}}});
            return run;
        };
        const Result limit = solved(reduced, with_dose(reduced));
        std::vector<double> differences;
        for (const double speed : {1e3, 1e4, 1e5}) {
            std::set<std::uint32_t> same;
            const eqn::System whole = compiled(random_bindings(seed, speed, same));
            differences.push_back(largest_difference(limit, solved(whole, with_dose(whole))));
        }
        EXPECT_LT(differences[0], 0.2) << seed;
        EXPECT_LT(differences[1], 0.13 * differences[0] + 1e-7) << seed;
        EXPECT_LT(differences[2], 0.13 * differences[1] + 1e-7) << seed;
        // Totals of the whole system, which has a law for every conserved sum, to rounding.
        const auto laws = eqn::conservation_laws(compiled(network));
        ASSERT_TRUE(laws.has_value());
        for (const eqn::ConservationLaw& law : *laws) {
            const auto total = [&](std::size_t row) {
                double sum = 0.0;
                for (const auto& member : law.members) {
                    sum += static_cast<double>(member.weight) * limit.at(row, member.species.value);
                }
                return sum;
            };
            for (const auto& [row, same_as] : {std::pair{1, 0}, {2, 0}, {4, 3}, {5, 3}}) {
                EXPECT_NEAR(total(static_cast<std::size_t>(row)),
                            total(static_cast<std::size_t>(same_as)),
                            1e-12 * (1.0 + std::fabs(total(0))))
                    << seed;
            }
        }
    }
    EXPECT_GT(compared, 30);
}

TEST(QuasiSteady, ChangesAlongTheStatesAndTheMassAreInverse) {
    std::set<std::uint32_t> quick;
    const net::Network network = random_bindings(3, 1e3, quick);
    std::vector<ReactionId> fast;
    for (const std::uint32_t r : quick) {
        fast.push_back(ReactionId{r});
    }
    const eqn::System system = quasi_steady(network, fast);
    const eqn::AlgebraicStates algebraic = system.algebraic_states();
    ASSERT_FALSE(algebraic.empty());
    std::vector<double> change(system.state_count());
    for (std::size_t s = 0; s < change.size(); ++s) {
        change[s] = std::sin(static_cast<double>(s) + 1.0);
    }
    std::vector<double> mass = change;
    for (const SpeciesId s : algebraic.states) {
        mass[s.value] = 0.0;
    }
    const std::vector<double> expected = mass;
    std::vector<double> states = change;
    algebraic.to_states(states);
    algebraic.to_mass(states);
    for (std::size_t s = 0; s < states.size(); ++s) {
        EXPECT_NEAR(states[s], expected[s], 1e-14);
    }
}

TEST(QuasiSteady, TheJacobianIsTheDerivativeAlongTheMoves) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        std::set<std::uint32_t> quick;
        const net::Network network = random_bindings(seed, 10.0, quick);
        std::vector<ReactionId> fast;
        for (const std::uint32_t r : quick) {
            fast.push_back(ReactionId{r});
        }
        const eqn::System system = quasi_steady(network, fast);
        const std::size_t n = system.state_count();
        eqn::ReferenceKernel kernel{system};
        std::vector<double> y = initial_state(system);
        for (double& amount : y) {
            amount += 1.5;
        }
        std::vector<double> entries(system.jacobian_size());
        kernel.jacobian(0.0, y, entries);
        const eqn::Program program = system.program();
        std::vector<double> above(n);
        std::vector<double> below(n);
        for (std::size_t column = 0; column < n; ++column) {
            std::vector<double> dense(n);
            for (auto e = static_cast<std::size_t>(program.column_begins[column]);
                 e < static_cast<std::size_t>(program.column_begins[column + 1]); ++e) {
                dense[static_cast<std::size_t>(program.row_of_entry[e])] = entries[e];
            }
            constexpr double kStep = 1e-5;
            std::vector<double> direction(n);
            direction[column] = kStep;
            system.algebraic_states().to_states(direction);
            std::vector<double> moved = y;
            for (std::size_t s = 0; s < n; ++s) {
                moved[s] = y[s] + direction[s];
            }
            kernel.rhs(0.0, moved, above);
            for (std::size_t s = 0; s < n; ++s) {
                moved[s] = y[s] - direction[s];
            }
            kernel.rhs(0.0, moved, below);
            for (std::size_t s = 0; s < n; ++s) {
                EXPECT_NEAR(dense[s], (above[s] - below[s]) / (2.0 * kStep),
                            1e-5 * (1.0 + std::fabs(dense[s])))
                    << seed << ": " << s << " by " << column;
            }
        }
    }
}

}  // namespace
}  // namespace erbium::sim
