// SPDX-License-Identifier: Apache-2.0
// apps/erbium/treatment_options.hpp: from --profile, --drug, --background and --set to a condition.
#pragma once

#include "commands.hpp"
#include "erbium/assay/experiment.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/package/package.hpp"

namespace erbium::app {

/// The id of a profile of the package, or of one in a .yaml file, which joins the package.
[[nodiscard]] Outcome<std::string, Diagnostics> profile_of(package::Package& package,
                                                           const std::string& name);

/// The condition that the options describe; every wrong name is reported, not only the first.
[[nodiscard]] Outcome<assay::Condition, Diagnostics> condition_of(package::Package& package,
                                                                  const TreatmentOptions& options);

/// "SKBR3, trastuzumab 10 ug/mL, in NRG1 1 nM, PTEN_fraction = 0" for tables and the manifest.
[[nodiscard]] std::string condition_text(const package::Package& package,
                                         const assay::Condition& condition);

}  // namespace erbium::app
