// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/surrogate_posterior.cpp: weights of points, terms that count, expected costs.
#include "erbium/calibrate/surrogate_posterior.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium::calibrate {
namespace {

/// The latest of the points are learnt from; more cost more than they teach.
constexpr std::size_t kMostPoints = 6000;
/// Claims are left out that at all points of at least this weight had this much room, in their
/// tolerances.
constexpr double kLeastWeight = 0.01;
constexpr double kMuchRoom = 10.0;

}  // namespace

void History::add(std::span<const std::vector<double>> points,
                  std::vector<std::vector<double>> predictions) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (std::all_of(predictions[i].begin(), predictions[i].end(),
                        [](double value) { return std::isfinite(value); })) {
            points_.push_back(points[i]);
            predictions_.push_back(std::move(predictions[i]));
        }
    }
}

SurrogatePosterior::SurrogatePosterior(const Posterior& posterior, const History& history)
    : SurrogatePosterior{posterior, learn(posterior, history)} {}

SurrogatePosterior::Learnt SurrogatePosterior::learn(const Posterior& posterior,
                                                     const History& history) {
    ERBIUM_CHECK(history.size() >= 2, "a surrogate of fewer than two points");
    const std::size_t from = history.size() - std::min(history.size(), kMostPoints);
    const auto points = history.points().subspan(from);
    const auto predictions = history.predictions().subspan(from);
    std::vector<double> weights;
    for (std::size_t i = 0; i < points.size(); ++i) {
        weights.push_back(posterior.value(points[i], predictions[i], 1.0));
    }
    const double best = *std::min_element(weights.begin(), weights.end());
    const double usual = 0.5 * static_cast<double>(points.front().size());
    for (double& one : weights) {
        one = 1.0 / (1.0 + (one - best) / usual);
    }
    std::vector<std::size_t> terms;
    for (std::size_t k = 0; k < posterior.terms().size(); ++k) {
        const Term& term = posterior.terms()[k];
        bool counts = term.demand == Demand::observed;
        for (std::size_t i = 0; i < points.size() && !counts; ++i) {
            counts = weights[i] > kLeastWeight && term.room(predictions[i][k]) < kMuchRoom;
        }
        if (counts) {
            terms.push_back(k);
        }
    }
    std::vector<std::vector<double>> outputs;
    for (const std::vector<double>& all : predictions) {
        std::vector<double>& row = outputs.emplace_back();
        for (const std::size_t k : terms) {
            row.push_back(all[k]);
        }
    }
    fit::QuadraticSurrogate surrogate{points, outputs, weights};
    return {std::move(terms), std::move(surrogate)};
}

std::vector<double> SurrogatePosterior::log_densities(
    std::span<const std::vector<double>> points) const {
    const std::size_t m = terms_.size();
    std::vector<double> predicted(points.size() * m);
    surrogate_.at(points, predicted);
    std::vector<double> out;
    for (std::size_t i = 0; i < points.size(); ++i) {
        double sum = 0.0;
        for (std::size_t k = 0; k < m; ++k) {
            const double model = predicted[i * m + k];
            sum += posterior_->terms()[terms_[k]].expected_cost(model, surrogate_.error(k, model),
                                                                posterior_->claim_tolerance());
        }
        for (const double one : points[i]) {
            sum += 0.5 * one * one;
        }
        out.push_back(std::isnan(sum) ? -std::numeric_limits<double>::infinity() : -sum);
    }
    return out;
}

}  // namespace erbium::calibrate
