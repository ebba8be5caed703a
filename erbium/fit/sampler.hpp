// SPDX-License-Identifier: Apache-2.0
// erbium/fit/sampler.hpp: samples of a posterior, with what says whether to trust them.
// Reads: Objective (a negative log posterior)   Makes: Samples   Used by: apps
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "erbium/fit/objective.hpp"

namespace erbium::fit {

struct SamplerOptions {
    std::size_t chains{4};
    std::size_t samples{10'000};  ///< of each chain, after the warm-up
    std::size_t warm_up{5'000};   ///< of each chain; the proposal adapts until its end, not after
    std::size_t thin{1};          ///< every how manieth sample is kept
    std::size_t temperatures{5};  ///< of each chain; 1 is plain adaptive Metropolis
    double hottest{50.0};         ///< temperature of the last one
    std::uint64_t seed{1};
    unsigned threads{1};
    std::function<void(std::size_t done, std::size_t of)> progress;  ///< one thread at a time
    const std::atomic<bool>* stop{};
};

/// Samples of the coordinates, chain by chain.
struct Samples {
    std::size_t chains{};
    std::size_t draws{};  ///< of each chain
    std::size_t dimensions{};
    std::vector<double> x;           ///< chains x draws x dimensions
    std::vector<double> value;       ///< chains x draws: the objective
    std::vector<double> acceptance;  ///< by chain: of proposals at temperature 1
    std::vector<double> swaps;       ///< by chain: accepted exchanges of neighbouring temperatures

    [[nodiscard]] double at(std::size_t chain, std::size_t draw, std::size_t i) const noexcept {
        return x[(chain * draws + draw) * dimensions + i];
    }
};

/// Adaptive Metropolis (Haario, Saksman and Tamminen 2001, doi:10.2307/3318737) with parallel
/// tempering: each chain has `temperatures` levels, at which the objective is divided by the
/// temperature; neighbours exchange their states. Proposals are normal with the covariance met so
/// far, scaled towards an acceptance of 0.234; outside the bounds nothing is accepted. During
/// sampling nothing adapts, so that the chain is a Markov chain.
///
/// Chain c starts at starts[c % starts]; results do not depend on the number of threads.
/// Precondition: the objective is finite at each start.
[[nodiscard]] Samples sample(const Objective& objective,
                             std::span<const std::vector<double>> starts,
                             const SamplerOptions& options);

}  // namespace erbium::fit
