// SPDX-License-Identifier: Apache-2.0
// erbium/sim/differentiability.hpp: by which inputs a run can be differentiated, and why not.
// Reads: eqn::System, Run, Input   Used by: sim::SensitivitySolver
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/sim/sensitivity.hpp"

namespace erbium::sim {

/// Looks at the tapes of a system once.
class Differentiability {
public:
    explicit Differentiability(eqn::System system);

    /// A sentence that names the input; empty when there is a derivative.
    [[nodiscard]] std::string refusal(const Run& run, const Input& input) const;

private:
    /// Why the system has no derivative by anything that changes its states.
    [[nodiscard]] std::string refusal_of_system() const;
    [[nodiscard]] std::string refusal_of_parameter(ParameterId p) const;

    eqn::System system_;
    std::string system_refusal_;
    std::vector<std::string> parameter_refusals_;  // by ParameterId
};

}  // namespace erbium::sim
