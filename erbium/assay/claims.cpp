// SPDX-License-Identifier: Apache-2.0
// erbium/assay/claims.cpp: claims as questions, and verdicts from their answers.
#include "erbium/assay/claims.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "erbium/assay/ablation.hpp"

namespace erbium::assay {
namespace {

/// Where the answers to one experiment stand: the dish, and what it is divided by.
struct Places {
    std::size_t of{};
    std::optional<std::size_t> against;
};

Places ask(std::vector<Question>& questions, const package::Question& of,
           const std::optional<package::Question>& against) {
    Places places{questions.size(), std::nullopt};
    questions.push_back(question_of(of));
    if (against) {
        places.against = questions.size();
        questions.push_back(question_of(*against));
    }
    return places;
}

/// a / b; a failure of either, or a ratio to 0, is NaN with its reason.
Measurement ratio(const Measurement& a, const Measurement& b) {
    if (std::isnan(a.value)) {
        return a;
    }
    if (std::isnan(b.value)) {
        return {b.value, "compared with: " + b.reason};
    }
    if (b.value == 0.0) {
        return {std::numeric_limits<double>::quiet_NaN(), "a ratio to a value of 0 has no meaning"};
    }
    return {a.value / b.value, {}};
}

EnsembleMeasurement effect_at(const std::vector<EnsembleMeasurement>& answers,
                              const Places& places) {
    const EnsembleMeasurement& of = answers[places.of];
    if (!places.against) {
        return of;
    }
    const EnsembleMeasurement& against = answers[*places.against];
    EnsembleMeasurement out{ratio(of.nominal, against.nominal), {}};
    if (of.has_spread()) {
        std::vector<double> values;
        for (std::size_t set = 0; set < of.spread.values.size(); ++set) {
            values.push_back(
                ratio({of.spread.values[set], {}}, {against.spread.values[set], {}}).value);
        }
        out.spread = spread_of(std::move(values));
    }
    return out;
}

/// The share of sets whose effect is as expected; of the nominal one without an ensemble.
double share_holding(const EnsembleMeasurement& effect, const package::Expectation& expected) {
    if (!effect.has_spread()) {
        return expected.holds(effect.nominal.value) ? 1.0 : 0.0;
    }
    const std::vector<double>& values = effect.spread.values;
    const auto holding = std::count_if(values.begin(), values.end(),
                                       [&](double value) { return expected.holds(value); });
    return static_cast<double>(holding) / static_cast<double>(values.size());
}

/// The share of sets in which the ablation loses the effect that the same set has.
double share_losing(const package::Claim& claim, const EnsembleMeasurement& effect,
                    const EnsembleMeasurement& ablated) {
    if (!effect.has_spread()) {
        return loses_effect(claim, effect.nominal.value, ablated.nominal.value) ? 1.0 : 0.0;
    }
    const std::vector<double>& values = effect.spread.values;
    std::size_t losing = 0;
    for (std::size_t set = 0; set < values.size(); ++set) {
        losing += loses_effect(claim, values[set], ablated.spread.values[set]) ? 1U : 0U;
    }
    return static_cast<double>(losing) / static_cast<double>(values.size());
}

}  // namespace

std::vector<ClaimCheck> check_claims(Experiment& experiment, std::span<const std::size_t> claims,
                                     Sets sets) {
    std::vector<Question> questions;
    std::vector<Places> effects;
    std::vector<Places> ablations;  // unused where a claim has none
    for (const std::size_t index : claims) {
        const package::Claim& claim = experiment.package().claims[index];
        effects.push_back(ask(questions, claim.compare, claim.against));
        ablations.push_back(claim.ablation ? ask(questions, *claim.ablation, claim.ablation_against)
                                           : Places{});
    }
    const std::vector<EnsembleMeasurement> answers = measure(experiment, questions, sets);
    std::vector<ClaimCheck> out;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const package::Claim& claim = experiment.package().claims[claims[i]];
        ClaimCheck check;
        check.claim = claims[i];
        check.effect = effect_at(answers, effects[i]);
        check.effect_holds = claim.expect.holds(check.effect.nominal.value);
        check.effect_share = share_holding(check.effect, claim.expect);
        check.ablation_is_lost = true;
        check.ablation_share = 1.0;
        if (claim.ablation) {
            check.ablation = effect_at(answers, ablations[i]);
            check.ablation_is_lost =
                loses_effect(claim, check.effect.nominal.value, check.ablation->nominal.value);
            check.ablation_share = share_losing(claim, check.effect, *check.ablation);
        }
        out.push_back(std::move(check));
    }
    return out;
}

std::vector<ClaimCheck> check_claims(Experiment& experiment, Sets sets) {
    std::vector<std::size_t> all(experiment.package().claims.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return check_claims(experiment, all, sets);
}

}  // namespace erbium::assay
