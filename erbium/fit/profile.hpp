// SPDX-License-Identifier: Apache-2.0
// erbium/fit/profile.hpp: profile likelihoods and the confidence intervals they give.
// Reads: Objective, an optimum   Makes: Profile   Used by: apps
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "erbium/fit/optimum.hpp"

namespace erbium::fit {

struct ProfileOptions {
    double level{0.95};  ///< of the confidence interval
    /// The profile goes on to this multiple of the interval's threshold, so that plots show where
    /// it crosses.
    double reach{1.3};
    std::size_t most_points{60};  ///< on either side
    SearchOptions search{.max_iterations = 100, .first_radius = 0.3};
    unsigned threads{1};                          ///< of profiles()
    std::function<void(std::size_t count)> done;  ///< after each; by one thread at a time
};

/// The objective minimised over all coordinates but one, as a function of that one.
struct Profile {
    std::size_t coordinate{};
    std::vector<double> at;              ///< values of the coordinate, ascending
    std::vector<double> value;           ///< least objective there
    std::vector<std::vector<double>> x;  ///< where it is
    /// Ends of the interval on which the profile is within the threshold of the optimum; the bound
    /// of the coordinate when the profile stays below it: not identifiable on that side.
    double lower{};
    double upper{};
    bool is_bounded_below{};  ///< the profile crosses the threshold before the bound
    bool is_bounded_above{};
    double lowest{};  ///< least value met; below the given optimum when that was not one
};

/// The difference of the objective (a negative log likelihood) from its minimum at the ends of a
/// confidence interval of one coordinate: half the quantile of chi-squared with one degree of
/// freedom (Raue et al. 2009, doi:10.1093/bioinformatics/btp358).
[[nodiscard]] double profile_threshold(double level);

/// Goes from the optimum to both sides in steps that raise the profile by about a tenth of the
/// threshold, searching over the other coordinates from the last point on.
[[nodiscard]] Profile profile(Objective& objective, std::span<const double> optimum,
                              std::size_t coordinate, const ProfileOptions& options = {});

/// One profile for each of these coordinates, in their order; the same for every number of threads.
/// When stopped, only those that were begun.
[[nodiscard]] std::vector<Profile> profiles(const Objective& objective,
                                            std::span<const double> optimum,
                                            std::span<const std::size_t> coordinates,
                                            const ProfileOptions& options = {});

}  // namespace erbium::fit
