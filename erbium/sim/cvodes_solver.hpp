// SPDX-License-Identifier: Apache-2.0
// erbium/sim/cvodes_solver.hpp: the integrator: SUNDIALS' variable-order BDF behind a plain face.
// Reads: ReferenceKernel   Used by: sim::Solver
// All contact with SUNDIALS is in cvodes_solver.cpp, for its interface changes between versions.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// Integrates dy/dt = f(t, y) from a start, step by step. Newton's matrix I - gamma J is analytic
/// and sparse. Allocates only when made; one object serves any number of starts.
class Integrator {
public:
    /// The kernel must outlive the integrator; its parameters may change between a stop and the
    /// next start().
    explicit Integrator(eqn::ReferenceKernel& kernel);
    ~Integrator();
    Integrator(const Integrator&) = delete;
    Integrator& operator=(const Integrator&) = delete;

    /// Begins a new run: statistics and fallbacks are cleared, and nothing of earlier runs is kept
    /// that could change a bit of this one.
    void begin_run(double rtol, std::size_t max_steps);

    /// (Re)starts at (t, y), with order 1 and a step size found anew. Never steps past `stop`.
    void start(double t, std::span<const double> y, double atol, double stop);

    /// Integrates to exactly `t` (by interpolation inside a step) and writes the state there.
    [[nodiscard]] Status advance(double t, std::span<double> y);

    /// Takes one step of its own size; `t` becomes its end.
    [[nodiscard]] Status step(double& t, std::span<double> y);
    [[nodiscard]] double last_step_size() const;

    /// Newton's correction of the implicit Euler step of length h from y: (I - h J)^-1 h f(t, y).
    /// False when it is not finite.
    [[nodiscard]] bool euler_correction(double t, std::span<const double> y, double h,
                                        std::span<double> correction);

    [[nodiscard]] Statistics statistics() const;
    [[nodiscard]] const std::vector<std::string>& fallbacks() const noexcept;

private:
    struct Cvodes;
    std::unique_ptr<Cvodes> cvodes_;
};

}  // namespace erbium::sim
