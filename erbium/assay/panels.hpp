// SPDX-License-Identifier: Apache-2.0
// erbium/assay/panels.hpp: the numbers behind the panels of a package's report.
// Reads: ReportPlan   Makes: Grid, CoursePair, NodeActivity   Used by: apps (report)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "erbium/assay/ensemble.hpp"

namespace erbium::assay {

/// One cell of a grid: the viability in the model, and the observation of the same dish.
struct GridCell {
    EnsembleMeasurement viability;
    std::optional<std::size_t> observation;  ///< into Package::observations
};

/// Profiles x treatments: viability after the protocol's duration.
struct Grid {
    std::vector<std::string> profiles;    ///< rows
    std::vector<std::string> treatments;  ///< columns
    std::vector<GridCell> cells;          ///< row-major
    double time_s{};

    [[nodiscard]] const GridCell& at(std::size_t profile, std::size_t treatment) const noexcept {
        return cells[profile * treatments.size() + treatment];
    }
};

[[nodiscard]] Grid viability_grid(Experiment& experiment, const package::GridPanel& panel,
                                  Sets sets = Sets::nominal);

/// The observation of exactly this condition, quantity and time, if the package has one.
[[nodiscard]] std::optional<std::size_t> matching_observation(const Package& package,
                                                              const Question& question);

/// The 90 % interval of a readout over that of the same set just before the treatment, time by
/// time.
struct CourseBand {
    std::vector<double> lower;
    std::vector<double> upper;
};

/// One profile with and without the treatment, at the same times, in the nominal set.
struct CoursePair {
    std::string profile;
    TimeCourse treated;
    TimeCourse control;
    std::vector<CourseBand>
        bands;  ///< of `treated`, by readout of the panel; empty without ensemble
};

/// @param count  number of times from 0 to the panel's end, >= 2
[[nodiscard]] std::vector<CoursePair> time_courses(Experiment& experiment,
                                                   const package::TimeCoursePanel& panel,
                                                   Sets sets = Sets::nominal,
                                                   std::size_t count = 121);

/// What a node of the map shows: its readout untreated and treated at the panel's time.
struct NodeActivity {
    double control{};  ///< NaN for a node without a readout
    double treated{};
    double ratio{};           ///< treated / control; NaN when the control is 0
    double over_reference{};  ///< control / untreated reference profile; 1 without a reference
};

/// By node of the map.
[[nodiscard]] std::vector<NodeActivity> map_activity(Experiment& experiment,
                                                     const package::MapPanel& panel);

}  // namespace erbium::assay
