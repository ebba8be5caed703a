// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/flux_kernel.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace erbium::sim {
namespace {

using eqn::Term;

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
    std::vector<std::uint8_t> is_needed(changes.size());
    for (std::uint32_t r = 0; r < changes.size(); ++r) {
        if (changes[r].amounts.empty()) {
            continue;
        }
        is_needed[r] = 1;
        const auto [at, is_new] = group_of.emplace(changes[r].amounts, narrow(groups.size()));
        if (is_new) {
            groups.emplace_back();
        }
        groups[at->second].push_back({r, changes[r].sign});
    }
    std::vector<std::uint32_t> places(changes.size());
    add_fluxes(is_needed, places);
    const std::uint32_t flux_count = narrow(fluxes_.size() + long_fluxes_.size());
    std::vector<std::vector<Term>> rows(program_.species);
    for (std::vector<Term>& group : groups) {
        const Change& change = changes[group.front().index];
        Term net{places[group.front().index], change.sign};
        if (group.size() > 1) {
            net = {flux_count + narrow(nets_.size()), 1.0};
            for (Term& member : group) {
                member.index = places[member.index];
            }
            add_sum(group, nets_);
        }
        for (const auto& [species, amount] : change.amounts) {
            rows[species].push_back({net.index, net.weight * amount});
        }
    }
    for (const std::vector<Term>& row : rows) {
        add_sum(row, rows_);
    }
    values_.resize(flux_count + nets_.size());
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
            const auto factors = program_.factors.subspan(rate.first, rate.count);
            fluxes_.push_back(
                {rate.slot, states > 0 ? factors[0] : 0, states > 1 ? factors[1] : 0});
        }
        none_end_ = states == 0 ? place : none_end_;
        one_end_ = states == 1 ? place : one_end_;
    }
}

void FluxKernel::add_sum(std::span<const Term> terms, std::vector<Sum>& sums) {
    const auto add = [&](auto is_wanted) {
        for (const Term& term : terms) {
            if (is_wanted(term.weight)) {
                indices_.push_back(term.index);
                weights_.push_back(term.weight);
            }
        }
        return narrow(indices_.size());
    };
    Sum sum;
    sum.plus_end = add([](double w) { return w == 1.0; });
    sum.minus_end = add([](double w) { return w == -1.0; });
    sum.end = add([](double w) { return w != 1.0 && w != -1.0; });
    sums.push_back(sum);
}

double FluxKernel::sum(const Sum& row, std::uint32_t i) const noexcept {
    double total = 0.0;
    for (; i < row.plus_end; ++i) {
        total += values_[indices_[i]];
    }
    for (; i < row.minus_end; ++i) {
        total -= values_[indices_[i]];
    }
    for (; i < row.end; ++i) {
        total += weights_[i] * values_[indices_[i]];
    }
    return total;
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
    std::uint32_t begin = 0;
    for (const Sum& net : nets_) {
        values_[i++] = sum(net, begin);
        begin = net.end;
    }
    for (std::size_t s = 0; s < rows_.size(); ++s) {
        rate[s] = sum(rows_[s], begin);
        begin = rows_[s].end;
    }
}

}  // namespace erbium::sim
