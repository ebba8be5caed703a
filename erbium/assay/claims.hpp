// SPDX-License-Identifier: Apache-2.0
// erbium/assay/claims.hpp: the statements of a package, each tested beside its ablation.
// Reads: claims of a package   Makes: ClaimCheck
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "erbium/assay/ensemble.hpp"

namespace erbium::assay {

/// A claim must hold in this share of an ensemble's sets, and so must its ablation lose it.
inline constexpr double kLeastShare = 0.9;

/// One claim: its effect with the mechanism and without.
struct ClaimCheck {
    std::size_t claim{};  ///< into Package::claims
    EnsembleMeasurement effect;
    bool effect_holds{};    ///< in the nominal set
    double effect_share{};  ///< of the ensemble's sets in which it holds; 0 or 1 without one
    std::optional<EnsembleMeasurement> ablation;
    bool ablation_is_lost{};  ///< the ablation loses the effect in the nominal set
                              ///< (ablation.hpp); true without an ablation
    double ablation_share{};  ///< of the sets in which it does

    /// In the nominal set and in at least kLeastShare of the ensemble.
    [[nodiscard]] bool holds() const noexcept {
        return effect_holds && effect_share >= kLeastShare;
    }
    [[nodiscard]] bool ablation_holds() const noexcept {
        return ablation_is_lost && ablation_share >= kLeastShare;
    }
    /// The statement is borne out: the effect is there, and gone without its mechanism.
    [[nodiscard]] bool is_borne_out() const noexcept { return holds() && ablation_holds(); }
};

/// Tests the claims of those indices. A simulation that failed counts as a claim that does not
/// hold.
[[nodiscard]] std::vector<ClaimCheck> check_claims(Experiment& experiment,
                                                   std::span<const std::size_t> claims, Sets sets);
/// Tests all claims of the package.
[[nodiscard]] std::vector<ClaimCheck> check_claims(Experiment& experiment, Sets sets);

}  // namespace erbium::assay
