// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/law_expression.hpp"

#include <fmt/core.h>

#include <vector>

#include "erbium/sbml/algebra.hpp"

namespace erbium::sbml {
namespace {

using lang::Op;

/// kcat E S' / (Km + S'), S' the positive root of S'^2 - (S - Km - E) S' - S Km = 0, in the form
/// that does not cancel.
Expression tqssa(const Expression& kcat, const Expression& km, const Expression& s,
                 const Expression& e) {
    const Expression b = apply(Op::subtract, apply(Op::subtract, s, km), e);
    const Expression s_km = apply(Op::multiply, s, km);
    const Expression root =
        call("sqrt",
             {apply(Op::add, apply(Op::multiply, b, b), apply(Op::multiply, number(4.0), s_km))});
    const Expression large = apply(Op::multiply, number(0.5), apply(Op::add, b, root));
    const Expression small =
        apply(Op::divide, apply(Op::multiply, number(2.0), s_km), apply(Op::subtract, root, b));
    const Expression free = call("if", {apply(Op::greater_equal, b, number(0.0)), large, small});
    return apply(Op::divide, apply(Op::multiply, apply(Op::multiply, kcat, e), free),
                 apply(Op::add, km, free));
}

/// Vmax |S|^n / (K^n + |S|^n) with the sign of S.
Expression hill(const Expression& vmax, const Expression& k, const Expression& n,
                const Expression& s) {
    const Expression s_n = apply(Op::power, call("abs", {s}), n);
    const Expression side =
        call("if", {apply(Op::less, s, number(0.0)), number(-1.0), number(1.0)});
    return apply(Op::divide, apply(Op::multiply, vmax, apply(Op::multiply, side, s_n)),
                 apply(Op::add, apply(Op::power, k, n), s_n));
}

}  // namespace

std::string species_name(SpeciesId s) {
    return fmt::format("@{}", s.value);
}

lang::Expression law_expression(const net::Network& network, ReactionId r) {
    const net::RateLaw& law = network.rate_law(r);
    std::vector<Expression> values;
    for (const std::string& each : law.names) {
        values.push_back(name(each));
    }
    std::vector<Expression> species;
    for (const SpeciesId s : network.reactants(r)) {
        species.push_back(name(species_name(s)));
    }
    Expression value = values.front();
    std::size_t used = 0;  // reactants that the law has taken in
    switch (law.kind) {
        case net::RateLawKind::mass_action:
        case net::RateLawKind::function:
            break;
        case net::RateLawKind::function_product:
            used = species.size();
            break;
        case net::RateLawKind::michaelis_menten: {
            Expression enzyme = species[1];
            for (std::size_t i = 2; i < species.size(); ++i) {
                enzyme = apply(Op::add, enzyme, species[i]);
            }
            value = tqssa(values[0], values[1], species[0], enzyme);
            used = species.size();
            break;
        }
        case net::RateLawKind::saturation:
            for (std::size_t i = 0; values.size() > 1 && i < species.size(); ++i) {
                value = apply(Op::multiply, value, species[i]);
                if (i + 1 < values.size()) {
                    value = apply(Op::divide, value, apply(Op::add, values[i + 1], species[i]));
                }
            }
            used = species.size();
            break;
        case net::RateLawKind::hill:
            value = hill(values[0], values[1], values[2], species[0]);
            used = 1;
            break;
    }
    for (std::size_t i = used; i < species.size(); ++i) {
        value = apply(Op::multiply, value, species[i]);
    }
    return apply(Op::multiply, number(network.factor(r)), value);
}

}  // namespace erbium::sbml
