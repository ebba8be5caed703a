// SPDX-License-Identifier: Apache-2.0
// tests/sim/sensitivity_doses_test.cpp: derivatives by doses that meet each other or an output, and
// by infusions of no length: forward, adjoint, closed forms and differences.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "near.hpp"
#include "sensitivity_models.hpp"

namespace erbium::sim {
namespace {

SensitivityOptions tight() {
    return {.solver = {.tolerances = {1e-11, 1e-15}}};
}

/// Forward derivatives, after the adjoint gave the same: of each recorded number by itself.
Sensitivities both_modes(const eqn::System& system, const Subject& run,
                         const std::vector<Input>& inputs) {
    SensitivitySolver solver{system, tight()};
    Sensitivities s = solver.forward(run, inputs);
    EXPECT_TRUE(s.status.ok()) << s.status.message;
    double size = 0.0;
    for (const double value : s.result.values) {
        size = std::max(size, std::fabs(value));
    }
    for (std::size_t v = 0; v < s.result.values.size(); ++v) {
        const Gradient g =
            solver.gradient(run, inputs, [&](std::size_t /*task*/, const Result& result) {
                std::vector<double> weights(result.values.size(), 0.0);
                weights[v] = 1.0;
                return weights;
            });
        EXPECT_TRUE(g.status.ok()) << g.status.message;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            EXPECT_TRUE(near_rel(g.values[i], s.values[v * inputs.size() + i], 1e-8, 1e-10 * size))
                << name(inputs[i], system, run) << ", number " << v;
        }
    }
    return s;
}

/// X is lost at 0.5, and flows in at R.
struct Elimination {
    eqn::System system;
    Subject run;
    static constexpr double k = 0.5;

    Elimination() : system{compiled(network())} {
        run.recording.species = {SpeciesId{0}};
        run.initial_state = {{SpeciesId{0}, StateChange::Kind::set, 3.0}};
    }
    static net::Network network() {
        zoo::NetworkMaker m;
        m.parameter("k", "0.5").parameter("R", "0").species("X", "0");
        m.reaction({"X"}, {}, {"k"}).reaction({}, {"X"}, {"R"});
        return m.network();
    }
    [[nodiscard]] ParameterId influx() const { return parameter(system, "R"); }
    void dose(double time, StateChange::Kind kind, double value) {
        run.events.push_back({time, {}, {{SpeciesId{0}, kind, value}}});
    }
    void set_influx(double time, double value) {
        run.events.push_back({time, {{influx(), value}}, {}});
    }
};

TEST(DoseDerivatives, OfTwoDosesAtOnceMeetTheClosedFormAlsoAtAnOutput) {
    Elimination of;
    of.run.output_times = {1.0, 2.0, 2.0, 5.0};  // 2 stands twice: before the doses, after them
    of.dose(2.0, StateChange::Kind::add, 4.0);
    of.dose(2.0, StateChange::Kind::add, 1.5);
    const double k = Elimination::k;
    const std::vector<Input> inputs{Input::event_amount(0, 0), Input::event_time(0),
                                    Input::event_amount(1, 0), Input::event_time(1),
                                    parameter(of.system, "k")};
    const Sensitivities s = both_modes(of.system, of.run, inputs);
    for (std::size_t row = 0; row < of.run.output_times.size(); ++row) {
        const double t = of.run.output_times[row];
        const double left = row < 2 ? 0.0 : std::exp(-k * (t - 2.0));  // of a dose at 2
        // By the times: X moves as the exponential that begins there; at 2 itself as when the dose
        // is given earlier.
        const std::vector<double> exact{
            left, 4.0 * k * left, left, 1.5 * k * left,
            -3.0 * t * std::exp(-k * t) - 5.5 * std::max(t - 2.0, 0.0) * left};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            EXPECT_TRUE(near_rel(s.at(row, 0, i), exact[i], 1e-9, 1e-9))
                << name(inputs[i], of.system, of.run) << " in row " << row;
        }
    }
}

TEST(DoseDerivatives, OfDosesAtOnceFollowTheOrderOfTheList) {
    // Halved, then 4 more: the second is not halved. Its time moved to the left, it would be; that
    // is another order, not a derivative of this one.
    Elimination of;
    of.run.output_times = {2.0, 4.0};
    of.dose(2.0, StateChange::Kind::multiply, 0.5);
    of.dose(2.0, StateChange::Kind::add, 4.0);
    of.dose(2.0, StateChange::Kind::multiply, 3.0);
    const double before = 3.0 * std::exp(-1.0);
    const std::vector<Input> inputs{Input::event_amount(0, 0), Input::event_amount(1, 0),
                                    Input::event_amount(2, 0)};
    const Sensitivities s = both_modes(of.system, of.run, inputs);
    for (std::size_t row = 0; row < 2; ++row) {
        const double left = row == 0 ? 1.0 : std::exp(-1.0);
        const std::vector<double> exact{3.0 * before * left, 3.0 * left,
                                        (0.5 * before + 4.0) * left};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            EXPECT_TRUE(near_rel(s.at(row, 0, i), exact[i], 1e-9)) << i << " in row " << row;
        }
    }
}

TEST(DoseDerivatives, OfAnInfusionOfNoLengthAreThoseByItsEnds) {
    Elimination of;
    of.run.output_times = {2.0, 3.0, 6.0};
    of.set_influx(3.0, 5.0);
    of.set_influx(3.0, 0.0);
    const double k = Elimination::k;
    const std::vector<Input> inputs{Input::event_time(0), Input::event_time(1),
                                    Input::event_parameter(0, 0), Input::event_parameter(1, 0)};
    const Sensitivities s = both_modes(of.system, of.run, inputs);
    for (std::size_t row = 0; row < of.run.output_times.size(); ++row) {
        const double t = of.run.output_times[row];
        const double left = t < 3.0 ? 0.0 : std::exp(-k * (t - 3.0));
        EXPECT_TRUE(near_rel(s.result.at(row, 0), 3.0 * std::exp(-k * t), 1e-9));
        // Begun earlier or ended later it would add 5 a unit of time; its height is worth nothing.
        const std::vector<double> exact{-5.0 * left, 5.0 * left, 0.0,
                                        t < 3.0 ? 0.0 : (1.0 - left) / k};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            EXPECT_TRUE(near_rel(s.at(row, 0, i), exact[i], 1e-9, 1e-10))
                << name(inputs[i], of.system, of.run) << " at " << t;
        }
    }
}

/// Three doses at once, at an output, with a bath and parameters that are set there as well.
Subject crowded_run(const eqn::System& system) {
    Subject run;
    run.output_times = {0.4, 1.0, 1.0, 2.5};
    run.recording = Recording::all_observables(system);
    run.recording.species = {SpeciesId{0}, SpeciesId{1}, SpeciesId{2}};
    run.events.push_back({1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 2.0}}});
    run.events.push_back({1.0,
                          {{parameter(system, "kcat"), 0.9}},
                          {{SpeciesId{1}, StateChange::Kind::multiply, 0.5},
                           {SpeciesId{2}, StateChange::Kind::add, 0.3}}});
    run.events.push_back({1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 0.7}}});
    run.events.push_back({1.6, {{parameter(system, "kcat"), 2.5}}, {}});
    run.events.push_back({1.6, {{parameter(system, "kcat"), 0.4}}, {}});  // no time between them
    return run;
}

TEST(DoseDerivatives, AgreeWithDifferencesOnRandomSystems) {
    for (std::uint64_t seed = 61; seed <= 64; ++seed) {
        const eqn::System system = compiled(rich_network(seed, seed % 2 == 0));
        const Subject run = crowded_run(system);
        const std::vector<Input> inputs = all_inputs(system, run);
        const Sensitivities s = both_modes(system, run, inputs);
        SensitivitySolver solver{system, tight()};
        double size = 1.0;
        for (const double value : s.result.values) {
            size = std::max(size, std::fabs(value));
        }
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            // A time is moved to where the order of the list stays: the first to the left, the last
            // to the right, where what is shown at its own old time is not the same then; those in
            // between not at all.
            const bool is_time = inputs[i].kind == Input::Kind::event_time;
            const bool is_first = inputs[i].event == 0 || inputs[i].event == 3;
            if (is_time && inputs[i].event == 1) {
                continue;
            }
            const double h =
                is_time ? 1e-5 : 1e-4 * (std::fabs(value_of(system, run, inputs[i])) + 0.1);
            const auto at = [&](double by) {
                return solver.forward(moved(run, system, inputs[i], by * h), {}).result;
            };
            const double sign = is_first ? -1.0 : 1.0;
            const Result far = at(is_time ? 2.0 * sign : 1.0);
            const Result near = at(is_time ? sign : -1.0);
            for (std::size_t row = 0; row < run.output_times.size(); ++row) {
                const bool shows_the_time =
                    is_time && run.output_times[row] == run.events[inputs[i].event].time;
                if (shows_the_time && (!is_first || row == 1)) {
                    continue;
                }
                for (std::size_t c = 0; c < run.recording.size(); ++c) {
                    const double here = s.result.at(row, c);
                    const double difference =
                        is_time ? sign * (4.0 * near.at(row, c) - far.at(row, c) - 3.0 * here) /
                                      (2.0 * h)
                                : (far.at(row, c) - near.at(row, c)) / (2.0 * h);
                    EXPECT_TRUE(near_rel(s.at(row, c, i), difference, 1e-4, 2e-6 * size))
                        << name(inputs[i], system, run) << ", seed " << seed << ", row " << row
                        << ", column " << c;
                }
            }
        }
    }
}

}  // namespace
}  // namespace erbium::sim
