// SPDX-License-Identifier: Apache-2.0
// tests/her2/her2_model.hpp: the shipped package models/her2, loaded and compiled once a program.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "erbium/assay/experiment.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/package/assemble.hpp"
#include "erbium/package/package.hpp"
#include "erbium/package/treatment.hpp"

namespace erbium::her2 {

inline const package::Package& her2_package() {
    static const package::Package kPackage = [] {
        auto loaded = package::load_package(std::string{ERBIUM_SOURCE_DIR} + "/models/her2");
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text());
        return loaded ? std::move(loaded).value() : package::Package{};
    }();
    return kPackage;
}

/// What becomes of the package on its way to equations, and all warnings of the way.
struct Compiled {
    net::Network network;
    eqn::System system;
    std::string warnings;
};

inline const Compiled& her2_model() {
    static const Compiled kCompiled = [] {
        auto bound = package::assemble(her2_package());
        EXPECT_TRUE(bound) << (bound ? "" : bound.error().text());
        auto generated = net::generate(bound.value().model);
        EXPECT_TRUE(generated) << (generated ? "" : generated.error().text());
        auto system = eqn::compile(generated.value().network);
        EXPECT_TRUE(system) << (system ? "" : system.error().text());
        return Compiled{std::move(generated.value().network), std::move(system).value(),
                        bound.value().warnings.text() + generated.value().warnings.text()};
    }();
    return kCompiled;
}

inline assay::Experiment her2_experiment(unsigned threads = 2) {
    assay::ExperimentOptions options;
    options.threads = threads;
    auto experiment = assay::Experiment::make(her2_package(), her2_model().system, options);
    EXPECT_TRUE(experiment) << (experiment ? "" : experiment.error().text());
    return std::move(experiment).value();
}

inline package::Treatment her2_treatment(std::string_view text) {
    auto parsed = package::parse_treatment(her2_package(), text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
    return parsed ? std::move(parsed).value() : package::Treatment{};
}

}  // namespace erbium::her2
