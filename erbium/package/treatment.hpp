// SPDX-License-Identifier: Apache-2.0
// erbium/package/treatment.hpp: what a user writes for a treatment, and what the model gets.
// Reads: "trastuzumab 10 ug/mL + NRG1 1 nM"   Makes: Treatment, Settings
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "erbium/package/package.hpp"

namespace erbium::package {

/// Reads a treatment: agents joined with `+`, each with a dose or without (then its default);
/// `none` and an empty text are no treatment. A drug is found by its id or its title; upper and
/// lower case, blanks and hyphens do not count.
///
/// @param where  place of the text for diagnostics; without a source for command-line text
/// Errors: ERB-DRUG-0001 unknown agent (with the nearest name), -0002 dose, -0003 agent twice.
[[nodiscard]] Outcome<Treatment, Diagnostics> parse_treatment(std::span<const Drug> drugs,
                                                              std::string_view text,
                                                              const Span& where = {});
[[nodiscard]] Outcome<Treatment, Diagnostics> parse_treatment(const Package& package,
                                                              std::string_view text,
                                                              const Span& where = {});

/// The concentrations a treatment sets, in the unit of the model's text.
[[nodiscard]] Settings treatment_settings(const Package& package, const Treatment& treatment);

/// "trastuzumab 10 ug/mL + NRG1 1 nM"; "none" when empty. Reads back as an equal treatment.
[[nodiscard]] std::string treatment_text(const Package& package, const Treatment& treatment);

/// `text` in lower case without blanks, hyphens and underscores: names that agree in this are one.
[[nodiscard]] std::string folded_name(std::string_view text);

}  // namespace erbium::package
