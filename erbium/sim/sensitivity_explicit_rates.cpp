// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sensitivity_explicit_rates.hpp"

#include <limits>

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
    rate_rows_begin_ = rows.count;
    rate_tape_ = {program.rate_tape, program.observable_terms, moves, false, slopes, rows};
    rate_rows_end_ = rows.count;
    add_rates(program, net, rows);
    for (std::uint32_t& row : rows.of_slot) {
        if (row != TangentRows::kNone && row >= rate_rows_begin_) {
            row += narrow(rate_rows_end_ - rate_rows_begin_);
        }
    }
    rows.count += narrow(rate_rows_end_ - rate_rows_begin_);
    slope_tape_ = {program.slope_tape, program.observable_terms, moves, false, slopes, rows};
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

void ExplicitRates::add_rates(const eqn::Program& program, const NetRates& net,
                              const TangentRows& rows) {
    for (std::size_t r = 0; r < program.rates.size(); ++r) {
        const eqn::Product& rate = program.rates[r];
        const NetRates::Share& share = net.share(r);
        const auto factors = program.factors.subspan(rate.first, rate.count);
        const auto add = [&](std::uint32_t row, eqn::Slot slot, std::size_t without) {
            if (row == TangentRows::kNone || share.factor == 0.0) {
                return;
            }
            sums_[share.rate][row].push_back({narrow(products_.size()), share.factor});
            const std::uint32_t first = write_factors(factors, without);
            products_.push_back({slot, first, narrow(factors_.size()) - first});
        };
        add(rows.of_slot[rate.slot], one_, kAll);
        for (std::size_t f = 0; f < factors.size(); ++f) {
            add(row_of_species_[factors[f]], rate.slot, f);
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
                sums_[slope.rate][row].push_back(
                    {narrow(products_.size() + bent_.size()), slope.factor});
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
