// SPDX-License-Identifier: Apache-2.0
// erbium/advise/advise.hpp: which agents slow a profile's growth in this model, and why.
// Reads: Experiment   Makes: Advice   Used by: apps
// Everything here is about a model under its assumptions; none of it is advice for a patient.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "erbium/assay/experiment.hpp"

namespace erbium::advise {

using assay::Experiment;
using package::Treatment;

/// The sentence that stands above every ranking.
inline constexpr const char* kCaution =
    "In this model, under these assumptions. Research use only; not advice for a patient.";

struct AdviseOptions {
    package::Treatment background;
    bool has_pairs{true};         ///< also the best single agent with each other one
    std::size_t facts{3};         ///< readouts named for each treatment
    double fact_time_s{86400.0};  ///< 24 h: feedbacks have answered, cell numbers hardly moved
};

/// One readout that the treatment moved.
struct ReadoutChange {
    std::string readout;  ///< id
    double ratio{};       ///< treated over untreated at AdviseOptions::fact_time_s
    std::string text;     ///< "pAKT 0.31 of untreated at 24 h"
};

/// How the same treatment does when one change of the profile is taken back.
struct Restoration {
    std::string parameter;  ///< the switch; empty: all changes of the profile at once
    double viability{};
    std::string text;  ///< "in SK-BR-3 without this change (PTEN_fraction): viability 0.55"
};

/// One treatment with its predicted effect. Ranked by inhibition; failures come last.
struct Ranked {
    Treatment treatment;
    std::string text;       ///< "trastuzumab 10 ug/mL"
    double viability{};     ///< growth readout over the untreated control; NaN after a failure
    double inhibition{};    ///< 1 - viability: > 0 slows growth
    std::string reason;     ///< why it failed; else empty
    std::string mechanism;  ///< the package's sentences for its agents
    std::vector<ReadoutChange> changes;      ///< the largest first
    std::optional<Restoration> restoration;  ///< when a change of the profile explains failure
};

struct Advice {
    std::string profile;
    std::string base;  ///< profile it is compared with; empty for a cell line
    double time_s{};   ///< of the viabilities: the protocol's duration
    std::vector<Ranked> singles;
    std::vector<Ranked> pairs;  ///< best single agent with each other one
    std::size_t failed{};       ///< treatments without a number
};

/// Ranks every agent of the package but ligands at its default dose.
///
/// A treatment counts as failing when it inhibits by less than half of what it does in the base
/// profile, and inhibits that one by at least 0.1. Its restoration is then the one change of the
/// profile (against its base) that gives most of the effect back when it is undone alone.
///
/// Precondition: `profile` is one of the package's.
/// Cost: agents + pairs + agents x changes of the profile simulations.
[[nodiscard]] Advice advise(Experiment& experiment, const std::string& profile,
                            const AdviseOptions& options = {});

}  // namespace erbium::advise
