// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/surrogate_posterior.hpp: a posterior that costs almost nothing, learnt from what
// the model gave at the points met so far.
// Reads: Posterior, points   Makes: SurrogatePosterior   Used by: calibrate
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "erbium/calibrate/posterior.hpp"
#include "erbium/fit/quadratic_surrogate.hpp"

namespace erbium::calibrate {

/// What the model gave at the points met so far.
class History {
public:
    /// Points at which a simulation failed are left out.
    void add(std::span<const std::vector<double>> points,
             std::vector<std::vector<double>> predictions);
    [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }
    [[nodiscard]] std::span<const std::vector<double>> points() const noexcept { return points_; }
    [[nodiscard]] std::span<const std::vector<double>> predictions() const noexcept {
        return predictions_;
    }

private:
    std::vector<std::vector<double>> points_;
    std::vector<std::vector<double>> predictions_;
};

/// The posterior with the predictions of a surrogate (fit::QuadraticSurrogate) instead of the
/// model's. A claim, which the model must not break, the surrogate can only say is likely to hold:
/// what a claim costs is averaged over the error that the surrogate has there. So the density is
/// as wide as the surrogate is ignorant and narrows to the posterior while it learns; proposals
/// from it are hardly ever far less likely than the model finds them, which is what makes a chain
/// of such proposals stick.
///
/// Points weigh 1 / (1 + d / (n / 2)), d being how much their -log p with blurred claims is above
/// the smallest: n / 2 is about what d is on average in a posterior of n constants. Claims that
/// were never near breaking at a point that weighs something are left out.
class SurrogatePosterior {
public:
    /// Precondition: at least two points in the history. The posterior must outlive this.
    SurrogatePosterior(const Posterior& posterior, const History& history);

    /// Log densities up to one constant.
    [[nodiscard]] std::vector<double> log_densities(
        std::span<const std::vector<double>> points) const;
    [[nodiscard]] std::size_t terms() const noexcept { return terms_.size(); }

private:
    struct Learnt {
        std::vector<std::size_t> terms;
        fit::QuadraticSurrogate surrogate;
    };
    static Learnt learn(const Posterior& posterior, const History& history);
    SurrogatePosterior(const Posterior& posterior, Learnt learnt)
        : posterior_{&posterior},
          terms_{std::move(learnt.terms)},
          surrogate_{std::move(learnt.surrogate)} {}

    const Posterior* posterior_;
    std::vector<std::size_t> terms_;  // of the posterior, that count
    fit::QuadraticSurrogate surrogate_;
};

}  // namespace erbium::calibrate
