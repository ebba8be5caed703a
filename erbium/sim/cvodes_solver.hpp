// SPDX-License-Identifier: Apache-2.0
// erbium/sim/cvodes_solver.hpp: SUNDIALS' variable-order BDF with KLU, where SUNDIALS was there.
// Reads: ReferenceKernel   Used by: sim::Solver
// All contact with SUNDIALS and KLU is in cvodes_solver.cpp; without them cvodes_absent.cpp is
// built.
#pragma once

#include <memory>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/integrator.hpp"

namespace erbium::sim {

/// True when the program was built with SUNDIALS.
[[nodiscard]] bool has_cvode() noexcept;

/// CVODES' BDF with an analytic sparse Jacobian, factorised by KLU in AMD's order: the reference
/// that the own integrator is held against. Null without SUNDIALS. The kernel must outlive it.
///
/// Limits: Newton's iteration ends by the size of its correction. Where a rate has an infinite
/// slope, as sqrt(x) at x = 0, corrections are small whatever the residual: a state that runs into
/// such a point can come to rest there instead of failing.
[[nodiscard]] std::unique_ptr<Integrator> make_cvodes_integrator(eqn::ReferenceKernel& kernel);

}  // namespace erbium::sim
