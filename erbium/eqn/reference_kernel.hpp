// SPDX-License-Identifier: Apache-2.0
// erbium/eqn/reference_kernel.hpp: the plain scalar interpreter that defines what the tables mean.
// Reads: System   Used by: sim, and the tests of every faster kernel
#pragma once

#include <span>
#include <vector>

#include "erbium/eqn/system.hpp"

namespace erbium::eqn {

/// One subject's workspace. Not for sharing between threads; allocates only when made.
///
/// All functions take y (length state_count) and may see any values, NaN included.
class ReferenceKernel {
public:
    explicit ReferenceKernel(System system);

    [[nodiscard]] const System& system() const noexcept { return system_; }

    /// Back to the model's own parameter values.
    void reset_parameters() noexcept;
    /// Sets parameters on top of those already set; constants are recomputed.
    void set_parameters(std::span<const ParameterValue> values) noexcept;
    [[nodiscard]] double parameter(ParameterId p) const noexcept { return slots_[system_.slot(p)]; }

    /// True when the parameter was set since the last reset_parameters().
    [[nodiscard]] bool is_set(ParameterId p) const noexcept { return is_set_[p.value] != 0; }
    /// All slots as they stand after the last call; see kernel_abi.hpp.
    [[nodiscard]] std::span<const double> slots() const noexcept { return slots_; }

    /// Initial amounts under the present parameters.
    void initial_state(std::span<double> y) const noexcept;

    /// dy/dt at (t, y); `rate` has length state_count.
    void rhs(double t, std::span<const double> y, std::span<double> rate) noexcept;

    /// df/dy at (t, y); `entries` has length jacobian_size, in CSC order.
    void jacobian(double t, std::span<const double> y, std::span<double> entries) noexcept;
    /// Other sums of the same partial derivatives (Elimination::jacobian); one entry per row.
    void jacobian(double t, std::span<const double> y, const Rows& sums,
                  std::span<double> entries) noexcept;

    /// df/dt at (t, y), y held; `slope` has length state_count.
    void time_slope(double t, std::span<const double> y, std::span<double> slope) noexcept;

    /// Writes the slots of rate coefficients at (t, y): the part of rhs() that is computed by a
    /// tape. For kernels that do the rest their own way.
    void evaluate_coefficients(double t, std::span<const double> y) noexcept {
        run_rate_tape(t, y.data());
    }
    /// The same for the slots that jacobian() reads.
    void evaluate_slopes(double t, std::span<const double> y) noexcept {
        run_rate_tape(t, y.data());
        run(program_.slope_tape, y.data());
    }

    /// Rate of each reaction at the last rhs(), by ReactionId.
    [[nodiscard]] std::span<const double> reaction_rates() const noexcept { return rates_; }

    /// Computes observables and functions at (t, y); read them with observable() and function().
    void observe(double t, std::span<const double> y) noexcept;
    [[nodiscard]] double observable(ObservableId o) const noexcept {
        return slots_[system_.slot(o)];
    }
    [[nodiscard]] double function(FunctionId f) const noexcept { return slots_[system_.slot(f)]; }

    /// Computes triggers, what belongs to them and comparisons at (t, y); read them with slot().
    void evaluate_events(double t, std::span<const double> y) noexcept;
    /// The present value of a slot of System::events(), roots() or stop_time_slots().
    [[nodiscard]] double slot(Slot s) const noexcept { return slots_[s]; }

    /// From here on the comparisons of System::roots() that are in rates keep, in rhs() and
    /// jacobian(), the value they have at (t, y), so that dy/dt is smooth over a step.
    void hold_comparisons(double t, std::span<const double> y) noexcept;
    void release_comparisons() noexcept { are_held_ = false; }

private:
    void compute_constants() noexcept;
    void run(std::span<const Instruction> tape, const double* y) noexcept;
    void run_rate_tape(double t, const double* y) noexcept;

    System system_;
    Program program_;
    std::vector<double> slots_;
    std::vector<std::uint8_t> is_set_;  // by parameter
    std::vector<double> rates_;         // by reaction
    std::vector<double> partials_;      // products, then their sums
    std::vector<double> time_partials_;
    struct HeldComparison {
        Slot slot{};
        double value{};
    };
    std::vector<HeldComparison> held_;         // roots that are in rates
    std::vector<Instruction> held_rate_tape_;  // the rate tape without those
    bool are_held_{};
};

}  // namespace erbium::eqn
