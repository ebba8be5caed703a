// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace erbium::eqn {
namespace {

/// One summand of one Jacobian entry.
struct EntryTerm {
    std::uint32_t column{};
    std::uint32_t row{};
    std::uint32_t index{};  // into partials; or, with is_sum, into the sums
    bool is_sum{};
    double weight{};
};

class JacobianWriter {
public:
    JacobianWriter(const net::Network& network, const std::vector<RateForm>& rates,
                   const ReactionChanges& changes, Graph& graph, System::Tables& tables)
        : network_{network}, rates_{rates}, changes_{changes}, graph_{graph}, tables_{tables} {}

    JacobianForm write(Diagnostics& diagnostics) {
        time_slopes_.resize(network_.species_count());
        for (std::uint32_t r = 0; r < rates_.size(); ++r) {
            if (!changes_[r].empty()) {
                add_mass_action(r);
                add_functional(r, diagnostics);
            }
        }
        expand_observables();
        add_moves();
        write_entries();
        write_time_slopes();
        return std::move(form_);
    }

private:
    [[nodiscard]] bool is_free(std::uint32_t species) const {
        return !network_.is_fixed(SpeciesId{species});
    }

    std::uint32_t add_partial(NodeId coefficient, std::vector<std::uint32_t> factors) {
        form_.partials.push_back({coefficient, std::move(factors)});
        return static_cast<std::uint32_t>(form_.partials.size() - 1);
    }

    /// d/dx of c x^m ... = m c x^(m-1) ..., as the same product with one factor less.
    void add_mass_action(std::uint32_t r) {
        const std::vector<std::uint32_t>& factors = rates_[r].factors;
        for (std::size_t i = 0; i < factors.size(); ++i) {
            if ((i > 0 && factors[i] == factors[i - 1]) || !is_free(factors[i])) {
                continue;
            }
            const auto multiplicity =
                static_cast<double>(std::count(factors.begin(), factors.end(), factors[i]));
            std::vector<std::uint32_t> others = factors;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            const std::uint32_t partial = add_partial(rates_[r].coefficient, std::move(others));
            for (const SpeciesChange& change : changes_[r]) {
                terms_.push_back({.column = factors[i],
                                  .row = change.species,
                                  .index = partial,
                                  .weight = change.amount * multiplicity});
            }
        }
    }

    /// Derivatives of the coefficient. Those by a state are entries of their own; those by an
    /// observable are first summed over reactions, then spread over the observable's species: the
    /// work is (species changed) x (species observed), not that times the number of reactions.
    void add_functional(std::uint32_t r, Diagnostics& diagnostics) {
        const NodeId coefficient = rates_[r].coefficient;
        if (!graph_[coefficient].is_varying) {
            return;
        }
        for (const Leaf& leaf : leaves_of(coefficient)) {
            if (leaf.op == Opcode::parameter ||
                (leaf.op == Opcode::state && !is_free(leaf.index))) {
                continue;
            }
            const std::optional<NodeId> slope = slope_of(coefficient, leaf);
            if (!slope) {
                diagnostics.unsupported(
                    "ERB-EQN-0008", {},
                    "mratio whose first or second argument changes in time, in a rate");
                return;
            }
            if (graph_.is_number(*slope, 0.0)) {
                continue;
            }
            if (leaf.op == Opcode::time) {
                add_time_partial(r, *slope);
                continue;
            }
            const std::uint32_t partial = add_partial(*slope, rates_[r].factors);
            for (const SpeciesChange& change : changes_[r]) {
                if (leaf.op == Opcode::state) {
                    terms_.push_back({.column = leaf.index,
                                      .row = change.species,
                                      .index = partial,
                                      .weight = change.amount});
                } else {
                    sums_[{leaf.index, change.species}].push_back({partial, change.amount});
                }
            }
        }
    }

    void add_time_partial(std::uint32_t r, NodeId slope) {
        const auto partial = static_cast<std::uint32_t>(form_.time_partials.size());
        form_.time_partials.push_back({slope, rates_[r].factors});
        for (const SpeciesChange& change : changes_[r]) {
            time_slopes_[change.species].push_back({partial, change.amount});
        }
    }

    // Many reactions share one coefficient: ask the graph once.
    const std::vector<Leaf>& leaves_of(NodeId node) {
        const auto at = leaves_.find(node);
        return at != leaves_.end() ? at->second
                                   : leaves_.emplace(node, graph_.leaves(node)).first->second;
    }
    /// Nothing where the derivative is not known.
    std::optional<NodeId> slope_of(NodeId node, const Leaf& leaf) {
        const auto at = slopes_.find({node, leaf});
        if (at != slopes_.end()) {
            return at->second;
        }
        std::optional<NodeId> slope;
        if (graph_.has_derivative(node, leaf)) {
            slope = graph_.derivative(node, leaf);
        }
        return slopes_.emplace(std::pair{node, leaf}, slope).first->second;
    }

    void expand_observables() {
        tables_.partial_sum_begins.assign(1, 0);
        for (const auto& [key, summands] : sums_) {
            const auto sum = static_cast<std::uint32_t>(tables_.partial_sum_begins.size() - 1);
            tables_.partial_sum_terms.insert(tables_.partial_sum_terms.end(), summands.begin(),
                                             summands.end());
            tables_.partial_sum_begins.push_back(
                static_cast<std::uint32_t>(tables_.partial_sum_terms.size()));
            const auto& [observable, row] = key;
            for (std::uint32_t i = tables_.observable_begins[observable];
                 i < tables_.observable_begins[observable + 1]; ++i) {
                const Term& term = tables_.observable_terms[i];
                if (is_free(term.index)) {
                    terms_.push_back({.column = term.index,
                                      .row = row,
                                      .index = sum,
                                      .is_sum = true,
                                      .weight = term.weight});
                }
            }
        }
    }

    /// Derivatives along the change of an algebraic state: those by all states that move with it.
    void add_moves() {
        const AlgebraicStates algebraic{tables_.algebraic_states,
                                        {tables_.move_begins, tables_.move_terms}};
        if (algebraic.moves.terms.empty()) {
            return;
        }
        std::vector<std::vector<Term>> moved_with(network_.species_count());
        for (std::size_t a = 0; a < algebraic.size(); ++a) {
            for (const Term& move : algebraic.moves_of(a)) {
                moved_with[move.index].push_back({algebraic.states[a].value, move.weight});
            }
        }
        const std::size_t count = terms_.size();
        for (std::size_t i = 0; i < count; ++i) {
            for (const Term& state : moved_with[terms_[i].column]) {
                EntryTerm term = terms_[i];
                term.column = state.index;
                term.weight *= state.weight;
                terms_.push_back(term);
            }
        }
        // Terms of one derivative are joined where they meet; many cancel.
        const auto key = [](const EntryTerm& t) {
            return std::tuple{t.column, t.row, t.is_sum, t.index};
        };
        std::stable_sort(terms_.begin(), terms_.end(),
                         [&](const EntryTerm& a, const EntryTerm& b) { return key(a) < key(b); });
        std::vector<EntryTerm> joined;
        for (const EntryTerm& term : terms_) {
            if (!joined.empty() && key(joined.back()) == key(term)) {
                joined.back().weight += term.weight;
            } else {
                joined.push_back(term);
            }
        }
        std::erase_if(joined, [](const EntryTerm& t) { return t.weight == 0.0; });
        terms_ = std::move(joined);
    }

    void write_entries() {
        const auto species = static_cast<std::uint32_t>(network_.species_count());
        const auto products = static_cast<std::uint32_t>(form_.partials.size());
        std::stable_sort(terms_.begin(), terms_.end(), [](const EntryTerm& a, const EntryTerm& b) {
            return std::tie(a.column, a.row) < std::tie(b.column, b.row);
        });
        tables_.jacobian_begins.assign(1, 0);
        tables_.column_begins.assign(1, 0);
        tables_.jacobian_terms.reserve(terms_.size());
        const auto close_entry = [this](std::uint32_t row) {
            tables_.row_of_entry.push_back(static_cast<std::int32_t>(row));
            tables_.jacobian_begins.push_back(
                static_cast<std::uint32_t>(tables_.jacobian_terms.size()));
        };
        std::size_t at = 0;
        for (std::uint32_t column = 0; column < species; ++column) {
            bool has_diagonal = false;
            while (at < terms_.size() && terms_[at].column == column) {
                const std::uint32_t row = terms_[at].row;
                if (row > column && !has_diagonal) {
                    close_entry(column);
                    has_diagonal = true;
                }
                has_diagonal = has_diagonal || row == column;
                for (; at < terms_.size() && terms_[at].column == column && terms_[at].row == row;
                     ++at) {
                    const EntryTerm& term = terms_[at];
                    tables_.jacobian_terms.push_back(
                        {term.is_sum ? products + term.index : term.index, term.weight});
                }
                close_entry(row);
            }
            if (!has_diagonal) {
                close_entry(column);
            }
            tables_.column_begins.push_back(static_cast<std::int32_t>(tables_.row_of_entry.size()));
        }
    }

    void write_time_slopes() {
        tables_.time_slope_begins.assign(1, 0);
        for (const std::vector<Term>& row : time_slopes_) {
            tables_.time_slope_terms.insert(tables_.time_slope_terms.end(), row.begin(), row.end());
            tables_.time_slope_begins.push_back(
                static_cast<std::uint32_t>(tables_.time_slope_terms.size()));
        }
    }

    const net::Network& network_;
    const std::vector<RateForm>& rates_;
    const ReactionChanges& changes_;
    Graph& graph_;
    System::Tables& tables_;
    JacobianForm form_;
    std::vector<std::vector<Term>> time_slopes_;  // by species
    std::vector<EntryTerm> terms_;
    // by observable, then changed species; ordered, so that sums have the same order everywhere
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Term>> sums_;
    std::map<NodeId, std::vector<Leaf>> leaves_;
    std::map<std::pair<NodeId, Leaf>, std::optional<NodeId>> slopes_;
};

}  // namespace

void write_stoichiometry(const net::Network& network, const ReactionChanges& changes,
                         System::Tables& tables) {
    std::vector<std::vector<Term>> rows(network.species_count());
    for (std::uint32_t r = 0; r < changes.size(); ++r) {
        for (const SpeciesChange& change : changes[r]) {
            rows[change.species].push_back({r, change.amount});
        }
    }
    tables.stoichiometry_begins.assign(1, 0);
    for (const std::vector<Term>& row : rows) {
        tables.stoichiometry_terms.insert(tables.stoichiometry_terms.end(), row.begin(), row.end());
        tables.stoichiometry_begins.push_back(
            static_cast<std::uint32_t>(tables.stoichiometry_terms.size()));
    }
}

JacobianForm write_jacobian(const net::Network& network, const std::vector<RateForm>& rates,
                            const ReactionChanges& changes, Graph& graph, System::Tables& tables,
                            Diagnostics& diagnostics) {
    return JacobianWriter{network, rates, changes, graph, tables}.write(diagnostics);
}

}  // namespace erbium::eqn
