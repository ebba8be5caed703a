// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_explicit_rates.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "erbium/sim/instruction_order.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;
using eqn::Opcode;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

}  // namespace

ExplicitRates::ExplicitRates(const eqn::System& system, const ActiveTables& active,
                             const NetRates& net, SlopeTable& slopes)
    : one_{slopes.one()}, row_of_species_(system.state_count(), TangentRows::kNone) {
    const eqn::Program program = system.program();
    TangentRows rows{std::vector<std::uint32_t>(program.slot_count, TangentRows::kNone), 0};
    copy_constants(program, active, rows);
    std::vector<std::uint8_t> moves(program.species);
    for (const Copied& species : species_) {
        moves[species.from] = 1;
    }
    find_slopes(program, rows, slopes);
    slopes_ = grouped(slopes_);
    add_rates(program, net);
    PartialTapes parts{program};
    std::vector<Instruction> tapes = std::move(parts.rates);
    tapes.insert(tapes.end(), parts.slopes.begin(), parts.slopes.end());
    tapes_ = {tapes, program.observable_terms, moves, false, slopes, rows};
    row_count_ = rows.count;
    add_slopes(program, net, rows);
    write_sums();
}

/// Gives rows to the active constants that tapes and products read, and to fixed species.
void ExplicitRates::copy_constants(const eqn::Program& program, const ActiveTables& active,
                                   TangentRows& rows) {
    std::vector<std::uint8_t> is_written(program.slot_count);
    for (const auto tape : {program.rate_tape, program.slope_tape}) {
        for (const Instruction& i : tape) {
            is_written[i.dst] = 1;
        }
    }
    const auto read = [&](eqn::Slot slot) {
        if (is_written[slot] == 0 && active.is_active(slot) &&
            rows.of_slot[slot] == TangentRows::kNone) {
            rows.of_slot[slot] = rows.count++;
            slots_.push_back({slot, rows.of_slot[slot]});
        }
    };
    for (const auto tape : {program.rate_tape, program.slope_tape}) {
        for (const Instruction& i : tape) {
            if (i.op != Opcode::state && i.op != Opcode::weighted_sum) {
                read(i.a);
                read(i.b);
                read(i.c);
            }
        }
    }
    for (const auto products : {program.rates, program.partials}) {
        for (const eqn::Product& product : products) {
            read(product.slot);
        }
    }
    for (std::uint32_t s = 0; s < program.species; ++s) {
        if (active.is_active(SpeciesId{s})) {
            row_of_species_[s] = rows.count++;
            species_.push_back({s, row_of_species_[s]});
        }
    }
}

/// By the chain rule along the tape of rates, one slope for each constant that a slot depends on.
void ExplicitRates::find_slopes(const eqn::Program& program, const TangentRows& rows,
                                SlopeTable& slopes) {
    by_constants_.resize(program.slot_count);
    for (const Copied& slot : slots_) {
        by_constants_[slot.from].push_back({rows.of_slot[slot.from], 0});
    }
    for (const Instruction& i : program.rate_tape) {
        if (is_move(i.op)) {
            add_move(i, program.observable_terms);
        } else {
            add_operation(i, slopes);
        }
    }
}

std::uint32_t ExplicitRates::add_slope(TangentInstruction instruction) {
    instruction.row = slope_count_++;
    slopes_.push_back(instruction);
    return instruction.row;
}

/// Of amounts of fixed species.
void ExplicitRates::add_move(const Instruction& i, std::span<const eqn::Term> terms) {
    std::vector<ByConstant>& to = by_constants_[i.dst];
    if (i.op == Opcode::state) {
        if (row_of_species_[i.a] != TangentRows::kNone) {
            to.push_back({row_of_species_[i.a], 0});
        }
        return;
    }
    for (std::uint32_t t = i.a; i.op == Opcode::weighted_sum && t < i.a + i.b; ++t) {
        if (const std::uint32_t row = row_of_species_[terms[t].index]; row != TangentRows::kNone) {
            to.push_back({row, add_slope({.kind = TangentKind::weighted_sum, .a = t, .b = 1})});
        }
    }
}

void ExplicitRates::add_operation(const Instruction& i, SlopeTable& slopes) {
    struct Part {
        ByConstant of;
        std::uint8_t operand{};
    };
    std::vector<Part> parts;
    const std::array operands{i.a, i.b, i.c};
    for (std::uint8_t operand = 0; operand < 3; ++operand) {
        if (has_effect(i.op, operand)) {
            for (const ByConstant& of : by_constants_[operands[operand]]) {
                parts.push_back({of, operand});
            }
        }
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& a, const Part& b) { return a.of.row < b.of.row; });
    std::vector<ByConstant>& to = by_constants_[i.dst];
    for (auto part = parts.begin(); part != parts.end();) {
        const std::uint32_t row = part->of.row;
        const auto end = std::find_if(part, parts.end(),
                                      [row](const Part& other) { return other.of.row != row; });
        const bool is_plain = effect(i.op, part->operand) == TangentKind::copy;
        if (is_plain && end - part == 1) {
            to.push_back(part->of);
        } else {
            const TangentKind kind = effect(i.op, part->operand);
            const std::uint32_t sum = add_slope(
                {.kind = kind,
                 .a = part->of.slope,
                 .by_a = kind == TangentKind::scale ? slopes.place(i, part->operand) : 0});
            to.push_back({row, sum});
            for (++part; part != end; ++part) {
                add_to_slope(sum, i, part->operand, part->of.slope, slopes);
            }
        }
        part = end;
    }
}

void ExplicitRates::add_to_slope(std::uint32_t sum, const Instruction& i, std::uint8_t operand,
                                 std::uint32_t slope, SlopeTable& slopes) {
    switch (effect(i.op, operand)) {
        case TangentKind::copy:
            slopes_.push_back({.kind = TangentKind::add, .row = sum, .a = sum, .b = slope});
            break;
        case TangentKind::negate:
            slopes_.push_back({.kind = TangentKind::subtract, .row = sum, .a = sum, .b = slope});
            break;
        default:
            slopes_.push_back({.kind = TangentKind::add_scaled,
                               .row = sum,
                               .a = slope,
                               .by_a = slopes.place(i, operand)});
    }
}

std::uint32_t ExplicitRates::write_factors(std::span<const std::uint32_t> factors,
                                           std::size_t without) {
    const std::uint32_t first = narrow(factors_.size());
    for (std::size_t f = 0; f < factors.size(); ++f) {
        if (f != without) {
            factors_.push_back(factors[f]);
        }
    }
    return first;
}

void ExplicitRates::add_rates(const eqn::Program& program, const NetRates& net) {
    struct Part {
        std::uint32_t rate{};
        std::uint32_t row{};
        double factor{};
    };
    std::vector<Part> of_slopes;
    std::vector<Part> of_slots;
    for (std::size_t r = 0; r < program.rates.size(); ++r) {
        const eqn::Product& rate = program.rates[r];
        const auto [net_rate, factor] = net.share(r);
        if (factor == 0.0) {
            continue;
        }
        const auto factors = program.factors.subspan(rate.first, rate.count);
        const auto add = [&](std::vector<eqn::Product>& products, std::uint32_t value,
                             std::size_t without) {
            const std::uint32_t first = write_factors(factors, without);
            products.push_back({value, first, narrow(factors_.size()) - first});
        };
        for (const ByConstant& of : by_constants_[rate.slot]) {
            add(slope_products_, of.slope, kAll);
            of_slopes.push_back({net_rate, of.row, factor});
        }
        for (std::size_t f = 0; f < factors.size(); ++f) {
            if (const std::uint32_t row = row_of_species_[factors[f]]; row != TangentRows::kNone) {
                add(slot_products_, rate.slot, f);
                of_slots.push_back({net_rate, row, factor});
            }
        }
    }
    by_constants_ = {};
    std::uint32_t value = 0;
    for (const auto& parts : {of_slopes, of_slots}) {
        for (const Part& part : parts) {
            sums_[part.rate][part.row].push_back({value++, part.factor});
        }
    }
}

void ExplicitRates::add_slopes(const eqn::Program& program, const NetRates& net,
                               const TangentRows& rows) {
    for (std::size_t p = 0; p < program.partials.size(); ++p) {
        const eqn::Product& partial = program.partials[p];
        const auto factors = program.factors.subspan(partial.first, partial.count);
        for (const NetRates::Slope& slope : net.slopes(p)) {
            const auto add = [&](std::uint32_t row, eqn::Slot slot, std::size_t without) {
                if (row == TangentRows::kNone) {
                    return;
                }
                sums_[slope.rate][row].push_back({narrow(value_count()), slope.factor});
                const std::uint32_t first = write_factors(factors, without);
                bent_.push_back({slot, first, narrow(factors_.size()) - first, slope.row});
            };
            add(rows.of_slot[partial.slot], one_, kAll);
            for (std::size_t f = 0; f < factors.size(); ++f) {
                add(row_of_species_[factors[f]], partial.slot, f);
            }
        }
    }
}

void ExplicitRates::write_sums() {
    for (const auto& [rate, by_row] : sums_) {
        AddedRate& added = added_.emplace_back(AddedRate{rate, narrow(rows_.size()), 0});
        for (const auto& [row, values] : by_row) {
            rows_.push_back(row);
            terms_.insert(terms_.end(), values.begin(), values.end());
            begins_.push_back(narrow(terms_.size()));
        }
        added.end = narrow(rows_.size());
    }
    sums_.clear();
    pad_coefficients(begins_);
}

}  // namespace erbium::sim
