// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_printer.hpp: syntax tree -> BNGL text.
// Reads: bngl::File   Used by: model::print
#pragma once

#include <string>

#include "erbium/lang/bngl_ast.hpp"

namespace erbium::lang::bngl {

/// The tree as BNGL, one declaration a line, in the order of blocks that BioNetGen wants.
/// parse(print(file)) equals `file`; comments and the layout of the original are lost.
[[nodiscard]] std::string print(const File& file);

/// One pattern, as in `@PM:R(l!1,d~P).L(r!1)`; `0` for an empty one.
[[nodiscard]] std::string print(const Pattern& pattern);

/// One rule as one line.
[[nodiscard]] std::string print(const Rule& rule);

}  // namespace erbium::lang::bngl
