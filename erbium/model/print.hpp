// SPDX-License-Identifier: Apache-2.0
// erbium/model/print.hpp: Model -> BNGL.
// Reads: Model   Used by: apps (export), net (naming species), tests
#pragma once

#include <string>

#include "erbium/lang/bngl_ast.hpp"
#include "erbium/model/model.hpp"

namespace erbium::model {

/// The model as BNGL text. bind_text(print(model)) gives an equal model (equality.hpp).
[[nodiscard]] std::string print(const Model& model);

/// One pattern, as in `@PM:R(l!1,d~P).L(r!1)`; bonds are numbered from 1.
[[nodiscard]] std::string print(const Model& model, const Pattern& pattern);

/// One rule without its partner: name, arrow, rate and keywords.
[[nodiscard]] std::string print(const Model& model, const Rule& rule);

/// The model as a syntax tree without places: the inverse of bind.
[[nodiscard]] lang::bngl::File to_syntax(const Model& model);

}  // namespace erbium::model
