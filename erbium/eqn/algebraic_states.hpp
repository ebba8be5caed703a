// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/algebraic_states.hpp: states that an equation determines instead of a rate.
// Used by: eqn::System, and every solver that can solve such systems
//
// A system with algebraic states z among its states y is, in general,
//
//   P dy/dt = P f(t, y),   0 = g(t, y),
//
// one equation g for each z. Moves say along which direction of all states each z is free: a
// quasi-steady binding moves amounts from the partners to the complex. With the columns of N being
// these directions (1 at the own z, 0 at other z), every change of the states is
//
//   dy = dx + N dz,   dx = 0 at all z,
//
// and in x and z the system is one with a diagonal mass matrix, 1 for x and 0 for z. The tables of
// a System are of this form: rows of x are the rates of change of dx, rows of z are g, and the
// columns of the Jacobian are derivatives along dx and dz. Without moves x is all the other states.
#pragma once

#include <cstddef>
#include <span>

#include "erbium/base/ids.hpp"
#include "erbium/eqn/kernel_abi.hpp"

namespace erbium::eqn {

/// A view of the algebraic states of a System; valid as long as that or a copy of it lives.
struct AlgebraicStates {
    std::span<const SpeciesId> states;
    Rows moves;  ///< by algebraic state: other states that move with it, and how far

    [[nodiscard]] bool empty() const noexcept { return states.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return states.size(); }
    /// Of the algebraic state at this place.
    [[nodiscard]] std::span<const Term> moves_of(std::size_t place) const noexcept {
        return moves.terms.subspan(moves.begins[place],
                                   moves.begins[place + 1] - moves.begins[place]);
    }

    /// From a change (dx, dz), dz at the places of z, to the change dy of all states.
    void to_states(std::span<double> change) const noexcept;
    /// From a change dy to dx, 0 at the places of z: what the mass matrix leaves of a change.
    void to_mass(std::span<double> change) const noexcept;
};

}  // namespace erbium::eqn
