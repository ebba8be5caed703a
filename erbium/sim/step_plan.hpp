// SPDX-License-Identifier: Apache-2.0
// erbium/sim/step_plan.hpp: how the linear systems of steps over lanes are solved.
// Reads: SparsePattern   Used by: sim::BatchSolver, sim::RecordedModel
#pragma once

#include <variant>

#include "erbium/math/lu_plan.hpp"
#include "erbium/math/supernode_plan.hpp"

namespace erbium::sim {

/// One matrix per lane, or, for large systems, one matrix after another.
using StepPlan = std::variant<math::LuPlan, math::SupernodePlan>;

/// The pattern alone decides: the two round differently, and results must not depend on the
/// machine.
[[nodiscard]] StepPlan plan_of_steps(const math::SparsePattern& pattern);

}  // namespace erbium::sim
