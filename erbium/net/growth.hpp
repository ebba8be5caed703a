// SPDX-License-Identifier: Apache-2.0
// erbium/net/growth.hpp: whether rules can build complexes without end, seen before generation.
// Reads: model::Model   Makes: warnings   Used by: generate, apps (check)
#pragma once

#include "erbium/base/diagnostic.hpp"
#include "erbium/model/model.hpp"

namespace erbium::net {

/// One warning (ERB-NET-0019) with the rules whose bonds close a walk through the contact map that
/// may be repeated: molecule types joined by bonds in a circle, each entered by one site and left
/// by another, make chains of any length unless something else in the rules forbids it. Bonds of
/// seed species count as bonds that can be there.
///
/// Two bonds of one molecule count as together when one of the rules that make them does not ask
/// the other's site to be free or bound elsewhere. The test sees sites and bonds, not states, so
/// that it warns of some models that are finite; it misses none. Cost: O(bonds^2), and as much
/// again for each bond on a chain.
[[nodiscard]] Diagnostics polymerisation_warnings(const model::Model& model);

}  // namespace erbium::net
