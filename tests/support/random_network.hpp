// SPDX-License-Identifier: Apache-2.0
// tests/support/random_network.hpp: networks of all kinds of rate laws, from a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "erbium/net/network.hpp"
#include "ode_zoo.hpp"

namespace erbium::zoo {

/// A network as lists, so that a test can write it in another order before it becomes a Network.
struct RandomNetwork {
    struct Reaction {
        std::vector<std::uint32_t> reactants;
        std::vector<std::uint32_t> products;
        net::RateLawKind kind{};
        std::vector<std::string> names;
        double factor{1.0};
    };
    std::vector<double> amounts;
    std::vector<std::vector<net::ObservableTerm>> observables;
    std::vector<Reaction> reactions;

    /// Species s stands at place order[s].
    [[nodiscard]] net::Network network(const std::vector<std::uint32_t>& order) const {
        net::Network n;
        for (int k = 0; k < 5; ++k) {
            n.parameters.push_back(
                {"k" + std::to_string(k), expression(std::to_string(k + 1) + "/4")});
        }
        n.parameters.push_back({"h", expression("k1*2.5")});
        for (std::size_t o = 0; o < observables.size(); ++o) {
            net::Observable observable{"O" + std::to_string(o), {}};
            for (const net::ObservableTerm& term : observables[o]) {
                observable.terms.push_back({SpeciesId{order[term.species.value]}, term.weight});
            }
            n.observables.push_back(std::move(observable));
        }
        n.functions.push_back({"f0", expression("k1*O0/(k2+O0+O1^2)")});
        n.functions.push_back({"f1", expression("if(O1>k3,k2*sqrt(O0+1),exp(-O2))+f0*cos(time)")});
        std::vector<std::uint32_t> species_at(amounts.size());
        for (std::uint32_t s = 0; s < amounts.size(); ++s) {
            species_at[order[s]] = s;
        }
        for (const std::uint32_t s : species_at) {
            n.add_species("S" + std::to_string(s), lang::Expression::constant(amounts[s]), false);
        }
        for (const Reaction& r : reactions) {
            n.rate_laws.push_back({r.kind, r.names});
            std::vector<SpeciesId> left;
            std::vector<SpeciesId> right;
            for (const std::uint32_t s : r.reactants) {
                left.push_back(SpeciesId{order[s]});
            }
            for (const std::uint32_t s : r.products) {
                right.push_back(SpeciesId{order[s]});
            }
            n.add_reaction(left, right, id_at<net::RateLawId>(n.rate_laws.size() - 1), r.factor,
                           net::Network::kNoRule);
        }
        return n;
    }
    [[nodiscard]] net::Network network() const {
        std::vector<std::uint32_t> order(amounts.size());
        for (std::uint32_t s = 0; s < order.size(); ++s) {
            order[s] = s;
        }
        return network(order);
    }
};

/// Conversions, bindings and releases with all rate laws, so that a total is conserved: every
/// species s has a size (1 or 2 units) and every reaction keeps the sum of sizes.
[[nodiscard]] inline RandomNetwork random_network(std::uint32_t seed, std::uint32_t pairs) {
    std::mt19937 random{seed};
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    RandomNetwork n;
    // Species 0 ... pairs-1 are of size 1, the others of size 2.
    for (std::uint32_t s = 0; s < 2 * pairs; ++s) {
        n.amounts.push_back(0.25 + 0.125 * below(16));
    }
    n.observables.resize(3);
    for (auto& terms : n.observables) {
        for (std::uint32_t s = 0; s < 2 * pairs; ++s) {
            if (below(3) == 0) {
                terms.push_back({SpeciesId{s}, 1.0 + below(3)});
            }
        }
    }
    using Kind = net::RateLawKind;
    for (std::uint32_t i = 0; i < 6 * pairs; ++i) {
        const std::uint32_t a = below(pairs);
        const std::uint32_t b = below(pairs);
        const std::uint32_t c = pairs + below(pairs);
        const std::string k = "k" + std::to_string(below(5));
        switch (i % 6) {
            case 0:
                n.reactions.push_back({{a, b}, {c}, Kind::mass_action, {k}, 0.5});
                break;
            case 1:
                n.reactions.push_back({{c}, {a, b}, Kind::mass_action, {k}, 1.0});
                break;
            case 2:
                n.reactions.push_back({{a}, {b}, Kind::function, {"f0"}, 1.0});
                break;
            case 3:
                n.reactions.push_back({{c, a}, {a, a, b}, Kind::michaelis_menten, {"k1", k}, 1.0});
                break;
            case 4:
                n.reactions.push_back({{a, b}, {c}, Kind::saturation, {k, "k2"}, 2.0});
                break;
            default:
                n.reactions.push_back({{a, c}, {b, c}, Kind::hill, {k, "k3", "h"}, 1.0});
                n.reactions.push_back({{c}, {a, b}, Kind::function, {"f1"}, 0.25});
        }
    }
    return n;
}

}  // namespace erbium::zoo
