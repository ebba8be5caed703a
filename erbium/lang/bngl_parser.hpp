// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_parser.hpp: BNGL text -> syntax tree.
// Reads: SourceText   Makes: bngl::File   Used by: model::bind
#pragma once

#include <memory>
#include <string>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/lang/bngl_ast.hpp"

namespace erbium::lang::bngl {

/// The declarations of a BNGL text. No name is looked up, no file read, no action executed.
///
/// Errors: all of the text in one pass (the first 50 of them), codes ERB-BNGL-* and ERB-EXPR-*;
///         constructs that Erbium understands but does not do are refused by name
///         (Trouble::unsupported).
/// Cost: O(length of the text); no recursion, so that no input exhausts the stack.
[[nodiscard]] Outcome<File, Diagnostics> parse(std::shared_ptr<const SourceText> source);

/// The same for a text that is not a file; diagnostics show `path` as its place.
[[nodiscard]] Outcome<File, Diagnostics> parse(std::string text, std::string path = "<memory>");

}  // namespace erbium::lang::bngl
