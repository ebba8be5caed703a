// SPDX-License-Identifier: Apache-2.0
// erbium/net/read_net.hpp: .net text -> Network.
// Reads: SourceText   Makes: Network   Used by: apps, tests
#pragma once

#include <memory>
#include <string>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/lang/table_function.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net {

/// Reads what BioNetGen (2.0 and later) and write_net write. Blocks that repeat the rule-based
/// model (molecule types, observables, reaction rules, compartments, energy patterns) are passed
/// over, as are settings outside blocks. A rate constant that is a number becomes a parameter
/// `_rateNumber1`, `_rateNumber2`, ...
///
/// Errors: all of the text in one pass, with line and column: ERB-NET-0030 (a line is not what its
/// block holds), 0031 (a name, species or index is unknown or given twice), 0032 (a block is not
/// closed), 0033 (a rate law that Erbium does not have; unsupported), 0034 (a table cannot be
/// read). Cost: linear in the text.
/// @param read_text  reads the tables that functions name (`tfun('file', time)`), at the folder of
///                   `source` joined with that name; without it they stay unread, and a system of
///                   equations cannot be made of the network
[[nodiscard]] Outcome<Network, Diagnostics> parse_net(std::shared_ptr<const SourceText> source,
                                                      const lang::TextReader& read_text = {});

/// The same for a text of its own; `path` is shown as its place.
[[nodiscard]] Outcome<Network, Diagnostics> parse_net(std::string text,
                                                      std::string path = "<memory>",
                                                      const lang::TextReader& read_text = {});

}  // namespace erbium::net
