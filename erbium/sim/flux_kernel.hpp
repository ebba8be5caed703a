// SPDX-License-Identifier: Apache-2.0
// erbium/sim/flux_kernel.hpp: dy/dt of one subject by net fluxes.
// Reads: eqn::Program, ReferenceKernel   Used by: integrators of single runs
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"

namespace erbium::sim {

/// What ReferenceKernel::rhs() computes, but for rounding: reactions of the same or the opposite
/// change of state (the two directions of a binding; one kind of reaction of many complexes) are
/// added first, so that each species sums half of the terms or less. That saves time on large
/// networks (bench/single.md), and the two directions of a reaction that balance cancel before they
/// meet larger fluxes: totals drift less.
class FluxKernel {
public:
    /// The kernel must outlive it; its parameters and held comparisons count.
    explicit FluxKernel(eqn::ReferenceKernel& kernel);

    /// dy/dt at (t, y); see ReferenceKernel::rhs.
    void rhs(double t, std::span<const double> y, std::span<double> rate) noexcept;

private:
    /// slots[slot] * y[first] * y[second], as far as there are that many.
    struct Flux {
        eqn::Slot slot{};
        std::uint32_t first{};
        std::uint32_t second{};
    };
    /// Sum of values: those added, then those taken away, then those with other weights.
    struct Sum {
        std::uint32_t plus_end{};
        std::uint32_t minus_end{};
        std::uint32_t end{};
    };
    void add_fluxes(const std::vector<std::uint8_t>& is_needed, std::vector<std::uint32_t>& places);
    void add_sum(std::span<const eqn::Term> terms, std::vector<Sum>& sums);
    [[nodiscard]] double sum(const Sum& row, std::uint32_t begin) const noexcept;

    eqn::ReferenceKernel& kernel_;
    eqn::Program program_;
    std::vector<Flux> fluxes_;  // without states, then of one, two
    std::uint32_t none_end_{};
    std::uint32_t one_end_{};
    std::vector<eqn::Product> long_fluxes_;  // of more, after them
    std::vector<Sum> nets_;                  // of fluxes; after the fluxes in values_
    std::vector<Sum> rows_;                  // by species; of fluxes and nets
    std::vector<std::uint32_t> indices_;     // into values_; of nets, then rows, one after another
    std::vector<double> weights_;
    std::vector<double> values_;
};

}  // namespace erbium::sim
