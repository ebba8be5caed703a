// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/posterior.cpp: priors from the table of parameters, residuals from observations.
#include "erbium/calibrate/posterior.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <utility>

#include "erbium/assay/ablation.hpp"
#include "erbium/assay/comparison.hpp"
#include "erbium/base/check.hpp"

namespace erbium::calibrate {
namespace {

constexpr double kFreedom = 4.0;          ///< nu of Student's t
constexpr double kLinearInterval = 0.02;  ///< tolerance of an interval that states none
constexpr double kLog2Interval = 0.04;
constexpr double kStep = 0.05;  ///< of differences, in widths of the prior
constexpr std::size_t kPointsTogether = 16;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// On viabilities a claim must hold by the first number, and what it lacks is divided by the
/// second; so on log2 of ratios.
struct ClaimScale {
    double margin;
    double tolerance;
};
constexpr ClaimScale kLinearClaim{0.002, 0.005};
constexpr ClaimScale kLog2Claim{0.004, 0.01};

/// Half the square of this many standard deviations adds nothing any more.
constexpr double kSurelyInside = 8.0;

/// Twice the derivative of Term::cost() by the square of the residual: the weight of least squares.
double pull(const Term& term, double residual, double claim_tolerance) noexcept {
    return term.demand == Demand::observed ? (kFreedom + 1.0) / (kFreedom + residual * residual)
                                           : 1.0 / (claim_tolerance * claim_tolerance);
}

bool is_folded(package::MeasuredQuantity quantity) noexcept {
    return quantity == package::MeasuredQuantity::fold_control ||
           quantity == package::MeasuredQuantity::fold_start;
}

/// What a number lacks to lie inside an interval, or outside it, by a margin; with the sign of
/// where it is against where it should be.
double lack_inside(double lower, double upper, double margin, double value) noexcept {
    const double inset = std::min(margin, 0.25 * (upper - lower));
    if (value < lower + inset) {
        return value - (lower + inset);
    }
    return std::max(0.0, value - (upper - inset));
}
/// How far a number is from being safely inside a measured interval, over the tolerance, which it
/// must lie inside to count as safe; ratios on log2, where an end of 0 is none.
double interval_residual(const Observation& observation, double model) noexcept {
    const bool is_ratio =
        (observation.scale == package::Scale::log2 || is_folded(observation.quantity)) &&
        model > 0.0;
    const auto scaled = [is_ratio](double end) { return is_ratio ? std::log2(end) : end; };
    const double lower = observation.lower.value_or(0.0);
    const double tolerance = tolerance_of(observation);
    return lack_inside(lower > 0.0 ? scaled(lower) : -kInfinity,
                       observation.upper ? scaled(*observation.upper) : kInfinity, tolerance,
                       scaled(model)) /
           tolerance;
}
double lack_outside(double lower, double upper, double margin, double value) noexcept {
    const double above_lower = value - (lower - margin);
    const double below_upper = upper + margin - value;
    if (above_lower <= 0.0 || below_upper <= 0.0) {
        return 0.0;
    }
    return above_lower < below_upper ? above_lower : -below_upper;
}

/// On which scale a claim's number is compared.
struct Frame {
    bool is_ratio{};  ///< on log2
    ClaimScale scale{};

    [[nodiscard]] double scaled(double x) const noexcept {
        return !is_ratio ? x : x > 0.0 ? std::log2(x) : -kInfinity;
    }
};
Frame frame_of(const Term& term, double model) noexcept {
    if (term.demand == Demand::lost) {  // the number is on log2 already
        return {false, kLog2Claim};
    }
    const bool is_viability =
        term.number.of.quantity == package::MeasuredQuantity::viability && !term.number.against;
    const bool is_ratio = !is_viability && model > 0.0;
    return {is_ratio, is_ratio ? kLog2Claim : kLinearClaim};
}

/// Logarithm of the standard normal distribution function.
double log_normal_cdf(double x) noexcept {
    constexpr double kFarOut = -30.0;  // beyond it the function itself nears the smallest number
    if (x > kFarOut) {
        return std::log(0.5 * std::erfc(-x / std::numbers::sqrt2));
    }
    return -0.5 * x * x - std::log(-x) - 0.5 * std::log(2.0 * std::numbers::pi) - 1.0 / (x * x);
}

/// Agents of a treatment, without doses.
std::string agents(const Package& package, const package::Treatment& treatment) {
    std::string text;
    for (const package::Dose& dose : treatment.doses) {
        text += package.drugs[dose.drug].id + "+";
    }
    return text;
}

}  // namespace

double FreeParameter::value(double u) const noexcept {
    const double x = centre + width * u;
    return is_log ? std::exp(x) : x;
}

std::vector<FreeParameter> free_parameters(const Package& package) {
    std::set<std::string> taken;
    for (const package::Profile& profile : package.profiles) {
        for (const package::Override& change : profile.overrides) {
            taken.insert(change.setting.parameter);
        }
    }
    for (const package::Drug& drug : package.drugs) {
        taken.insert(drug.parameter);
    }
    std::vector<FreeParameter> out;
    for (const package::Parameter& row : package.parameters) {
        const bool is_fitted = row.provenance.origin == package::Origin::fitted;
        const bool is_assumed = row.provenance.origin == package::Origin::assumed &&
                                row.distribution != package::Distribution::none;
        if ((!is_fitted && !is_assumed) || taken.contains(row.id) || !row.lower || !row.upper ||
            !(*row.lower < *row.upper)) {
            continue;
        }
        FreeParameter free;
        free.id = row.id;
        free.is_log = *row.lower > 0.0 && row.distribution != package::Distribution::normal &&
                      row.distribution != package::Distribution::uniform;
        const auto scaled = [&](double value) { return free.is_log ? std::log(value) : value; };
        const double lower = scaled(*row.lower);
        const double upper = scaled(*row.upper);
        free.centre = is_fitted ? 0.5 * (lower + upper) : scaled(row.value);
        free.width = 0.25 * (upper - lower);
        free.lower = (lower - free.centre) / free.width;
        free.upper = (upper - free.centre) / free.width;
        free.nominal = (scaled(row.value) - free.centre) / free.width;
        out.push_back(std::move(free));
    }
    return out;
}

double tolerance_of(const Observation& observation) {
    const bool is_ratio = observation.scale == package::Scale::log2 ||
                          (!observation.value && is_folded(observation.quantity));
    return observation.tolerance.value_or(is_ratio ? kLog2Interval : kLinearInterval);
}

double standardised_residual(const Observation& observation, double model) {
    const assay::ComparisonRow row = assay::compare(observation, model);
    if (std::isnan(row.residual)) {
        return kNaN;
    }
    // Intervals of folds are directions: how far beyond the end counts as a ratio.
    if (!observation.value && is_folded(observation.quantity) && row.residual != 0.0 &&
        model > 0.0) {
        const double end = row.residual < 0.0 ? *observation.lower : *observation.upper;
        if (end > 0.0) {
            return std::log2(model / end) / tolerance_of(observation);
        }
    }
    return row.residual / tolerance_of(observation);
}

std::vector<double> curve_weights(const Package& package,
                                  std::span<const std::size_t> observations) {
    std::map<std::string, std::size_t> lengths;
    std::vector<std::string> curves;
    for (const std::size_t index : observations) {
        const Observation& o = package.observations[index];
        curves.push_back(fmt::format("{}|{}|{}|{}|{}|{}", o.series, o.profile, o.background_text,
                                     agents(package, o.treatment), o.readout,
                                     static_cast<int>(o.quantity)));
        ++lengths[curves.back()];
    }
    std::vector<double> weights;
    for (std::size_t i = 0; i < observations.size(); ++i) {
        const bool has_own_wells =
            package.observations[observations[i]].quantity == package::MeasuredQuantity::viability;
        weights.push_back(has_own_wells ? 1.0
                                        : 1.0 / std::sqrt(static_cast<double>(lengths[curves[i]])));
    }
    return weights;
}

double Term::residual(double model) const {
    if (std::isnan(model)) {
        return kNaN;
    }
    if (observation != nullptr) {
        return observation->value ? standardised_residual(*observation, model)
                                  : interval_residual(*observation, model);
    }
    const Frame frame = frame_of(*this, model);
    if (demand == Demand::lost) {
        return std::max(model + frame.scale.margin, 0.0) / frame.scale.tolerance;
    }
    const double lack = (demand == Demand::met ? lack_inside : lack_outside)(
        frame.scaled(expected.lower), frame.scaled(expected.upper), frame.scale.margin,
        frame.scaled(model));
    return lack / frame.scale.tolerance;
}

double Term::cost(double model, double s) const {
    const double r = residual(model);
    // Student's t of what was measured, a normal distribution of what a claim lacks.
    return weight * (demand == Demand::observed
                         ? 0.5 * (kFreedom + 1.0) * std::log1p(r * r / kFreedom)
                         : 0.5 * r * r / (s * s));
}

double Term::room(double model) const {
    const Frame frame = frame_of(*this, model);
    const auto [lower, upper] =
        std::pair{frame.scaled(expected.lower), frame.scaled(expected.upper)};
    const double x = frame.scaled(model);
    const double margin = frame.scale.margin;
    const double inset = std::min(margin, 0.25 * (upper - lower));
    const double room = demand == Demand::lost ? -(model + margin)
                        : demand == Demand::met
                            ? std::min(x - (lower + inset), (upper - inset) - x)
                            : std::max((lower - margin) - x, x - (upper + margin));
    return room / frame.scale.tolerance;
}

double Term::expected_cost(double model, double error, double s) const {
    const Frame frame = frame_of(*this, model);
    const double sigma =
        (frame.is_ratio ? error / (model * std::numbers::ln2) : error) / frame.scale.tolerance;
    if (demand == Demand::observed || !(sigma > 0.0)) {
        return cost(model, s);
    }
    const double inside = room(model);
    if (inside > kSurelyInside * sigma) {
        return 0.0;
    }
    // The mean of exp(-1/2 (lack / s)^2) over a normal room: the part inside, where it is 1, and
    // the part outside, the product of two normal densities.
    const double both = std::hypot(sigma, s);
    const double part_inside = log_normal_cdf(inside / sigma);
    const double part_outside = std::log(s / both) - 0.5 * (inside / both) * (inside / both) +
                                log_normal_cdf(-inside * s / (sigma * both));
    const double larger = std::max(part_inside, part_outside);
    return -weight * (larger + std::log1p(std::exp(std::min(part_inside, part_outside) - larger)));
}

std::vector<Term> observation_terms(const Package& package,
                                    std::span<const std::size_t> observations) {
    const std::vector<double> weights = curve_weights(package, observations);
    std::vector<Term> terms;
    for (std::size_t i = 0; i < observations.size(); ++i) {
        const Observation& o = package.observations[observations[i]];
        terms.push_back({{assay::question_of(o), std::nullopt},
                         std::nullopt,
                         Demand::observed,
                         &o,
                         {},
                         weights[i]});
    }
    return terms;
}

std::vector<Term> claim_terms(const Package& package) {
    std::vector<Term> terms;
    const auto ratio = [](const package::Question& of,
                          const std::optional<package::Question>& against) {
        return Ratio{assay::question_of(of),
                     against ? std::optional{assay::question_of(*against)} : std::nullopt};
    };
    for (const package::Claim& claim : package.claims) {
        const Ratio intact = ratio(claim.compare, claim.against);
        terms.push_back({intact, std::nullopt, Demand::met, nullptr, claim.expect, 1.0});
        if (!claim.ablation) {
            continue;
        }
        const Ratio ablated = ratio(*claim.ablation, claim.ablation_against);
        if (claim.ablation_expect) {
            terms.push_back(
                {ablated, std::nullopt, Demand::met, nullptr, *claim.ablation_expect, 1.0});
        } else {
            terms.push_back({ablated, std::nullopt, Demand::missed, nullptr, claim.expect, 1.0});
            terms.push_back({ablated, intact, Demand::lost, nullptr, claim.expect, 1.0});
        }
    }
    return terms;
}

Posterior::Posterior(Experiment& experiment, std::vector<FreeParameter> parameters,
                     std::vector<Term> terms)
    : experiment_{&experiment}, parameters_{std::move(parameters)}, terms_{std::move(terms)} {}

package::Settings Posterior::settings(std::span<const double> u) const {
    package::Settings out;
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
        out.push_back({parameters_[p].id, parameters_[p].value(u[p])});
    }
    return out;
}

std::vector<std::vector<double>> Posterior::predict(std::span<const std::vector<double>> points) {
    std::vector<std::vector<double>> out;
    // In portions: the questions of all points together would fill the memory.
    for (std::size_t first = 0; first < points.size(); first += kPointsTogether) {
        const auto portion =
            points.subspan(first, std::min(kPointsTogether, points.size() - first));
        for (std::vector<double>& row : predict_portion(portion)) {
            out.push_back(std::move(row));
        }
    }
    points_evaluated_ += points.size();
    return out;
}

std::vector<std::vector<double>> Posterior::predict_portion(
    std::span<const std::vector<double>> points) {
    std::vector<assay::Question> questions;
    for (const std::vector<double>& point : points) {
        const package::Settings constants = settings(point);
        const auto ask = [&](const assay::Question& question) {
            questions.push_back(question);
            questions.back().condition.constants = constants;
        };
        const auto ask_ratio = [&](const Ratio& ratio) {
            ask(ratio.of);
            if (ratio.against) {
                ask(*ratio.against);
            }
        };
        for (const Term& term : terms_) {
            ask_ratio(term.number);
            if (term.intact) {
                ask_ratio(*term.intact);
            }
        }
    }
    const std::vector<assay::Measurement> answers = experiment_->measure(questions);
    std::vector<std::vector<double>> out(points.size());
    std::size_t at = 0;
    const auto answer = [&](const Ratio& ratio) {
        const double value = answers[at++].value;
        if (!ratio.against) {
            return value;
        }
        const double reference = answers[at++].value;
        return reference == 0.0 ? kNaN : value / reference;
    };
    for (std::vector<double>& row : out) {
        for (const Term& term : terms_) {
            const double value = answer(term.number);
            row.push_back(
                term.intact ? assay::excess_of_ablation(term.expected, answer(*term.intact), value)
                            : value);
        }
    }
    return out;
}

double Posterior::value(std::span<const double> u, std::span<const double> predictions) const {
    return value(u, predictions, claim_tolerance_);
}

double Posterior::value(std::span<const double> u, std::span<const double> predictions,
                        double claim_tolerance) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
        sum += terms_[i].cost(predictions[i], claim_tolerance);
    }
    for (const double one : u) {
        sum += 0.5 * one * one;
    }
    return std::isnan(sum) ? kInfinity : sum;
}

std::vector<double> Posterior::log_densities(std::span<const std::vector<double>> points) {
    const std::vector<std::vector<double>> predictions = predict(points);
    std::vector<double> out;
    for (std::size_t p = 0; p < points.size(); ++p) {
        out.push_back(-value(points[p], predictions[p]));
    }
    return out;
}

Posterior::Slope Posterior::slope(std::span<const double> u) {
    const std::size_t n = parameters_.size();
    std::vector<std::vector<double>> points(n + 1, {u.begin(), u.end()});
    std::vector<double> steps(n);
    for (std::size_t p = 0; p < n; ++p) {
        // Inwards at an upper bound.
        steps[p] = u[p] + kStep > parameters_[p].upper ? -kStep : kStep;
        points[p + 1][p] += steps[p];
    }
    const std::vector<std::vector<double>> predictions = predict(points);
    Slope out;
    out.value = value(u, predictions[0]);
    out.gradient.assign(u.begin(), u.end());  // of the prior
    out.curvature.assign(n * n, 0.0);
    for (std::size_t p = 0; p < n; ++p) {
        out.curvature[p * n + p] = 1.0;
    }
    for (std::size_t i = 0; i < terms_.size(); ++i) {
        const double residual = terms_[i].residual(predictions[0][i]);
        const double weight = terms_[i].weight * pull(terms_[i], residual, claim_tolerance_);
        std::vector<double> row(n);
        for (std::size_t p = 0; p < n; ++p) {
            row[p] = (terms_[i].residual(predictions[p + 1][i]) - residual) / steps[p];
            row[p] = std::isnan(row[p]) ? 0.0 : row[p];
            out.gradient[p] += weight * residual * row[p];
        }
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = 0; q < n; ++q) {
                out.curvature[p * n + q] += weight * row[p] * row[q];
            }
        }
    }
    return out;
}

PosteriorObjective::PosteriorObjective(Posterior& posterior) : posterior_{&posterior} {
    for (const FreeParameter& free : posterior.parameters()) {
        coordinates_.push_back({free.id, free.lower, free.upper, free.nominal});
    }
}

fit::Evaluation PosteriorObjective::evaluate(std::span<const double> x, fit::Need need) {
    fit::Evaluation out;
    if (need == fit::Need::value) {
        const std::vector<double> point{x.begin(), x.end()};
        out.value = -posterior_->log_densities({&point, 1})[0];
    } else {
        Posterior::Slope slope = posterior_->slope(x);
        out.value = slope.value;
        out.gradient = std::move(slope.gradient);
        out.curvature = std::move(slope.curvature);
    }
    if (!std::isfinite(out.value)) {
        out.failure = "a simulation failed";
    }
    return out;
}

}  // namespace erbium::calibrate
