// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/calibration.hpp: from priors and observations to an ensemble of parameter sets.
// Reads: Experiment   Makes: Calibration   Used by: apps
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "erbium/calibrate/posterior.hpp"
#include "erbium/fit/differential_evolution.hpp"

namespace erbium::calibrate {

struct CalibrationOptions {
    std::uint64_t seed{1};
    std::size_t sets{120};         ///< parameter sets of the ensemble
    std::size_t generations{200};  ///< of the chains; sets come from the second half of them
    /// Chains, or more where the generations that count would not give each set a state of its own.
    std::size_t chains{32};
    /// Draws of the normal distribution at the mode for each set, from which a surrogate of all
    /// predictions first learns (population.hpp). It proposes moves; whether they are taken the
    /// model decides. 0: no surrogate.
    std::size_t draws_per_set{5};
    std::size_t most_parameters{24};
    /// Whether claims and their ablations count as known: sets that break one are rejected. The
    /// shares in which they hold in the ensemble then say only that the data leave room for all of
    /// them together. If not, those shares are predictions.
    bool has_claims{};
    /// Searches for the mode: the first from the values of parameters.tsv, the second from the
    /// middle of the priors, further ones from draws of the priors.
    std::size_t starts{2};
    std::size_t most_iterations{12};                   ///< of each search
    std::function<void(const std::string&)> progress;  ///< one line at a time; may be empty
};

/// How well one constant is known after the observations.
struct Identifiability {
    double mode{};     ///< u at the mode
    double laplace{};  ///< standard deviation by the curvature at the mode, in widths of the prior
    double posterior{};  ///< standard deviation over the ensemble, in widths of the prior
    double alone{};      ///< by the curvature with all other constants held: a slice
};

struct SearchSummary {
    double start{};  ///< -log p at the start
    double end{};
    std::size_t iterations{};
    bool is_converged{};
};

struct Calibration {
    std::vector<FreeParameter> parameters;     ///< that the observations say something about
    std::vector<std::string> left_at_nominal;  ///< free ones that they say nothing about
    std::vector<double> mode;                  ///< u
    double mode_value{};                       ///< -log p
    std::vector<SearchSummary> searches;
    std::vector<std::vector<double>> sets;  ///< u of each set
    std::vector<double> set_values;         ///< -log p of each
    std::size_t chains{};
    std::vector<double> acceptance;   ///< by generation that may refuse
    std::vector<double> mean_values;  ///< -log p by generation, averaged; the start first
    fit::Settling settling;           ///< whether the population came to rest
    std::vector<Identifiability> identifiability;  ///< by parameter
    std::size_t points_evaluated{};
    std::size_t terms{};  ///< observations, and claims when they count
};

/// Which observations calibration looks at: all that are not held out.
[[nodiscard]] std::vector<std::size_t> calibration_rows(const Package& package);

/// The free constants to which these terms respond most, at most `most` of them: those whose
/// slice of the posterior at the nominal values is narrower than the prior by 2 % at least. The
/// others keep their values, and their names go to `left`.
[[nodiscard]] std::vector<FreeParameter> responsive_parameters(Experiment& experiment,
                                                               const std::vector<Term>& terms,
                                                               std::size_t most,
                                                               std::vector<std::string>* left);

/// Finds the mode by bounded Gauss-Newton, draws points from the normal distribution that its
/// curvature gives, and lets chains follow the posterior, helped by a surrogate that has learnt it
/// (population.hpp). A set that breaks a claim is rejected. Draws whose simulations fail are drawn
/// anew.
[[nodiscard]] Calibration calibrate(Experiment& experiment, const CalibrationOptions& options);

/// The mode for these observations alone.
struct Mode {
    std::vector<double> u;
    double value{};
    SearchSummary search;
};
[[nodiscard]] Mode find_mode(Posterior& posterior, std::span<const double> start,
                             std::size_t most_iterations);

}  // namespace erbium::calibrate
