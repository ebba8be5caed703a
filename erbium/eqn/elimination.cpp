// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/elimination.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium::eqn {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// One summand of one entry of a column.
struct EntryTerm {
    std::uint32_t row{};
    Term term;
};

std::size_t index(std::int32_t i) noexcept {
    return static_cast<std::size_t>(i);
}

}  // namespace

Elimination::Elimination(const System& system, const std::vector<Choice>& choices) {
    const auto tables = std::make_shared<Tables>();
    const Program program = system.program();
    const std::uint32_t n = program.species;
    std::vector<std::uint32_t> choice_of(n, kNone);  // by dependent species
    for (std::uint32_t c = 0; c < choices.size(); ++c) {
        ERBIUM_CHECK(std::exchange(choice_of[choices[c].dependent.value], c) == kNone,
                     "two laws give one species");
    }

    tables->change_begins.push_back(0);
    // By species: the dependents whose changes it enters, with the factor.
    std::vector<std::vector<Term>> enters(n);
    for (const Choice& choice : choices) {
        double own = 0.0;
        for (const ConservationLaw::Member& member : choice.law.members) {
            if (member.species == choice.dependent) {
                own = static_cast<double>(member.weight);
            }
        }
        ERBIUM_CHECK(own == 1.0 || own == -1.0, "a dependent species has weight 1 or -1");
        for (const ConservationLaw::Member& member : choice.law.members) {
            if (member.species == choice.dependent) {
                continue;
            }
            ERBIUM_CHECK(choice_of[member.species.value] == kNone,
                         "a dependent species is in no other law");
            const double factor = -static_cast<double>(member.weight) * own;
            tables->change_terms.push_back({member.species.value, factor});
            enters[member.species.value].push_back({choice.dependent.value, factor});
        }
        tables->dependents.push_back(choice.dependent);
        tables->change_begins.push_back(static_cast<std::uint32_t>(tables->change_terms.size()));
    }

    tables->stoichiometry_begins.push_back(0);
    for (std::uint32_t s = 0; s < n; ++s) {
        if (choice_of[s] == kNone) {
            const Rows& rows = program.stoichiometry;
            tables->stoichiometry_terms.insert(tables->stoichiometry_terms.end(),
                                               rows.terms.begin() + rows.begins[s],
                                               rows.terms.begin() + rows.begins[s + 1]);
        }
        tables->stoichiometry_begins.push_back(
            static_cast<std::uint32_t>(tables->stoichiometry_terms.size()));
    }

    tables->jacobian_begins.push_back(0);
    tables->column_begins.push_back(0);
    std::vector<EntryTerm> column;
    const auto add_column = [&](std::uint32_t source, double factor) {
        for (std::int32_t e = program.column_begins[source]; e < program.column_begins[source + 1];
             ++e) {
            const auto row = static_cast<std::uint32_t>(program.row_of_entry[index(e)]);
            for (std::uint32_t t = program.jacobian.begins[index(e)];
                 choice_of[row] == kNone && t < program.jacobian.begins[index(e) + 1]; ++t) {
                const Term& term = program.jacobian.terms[t];
                column.push_back({row, {term.index, factor * term.weight}});
            }
        }
    };
    for (std::uint32_t s = 0; s < n; ++s) {
        column.clear();
        if (choice_of[s] == kNone) {
            add_column(s, 1.0);
            for (const Term& dependent : enters[s]) {
                add_column(dependent.index, dependent.weight);
            }
        }
        // Terms of one partial derivative are joined where they meet, and may cancel.
        std::stable_sort(column.begin(), column.end(), [](const EntryTerm& a, const EntryTerm& b) {
            return std::pair{a.row, a.term.index} < std::pair{b.row, b.term.index};
        });
        bool has_diagonal = false;
        const auto close_entry = [&](std::uint32_t row) {
            tables->row_of_entry.push_back(static_cast<std::int32_t>(row));
            tables->jacobian_begins.push_back(
                static_cast<std::uint32_t>(tables->jacobian_terms.size()));
            has_diagonal = has_diagonal || row == s;
        };
        for (std::size_t at = 0; at < column.size();) {
            const std::uint32_t row = column[at].row;
            if (row > s && !has_diagonal) {
                close_entry(s);
            }
            const std::size_t before = tables->jacobian_terms.size();
            while (at < column.size() && column[at].row == row) {
                Term sum = column[at].term;
                for (++at; at < column.size() && column[at].row == row &&
                           column[at].term.index == sum.index;
                     ++at) {
                    sum.weight += column[at].term.weight;
                }
                if (sum.weight != 0.0) {
                    tables->jacobian_terms.push_back(sum);
                }
            }
            if (row == s || tables->jacobian_terms.size() > before) {
                close_entry(row);
            }
        }
        if (!has_diagonal) {
            close_entry(s);
        }
        tables->column_begins.push_back(static_cast<std::int32_t>(tables->row_of_entry.size()));
    }
    tables_ = tables;
}

void Elimination::complete(double* change, std::size_t width) const noexcept {
    const Rows rows = changes();
    for (std::size_t d = 0; d < tables_->dependents.size(); ++d) {
        double* const dependent = change + tables_->dependents[d].value * width;
        std::fill(dependent, dependent + width, 0.0);
        for (std::uint32_t i = rows.begins[d]; i < rows.begins[d + 1]; ++i) {
            const Term& term = rows.terms[i];
            const double* const other = change + term.index * width;
            for (std::size_t l = 0; l < width; ++l) {
                dependent[l] += term.weight * other[l];
            }
        }
    }
}

}  // namespace erbium::eqn
