// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/law_expression.hpp: the rate of a reaction as one expression.
// Used by: sbml::export_network
#pragma once

#include <string>

#include "erbium/net/network.hpp"

namespace erbium::sbml {

/// What stands for species `s` in expressions made here; no name of a network looks like it.
[[nodiscard]] std::string species_name(SpeciesId s);

/// The rate [amount per time], as eqn::compile says it for each kind of law.
[[nodiscard]] lang::Expression law_expression(const net::Network& network, ReactionId r);

}  // namespace erbium::sbml
