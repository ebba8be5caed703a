// SPDX-License-Identifier: Apache-2.0
// tests/sim/sensitivity_models.hpp: random systems with everything a derivative can go through, and
// runs with doses in them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/sim/derivative_check.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {

using Subject = Run;  // inside a test, Run is a member function of GoogleTest's

inline ParameterId parameter(const eqn::System& system, std::string_view name) {
    return system.find_parameter(name).value();
}

/// Conversions and bindings, an enzyme by Michaelis and Menten, a Hill function, a saturating
/// function of observables, derived parameters, initial amounts from parameters, a fixed species
/// that reacts; with `in_time` a rate that depends on time.
inline net::Network rich_network(std::uint64_t seed, bool in_time) {
    std::mt19937_64 random{seed};
    const std::size_t n = 4 + random() % 5;
    std::uniform_real_distribution<double> decades{-1.5, 1.5};
    const auto number = [&] { return std::to_string(std::pow(10.0, decades(random))); };
    zoo::NetworkMaker m;
    std::vector<std::string> names;
    m.parameter("total", number()).parameter("share", "0.3");
    m.parameter("K", "3.0").parameter("n", "1.7").parameter("kcat", number());
    m.parameter("Km", "2*K+share").parameter("bath", "0.7");
    for (std::size_t s = 0; s < n; ++s) {
        names.push_back("S" + std::to_string(s));
        m.species(names.back(), s == 0 ? "total*share" : (s == 1 ? "total*(1-share)" : number()));
    }
    m.species("Bath", "bath", true);
    m.observable("Some", {{names[0], 1.0}, {names[1], 2.0}});
    m.observable("Outside", {{"Bath", 1.5}});
    m.function("saturating", "Some^1.5/(K^1.5+Some^1.5)+0.1*exp(-Some*share)");
    m.function("seasonal", in_time ? "1+0.5*sin(kcat*time())" : "1+0.5*tanh(Outside*share)");
    m.function("reported", "Some/(K+Some)*share+total");
    m.reaction({names[0], names[2]}, {names[2], names[3]}, {"kcat", "Km"},
               net::RateLawKind::michaelis_menten);
    m.reaction({names[1]}, {names[2]}, {"kcat", "K", "n"}, net::RateLawKind::hill);
    m.parameter("uptake", number()).reaction({"Bath", names[3]}, {names[0]}, {"uptake"});
    for (std::size_t r = 0; r < n; ++r) {
        const std::string k = "k" + std::to_string(r);
        m.parameter(k, number());
        const std::string& a = names[random() % n];
        const std::string& b = names[random() % n];
        const std::string& c = names[random() % n];
        if (r % 4 == 0) {
            m.reaction({a, b}, {c}, {k}).reaction({c}, {a, b}, {k});
        } else if (r % 4 == 1) {
            m.reaction({a}, {b}, {k});
        } else if (r % 4 == 2) {
            m.reaction({a}, {b}, {"saturating"}, net::RateLawKind::function);
        } else {
            m.reaction({a}, {c}, {"seasonal"}, net::RateLawKind::function);
        }
    }
    return m.network();
}

/// Doses, a parameter that is set on the way and a bath that is exchanged.
inline Subject dosed_run(const eqn::System& system) {
    Subject run;
    run.output_times = {0.0, 0.3, 1.0, 1.0, 2.5, 4.0};
    run.recording = Recording::all(system);
    run.events.push_back({1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 2.0}}});
    run.events.push_back({1.7,
                          {{parameter(system, "K"), 1.5}, {parameter(system, "Km"), 4.0}},
                          {{SpeciesId{1}, StateChange::Kind::multiply, 0.5}}});
    run.events.push_back({2.0,
                          {},
                          {{system.find_species("Bath").value(), StateChange::Kind::set, 0.2},
                           {SpeciesId{2}, StateChange::Kind::set, 0.9}}});
    return run;
}

/// Every parameter that is not computed from others, and every other kind of input.
inline std::vector<Input> all_inputs(const eqn::System& system, const Subject& run) {
    std::vector<Input> inputs;
    for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
        if (!system.is_derived(ParameterId{p})) {
            inputs.emplace_back(ParameterId{p});
        }
    }
    for (std::uint32_t s = 0; s < system.state_count(); ++s) {
        inputs.push_back(Input::initial_amount(SpeciesId{s}));
    }
    for (std::size_t e = 0; e < run.events.size(); ++e) {
        for (std::size_t i = 0; i < run.events[e].parameters.size(); ++i) {
            inputs.push_back(Input::event_parameter(e, i));
        }
        for (std::size_t i = 0; i < run.events[e].states.size(); ++i) {
            inputs.push_back(Input::event_amount(e, i));
        }
        inputs.push_back(Input::event_time(e));
    }
    if (run.equilibration) {
        for (std::size_t i = 0; i < run.equilibration->parameters.size(); ++i) {
            inputs.push_back(Input::equilibration_value(i));
        }
    }
    return inputs;
}

}  // namespace erbium::sim
