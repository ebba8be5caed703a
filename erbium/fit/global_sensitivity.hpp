// SPDX-License-Identifier: Apache-2.0
// erbium/fit/global_sensitivity.hpp: which inputs of a function its outputs depend on, over a box.
// Used by: apps
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace erbium::fit {

/// Evaluates many points of the unit cube (count x dimensions, row-major); gives count x outputs.
/// NaN where there is no value: that point, and what is computed from it, is left out and counted.
using CubeFunction = std::function<std::vector<double>(std::span<const double> points)>;

struct Interval {
    double value{};
    double lower{};
    double upper{};
};

/// Elementary effects of one input on one output (Morris 1991, doi:10.2307/1269043; Campolongo,
/// Cariboni and Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004).
struct MorrisEffect {
    Interval mean_absolute;  ///< mu*, with a bootstrap confidence interval
    double mean{};           ///< mu
    double deviation{};      ///< sigma: interactions and curvature
};

struct MorrisOptions {
    std::size_t trajectories{20};
    std::size_t levels{4};  ///< even; steps are levels / (2 (levels - 1)) of an axis
    double confidence{0.95};
    std::size_t resamples{500};
    std::uint64_t seed{1};
};

struct MorrisResult {
    std::size_t outputs{};
    std::vector<MorrisEffect> effects;  ///< outputs x inputs
    std::size_t evaluations{};
    std::size_t failed{};  ///< evaluations without a value
};

/// Cost: trajectories * (inputs + 1) evaluations, asked for in one call.
[[nodiscard]] MorrisResult morris(std::size_t inputs, std::size_t outputs,
                                  const CubeFunction& function, const MorrisOptions& options = {});

/// Parts of an output's variance: by the input alone, and by all that it takes part in.
struct SobolIndex {
    Interval first;
    Interval total;
};

struct SobolOptions {
    std::size_t samples{1024};  ///< a power of 2 keeps the points' balance
    double confidence{0.95};
    std::size_t resamples{500};
    std::uint64_t seed{1};
};

struct SobolResult {
    std::size_t outputs{};
    std::vector<SobolIndex> indices;  ///< outputs x inputs
    std::vector<double> mean;         ///< by output
    std::vector<double> variance;
    std::size_t evaluations{};
    std::size_t failed{};
};

/// First-order indices by Saltelli et al. (2010, doi:10.1016/j.cpc.2009.09.018, equation (b) of
/// table 2), total ones by Jansen (1999), on Sobol points; percentile bootstrap over the points.
/// Cost: samples * (inputs + 2) evaluations, asked for in one call.
[[nodiscard]] SobolResult sobol_indices(std::size_t inputs, std::size_t outputs,
                                        const CubeFunction& function,
                                        const SobolOptions& options = {});

}  // namespace erbium::fit
