// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/read_facts.hpp: the text of an SBML document -> plain values.
// Reads: SourceText   Makes: Facts   Used by: sbml::import_model
#pragma once

#include <memory>

#include "erbium/base/outcome.hpp"
#include "erbium/lang/table_function.hpp"
#include "erbium/sbml/facts.hpp"

namespace erbium::sbml {

/// Reads an SBML document of Level 2 Version 1 to Level 3 Version 2. Submodels are flattened.
///
/// @param read_text  gives the text of a file beside the document, which a submodel may come from;
///                   empty: external model definitions are refused
/// Errors: ERB-SBML-0001 ... 0005 (guard.hpp), 0009 a build without libSBML, 0010 what libSBML
/// says about the text, 0011 an SBML level that is not read, 0012 a package that is not supported,
/// 0013 flux balance, 0014 an external model definition, 0015 submodels that cannot be flattened,
/// 0020 ... 0024 (read_math.hpp).
[[nodiscard]] Outcome<Facts, Diagnostics> read_facts(
    const std::shared_ptr<const SourceText>& source, const lang::TextReader& read_text);

}  // namespace erbium::sbml
