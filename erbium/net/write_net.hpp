// SPDX-License-Identifier: Apache-2.0
// erbium/net/write_net.hpp: a network as BioNetGen's .net text.
// Reads: Network   Makes: text   Used by: apps, tests
#pragma once

#include <string>

#include "erbium/net/network.hpp"

namespace erbium::net {

/// The .net text of a network: parameters, functions, species, reactions and groups, numbered from
/// 1, as BioNetGen 2.9 lays them out. Numbers have all their digits, so that parse_net gives back
/// the same network. A reaction whose law is a total rate is marked `total_rate` in its comment,
/// because .net has no other place for it.
[[nodiscard]] std::string write_net(const Network& network);

}  // namespace erbium::net
