// SPDX-License-Identifier: Apache-2.0
// erbium/package/assemble.hpp: a package's modules and numbers, bound to one model.
// Reads: Package   Makes: model::Model   Used by: assay, apps
#pragma once

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/package/package.hpp"

namespace erbium::package {

/// The model of a package: its modules joined block by block, with one parameter for each row of
/// parameters.tsv before those of the modules.
///
/// Errors: all of the parser for all modules, else all of the binder, then ERB-PKG-0040 for a
/// readout that is no observable and no function of the model. A row of parameters.tsv that no
/// module uses is a warning (ERB-PKG-0041): a number without effect is mostly a misspelt one.
[[nodiscard]] Outcome<model::Bound, Diagnostics> assemble(const Package& package);

}  // namespace erbium::package
