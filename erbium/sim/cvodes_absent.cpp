// SPDX-License-Identifier: Apache-2.0
// erbium/sim/cvodes_absent.cpp: built in place of cvodes_solver.cpp where there is no SUNDIALS.
#include "erbium/sim/cvodes_solver.hpp"

namespace erbium::sim {

bool has_cvode() noexcept {
    return false;
}

std::unique_ptr<Integrator> make_cvodes_integrator(eqn::ReferenceKernel& /*kernel*/) {
    return nullptr;
}

}  // namespace erbium::sim
