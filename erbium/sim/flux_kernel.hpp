// SPDX-License-Identifier: Apache-2.0
// erbium/sim/flux_kernel.hpp: dy/dt of one subject by net fluxes.
// Reads: eqn::Program, ReferenceKernel   Used by: integrators of single runs
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/signed_sums.hpp"

namespace erbium::sim {

/// What ReferenceKernel::rhs() computes, but for rounding: reactions of the same or the opposite
/// change of state (the two directions of a binding; one kind of reaction of many complexes) are
/// added first, so that each species sums half of the terms or less. That saves time on large
/// networks (bench/single.md), and the two directions of a reaction that balance cancel before they
/// meet larger fluxes: totals drift less. What many reactions of one change have in common, one
/// state times the sum of coefficients times others (a complex that many enzymes change), is
/// multiplied once, and a sum that several such states meet is computed once.
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
    /// The two directions of a binding that no other reaction shares its change with: a flux of two
    /// states less one of a state.
    struct Exchange {
        Flux there;
        eqn::Slot back_slot{};
        std::uint32_t back{};
    };
    /// Of fluxes of two states that change the same: y[state] * frequencies[frequency].
    struct Turnover {
        std::uint32_t state{};
        std::uint32_t frequency{};
    };
    /// slots[slot] * y[state].
    struct Encounter {
        eqn::Slot slot{};
        std::uint32_t state{};
        friend auto operator<=>(const Encounter&, const Encounter&) = default;
    };
    using FrequencyIds = std::map<std::vector<Encounter>, std::uint32_t>;
    [[nodiscard]] std::vector<eqn::Term> take_turnovers(std::vector<eqn::Term>& group,
                                                        FrequencyIds& known);
    [[nodiscard]] std::optional<eqn::Term> take_exchange(const std::vector<eqn::Term>& group);
    [[nodiscard]] Flux flux_of(const eqn::Product& rate) const noexcept;
    void add_fluxes(const std::vector<std::uint8_t>& is_needed, std::vector<std::uint32_t>& places);

    eqn::ReferenceKernel& kernel_;
    eqn::Program program_;
    std::vector<Flux> fluxes_;  // without states, then of one, two
    std::uint32_t none_end_{};
    std::uint32_t one_end_{};
    std::vector<eqn::Product> long_fluxes_;  // of more, after them
    std::vector<Turnover> turnovers_;        // after the fluxes in values_
    std::vector<Encounter> encounters_;      // of frequencies, one after another
    std::vector<std::uint32_t> encounter_ends_;
    std::vector<double> frequencies_;
    std::vector<Exchange> exchanges_;  // after the turnovers
    SignedSums nets_;                  // of fluxes and turnovers; after the exchanges
    SignedSums rows_;                  // by species; of all values
    std::vector<double> values_;
};

}  // namespace erbium::sim
