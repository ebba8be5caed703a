// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind.hpp: syntax trees -> Model: every name looked up, every rule checked.
// Reads: lang::bngl::File   Makes: Model   Used by: package (assembly), apps, net tests
#pragma once

#include <span>
#include <string>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/lang/bngl_ast.hpp"
#include "erbium/model/model.hpp"

namespace erbium::model {

/// A parameter that stands in no BNGL block: a row of a table, a value from the command line.
struct ParameterDeclaration {
    std::string name;
    Expression value;
    Span span;  ///< where it was said, for diagnostics
};

struct BindOptions {
    std::string name;  ///< of the model; empty: the name of the first file without its ending
    std::vector<ParameterDeclaration> parameters;  ///< put before those of the files
    std::vector<ParameterDeclaration> overrides;   ///< replace values of parameters that exist
};

struct Bound {
    Model model;
    Diagnostics warnings;  ///< those of the parser first
};

/// One model of one or more files: equal blocks are joined in the order of the files.
///
/// Errors: all of the model in one pass (the first 50 of them), codes ERB-BIND-*.
/// Cost: linear in the text, apart from look-ups in hash tables; no recursion.
[[nodiscard]] Outcome<Bound, Diagnostics> bind(std::span<const lang::bngl::File> files,
                                               const BindOptions& options = {});

/// The same for one file.
[[nodiscard]] Outcome<Bound, Diagnostics> bind(const lang::bngl::File& file,
                                               const BindOptions& options = {});

/// lang::bngl::parse and bind in one, for a text that is not a file.
[[nodiscard]] Outcome<Bound, Diagnostics> bind_text(std::string text, std::string path = "<memory>",
                                                    const BindOptions& options = {});

}  // namespace erbium::model
