// SPDX-License-Identifier: Apache-2.0
// tests/sim/sensitivity_test.cpp: derivatives of runs against the same steps done with other
// numbers, against central differences, against closed forms, and against themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "erbium/sim/lane_replay.hpp"
#include "erbium/sim/recorded_run.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/shifted_jacobian.hpp"
#include "erbium/sim/solver.hpp"
#include "erbium/sim/step_matrix.hpp"
#include "near.hpp"
#include "sensitivity_models.hpp"

namespace erbium::sim {
namespace {

SensitivityOptions with_rtol(double rtol, BatchMethod method = BatchMethod::rodas5p) {
    return {.solver = {.tolerances = {rtol, rtol * 1e-4}}, .method = method};
}

/// The steps of a recorded run done again from other numbers, their times and sizes held: the
/// function whose derivative a sensitivity is, exactly.
std::vector<double> same_steps(const RecordedModel& model, const RecordedPhase& recorded,
                               const Subject& run) {
    const std::size_t n = model.system().state_count();
    LaneReplay replay{model.tables(), model.lane_plan(), sensitivity_kernels().front(),
                      model.tableau()};
    eqn::ReferenceKernel kernel{model.system()};
    kernel.set_parameters(run.parameters);
    std::vector<double> y(n);
    kernel.initial_state(y);
    change_states(run.initial_state, y);
    replay.set_constants(0, kernel);
    std::vector<double> values(run.output_times.size() * run.recording.size());
    const auto record = [&](std::size_t row, std::span<const double> state) {
        kernel.observe(run.output_times[row], state);
        double* to = values.data() + row * run.recording.size();
        for (const SpeciesId s : run.recording.species) {
            *to++ = state[s.value];
        }
        for (const ObservableId o : run.recording.observables) {
            *to++ = kernel.observable(o);
        }
        for (const FunctionId f : run.recording.functions) {
            *to++ = kernel.function(f);
        }
    };
    for (const ScriptItem& item : recorded.script.items) {
        if (item.kind == ScriptItem::Kind::output) {
            record(item.index, y);
        } else if (item.kind == ScriptItem::Kind::event) {
            kernel.set_parameters(run.events[item.index].parameters);
            change_states(run.events[item.index].states, y);
            replay.set_constants(0, kernel);
        } else if (item.kind == ScriptItem::Kind::step) {
            const TracedStep& step = recorded.trace.steps[item.index];
            replay.set_step(0, {.steps = {step}, .states = y, .stages = {}}, 0);
            replay.compute();
            std::vector<double> inside(n);
            for (std::size_t row = item.row_begin; row < item.row_end; ++row) {
                interpolate_state(replay, (run.output_times[row] - step.time) / step.size, inside);
                record(row, inside);
            }
            interpolate_state(replay, 1.0, y);
        }
    }
    return values;
}

double largest_of(const std::vector<double>& values) {
    double largest = 0.0;
    for (const double value : values) {
        largest = std::max(largest, std::fabs(value));
    }
    return largest;
}

TEST(ForwardSensitivity, IsTheDerivativeOfTheVeryStepsThatWereDone) {
    // At a loose tolerance the numbers are far from the solution; their derivatives are exact.
    for (const BatchMethod method : {BatchMethod::rodas4, BatchMethod::rodas5p}) {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            const bool in_time = seed % 2 == 0;
            const eqn::System system = compiled(rich_network(seed, in_time));
            const Subject run = dosed_run(system);
            std::vector<Input> inputs = all_inputs(system, run);
            std::erase_if(inputs, [](const Input& i) { return i.kind == Input::Kind::event_time; });
            SensitivitySolver solver{system, with_rtol(1e-2, method)};
            const Sensitivities s = solver.forward(run, inputs);
            ASSERT_TRUE(s.status.ok()) << s.status.message;
            RecordedModel model{system, with_rtol(1e-2).solver, method};
            model.prepare(true);
            RunRecorder recorder{model, {}};
            const Subject* const runs[] = {&run};
            const RecordedRun recorded = std::move(recorder.record(runs).front());
            EXPECT_TRUE(
                all_near(same_steps(model, recorded.phase, run), s.result.values, 1e-12, 1e-13));
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                const double h = 1e-4 * (std::fabs(value_of(system, run, inputs[i])) + 0.1);
                const auto at = [&](double by) {
                    return same_steps(model, recorded.phase, moved(run, system, inputs[i], by));
                };
                const std::vector<double> up = at(h);
                const std::vector<double> down = at(-h);
                const std::vector<double> up_half = at(0.5 * h);
                const std::vector<double> down_half = at(-0.5 * h);
                std::vector<double> differences;  // Richardson's, with an error of h^4
                std::vector<double> found;
                for (std::size_t v = 0; v < up.size(); ++v) {
                    differences.push_back((8.0 * (up_half[v] - down_half[v]) - (up[v] - down[v])) /
                                          (6.0 * h));
                    found.push_back(s.values[v * inputs.size() + i]);
                }
                const double scale = largest_of(differences) + largest_of(s.result.values);
                EXPECT_TRUE(all_near(found, differences, 0.0, 1e-8 * scale))
                    << name(inputs[i], system, run) << ", seed " << seed;
            }
        }
    }
}

TEST(ForwardSensitivity, AgreesWithCentralDifferencesOfTightRuns) {
    for (std::uint64_t seed = 11; seed <= 16; ++seed) {
        const eqn::System system = compiled(rich_network(seed, seed % 2 == 0));
        const Subject run = dosed_run(system);
        const std::vector<Input> inputs = all_inputs(system, run);
        SensitivitySolver solver{system, with_rtol(1e-9)};
        const Sensitivities s = solver.forward(run, inputs);
        ASSERT_TRUE(s.status.ok()) << s.status.message;
        std::vector<SensitivityTask> tasks;
        std::vector<double> steps;
        for (const Input& input : inputs) {
            steps.push_back(1e-4 * (std::fabs(value_of(system, run, input)) + 0.1));
            tasks.push_back({moved(run, system, input, steps.back()), {}});
            tasks.push_back({moved(run, system, input, -steps.back()), {}});
        }
        const std::vector<Sensitivities> results = solver.forward(tasks);
        const double scale = largest_of(s.result.values) + 1.0;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            // The rows at the time of the first dose: the dose passes them when it is moved.
            const bool passes = inputs[i] == Input::event_time(0);
            for (std::size_t row = 0; row < run.output_times.size(); ++row) {
                if (passes && run.output_times[row] == run.events[0].time) {
                    continue;
                }
                for (std::size_t c = 0; c < run.recording.size(); ++c) {
                    const double difference =
                        (results[2 * i].result.at(row, c) - results[2 * i + 1].result.at(row, c)) /
                        (2.0 * steps[i]);
                    ASSERT_TRUE(near_rel(s.at(row, c, i), difference, 1e-4, 2e-5 * scale))
                        << name(inputs[i], system, run) << ", seed " << seed << ", row " << row
                        << ", column " << run.recording.names(system)[c];
                }
            }
        }
    }
}

TEST(ShiftedJacobian, SolvesAlikeByListsBySupernodesByLanesAndWithRowExchanges) {
    const eqn::System system = compiled(rich_network(7, false));
    const std::size_t n = system.state_count();
    const eqn::Program program = system.program();
    const math::SparsePattern pattern{program.column_begins, program.row_of_entry};
    eqn::ReferenceKernel kernel{system};
    std::vector<double> y(n);
    kernel.initial_state(y);
    std::vector<double> jacobian(system.jacobian_size() + 1);
    kernel.jacobian(0.0, y, std::span{jacobian}.first(system.jacobian_size()));
    const double shift = 3.0;
    std::vector<double> b(n);
    for (std::size_t i = 0; i < n; ++i) {
        b[i] = std::sin(1.0 + static_cast<double>(i));
    }
    std::vector<double> expected(n);
    std::vector<double> transposed(n);
    const math::LuPlan lanes = math::LuPlan::make(pattern);
    StepMatrix by_lanes{lanes, system_kernels().front()};
    for (const bool exchanges : {true, false}) {
        by_lanes.exchange_rows(0, exchanges);
        by_lanes.factor(jacobian.data(), &shift);
        const std::vector<double> first = expected;
        const std::vector<double> first_transposed = transposed;
        by_lanes.solve(b.data(), expected.data());
        by_lanes.solve_transposed(b.data(), transposed.data());
        EXPECT_TRUE(exchanges || all_near(first, expected, 1e-10, 1e-12));
        EXPECT_TRUE(exchanges || all_near(first_transposed, transposed, 1e-10, 1e-12));
    }
    ASSERT_TRUE(math::SmallLuPlan::make(pattern));
    const std::vector<MatrixPlan> plans = {*math::SmallLuPlan::make(pattern),
                                           math::LeftLookingPlan::make(pattern),
                                           math::SupernodePlan::make(pattern)};
    for (const MatrixPlan& plan : plans) {
        for (const bool exchanges : {false, true}) {
            ShiftedJacobian matrix{plan};
            ASSERT_TRUE(matrix.factor(jacobian, shift, exchanges));
            std::vector<double> x(n);
            matrix.solve(b, x);
            EXPECT_TRUE(all_near(x, expected, 1e-10, 1e-12));
            matrix.solve_transposed(b, x);
            EXPECT_TRUE(all_near(x, transposed, 1e-10, 1e-12));
            if (exchanges) {
                continue;
            }
            const ManySidedSolver many_sided{plan};
            std::vector<double> values(many_sided.value_count());
            many_sided.take(matrix.factors(), values);
            for (const math::LaneKernels& kernels : math::lane_kernels()) {
                const auto width = static_cast<std::size_t>(kernels.width);
                math::AlignedDoubles many(n * width);
                for (std::size_t i = 0; i < many.size(); ++i) {
                    many[i] = b[i / width] * static_cast<double>(1 + i % width);
                }
                math::AlignedDoubles work(many.size());
                many_sided.solve(kernels.many_sides, values, many.data(), work.data(), many.data());
                for (std::size_t i = 0; i < many.size(); ++i) {
                    ASSERT_TRUE(near_rel(many[i],
                                         expected[i / width] * static_cast<double>(1 + i % width),
                                         1e-10, 1e-12 * static_cast<double>(width)));
                }
            }
        }
    }
}

TEST(ForwardSensitivity, MeetsClosedFormsOfTheZoo) {
    // A' = -k1 A, B' = k1 A - k2 B from A = a0.
    const double k1 = 1.0;
    const double k2 = 2.0;
    const eqn::System system = compiled(zoo::linear_chain(k1, k2).network);
    Subject run;
    run.output_times = {0.1, 1.0, 3.0};
    run.recording.species = {SpeciesId{0}, SpeciesId{1}};
    SensitivitySolver solver{system, with_rtol(1e-10)};
    const std::vector<Input> inputs{ParameterId{0}, ParameterId{1},
                                    Input::initial_amount(SpeciesId{0})};
    const Sensitivities s = solver.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    for (std::size_t row = 0; row < 3; ++row) {
        const double t = run.output_times[row];
        const double a = std::exp(-k1 * t);
        const double c = std::exp(-k2 * t);
        const double gap = k2 - k1;
        EXPECT_TRUE(near_rel(s.at(row, 0, 0), -t * a, 1e-8));
        EXPECT_EQ(s.at(row, 0, 1), 0.0);  // A cannot depend on k2
        EXPECT_TRUE(near_rel(s.at(row, 0, 2), a, 1e-8));
        EXPECT_TRUE(near_rel(s.at(row, 1, 0), k2 / (gap * gap) * (a - c) - k1 / gap * t * a, 1e-8));
        EXPECT_TRUE(
            near_rel(s.at(row, 1, 1), -k1 / (gap * gap) * (a - c) + k1 / gap * t * c, 1e-8));
        EXPECT_TRUE(near_rel(s.at(row, 1, 2), k1 / gap * (a - c), 1e-8));
    }
}

/// One compartment with elimination k: amount X, infusion rate R into it.
net::Network one_compartment() {
    zoo::NetworkMaker m;
    m.parameter("k", "0.3").parameter("R", "0");
    m.species("X", "0");
    m.reaction({}, {"X"}, {"R"}).reaction({"X"}, {}, {"k"});
    return m.network();
}

TEST(ForwardSensitivity, MeetsTheClosedFormOfDoseTimesAmountsAndInfusions) {
    const eqn::System system = compiled(one_compartment());
    const ParameterId rate{1};
    const double k = 0.3;
    Subject run;
    run.output_times = {0.5, 2.0, 2.0, 3.5, 6.0, 9.0};
    run.recording.species = {SpeciesId{0}};
    run.events.push_back({0.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 10.0}}});
    run.events.push_back({2.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 4.0}}});
    run.events.push_back({3.0, {{rate, 5.0}}, {}});
    run.events.push_back({5.0, {{rate, 0.0}}, {}});
    const std::vector<Input> inputs{Input::event_amount(0, 0),
                                    Input::event_time(0),
                                    Input::event_amount(1, 0),
                                    Input::event_time(1),
                                    Input::event_parameter(2, 0),
                                    Input::event_time(2),
                                    Input::event_time(3),
                                    ParameterId{0},
                                    rate};
    const Sensitivities s = SensitivitySolver{system, with_rtol(1e-11)}.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    for (std::size_t row = 0; row < run.output_times.size(); ++row) {
        const double t = run.output_times[row];
        const bool is_before = row == 1;  // 2.0 stands twice: before the dose, then after it
        const auto decay = [&](double t0) {
            return t > t0 || (t == t0 && !is_before) ? std::exp(-k * (t - t0)) : 0.0;
        };
        const auto lag = [&](double t0) { return std::max(t - t0, 0.0); };
        // An infusion from t0 on adds 5/k (1 - e^(-k (t - t0))).
        const auto infused_by_k = [&](double t0) {
            return t > t0 ? -5.0 / (k * k) * (1.0 - decay(t0)) + 5.0 / k * lag(t0) * decay(t0)
                          : 0.0;
        };
        const std::vector<double> exact{
            decay(0.0), 10.0 * k * decay(0.0), decay(2.0), 4.0 * k * decay(2.0),
            t > 3.0 ? (1.0 - decay(3.0)) / k - (t > 5.0 ? (1.0 - decay(5.0)) / k : 0.0) : 0.0,
            -5.0 * decay(3.0), 5.0 * decay(5.0),
            -10.0 * lag(0.0) * decay(0.0) - 4.0 * lag(2.0) * decay(2.0) + infused_by_k(3.0) -
                infused_by_k(5.0),
            // The model's own R acts until the first infusion sets it.
            (std::exp(-k * lag(3.0)) - std::exp(-k * t)) / k};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            EXPECT_TRUE(near_rel(s.at(row, 0, i), exact[i], 1e-9, 1e-9))
                << name(inputs[i], system, run) << " at " << t;
        }
    }
}

TEST(ForwardSensitivity, IsZeroExactlyWhereAResultCannotDependOnAnInput) {
    zoo::NetworkMaker m;
    m.parameter("k", "0.3").parameter("unused", "2").parameter("elsewhere", "5");
    m.species("X", "1").species("Y", "2").species("Z", "0");
    m.reaction({"X"}, {"Z"}, {"k"}).reaction({"Y"}, {}, {"elsewhere"});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1.0, 5.0};
    run.recording.species = {SpeciesId{0}, SpeciesId{1}, SpeciesId{2}};
    run.events.push_back({2.0, {{ParameterId{0}, 0.7}}, {}});
    const std::vector<Input> inputs{ParameterId{1}, ParameterId{2}, Input::event_parameter(0, 0)};
    const Sensitivities s = SensitivitySolver{system}.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
            EXPECT_EQ(s.at(row, column, 0), 0.0);
        }
        EXPECT_EQ(s.at(row, 0, 1), 0.0);
        EXPECT_NE(s.at(row, 1, 1), 0.0);
        EXPECT_EQ(s.at(row, 1, 2), 0.0);
    }
    EXPECT_EQ(s.at(0, 0, 2), 0.0);  // before the event
    EXPECT_NE(s.at(1, 0, 2), 0.0);
}

/// A closed cycle with a fixed catalyst, so that J is singular at its steady state.
net::Network closed_cycle() {
    zoo::NetworkMaker m;
    m.parameter("total", "3").parameter("kf", "0.4").parameter("kr", "1.1").parameter("kx", "2");
    m.species("A", "total").species("B", "0").species("C", "0").species("F", "total", true);
    m.reaction({"A", "F"}, {"B", "F"}, {"kf"}).reaction({"B"}, {"A"}, {"kr"});
    m.reaction({"B"}, {"C"}, {"kx"}).reaction({"C"}, {"A"}, {"kr"});
    return m.network();
}

/// A goes to B or to C and stays: how much of each is no property of the steady state alone.
net::Network parting_ways() {
    zoo::NetworkMaker m;
    m.parameter("kb", "1").parameter("kc", "3");
    m.species("A", "2").species("B", "0").species("C", "0");
    m.reaction({"A"}, {"B"}, {"kb"}).reaction({"A"}, {"C"}, {"kc"});
    return m.network();
}

TEST(ForwardSensitivity, ChainsTheSteadyStateIntoTheRun) {
    const eqn::System system = compiled(closed_cycle());
    Subject run;
    run.output_times = {0.0, 0.7, 2.0};
    run.recording = Recording::all(system);
    run.equilibration = Equilibration{.parameters = {{parameter(system, "kx"), 0.5}}};
    run.events.push_back({1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}});
    const std::vector<Input> inputs = all_inputs(system, run);
    SensitivitySolver solver{system, with_rtol(1e-9)};
    const Sensitivities s = solver.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const double h = 1e-4;
        const Sensitivities up = solver.forward(moved(run, system, inputs[i], h), {});
        const Sensitivities down = solver.forward(moved(run, system, inputs[i], -h), {});
        for (std::size_t row = 0; row < 3; ++row) {
            for (std::size_t c = 0; c < run.recording.size(); ++c) {
                EXPECT_TRUE(near_rel(s.at(row, c, i),
                                     (up.result.at(row, c) - down.result.at(row, c)) / (2.0 * h),
                                     1e-5, 1e-6))
                    << name(inputs[i], system, run) << ", row " << row << ", column " << c;
            }
        }
        for (std::size_t state = 0; state < system.state_count(); ++state) {
            EXPECT_TRUE(near_rel(
                s.steady_state[state * inputs.size() + i],
                (up.result.steady_state[state] - down.result.steady_state[state]) / (2.0 * h), 1e-5,
                1e-6));
        }
    }
}

TEST(ForwardSensitivity, IntegratesTheEquilibrationWhereTheWayMatters) {
    const eqn::System system = compiled(parting_ways());
    Subject run;
    run.output_times = {0.0};
    run.recording.species = {SpeciesId{1}, SpeciesId{2}};
    run.equilibration = Equilibration{};
    const std::vector<Input> inputs{ParameterId{0}, ParameterId{1},
                                    Input::initial_amount(SpeciesId{0})};
    const Sensitivities s = SensitivitySolver{system, with_rtol(1e-9)}.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    ASSERT_EQ(s.result.fallbacks.size(), 1U);
    EXPECT_NE(s.result.fallbacks.front().find("way"), std::string::npos);
    // B = 2 kb / (kb + kc).
    EXPECT_TRUE(near_rel(s.at(0, 0, 0), 2.0 * 3.0 / 16.0, 1e-7));
    EXPECT_TRUE(near_rel(s.at(0, 0, 1), -2.0 * 1.0 / 16.0, 1e-7));
    EXPECT_TRUE(near_rel(s.at(0, 0, 2), 0.25, 1e-7));
}

/// G = sum of weights over all recorded numbers, with weights that differ.
std::vector<double> wavy_weights(std::size_t size) {
    std::vector<double> weights;
    for (std::size_t i = 0; i < size; ++i) {
        weights.push_back(std::sin(1.0 + 0.7 * static_cast<double>(i)));
    }
    return weights;
}

/// The gradient by the adjoint is the weighted sum of forward sensitivities, to rounding.
void expect_both_modes_agree(SensitivitySolver& solver, const std::vector<SensitivityTask>& tasks,
                             double rtol) {
    const std::vector<Sensitivities> forward = solver.forward(tasks);
    const std::vector<Gradient> adjoint =
        solver.gradient(tasks, [](std::size_t /*task*/, const Result& result) {
            return wavy_weights(result.values.size());
        });
    for (std::size_t task = 0; task < tasks.size(); ++task) {
        const Sensitivities& s = forward[task];
        ASSERT_TRUE(s.status.ok()) << s.status.message;
        ASSERT_TRUE(adjoint[task].status.ok()) << adjoint[task].status.message;
        EXPECT_EQ(adjoint[task].result.values, s.result.values);
        const std::vector<double> weights = wavy_weights(s.result.values.size());
        double values = 0.0;  // what the adjoint adds up and takes off again carries its rounding
        for (std::size_t v = 0; v < weights.size(); ++v) {
            values += std::fabs(weights[v] * s.result.values[v]);
        }
        for (std::size_t i = 0; i < s.inputs; ++i) {
            double sum = 0.0;
            double size = 0.0;
            for (std::size_t v = 0; v < weights.size(); ++v) {
                sum += weights[v] * s.values[v * s.inputs + i];
                size += std::fabs(weights[v] * s.values[v * s.inputs + i]);
            }
            EXPECT_TRUE(near_rel(adjoint[task].values[i], sum, rtol, rtol * (size + values)))
                << name(tasks[task].inputs[i], solver.system(), tasks[task].run);
        }
    }
}

TEST(Sensitivity, IsTheSameForwardsAndBackwards) {
    for (const BatchMethod method : {BatchMethod::rodas4, BatchMethod::rodas5p}) {
        for (std::uint64_t seed = 31; seed <= 42; ++seed) {
            const bool in_time = seed % 2 == 0;
            const eqn::System system = compiled(rich_network(seed, in_time));
            std::vector<SensitivityTask> tasks;
            for (std::size_t i = 0; i < 1 + seed % 5; ++i) {
                Subject run = dosed_run(system);
                run.events[0].time += 0.05 * static_cast<double>(i);
                tasks.push_back({run, all_inputs(system, run)});
            }
            SensitivitySolver solver{system, with_rtol(1e-4, method)};
            expect_both_modes_agree(solver, tasks, 1e-10);
        }
    }
}

TEST(Sensitivity, IsTheSameForwardsAndBackwardsOnTheZoo) {
    std::vector<net::Network> networks{zoo::robertson(), zoo::van_der_pol("5")};
    for (const zoo::ExactProblem& problem : zoo::exact_problems()) {
        networks.push_back(problem.network);
    }
    for (const net::Network& network : networks) {
        const eqn::System system = compiled(network);
        Subject run;
        run.output_times = {0.0, 0.3, 1.0, 2.0, 5.0};
        run.recording = Recording::all(system);
        run.events.push_back({0.8, {}, {{SpeciesId{0}, StateChange::Kind::multiply, 0.9}}});
        SensitivitySolver solver{system, with_rtol(1e-6)};
        expect_both_modes_agree(solver, {{run, all_inputs(system, run)}}, 1e-8);
    }
}

TEST(Sensitivity, IsTheSameForwardsAndBackwardsThroughAnEquilibration) {
    for (const net::Network& network : {closed_cycle(), parting_ways()}) {
        const eqn::System system = compiled(network);
        Subject run;
        run.output_times = {0.0, 0.7, 2.0};
        run.recording = Recording::all(system);
        run.initial_state.push_back({SpeciesId{1}, StateChange::Kind::add, 0.5});
        run.initial_state.push_back({SpeciesId{0}, StateChange::Kind::multiply, 1.5});
        run.equilibration = Equilibration{.parameters = {{ParameterId{1}, 0.5}}};
        run.events.push_back({1.0, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}});
        SensitivitySolver solver{system, with_rtol(1e-6)};
        expect_both_modes_agree(solver, {{run, all_inputs(system, run)}}, 1e-9);
    }
}

TEST(Gradient, SaysWhatIsWrongWithWeights) {
    const eqn::System system = compiled(one_compartment());
    Subject run;
    run.output_times = {1.0};
    run.recording.species = {SpeciesId{0}};
    SensitivitySolver solver{system};
    for (const std::vector<double>& weights : {std::vector<double>{}, {std::nan("")}}) {
        const Gradient gradient = solver.gradient(
            run, std::vector<Input>{ParameterId{0}},
            [&](std::size_t /*task*/, const Result& /*result*/) { return weights; });
        EXPECT_EQ(gradient.status.failure, Failure::not_differentiable);
        EXPECT_TRUE(std::isnan(gradient.values.front()));
        EXPECT_TRUE(gradient.result.status.ok());
    }
}

TEST(Gradient, GivesTheSameBytesForEveryNumberOfThreadsAndLanes) {
    const eqn::System system = compiled(rich_network(22, false));
    std::vector<SensitivityTask> tasks;
    for (std::size_t i = 0; i < 19; ++i) {
        Subject run = dosed_run(system);
        run.parameters.push_back({parameter(system, "k0"), 0.5 + 0.1 * static_cast<double>(i)});
        tasks.push_back({run, all_inputs(system, run)});
    }
    const OutputWeights weights = [](std::size_t /*task*/, const Result& result) {
        return wavy_weights(result.values.size());
    };
    SensitivityOptions plain = with_rtol(1e-4);
    plain.target = math::Target::portable;
    plain.lanes = 1;
    const std::vector<Gradient> expected =
        SensitivitySolver{system, plain}.gradient(tasks, weights);
    for (const SystemKernels& kernels : system_kernels()) {
        for (const unsigned threads : {1U, 3U}) {
            SensitivityOptions options = with_rtol(1e-4);
            options.target = kernels.math->target;
            options.lanes = kernels.math->width;
            options.threads = threads;
            const std::vector<Gradient> found =
                SensitivitySolver{system, options}.gradient(tasks, weights);
            for (std::size_t i = 0; i < tasks.size(); ++i) {
                ASSERT_TRUE(found[i].status.ok());
                EXPECT_EQ(found[i].values, expected[i].values);
            }
        }
    }
}

/// One run alone: its numbers are those of Solver, its derivatives by its factors.
TEST(Sensitivity, OfARunAloneIsTheSameInBothModesAndOnEveryKernel) {
    for (std::uint64_t seed = 23; seed <= 24; ++seed) {
        const eqn::System system = compiled(rich_network(seed, seed % 2 == 0));
        const Subject run = dosed_run(system);
        const std::vector<Input> inputs = all_inputs(system, run);
        const OutputWeights weights = [](std::size_t /*task*/, const Result& result) {
            return wavy_weights(result.values.size());
        };
        SensitivityOptions options = with_rtol(1e-5);
        options.target = math::Target::portable;
        options.lanes = 1;
        SensitivitySolver plain{system, options};
        const Sensitivities expected = plain.forward(run, inputs);
        const Gradient gradient = plain.gradient(run, inputs, weights);
        SolverOptions all_species = options.solver;
        all_species.reducing = Reducing::none;
        EXPECT_EQ(expected.result.values, solve(system, run, all_species).values);
        EXPECT_EQ(gradient.result.values, expected.result.values);
        const std::vector<double> w = wavy_weights(expected.result.values.size());
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            double sum = 0.0;
            double size = 0.0;
            for (std::size_t v = 0; v < w.size(); ++v) {
                const double part = w[v] * expected.values[v * inputs.size() + i];
                sum += part;
                size += std::fabs(part);
            }
            EXPECT_TRUE(near_rel(gradient.values[i], sum, 0.0, 1e-10 * (size + 1.0)))
                << name(inputs[i], system, run) << ", seed " << seed;
        }
        for (const SystemKernels& kernels : system_kernels()) {
            options.target = kernels.math->target;
            options.lanes = kernels.math->width;
            SensitivitySolver solver{system, options};
            const Sensitivities found = solver.forward(run, inputs);
            EXPECT_EQ(found.values, expected.values);
            EXPECT_EQ(found.end_state, expected.end_state);
            EXPECT_EQ(solver.gradient(run, inputs, weights).values, gradient.values);
        }
        // In lanes other factors round otherwise, and steps differ with them.
        const std::vector<SensitivityTask> tasks(1, {run, inputs});
        const Sensitivities in_lanes = plain.forward(tasks).front();
        EXPECT_TRUE(
            all_near(in_lanes.values, expected.values, 1e-4, 1e-4 * largest_of(expected.values)));
    }
}

TEST(Sensitivity, DoesNotDependOnWhatASolverDidBefore) {
    const eqn::System system = compiled(rich_network(24, true));
    const Subject first = dosed_run(system);
    Subject second = first;
    second.output_times = {0.1, 5.0};
    second.events.clear();
    const std::vector<Input> inputs = all_inputs(system, first);
    const std::vector<Input> few = {inputs[0], Input::initial_amount(SpeciesId{2})};
    const OutputWeights weights = [](std::size_t /*task*/, const Result& result) {
        return wavy_weights(result.values.size());
    };
    SensitivitySolver solver{system, with_rtol(1e-4)};
    const Sensitivities forward = solver.forward(first, inputs);
    const Gradient gradient = solver.gradient(first, inputs, weights);
    ASSERT_TRUE(forward.status.ok() && gradient.status.ok());
    EXPECT_TRUE(solver.forward(second, few).status.ok());
    EXPECT_TRUE(solver.forward(second, {}).status.ok());
    EXPECT_TRUE(solver.gradient(second, few, weights).status.ok());
    EXPECT_EQ(solver.forward(first, inputs).values, forward.values);
    EXPECT_EQ(solver.gradient(first, inputs, weights).values, gradient.values);
}

TEST(Sensitivity, KeepsNoMoreMemoryBetweenCallsThanItMay) {
    const eqn::System system = compiled(rich_network(24, true));
    const Subject run = dosed_run(system);
    const std::vector<Input> inputs = all_inputs(system, run);
    SensitivitySolver keeps{system, with_rtol(1e-4)};
    const Sensitivities expected = keeps.forward(run, inputs);
    const std::size_t bytes = keeps.kept_bytes();
    EXPECT_GT(bytes, expected.result.statistics.steps * system.state_count() * sizeof(double));
    EXPECT_EQ(keeps.forward(run, inputs).values, expected.values);
    EXPECT_EQ(keeps.kept_bytes(), bytes);  // used again
    for (const std::size_t most : {std::size_t{0}, bytes - 1}) {
        SensitivityOptions options = with_rtol(1e-4);
        options.most_kept_bytes = most;
        SensitivitySolver forgets{system, options};
        for (int i = 0; i < 2; ++i) {
            EXPECT_EQ(forgets.forward(run, inputs).values, expected.values);
            EXPECT_LE(forgets.kept_bytes(), most);
        }
    }
}

TEST(Sensitivity, ForwardDerivativesFollowALongRunInLittleMemory) {
    const eqn::System system = compiled(rich_network(24, true));
    const Subject run = dosed_run(system);
    const std::vector<Input> inputs = all_inputs(system, run);
    SensitivityOptions options = with_rtol(1e-6);
    options.forward_bytes = std::numeric_limits<std::size_t>::max();
    SensitivitySolver whole{system, options};
    const Sensitivities expected = whole.forward(run, inputs);
    options.forward_bytes = 0;
    SensitivitySolver close{system, options};
    const Sensitivities followed = close.forward(run, inputs);
    EXPECT_EQ(followed.values, expected.values);
    EXPECT_EQ(followed.end_state, expected.end_state);
    EXPECT_LT(close.kept_bytes(), whole.kept_bytes() / 4);
}

TEST(Sensitivity, PassesPivotsThatAreNoGoodWithRowExchanges) {
    // As in failure_modes_test.cpp: a fast rotation at rest beside a slow decay.
    zoo::NetworkMaker m;
    m.parameter("w", "1e14").parameter("k", "1e-3");
    m.species("x", "0").species("y", "0").species("A", "1");
    m.observable("X", {{"x", 1.0}}).observable("Y", {{"y", 1.0}});
    m.equation("x", "w*Y").equation("y", "-w*X").reaction({"A"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1000.0};
    run.recording.species = {SpeciesId{2}};
    const std::vector<Input> inputs{parameter(system, "k")};
    SensitivitySolver solver{system};
    const Sensitivities s = solver.forward(run, inputs);
    ASSERT_TRUE(s.status.ok()) << s.status.message;
    EXPECT_NE(s.result.fallbacks.back().find("row exchanges"), std::string::npos);
    EXPECT_TRUE(near_rel(s.at(0, 0, 0), -1000.0 * std::exp(-1.0), 1e-5));
    const Gradient gradient = solver.gradient(
        run, inputs,
        [](std::size_t /*task*/, const Result& /*result*/) { return std::vector<double>{1.0}; });
    EXPECT_TRUE(near_rel(gradient.values[0], s.at(0, 0, 0), 1e-10));
}

TEST(Sensitivity, RefusesByNameWhatHasNoDerivative) {
    zoo::NetworkMaker m;
    m.parameter("k", "0.3").parameter("twice", "2*k").parameter("half", "0.5");
    m.species("X", "1").reaction({"X"}, {}, {"twice"});
    m.species("Y", "1").observable("Xs", {{"X", 1.0}});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1.0};
    run.recording.species = {SpeciesId{0}};
    SensitivitySolver solver{system};
    const ParameterId twice = parameter(system, "twice");
    const Sensitivities s = solver.forward(run, std::vector<Input>{twice});
    EXPECT_EQ(s.status.failure, Failure::not_differentiable);
    EXPECT_NE(s.status.message.find("twice"), std::string::npos);
    EXPECT_TRUE(std::isnan(s.at(0, 0, 0)));
    EXPECT_TRUE(s.result.status.ok());
    run.parameters.push_back({twice, 0.6});  // a value of its own
    EXPECT_TRUE(solver.forward(run, std::vector<Input>{twice}).status.ok());
    EXPECT_FALSE(solver.refusal(run, Input::event_time(3)).empty());
    EXPECT_TRUE(solver.refusal(run, parameter(system, "half")).empty());
}

TEST(Sensitivity, OfAFailedRunIsNaNFromThereOnWithTheReason) {
    zoo::NetworkMaker m;  // x' = x^2 k: infinite at t = 1 / (k x0)
    m.parameter("k", "1").species("X", "1").reaction({"X", "X"}, {"X", "X", "X"}, {"k"});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {0.5, 2.0};
    run.recording.species = {SpeciesId{0}};
    const Sensitivities s =
        SensitivitySolver{system}.forward(run, std::vector<Input>{ParameterId{0}});
    EXPECT_FALSE(s.status.ok());
    EXPECT_FALSE(s.status.message.empty());
    EXPECT_TRUE(near_rel(s.at(0, 0, 0), 0.5 / 0.25, 1e-4));  // x = 1 / (1 - k t)
    EXPECT_TRUE(std::isnan(s.at(1, 0, 0)));
}

TEST(ForwardSensitivity, GivesTheSameBytesForEveryNumberOfThreadsAndLanes) {
    const eqn::System system = compiled(rich_network(21, true));
    std::vector<SensitivityTask> tasks;
    for (std::size_t i = 0; i < 11; ++i) {
        Subject run = dosed_run(system);
        run.parameters.push_back({parameter(system, "k0"), 0.5 + 0.1 * static_cast<double>(i)});
        tasks.push_back({run, all_inputs(system, run)});
    }
    SensitivityOptions plain = with_rtol(1e-4);
    plain.target = math::Target::portable;
    plain.lanes = 1;
    const std::vector<Sensitivities> expected = SensitivitySolver{system, plain}.forward(tasks);
    const auto same = [](const std::vector<double>& a, const std::vector<double>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
            return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
        });
    };
    for (const SystemKernels& kernels : system_kernels()) {
        for (const unsigned threads : {1U, 3U}) {
            SensitivityOptions options = with_rtol(1e-4);
            options.target = kernels.math->target;
            options.lanes = kernels.math->width;
            options.threads = threads;
            const std::vector<Sensitivities> found =
                SensitivitySolver{system, options}.forward(tasks);
            for (std::size_t i = 0; i < tasks.size(); ++i) {
                EXPECT_TRUE(same(found[i].values, expected[i].values));
                EXPECT_TRUE(same(found[i].result.values, expected[i].result.values));
                EXPECT_TRUE(same(found[i].end_state, expected[i].end_state));
            }
        }
    }
}

TEST(ForwardSensitivity, OfAnInputIsTheSameBytesWhateverStandsBesideIt) {
    // Packs are chosen by the number of inputs, and tables by which of them share a pack.
    const eqn::System system = compiled(rich_network(23, true));
    const Subject run = dosed_run(system);
    std::vector<Input> inputs = all_inputs(system, run);
    ASSERT_GT(inputs.size(), 17U);
    SensitivitySolver solver{system, with_rtol(1e-4)};
    const Sensitivities all = solver.forward(run, inputs);
    ASSERT_TRUE(all.status.ok()) << all.status.message;
    for (const std::size_t count : {1U, 3U, 8U, 9U, 16U, 17U}) {
        const Sensitivities few = solver.forward(run, std::span{inputs}.first(count));
        ASSERT_TRUE(few.status.ok()) << few.status.message;
        for (std::size_t row = 0; row < run.output_times.size(); ++row) {
            for (std::size_t column = 0; column < few.result.columns; ++column) {
                for (std::size_t i = 0; i < count; ++i) {
                    ASSERT_EQ(few.at(row, column, i), all.at(row, column, i))
                        << name(inputs[i], system, run) << " among " << count;
                }
            }
        }
    }
}

}  // namespace
}  // namespace erbium::sim
