// SPDX-License-Identifier: Apache-2.0
// apps/erbium/fit_posterior.hpp: what stands beside the samples of a fit in posterior.nc.
#pragma once

#include <cstdint>
#include <memory>

#include "erbium/fit/posterior_file.hpp"
#include "erbium/petab/objective.hpp"

namespace erbium::app {

/// The samples with the log likelihood of each measurement at each of them, as many draws of the
/// priors as one chain has (parameters without a prior: even between the bounds on their scale),
/// and the measurements. Costs a simulation for each draw. Results do not depend on threads.
///
/// @param samples  must outlive the result
[[nodiscard]] fit::PosteriorFile posterior_file(
    const std::shared_ptr<const petab::BoundProblem>& problem, const fit::Samples& samples,
    std::uint64_t seed, unsigned threads);

}  // namespace erbium::app
