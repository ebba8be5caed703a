// SPDX-License-Identifier: Apache-2.0
// erbium/fit/diagnostics.hpp: whether chains agree and how much they know.
// Reads: draws of one quantity, chain by chain   Used by: apps
// Source: Vehtari, Gelman, Simpson, Carpenter and Burkner 2021, doi:10.1214/20-BA1221
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace erbium::fit {

/// chains x draws numbers, row-major. Precondition of all below: at least 4 draws a chain.
struct Draws {
    std::span<const double> values;
    std::size_t chains{};
    std::size_t draws{};
};

/// Largest of the rank-normalised split R-hat and its folded form; near 1 when the chains agree,
/// in location and in spread. Below 1.01 is the usual wish.
[[nodiscard]] double r_hat(const Draws& draws);

/// Effective sample size of the bulk: of the rank-normalised values.
[[nodiscard]] double bulk_ess(const Draws& draws);
/// Whether chains may be read as draws of one distribution: R-hat at most 1.01 and a bulk effective
/// sample size of at least 100 for each chain, as the source asks.
[[nodiscard]] bool has_mixed(double r_hat, double bulk_ess, std::size_t chains) noexcept;

/// Effective sample size in the tails: the lesser of those of the 5 % and 95 % quantiles.
[[nodiscard]] double tail_ess(const Draws& draws);
/// Effective sample size of the values themselves; their mean has the variance of that many
/// independent draws. Geyer's initial monotone sequence over split chains.
[[nodiscard]] double effective_sample_size(const Draws& draws);

/// Inverse of the standard normal distribution function, 0 < p < 1; relative error below 1e-15
/// (Wichura 1988, algorithm AS 241).
[[nodiscard]] double normal_quantile(double p) noexcept;

/// Quantile by linear interpolation of the order statistics; `values` need not be sorted.
[[nodiscard]] double quantile(std::vector<double> values, double p);

}  // namespace erbium::fit
