// SPDX-License-Identifier: Apache-2.0
// erbium/assay/ablation.hpp: when an experiment without its mechanism has lost the effect.
// Reads: Claim   Used by: claims, calibrate, apps
//
// The effect of a claim is a ratio, and 1 says that nothing happens. Its size is |log2|, so that
// halving and doubling count alike. A claim whose expectation leaves 1 out says that something
// happens: without the mechanism at most half of that may be left. A claim whose expectation 1
// meets says that something does not happen, as where a treatment fails: without the mechanism it
// must happen, at least twice as much as with it. In either case the ablated experiment must not do
// for the claim. Both experiments are of one parameter set, so that what all of them share, as how
// fast its cells grow, does not decide.
//
// A claim may state what its ablation is expected to give instead.
#pragma once

#include <string>

#include "erbium/package/package.hpp"

namespace erbium::assay {

/// Of the larger change, what the smaller one may have.
inline constexpr double kShareLeft = 0.5;

/// Whether a claim says that something happens, rather than that it does not.
[[nodiscard]] bool claims_a_change(const package::Expectation& expected) noexcept;

/// By how much the change that should be small exceeds half of the one that should be large, in
/// log2; 0 or less when it does not. A change in the opposite direction counts as negative. NaN
/// when a ratio is negative or none.
[[nodiscard]] double excess_of_ablation(const package::Expectation& expected, double effect,
                                        double ablated) noexcept;

/// Whether the ablated experiment of a claim has lost the effect; never with NaN.
/// Precondition: the claim has an ablation.
[[nodiscard]] bool loses_effect(const package::Claim& claim, double effect,
                                double ablated) noexcept;

/// What an ablation is expected to give, for tables: "at most half", "at least twice", the claim's
/// own words, or "none" without an ablation.
[[nodiscard]] std::string ablation_expectation(const package::Claim& claim);

}  // namespace erbium::assay
