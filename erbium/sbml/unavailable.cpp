// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/unavailable.cpp: takes the place of everything that needs libSBML in a build without.
#include "erbium/sbml/import.hpp"
#include "erbium/sbml/read_facts.hpp"

namespace erbium::sbml {

bool is_available() noexcept {
    return false;
}

Diagnostics check_consistency(const std::shared_ptr<const SourceText>& source,
                              ConsistencyChecks /*checks*/) {
    return read_facts(source, {}).error();
}

Outcome<Facts, Diagnostics> read_facts(const std::shared_ptr<const SourceText>& source,
                                       const lang::TextReader& /*read_text*/) {
    Diagnostics diagnostics;
    diagnostics.unsupported("ERB-SBML-0009", {source, 0, 0}, "SBML: this build has no libSBML",
                            "install libsbml5-dev and build again");
    return diagnostics;
}

}  // namespace erbium::sbml
