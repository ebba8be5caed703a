// SPDX-License-Identifier: Apache-2.0
// erbium/sim/derivative_check.hpp: holds derivatives against central differences and each other.
// Reads: eqn::System, Run   Used by: erbium check --derivatives, tests
#pragma once

#include <span>
#include <string>
#include <vector>

#include "erbium/sim/sensitivity.hpp"

namespace erbium::sim {

/// What was found for one input: the recorded number whose derivative deviates most.
struct CheckedInput {
    Input input;
    std::string name;
    std::string refusal;  ///< when there is no derivative by it; then nothing else is meaningful
    std::size_t row{};
    std::size_t column{};
    double forward{};
    double difference{};  ///< central, extrapolated
    /// |forward - difference| over the column's largest derivative by this input; or over a
    /// thousandth of its largest value per value of the input, where that is more.
    double deviation{};
    double noise{};  ///< what the difference can be trusted to, in the same measure
    /// Of the sum of all recorded numbers, over the sum of magnitudes; or over a thousandth of all
    /// values per value of the input, where that is more.
    double adjoint_deviation{};
    bool agrees{};
    /// Some derivative could be told from one that is half as large. When none could, the runs were
    /// too noisy, and agreement says nothing.
    bool is_decided{};
};

struct DerivativeCheck {
    Status status;  ///< of the run itself
    std::vector<CheckedInput> inputs;
    std::size_t runs{};
};

/// Solves the run at the options' tolerances for its derivatives, and four times per input with the
/// input moved by 1e-3 and half of that: of its value; of an amount that is added, of the initial
/// amount of its species, or where that is 0 of the largest; where all that is 0, of 1. The
/// difference is trusted to what the two disagree by, up to 0.05, and to the tolerance over the
/// step. Agreement is a deviation below 10 times that plus 1e-4, and adjoint = forward within 1e-6.
[[nodiscard]] DerivativeCheck check_derivatives(const eqn::System& system, const Run& run,
                                                std::span<const Input> inputs,
                                                const SensitivityOptions& options);

/// The same for derivatives that are at hand: by `inputs`, none of which is refused.
/// @param adjoint  of the sum of all recorded numbers
[[nodiscard]] DerivativeCheck check_derivatives(const eqn::System& system, const Run& run,
                                                std::span<const Input> inputs,
                                                const SensitivityOptions& options,
                                                const Sensitivities& forward,
                                                const Gradient& adjoint);

/// Every parameter that is a number of its own, in the order of the system.
[[nodiscard]] std::vector<Input> independent_parameters(const eqn::System& system);

/// The run with the number that an input stands for moved.
[[nodiscard]] Run moved(Run run, const eqn::System& system, const Input& input, double by);

/// The number that an input stands for; 0 for an initial amount, which is one that is added.
[[nodiscard]] double value_of(const eqn::System& system, const Run& run, const Input& input);

}  // namespace erbium::sim
