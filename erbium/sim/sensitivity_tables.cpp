// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_tables.hpp"

#include <algorithm>

#include "erbium/eqn/operand_slopes.hpp"

namespace erbium::sim {

using eqn::Instruction;
using eqn::Opcode;

ColumnPattern::ColumnPattern(const eqn::Program& program) {
    for (const std::int32_t begin : program.column_begins) {
        begins_.push_back(static_cast<std::uint32_t>(begin));
    }
    for (const std::int32_t row : program.row_of_entry) {
        rows_.push_back(static_cast<std::uint32_t>(row));
    }
}

ActiveTables::ActiveTables(const eqn::System& system, const ActiveSeeds& seeds)
    : system_{system},
      program_{system_.program()},
      is_active_(program_.slot_count),
      is_active_species_(program_.species) {
    for (const ParameterId p : seeds.parameters) {
        is_active_[system_.slot(p)] = 1;
    }
    constants_ = active_part(program_.constants_tape);
    for (const SpeciesId s : seeds.fixed) {
        is_active_species_[s.value] = 1;
    }
    for (std::uint32_t s = 0; s < program_.species; ++s) {
        if (system_.is_fixed(SpeciesId{s}) && is_active(system_.initial_slot(SpeciesId{s}))) {
            is_active_species_[s] = 1;
        }
    }
    rate_tape_ = active_part(program_.rate_tape);
    rates_ = active_products(program_.rates);
    changes_ = active_sums(program_.stoichiometry, rates_.place);
}

bool ActiveTables::depends(const Instruction& i) const noexcept {
    switch (i.op) {
        case Opcode::state:
            return is_active_species_[i.a] != 0;
        case Opcode::weighted_sum: {
            const auto terms = program_.observable_terms.subspan(i.a, i.b);
            return std::any_of(terms.begin(), terms.end(), [this](const eqn::Term& term) {
                return is_active_species_[term.index] != 0;
            });
        }
        case Opcode::define_parameter:
            return is_active_[i.a] != 0;
        default:
            return is_active_[i.a] != 0 || is_active_[i.b] != 0 || is_active_[i.c] != 0;
    }
}

std::vector<Instruction> ActiveTables::active_part(std::span<const Instruction> tape) {
    std::vector<Instruction> part;
    for (const Instruction& i : tape) {
        if (depends(i)) {
            is_active_[i.dst] = 1;
            part.push_back(i);
        }
    }
    return part;
}

ActiveTables::Products ActiveTables::active_products(std::span<const eqn::Product> products) const {
    Products result;
    result.place.assign(products.size(), kNone);
    for (std::size_t p = 0; p < products.size(); ++p) {
        const eqn::Product& product = products[p];
        const auto factors = program_.factors.subspan(product.first, product.count);
        const ActiveProduct active{.slot = product.slot,
                                   .first = product.first,
                                   .count = product.count,
                                   .has_active_slot = is_active_[product.slot] != 0,
                                   .has_active_factor = std::any_of(
                                       factors.begin(), factors.end(), [this](std::uint32_t s) {
                                           return is_active_species_[s] != 0;
                                       })};
        if (active.has_active_slot || active.has_active_factor) {
            result.place[p] = static_cast<std::uint32_t>(result.products.size());
            result.products.push_back(active);
        }
    }
    return result;
}

ActiveTables::Sums ActiveTables::active_sums(const eqn::Rows& rows,
                                             const std::vector<std::uint32_t>& place) {
    Sums result;
    const std::size_t count = rows.begins.empty() ? 0 : rows.begins.size() - 1;
    for (std::uint32_t row = 0; row < count; ++row) {
        const auto begin = static_cast<std::uint32_t>(result.terms.size());
        for (std::uint32_t i = rows.begins[row]; i < rows.begins[row + 1]; ++i) {
            const eqn::Term& term = rows.terms[i];
            if (place[term.index] != kNone) {
                result.terms.push_back({place[term.index], term.weight});
            }
        }
        if (result.terms.size() > begin) {
            result.rows.push_back({row, begin, static_cast<std::uint32_t>(result.terms.size())});
        }
    }
    return result;
}

void tape_slopes(std::span<const Instruction> tape, std::span<const double> slots,
                 std::vector<double>& slopes) {
    slopes.resize(3 * tape.size());
    double* to = slopes.data();
    for (const Instruction& i : tape) {
        eqn::OperandSlopes of;
        if (i.op != Opcode::state && i.op != Opcode::weighted_sum &&
            i.op != Opcode::define_parameter) {
            of = eqn::operand_slopes(i.op, slots[i.a], slots[i.b], slots[i.c], slots[i.dst]);
        }
        *to++ = of.a;
        *to++ = of.b;
        *to++ = of.c;
    }
}

}  // namespace erbium::sim
