// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/left_looking_plan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/math/ordering.hpp"
#include "erbium/math/row_groups.hpp"

namespace erbium::math {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

using Lists = std::vector<std::vector<std::uint32_t>>;

/// Rows of each column of the factors, ascending.
struct FactorPattern {
    explicit FactorPattern(const BitMatrix& filled) : lower(filled.size()), upper(filled.size()) {
        for (std::size_t i = 0; i < filled.size(); ++i) {
            for (std::size_t j = filled.next(i, 0); j < filled.size(); j = filled.next(i, j + 1)) {
                if (j != i) {
                    (j < i ? lower : upper)[j].push_back(narrow(i));
                }
            }
        }
    }
    Lists lower;  ///< below the diagonal
    Lists upper;  ///< above it
};

/// Supernodes of L, and panels made of whole ones.
class Layout {
public:
    Layout(const FactorPattern& pattern, double padding) : supernode_of_(pattern.lower.size()) {
        join_columns(pattern.lower, padding);
        cut_panels(pattern.upper);
    }

    [[nodiscard]] std::size_t supernode_count() const noexcept { return rows_.size(); }
    [[nodiscard]] std::uint32_t begin(std::size_t s) const { return begins_[s]; }
    [[nodiscard]] std::uint32_t width(std::size_t s) const { return begins_[s + 1] - begins_[s]; }
    [[nodiscard]] const std::vector<std::uint32_t>& rows(std::size_t s) const { return rows_[s]; }
    /// First supernode of each panel, and their number.
    [[nodiscard]] const std::vector<std::uint32_t>& panels() const noexcept { return panels_; }
    /// Supernodes in which columns begin to end - 1 have entries of U, ascending, each with the
    /// first such row.
    [[nodiscard]] std::vector<PanelSource> sources_of(const Lists& upper, std::uint32_t begin,
                                                      std::uint32_t end) const {
        std::vector<std::uint32_t> first(rows_.size(), kNone);
        for (std::uint32_t column = begin; column < end; ++column) {
            for (const std::uint32_t row : upper[column]) {
                std::uint32_t& of = first[supernode_of_[row]];
                of = std::min(of, row);
            }
        }
        std::vector<PanelSource> sources;
        for (std::uint32_t s = 0; s < first.size(); ++s) {
            if (first[s] != kNone) {
                sources.push_back({s, first[s] - begins_[s]});
            }
        }
        return sources;
    }
    /// Cycles to take what is to its left from a panel; the parts were measured with AVX-512
    /// (bench/lu.cpp).
    [[nodiscard]] double cost(const std::vector<PanelSource>& sources) const {
        double cycles = 80.0;
        for (const PanelSource& source : sources) {
            const auto columns = static_cast<double>(width(source.supernode) - source.first);
            cycles += 40.0 + columns * columns +
                      static_cast<double>(rows_[source.supernode].size()) * (1.5 + 0.8 * columns);
        }
        return cycles;
    }

private:
    /// Neighbours stay apart where the zeros of their rows would be more than `padding` per entry.
    void join_columns(const Lists& lower, double padding) {
        const std::size_t n = lower.size();
        for (std::size_t j = 0; j < n;) {
            begins_.push_back(narrow(j));
            std::vector<std::uint32_t> rows = lower[j];
            std::vector<std::uint32_t> joined;
            std::size_t entries = rows.size() + 1;
            std::size_t width = 1;
            for (; width < kPanelColumns && j + width < n; ++width) {
                const std::vector<std::uint32_t>& more = lower[j + width];
                joined.clear();
                std::set_union(rows.begin(), rows.end(), more.begin(), more.end(),
                               std::back_inserter(joined));
                std::erase(joined, narrow(j + width));
                const std::size_t held =
                    (width + 1) * joined.size() + (width + 1) * (width + 2) / 2;
                if (static_cast<double>(held) >
                    (1.0 + padding) * static_cast<double>(entries + more.size() + 1)) {
                    break;
                }
                entries += more.size() + 1;
                rows.swap(joined);
            }
            std::fill_n(supernode_of_.begin() + static_cast<std::ptrdiff_t>(j), width,
                        narrow(rows_.size()));
            rows_.push_back(std::move(rows));
            j += width;
        }
        begins_.push_back(narrow(n));
    }

    /// Each panel takes as many supernodes as make a column of it cheapest.
    void cut_panels(const Lists& upper) {
        panels_.push_back(0);
        while (panels_.back() < rows_.size()) {
            const std::uint32_t first = panels_.back();
            std::uint32_t best = first + 1;
            double least = std::numeric_limits<double>::infinity();
            for (std::uint32_t end = first + 1; end <= rows_.size(); ++end) {
                const std::uint32_t columns = begins_[end] - begins_[first];
                if (columns > kPanelColumns) {
                    break;
                }
                const double per_column =
                    cost(sources_of(upper, begins_[first], begins_[end])) / columns;
                if (per_column < least) {
                    least = per_column;
                    best = end;
                }
            }
            panels_.push_back(best);
        }
    }

    std::vector<std::uint32_t> begins_;  // and the size at the end
    std::vector<std::uint32_t> supernode_of_;
    Lists rows_;
    std::vector<std::uint32_t> panels_;
};

using Tables = LeftLookingPlan::Tables;

/// Entries of A in the permuted matrix, by column: row and place among the entries.
std::vector<std::vector<PlaceToPlace>> permuted_entries(const SparsePattern& pattern,
                                                        const Order& order) {
    const std::size_t n = order.size();
    std::vector<std::uint32_t> position(n);
    for (std::size_t i = 0; i < n; ++i) {
        position[static_cast<std::size_t>(order[i])] = narrow(i);
    }
    std::vector<std::vector<PlaceToPlace>> entries(n);
    for (std::size_t j = 0; j < n; ++j) {
        for (auto e = static_cast<std::size_t>(pattern.column_begins[j]);
             e < static_cast<std::size_t>(pattern.column_begins[j + 1]); ++e) {
            const auto row = static_cast<std::size_t>(pattern.row_of_entry[e]);
            entries[position[j]].push_back({narrow(e), position[row]});
        }
    }
    return entries;
}

/// Groups of one half of the factors, made from its columns.
class Groups {
public:
    Groups(const Lists& columns, std::uint32_t values_begin) : needs_(columns.size()) {
        for (std::uint32_t column = 0; column < columns.size(); ++column) {
            for (const std::uint32_t row : columns[column]) {
                needs_[row].push_back(column);
            }
        }
        slots_ = group_rows(needs_, kSolveRows);
        row_at_.resize(slots_.size());
        for (std::uint32_t row = 0; row < slots_.size(); ++row) {
            row_at_[slots_[row]] = row;
        }
        tables_.values_begin = values_begin;
        tables_.values_end = values_begin;
        Lists places_of_row(needs_.size());
        std::vector<std::uint32_t> place_of(columns.size());  // in the present group
        for (std::uint32_t begin = 0; begin < row_at_.size(); begin += kSolveRows) {
            add_group(begin, place_of);
            const std::uint32_t end = std::min(begin + kSolveRows, narrow(row_at_.size()));
            for (std::uint32_t slot = begin; slot < end; ++slot) {
                const std::uint32_t row = row_at_[slot];
                for (const std::uint32_t need : needs_[row]) {
                    places_of_row[row].push_back(place_of[need] + slot - begin);
                }
            }
        }
        places_.resize(columns.size());
        std::vector<std::size_t> done(needs_.size());
        for (std::uint32_t column = 0; column < columns.size(); ++column) {
            for (const std::uint32_t row : columns[column]) {
                places_[column].push_back(places_of_row[row][done[row]++]);
            }
        }
    }

    [[nodiscard]] const LeftLookingPlan::HalfTables& tables() const noexcept { return tables_; }
    [[nodiscard]] std::uint32_t slot(std::size_t row) const { return slots_[row]; }
    [[nodiscard]] const std::vector<std::uint32_t>& row_at() const noexcept { return row_at_; }
    /// Where each entry of each column stands among the values.
    [[nodiscard]] const Lists& places() const noexcept { return places_; }

private:
    /// Of the rows in slots from `begin` on; `place_of` receives where each column's term begins.
    void add_group(std::uint32_t begin, std::vector<std::uint32_t>& place_of) {
        const std::uint32_t end = std::min(begin + kSolveRows, narrow(row_at_.size()));
        std::vector<std::uint32_t> unknowns;  // slots
        for (std::uint32_t slot = begin; slot < end; ++slot) {
            for (const std::uint32_t need : needs_[row_at_[slot]]) {
                unknowns.push_back(slots_[need]);
            }
        }
        std::sort(unknowns.begin(), unknowns.end());
        unknowns.erase(std::unique(unknowns.begin(), unknowns.end()), unknowns.end());
        RowGroup group;
        for (const std::uint32_t unknown : unknowns) {
            if (unknown >= begin) {
                group.has_block = true;
                break;
            }
            ++group.terms;
            tables_.unknowns.push_back(static_cast<std::uint16_t>(unknown));
            place_of[row_at_[unknown]] = take_values();
        }
        for (std::uint32_t q = 0; group.has_block && q + 1 < kSolveRows; ++q) {
            const std::uint32_t place = take_values();
            if (begin + q < end) {
                place_of[row_at_[begin + q]] = place;
            }
        }
        tables_.groups.push_back(group);
    }
    std::uint32_t take_values() noexcept {
        tables_.values_end += kSolveRows;
        return tables_.values_end - kSolveRows;
    }

    Lists needs_;
    std::vector<std::uint32_t> slots_;
    std::vector<std::uint32_t> row_at_;
    LeftLookingPlan::HalfTables tables_;
    Lists places_;
};

/// Fills the tables of both halves; the places of entries of L and U among the values by column, in
/// the order of the pattern's rows.
std::array<Lists, 2> add_groups(const FactorPattern& pattern, Tables& tables) {
    const std::size_t n = pattern.lower.size();
    const Groups lower{pattern.lower, 0};
    const Groups upper{pattern.upper, lower.tables().values_end};
    tables.lower_half = lower.tables();
    tables.upper_half = upper.tables();
    for (std::size_t slot = 0; slot < n; ++slot) {
        const std::uint32_t row = upper.row_at()[slot];
        tables.row_of_lower.push_back(
            static_cast<std::uint32_t>(tables.order[lower.row_at()[slot]]));
        tables.row_of_upper.push_back(static_cast<std::uint32_t>(tables.order[row]));
        tables.lower_of_upper.push_back(lower.slot(row));
        tables.column_of_upper.push_back(row);
    }
    const auto whole = [](std::size_t count, std::size_t of) { return (count + of - 1) / of * of; };
    tables.slot_count = narrow(whole(n, kSolveRows));
    tables.reciprocals = tables.upper_half.values_end;
    tables.slot_reciprocals = narrow(whole(tables.reciprocals + n + 1, kSolveRows));
    tables.supernode_values =
        narrow(whole(tables.slot_reciprocals + tables.slot_count, kPanelColumns));
    return {lower.places(), upper.places()};
}

/// `lower_places`: of the entries of L, see add_groups.
void add_supernodes(const FactorPattern& pattern, const Layout& layout, const Lists& lower_places,
                    Tables& tables) {
    const std::uint32_t nobody = tables.reciprocals + narrow(pattern.lower.size());
    for (std::size_t s = 0; s < layout.supernode_count(); ++s) {
        LowerSupernode supernode;
        supernode.begin = layout.begin(s);
        supernode.width = layout.width(s);
        supernode.rows = narrow(tables.rows.size());
        supernode.row_count = narrow(layout.rows(s).size());
        supernode.values = narrow(tables.lower_place.size());
        tables.rows.insert(tables.rows.end(), layout.rows(s).begin(), layout.rows(s).end());
        const std::size_t width = supernode.width;
        tables.lower_place.resize(tables.lower_place.size() + width * (width + supernode.row_count),
                                  nobody);
        std::uint32_t* const places = tables.lower_place.data() + supernode.values;
        for (std::size_t q = 0; q < width; ++q) {
            const std::size_t column = supernode.begin + q;
            places[q * width + q] = nobody;  // written by itself
            for (std::size_t i = 0; i < pattern.lower[column].size(); ++i) {
                const std::uint32_t row = pattern.lower[column][i];
                std::size_t at = row - supernode.begin;
                if (at >= width) {
                    const auto found =
                        std::lower_bound(layout.rows(s).begin(), layout.rows(s).end(), row);
                    at = width + static_cast<std::size_t>(found - layout.rows(s).begin());
                }
                places[at * width + q] = lower_places[column][i];
            }
        }
        tables.supernodes.push_back(supernode);
    }
    tables.value_count = tables.supernode_values + narrow(tables.lower_place.size());
}

void add_panels(const SparsePattern& a, const FactorPattern& pattern, const Layout& layout,
                const Lists& upper_places, Tables& tables) {
    const std::size_t n = pattern.lower.size();
    const auto entries = permuted_entries(a, tables.order);
    const std::vector<std::uint32_t>& cuts = layout.panels();
    for (std::size_t t = 0; t + 1 < cuts.size(); ++t) {
        ColumnPanel panel;
        panel.begin = layout.begin(cuts[t]);
        panel.width = layout.begin(cuts[t + 1] - 1) + layout.width(cuts[t + 1] - 1) - panel.begin;
        panel.supernode_begin = cuts[t];
        panel.supernode_end = cuts[t + 1];
        std::vector<std::uint8_t> is_used(n);
        const auto use = [&](std::uint32_t s, std::uint32_t first) {
            for (std::uint32_t q = first; q < layout.width(s); ++q) {
                is_used[layout.begin(s) + q] = 1;
            }
            for (const std::uint32_t row : layout.rows(s)) {
                is_used[row] = 1;
            }
        };
        panel.source_begin = narrow(tables.sources.size());
        for (const PanelSource& source :
             layout.sources_of(pattern.upper, panel.begin, panel.begin + panel.width)) {
            if (source.supernode < panel.supernode_begin) {
                tables.sources.push_back(source);
                use(source.supernode, source.first);
            }
        }
        panel.source_end = narrow(tables.sources.size());
        for (std::uint32_t s = panel.supernode_begin; s < panel.supernode_end; ++s) {
            use(s, 0);
            const std::uint32_t end = layout.begin(s) + layout.width(s);
            for (std::uint32_t column = end; column < panel.begin + panel.width; ++column) {
                for (const std::uint32_t row : pattern.upper[column]) {
                    tables.supernodes[s].is_followed =
                        tables.supernodes[s].is_followed || (row >= layout.begin(s) && row < end);
                }
            }
        }
        panel.entry_begin = narrow(tables.entries.size());
        panel.upper_begin = narrow(tables.upper.size());
        for (std::uint32_t lane = 0; lane < panel.width; ++lane) {
            const std::uint32_t column = panel.begin + lane;
            for (const PlaceToPlace& entry : entries[column]) {
                is_used[entry.to] = 1;
                tables.entries.push_back({entry.from, entry.to * kPanelColumns + lane});
            }
            for (std::size_t i = 0; i < pattern.upper[column].size(); ++i) {
                const std::uint32_t row = pattern.upper[column][i];
                tables.upper.push_back({row * kPanelColumns + lane, upper_places[column][i]});
            }
        }
        panel.entry_end = narrow(tables.entries.size());
        panel.upper_end = narrow(tables.upper.size());
        panel.row_begin = narrow(tables.rows.size());
        for (std::size_t row = 0; row < n; ++row) {
            if (is_used[row] != 0) {
                tables.rows.push_back(narrow(row));
            }
        }
        panel.row_end = narrow(tables.rows.size());
        tables.panels.push_back(panel);
    }
}

FactorPlaces factor_places_of(const FactorPattern& pattern, const Lists& lower_places,
                              const Lists& upper_places, const Tables& tables) {
    FactorPlaces result;
    const auto add = [&](const Lists& rows, const Lists& places, std::uint32_t column) {
        for (std::size_t i = 0; i < rows[column].size(); ++i) {
            result.entries.push_back({rows[column][i], column, places[column][i]});
        }
    };
    for (std::uint32_t column = 0; column < tables.order.size(); ++column) {
        result.reciprocals.push_back(tables.reciprocals + column);
        add(pattern.lower, lower_places, column);
        add(pattern.upper, upper_places, column);
    }
    return result;
}

void count_work(const Layout& layout, Tables& tables) {
    LeftLookingReport& report = tables.report;
    for (const ColumnPanel& panel : tables.panels) {
        for (std::uint32_t i = panel.source_begin; i < panel.source_end; ++i) {
            const PanelSource& source = tables.sources[i];
            const std::uint32_t columns = layout.width(source.supernode) - source.first;
            const std::size_t rows = layout.rows(source.supernode).size();
            report.padded_flops +=
                static_cast<double>((2 * rows + columns - 1) * columns * kPanelColumns);
        }
        for (std::uint32_t s = panel.supernode_begin; s < panel.supernode_end; ++s) {
            const double width = layout.width(s);
            report.padded_flops +=
                width * width * (2.0 / 3.0 * width + static_cast<double>(layout.rows(s).size()));
        }
    }
    report.panel_count = tables.panels.size();
    report.supernode_count = tables.supernodes.size();
    report.source_count = tables.sources.size();
    report.term_count = tables.upper_half.values_end / kSolveRows;
}

struct FilledOrder {
    std::string name;
    Order order;
    BitMatrix filled;
    double flops{};
};

std::vector<FilledOrder> filled_orders(const SparsePattern& pattern,
                                       const std::optional<Order>& given) {
    std::vector<NamedOrder> orders = orders_to_try(pattern, given);
    if (!given) {
        orders.push_back({"Markowitz, in runs", markowitz_order_in_runs(pattern, kPanelColumns)});
    }
    std::vector<FilledOrder> all;
    for (NamedOrder& named : orders) {
        BitMatrix filled = permuted_rows(pattern, named.order);
        fill_in(filled);
        const double flops = factor_flops(filled);
        all.push_back({std::move(named.name), std::move(named.order), std::move(filled), flops});
    }
    return all;
}

}  // namespace

LeftLookingPlan LeftLookingPlan::make(const SparsePattern& pattern,
                                      const LeftLookingOptions& options) {
    constexpr std::array kPaddings{0.15, 0.4};
    constexpr double kHopeless = 2.0;  // times the least operations; no need to look closer
    ERBIUM_CHECK(pattern.size() <= std::numeric_limits<std::uint16_t>::max(),
                 "a slot of a solution must fit into sixteen bits");
    auto tables = std::make_shared<Tables>();
    tables->report.estimated_cycles = std::numeric_limits<double>::infinity();
    std::optional<FactorPattern> best_pattern;
    std::optional<Layout> best;
    const std::vector<FilledOrder> candidates = filled_orders(pattern, options.order);
    double least_flops = std::numeric_limits<double>::infinity();
    for (const FilledOrder& candidate : candidates) {
        least_flops = std::min(least_flops, candidate.flops);
    }
    for (const FilledOrder& candidate : candidates) {
        if (candidate.flops > kHopeless * least_flops) {
            continue;
        }
        FactorPattern factors{candidate.filled};
        bool is_best = false;
        for (const double padding : kPaddings) {
            Layout layout{factors, options.padding.value_or(padding)};
            double cycles = 0.0;
            const std::vector<std::uint32_t>& cuts = layout.panels();
            for (std::size_t t = 0; t + 1 < cuts.size(); ++t) {
                cycles += layout.cost(layout.sources_of(
                    factors.upper, layout.begin(cuts[t]),
                    layout.begin(cuts[t + 1] - 1) + layout.width(cuts[t + 1] - 1)));
            }
            if (cycles < tables->report.estimated_cycles) {
                is_best = true;
                tables->report.estimated_cycles = cycles;
                best = std::move(layout);
            }
        }
        if (is_best) {
            tables->report.ordering = candidate.name;
            tables->report.flops = candidate.flops;
            tables->order = candidate.order;
            best_pattern = std::move(factors);
        }
    }
    const auto count = [](const Lists& lists) {
        return std::accumulate(lists.begin(), lists.end(), std::size_t{0},
                               [](std::size_t sum, const auto& list) { return sum + list.size(); });
    };
    tables->report.entry_count =
        count(best_pattern->lower) + count(best_pattern->upper) + pattern.size();
    const auto [lower_places, upper_places] = add_groups(*best_pattern, *tables);
    add_supernodes(*best_pattern, *best, lower_places, *tables);
    add_panels(pattern, *best_pattern, *best, upper_places, *tables);
    tables->factor_places = factor_places_of(*best_pattern, lower_places, upper_places, *tables);
    count_work(*best, *tables);
    tables->column_begins.assign(pattern.column_begins.begin(), pattern.column_begins.end());
    tables->row_of_entry.assign(pattern.row_of_entry.begin(), pattern.row_of_entry.end());
    return LeftLookingPlan{std::move(tables)};
}

LeftLookingProgram LeftLookingPlan::program() const noexcept {
    const Tables& t = *tables_;
    return {.size = narrow(t.order.size()),
            .slot_count = t.slot_count,
            .entry_count = narrow(t.row_of_entry.size()),
            .panel_count = narrow(t.panels.size()),
            .reciprocals = t.reciprocals,
            .slot_reciprocals = t.slot_reciprocals,
            .supernode_values = t.supernode_values,
            .value_count = t.value_count,
            .panels = t.panels.data(),
            .supernodes = t.supernodes.data(),
            .sources = t.sources.data(),
            .rows = t.rows.data(),
            .entries = t.entries.data(),
            .upper = t.upper.data(),
            .lower_place = t.lower_place.data(),
            .lower_half = t.lower_half.program(),
            .upper_half = t.upper_half.program(),
            .row_of_lower = t.row_of_lower.data(),
            .row_of_upper = t.row_of_upper.data(),
            .lower_of_upper = t.lower_of_upper.data(),
            .column_of_upper = t.column_of_upper.data()};
}

}  // namespace erbium::math
