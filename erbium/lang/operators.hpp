// SPDX-License-Identifier: Apache-2.0
// erbium/lang/operators.hpp: how tightly operators bind. Used by: the expression parser and printer
//
// BioNetGen's rules: a sign or `!` binds tightest, so that -a^2 is (-a)^2; every binary operator
// groups from the left, so that 2^3^2 is (2^3)^2; && and || bind alike.
#pragma once

#include "erbium/lang/expression.hpp"

namespace erbium::lang {

/// How tightly an operator binds: larger is tighter; 0 for what is no operator.
[[nodiscard]] constexpr int precedence(Op op) noexcept {
    switch (op) {
        case Op::negate:
        case Op::logical_not:
            return 6;
        case Op::power:
            return 5;
        case Op::multiply:
        case Op::divide:
            return 4;
        case Op::add:
        case Op::subtract:
            return 3;
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
        case Op::equal:
        case Op::not_equal:
            return 2;
        case Op::logical_and:
        case Op::logical_or:
            return 1;
        case Op::number:
        case Op::name:
        case Op::call:
            break;
    }
    return 0;
}

}  // namespace erbium::lang
