// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/derivative_check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace erbium::sim {
namespace {

constexpr double kRelativeStep = 1e-3;
constexpr double kMostDeviation = 1e-4;
constexpr double kMostNoises = 10.0;
// Beyond this a curve is a jump, which the derivative may have missed.
constexpr double kMostCurvature = 0.05;
constexpr double kMostAdjointDeviation = 1e-6;

/// Largest |value| of a column over all rows.
double column_size(const Result& result, std::size_t column) {
    double size = 0.0;
    for (std::size_t row = 0; row < result.times.size(); ++row) {
        size = std::max(size, std::fabs(result.at(row, column)));
    }
    return size;
}

/// Compares one input's derivatives with runs at -h, -h/2, h/2 and h.
void compare(const Sensitivities& s, std::size_t input, double h,
             std::span<const Sensitivities> around, double rtol, CheckedInput& checked) {
    const Result& result = s.result;
    checked.agrees = true;
    double worst = -1.0;
    for (std::size_t column = 0; column < result.columns; ++column) {
        const double value = column_size(result, column);
        double size = kRelativeStep * kRelativeStep * value / h;  // a thousandth per input
        for (std::size_t row = 0; row < result.times.size(); ++row) {
            size = std::max(size, std::fabs(s.at(row, column, input)));
        }
        for (std::size_t row = 0; size > 0.0 && row < result.times.size(); ++row) {
            const auto at = [&](std::size_t i) { return around[i].result.at(row, column); };
            const double wide = (at(3) - at(0)) / (2.0 * h);
            const double narrow = (at(2) - at(1)) / h;
            const double difference = narrow + (narrow - wide) / 3.0;
            // Runs at other numbers take other steps; they differ by tolerances.
            const double curvature = std::fabs(narrow - wide);
            // Runs at other numbers take other steps; they differ by tolerances.
            const double noise = 10.0 * rtol * value / h;
            const double forward = s.at(row, column, input);
            const double deviation = std::fabs(forward - difference) / size;
            const double allowed = kMostNoises * noise / size +
                                   std::min(kMostNoises * curvature / size, kMostCurvature);
            if (!(deviation <= allowed + kMostDeviation)) {
                checked.agrees = false;
            }
            // NaN counts as the worst.
            if (!(deviation <= worst)) {
                worst = deviation;
                checked.row = row;
                checked.column = column;
                checked.forward = forward;
                checked.difference = difference;
                checked.deviation = deviation;
                checked.noise = (noise + curvature) / size;
            }
        }
    }
}

}  // namespace

std::vector<Input> independent_parameters(const eqn::System& system) {
    std::vector<Input> inputs;
    for (std::uint32_t p = 0; p < system.parameters().size(); ++p) {
        if (!system.is_derived(ParameterId{p})) {
            inputs.emplace_back(ParameterId{p});
        }
    }
    return inputs;
}

double value_of(const eqn::System& system, const Run& run, const Input& input) {
    switch (input.kind) {
        case Input::Kind::parameter:
            for (auto value = run.parameters.rbegin(); value != run.parameters.rend(); ++value) {
                if (value->parameter.value == input.index) {
                    return value->value;
                }
            }
            return system.parameter_values()[input.index];
        case Input::Kind::initial_amount:
            return 0.0;
        case Input::Kind::equilibration_value:
            return run.equilibration->parameters[input.index].value;
        case Input::Kind::event_parameter:
            return run.events[input.event].parameters[input.index].value;
        case Input::Kind::event_amount:
            return run.events[input.event].states[input.index].value;
        case Input::Kind::event_time:
            return run.events[input.event].time;
    }
    return 0.0;
}

Run moved(Run run, const eqn::System& system, const Input& input, double by) {
    const double value = value_of(system, run, input) + by;
    switch (input.kind) {
        case Input::Kind::parameter:
            run.parameters.push_back({ParameterId{input.index}, value});
            break;
        case Input::Kind::initial_amount:
            run.initial_state.push_back({SpeciesId{input.index}, StateChange::Kind::add, by});
            break;
        case Input::Kind::equilibration_value:
            run.equilibration->parameters[input.index].value = value;
            break;
        case Input::Kind::event_parameter:
            run.events[input.event].parameters[input.index].value = value;
            break;
        case Input::Kind::event_amount:
            run.events[input.event].states[input.index].value = value;
            break;
        case Input::Kind::event_time:
            run.events[input.event].time = value;
            break;
    }
    return run;
}

DerivativeCheck check_derivatives(const eqn::System& system, const Run& run,
                                  std::span<const Input> inputs,
                                  const SensitivityOptions& options) {
    DerivativeCheck check;
    SensitivitySolver solver{system, options};
    std::vector<Input> kept;
    std::vector<std::size_t> place;
    for (const Input& input : inputs) {
        CheckedInput& checked = check.inputs.emplace_back();
        checked.input = input;
        checked.name = name(input, system, run);
        checked.refusal = solver.refusal(run, input);
        if (checked.refusal.empty()) {
            place.push_back(check.inputs.size() - 1);
            kept.push_back(input);
        }
    }
    const Sensitivities forward = solver.forward(run, kept);
    const Gradient adjoint =
        solver.gradient(run, kept, [](std::size_t /*task*/, const Result& result) {
            return std::vector<double>(result.values.size(), 1.0);
        });
    check.status = forward.status;
    std::vector<SensitivityTask> tasks;
    std::vector<double> steps;
    for (const Input& input : kept) {
        const double value = value_of(system, run, input);
        const double h = kRelativeStep * (value == 0.0 ? 1.0 : std::fabs(value));
        steps.push_back(h);
        for (const double by : {-h, -0.5 * h, 0.5 * h, h}) {
            tasks.push_back({moved(run, system, input, by), {}});
        }
    }
    const std::vector<Sensitivities> around = solver.forward(tasks);
    check.runs = tasks.size() + 2;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        CheckedInput& checked = check.inputs[place[i]];
        compare(forward, i, steps[i], std::span{around}.subspan(4 * i, 4),
                options.solver.tolerances.rtol, checked);
        double sum = 0.0;
        double size = 0.0;
        for (std::size_t v = 0; v < forward.result.values.size(); ++v) {
            sum += forward.values[v * kept.size() + i];
            size += std::fabs(forward.values[v * kept.size() + i]);
        }
        checked.adjoint_deviation =
            adjoint.values[i] == sum ? 0.0 : std::fabs(adjoint.values[i] - sum) / size;
        checked.agrees = checked.agrees && checked.adjoint_deviation <= kMostAdjointDeviation;
    }
    return check;
}

}  // namespace erbium::sim
