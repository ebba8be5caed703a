// SPDX-License-Identifier: Apache-2.0
// tests/sim/derivative_check_test.cpp: the checker of derivatives finds wrong ones, and no others.
#include "erbium/sim/derivative_check.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "sensitivity_models.hpp"

namespace erbium::sim {
namespace {

SensitivityOptions with_rtol(double rtol) {
    return {.solver = {.tolerances = {rtol, rtol * 1e-4}}};
}

TEST(DerivativeCheck, FindsAgreementOnRichSystemsAndNamesWhatIsRefused) {
    const eqn::System system = compiled(rich_network(51, false));
    Subject run = dosed_run(system);
    std::vector<Input> inputs = all_inputs(system, run);
    std::erase_if(inputs, [](const Input& i) { return i.kind == Input::Kind::event_time; });
    inputs.emplace_back(parameter(system, "Km"));  // computed from others
    const DerivativeCheck check = check_derivatives(system, run, inputs, with_rtol(1e-9));
    ASSERT_TRUE(check.status.ok()) << check.status.message;
    ASSERT_EQ(check.inputs.size(), inputs.size());
    for (std::size_t i = 0; i + 1 < inputs.size(); ++i) {
        EXPECT_TRUE(check.inputs[i].agrees)
            << check.inputs[i].name << ": " << check.inputs[i].forward << " against "
            << check.inputs[i].difference;
    }
    EXPECT_NE(check.inputs.back().refusal.find("Km"), std::string::npos);
    EXPECT_FALSE(check.inputs.back().agrees);
}

TEST(DerivativeCheck, FindsTheJumpThatADerivativeAtHeldStatesMisses) {
    // The rate jumps as `late` passes 0.4999, near its value 0.5, where the slope is 0.
    zoo::NetworkMaker m;
    m.parameter("late", "0.5").parameter("k", "1").species("X", "1");
    m.function("stepped", "k*if(max(late,0)<0.4999,1,2)");
    m.reaction({"X"}, {}, {"stepped"}, net::RateLawKind::function);
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1.0};
    run.recording.species = {SpeciesId{0}};
    const std::vector<Input> inputs{parameter(system, "late"), parameter(system, "k")};
    const DerivativeCheck check = check_derivatives(system, run, inputs, with_rtol(1e-9));
    ASSERT_TRUE(check.inputs[0].refusal.empty()) << check.inputs[0].refusal;
    EXPECT_FALSE(check.inputs[0].agrees);
    EXPECT_TRUE(check.inputs[1].agrees);
}

/// What a run gives, to be spoiled before it is checked.
struct Derived {
    eqn::System system = compiled(rich_network(53, true));
    Subject run = dosed_run(system);
    std::vector<Input> inputs;
    SensitivityOptions options = with_rtol(1e-9);
    Sensitivities forward;
    Gradient adjoint;

    Derived() {
        inputs = all_inputs(system, run);
        std::erase_if(inputs, [](const Input& i) { return i.kind == Input::Kind::event_time; });
        SensitivitySolver solver{system, options};
        forward = solver.forward(run, inputs);
        adjoint = solver.gradient(run, inputs, [](std::size_t /*task*/, const Result& result) {
            return std::vector<double>(result.values.size(), 1.0);
        });
    }
    /// All recorded numbers' derivatives by one input.
    void change(std::size_t input, const std::function<double(double)>& by) {
        double sum = 0.0;
        for (std::size_t v = 0; v < forward.result.values.size(); ++v) {
            double& value = forward.values[v * inputs.size() + input];
            value = by(value);
            sum += value;
        }
        adjoint.values[input] = sum;  // wrong alike: only differences can tell
    }
    [[nodiscard]] bool differs_from(const Derived& other, std::size_t input) const {
        for (std::size_t v = input; v < forward.values.size(); v += inputs.size()) {
            if (!(forward.values[v] == other.forward.values[v])) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] DerivativeCheck check() const {
        return check_derivatives(system, run, inputs, options, forward, adjoint);
    }
};

TEST(DerivativeCheck, FindsEveryWrongDerivativeAndOnlyThose) {
    const Derived right;
    const DerivativeCheck found = right.check();
    ASSERT_TRUE(found.status.ok()) << found.status.message;
    const std::vector<std::function<double(double)>> mistakes = {
        [](double d) { return 1.3 * d; }, [](double d) { return -d; },
        [](double /*d*/) { return 0.0; }, [](double d) { return d + 1.0; },
        [](double /*d*/) { return std::nan(""); }};
    for (const auto& mistake : mistakes) {
        Derived wrong;
        for (std::size_t i = 0; i < wrong.inputs.size(); i += 2) {
            wrong.change(i, mistake);
        }
        const DerivativeCheck check = wrong.check();
        for (std::size_t i = 0; i < wrong.inputs.size(); ++i) {
            const CheckedInput& checked = check.inputs[i];
            EXPECT_TRUE(checked.is_decided) << checked.name;
            EXPECT_EQ(checked.agrees, !wrong.differs_from(right, i))
                << checked.name << ": " << checked.forward << " against " << checked.difference;
        }
    }
}

TEST(DerivativeCheck, FindsAnAdjointThatIsNotTheForwardDerivative) {
    Derived wrong;
    wrong.adjoint.values[1] *= 1.0 + 1e-5;
    wrong.adjoint.values[3] = std::nan("");
    const DerivativeCheck check = wrong.check();
    for (std::size_t i = 0; i < wrong.inputs.size(); ++i) {
        EXPECT_EQ(check.inputs[i].agrees, i != 1 && i != 3) << check.inputs[i].name;
    }
}

TEST(DerivativeCheck, FindsAMissingDerivativeOfWhatIsNotThere) {
    // X stays 0 while the influx is 0; its derivative by the influx is not. Y makes steps short.
    zoo::NetworkMaker m;
    m.parameter("influx", "0").parameter("k", "1").species("X", "0").species("Y", "1");
    m.reaction({"Y"}, {}, {"k"}).reaction({}, {"X"}, {"influx"}).reaction({"X"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1.0, 2.0};
    run.recording.species = {SpeciesId{0}};
    const std::vector<Input> inputs{parameter(system, "influx"), parameter(system, "k")};
    const SensitivityOptions options = with_rtol(1e-9);
    SensitivitySolver solver{system, options};
    Sensitivities forward = solver.forward(run, inputs);
    Gradient adjoint = solver.gradient(run, inputs, [](std::size_t /*task*/, const Result& result) {
        return std::vector<double>(result.values.size(), 1.0);
    });
    for (const bool is_missing : {false, true}) {
        if (is_missing) {
            std::fill(forward.values.begin(), forward.values.end(), 0.0);
            std::fill(adjoint.values.begin(), adjoint.values.end(), 0.0);
        }
        const DerivativeCheck check =
            check_derivatives(system, run, inputs, options, forward, adjoint);
        EXPECT_EQ(check.inputs[0].agrees, !is_missing);
        EXPECT_TRUE(check.inputs[1].agrees);
        EXPECT_TRUE(check.inputs[1].is_decided);
    }
}

TEST(DerivativeCheck, TakesNoRoundingOfWhatCancelsForADisagreement) {
    // Binding and release are both 1/slowness times what they were: nothing at rest depends on it.
    zoo::NetworkMaker m;
    m.parameter("slowness", "0.37").parameter("on", "1.3").parameter("off", "0.7");
    m.parameter("kf", "on/slowness").parameter("kr", "off/slowness");
    m.species("A", "1").species("B", "2").species("AB", "0");
    m.reaction({"A", "B"}, {"AB"}, {"kf"}).reaction({"AB"}, {"A", "B"}, {"kr"});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {50.0, 100.0};
    run.recording = Recording::all(system);
    const std::vector<Input> inputs{parameter(system, "slowness"), parameter(system, "on")};
    const DerivativeCheck check = check_derivatives(system, run, inputs, with_rtol(1e-9));
    for (const CheckedInput& checked : check.inputs) {
        EXPECT_TRUE(checked.agrees)
            << checked.name << ": " << checked.forward << " against " << checked.difference
            << ", adjoint " << checked.adjoint_deviation;
    }
}

TEST(DerivativeCheck, TakesNoRestOfAnExtrapolationForADisagreement) {
    // A dose of 0 that acts by its third power: differences are all curvature.
    zoo::NetworkMaker m;
    m.parameter("dose", "0").parameter("k", "1").species("X", "0").species("Y", "1");
    m.observable("Ys", {{"Y", 1.0}});
    m.function("influx", "k*dose*dose*dose/(1+dose*dose)*Ys");
    m.reaction({}, {"X"}, {"influx"}, net::RateLawKind::function).reaction({"Y"}, {}, {"k"});
    const eqn::System system = compiled(m.network());
    Subject run;
    run.output_times = {1.0, 2.0};
    run.recording.species = {SpeciesId{0}};
    const std::vector<Input> inputs{parameter(system, "dose")};
    const DerivativeCheck check = check_derivatives(system, run, inputs, with_rtol(1e-9));
    EXPECT_EQ(check.inputs[0].forward, 0.0);
    EXPECT_TRUE(check.inputs[0].agrees) << check.inputs[0].deviation;
}

TEST(DerivativeCheck, SaysWhenTheRunsAreTooNoisyToTell) {
    const eqn::System system = compiled(rich_network(54, false));
    const Subject run = dosed_run(system);
    const std::vector<Input> inputs{parameter(system, "kcat"), parameter(system, "total"),
                                    Input::initial_amount(SpeciesId{2})};
    for (const CheckedInput& checked :
         check_derivatives(system, run, inputs, with_rtol(1e-9)).inputs) {
        EXPECT_TRUE(checked.is_decided && checked.agrees) << checked.name;
        EXPECT_LT(checked.noise, 0.05) << checked.name;
    }
    for (const CheckedInput& checked :
         check_derivatives(system, run, inputs, with_rtol(1e-3)).inputs) {
        EXPECT_FALSE(checked.is_decided) << checked.name;
    }
}

}  // namespace
}  // namespace erbium::sim
