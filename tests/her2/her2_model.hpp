// SPDX-License-Identifier: Apache-2.0
// tests/her2/her2_model.hpp: the shipped package models/her2, loaded and compiled once a program.
#pragma once

#include <stdexcept>
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

/// The value, or an exception with the diagnostics, which ends the test that asked.
template <class T>
T value_or_throw(Outcome<T, Diagnostics> outcome) {
    if (!outcome) {
        throw std::runtime_error{outcome.error().text()};
    }
    return std::move(outcome).value();
}

/// The two forms of the model.
enum class Tier { cohort, full };
inline constexpr Tier kTiers[] = {Tier::cohort, Tier::full};

inline const char* tier_name(Tier tier) {
    return tier == Tier::cohort ? "cohort" : "full";
}

inline const package::Package& her2_package(Tier tier = Tier::cohort) {
    static const auto kLoad = [](Tier wanted) {
        return value_or_throw(package::load_package(std::string{ERBIUM_SOURCE_DIR} + "/models/her2",
                                                    tier_name(wanted)));
    };
    static const package::Package kCohort = kLoad(Tier::cohort);
    static const package::Package kFull = kLoad(Tier::full);
    return tier == Tier::cohort ? kCohort : kFull;
}

/// What becomes of the package on its way to equations, and all warnings of the way.
struct Compiled {
    net::Network network;
    eqn::System system;
    std::string warnings;
};

inline const Compiled& her2_model(Tier tier = Tier::cohort) {
    static const auto kCompile = [](Tier wanted) {
        const auto bound = value_or_throw(package::assemble(her2_package(wanted)));
        auto generated = value_or_throw(net::generate(bound.model));
        eqn::System system = value_or_throw(eqn::compile(generated.network));
        return Compiled{std::move(generated.network), std::move(system),
                        bound.warnings.text() + generated.warnings.text()};
    };
    static const Compiled kCohort = kCompile(Tier::cohort);
    static const Compiled kFull = kCompile(Tier::full);
    return tier == Tier::cohort ? kCohort : kFull;
}

inline assay::Experiment her2_experiment(Tier tier = Tier::cohort, unsigned threads = 2) {
    assay::ExperimentOptions options;
    options.threads = threads;
    return value_or_throw(
        assay::Experiment::make(her2_package(tier), her2_model(tier).system, options));
}

inline package::Treatment her2_treatment(std::string_view text) {
    return value_or_throw(package::parse_treatment(her2_package(), text));
}

}  // namespace erbium::her2
