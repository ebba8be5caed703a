// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/cross_validation.cpp: folds, naive predictors, scores.
#include "erbium/calibrate/cross_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "erbium/assay/comparison.hpp"

namespace erbium::calibrate {
namespace {

/// The number a naive predictor learns from: the measurement, or the middle of its interval.
std::optional<double> number_of(const Observation& o) {
    if (o.value) {
        return o.value;
    }
    if (o.lower && o.upper) {
        return 0.5 * (*o.lower + *o.upper);
    }
    return std::nullopt;
}

std::string root_of(const Package& package, std::string profile) {
    for (const package::Profile* at = package.profile(profile); at != nullptr && !at->base.empty();
         at = package.profile(profile)) {
        profile = at->base;
    }
    return profile;
}

std::string agents_of(const Package& package, const package::Treatment& treatment) {
    std::vector<std::string> ids;
    for (const package::Dose& dose : treatment.doses) {
        ids.push_back(package.drugs[dose.drug].id);
    }
    std::sort(ids.begin(), ids.end());
    return ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, " + "));
}

/// The value of a parameter in a profile.
double level_of(const Package& package, const std::string& profile, const std::string& parameter) {
    const package::Parameter* row = package.parameter(parameter);
    double value = row == nullptr ? 1.0 : row->value;
    for (const package::Setting& setting : package::profile_settings(package, profile)) {
        if (setting.parameter == parameter) {
            value = setting.value;
        }
    }
    return value;
}

/// Rows that say the same in words; the key of what a naive predictor may learn from.
std::string key_of(const Observation& o, Fold by, bool is_wide) {
    const std::string what = fmt::format("{}|{}", static_cast<int>(o.quantity), o.readout);
    if (is_wide) {
        return what;
    }
    return by == Fold::cell_line
               ? fmt::format("{}|{}|{}|{}", what, o.treatment_text, o.background_text, o.time_s)
               : fmt::format("{}|{}|{}", what, o.profile, o.time_s);
}

/// Ordinary least squares of y on log10 x, at `at`; the mean when x takes fewer than three values.
double line_at(const std::vector<std::pair<double, double>>& points, double at) {
    double mean_x = 0.0;
    double mean_y = 0.0;
    std::set<double> levels;
    for (const auto& [x, y] : points) {
        levels.insert(x);
        mean_x += std::log10(x) / static_cast<double>(points.size());
        mean_y += y / static_cast<double>(points.size());
    }
    if (levels.size() < 3) {
        return mean_y;
    }
    double covariance = 0.0;
    double variance = 0.0;
    for (const auto& [x, y] : points) {
        covariance += (std::log10(x) - mean_x) * (y - mean_y);
        variance += (std::log10(x) - mean_x) * (std::log10(x) - mean_x);
    }
    return mean_y + covariance / variance * (std::log10(at) - mean_x);
}

void predict_naively(const Package& package, const CrossValidationOptions& options, Fold by,
                     const std::vector<std::size_t>& seen, Prediction& prediction) {
    const Observation& o = package.observations[prediction.observation];
    const bool is_log = o.scale == package::Scale::log2;
    std::vector<std::pair<double, double>> points;
    for (const bool is_wide : {false, true}) {
        for (const std::size_t index : seen) {
            const Observation& other = package.observations[index];
            const std::optional<double> number = number_of(other);
            if (number && (!is_log || *number > 0.0) &&
                key_of(other, by, is_wide) == key_of(o, by, is_wide)) {
                const double level =
                    options.marker.empty() ? 1.0 : level_of(package, other.profile, options.marker);
                points.emplace_back(std::max(level, 1.0), is_log ? std::log2(*number) : *number);
            }
        }
        if (!points.empty()) {
            break;
        }
    }
    if (points.empty()) {
        prediction.mean = prediction.marker = 1.0;  // nothing changes
        return;
    }
    double mean = 0.0;
    for (const auto& point : points) {
        mean += point.second / static_cast<double>(points.size());
    }
    double line = mean;
    if (!options.marker.empty()) {
        line = line_at(points, std::max(level_of(package, o.profile, options.marker), 1.0));
    }
    prediction.mean = is_log ? std::exp2(mean) : mean;
    prediction.marker = is_log ? std::exp2(line) : line;
}

std::string kind_of(const Observation& o) {
    if (!o.value) {
        return "interval or direction";
    }
    return o.scale == package::Scale::log2 ? "fold of a time course, log2" : "viability";
}

void score(const Package& package, CrossValidation& out) {
    struct Sums {
        std::size_t rows{};
        std::array<double, 3> squares{};
    };
    std::map<std::string, Sums> by_kind;
    out.holding.assign(3, 0);
    for (const Prediction& p : out.predictions) {
        const Observation& o = package.observations[p.observation];
        const std::array<double, 3> values{p.model, p.mean, p.marker};
        for (const std::string& kind : {kind_of(o), std::string{"~all"}}) {
            Sums& sums = by_kind[kind];
            ++sums.rows;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double residual = standardised_residual(o, values[i]);
                sums.squares[i] += residual * residual;
            }
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            out.holding[i] += assay::compare(o, values[i]).holds ? 1U : 0U;
        }
    }
    for (const auto& [kind, sums] : by_kind) {
        const auto rms = [&sums = sums](std::size_t i) {  // clang 14 captures no binding
            return std::sqrt(sums.squares[i] / static_cast<double>(sums.rows));
        };
        out.scores.push_back({kind == "~all" ? "all" : kind, sums.rows, rms(0), rms(1), rms(2)});
    }
}

}  // namespace

CrossValidation cross_validate(Experiment& experiment, Fold by,
                               const CrossValidationOptions& options) {
    const Package& package = experiment.package();
    const std::vector<std::size_t> rows = calibration_rows(package);
    std::map<std::string, std::vector<std::size_t>> groups;
    for (const std::size_t index : rows) {
        const Observation& o = package.observations[index];
        groups[by == Fold::cell_line ? root_of(package, o.profile)
                                     : agents_of(package, o.treatment)]
            .push_back(index);
    }
    // Largest group first, each to the emptiest fold.
    std::vector<std::pair<std::string, std::vector<std::size_t>>> dealt{groups.begin(),
                                                                        groups.end()};
    std::stable_sort(dealt.begin(), dealt.end(), [](const auto& a, const auto& b) {
        return a.second.size() > b.second.size();
    });
    std::vector<std::size_t> sizes(options.folds);
    std::map<std::string, std::size_t> fold_of;
    for (const auto& [group, members] : dealt) {
        const auto fold =
            static_cast<std::size_t>(std::min_element(sizes.begin(), sizes.end()) - sizes.begin());
        sizes[fold] += members.size();
        fold_of[group] = fold;
    }
    const std::vector<FreeParameter> parameters = responsive_parameters(
        experiment, observation_terms(package, rows), options.most_parameters, nullptr);
    CrossValidation out;
    out.by = by;
    for (std::size_t fold = 0; fold < options.folds; ++fold) {
        std::vector<std::size_t> seen;
        std::vector<std::size_t> unseen;
        std::vector<std::string> unseen_groups;
        for (const auto& [group, members] : groups) {
            auto& side = fold_of[group] == fold ? unseen : seen;
            side.insert(side.end(), members.begin(), members.end());
            if (fold_of[group] == fold) {
                unseen_groups.insert(unseen_groups.end(), members.size(), group);
            }
        }
        if (unseen.empty()) {
            continue;
        }
        Posterior training{experiment, parameters, observation_terms(package, seen)};
        const Mode mode =
            find_mode(training, std::vector<double>(parameters.size()), options.most_iterations);
        Posterior testing{experiment, parameters, observation_terms(package, unseen)};
        const std::vector<double> predicted = testing.predict({&mode.u, 1})[0];
        for (std::size_t i = 0; i < unseen.size(); ++i) {
            Prediction p{unseen[i], fold, unseen_groups[i], predicted[i], 0.0, 0.0};
            predict_naively(package, options, by, seen, p);
            out.predictions.push_back(std::move(p));
        }
        if (options.progress) {
            options.progress(fmt::format("fold {} of {}: {} rows predicted from {}, -log p {:.1f}",
                                         fold + 1, options.folds, unseen.size(), seen.size(),
                                         mode.value));
        }
    }
    score(package, out);
    return out;
}

}  // namespace erbium::calibrate
