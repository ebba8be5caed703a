// SPDX-License-Identifier: Apache-2.0
// tests/support/moiety_network.hpp: random networks in which molecules bind, so that each kind of
// molecule has a total.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "erbium/net/network.hpp"
#include "ode_zoo.hpp"

namespace erbium::zoo {

/// Complexes of `molecules` kinds of molecule. Two complexes bind to a third one and come apart
/// again, or a complex changes its form and back. One observable, "total_<m>", per kind m counts
/// its copies: constant, but for those of the last kind when it is degraded and made.
[[nodiscard]] inline net::Network moiety_network(std::uint32_t seed, std::uint32_t molecules,
                                                 std::uint32_t complexes, bool has_turnover) {
    std::mt19937 random{seed};
    const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
    net::Network n;
    for (std::uint32_t k = 0; k < 6; ++k) {
        n.parameters.push_back({"k" + std::to_string(k), expression(std::to_string(k + 1) + "/5")});
        n.rate_laws.push_back({net::RateLawKind::mass_action, {"k" + std::to_string(k)}});
    }
    std::vector<std::vector<std::uint32_t>> copies;  // by species, then molecule
    const auto add_species = [&](std::vector<std::uint32_t> of) {
        const double amount = 0.25 + 0.125 * below(24);
        copies.push_back(std::move(of));
        return n.add_species("S" + std::to_string(copies.size() - 1),
                             lang::Expression::constant(amount), false);
    };
    const auto react = [&](const std::vector<SpeciesId>& left,
                           const std::vector<SpeciesId>& right) {
        n.add_reaction(left, right, net::RateLawId{below(6)}, 1.0, net::Network::kNoRule);
    };
    for (std::uint32_t m = 0; m < molecules; ++m) {
        std::vector<std::uint32_t> one(molecules);
        one[m] = 1;
        add_species(one);
    }
    for (std::uint32_t c = 0; c < complexes; ++c) {
        const SpeciesId a{below(copies.size())};
        const SpeciesId b{below(copies.size())};
        if (below(4) == 0) {
            const SpeciesId other = add_species(copies[a.value]);
            react({a}, {other});
            react({other}, {a});
            continue;
        }
        std::vector<std::uint32_t> both = copies[a.value];
        for (std::uint32_t m = 0; m < molecules; ++m) {
            both[m] += copies[b.value][m];
        }
        const SpeciesId ab = add_species(both);
        react({a, b}, {ab});
        react({ab}, {a, b});
    }
    if (has_turnover) {
        react({}, {SpeciesId{molecules - 1}});
        react({SpeciesId{molecules - 1}}, {});
    }
    for (std::uint32_t m = 0; m < molecules; ++m) {
        net::Observable total{"total_" + std::to_string(m), {}};
        for (std::uint32_t s = 0; s < copies.size(); ++s) {
            if (copies[s][m] > 0) {
                total.terms.push_back({SpeciesId{s}, static_cast<double>(copies[s][m])});
            }
        }
        n.observables.push_back(std::move(total));
    }
    return n;
}

}  // namespace erbium::zoo
