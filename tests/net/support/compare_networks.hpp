// SPDX-License-Identifier: Apache-2.0
// tests/net/support/compare_networks.hpp: whether two networks of one model are the same.
#pragma once

#include <string>

#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net::test {

struct Comparison {
    /// Empty when the networks agree; else what is wrong first.
    std::string difference;
    /// Reactions agree only after summing the rates of those with the same reactants and products:
    /// the two programs merged them differently.
    bool is_merged_differently{};
};

/// Species by isomorphism (compartments included), reactions as a multiset of reactants, products
/// and the value of the rate law times the factor, observables by their weights. Functions are
/// compared by their values at made-up amounts of the observables.
/// @param rtol  on rates; 1e-12 but for references that hold fewer digits
[[nodiscard]] Comparison compare_networks(const Network& expected, const Network& found,
                                          const model::Model& model, double rtol);

}  // namespace erbium::net::test
