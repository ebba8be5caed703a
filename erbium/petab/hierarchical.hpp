// SPDX-License-Identifier: Apache-2.0
// erbium/petab/hierarchical.hpp: scalings, offsets and noise found for each simulation, not by the
// search.
// Reads: BoundProblem   Used by: apps
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "erbium/petab/objective.hpp"

namespace erbium::petab {

/// The objective as a function of the parameters that simulations depend on, minimised over all
/// others, the outer ones (scalings, offsets, noise): g(theta) = min over phi of f(theta, phi).
///
/// Evaluating f at another phi needs no simulation, so the inner minimum costs little: a bounded
/// Gauss-Newton search over phi, from the same point for every theta. For any formulas and priors;
/// where f is quadratic in phi its first step is the analytic solution (Loos, Krause and Hasenauer
/// 2018, doi:10.1093/bioinformatics/bty514; Schmiester et al. 2020,
/// doi:10.1093/bioinformatics/btz581). Derivatives: grad g = df/dtheta at the inner minimum, and
/// for the curvature the Schur complement of that of f over the phi that no bound holds.
class HierarchicalObjective final : public fit::Objective {
public:
    explicit HierarchicalObjective(std::shared_ptr<const BoundProblem> problem,
                                   const SimulatorOptions& options = {});

    /// Of the parameters that simulations depend on.
    [[nodiscard]] std::span<const fit::Coordinate> coordinates() const noexcept override {
        return coordinates_;
    }
    [[nodiscard]] fit::Evaluation evaluate(std::span<const double> x, fit::Need need) override;
    [[nodiscard]] std::unique_ptr<fit::Objective> clone() const override;

    /// All estimated parameters, the outer ones at their minimum for `x`.
    [[nodiscard]] std::vector<double> completed(std::span<const double> x);
    /// Positions of coordinates() among the estimated parameters.
    [[nodiscard]] std::span<const std::size_t> positions() const noexcept { return inner_; }

private:
    struct Solved {
        std::vector<double> x;  // all estimated parameters
        std::string failure;
    };
    Solved solve(std::span<const ExperimentOutput> outputs, std::span<const double> theta);

    std::shared_ptr<const BoundProblem> problem_;
    SimulatorOptions options_;
    petab::Objective whole_;  // unqualified, the name would be that of the base
    std::vector<fit::Coordinate> coordinates_;
    std::vector<fit::Coordinate> outer_coordinates_;
    std::vector<std::size_t> inner_;  // positions of theta among the estimated
    std::vector<std::size_t> outer_;  // of phi
};

}  // namespace erbium::petab
