// SPDX-License-Identifier: Apache-2.0
// tests/support/teaching_experiment.hpp: the teaching package of tests/package, compiled.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "erbium/assay/experiment.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium {

inline const package::Package& teaching_package() {
    static const package::Package kPackage = [] {
        auto loaded =
            package::load_package(std::string{ERBIUM_SOURCE_DIR} + "/tests/package/data/blocker");
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text());
        return loaded ? std::move(loaded).value() : package::Package{};
    }();
    return kPackage;
}

/// @param threads  of the experiment
/// @param max_steps  of the solver; few make every run fail
inline assay::Experiment teaching_experiment(unsigned threads = 1,
                                             std::size_t max_steps = 200'000) {
    Diagnostics warnings;
    auto system = assay::compile_package(teaching_package(), warnings);
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    EXPECT_EQ(warnings.text(), "");
    assay::ExperimentOptions options;
    options.threads = threads;
    options.solver.max_steps = max_steps;
    auto experiment = assay::Experiment::make(teaching_package(), system.value(), options);
    EXPECT_TRUE(experiment) << (experiment ? "" : experiment.error().text());
    return std::move(experiment).value();
}

inline package::Treatment teaching_treatment(const char* text) {
    auto parsed = package::parse_treatment(teaching_package(), text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
    return parsed ? std::move(parsed).value() : package::Treatment{};
}

}  // namespace erbium
