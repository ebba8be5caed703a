// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/elimination.hpp: a system's tables without the species that conservation laws give.
// Reads: System, ConservationLaw   Makes: Elimination   Used by: sim::Reduction
//
// A law  sum_i w_i y_i = constant  holds for the increments of every step of a Rosenbrock method,
// because w^T f = 0 and w^T J = 0. So one of its species, d, needs no equation:
//
//   dy_d/dt = sum_{i != d} c_i dy_i/dt,   c_i = -w_i / w_d,   and the same for every increment k_d,
//
// and what its column of the Jacobian did is done by those of the others:
//
//   J'(r, i) = J(r, i) + c_i J(r, d).
//
// States keep all their places and stay full: no total is stored, so that whatever changes an
// amount between steps (a dose, an event, an initial state) changes the total with it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/conservation.hpp"
#include "erbium/eqn/kernel_abi.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::eqn {

/// Species whose change follows from that of others, and the tables of the others' equations, over
/// the same states, rates and partial derivatives as the system's own. Never changes; copies share
/// the tables.
class Elimination {
public:
    /// A law and the one of its species that it gives.
    struct Choice {
        ConservationLaw law;
        SpeciesId dependent;
    };

    /// Preconditions: a dependent species has weight 1 or -1 in its law and is in no other law.
    Elimination(const System& system, const std::vector<Choice>& choices);

    /// Rows of dependent species are empty.
    [[nodiscard]] Rows stoichiometry() const noexcept {
        return {tables_->stoichiometry_begins, tables_->stoichiometry_terms};
    }
    /// Rows and columns of dependent species hold only their zero diagonal. Entries in CSC order.
    [[nodiscard]] Rows jacobian() const noexcept {
        return {tables_->jacobian_begins, tables_->jacobian_terms};
    }
    [[nodiscard]] std::span<const std::int32_t> column_begins() const noexcept {
        return tables_->column_begins;
    }
    [[nodiscard]] std::span<const std::int32_t> row_of_entry() const noexcept {
        return tables_->row_of_entry;
    }
    [[nodiscard]] std::span<const SpeciesId> dependents() const noexcept {
        return tables_->dependents;
    }
    /// By dependent species: its change is the row over the changes of species.
    [[nodiscard]] Rows changes() const noexcept {
        return {tables_->change_begins, tables_->change_terms};
    }

    /// Writes the changes of dependent species from those of the others.
    /// @param change  by species, then `width` subjects; speed and result of a subject do not
    /// depend
    ///                on the width
    void complete(double* change, std::size_t width = 1) const noexcept;

private:
    struct Tables {
        std::vector<std::uint32_t> stoichiometry_begins;
        std::vector<Term> stoichiometry_terms;
        std::vector<std::uint32_t> jacobian_begins;
        std::vector<Term> jacobian_terms;
        std::vector<std::int32_t> column_begins;
        std::vector<std::int32_t> row_of_entry;
        std::vector<SpeciesId> dependents;
        std::vector<std::uint32_t> change_begins;
        std::vector<Term> change_terms;
    };
    std::shared_ptr<const Tables> tables_;
};

}  // namespace erbium::eqn
