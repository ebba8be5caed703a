// SPDX-License-Identifier: Apache-2.0
// erbium/petab/package_problem.hpp: the observations of a package as a PEtab problem.
// Reads: Package, Experiment   Makes: PackageProblem   Used by: apps
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "erbium/assay/experiment.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/petab/problem.hpp"
#include "erbium/petab/write_problem.hpp"

namespace erbium::petab {

/// Which observations: those that calibration may look at, or those kept for validation.
enum class PackageRows { calibration, held_out };

/// A measurement that no observation stands behind: an untreated control.
inline constexpr std::size_t kNoObservation = std::numeric_limits<std::size_t>::max();

struct PackageProblem {
    Problem problem;                        ///< PEtab 2, its model in BNGL
    std::vector<std::size_t> observations;  ///< by measurement: into Package::observations
    std::vector<double> weights;            ///< by measurement: of the squared residual
    struct LeftOut {
        std::size_t observation{};
        std::string reason;
    };
    std::vector<LeftOut> left_out;  ///< what PEtab has no words for
};

/// The problem. Its model is the package's, printed, with one more molecule for each readout that
/// is compared with its own start. What a row becomes:
///
///   experiment      from -infinity the profile, its medium and what the protocol sets before the
///                   start; at 0 what it sets at the start, and the treatment
///   fold_start      readout / start: `start` is a molecule that follows the readout until the
///                   start and then keeps its amount
///   viability,      readout / control: `control` is an estimated parameter, the readout of the
///   fold_control    untreated dish at that time; that dish is measured too, as 1 with a noise of
///                   0.001, which ties the parameter to it. Its nominal value is the model's
///   absolute        readout
///   an interval     how far that lies outside, measured as 0: beyond an end e, value - e, for
///                   folds and on log2 ln(value / e); 0 inside
///   scale           normal noise of the row's tolerance; on log2 log-normal, tolerance times ln 2
///   a curve         noise over the root of the weight that calibration gives its points
///
/// so that residuals at the nominal parameters are those of calibration (over tolerance, times the
/// root of the weight). Held-out rows weigh 1. Estimated are the constants that calibration may
/// move, with the priors that it gives them, between the same bounds. Left out: rows that compare
/// with the start in a package without equilibration. What calibration does besides PEtab has no
/// words for: Student's t instead of the normal distribution, and claims.
///
/// Errors: those of assemble(); ERB-PETAB-0014 when an untreated control cannot be simulated.
[[nodiscard]] Outcome<PackageProblem, Diagnostics> problem_of(assay::Experiment& experiment,
                                                              PackageRows rows);

/// export_version_2() with a head that tells what is not expressed, and columns that PEtab does not
/// read: the observation behind each measurement with its weight, tag, sources and note. When rows
/// are left out, `left_out.tsv` names them with the reason.
[[nodiscard]] Outcome<ExportedProblem, Diagnostics> export_package_problem(
    const package::Package& package, const PackageProblem& problem);

}  // namespace erbium::petab
