// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/derivative_check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "erbium/eqn/reference_kernel.hpp"

namespace erbium::sim {
namespace {

constexpr double kRelativeStep = 1e-3;
constexpr double kMostDeviation = 1e-4;
constexpr double kMostNoises = 10.0;
// Beyond this a curve is a jump, which the derivative may have missed.
constexpr double kMostCurvature = 0.05;
constexpr double kMostAdjointDeviation = 1e-6;
// Beyond this a deviation that is allowed leaves everything open.
constexpr double kMostAllowed = 0.5;

/// Largest |value| of a column over all rows.
double column_size(const Result& result, std::size_t column) {
    double size = 0.0;
    for (std::size_t row = 0; row < result.times.size(); ++row) {
        size = std::max(size, std::fabs(result.at(row, column)));
    }
    return size;
}

/// What a derivative of a column is measured by at least: a thousandth of its value per value of
/// the input, which was moved by h.
double least_size(double value, double h) noexcept {
    return kRelativeStep * kRelativeStep * value / h;
}

/// |adjoint - forward| of the sum of all recorded numbers, over the sum of magnitudes; or of what
/// these are measured by at least, for sums that cancel leave their rounding.
double adjoint_deviation(const Sensitivities& s, std::size_t input, double h, double adjoint) {
    const Result& result = s.result;
    double sum = 0.0;
    double size = 0.0;
    double least = 0.0;
    for (std::size_t column = 0; column < result.columns; ++column) {
        for (std::size_t row = 0; row < result.times.size(); ++row) {
            sum += s.at(row, column, input);
            size += std::fabs(s.at(row, column, input));
            least += least_size(std::fabs(result.at(row, column)), h);
        }
    }
    return adjoint == sum ? 0.0 : std::fabs(adjoint - sum) / std::max(size, least);
}

struct Difference {
    double value{};      ///< extrapolated
    double curvature{};  ///< by how much the wide and the narrow one differ
    double size{};       ///< of the larger of these: what extrapolation leaves is measured by it
};

/// Of one recorded number, from runs at -h, -h/2, h/2 and h.
Difference difference_of(std::span<const Sensitivities> around, std::size_t row, std::size_t column,
                         double h) {
    const auto at = [&](std::size_t i) { return around[i].result.at(row, column); };
    const double wide = (at(3) - at(0)) / (2.0 * h);
    const double narrow = (at(2) - at(1)) / h;
    return {narrow + (narrow - wide) / 3.0, std::fabs(narrow - wide),
            std::max(std::fabs(narrow), std::fabs(wide))};
}

/// Compares one input's derivatives with runs at -h, -h/2, h/2 and h.
void compare(const Sensitivities& s, std::size_t input, double h,
             std::span<const Sensitivities> around, double rtol, CheckedInput& checked) {
    const Result& result = s.result;
    checked.agrees = true;
    double worst = -1.0;
    for (std::size_t column = 0; column < result.columns; ++column) {
        const double value = column_size(result, column);
        double size = least_size(value, h);
        std::vector<Difference> differences;
        for (std::size_t row = 0; row < result.times.size(); ++row) {
            differences.push_back(difference_of(around, row, column, h));
            size = std::max({size, std::fabs(s.at(row, column, input)), differences.back().size});
        }
        for (std::size_t row = 0; size > 0.0 && row < result.times.size(); ++row) {
            const Difference& difference = differences[row];
            // Runs at other numbers take other steps; they differ by tolerances.
            const double noise = 10.0 * rtol * value / h;
            const double forward = s.at(row, column, input);
            const double deviation = std::fabs(forward - difference.value) / size;
            const double allowed =
                kMostDeviation + kMostNoises * noise / size +
                std::min(kMostNoises * difference.curvature / size, kMostCurvature);
            checked.agrees = checked.agrees && deviation <= allowed;  // NaN does not
            checked.is_decided = checked.is_decided || allowed < kMostAllowed;
            // NaN counts as the worst.
            if (!(deviation <= worst)) {
                worst = deviation;
                checked.row = row;
                checked.column = column;
                checked.forward = forward;
                checked.difference = difference.value;
                checked.deviation = deviation;
                checked.noise = (noise + difference.curvature) / size;
            }
        }
    }
    // Where nothing that was recorded is there or moves, 0 is right.
    checked.is_decided = checked.is_decided || worst < 0.0;
}

/// The input's value, or what else tells how far to move it.
double step_of(const eqn::System& system, const Run& run, const Input& input) {
    double size = std::fabs(value_of(system, run, input));
    if (input.kind == Input::Kind::initial_amount) {
        eqn::ReferenceKernel kernel{system};
        kernel.set_parameters(run.parameters);
        std::vector<double> y(system.state_count());
        kernel.initial_state(y);
        size = std::fabs(y[input.index]);
        for (std::size_t i = 0; input.index < y.size() && y[input.index] == 0.0 && i < y.size();
             ++i) {
            size = std::max(size, std::fabs(y[i]));
        }
    }
    return kRelativeStep * (size == 0.0 ? 1.0 : size);
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
    SensitivitySolver solver{system, options};
    std::vector<Input> kept;
    std::vector<std::string> refusals;
    for (const Input& input : inputs) {
        refusals.push_back(solver.refusal(run, input));
        if (refusals.back().empty()) {
            kept.push_back(input);
        }
    }
    const Gradient adjoint =
        solver.gradient(run, kept, [](std::size_t /*task*/, const Result& result) {
            return std::vector<double>(result.values.size(), 1.0);
        });
    DerivativeCheck check =
        check_derivatives(system, run, kept, options, solver.forward(run, kept), adjoint);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!refusals[i].empty()) {
            check.inputs.insert(
                check.inputs.begin() + static_cast<std::ptrdiff_t>(i),
                {.input = inputs[i], .name = name(inputs[i], system, run), .refusal = refusals[i]});
        }
    }
    return check;
}

DerivativeCheck check_derivatives(const eqn::System& system, const Run& run,
                                  std::span<const Input> inputs, const SensitivityOptions& options,
                                  const Sensitivities& forward, const Gradient& adjoint) {
    DerivativeCheck check;
    check.status = forward.status;
    std::vector<SensitivityTask> tasks;
    std::vector<double> steps;
    for (const Input& input : inputs) {
        steps.push_back(step_of(system, run, input));
        const double h = steps.back();
        for (const double by : {-h, -0.5 * h, 0.5 * h, h}) {
            tasks.push_back({moved(run, system, input, by), {}});
        }
    }
    const std::vector<Sensitivities> around = SensitivitySolver{system, options}.forward(tasks);
    check.runs = tasks.size() + 2;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        CheckedInput& checked = check.inputs.emplace_back();
        checked.input = inputs[i];
        checked.name = name(inputs[i], system, run);
        compare(forward, i, steps[i], std::span{around}.subspan(4 * i, 4),
                options.solver.tolerances.rtol, checked);
        checked.adjoint_deviation = adjoint_deviation(forward, i, steps[i], adjoint.values[i]);
        checked.agrees = checked.agrees && checked.adjoint_deviation <= kMostAdjointDeviation;
    }
    return check;
}

}  // namespace erbium::sim
