// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_net_rates.hpp"

#include <algorithm>
#include <utility>

namespace erbium::sim {
namespace {

using eqn::Term;

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

constexpr std::size_t kMostLanes = 8;  // of stages

}  // namespace

void pad_coefficients(std::vector<std::uint32_t>& begins) {
    while ((begins.size() - 1) % kMostLanes != 0) {
        begins.push_back(begins.back());
    }
}

NetRates::NetRates(const LaneTables& tables) : species_{tables.system().state_count()} {
    const eqn::Program program = tables.system().program();
    share_rates(program);
    share_partials(program);
    write_sums(program, tables.partial_places(), tables.partial_count());
    write_changes();
}

NetRates::Share NetRates::share_of(const Change& change) {
    if (change.empty()) {
        return {};
    }
    const double first = change.front().second;
    Change scaled = change;
    for (auto& [species, amount] : scaled) {
        amount /= first;
    }
    return {rate_of_.emplace(std::move(scaled), narrow(rate_of_.size())).first->second, first};
}

void NetRates::share_rates(const eqn::Program& program) {
    std::vector<Change> changes(program.rates.size());
    for (std::uint32_t s = 0; s < program.species; ++s) {
        for (std::uint32_t i = program.stoichiometry.begins[s];
             i < program.stoichiometry.begins[s + 1]; ++i) {
            const Term& term = program.stoichiometry.terms[i];
            changes[term.index].emplace_back(s, term.weight);
        }
    }
    for (const Change& change : changes) {
        shares_.push_back(share_of(change));
    }
}

/// From the entries of the Jacobian that each partial derivative stands in: its columns are the
/// states it is taken by, all in one sum where they change alike.
void NetRates::share_partials(const eqn::Program& program) {
    const std::size_t products = program.partials.size();
    std::vector<std::map<std::uint32_t, std::map<std::uint32_t, double>>> uses(products);
    for (std::uint32_t column = 0; column < program.species; ++column) {
        for (auto e = static_cast<std::size_t>(program.column_begins[column]);
             e < static_cast<std::size_t>(program.column_begins[column + 1]); ++e) {
            const auto row = static_cast<std::uint32_t>(program.row_of_entry[e]);
            for (std::uint32_t i = program.jacobian.begins[e]; i < program.jacobian.begins[e + 1];
                 ++i) {
                const Term& term = program.jacobian.terms[i];
                if (term.index < products) {
                    uses[term.index][column][row] += term.weight;
                    continue;
                }
                const std::size_t sum = term.index - products;
                for (std::uint32_t q = program.partial_sums.begins[sum];
                     q < program.partial_sums.begins[sum + 1]; ++q) {
                    const Term& part = program.partial_sums.terms[q];
                    uses[part.index][column][row] += term.weight * part.weight;
                }
            }
        }
    }
    slopes_.resize(products);
    for (std::size_t p = 0; p < products; ++p) {
        Change columns;
        std::vector<Share> shares;
        bool are_alike = true;
        for (const auto& [column, rows] : uses[p]) {
            shares.push_back(share_of(Change(rows.begin(), rows.end())));
            columns.emplace_back(column, shares.back().factor / shares.front().factor);
            are_alike = are_alike && shares.back().rate == shares.front().rate;
        }
        if (columns.size() > 1 && are_alike) {
            slopes_[p].push_back({shares.front().rate, row_of(columns), shares.front().factor});
            continue;
        }
        for (std::size_t i = 0; i < columns.size(); ++i) {
            slopes_[p].push_back({shares[i].rate, columns[i].first, shares[i].factor});
        }
    }
}

std::uint32_t NetRates::row_of(const Change& columns) {
    const auto [at, is_new] = row_of_.emplace(columns, narrow(row_count()));
    if (is_new) {
        for (const auto& [species, weight] : columns) {
            sum_terms_.push_back({species, weight});
        }
        sum_begins_.push_back(narrow(sum_terms_.size()));
    }
    return at->second;
}

void NetRates::write_sums(const eqn::Program& program, std::span<const std::uint32_t> places,
                          std::size_t partial_count) {
    std::vector<std::uint8_t> varies(program.slot_count);
    for (const auto tape : {program.rate_tape, program.slope_tape}) {
        for (const eqn::Instruction& i : tape) {
            varies[i.dst] = 1;
        }
    }
    struct Sum {
        std::vector<Term> slopes;
        bool is_bent{};
    };
    std::vector<std::map<std::uint32_t, Sum>> by_rate(rate_of_.size());
    for (std::size_t p = 0; p < slopes_.size(); ++p) {
        const eqn::Product& product = program.partials[p];
        for (const Slope& slope : slopes_[p]) {
            Sum& sum = by_rate[slope.rate][slope.row];
            sum.slopes.push_back({places[p], slope.factor});
            sum.is_bent = sum.is_bent || product.count > 0 || varies[product.slot] != 0;
        }
    }
    const auto write = [&](const Sum& sum, std::size_t shift) {
        for (const Term& term : sum.slopes) {
            terms_.push_back({narrow(term.index + shift), term.weight});
        }
        begins_.push_back(narrow(terms_.size()));
    };
    for (const auto& sums : by_rate) {
        NetRate& rate = rates_.emplace_back();
        for (const auto& [row, sum] : sums) {
            if (sum.is_bent) {
                rows_.push_back(row);
                write(sum, 0);
                write(sum, partial_count);
                ++rate.bent;
            }
        }
        for (const auto& [row, sum] : sums) {
            if (!sum.is_bent) {
                rows_.push_back(row);
                write(sum, 0);
                ++rate.straight;
            }
        }
    }
    pad_coefficients(begins_);
}

void NetRates::write_changes() {
    std::vector<std::vector<Term>> rows(species_);
    for (const auto& [change, rate] : rate_of_) {
        for (const auto& [species, amount] : change) {
            rows[species].push_back({rate, amount});
        }
    }
    for (std::vector<Term>& row : rows) {
        std::sort(row.begin(), row.end(),
                  [](const Term& a, const Term& b) { return a.index < b.index; });
        LaneSum sum;
        sum.begin = narrow(change_indices_.size());
        const auto add = [&](auto is_wanted) {
            for (const Term& term : row) {
                if (is_wanted(term.weight)) {
                    change_indices_.push_back(term.index);
                    change_weights_.push_back(term.weight);
                }
            }
            return narrow(change_indices_.size());
        };
        sum.plus_end = add([](double w) { return w == 1.0; });
        sum.minus_end = add([](double w) { return w == -1.0; });
        sum.end = add([](double w) { return w != 1.0 && w != -1.0; });
        change_sums_.push_back(sum);
    }
    changes_ = {narrow(species_), change_sums_.data(), change_indices_.data(),
                change_weights_.data()};
}

}  // namespace erbium::sim
