// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/posterior.hpp: how well a set of constants agrees with what was measured and
// with what was known before.
// Reads: Experiment, Package   Makes: Posterior   Used by: calibration, cross_validation, apps
//
// For constants x on the scale of the search (see FreeParameter), standardised by their priors to
// u,
//
//   -log p(u) = sum_i w_i (nu + 1) / 2 ln(1 + r_i^2 / nu) + sum_j 1/2 (d_j / s)^2 + 1/2 |u|^2
//
//   where  i    runs over observations, j, when asked, over claims and their ablations
//          r_i  residual of observation i over its tolerance, on the scale of the row: model minus
//               measurement, or the distance from what lies inside the row's interval by the
//               tolerance (0 there)
//          nu   4: Student's t, so that a measurement that the model cannot meet does not bend
//               everything else
//          w_i  1 / sqrt(n) for a row of a curve of n points of one blot or array, which share
//               their lysate, its background and the point that all are divided by, and count as
//               sqrt(n) of them; 1 for a viability, whose wells are its own and scatter by
//               themselves
//
//          d_j  what claim j lacks to hold by a margin (0.002 on viabilities, 0.004 on log2), over
//               0.005 on viabilities and 0.01 on log2
//          s    Posterior::set_claim_tolerance(); 1 unless told
//
// A claim is no measurement with an error but a constraint: what breaks it costs without limit. So
// do the two demands on its ablation (assay/ablation.hpp): it must not do for the claim, and must
// lose half of the effect in the same set. Observations that a package holds out are never looked
// at.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/assay/experiment.hpp"
#include "erbium/fit/objective.hpp"

namespace erbium::calibrate {

using assay::Experiment;
using package::Observation;
using package::Package;

/// A constant that calibration may move, with its prior: normal on ln(value) or on the value,
/// between the bounds of its row.
struct FreeParameter {
    std::string id;
    bool is_log{};    ///< the search runs on ln(value)
    double centre{};  ///< of the prior, on the scale of the search, internal units
    double width{};   ///< standard deviation of the prior
    double lower{};   ///< bounds of u = (x - centre) / width
    double upper{};
    double nominal{};  ///< u of the value in parameters.tsv

    [[nodiscard]] double value(double u) const noexcept;
};

/// The constants of a package that are free: those of origin `fitted`, and of origin `assumed` with
/// a distribution, that no profile and no agent sets. Measured, borrowed and derived constants keep
/// their values. Bounds count as two standard deviations to either side. The prior of an assumed
/// constant has its value in the middle; that of a fitted one lies in the middle of its bounds, as
/// its value has seen the data.
[[nodiscard]] std::vector<FreeParameter> free_parameters(const Package& package);

/// What residuals of a row are divided by: its tolerance; of an interval without one 0.02, and on
/// log2 or for folds, which are compared as ratios, 0.04. An interval contains the error of what
/// was measured; its ends are not to be blurred again.
[[nodiscard]] double tolerance_of(const Observation& observation);

/// Residual of a model value over tolerance_of() the row.
[[nodiscard]] double standardised_residual(const Observation& observation, double model);

/// Weight of each of these observations: 1 / sqrt(length of its curve), a curve being the rows that
/// differ in time or dose only; 1 for viabilities, each of which has wells of its own.
[[nodiscard]] std::vector<double> curve_weights(const Package& package,
                                                std::span<const std::size_t> observations);

/// One dish, or what one has over another.
struct Ratio {
    assay::Question of;
    std::optional<assay::Question> against;  ///< the number is then of `of` over that of `against`
};

/// What the number of a term is expected to be.
enum class Demand {
    observed,  ///< as measured
    met,       ///< as a claim expects
    missed,    ///< an ablated number, which must not do for its claim
    lost       ///< assay::excess_of_ablation() of two numbers: 0 or less
};

/// One number that the model gives, and what it is expected to be.
struct Term {
    Ratio number;                 ///< of a `lost` one: the ablated number
    std::optional<Ratio> intact;  ///< of a `lost` one: the number with the mechanism
    Demand demand{};
    const Observation* observation{};  ///< null for a claim
    package::Expectation expected;     ///< of a claim
    double weight{1.0};

    /// Over the tolerance, that of a claim being of what it lacks; NaN when the model has no
    /// number.
    [[nodiscard]] double residual(double model) const;
    /// What it adds to -log p, the tolerance of claims being s.
    [[nodiscard]] double cost(double model, double s) const;
    /// Of a claim: how far the model is inside what is demanded with its margin, over the
    /// tolerance; below 0 it is what residual() says.
    [[nodiscard]] double room(double model) const;
    /// What the number adds to -log p on average over p, if the model gives it with a normal error
    /// of this standard deviation; of what was observed, cost() alone.
    [[nodiscard]] double expected_cost(double model, double error, double s) const;
};

/// Observations with their weights.
[[nodiscard]] std::vector<Term> observation_terms(const Package& package,
                                                  std::span<const std::size_t> observations);
/// All claims of the package, and that their ablations lose them.
[[nodiscard]] std::vector<Term> claim_terms(const Package& package);

class Posterior {
public:
    Posterior(Experiment& experiment, std::vector<FreeParameter> parameters,
              std::vector<Term> terms);

    [[nodiscard]] const std::vector<FreeParameter>& parameters() const noexcept {
        return parameters_;
    }
    [[nodiscard]] const std::vector<Term>& terms() const noexcept { return terms_; }
    [[nodiscard]] double claim_tolerance() const noexcept { return claim_tolerance_; }
    /// The constants at a point, for Condition::constants.
    [[nodiscard]] package::Settings settings(std::span<const double> u) const;

    /// How sharp claims are, above 0: s of the head of this file.
    void set_claim_tolerance(double s) noexcept { claim_tolerance_ = s; }

    /// What the model gives for each term at each point, points x terms. All points are simulated
    /// together.
    [[nodiscard]] std::vector<std::vector<double>> predict(
        std::span<const std::vector<double>> points);
    /// -log p(u), up to a constant; infinite when a prediction is no number.
    [[nodiscard]] double value(std::span<const double> u,
                               std::span<const double> predictions) const;
    /// The same with this tolerance of claims.
    [[nodiscard]] double value(std::span<const double> u, std::span<const double> predictions,
                               double claim_tolerance) const;
    [[nodiscard]] std::vector<double> log_densities(std::span<const std::vector<double>> points);

    /// Gradient and Gauss-Newton curvature by differences of 0.05 in u.
    struct Slope {
        double value{};
        std::vector<double> gradient;
        std::vector<double> curvature;
    };
    [[nodiscard]] Slope slope(std::span<const double> u);

    [[nodiscard]] std::size_t points_evaluated() const noexcept { return points_evaluated_; }

private:
    [[nodiscard]] std::vector<std::vector<double>> predict_portion(
        std::span<const std::vector<double>> points);

    Experiment* experiment_;
    std::vector<FreeParameter> parameters_;
    std::vector<Term> terms_;
    double claim_tolerance_{1.0};
    std::size_t points_evaluated_{};
};

/// The posterior as something to minimise; its derivatives are differences.
class PosteriorObjective final : public fit::Objective {
public:
    explicit PosteriorObjective(Posterior& posterior);

    [[nodiscard]] std::span<const fit::Coordinate> coordinates() const noexcept override {
        return coordinates_;
    }
    [[nodiscard]] fit::Evaluation evaluate(std::span<const double> x, fit::Need need) override;
    [[nodiscard]] std::unique_ptr<fit::Objective> clone() const override {
        return std::make_unique<PosteriorObjective>(*this);
    }

private:
    Posterior* posterior_;
    std::vector<fit::Coordinate> coordinates_;
};

}  // namespace erbium::calibrate
