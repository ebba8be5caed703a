// SPDX-License-Identifier: Apache-2.0
// erbium/advise/advise.cpp: rankings and their reasons.
#include "erbium/advise/advise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::advise {
namespace {

using assay::Condition;
using assay::MeasuredQuantity;
using assay::Question;
using assay::TimeCourse;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastEffect = 0.1;   ///< inhibition of the base that is worth an explanation
constexpr double kFailingShare = 0.5;  ///< of the base's inhibition

/// Readouts of a hundredth of the largest value they have anywhere are traces: their ratios are
/// large and mean nothing.
constexpr double kTraceShare = 0.01;
/// Changes of less than this factor are not worth a line.
constexpr double kLeastFactor = 1.05;

Ranked new_entry(const package::Package& package, Treatment treatment) {
    Ranked out;
    out.text = package::treatment_text(package, treatment);
    for (const package::Dose& dose : treatment.doses) {
        out.mechanism += (out.mechanism.empty() ? "" : " ") + package.drugs[dose.drug].mechanism;
    }
    out.treatment = std::move(treatment);
    out.viability = {kNaN, kNaN, kNaN};
    out.nominal = out.inhibition = out.ahead_share = kNaN;
    return out;
}

Treatment default_treatment(const package::Package& package, std::size_t drug) {
    return {{{drug, package.drugs[drug].dose_nM, package.drugs[drug].dose_text}}};
}

/// The parameter sets that are asked: the nominal one, then those of the ensemble.
std::vector<package::Settings> members(const package::Package& package, assay::Sets sets) {
    std::vector<package::Settings> out(1);
    for (std::size_t set = 0; sets == assay::Sets::ensemble && set < package.ensemble.size();
         ++set) {
        out.push_back(package.ensemble.settings(set));
    }
    return out;
}

/// From the values in each member, the nominal one first.
Estimate estimate_of(const std::vector<double>& values) {
    if (values.size() == 1) {
        return {values[0], kNaN, kNaN};
    }
    const assay::Spread spread = assay::spread_of({values.begin() + 1, values.end()});
    return {spread.median, spread.lower, spread.upper};
}

Estimate estimate_of(const assay::EnsembleMeasurement& answer) {
    return answer.has_spread() ? Estimate{answer.best(), answer.spread.lower, answer.spread.upper}
                               : Estimate{answer.best(), kNaN, kNaN};
}

std::string text_of(const Estimate& estimate) {
    return estimate.has_interval()
               ? fmt::format("{} [{}, {}]", rounded(estimate.value, 2), rounded(estimate.lower, 2),
                             rounded(estimate.upper, 2))
               : rounded(estimate.value, 2);
}

/// A profile untreated and under each of some treatments, in every member, read out when facts are
/// taken and when viabilities are.
class Dishes {
public:
    Dishes(Experiment& experiment, const std::string& profile, const AdviseOptions& options,
           const std::vector<Ranked>& entries)
        : entries_{entries.size()}, growth_{experiment.growth_column()} {
        const package::Package& package = experiment.package();
        const double end_s = package.protocol.duration_s;
        std::vector<Condition> conditions;
        for (const package::Settings& constants : members(package, options.sets)) {
            conditions.push_back({profile, {}, options.background, {}, constants});
            for (const Ranked& entry : entries) {
                conditions.push_back({profile, {}, options.background, entry.treatment, constants});
            }
        }
        const std::vector<double> times_s{std::min(options.fact_time_s, end_s), end_s};
        courses_ = experiment.run(conditions, times_s);
    }

    [[nodiscard]] std::size_t members_of_all() const noexcept {
        return courses_.size() / (entries_ + 1);
    }
    [[nodiscard]] const TimeCourse& control(std::size_t member) const noexcept {
        return courses_[member * (entries_ + 1)];
    }
    [[nodiscard]] const TimeCourse& treated(std::size_t member, std::size_t entry) const noexcept {
        return courses_[member * (entries_ + 1) + 1 + entry];
    }

    /// By member.
    [[nodiscard]] std::vector<double> viabilities(std::size_t entry) const {
        return ratios(entry, 1, growth_);
    }
    /// Treated over untreated when facts are taken, by member.
    [[nodiscard]] std::vector<double> facts(std::size_t entry, std::size_t readout) const {
        return ratios(entry, 0, readout);
    }

private:
    [[nodiscard]] std::vector<double> ratios(std::size_t entry, std::size_t time,
                                             std::size_t readout) const {
        std::vector<double> out;
        for (std::size_t m = 0; m < members_of_all(); ++m) {
            const double before = control(m).at(time, readout);
            out.push_back(before == 0.0 ? kNaN : treated(m, entry).at(time, readout) / before);
        }
        return out;
    }

    std::size_t entries_;
    std::size_t growth_;
    std::vector<TimeCourse> courses_;  // members x (control, then entries)
};

/// The readouts that a treatment moved most.
std::vector<ReadoutChange> changes_of(const package::Package& package, const Dishes& dishes,
                                      std::size_t entry, std::size_t entries, std::size_t growth,
                                      const AdviseOptions& options) {
    const double time_s = std::min(options.fact_time_s, package.protocol.duration_s);
    std::vector<ReadoutChange> changes;
    for (std::size_t r = 0; r < package.readouts.size(); ++r) {
        const double before = dishes.control(0).at(0, r);
        double largest = std::fabs(before);
        for (std::size_t e = 0; e < entries; ++e) {
            largest = std::fmax(largest, std::fabs(dishes.treated(0, e).at(0, r)));
        }
        const double after = dishes.treated(0, entry).at(0, r);
        if (r == growth || !(before > kTraceShare * largest) || !(after >= 0.0)) {
            continue;
        }
        const Estimate ratio = estimate_of(dishes.facts(entry, r));
        if (std::fabs(std::log(ratio.value)) < std::log(kLeastFactor)) {
            continue;
        }
        changes.push_back({package.readouts[r].id, ratio,
                           fmt::format("{} {} of untreated at {}", package.readouts[r].title,
                                       text_of(ratio), time_text(time_s))});
    }
    std::stable_sort(
        changes.begin(), changes.end(), [](const ReadoutChange& a, const ReadoutChange& b) {
            return std::fabs(std::log(a.ratio.value)) > std::fabs(std::log(b.ratio.value));
        });
    changes.resize(std::min(changes.size(), options.facts));
    return changes;
}

/// In how many of the sets the first of two viabilities is the lower one.
double share_below(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() == 1) {
        return kNaN;
    }
    std::size_t below = 0;
    for (std::size_t m = 1; m < a.size(); ++m) {
        below += a[m] < b[m] ? 1U : 0U;
    }
    return static_cast<double>(below) / static_cast<double>(a.size() - 1);
}

/// Fills in viabilities and what moved, and puts the most effective first; ties stay in the
/// package's order.
void rank(Experiment& experiment, const std::string& profile, const AdviseOptions& options,
          std::vector<Ranked>& entries) {
    const Dishes dishes{experiment, profile, options, entries};
    std::vector<std::pair<Ranked, std::vector<double>>> ranked;  // with viabilities by member
    for (std::size_t e = 0; e < entries.size(); ++e) {
        std::vector<double> values = dishes.viabilities(e);
        Ranked entry = std::move(entries[e]);
        entry.nominal = values[0];
        if (std::isnan(values[0])) {
            const std::string& reason = dishes.treated(0, e).reason;
            entry.reason =
                reason.empty() ? "untreated control: " + dishes.control(0).reason : reason;
            entry.viability = {kNaN, kNaN, kNaN};
        } else {
            entry.viability = estimate_of(values);
        }
        entry.inhibition = 1.0 - entry.viability.value;
        entry.changes = changes_of(experiment.package(), dishes, e, entries.size(),
                                   experiment.growth_column(), options);
        ranked.emplace_back(std::move(entry), std::move(values));
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        const double first = a.first.viability.value;
        const double second = b.first.viability.value;
        return std::isnan(first) != std::isnan(second) ? std::isnan(second) : first < second;
    });
    for (std::size_t e = 0; e < ranked.size(); ++e) {
        entries[e] = std::move(ranked[e].first);
        entries[e].ahead_share =
            e + 1 < ranked.size() ? share_below(ranked[e].second, ranked[e + 1].second) : kNaN;
    }
}

/// The value a parameter has in the base profile, or in the table of parameters.
double base_value(const package::Package& package, const std::string& base,
                  const std::string& parameter) {
    for (const package::Setting& s : package::profile_settings(package, base)) {
        if (s.parameter == parameter) {
            return s.value;
        }
    }
    const package::Parameter* row = package.parameter(parameter);
    ERBIUM_CHECK(row != nullptr, "an override of a parameter that the package does not have");
    return row->value;
}

/// Finds, for treatments that fail here and work in the base, the change that makes them fail.
void explain_by_changes(Experiment& experiment, const package::Profile& profile,
                        const AdviseOptions& options, std::vector<Ranked>& entries) {
    const package::Package& package = experiment.package();
    const double time_s = package.protocol.duration_s;
    const package::Profile* base = package.profile(profile.base);
    ERBIUM_CHECK(base != nullptr, "a profile whose base the package does not have");
    // In the base first: only what works there needs an explanation.
    std::vector<Question> in_base;
    for (const Ranked& entry : entries) {
        in_base.push_back({{base->id, {}, options.background, entry.treatment},
                           MeasuredQuantity::viability,
                           {},
                           time_s});
    }
    const auto base_answers = assay::measure(experiment, in_base, options.sets);
    std::vector<std::size_t> failing;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const double effect = 1.0 - base_answers[i].best();
        if (effect >= kLeastEffect && entries[i].inhibition < kFailingShare * effect) {
            failing.push_back(i);
        }
    }
    std::vector<Question> undone;
    for (const std::size_t i : failing) {
        for (const package::Override& change : profile.overrides) {
            const std::string& name = change.setting.parameter;
            undone.push_back({{profile.id,
                               {{name, base_value(package, base->id, name)}},
                               options.background,
                               entries[i].treatment},
                              MeasuredQuantity::viability,
                              {},
                              time_s});
        }
    }
    const auto answers = assay::measure(experiment, undone, options.sets);
    std::size_t at = 0;
    for (const std::size_t i : failing) {
        Restoration best;
        best.viability = estimate_of(base_answers[i]);
        double best_share = kFailingShare;
        for (const package::Override& change : profile.overrides) {
            const Estimate viability = estimate_of(answers[at++]);
            const double share = (1.0 - viability.value) / (1.0 - base_answers[i].best());
            if (share > best_share) {
                best_share = share;
                best.parameter = change.setting.parameter;
                best.viability = viability;
            }
        }
        best.text = fmt::format("in {} without this change{}: viability {}", base->title,
                                best.parameter.empty() ? "" : " (" + best.parameter + ")",
                                text_of(best.viability));
        entries[i].restoration = std::move(best);
    }
}

}  // namespace

Advice advise(Experiment& experiment, const std::string& profile, const AdviseOptions& options) {
    const package::Package& package = experiment.package();
    const package::Profile* cells = package.profile(profile);
    ERBIUM_CHECK(cells != nullptr, "advice for a profile that the package does not have");
    Advice advice;
    advice.profile = profile;
    advice.base = cells->base;
    advice.time_s = package.protocol.duration_s;
    advice.sets = options.sets == assay::Sets::ensemble ? package.ensemble.size() : 0;
    for (std::size_t d = 0; d < package.drugs.size(); ++d) {
        if (package.drugs[d].drug_class != package::kLigandClass) {
            advice.singles.push_back(new_entry(package, default_treatment(package, d)));
        }
    }
    rank(experiment, profile, options, advice.singles);
    if (!cells->base.empty()) {
        explain_by_changes(experiment, *cells, options, advice.singles);
    }
    if (options.has_pairs && advice.singles.size() >= 2 &&
        !std::isnan(advice.singles.front().viability.value)) {
        const Treatment& best = advice.singles.front().treatment;
        for (std::size_t i = 1; i < advice.singles.size(); ++i) {
            Treatment both = best;
            both.doses.push_back(advice.singles[i].treatment.doses.front());
            advice.pairs.push_back(new_entry(package, std::move(both)));
        }
        rank(experiment, profile, options, advice.pairs);
    }
    for (const std::vector<Ranked>* entries : {&advice.singles, &advice.pairs}) {
        advice.failed += static_cast<std::size_t>(
            std::count_if(entries->begin(), entries->end(),
                          [](const Ranked& entry) { return std::isnan(entry.viability.value); }));
    }
    return advice;
}

}  // namespace erbium::advise
