// SPDX-License-Identifier: Apache-2.0
// erbium/calibrate/cross_validation.hpp: does the model predict what it was not shown?
// Reads: Experiment   Makes: CrossValidation   Used by: apps
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "erbium/calibrate/calibration.hpp"

namespace erbium::calibrate {

/// What the observations are divided by: all of one cell line (with its variants), or all under one
/// combination of agents, are left out together.
enum class Fold { cell_line, agents };

struct CrossValidationOptions {
    std::size_t folds{5};
    std::size_t most_parameters{20};
    std::size_t most_iterations{8};
    /// Parameter whose value in a profile is all that the second naive predictor knows of it: the
    /// level of a receptor. Empty: that predictor is not made.
    std::string marker;
    std::function<void(const std::string&)> progress;
};

/// One observation as predicted from all others outside its fold.
struct Prediction {
    std::size_t observation{};
    std::size_t fold{};
    std::string group;  ///< the cell line, or the agents
    double model{};
    /// The mean over the observations of other groups of the same fold kind: of the same agents,
    /// dose, readout and time in other lines, or of the same line, readout and time under other
    /// agents; where there is none, over those of the same readout.
    double mean{};
    /// A straight line through the same observations against the logarithm of the marker; the mean
    /// where fewer than three levels are known.
    double marker{};
};

/// Root mean squares of standardised residuals over the rows of one kind.
struct Score {
    std::string kind;  ///< "fold, time course (log2)", "viability", "direction"
    std::size_t rows{};
    double model{};
    double mean{};
    double marker{};
};

struct CrossValidation {
    Fold by{};
    std::vector<Prediction> predictions;
    std::vector<Score> scores;         ///< by kind, then all together as "all"
    std::vector<std::size_t> holding;  ///< rows that hold: model, mean, marker
};

/// Leaves each group out once, with the other groups of its fold; finds the mode for the rest from
/// the middle of the priors (the values of parameters.tsv have seen all observations) and predicts.
/// Groups are dealt to folds largest first, each to the fold with the fewest rows. The constants
/// that may move are chosen once, over all rows. Deterministic.
[[nodiscard]] CrossValidation cross_validate(Experiment& experiment, Fold by,
                                             const CrossValidationOptions& options);

}  // namespace erbium::calibrate
