// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/flux_kernel.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace erbium::sim {
namespace {

using eqn::Term;

// Reactions that must share a state before it is multiplied once for all.
constexpr std::size_t kLeastShared = 4;

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

/// What one firing of a reaction changes, by ascending species; the first change is positive when
/// `sign` is 1.
struct Change {
    std::vector<std::pair<std::uint32_t, double>> amounts;
    double sign{1.0};
};

std::vector<Change> changes_of(const eqn::Program& program) {
    std::vector<Change> changes(program.rates.size());
    for (std::uint32_t s = 0; s < program.species; ++s) {
        for (std::uint32_t i = program.stoichiometry.begins[s];
             i < program.stoichiometry.begins[s + 1]; ++i) {
            const Term& term = program.stoichiometry.terms[i];
            Change& change = changes[term.index];
            if (change.amounts.empty()) {
                change.sign = term.weight > 0.0 ? 1.0 : -1.0;
            }
            change.amounts.emplace_back(s, change.sign * term.weight);
        }
    }
    return changes;
}

}  // namespace

FluxKernel::FluxKernel(eqn::ReferenceKernel& kernel)
    : kernel_{kernel}, program_{kernel.system().program()} {
    // Reactions of one change, up to its sign, in the order of the first of each.
    const std::vector<Change> changes = changes_of(program_);
    std::map<std::vector<std::pair<std::uint32_t, double>>, std::uint32_t> group_of;
    std::vector<std::vector<Term>> groups;  // of reactions
    std::vector<const Change*> change_of;   // by group, any of its reactions
    for (std::uint32_t r = 0; r < changes.size(); ++r) {
        if (changes[r].amounts.empty()) {
            continue;
        }
        const auto [at, is_new] = group_of.emplace(changes[r].amounts, narrow(groups.size()));
        if (is_new) {
            groups.emplace_back();
            change_of.push_back(&changes[r]);
        }
        groups[at->second].push_back({r, changes[r].sign});
    }
    FrequencyIds known;
    std::vector<std::vector<Term>> turnovers;  // by group
    std::vector<std::optional<Term>> exchanges;
    std::vector<std::uint8_t> is_needed(changes.size());
    for (std::vector<Term>& group : groups) {
        turnovers.push_back(take_turnovers(group, known));
        exchanges.push_back(turnovers.back().empty() ? take_exchange(group) : std::nullopt);
        if (exchanges.back()) {
            group.clear();
        }
        for (const Term& member : group) {
            is_needed[member.index] = 1;
        }
    }
    std::vector<std::uint32_t> places(changes.size());
    add_fluxes(is_needed, places);
    const std::uint32_t turnovers_begin = narrow(fluxes_.size() + long_fluxes_.size());
    const std::uint32_t exchanges_begin = turnovers_begin + narrow(turnovers_.size());
    const std::uint32_t nets_begin = exchanges_begin + narrow(exchanges_.size());
    std::vector<std::vector<Term>> nets;
    std::vector<std::vector<Term>> rows(program_.species);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        std::vector<Term> members;
        for (const Term& member : groups[g]) {
            members.push_back({places[member.index], member.weight});
        }
        for (const Term& turnover : turnovers[g]) {
            members.push_back({turnovers_begin + turnover.index, turnover.weight});
        }
        if (exchanges[g]) {
            members.push_back({exchanges_begin + exchanges[g]->index, exchanges[g]->weight});
        }
        Term net = members.front();
        if (members.size() > 1) {
            net = {nets_begin + narrow(nets.size()), 1.0};
            nets.push_back(std::move(members));
        }
        for (const auto& [species, amount] : change_of[g]->amounts) {
            rows[species].push_back({net.index, net.weight * amount});
        }
    }
    nets_ = SignedSums{nets};
    rows_ = SignedSums{rows};
    values_.resize(nets_begin + nets.size());
}

/// Takes from the reactions of a group those that share a state; turnovers and their signs.
std::vector<Term> FluxKernel::take_turnovers(std::vector<Term>& group, FrequencyIds& known) {
    std::vector<Term> taken;
    while (group.size() >= kLeastShared) {
        // How many reactions of one sign each state is in, once where it is in one twice.
        std::map<std::pair<double, std::uint32_t>, std::size_t> counts;
        const auto states_of = [&](const Term& member) {
            const eqn::Product& rate = program_.rates[member.index];
            return rate.count == 2 ? program_.factors.subspan(rate.first, 2)
                                   : std::span<const std::uint32_t>{};
        };
        std::pair<double, std::uint32_t> best;
        std::size_t most = 0;
        for (const Term& member : group) {
            const auto states = states_of(member);
            for (std::size_t i = 0; i < states.size(); ++i) {
                if (i == 1 && states[1] == states[0]) {
                    continue;
                }
                const std::pair key{member.weight, states[i]};
                if (const std::size_t count = ++counts[key]; count > most) {
                    most = count;
                    best = key;
                }
            }
        }
        if (most < kLeastShared) {
            break;
        }
        std::vector<Encounter> encounters;
        std::erase_if(group, [&](const Term& member) {
            const auto states = states_of(member);
            if (member.weight != best.first || states.empty() ||
                (states[0] != best.second && states[1] != best.second)) {
                return false;
            }
            encounters.push_back({program_.rates[member.index].slot,
                                  states[0] == best.second ? states[1] : states[0]});
            return true;
        });
        std::sort(encounters.begin(), encounters.end());
        const auto [at, is_new] = known.emplace(encounters, narrow(known.size()));
        if (is_new) {
            encounters_.insert(encounters_.end(), encounters.begin(), encounters.end());
            encounter_ends_.push_back(narrow(encounters_.size()));
            frequencies_.push_back(0.0);
        }
        taken.push_back({narrow(turnovers_.size()), best.first});
        turnovers_.push_back({best.second, at->second});
    }
    return taken;
}

FluxKernel::Flux FluxKernel::flux_of(const eqn::Product& rate) const noexcept {
    const auto states = program_.factors.subspan(rate.first, rate.count);
    return {rate.slot, states.empty() ? 0 : states[0], states.size() > 1 ? states[1] : 0};
}

/// The group as an exchange, with the sign of its first direction, if it is one.
std::optional<Term> FluxKernel::take_exchange(const std::vector<Term>& group) {
    if (group.size() != 2 || group[0].weight == group[1].weight) {
        return std::nullopt;
    }
    const bool is_turned = program_.rates[group[0].index].count == 1;
    const Term& there = group[is_turned ? 1 : 0];
    const eqn::Product& rate = program_.rates[there.index];
    const eqn::Product& back = program_.rates[group[is_turned ? 0 : 1].index];
    if (rate.count != 2 || back.count != 1) {
        return std::nullopt;
    }
    exchanges_.push_back({flux_of(rate), back.slot, flux_of(back).first});
    return Term{narrow(exchanges_.size() - 1), there.weight};
}

/// Sorts reactions by their number of states; `places` receives where each one's flux stands.
void FluxKernel::add_fluxes(const std::vector<std::uint8_t>& is_needed,
                            std::vector<std::uint32_t>& places) {
    std::uint32_t place = 0;
    for (std::uint32_t states = 0; states < 4; ++states) {
        for (std::size_t r = 0; r < is_needed.size(); ++r) {
            const eqn::Product& rate = program_.rates[r];
            if (is_needed[r] == 0 || std::min(rate.count, 3U) != states) {
                continue;
            }
            places[r] = place++;
            if (states == 3) {
                long_fluxes_.push_back(rate);
                continue;
            }
            fluxes_.push_back(flux_of(rate));
        }
        none_end_ = states == 0 ? place : none_end_;
        one_end_ = states == 1 ? place : one_end_;
    }
}

void FluxKernel::rhs(double t, std::span<const double> y, std::span<double> rate) noexcept {
    kernel_.evaluate_coefficients(t, y);
    const double* const slots = kernel_.slots().data();
    std::uint32_t i = 0;
    for (; i < none_end_; ++i) {
        values_[i] = slots[fluxes_[i].slot];
    }
    for (; i < one_end_; ++i) {
        values_[i] = slots[fluxes_[i].slot] * y[fluxes_[i].first];
    }
    for (; i < fluxes_.size(); ++i) {
        values_[i] = slots[fluxes_[i].slot] * y[fluxes_[i].first] * y[fluxes_[i].second];
    }
    for (const eqn::Product& flux : long_fluxes_) {
        double value = slots[flux.slot];
        for (const std::uint32_t factor : program_.factors.subspan(flux.first, flux.count)) {
            value *= y[factor];
        }
        values_[i++] = value;
    }
    std::uint32_t e = 0;
    for (std::size_t k = 0; k < frequencies_.size(); ++k) {
        double sum = 0.0;
        for (; e < encounter_ends_[k]; ++e) {
            sum += slots[encounters_[e].slot] * y[encounters_[e].state];
        }
        frequencies_[k] = sum;
    }
    for (const Turnover& turnover : turnovers_) {
        values_[i++] = frequencies_[turnover.frequency] * y[turnover.state];
    }
    for (const Exchange& exchange : exchanges_) {
        const Flux& there = exchange.there;
        values_[i++] = slots[there.slot] * y[there.first] * y[there.second] -
                       slots[exchange.back_slot] * y[exchange.back];
    }
    nets_.evaluate(values_.data(), values_.data() + i);
    rows_.evaluate(values_.data(), rate.data());
}

}  // namespace erbium::sim
