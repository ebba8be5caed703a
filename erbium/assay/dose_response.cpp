// SPDX-License-Identifier: Apache-2.0
// erbium/assay/dose_response.cpp: curves and their half doses.
#include "erbium/assay/dose_response.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium::assay {
namespace {

constexpr double kHalf = 0.5;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Point {
    double log_dose{};  // natural logarithm of nM
    double response{};
};

std::vector<Point> usable_points(std::span<const double> doses_nM,
                                 std::span<const double> responses) {
    ERBIUM_CHECK(doses_nM.size() == responses.size(), "a dose for each response");
    std::vector<Point> points;
    for (std::size_t i = 0; i < doses_nM.size(); ++i) {
        if (doses_nM[i] > 0.0 && std::isfinite(responses[i])) {
            points.push_back({std::log(doses_nM[i]), responses[i]});
        }
    }
    std::stable_sort(points.begin(), points.end(),
                     [](const Point& a, const Point& b) { return a.log_dose < b.log_dose; });
    return points;
}

/// Falls from 1 to 0 over the dose.
double fraction(double log_dose, double log_ec50, double hill) noexcept {
    return 1.0 / (1.0 + std::exp(hill * (log_dose - log_ec50)));
}

struct Trial {
    double top{};
    double bottom{};
    double squares{kInfinity};
};

/// Best top and bottom for given ec50 and hill: a straight line of the responses on the fraction.
Trial solve_linear(const std::vector<Point>& points, double log_ec50, double hill) {
    const auto n = static_cast<double>(points.size());
    double mean_x = 0.0;
    double mean_y = 0.0;
    for (const Point& p : points) {
        mean_x += fraction(p.log_dose, log_ec50, hill) / n;
        mean_y += p.response / n;
    }
    double xx = 0.0;
    double xy = 0.0;
    for (const Point& p : points) {
        const double x = fraction(p.log_dose, log_ec50, hill) - mean_x;
        xx += x * x;
        xy += x * (p.response - mean_y);
    }
    constexpr double kFlat = 1e-12;  // the fractions do not vary: no slope can be told
    if (xx < kFlat) {
        return {};
    }
    Trial trial;
    const double slope = xy / xx;
    trial.bottom = mean_y - slope * mean_x;
    trial.top = trial.bottom + slope;
    trial.squares = 0.0;
    for (const Point& p : points) {
        const double residual =
            p.response - trial.bottom - slope * fraction(p.log_dose, log_ec50, hill);
        trial.squares += residual * residual;
    }
    return trial;
}

}  // namespace

double LogisticFit::at(double dose_nM) const noexcept {
    return bottom + (top - bottom) * fraction(std::log(dose_nM), std::log(ec50_nM), hill);
}

std::optional<LogisticFit> fit_logistic(std::span<const double> doses_nM,
                                        std::span<const double> responses) {
    const std::vector<Point> points = usable_points(doses_nM, responses);
    constexpr std::size_t kParameters = 4;
    if (points.size() < kParameters) {
        return std::nullopt;
    }
    const auto [least, most] =
        std::minmax_element(points.begin(), points.end(),
                            [](const Point& a, const Point& b) { return a.response < b.response; });
    constexpr double kVaries = 1e-6;  // of 1, the untreated response; less is the solver's error
    if (most->response - least->response < kVaries) {
        return std::nullopt;
    }
    // Half way may lie outside the doses by one of their steps; further out it is not identified.
    const double first = points.front().log_dose;
    const double last = points.back().log_dose;
    const double margin = (last - first) / static_cast<double>(points.size() - 1);
    const double low = first - margin;
    const double high = last + margin;
    constexpr double kLeastLogHill = -1.6;  // 0.2
    constexpr double kMostLogHill = 2.3;    // 10

    double best_ec50 = first;
    double best_log_hill = 0.0;
    Trial best;
    const auto consider = [&](double log_ec50, double log_hill) {
        if (log_ec50 < low || log_ec50 > high || log_hill < kLeastLogHill ||
            log_hill > kMostLogHill) {
            return false;
        }
        const Trial trial = solve_linear(points, log_ec50, std::exp(log_hill));
        if (trial.squares < best.squares) {
            best = trial;
            best_ec50 = log_ec50;
            best_log_hill = log_hill;
            return true;
        }
        return false;
    };
    constexpr int kGrid = 24;
    for (int i = 0; i <= kGrid; ++i) {
        for (int k = 0; k <= kGrid; ++k) {
            (void)consider(low + (high - low) * i / kGrid,
                           kLeastLogHill + (kMostLogHill - kLeastLogHill) * k / kGrid);
        }
    }
    if (!std::isfinite(best.squares)) {
        return std::nullopt;
    }
    constexpr double kFinest = 1e-9;
    double step_ec50 = (high - low) / kGrid;
    double step_hill = (kMostLogHill - kLeastLogHill) / kGrid;
    while (step_hill > kFinest) {
        bool has_moved = false;
        for (const int i : {-1, 0, 1}) {
            for (const int k : {-1, 0, 1}) {
                has_moved =
                    consider(best_ec50 + i * step_ec50, best_log_hill + k * step_hill) || has_moved;
            }
        }
        if (!has_moved) {
            step_ec50 /= 2;
            step_hill /= 2;
        }
    }
    return LogisticFit{best.top, best.bottom, std::exp(best_ec50), std::exp(best_log_hill),
                       std::sqrt(best.squares / static_cast<double>(points.size()))};
}

HalfDose half_dose(std::span<const double> doses_nM, std::span<const double> responses) {
    const std::vector<Point> points = usable_points(doses_nM, responses);
    const auto first_below = std::find_if(points.begin(), points.end(),
                                          [](const Point& p) { return p.response <= kHalf; });
    if (first_below == points.end()) {
        const bool has_failures = points.size() < doses_nM.size();
        return {has_failures ? std::numeric_limits<double>::quiet_NaN() : kInfinity,
                HalfDoseMethod::not_reached};
    }
    if (first_below == points.begin()) {
        return {std::exp(points.front().log_dose), HalfDoseMethod::interpolated};
    }
    constexpr double kGoodFit = 0.05;
    const auto fit = fit_logistic(doses_nM, responses);
    if (fit && fit->rms <= kGoodFit && fit->top > kHalf && fit->bottom < kHalf) {
        // y = 1/2 at (c/ec50)^hill = (top - 1/2) / (1/2 - bottom)
        const double dose =
            fit->ec50_nM * std::pow((fit->top - kHalf) / (kHalf - fit->bottom), 1.0 / fit->hill);
        if (std::log(dose) >= points.front().log_dose && std::log(dose) <= points.back().log_dose) {
            return {dose, HalfDoseMethod::logistic};
        }
    }
    const Point& above = *(first_below - 1);
    const double part = (above.response - kHalf) / (above.response - first_below->response);
    return {std::exp(above.log_dose + part * (first_below->log_dose - above.log_dose)),
            HalfDoseMethod::interpolated};
}

std::vector<DoseResponse> dose_response(Experiment& experiment,
                                        const package::DoseResponsePanel& panel, Sets sets) {
    const bool is_viability = panel.readout == "viability";
    std::vector<Question> questions;
    for (const std::string& profile : panel.profiles) {
        for (const double dose_nM : panel.doses_nM) {
            Question q;
            q.condition.profile = profile;
            q.condition.background = panel.background;
            q.condition.treatment.doses.push_back({panel.drug, dose_nM, {}});
            q.quantity =
                is_viability ? MeasuredQuantity::viability : MeasuredQuantity::fold_control;
            q.readout = is_viability ? "" : panel.readout;
            q.time_s = experiment.package().protocol.duration_s;
            questions.push_back(std::move(q));
        }
    }
    const std::vector<EnsembleMeasurement> answers = measure(experiment, questions, sets);
    std::vector<DoseResponse> curves;
    std::size_t at = 0;
    for (const std::string& profile : panel.profiles) {
        DoseResponse curve;
        curve.drug = panel.drug;
        curve.profile = profile;
        curve.readout = panel.readout;
        curve.doses_nM = panel.doses_nM;
        for (std::size_t i = 0; i < panel.doses_nM.size(); ++i, ++at) {
            curve.values.push_back(answers[at].nominal.value);
            curve.reasons.push_back(answers[at].nominal.reason);
            if (answers[at].has_spread()) {
                curve.lower.push_back(answers[at].spread.lower);
                curve.upper.push_back(answers[at].spread.upper);
            }
        }
        curve.fit = fit_logistic(curve.doses_nM, curve.values);
        curve.half = half_dose(curve.doses_nM, curve.values);
        curves.push_back(std::move(curve));
    }
    return curves;
}

}  // namespace erbium::assay
