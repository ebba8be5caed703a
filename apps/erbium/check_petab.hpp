// SPDX-License-Identifier: Apache-2.0
// apps/erbium/check_petab.hpp: what `erbium check` does with a PEtab problem.
#pragma once

#include <string>

#include "commands.hpp"
#include "erbium/petab/bind.hpp"

namespace erbium::app {

/// A file that is there and ends in .yaml or .yml: PEtab's.
[[nodiscard]] bool is_petab_problem(const std::string& target);

/// Holds the gradient of the problem's objective against differences, a little beside the nominal
/// values, for at an optimum it is 0. Exit::some_failed when a slope disagrees, Exit::numerical
/// when the objective has no value there, Exit::unsupported where an experiment has no derivatives.
[[nodiscard]] Exit check_petab_derivatives(const CheckCommand& command);

}  // namespace erbium::app
