// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/algebraic_states.hpp"

namespace erbium::eqn {

void AlgebraicStates::to_states(std::span<double> change) const noexcept {
    for (std::size_t a = 0; a < states.size(); ++a) {
        for (const Term& move : moves_of(a)) {
            change[move.index] += move.weight * change[states[a].value];
        }
    }
}

void AlgebraicStates::to_mass(std::span<double> change) const noexcept {
    for (std::size_t a = 0; a < states.size(); ++a) {
        for (const Term& move : moves_of(a)) {
            change[move.index] -= move.weight * change[states[a].value];
        }
        change[states[a].value] = 0.0;
    }
}

}  // namespace erbium::eqn
