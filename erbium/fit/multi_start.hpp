// SPDX-License-Identifier: Apache-2.0
// erbium/fit/multi_start.hpp: local searches from many points, over threads.
// Reads: Objective   Makes: StartResult   Used by: apps
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/fit/optimum.hpp"

namespace erbium::fit {

enum class Method : std::uint8_t { trust_region, quasi_newton };
enum class Spread : std::uint8_t { latin_hypercube, sobol };

[[nodiscard]] std::string_view name(Method method) noexcept;
[[nodiscard]] std::string_view name(Spread spread) noexcept;

/// One search of many.
struct StartResult {
    std::size_t index{};
    std::vector<double> start;
    Optimum optimum;
};

struct MultiStartOptions {
    std::size_t starts{100};
    std::uint64_t seed{1};
    Spread spread{Spread::latin_hypercube};
    Method method{Method::trust_region};
    SearchOptions search;
    unsigned threads{1};
    /// From the unit cube, coordinate by coordinate, to where a start is; linear between the bounds
    /// when not set. For priors of starts.
    std::function<double(std::size_t coordinate, double quantile)> place;
    /// Points at which the objective is not finite are replaced by random ones, this many times.
    std::size_t most_redraws{20};
    /// Start 0 is the nominal point instead of a random one, when it is known.
    bool from_nominal{};
    /// Results of an earlier run with the same options; their starts are not searched again.
    std::vector<StartResult> known;
    /// Called after each search, by one thread at a time, in any order.
    std::function<void(const StartResult&)> done;
    const std::atomic<bool>* stop{};
};

/// All searches that ended (all of them unless stopped), by index. Every one is the same bits for
/// every number of threads and whatever was known before.
[[nodiscard]] std::vector<StartResult> multi_start(const Objective& objective,
                                                   const MultiStartOptions& options);

/// Positions in `results` by ascending value, failures last.
[[nodiscard]] std::vector<std::size_t> ranking(std::span<const StartResult> results);

/// How many of the results reach the best value to within `tolerance`.
[[nodiscard]] std::size_t converged_to_best(std::span<const StartResult> results, double tolerance);

}  // namespace erbium::fit
