// SPDX-License-Identifier: Apache-2.0
// tests/her2/detailed_balance_test.cpp: no cycle of binding steps in the full tier can pump energy.
// The binding steps are read off the generated network, not listed: a step and its reverse that
// keep every molecule and have constant rates. A forest is grown over them that gives each species
// a potential, log of its amount at equilibrium; every step outside the forest closes a cycle, and
// the product of equilibrium constants around it must be 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "her2_model.hpp"
#include "molecule_counts.hpp"

namespace erbium::her2 {
namespace {

constexpr double kTolerance = 1e-9;

/// A reversible step of the network, written in one direction, and the species that it makes (+1)
/// and uses up (-1).
struct BindingStep {
    ReactionId forward;
    ReactionId backward;
    std::vector<std::pair<SpeciesId, int>> change;
};

using Sides = std::pair<std::vector<SpeciesId>, std::vector<SpeciesId>>;

Sides sides(const net::Network& network, ReactionId r) {
    const auto from = network.reactants(r);
    const auto to = network.products(r);
    return {{from.begin(), from.end()}, {to.begin(), to.end()}};
}

MoleculeCounts molecules(const net::Network& network, const std::vector<SpeciesId>& species) {
    MoleculeCounts out;
    for (const SpeciesId s : species) {
        add(out, molecule_counts(network.species_text(s)));
    }
    return out;
}

const std::string& rule_name(const net::Network& network, ReactionId r) {
    return network.rule_names[network.rule(r).value];
}

/// Internalisation and recycling are paid for by the cell.
bool is_transport(std::string_view rule) {
    return rule.starts_with("internalise_") || rule.starts_with("recycle_") ||
           rule.starts_with("take_in_");
}

/// Synthesis and loss do not keep the molecules; shedding and covalent block have no reverse; what
/// kinases and phosphatases do has a rate that is a function of the state in at least one
/// direction.
std::vector<BindingStep> binding_steps(const net::Network& network) {
    std::map<Sides, ReactionId> constant;
    for (std::size_t i = 0; i < network.reaction_count(); ++i) {
        const auto r = id_at<ReactionId>(i);
        const Sides side = sides(network, r);
        if (network.rate_law(r).kind == net::RateLawKind::mass_action &&
            !is_transport(rule_name(network, r)) &&
            molecules(network, side.first) == molecules(network, side.second)) {
            EXPECT_TRUE(constant.emplace(side, r).second)
                << "two steps between the same species: " << rule_name(network, r);
        }
    }
    std::vector<BindingStep> out;
    for (const auto& [side, forward] : constant) {
        const auto reverse = constant.find({side.second, side.first});
        if (reverse != constant.end() && forward < reverse->second) {
            std::map<SpeciesId, int> change;
            for (const SpeciesId s : network.reactants(forward)) {
                --change[s];
            }
            for (const SpeciesId s : network.products(forward)) {
                ++change[s];
            }
            out.push_back({forward, reverse->second, {change.begin(), change.end()}});
        }
    }
    return out;
}

const std::vector<BindingStep>& steps() {
    static const std::vector<BindingStep> kSteps = binding_steps(her2_model(Tier::full).network);
    return kSteps;
}

/// Rate constants by parameter name.
using Rates = std::map<std::string, double>;

/// Those of all binding steps with every ligand and antibody in the medium and the rows of
/// parameters.tsv times `factor(row)`.
template <class Factor>
Rates rates(Factor factor) {
    const eqn::System& system = her2_model(Tier::full).system;
    eqn::ReferenceKernel kernel{system};
    std::vector<eqn::ParameterValue> values;
    for (const package::Parameter& row : her2_package(Tier::full).parameters) {
        values.push_back({*system.find_parameter(row.id), row.value * factor(row.id)});
    }
    for (const package::Drug& drug : her2_package(Tier::full).drugs) {
        values.push_back({*system.find_parameter(drug.parameter), drug.dose_nM});
    }
    kernel.set_parameters(values);
    Rates out;
    for (const BindingStep& step : steps()) {
        for (const ReactionId r : {step.forward, step.backward}) {
            const std::string& name = her2_model(Tier::full).network.rate_law(r).names[0];
            out[name] = kernel.parameter(*system.find_parameter(name));
        }
    }
    return out;
}

Rates shipped_rates() {
    return rates([](const std::string&) { return 1.0; });
}

enum class Factors { of_the_network, one_for_pairing };

/// Log of the equilibrium constant of a step.
double log_constant(const BindingStep& step, const Rates& rates, Factors factors) {
    const net::Network& network = her2_model(Tier::full).network;
    const auto rate = [&](ReactionId r) {
        const bool is_pairing = network.reactants(r).size() == 2;
        const bool is_one = factors == Factors::one_for_pairing && is_pairing;
        const double factor = is_one ? 1.0 : network.factor(r);
        return factor * rates.at(network.rate_law(r).names[0]);
    };
    return std::log(rate(step.forward) / rate(step.backward));
}

struct Cycles {
    std::size_t count{};
    double worst{};  ///< largest |product - 1|
    std::string worst_step;
};

/// Potentials of all species that bind, along a forest; then every step that is left.
Cycles close_cycles(const Rates& rates, Factors factors = Factors::of_the_network) {
    const net::Network& network = her2_model(Tier::full).network;
    std::vector<std::optional<double>> potential(network.species_count());
    std::vector<bool> is_used(steps().size());

    /// What the step says of its one species without potential; nothing when it has none or more.
    const auto grow = [&](std::size_t i) {
        double rest = log_constant(steps()[i], rates, factors);
        std::optional<std::pair<SpeciesId, int>> unknown;
        for (const auto& [species, n] : steps()[i].change) {
            if (potential[species.value]) {
                rest -= n * *potential[species.value];
            } else if (unknown) {
                return false;
            } else {
                unknown = {species, n};
            }
        }
        if (!unknown) {
            return false;
        }
        potential[unknown->first.value] = rest / unknown->second;
        is_used[i] = true;
        return true;
    };

    // Steps by species, so that a species that has got its potential passes it on to them alone.
    static const std::vector<std::vector<std::size_t>> kTouching = [&] {
        std::vector<std::vector<std::size_t>> touching(network.species_count());
        for (std::size_t i = 0; i < steps().size(); ++i) {
            for (const auto& [species, unused] : steps()[i].change) {
                touching[species.value].push_back(i);
            }
        }
        return touching;
    }();
    for (std::size_t s = 0; s < network.species_count(); ++s) {
        if (potential[s]) {
            continue;
        }
        potential[s] = 0.0;  // a root; species that bind nothing are one each
        for (std::vector<std::size_t> known = {s}; !known.empty();) {
            const std::size_t at = known.back();
            known.pop_back();
            for (const std::size_t i : kTouching[at]) {
                if (is_used[i] || !grow(i)) {
                    continue;
                }
                for (const auto& [species, unused] : steps()[i].change) {
                    if (species.value != at) {
                        known.push_back(species.value);
                    }
                }
            }
        }
    }
    Cycles out;
    for (std::size_t i = 0; i < steps().size(); ++i) {
        if (is_used[i]) {
            continue;
        }
        double sum = log_constant(steps()[i], rates, factors);
        for (const auto& [species, n] : steps()[i].change) {
            sum -= n * *potential[species.value];
        }
        ++out.count;
        const double deviation = std::fabs(std::expm1(sum));
        if (!(deviation <= out.worst)) {
            out.worst = deviation;
            out.worst_step = rule_name(network, steps()[i].forward);
            for (const SpeciesId s : network.reactants(steps()[i].forward)) {
                out.worst_step += " " + std::string{network.species_text(s)};
            }
        }
    }
    return out;
}

TEST(BindingSteps, AreThoseOfTheRulesThatBindPairAndLeave) {
    // The rules are named for what they do; the structure of the network agrees with their names.
    const net::Network& network = her2_model(Tier::full).network;
    std::set<ReactionId> found;
    for (const BindingStep& step : steps()) {
        found.insert(step.forward);
        found.insert(step.backward);
    }
    for (std::size_t i = 0; i < network.reaction_count(); ++i) {
        const auto r = id_at<ReactionId>(i);
        const std::string& name = rule_name(network, r);
        const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
        EXPECT_EQ(found.contains(r), has("pair_") || has("_binds") || has("_leaves")) << name;
    }
}

TEST(BindingSteps, CloseEveryCycle) {
    const Cycles cycles = close_cycles(shipped_rates());
    EXPECT_GT(cycles.count, 300U) << "of " << steps().size() << " steps";
    EXPECT_LT(cycles.worst, kTolerance) << cycles.worst_step;
}

TEST(BindingSteps, CloseEveryCycleWhateverTheConstants) {
    // Detailed balance is a property of the rules, so no row of parameters.tsv can break it.
    std::mt19937 generator{20250712};
    for (int trial = 0; trial < 20; ++trial) {
        const Cycles cycles = close_cycles(rates([&](const std::string&) {
            return std::exp(static_cast<double>(generator() % 2001) / 1000.0 - 1.0);
        }));
        EXPECT_LT(cycles.worst, kTolerance) << cycles.worst_step;
    }
}

TEST(BindingSteps, CloseOnlyWithTheirStatisticalFactors) {
    // Two alike form a pair half as often, and the pair loses either of its two ligands: one of
    // these without the other does not do.
    EXPECT_GT(close_cycles(shipped_rates(), Factors::one_for_pairing).worst, 0.1);
}

TEST(BindingSteps, DoNotCloseWithAnyOffRateOnePercentOff) {
    // IGF-1, insulin and HGF bind receptors that pair with nothing: no cycle runs through them.
    const std::set<std::string> without_cycle = {"k_off_IGF1", "k_off_HGF", "k_off_insulin",
                                                 "k_off_antiIGF1R"};
    std::size_t off_rates = 0;
    for (const auto& [name, unused] : shipped_rates()) {
        if (!name.starts_with("k_off_") && !name.starts_with("k_unpair_")) {
            continue;
        }
        ++off_rates;
        Rates changed = shipped_rates();
        changed.at(name) *= 1.01;
        const double worst = close_cycles(changed).worst;
        if (without_cycle.contains(name)) {
            EXPECT_LT(worst, kTolerance) << name;
        } else {
            EXPECT_GT(worst, 1e-3) << name;
        }
    }
    EXPECT_GT(off_rates, 40U);
}

}  // namespace
}  // namespace erbium::her2
