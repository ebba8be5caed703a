// SPDX-License-Identifier: Apache-2.0
// erbium/assay/dose_response.hpp: effect against dose, and the dose of half effect.
// Reads: doses and responses, or a panel of the report   Makes: DoseResponse, LogisticFit
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erbium/assay/ensemble.hpp"

namespace erbium::assay {

/// The four-parameter logistic curve
///
///   y(c) = bottom + (top - bottom) / (1 + (c / ec50)^hill)
///   where  c      dose [nM]
///          ec50   dose half way between top and bottom [nM]
///          hill   steepness, > 0
struct LogisticFit {
    double top{};
    double bottom{};
    double ec50_nM{};
    double hill{};
    double rms{};  ///< root mean square of the residuals

    [[nodiscard]] double at(double dose_nM) const noexcept;
};

/// Least squares over all four parameters. Top and bottom, which enter linearly, are solved for at
/// every trial of the other two; those are searched from a grid over the doses, refined by a
/// pattern search. Deterministic; no derivative, since the curves are few and short.
///
/// @param doses_nM   > 0, not all equal, at least 4 of them
/// @param responses  as many; those that are NaN are left out with their dose
/// @return nothing with fewer than 4 usable points, or when the responses do not vary
/// Accuracy: recovers the parameters of an exact curve that its doses span to 1e-5 relative.
[[nodiscard]] std::optional<LogisticFit> fit_logistic(std::span<const double> doses_nM,
                                                      std::span<const double> responses);

enum class HalfDoseMethod {
    logistic,      ///< from the fitted curve
    interpolated,  ///< between two doses, linear in log dose; when the fit misses the points
    not_reached    ///< the response stays above one half: the dose is infinite
};

/// The dose at which the response is one half of the untreated [nM] (the absolute IC50).
struct HalfDose {
    double dose_nM{};
    HalfDoseMethod method{HalfDoseMethod::not_reached};
};

/// The absolute IC50 of a curve whose untreated response is 1. The fitted curve is used when it
/// lies within 0.05 (rms) of the points; its IC50 counts only between the least and the largest
/// dose, because beyond them it is a guess.
/// Limits: infinity when no response is at or below one half, NaN when a point failed and the rest
///         does not settle it; the least dose when even that is below one half.
[[nodiscard]] HalfDose half_dose(std::span<const double> doses_nM,
                                 std::span<const double> responses);

/// One curve: a drug on a profile.
struct DoseResponse {
    std::size_t drug{};
    std::string profile;
    std::string readout;  ///< a readout's id, or "viability"
    std::vector<double> doses_nM;
    std::vector<double> values;        ///< over the untreated control at the protocol's duration
    std::vector<double> lower;         ///< 5 % quantile over the ensemble; empty without one
    std::vector<double> upper;         ///< 95 % quantile
    std::vector<std::string> reasons;  ///< why a value is NaN; else empty
    std::optional<LogisticFit> fit;
    HalfDose half;
};

/// All curves of a panel, in the order of its profiles. Values, fit and half dose are those of the
/// nominal set.
[[nodiscard]] std::vector<DoseResponse> dose_response(Experiment& experiment,
                                                      const package::DoseResponsePanel& panel,
                                                      Sets sets = Sets::nominal);

}  // namespace erbium::assay
