// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/reduction.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {
namespace {

using eqn::ConservationLaw;

// States; beyond, operations are not counted, for an order of elimination takes too long to find.
constexpr std::size_t kMostForCounting = 1500;

/// Rows of each column of the Jacobian, ascending.
using Columns = std::vector<std::vector<std::int32_t>>;

Columns columns_of(const eqn::System& system) {
    const eqn::Program program = system.program();
    Columns columns(program.species);
    for (std::size_t column = 0; column < columns.size(); ++column) {
        columns[column].assign(program.row_of_entry.begin() + program.column_begins[column],
                               program.row_of_entry.begin() + program.column_begins[column + 1]);
    }
    return columns;
}

bool has_row(const std::vector<std::int32_t>& column, std::int32_t row) {
    return std::binary_search(column.begin(), column.end(), row);
}

/// Operations of one factorisation, in the better of two orders.
double flops_of(const math::SparsePattern& pattern) {
    const auto in = [&](const math::Order& order) {
        math::BitMatrix filled = math::permuted_rows(pattern, order);
        math::fill_in(filled);
        return math::factor_flops(filled);
    };
    return std::min(in(math::minimum_degree_order(pattern)), in(math::markowitz_order(pattern)));
}

/// Chooses laws and their dependent species one after another.
class Chooser {
public:
    Chooser(const eqn::System& system, bool takes_all)
        : takes_all_{takes_all}, columns_{columns_of(system)}, is_taken_(columns_.size()) {
        count_rows();
    }

    /// Takes a species out by this law where that pays; says which.
    std::optional<SpeciesId> use(ConservationLaw law) {
        // Rid of the species that earlier laws gave.
        for (const eqn::Elimination::Choice& choice : choices_) {
            std::optional<ConservationLaw> rest = without(law, choice.law, choice.dependent);
            if (!rest) {
                return std::nullopt;
            }
            law = std::move(*rest);
        }
        std::optional<SpeciesId> best;
        std::int64_t least = takes_all_ ? std::numeric_limits<std::int64_t>::max() : 1;
        for (const auto& member : law.members) {
            if (std::abs(member.weight) == 1 && !is_taken_[member.species.value]) {
                if (const auto growth = entry_growth(law, member.species, least)) {
                    least = *growth;
                    best = member.species;
                }
            }
        }
        if (!best) {
            return std::nullopt;
        }
        eliminate(law, *best);
        // In no other law: those to come are rid of it, those before must not have it.
        for (const auto& member : law.members) {
            is_taken_[member.species.value] = true;
        }
        choices_.push_back({std::move(law), *best});
        return best;
    }

    [[nodiscard]] const std::vector<eqn::Elimination::Choice>& choices() const noexcept {
        return choices_;
    }

private:
    /// Entries that the Jacobian gains when d is given by the law, less those that it loses;
    /// nothing when that is not below `least`.
    [[nodiscard]] std::optional<std::int64_t> entry_growth(const ConservationLaw& law, SpeciesId d,
                                                           std::int64_t least) const {
        const auto own = static_cast<std::int32_t>(d.value);
        std::int64_t growth =
            -static_cast<std::int64_t>(columns_[d.value].size() + row_sizes_[d.value]);
        for (const auto& member : law.members) {
            for (const std::int32_t row : columns_[d.value]) {
                const bool is_new = member.species != d && row != own &&
                                    !has_row(columns_[member.species.value], row);
                growth += is_new ? 1 : 0;
            }
            if (growth >= least) {
                return std::nullopt;
            }
        }
        return growth;
    }

    void count_rows() {
        row_sizes_.assign(columns_.size(), 0);
        for (const std::vector<std::int32_t>& column : columns_) {
            for (const std::int32_t row : column) {
                ++row_sizes_[static_cast<std::size_t>(row)];
            }
        }
    }

    /// The pattern that Elimination gives the Jacobian.
    void eliminate(const ConservationLaw& law, SpeciesId d) {
        const auto own = static_cast<std::int32_t>(d.value);
        const std::vector<std::int32_t> rows = std::exchange(columns_[d.value], {own});
        std::vector<std::int32_t> merged;
        for (const auto& member : law.members) {
            std::vector<std::int32_t>& column = columns_[member.species.value];
            if (member.species != d) {
                merged.clear();
                std::set_union(column.begin(), column.end(), rows.begin(), rows.end(),
                               std::back_inserter(merged));
                column.swap(merged);
            }
        }
        for (std::uint32_t c = 0; c < columns_.size(); ++c) {
            if (c != d.value && has_row(columns_[c], own)) {
                std::erase(columns_[c], own);
            }
        }
        count_rows();
    }

    bool takes_all_;
    Columns columns_;
    std::vector<std::size_t> row_sizes_;
    std::vector<bool> is_taken_;  // by species: in a law that is used
    std::vector<eqn::Elimination::Choice> choices_;
};

void count_blocks(const math::SparsePattern& pattern, ReductionReport& report) {
    const math::Components components = math::strong_components(pattern);
    for (std::size_t c = 0; c + 1 < components.begins.size(); ++c) {
        const std::size_t size = components.begins[c + 1] - components.begins[c];
        report.largest_block = std::max(report.largest_block, size);
        report.alone += size == 1 ? 1U : 0U;
        report.blocks += size > 1 ? 1U : 0U;
    }
}

}  // namespace

Reduction Reduction::of(const eqn::System& system, Reducing reducing) {
    const auto report = std::make_shared<ReductionReport>();
    if (!system.algebraic_states().empty()) {
        reducing = Reducing::none;
    }
    report->reducing = reducing;
    report->states = system.state_count();
    const eqn::Program program = system.program();
    report->entries_before = program.row_of_entry.size();
    std::vector<eqn::Elimination::Choice> choices;
    if (reducing != Reducing::none) {
        Chooser chooser{system, reducing == Reducing::all};
        std::vector<ConservationLaw> laws =
            sparser(eqn::conservation_laws(system).value_or(std::vector<ConservationLaw>{}));
        std::stable_sort(laws.begin(), laws.end(),
                         [](const ConservationLaw& a, const ConservationLaw& b) {
                             return a.members.size() < b.members.size();
                         });
        for (const ConservationLaw& law : laws) {
            const std::optional<SpeciesId> dependent = chooser.use(law);
            report->laws.push_back(
                {dependent ? system.species().names()[dependent->value] : "", law.members.size()});
        }
        choices = chooser.choices();
    }
    std::optional<eqn::Elimination> elimination{std::in_place, system, choices};
    const auto pattern = [&] {
        return math::SparsePattern{elimination->column_begins(), elimination->row_of_entry()};
    };
    if (!choices.empty() && report->states <= kMostForCounting) {
        report->flops_before = flops_of({program.column_begins, program.row_of_entry});
        report->flops_after = flops_of(pattern());
        if (report->flops_after > report->flops_before && reducing != Reducing::all) {
            report->flops_after = report->flops_before;
            for (ReductionReport::Law& law : report->laws) {
                law.dependent.clear();
            }
            choices.clear();
            elimination.emplace(system, choices);
        }
    }
    report->dependents = choices.size();
    report->entries_after = elimination->row_of_entry().size();
    count_blocks(pattern(), *report);
    return Reduction{std::move(*elimination), report};
}

}  // namespace erbium::sim
