// SPDX-License-Identifier: Apache-2.0
// erbium/net/product_form.hpp: rates that are sums of products, written as mass action.
// Reads: Network   Makes: Network   Used by: net (lumping)
#pragma once

#include "erbium/net/network.hpp"

namespace erbium::net {

/// True when a reaction has a law of kind function_product, as those of SBML models do.
[[nodiscard]] bool has_whole_rates(const Network& network) noexcept;

/// The same equations, with what a function hides of their form made plain:
///
///   rate = comp * (k1 * A/comp * B/comp - k2 * C/comp)   becomes   A + B -> C   with k1 / comp
///                                                                   C -> A + B   with k2
///
/// A rate of kind function_product that is a sum of products of at most four species, each times
/// parameters and whatever else (a saturation, a function of `time`), becomes one mass-action
/// reaction per product, its coefficient a parameter or function of its own; equal coefficients
/// have one name. Sums of species in functions become observables. Species, their order and their
/// initial amounts stay, as do names; events are not looked into. Rates agree to rounding, except
/// where a parameter that cancels is 0.
///
/// Cost: O(nodes of functions * products in each). A function of more than 5,000 nodes or 1,000
/// products stays as it is.
[[nodiscard]] Network product_form(const Network& network);

}  // namespace erbium::net
