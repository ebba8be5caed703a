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
    out.viability = kNaN;
    out.inhibition = kNaN;
    return out;
}

Treatment default_treatment(const package::Package& package, std::size_t drug) {
    return {{{drug, package.drugs[drug].dose_nM, package.drugs[drug].dose_text}}};
}

/// Fills in viabilities and puts the most effective first; ties stay in the package's order.
void rank(Experiment& experiment, const std::string& profile, const AdviseOptions& options,
          std::vector<Ranked>& entries) {
    std::vector<Question> questions;
    for (const Ranked& entry : entries) {
        questions.push_back({{profile, {}, options.background, entry.treatment},
                             MeasuredQuantity::viability,
                             {},
                             experiment.package().protocol.duration_s});
    }
    const auto answers = experiment.measure(questions);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i].viability = answers[i].value;
        entries[i].inhibition = 1.0 - answers[i].value;
        entries[i].reason = answers[i].reason;
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Ranked& a, const Ranked& b) {
        const bool a_failed = std::isnan(a.viability);
        const bool b_failed = std::isnan(b.viability);
        return a_failed != b_failed ? b_failed : !a_failed && a.viability < b.viability;
    });
}

/// Names the readouts that each treatment moved most.
void explain_by_readouts(Experiment& experiment, const std::string& profile,
                         const AdviseOptions& options, std::vector<Ranked>& entries) {
    const package::Package& package = experiment.package();
    const double time_s = std::min(options.fact_time_s, package.protocol.duration_s);
    std::vector<Condition> conditions{{profile, {}, options.background, {}}};
    for (const Ranked& entry : entries) {
        conditions.push_back({profile, {}, options.background, entry.treatment});
    }
    const std::vector<double> times_s{time_s};
    const std::vector<TimeCourse> courses = experiment.run(conditions, times_s);
    const TimeCourse& control = courses.front();
    const std::size_t growth = experiment.growth_column();
    for (std::size_t e = 0; e < entries.size(); ++e) {
        const TimeCourse& treated = courses[e + 1];
        std::vector<ReadoutChange> changes;
        for (std::size_t r = 0; r < package.readouts.size(); ++r) {
            double largest = 0.0;
            for (const TimeCourse& course : courses) {
                largest = std::fmax(largest, std::fabs(course.at(0, r)));
            }
            const double before = control.at(0, r);
            const double after = treated.at(0, r);
            if (r == growth || !(before > kTraceShare * largest) || !(after >= 0.0)) {
                continue;
            }
            const double ratio = after / before;
            if (std::fabs(std::log(ratio)) < std::log(kLeastFactor)) {
                continue;
            }
            changes.push_back({package.readouts[r].id, ratio,
                               fmt::format("{} {} of untreated at {}", package.readouts[r].title,
                                           rounded(ratio, 2), time_text(time_s))});
        }
        std::stable_sort(changes.begin(), changes.end(),
                         [](const ReadoutChange& a, const ReadoutChange& b) {
                             return std::fabs(std::log(a.ratio)) > std::fabs(std::log(b.ratio));
                         });
        changes.resize(std::min(changes.size(), options.facts));
        entries[e].changes = std::move(changes);
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
    const auto base_answers = experiment.measure(in_base);
    std::vector<std::size_t> failing;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const double effect = 1.0 - base_answers[i].value;
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
    const auto answers = experiment.measure(undone);
    std::size_t at = 0;
    for (const std::size_t i : failing) {
        Restoration best;
        best.viability = base_answers[i].value;
        double best_share = kFailingShare;
        for (const package::Override& change : profile.overrides) {
            const double viability = answers[at++].value;
            const double share = (1.0 - viability) / (1.0 - base_answers[i].value);
            if (share > best_share) {
                best_share = share;
                best.parameter = change.setting.parameter;
                best.viability = viability;
            }
        }
        best.text = fmt::format("in {} without this change{}: viability {}", base->title,
                                best.parameter.empty() ? "" : " (" + best.parameter + ")",
                                rounded(best.viability, 2));
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
    for (std::size_t d = 0; d < package.drugs.size(); ++d) {
        if (package.drugs[d].drug_class != package::kLigandClass) {
            advice.singles.push_back(new_entry(package, default_treatment(package, d)));
        }
    }
    rank(experiment, profile, options, advice.singles);
    explain_by_readouts(experiment, profile, options, advice.singles);
    if (!cells->base.empty()) {
        explain_by_changes(experiment, *cells, options, advice.singles);
    }
    if (options.has_pairs && advice.singles.size() >= 2 &&
        !std::isnan(advice.singles.front().viability)) {
        const Treatment& best = advice.singles.front().treatment;
        for (std::size_t i = 1; i < advice.singles.size(); ++i) {
            Treatment both = best;
            both.doses.push_back(advice.singles[i].treatment.doses.front());
            advice.pairs.push_back(new_entry(package, std::move(both)));
        }
        rank(experiment, profile, options, advice.pairs);
        explain_by_readouts(experiment, profile, options, advice.pairs);
    }
    for (const std::vector<Ranked>* entries : {&advice.singles, &advice.pairs}) {
        advice.failed += static_cast<std::size_t>(
            std::count_if(entries->begin(), entries->end(),
                          [](const Ranked& entry) { return std::isnan(entry.viability); }));
    }
    return advice;
}

}  // namespace erbium::advise
