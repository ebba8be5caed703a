// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/lu_plan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "erbium/base/check.hpp"
#include "erbium/math/ordering.hpp"

namespace erbium::math {
namespace {

/// First row of each block, and the size at the end.
using Cuts = std::vector<std::size_t>;

/// Joins neighbouring columns into blocks while the tiles' zeros stay below `padding` per entry.
Cuts cut_into_blocks(const BitMatrix& filled, double padding) {
    const std::size_t n = filled.size();
    BitMatrix columns{n};
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = filled.next(i, 0); j < n; j = filled.next(i, j + 1)) {
            columns.set(j, i);
        }
    }
    // Entries right of `from` in row i and below it in column i, alone and joined with the block.
    const auto count_from = [n](const BitMatrix& bits, std::size_t i, std::size_t from) {
        std::size_t count = 0;
        for (std::size_t j = bits.next(i, from); j < n; j = bits.next(i, j + 1)) {
            ++count;
        }
        return count;
    };
    BitMatrix joined_row{n};     // row 0 is used
    BitMatrix joined_column{n};  // row 0 is used
    std::vector<std::uint8_t> in_row(n);
    std::vector<std::uint8_t> in_column(n);
    Cuts cuts{0};
    std::size_t begin = 0;
    while (begin < n) {
        std::fill(in_row.begin(), in_row.end(), std::uint8_t{0});
        std::fill(in_column.begin(), in_column.end(), std::uint8_t{0});
        std::size_t entries = 0;
        std::size_t end = begin;
        while (end < n && end - begin < static_cast<std::size_t>(kMaxBlock)) {
            for (std::size_t j = filled.next(end, begin); j < n; j = filled.next(end, j + 1)) {
                in_row[j] = 1;
            }
            for (std::size_t i = columns.next(end, begin); i < n; i = columns.next(end, i + 1)) {
                in_column[i] = 1;
            }
            entries += count_from(filled, end, begin) + count_from(columns, end, end + 1);
            const std::size_t width = end + 1 - begin;
            std::size_t tiles = width * width;
            for (std::size_t j = end + 1; j < n; ++j) {
                tiles += width * (std::size_t{in_row[j]} + std::size_t{in_column[j]});
            }
            if (end > begin &&
                static_cast<double>(tiles) > (1.0 + padding) * static_cast<double>(entries)) {
                break;
            }
            ++end;
        }
        begin = end;
        cuts.push_back(begin);
    }
    return cuts;
}

/// Builds the tables for one order and one cut.
class Builder {
public:
    Builder(const SparsePattern& pattern, Order order, Cuts cuts, std::uint32_t group_values)
        : pattern_{pattern},
          cuts_{std::move(cuts)},
          block_count_{cuts_.size() - 1},
          tiles_{block_count_},
          group_values_{group_values} {
        tables_.order = std::move(order);
        find_tiles();
        lay_out();
    }

    /// The whole set of tables. Preconditions: called once.
    LuPlan::Tables finish() {
        add_solve_runs();
        add_tasks(true);
        tables_.column_begins.assign(pattern_.column_begins.begin(), pattern_.column_begins.end());
        tables_.row_of_entry.assign(pattern_.row_of_entry.begin(), pattern_.row_of_entry.end());
        return std::move(tables_);
    }

    /// Only the costs in the report.
    LuPlanReport cost() {
        add_tasks(false);
        return tables_.report;
    }

private:
    [[nodiscard]] std::uint32_t width(std::size_t block) const noexcept {
        return static_cast<std::uint32_t>(cuts_[block + 1] - cuts_[block]);
    }

    void find_tiles() {
        const std::size_t n = tables_.order.size();
        std::vector<std::size_t> block_of(n);
        for (std::size_t b = 0; b < block_count_; ++b) {
            for (std::size_t i = cuts_[b]; i < cuts_[b + 1]; ++i) {
                block_of[i] = b;
            }
        }
        position_.resize(n);
        for (std::size_t i = 0; i < n; ++i) {
            position_[static_cast<std::size_t>(tables_.order[i])] = i;
        }
        for (std::size_t b = 0; b < block_count_; ++b) {
            tiles_.set(b, b);
        }
        for (std::size_t column = 0; column < n; ++column) {
            for (auto e = pattern_.column_begins[column]; e < pattern_.column_begins[column + 1];
                 ++e) {
                const auto row =
                    static_cast<std::size_t>(pattern_.row_of_entry[static_cast<std::size_t>(e)]);
                tiles_.set(block_of[position_[row]], block_of[position_[column]]);
            }
        }
        fill_in(tiles_);
        rows_of_lower_.resize(block_count_);
        rows_of_upper_.resize(block_count_);
        columns_of_upper_.resize(block_count_);
        for (std::size_t i = 0; i < block_count_; ++i) {
            for (std::size_t k = tiles_.next(i, 0); k < block_count_; k = tiles_.next(i, k + 1)) {
                if (k < i) {
                    rows_of_lower_[i].push_back({k, 0});
                } else if (k > i) {
                    columns_of_upper_[k].push_back({i, 0});
                    rows_of_upper_[i].push_back(k);
                }
            }
        }
    }

    void lay_out() {
        std::size_t next = 0;
        diagonals_.resize(block_count_);
        for (std::size_t b = 0; b < block_count_; ++b) {
            diagonals_[b] = next;
            next += std::size_t{width(b)} * width(b);
            for (Tile& tile : rows_of_lower_[b]) {
                tile.values = next;
                next += std::size_t{width(b)} * width(tile.block);
            }
        }
        for (std::size_t b = 0; b < block_count_; ++b) {
            for (Tile& tile : columns_of_upper_[b]) {
                tile.values = next;
                next += std::size_t{width(b)} * width(tile.block);
            }
        }
        ERBIUM_CHECK(next < std::numeric_limits<std::uint32_t>::max(), "LU factors too large");
        tables_.report.value_count = next;
        tables_.report.block_count = block_count_;
    }

    void add_solve_runs() {
        tables_.blocks.resize(block_count_);
        for (std::size_t b = 0; b < block_count_; ++b) {
            LuBlock& block = tables_.blocks[b];
            block.begin = static_cast<std::uint32_t>(cuts_[b]);
            block.size = width(b);
            block.diagonal = static_cast<std::uint32_t>(diagonals_[b]);
            block.lower_begin = static_cast<std::uint32_t>(tables_.solve_runs.size());
            add_panel(rows_of_lower_[b]);
            block.lower_end = static_cast<std::uint32_t>(tables_.solve_runs.size());
            block.upper_begin = block.lower_end;
            add_panel(columns_of_upper_[b]);
            block.upper_end = static_cast<std::uint32_t>(tables_.solve_runs.size());
        }
    }

    struct Tile {
        std::size_t block{};   // column block of a tile of L, row block of a tile of U
        std::size_t values{};  // where it is stored
    };

    void add_panel(const std::vector<Tile>& panel) {
        std::size_t next_x = std::numeric_limits<std::size_t>::max();
        for (const Tile& tile : panel) {
            if (cuts_[tile.block] == next_x) {
                tables_.solve_runs.back().length += width(tile.block);
            } else {
                tables_.solve_runs.push_back({static_cast<std::uint32_t>(tile.values),
                                              static_cast<std::uint32_t>(cuts_[tile.block]),
                                              width(tile.block)});
            }
            next_x = cuts_[tile.block + 1];
        }
    }

    /// Rows in groups whose panels fit the cache together; in a group column by column, so that a
    /// column panel is fetched once per group.
    void add_tasks(bool keeps_tables) {
        std::vector<std::size_t> lower_next(block_count_);  // next tile of each row panel
        std::vector<std::size_t> upper_next(block_count_);  // next tile of each row of U
        for (std::size_t begin = 0; begin < block_count_;) {
            std::size_t end = begin;
            std::size_t held = 0;
            while (end < block_count_ && (end == begin || held < group_values_)) {
                for (const Tile& tile : rows_of_lower_[end]) {
                    held += std::size_t{width(end)} * width(tile.block);
                }
                ++end;
            }
            for (std::size_t j = 0; j < block_count_; ++j) {
                for (std::size_t i = begin; i < end; ++i) {
                    if (j < i) {
                        std::vector<Tile>& panel = rows_of_lower_[i];
                        if (lower_next[i] < panel.size() && panel[lower_next[i]].block == j) {
                            add_task(i, j, panel[lower_next[i]].values, keeps_tables);
                            ++lower_next[i];
                        }
                    } else if (j == i) {
                        add_task(i, j, diagonals_[i], keeps_tables);
                    } else if (upper_next[i] < rows_of_upper_[i].size() &&
                               rows_of_upper_[i][upper_next[i]] == j) {
                        add_task(i, j, upper_values(i, j), keeps_tables);
                        ++upper_next[i];
                    }
                }
            }
            begin = end;
        }
    }

    [[nodiscard]] std::size_t upper_values(std::size_t i, std::size_t j) const {
        const auto found = std::lower_bound(
            columns_of_upper_[j].begin(), columns_of_upper_[j].end(), i,
            [](const Tile& tile, std::size_t block) { return tile.block < block; });
        return found->values;
    }

    void add_task(std::size_t i, std::size_t j, std::size_t values, bool keeps_tables) {
        LuTask task;
        task.values = static_cast<std::uint32_t>(values);
        task.kind = i == j ? TileKind::diagonal : (j < i ? TileKind::lower : TileKind::upper);
        task.diagonal = static_cast<std::uint32_t>(diagonals_[std::min(i, j)]);
        task.rows = static_cast<std::uint8_t>(width(i));
        task.columns = static_cast<std::uint8_t>(width(j));
        task.update_begin = static_cast<std::uint32_t>(tables_.updates.size());
        LuPlanReport& report = tables_.report;
        ++report.task_count;
        const double area = static_cast<double>(width(i)) * width(j);
        // Over 8 lanes a tile costs about this many cycles besides its arithmetic, which runs at
        // two multiplications and subtractions per cycle.
        constexpr double kTileCycles = 20.0;
        report.estimated_cycles += kTileCycles + area * (2.0 + 0.5 * width(std::min(i, j)));
        const std::vector<Tile>& left = rows_of_lower_[i];
        const std::vector<Tile>& right = columns_of_upper_[j];
        const std::size_t last = std::min(i, j);
        for (std::size_t a = 0, b = 0; a < left.size() && b < right.size();) {
            if (left[a].block >= last || right[b].block >= last) {
                break;
            }
            if (left[a].block < right[b].block) {
                ++a;
            } else if (right[b].block < left[a].block) {
                ++b;
            } else {
                const std::uint32_t inner = width(left[a].block);
                const auto left_values = static_cast<std::uint32_t>(left[a].values);
                const auto right_values = static_cast<std::uint32_t>(right[b].values);
                report.padded_flops += 2.0 * area * inner;
                const double loads = static_cast<double>(width(i)) + width(j);
                report.estimated_cycles += inner * std::max({area, loads, 3.0}) / 2.0;
                report.update_count += inner;
                for (std::uint32_t k = 0; keeps_tables && k < inner; ++k) {
                    tables_.updates.push_back(
                        {left_values + k * width(i), right_values + k * width(j)});
                }
                ++a;
                ++b;
            }
        }
        if (!keeps_tables) {
            return;
        }
        task.update_end = static_cast<std::uint32_t>(tables_.updates.size());
        task.sources = static_cast<std::uint32_t>(tables_.sources.size());
        tables_.tasks.push_back(task);
        for (std::size_t row = cuts_[i]; row < cuts_[i + 1]; ++row) {
            for (std::size_t column = cuts_[j]; column < cuts_[j + 1]; ++column) {
                tables_.sources.push_back(source(row, column));
            }
        }
    }

    /// Entry of A at a permuted position, or entry_count for a zero.
    [[nodiscard]] std::uint32_t source(std::size_t row, std::size_t column) const {
        const std::int32_t old_row = tables_.order[row];
        const auto old_column = static_cast<std::size_t>(tables_.order[column]);
        const auto begin = pattern_.row_of_entry.begin() + pattern_.column_begins[old_column];
        const auto end = pattern_.row_of_entry.begin() + pattern_.column_begins[old_column + 1];
        const auto found = std::lower_bound(begin, end, old_row);
        if (found != end && *found == old_row) {
            return static_cast<std::uint32_t>(found - pattern_.row_of_entry.begin());
        }
        return static_cast<std::uint32_t>(pattern_.entry_count());
    }

    const SparsePattern& pattern_;
    Cuts cuts_;
    std::size_t block_count_;
    BitMatrix tiles_;
    std::uint32_t group_values_;
    std::vector<std::size_t> position_;
    std::vector<std::vector<Tile>> rows_of_lower_;     // by block row
    std::vector<std::vector<Tile>> columns_of_upper_;  // by block column
    std::vector<std::vector<std::size_t>> rows_of_upper_;
    std::vector<std::size_t> diagonals_;
    LuPlan::Tables tables_;
};

}  // namespace

LuPlan LuPlan::make(const SparsePattern& pattern, const LuPlanOptions& options) {
    constexpr std::array kPaddings{0.0, 0.2, 0.35, 0.5, 0.75};
    double best_cycles = std::numeric_limits<double>::infinity();
    Cuts best_cuts;
    NamedOrder best;
    double best_flops = 0.0;
    std::size_t best_entries = 0;
    // Cutting is tried for orders whose operations are near the fewest.
    constexpr double kNear = 1.15;
    struct Filled {
        NamedOrder candidate;
        BitMatrix rows;
        double flops;
    };
    std::vector<Filled> all;
    double fewest = std::numeric_limits<double>::infinity();
    for (NamedOrder& candidate : orders_to_try(pattern, options.order)) {
        BitMatrix rows = permuted_rows(pattern, candidate.order);
        fill_in(rows);
        const double flops = factor_flops(rows);
        fewest = std::min(fewest, flops);
        all.push_back({std::move(candidate), std::move(rows), flops});
    }
    for (const auto& [candidate, filled, flops] : all) {
        if (flops > kNear * fewest) {
            continue;
        }
        std::size_t entries = 0;
        for (std::size_t i = 0; i < filled.size(); ++i) {
            entries += filled.count(i);
        }
        for (const double padding : kPaddings) {
            Cuts cuts = cut_into_blocks(filled, options.padding.value_or(padding));
            const LuPlanReport cost =
                Builder{pattern, candidate.order, cuts, options.group_values}.cost();
            if (cost.estimated_cycles < best_cycles) {
                best_cycles = cost.estimated_cycles;
                best_cuts = std::move(cuts);
                best = candidate;
                best_flops = flops;
                best_entries = entries;
            }
            if (options.padding) {
                break;
            }
        }
    }
    auto tables = std::make_shared<Tables>(
        Builder{pattern, best.order, best_cuts, options.group_values}.finish());
    tables->report.ordering = best.name;
    tables->report.flops = best_flops;
    tables->report.entry_count = best_entries;
    return LuPlan{std::move(tables)};
}

LuProgram LuPlan::program() const noexcept {
    const Tables& t = *tables_;
    return {.size = static_cast<std::uint32_t>(t.order.size()),
            .entry_count = static_cast<std::uint32_t>(t.row_of_entry.size()),
            .value_count = static_cast<std::uint32_t>(t.report.value_count),
            .task_count = static_cast<std::uint32_t>(t.tasks.size()),
            .block_count = static_cast<std::uint32_t>(t.blocks.size()),
            .tasks = t.tasks.data(),
            .updates = t.updates.data(),
            .sources = t.sources.data(),
            .blocks = t.blocks.data(),
            .solve_runs = t.solve_runs.data(),
            .order = t.order.data(),
            .column_begins = t.column_begins.data(),
            .row_of_entry = t.row_of_entry.data()};
}

}  // namespace erbium::math
