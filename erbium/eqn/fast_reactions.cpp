// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/fast_reactions.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "erbium/eqn/reference_kernel.hpp"

namespace erbium::eqn {
namespace {

using Members = std::vector<std::uint32_t>;

Members free_members(const net::Network& network, std::span<const SpeciesId> side) {
    Members members;
    for (const SpeciesId s : side) {
        if (!network.is_fixed(s)) {
            members.push_back(s.value);
        }
    }
    return members;  // ascending, as the network keeps them
}

/// -d(flux) / d(extent), the flux's own way counted positive: how fast a reaction slows itself
/// down.
double slowing(const net::Network& network, const Program& program, double coefficient,
               ReactionId reaction, std::span<const double> y) {
    const Product& rate = program.rates[reaction.value];
    const auto factors = program.factors.subspan(rate.first, rate.count);
    double sum = 0.0;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (network.is_fixed(SpeciesId{factors[i]})) {
            continue;
        }
        double slope = coefficient;
        for (std::size_t j = 0; j < factors.size(); ++j) {
            slope *= j == i ? 1.0 : y[factors[j]];
        }
        // A factor that stands twice loses two at once.
        sum += slope * static_cast<double>(std::count(factors.begin(), factors.end(), factors[i]));
    }
    return sum;
}

}  // namespace

std::vector<ReversibleReaction> reversible_reactions(const net::Network& network,
                                                     const System& system,
                                                     std::span<const ParameterValue> parameters,
                                                     std::span<const double> y) {
    std::map<std::pair<Members, Members>, std::size_t> place_of;
    std::vector<ReversibleReaction> all;
    for (std::size_t i = 0; i < network.reaction_count(); ++i) {
        const auto r = id_at<ReactionId>(i);
        Members left = free_members(network, network.reactants(r));
        Members right = free_members(network, network.products(r));
        Members both;
        std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                              std::back_inserter(both));
        if (network.rate_law(r).kind != net::RateLawKind::mass_action || !both.empty() ||
            left.empty() || right.empty()) {
            continue;
        }
        const bool is_turned = right < left;
        if (is_turned) {
            left.swap(right);
        }
        const auto [at, is_new] =
            place_of.emplace(std::pair{std::move(left), std::move(right)}, all.size());
        if (is_new) {
            all.emplace_back();
        }
        ReversibleReaction& reaction = all[at->second];
        (is_turned ? reaction.backward : reaction.forward).push_back(r);
    }
    std::erase_if(all, [](const ReversibleReaction& reaction) {
        return reaction.forward.empty() || reaction.backward.empty();
    });
    ReferenceKernel kernel{system};
    kernel.set_parameters(parameters);
    kernel.evaluate_coefficients(0.0, y);
    const Program program = system.program();
    for (ReversibleReaction& reaction : all) {
        double rate = 0.0;
        for (const auto* way : {&reaction.forward, &reaction.backward}) {
            for (const ReactionId r : *way) {
                const double coefficient = kernel.slots()[program.rates[r.value].slot];
                rate += slowing(network, program, coefficient, r, y);
            }
        }
        reaction.relaxation_time =
            rate > 0.0 ? 1.0 / rate : std::numeric_limits<double>::infinity();
    }
    return all;
}

std::vector<ReactionId> faster_than(double time, std::span<const ReversibleReaction> reversible) {
    std::vector<ReactionId> reactions;
    for (const ReversibleReaction& reaction : reversible) {
        if (reaction.relaxation_time < time) {
            reactions.insert(reactions.end(), reaction.forward.begin(), reaction.forward.end());
            reactions.insert(reactions.end(), reaction.backward.begin(), reaction.backward.end());
        }
    }
    std::sort(reactions.begin(), reactions.end());
    return reactions;
}

}  // namespace erbium::eqn
