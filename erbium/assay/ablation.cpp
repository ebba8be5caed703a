// SPDX-License-Identifier: Apache-2.0
// erbium/assay/ablation.cpp: effects with and without their mechanism, on the scale of log2.
#include "erbium/assay/ablation.hpp"

#include <cmath>

namespace erbium::assay {

bool claims_a_change(const package::Expectation& expected) noexcept {
    return !expected.holds(1.0);
}

double excess_of_ablation(const package::Expectation& expected, double effect,
                          double ablated) noexcept {
    const bool is_change = claims_a_change(expected);
    const double large = std::log2(is_change ? effect : ablated);
    const double small = std::log2(is_change ? ablated : effect);
    return std::copysign(1.0, large) * small - kShareLeft * std::fabs(large);
}

bool loses_effect(const package::Claim& claim, double effect, double ablated) noexcept {
    if (claim.ablation_expect) {
        return claim.ablation_expect->holds(ablated);
    }
    return !std::isnan(ablated) && !claim.expect.holds(ablated) &&
           excess_of_ablation(claim.expect, effect, ablated) <= 0.0;
}

std::string ablation_expectation(const package::Claim& claim) {
    if (!claim.ablation) {
        return "none";
    }
    if (claim.ablation_expect) {
        return claim.ablation_expect->text;
    }
    return claims_a_change(claim.expect) ? "at most half" : "at least twice";
}

}  // namespace erbium::assay
