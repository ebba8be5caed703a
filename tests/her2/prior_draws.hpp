// SPDX-License-Identifier: Apache-2.0
// tests/her2/prior_draws.hpp: draws from the bounds of parameters.tsv, and how many do not
// simulate. Each draw sets every row that has a distribution: lognormal rows log-uniformly, the
// others uniformly between their bounds, which is wider than any prior inside them. A draw that
// fails in the solver or leaves a readout without a number is a failure of the model's structure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "her2_model.hpp"

namespace erbium::her2 {

/// One draw; rows without a distribution are switches, doses and genotypes and stay.
inline package::Settings draw(std::mt19937_64& generator) {
    package::Settings out;
    for (const package::Parameter& row : her2_package().parameters) {
        if (row.distribution == package::Distribution::none) {
            continue;
        }
        const double u = static_cast<double>(generator() >> 11) * 0x1p-53;
        const double low = std::max(*row.lower, *row.upper * 1e-4);
        out.push_back({row.id, row.distribution == package::Distribution::lognormal
                                   ? low * std::pow(*row.upper / low, u)
                                   : *row.lower + u * (*row.upper - *row.lower)});
    }
    return out;
}

/// Draws that did not come to numbers.
inline std::size_t failures(std::size_t draws, std::string& first) {
    std::mt19937_64 generator{20260724};
    const std::vector<double> times = {0.0, 24 * 3600.0, 72 * 3600.0};
    std::size_t failed = 0;
    constexpr std::size_t kBlock = 100;
    for (std::size_t at = 0; at < draws; at += kBlock) {
        // One a block: it keeps what it has run.
        assay::Experiment experiment = her2_experiment();
        std::vector<assay::Condition> conditions;
        for (std::size_t i = 0; i < std::min(kBlock, draws - at); ++i) {
            static constexpr const char* kTreatments[] = {
                "trastuzumab", "lapatinib", "neratinib", "NRG1", "pictilisib", "T-DM1", "EGF"};
            conditions.push_back({"SKBR3",
                                  draw(generator),
                                  {},
                                  her2_treatment(kTreatments[i % std::size(kTreatments)])});
        }
        for (const assay::TimeCourse& course : experiment.run(conditions, times)) {
            bool is_fine = course.is_ok;
            for (std::size_t t = 0; t < course.times_s.size(); ++t) {
                for (std::size_t c = 0; c < course.readouts; ++c) {
                    is_fine = is_fine && std::isfinite(course.at(t, c));
                }
            }
            if (!is_fine && failed++ == 0) {
                first = course.reason.empty() ? "a readout is no number" : course.reason;
            }
        }
    }
    return failed;
}

}  // namespace erbium::her2
