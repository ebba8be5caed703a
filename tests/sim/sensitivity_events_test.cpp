// SPDX-License-Identifier: Apache-2.0
// tests/sim/sensitivity_events_test.cpp: derivatives through triggered events and rates that jump,
// against closed forms, central differences, and forwards against backwards.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "erbium/sim/lane_replay.hpp"
#include "erbium/sim/recorded_run.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "near.hpp"
#include "sensitivity_models.hpp"

namespace erbium::sim {
namespace {

using zoo::expression;
using zoo::NetworkMaker;

SensitivityOptions tight() {
    return {.solver = {.tolerances = {1e-10, 1e-12}}};
}

/// A network, and what happens to it besides.
struct Case {
    std::string name;
    std::function<void(NetworkMaker&)> build;
    std::function<void(const eqn::System&, Subject&)> arrange{};
};

/// A falls; B is made of it.
NetworkMaker falling() {
    NetworkMaker m;
    m.parameter("k", "1").parameter("low", "0.5").parameter("top", "1.1").parameter("t0", "0.7");
    m.parameter("gain", "0.8");
    m.species("A", "top").species("B", "0.1").species("then", "0").species("now", "0");
    m.observable("As", {{"A", 1.0}})
        .observable("Bs", {{"B", 1.0}})
        .observable("Ts", {{"then", 1.0}});
    m.reaction({"A"}, {"B"}, {"k"});
    return m;
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"AThresholdThatRefills",
         [](NetworkMaker& m) { m.event("refill", "As < low").assign("A", "top+0.1*Bs"); }},
        {"ABouncingBall",
         [](NetworkMaker& m) {
             m.parameter("g", "9.81").species("height", "3*gain").species("speed", "0");
             m.observable("H", {{"height", 1.0}}).observable("V", {{"speed", 1.0}});
             m.equation("height", "V").equation("speed", "-g");
             m.event("bounce", "H < 0").assign("speed", "-gain*V").assign("height", "0");
         }},
        {"DelaysThatDependOnEverything",
         [](NetworkMaker& m) {
             m.event("a", "As < low").assign("then", "As*gain").last_event().delay =
                 expression("0.3*top");
             m.event("b", "As < low").assign("now", "As+time").last_event().delay =
                 expression("0.6*Bs");
             m.last_event().uses_trigger_time_values = false;
         }},
        {"ARateThatJumpsWhereTheStateCrosses",
         [](NetworkMaker& m) {
             m.function("jumping", "if(As<low,gain,3*k)")
                 .reaction({"A"}, {"now"}, {"jumping"}, net::RateLawKind::function);
         }},
        {"ARateThatJumpsAtATime",
         [](NetworkMaker& m) {
             m.function("late", "if(time-t0<0,0,gain)*if(time>2*t0,2,1)");
             m.reaction({"A"}, {"now"}, {"late"}, net::RateLawKind::function);
         }},
        {"EventsAtTimesOfParameters",
         [](NetworkMaker& m) {
             m.event("at", "time >= t0").assign("A", "As+gain").assign("then", "time");
             m.event("after", "time > 2*t0").assign("k", "0.3*k+0.1*As").assign("now", "time*As");
         }},
        {"ParametersSetToMovingTimes",
         [](NetworkMaker& m) {
             m.parameter("twice", "2*gain").parameter("switch", "90");
             m.reaction({"B"}, {"now"}, {"twice"});
             m.event("slow", "time >= switch").assign("gain", "0.25*As").assign("B", "Bs+1");
             m.event("early", "As < low").assign("switch", "time+0.2*k");
         }},
        {"OneEventPullsTheNext",
         [](NetworkMaker& m) {
             m.event("one", "As < low").assign("then", "Bs+10*gain").assign("A", "As+0.2");
             m.event("two", "Ts > 5").assign("B", "Bs+time*Ts").last_event().priority =
                 expression("2");
             m.event("three", "Ts > 5").assign("now", "Bs*Ts").last_event().delay =
                 expression("0.1*gain");
             m.last_event().uses_trigger_time_values = false;
         }},
        {"ADosePullsATrigger",
         [](NetworkMaker& m) {
             m.event("flood", "As > 1.5").assign("B", "Bs*gain+As").assign("then", "time");
             m.event("wane", "As < 1.2").assign("now", "time").assign("k", "2*gain");
         },
         [](const eqn::System& system, Subject& run) {
             run.events.push_back({0.4,
                                   {{parameter(system, "gain"), 0.9}},
                                   {{SpeciesId{0}, StateChange::Kind::add, 1.0}}});
             run.events.push_back({1.1, {}, {{SpeciesId{1}, StateChange::Kind::multiply, 0.5}}});
         }},
        {"RatesOfTimeBesides",
         [](NetworkMaker& m) {
             m.function("seasonal", "1+0.5*sin(3*gain*time())");
             m.reaction({"B"}, {"A"}, {"seasonal"}, net::RateLawKind::function);
             m.event("low", "As-0.1*time < low").assign("A", "As+0.5*top").assign("then", "time");
         }},
        {"FactorsAndWhatIsNotPersistent",
         [](NetworkMaker& m) {
             m.event("scaled", "As < low && time < 3").assign("then", "As+gain");
             m.last_event().assignments.back().factor = expression("2+Bs*k");
             m.last_event().delay = expression("0.2");
             m.event("dropped", "As < 0.9 && As > 0.85").assign("now", "7");
             m.last_event().is_persistent = false;
             m.last_event().delay = expression("1");
         }},
        {"AfterAnEquilibrationWithJumps",
         [](NetworkMaker& m) {
             m.parameter("back", "0.4").function("clipped", "if(Bs>low,gain,k)*back");
             m.reaction({"B"}, {"A"}, {"clipped"}, net::RateLawKind::function);
             m.event("push", "time >= t0").assign("A", "As+1").assign("back", "0.9*gain");
         },
         [](const eqn::System& system, Subject& run) {
             run.equilibration = Equilibration{.parameters = {{parameter(system, "k"), 0.8}}};
         }},
    };
    return all;
}

struct Prepared {
    eqn::System system;
    Subject run;
    std::vector<Input> inputs;
};

Prepared prepare(const Case& of) {
    NetworkMaker m = falling();
    of.build(m);
    Prepared p{compiled(m.network()), {}, {}};
    p.run.output_times = {0.0, 0.31, 0.83, 1.27, 1.9, 2.6, 3.3};
    p.run.recording = Recording::all(p.system);
    if (of.arrange) {
        of.arrange(p.system, p.run);
    }
    p.inputs = all_inputs(p.system, p.run);
    return p;
}

class EventDerivatives : public ::testing::TestWithParam<Case> {};

TEST_P(EventDerivatives, AgreeWithCentralDifferences) {
    const Prepared p = prepare(GetParam());
    SensitivitySolver solver{p.system, tight()};
    const Sensitivities s = solver.forward(p.run, p.inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    double scale = 1.0;
    for (const double value : s.values) {
        scale = std::max(scale, std::fabs(value));
    }
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        const double h = 1e-4 * (std::fabs(value_of(p.system, p.run, p.inputs[i])) + 0.1);
        std::vector<Result> at;
        for (const double by : {h, -h, 0.5 * h, -0.5 * h}) {
            at.push_back(solver.forward(moved(p.run, p.system, p.inputs[i], by), {}).result);
            ASSERT_TRUE(at.back().status.ok()) << at.back().status.message;
        }
        for (std::size_t v = 0; v < at[0].values.size(); ++v) {
            const double whole = (at[0].values[v] - at[1].values[v]) / (2.0 * h);
            const double half = (at[2].values[v] - at[3].values[v]) / h;
            EXPECT_TRUE(near_rel(s.values[v * p.inputs.size() + i], (4.0 * half - whole) / 3.0,
                                 1e-6, 3e-6 * scale))
                << name(p.inputs[i], p.system, p.run) << ", row " << v / s.result.columns
                << ", column " << p.run.recording.names(p.system)[v % s.result.columns];
        }
    }
}

// Forward derivatives may follow a run closely, step by step, or begin when it is over.
TEST_P(EventDerivatives, AreTheSameWhetherTheyFollowTheRunOrBeginAfterIt) {
    const Prepared p = prepare(GetParam());
    SensitivityOptions options{.solver = {.tolerances = {1e-8, 1e-10}}};
    options.forward_bytes = std::numeric_limits<std::size_t>::max();
    const Sensitivities after = SensitivitySolver{p.system, options}.forward(p.run, p.inputs);
    ASSERT_TRUE(after.status.ok()) << after.status.message;
    options.forward_bytes = 0;
    const Sensitivities along = SensitivitySolver{p.system, options}.forward(p.run, p.inputs);
    ASSERT_TRUE(along.status.ok()) << along.status.message;
    ASSERT_GT(along.result.statistics.steps, 8);  // handed on more than once
    EXPECT_EQ(along.values, after.values);
    EXPECT_EQ(along.end_state, after.end_state);
    EXPECT_EQ(along.steady_state, after.steady_state);
}

TEST_P(EventDerivatives, AreTheSameForwardsAndBackwards) {
    const Prepared p = prepare(GetParam());
    // At a loose tolerance too: both are derivatives of the same numbers.
    for (const double rtol : {1e-10, 1e-4}) {
        SensitivitySolver solver{p.system, {.solver = {.tolerances = {rtol, rtol * 1e-2}}}};
        std::vector<SensitivityTask> tasks;
        for (int i = 0; i < 5; ++i) {
            Subject run = p.run;
            run.initial_state.push_back(
                {SpeciesId{1}, StateChange::Kind::add, 0.01 * static_cast<double>(i)});
            tasks.push_back({run, p.inputs});
        }
        const auto weight = [](std::size_t v) {
            return std::sin(1.0 + 0.7 * static_cast<double>(v));
        };
        const std::vector<Sensitivities> forward = solver.forward(tasks);
        const std::vector<Gradient> adjoint =
            solver.gradient(tasks, [&](std::size_t /*task*/, const Result& result) {
                std::vector<double> weights;
                for (std::size_t v = 0; v < result.values.size(); ++v) {
                    weights.push_back(weight(v));
                }
                return weights;
            });
        for (std::size_t t = 0; t < tasks.size(); ++t) {
            ASSERT_TRUE(forward[t].status.ok()) << forward[t].status.message;
            ASSERT_TRUE(adjoint[t].status.ok()) << adjoint[t].status.message;
            for (std::size_t i = 0; i < p.inputs.size(); ++i) {
                double sum = 0.0;
                double size = 1.0;
                for (std::size_t v = 0; v < forward[t].result.values.size(); ++v) {
                    const double part = weight(v) * forward[t].values[v * p.inputs.size() + i];
                    sum += part;
                    size += std::fabs(part) + std::fabs(forward[t].result.values[v]);
                }
                EXPECT_NEAR(adjoint[t].values[i], sum, 1e-8 * size)
                    << name(p.inputs[i], p.system, p.run) << ", rtol " << rtol;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, EventDerivatives, ::testing::ValuesIn(cases()),
                         [](const auto& of) { return of.param.name; });

TEST(EventDerivatives, MeetClosedFormsOfAPeriodicRefill) {
    // A falls from 1 with rate k and is refilled at `low`: the n-th refill is at n ln(1/low) / k.
    NetworkMaker m;
    m.parameter("k", "1").parameter("low", "0.5").species("A", "1");
    m.observable("As", {{"A", 1.0}}).reaction({"A"}, {}, {"k"});
    m.event("refill", "As < low").assign("A", "1");
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {0.5, 1.0, 3.0, 8.1};
    run.recording.species = {SpeciesId{0}};
    const Sensitivities s = SensitivitySolver{system, tight()}.forward(
        run, std::vector<Input>{ParameterId{0}, ParameterId{1}});
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    for (std::size_t row = 0; row < run.output_times.size(); ++row) {
        const double t = run.output_times[row];
        const double n = std::floor(t / std::log(2.0));
        const double a = std::exp(-(t - n * std::log(2.0)));
        EXPECT_TRUE(near_rel(s.result.at(row, 0), a, 1e-8));
        EXPECT_TRUE(near_rel(s.at(row, 0, 0), -t * a, 1e-7));  // -d/dk (k t - n ln 2)
        EXPECT_TRUE(near_rel(s.at(row, 0, 1), -n / 0.5 * a, 1e-7, 1e-12));
    }
}

TEST(EventDerivatives, OfACrossingAreThoseOfTheInterpolantThatItWasFoundOn) {
    // At a loose tolerance the crossing found is far from the true one. Its derivative is still
    // that of where these very steps' interpolant crosses.
    NetworkMaker m;
    m.parameter("k", "1").parameter("low", "0.3").species("A", "1").species("when", "0");
    m.observable("As", {{"A", 1.0}}).reaction({"A", "A"}, {}, {"k"});
    m.event("mark", "As < low").assign("when", "time");
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {6.0};
    run.recording.species = {SpeciesId{1}};
    const SensitivityOptions loose{.solver = {.tolerances = {1e-1, 1e-3}}};
    const std::vector<Input> inputs{ParameterId{0}, ParameterId{1},
                                    Input::initial_amount(SpeciesId{0})};
    const Sensitivities s = SensitivitySolver{system, loose}.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    RecordedModel model{system, loose.solver, loose.method};
    model.prepare(true);
    RunRecorder recorder{model, {}};
    const Subject* const runs[] = {&run};
    const RecordedRun recorded = std::move(recorder.record(runs).front());
    // The steps up to the crossing, and where A's interpolant is `low` in the last of them.
    const auto crossing = [&](const Subject& of) {
        LaneReplay replay{model.tables(), model.lane_plan(), sensitivity_kernels().front(),
                          model.tableau()};
        eqn::ReferenceKernel kernel{system};
        kernel.set_parameters(of.parameters);
        std::vector<double> y(2);
        kernel.initial_state(y);
        change_states(of.initial_state, y);
        replay.set_constants(0, kernel);
        const double low = kernel.parameter(ParameterId{1});
        for (const ScriptItem& item : recorded.phase.script.items) {
            if (item.kind != ScriptItem::Kind::step) {
                continue;
            }
            const TracedStep& step = recorded.phase.trace.steps[item.index];
            replay.set_step(0, {.steps = {step}, .states = y, .stages = {}}, 0);
            replay.compute();
            interpolate_state(replay, 1.0, y);
            if (item.kept_part == 1.0) {
                continue;
            }
            double below = 0.0;
            double above = 1.0;
            for (int i = 0; i < 60; ++i) {
                const double middle = 0.5 * (below + above);
                interpolate_state(replay, middle, y);
                (y[0] < low ? above : below) = middle;
            }
            return step.time + 0.5 * (below + above) * step.size;
        }
        return std::nan("");
    };
    EXPECT_NEAR(crossing(run), s.result.at(0, 0), 1e-12);
    EXPECT_GT(std::fabs(crossing(run) - (1.0 / 0.3 - 1.0) / 2.0), 1e-6);  // A = 1 / (1 + 2 k t)
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const double h = 1e-4;
        const auto at = [&](double by) { return crossing(moved(run, system, inputs[i], by)); };
        const double whole = (at(h) - at(-h)) / (2.0 * h);
        const double half = (at(0.5 * h) - at(-0.5 * h)) / h;
        EXPECT_TRUE(near_rel(s.at(0, 0, i), (4.0 * half - whole) / 3.0, 1e-9))
            << name(inputs[i], system, run);
    }
}

TEST(EventDerivatives, AreRefusedWhereATimeHasNone) {
    const auto status_of = [](NetworkMaker m) {
        const eqn::System system = compiled(m.network());
        Subject run;
        run.output_times = {3.0};
        run.recording.species = {SpeciesId{0}};
        SensitivitySolver solver{system, tight()};
        const Sensitivities s = solver.forward(run, std::vector<Input>{ParameterId{0}});
        const Gradient g =
            solver.gradient(run, std::vector<Input>{ParameterId{0}},
                            [](std::size_t, const Result&) { return std::vector{1.0}; });
        EXPECT_TRUE(s.result.status.ok()) << s.result.status.message;
        EXPECT_EQ(g.status.message, s.status.message);
        EXPECT_TRUE(std::isnan(s.at(0, 0, 0)));
        EXPECT_TRUE(std::isnan(g.values[0]));
        EXPECT_EQ(s.status.failure, Failure::not_differentiable);
        return s.status.message;
    };
    NetworkMaker both = falling();  // A and B pass these at the same time, but not alike
    both.event("both", "As < 0.55 && Bs > 0.65").assign("A", "1");
    EXPECT_NE(status_of(both).find("at once"), std::string::npos);
    NetworkMaker jump = falling();
    jump.event("jump", "floor(4*As) < 2").assign("A", "1");
    EXPECT_NE(status_of(jump).find("comparison changes"), std::string::npos);
    // Nothing depends on where this one changes.
    NetworkMaker idle = falling();
    idle.event("idle", "floor(4*As) < 2 && As > 2").assign("A", "1");
    const eqn::System system = compiled(idle.network());
    Subject run;
    run.output_times = {3.0};
    run.recording.species = {SpeciesId{0}};
    EXPECT_TRUE(SensitivitySolver(system, tight())
                    .forward(run, std::vector<Input>{ParameterId{0}})
                    .status.ok());
}

TEST(EventDerivatives, ByATimeAtTheStartAreNotKnown) {
    // A switch at the start has an effect on one side only.
    NetworkMaker m = falling();
    m.parameter("begin", "0").function("on", "if(time<begin,0,gain)");
    m.reaction({"B"}, {"now"}, {"on"}, net::RateLawKind::function);
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1.0};
    run.recording.species = {SpeciesId{3}};
    SensitivitySolver solver{system, tight()};
    const Sensitivities by_begin =
        solver.forward(run, std::vector<Input>{parameter(system, "begin")});
    EXPECT_EQ(by_begin.status.failure, Failure::not_differentiable);
    EXPECT_NE(by_begin.status.message.find("begin"), std::string::npos);
    EXPECT_TRUE(solver.forward(run, std::vector<Input>{parameter(system, "gain")}).status.ok());
}

}  // namespace
}  // namespace erbium::sim
