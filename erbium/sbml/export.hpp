// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/export.hpp: a network as an SBML Level 3 Version 2 document.
// Reads: net::Network   Makes: text   Used by: apps
// Needs no libSBML. See docs/reference/sbml.md for how a network is written.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"

namespace erbium::sbml {

/// What is known of a parameter, function or observable besides its value.
struct Remark {
    std::string title;               ///< for people; may be empty
    std::string unit;                ///< as base/units.hpp spells units; may be empty
    std::vector<std::string> lines;  ///< notes: sources, tags, remarks
};

struct ExportOptions {
    std::string id{"model"};         ///< made an SBML id when it is none
    std::string name;                ///< for people
    std::string time_unit;           ///< as base/units.hpp spells units; empty: not said
    std::string amount_unit;         ///< of species
    std::vector<std::string> notes;  ///< of the model, one paragraph each
    /// Those of the rule-based model; species name theirs as BNGL does, `@C::`. Sizes may be
    /// expressions of the network's parameters. Empty: one compartment of size 1 holds everything.
    std::vector<model::Compartment> compartments;
    std::unordered_map<std::string, Remark> remarks;  ///< by name in the network
};

/// The document. Species are amounts, in compartments of three or two dimensions; observables and
/// functions are parameters with assignment rules, derived parameters have initial assignments;
/// rate laws are written out, the sizes of compartments in them as numbers (BioNetGen's factors).
/// Names that are no SBML ids become ids, and stand as names beside them.
///
/// Errors: ERB-SBML-0050 (unsupported: a function that SBML does not have), 0051 (unsupported: an
/// expression that is nested too deeply), 0052 (unsupported: an event that mixes two times), 0053
/// (unsupported: algebraic states and quasi-steady reactions).
/// Cost: O(text).
[[nodiscard]] Outcome<std::string, Diagnostics> export_network(const net::Network& network,
                                                               const ExportOptions& options);

}  // namespace erbium::sbml
