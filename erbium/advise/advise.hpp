// SPDX-License-Identifier: Apache-2.0
// erbium/advise/advise.hpp: which agents slow a profile's growth in this model, and why.
// Reads: Experiment   Makes: Advice   Used by: apps
// Everything here is about a model under its assumptions; none of it is advice for a patient.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "erbium/assay/ensemble.hpp"

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
    assay::Sets sets{assay::Sets::ensemble};
};

/// A number with what the constants leave open: the median over the ensemble and its 90 % interval.
/// Without an ensemble the value is the nominal one, and the ends are NaN.
struct Estimate {
    double value{};
    double lower{};
    double upper{};

    [[nodiscard]] bool has_interval() const noexcept { return lower <= upper; }
};

/// One readout that the treatment moved.
struct ReadoutChange {
    std::string readout;  ///< id
    Estimate ratio;       ///< treated over untreated at AdviseOptions::fact_time_s
    std::string text;     ///< "<readout> 0.31 [0.25, 0.38] of untreated at 24 h"
};

/// How the same treatment does when one change of the profile is taken back.
struct Restoration {
    std::string parameter;  ///< the switch; empty: all changes of the profile at once
    Estimate viability;
    std::string text;  ///< "in <base> without this change (<parameter>): viability 0.55"
};

/// One treatment with its predicted effect. Ranked by the median of its viability over the ensemble
/// (the nominal value without one); failures come last.
struct Ranked {
    Treatment treatment;
    std::string text;     ///< agents and doses: "agent 10 ug/mL + other 1 uM"
    Estimate viability;   ///< growth readout over the untreated control; NaN after a failure
    double nominal{};     ///< viability with the values of parameters.tsv
    double inhibition{};  ///< 1 - viability: > 0 slows growth
    /// Share of the sets in which it slows growth more than the next of the ranking; NaN for the
    /// last one and without an ensemble. Sets are compared each with itself, so that two
    /// treatments whose intervals overlap may still be told apart.
    double ahead_share{};
    std::string reason;     ///< why it failed with the values of parameters.tsv; else empty
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
    std::size_t sets{};         ///< parameter sets asked besides the nominal one
};

/// Ranks every agent of the package but ligands at its default dose.
///
/// A treatment counts as failing when it inhibits by less than half of what it does in the base
/// profile, and inhibits that one by at least 0.1. Its restoration is then the one change of the
/// profile (against its base) that gives most of the effect back when it is undone alone.
///
/// Precondition: `profile` is one of the package's.
/// Cost: agents + pairs + agents x changes of the profile simulations, for each parameter set.
[[nodiscard]] Advice advise(Experiment& experiment, const std::string& profile,
                            const AdviseOptions& options = {});

}  // namespace erbium::advise
