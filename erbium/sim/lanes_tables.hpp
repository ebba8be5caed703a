// SPDX-License-Identifier: Apache-2.0
// erbium/sim/lanes_tables.hpp: a compiled system's tables, arranged for kernels over lanes.
// Reads: eqn::Program   Makes: LaneTables   Used by: sim::LaneIntegrator
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "erbium/eqn/elimination.hpp"
#include "erbium/eqn/kernel_abi.hpp"
#include "erbium/eqn/system.hpp"

namespace erbium::sim {

/// Products of a slot and up to two states, by number of states, then those of more. The results
/// stand in this order: `none` of them, then `one`, `two`, `more`.
struct LaneProducts {
    std::uint32_t none{};
    std::uint32_t one{};
    std::uint32_t two{};
    std::uint32_t more{};
    const std::uint32_t* slots{};
    const std::uint32_t* first{};    ///< by product: a state, or for `more` where they begin
    const std::uint32_t* second{};   ///< by product: a state, or for `more` how many they are
    const std::uint32_t* factors{};  ///< states of `more`
};

/// One weighted sum: terms of weight 1, then of -1, then others.
struct LaneSum {
    std::uint32_t begin{};
    std::uint32_t plus_end{};
    std::uint32_t minus_end{};
    std::uint32_t end{};
};
struct LaneSums {
    std::uint32_t count{};
    const LaneSum* sums{};
    const std::uint32_t* indices{};
    const double* weights{};  ///< by term
};

/// Plain pointers, so that a kernel's translation unit needs no other header.
struct LaneProgram {
    std::uint32_t species{};
    std::uint32_t time_slot{};
    std::uint32_t product_sums{};  ///< partials that are sums of others, after the products
    const eqn::Instruction* rate_tape{};
    const eqn::Instruction* rate_tape_end{};
    const eqn::Instruction* slope_tape{};
    const eqn::Instruction* slope_tape_end{};
    const eqn::Instruction* time_slope_tape{};
    const eqn::Instruction* time_slope_tape_end{};
    const eqn::Term* observable_terms{};
    LaneProducts rates;
    LaneSums stoichiometry;
    LaneProducts partials;
    LaneSums partial_sums;
    LaneSums jacobian;
    LaneProducts time_partials;
    LaneSums time_slopes;
};

/// The tables behind a LaneProgram. Never changes; any number of threads may use one.
class LaneTables {
public:
    /// @param elimination  of this system; without it all states are solved for
    explicit LaneTables(eqn::System system,
                        std::optional<eqn::Elimination> elimination = std::nullopt);
    LaneTables(const LaneTables&) = delete;
    LaneTables& operator=(const LaneTables&) = delete;

    [[nodiscard]] const eqn::System& system() const noexcept { return system_; }
    /// Changes of states are to be completed by it.
    [[nodiscard]] const std::optional<eqn::Elimination>& elimination() const noexcept {
        return elimination_;
    }
    [[nodiscard]] const LaneProgram& program() const noexcept { return program_; }
    /// The same, but for comparisons of System::roots() in rates: their slots are not written, so
    /// that they keep what the caller put there.
    [[nodiscard]] const LaneProgram& held_program() const noexcept { return held_program_; }
    [[nodiscard]] std::size_t rate_count() const noexcept { return rate_count_; }
    [[nodiscard]] std::size_t partial_count() const noexcept { return partial_count_; }
    /// Where each partial derivative of the program stands among those of LaneProgram::partials.
    [[nodiscard]] std::span<const std::uint32_t> partial_places() const noexcept {
        return partials_.place;
    }
    [[nodiscard]] std::size_t time_partial_count() const noexcept {
        return time_partials_.slots.size();
    }
    /// Products that one evaluation of rates or of their derivatives needs room for.
    [[nodiscard]] std::size_t scratch_count() const noexcept {
        return std::max({rate_count_, partial_count_, time_partial_count()});
    }
    [[nodiscard]] std::size_t slot_count() const noexcept { return slot_count_; }
    /// True when df/dt is not 0 everywhere.
    [[nodiscard]] bool has_time_slope() const noexcept { return time_partial_count() > 0; }
    /// True when rates depend on time by themselves.
    [[nodiscard]] bool depends_on_time() const noexcept { return depends_on_time_; }

private:
    struct Products {
        std::vector<std::uint32_t> slots;
        std::vector<std::uint32_t> first;
        std::vector<std::uint32_t> second;
        std::vector<std::uint32_t> place;  // of each product of the program
        LaneProducts view;
    };
    struct Sums {
        std::vector<LaneSum> sums;
        std::vector<std::uint32_t> indices;
        std::vector<double> weights;
        LaneSums view;
    };
    static Products arrange(std::span<const eqn::Product> products,
                            std::span<const std::uint32_t> factors);
    /// @param place  where each index of the terms is found now
    static Sums arrange(const eqn::Rows& rows, const std::vector<std::uint32_t>& place);

    eqn::System system_;
    std::optional<eqn::Elimination> elimination_;
    Products rates_;
    Products partials_;
    Sums stoichiometry_;
    Sums partial_sums_;
    Sums jacobian_;
    Products time_partials_;
    Sums time_slopes_;
    std::size_t rate_count_{};
    std::size_t partial_count_{};
    std::size_t slot_count_{};
    bool depends_on_time_{};
    std::vector<eqn::Instruction> rate_tape_;  // tapes in an order of their own
    std::vector<eqn::Instruction> slope_tape_;
    std::vector<eqn::Instruction> time_slope_tape_;
    LaneProgram program_;
    std::vector<eqn::Instruction> held_rate_tape_;
    LaneProgram held_program_;
};

}  // namespace erbium::sim
