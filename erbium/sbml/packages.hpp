// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/packages.hpp: the SBML Level 3 packages of a document: flattened, ignored or refused.
// Used by: sbml::read_facts. Includes libSBML: no other module may include this file.
#pragma once

#include <memory>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/table_function.hpp"
#include "erbium/sbml/libsbml.hpp"

namespace erbium::sbml {

/// Refuses packages that change what a model means and that Erbium does not know (ERB-SBML-0012),
/// and flux balance (0013). Packages that a document marks as not required, such as layouts, are
/// ignored.
void refuse_packages(const std::shared_ptr<const SourceText>& source, ::SBMLDocument& document,
                     Diagnostics& diagnostics);

/// Replaces a model of submodels (package comp) by one without, in place. Thread-safe.
/// Errors: ERB-SBML-0014 for an external definition that is not a plain file beside the document,
/// 0015 when libSBML cannot flatten.
void flatten(const std::shared_ptr<const SourceText>& source, const lang::TextReader& read_text,
             ::SBMLDocument& document, Diagnostics& diagnostics);

}  // namespace erbium::sbml
