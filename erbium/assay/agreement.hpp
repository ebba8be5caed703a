// SPDX-License-Identifier: Apache-2.0
// erbium/assay/agreement.hpp: how well a package agrees with its observations, in few numbers.
// Reads: Comparison   Makes: Agreement   Used by: apps
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "erbium/assay/comparison.hpp"
#include "erbium/assay/dose_response.hpp"

namespace erbium::assay {

/// A dose series of one agent on one profile: four doses or more, as viabilities.
struct CurveAgreement {
    std::size_t drug{};  ///< into Package::drugs
    std::string profile;
    std::size_t points{};
    double rms{};  ///< root mean square of model minus measurement
    HalfDose model_half;
    HalfDose measured_half;

    /// Model over measured dose of half effect; 1 when neither is reached, infinite or 0 when only
    /// one of them is.
    [[nodiscard]] double half_ratio() const noexcept;
};

/// The numbers are those of the ensemble's median where there is one, else of the nominal set.
struct Agreement {
    std::size_t log2_rows{};
    double log2_rms{};  ///< of model minus measurement on log2, over rows on that scale
    std::vector<CurveAgreement> curves;  ///< in the order of the observations
    std::size_t interval_rows{};         ///< directions and intervals
    std::size_t intervals_holding{};
    std::size_t value_rows{};  ///< with a measured number
    /// Measured numbers inside the model's 90 % interval: what is not known of the constants alone.
    std::size_t values_inside{};
    /// The same with the error of the measurement, whose standard deviation is its tolerance.
    std::size_t values_inside_with_error{};
};

/// Rows of one kind: those that calibration looks at, or those held out.
enum class Rows { calibration, held_out };

[[nodiscard]] Agreement agreement(const Package& package, const Comparison& comparison, Rows rows);

}  // namespace erbium::assay
