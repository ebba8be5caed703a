// SPDX-License-Identifier: Apache-2.0
// erbium/sim/reduction.hpp: how much of a system has to be solved for together, decided once.
// Reads: eqn::System   Makes: Reduction   Used by: sim::Solver, sim::BatchSolver, apps
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "erbium/eqn/elimination.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/math/sparse_pattern.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// What was found in a system and what was made of it; part of every result's record.
struct ReductionReport {
    Reducing reducing{};
    struct Law {
        std::string dependent;  ///< the species that needs no equation; empty: law not used
        std::size_t members{};  ///< species of the law
    };
    std::size_t states{};      ///< of the system
    std::size_t dependents{};  ///< species that follow from others by a law
    std::vector<Law> laws;     ///< all that were found; with Reducing::none they are not sought
    /// Of the Jacobian that is factorised: strongly connected components of more than one species,
    /// the species of the largest, and the species alone, which need no factorisation.
    std::size_t blocks{};
    std::size_t largest_block{};
    std::size_t alone{};
    std::size_t entries_before{};  ///< of the Jacobian
    std::size_t entries_after{};
    /// Of one factorisation, in the better of two orders; counted only when laws were used and
    /// there are at most 1,500 states, else 0.
    double flops_before{};
    double flops_after{};
};

/// The part of a system that is integrated and factorised: all states but those that conservation
/// laws give.
///
/// A law is used when one of its species can go without the Jacobian gaining entries; of its
/// species the one with the smallest balance. Laws are tried by ascending number of members. If all
/// of them together make a factorisation dearer, fill included, none is used. Laws over many
/// species, which the molecules of a large network have, so mostly stay: see bench/reduction.md.
/// With algebraic states, whose rows are no rates of change, no law is sought.
/// Deterministic: the system's tables alone decide.
class Reduction {
public:
    /// Cost: when laws are used, four symbolic factorisations; else little.
    [[nodiscard]] static Reduction of(const eqn::System& system,
                                      Reducing reducing = Reducing::where_it_pays);

    [[nodiscard]] const eqn::Elimination& elimination() const noexcept { return elimination_; }
    /// Of the Jacobian that is factorised.
    [[nodiscard]] math::SparsePattern pattern() const noexcept {
        return {elimination_.column_begins(), elimination_.row_of_entry()};
    }
    [[nodiscard]] const std::shared_ptr<const ReductionReport>& report() const noexcept {
        return report_;
    }

private:
    Reduction(eqn::Elimination elimination, std::shared_ptr<const ReductionReport> report)
        : elimination_{std::move(elimination)}, report_{std::move(report)} {}

    eqn::Elimination elimination_;
    std::shared_ptr<const ReductionReport> report_;
};

}  // namespace erbium::sim
