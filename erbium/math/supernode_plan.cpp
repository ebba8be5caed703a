// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/supernode_plan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/math/ordering.hpp"

namespace erbium::math {
namespace {

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

/// First row of each supernode, and the size at the end.
using Cuts = std::vector<std::size_t>;

BitMatrix transposed(const BitMatrix& rows) {
    const std::size_t n = rows.size();
    BitMatrix columns{n};
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = rows.next(i, 0); j < n; j = rows.next(i, j + 1)) {
            columns.set(j, i);
        }
    }
    return columns;
}

/// Joins neighbouring columns while the panels' zeros stay below `padding` per entry.
Cuts cut(const BitMatrix& rows, const BitMatrix& columns, double padding, std::size_t most_width) {
    const std::size_t n = rows.size();
    Cuts cuts{0};
    std::vector<std::uint8_t> in_row(n);
    std::vector<std::uint8_t> in_column(n);
    while (cuts.back() < n) {
        const std::size_t begin = cuts.back();
        std::fill(in_row.begin(), in_row.end(), std::uint8_t{0});
        std::fill(in_column.begin(), in_column.end(), std::uint8_t{0});
        std::size_t entries = 0;
        std::size_t held = 0;  // of the joined lists, positions >= begin
        std::size_t end = begin;
        while (end < n && end - begin < most_width) {
            // What lies before `end` in the lists is the diagonal block.
            for (std::size_t j = rows.next(end, begin); j < n; j = rows.next(end, j + 1)) {
                entries += 1;
                held += in_row[j] == 0 ? 1U : 0U;
                in_row[j] = 1;
            }
            for (std::size_t i = columns.next(end, begin); i < n; i = columns.next(end, i + 1)) {
                entries += 1;
                held += in_column[i] == 0 ? 1U : 0U;
                in_column[i] = 1;
            }
            // Rows and columns of the block count twice in `held`, and entries before the diagonal
            // twice in `entries`; the same on both sides.
            if (end > begin && static_cast<double>((end + 1 - begin) * held) >
                                   (1.0 + padding) * static_cast<double>(entries)) {
                break;
            }
            ++end;
        }
        cuts.push_back(end);
    }
    return cuts;
}

/// The lists of every supernode, closed under elimination with the zeros that panels hold.
class Layout {
public:
    Layout(BitMatrix rows, Cuts cuts) : cuts_{std::move(cuts)} {
        const std::size_t n = rows.size();
        const std::size_t count = cuts_.size() - 1;
        rows_.resize(count);
        columns_.resize(count);
        supernode_of_.resize(n);
        for (std::size_t s = 0; s < count; ++s) {
            const std::size_t begin = cuts_[s];
            const std::size_t end = cuts_[s + 1];
            for (std::size_t i = begin; i < end; ++i) {
                supernode_of_[i] = narrow(s);
                rows.merge(begin, i, begin);
            }
            for (std::size_t j = rows.next(begin, end); j < n; j = rows.next(begin, j + 1)) {
                columns_[s].push_back(narrow(j));
            }
            for (std::size_t i = end; i < n; ++i) {
                if (rows.next(i, begin) < end) {
                    rows_[s].push_back(narrow(i));
                    rows.merge(i, begin, end);
                }
            }
        }
        find_sources();
    }

    [[nodiscard]] std::size_t count() const noexcept { return rows_.size(); }
    [[nodiscard]] const std::vector<std::uint32_t>& rows(std::size_t s) const { return rows_[s]; }
    [[nodiscard]] const std::vector<std::uint32_t>& columns(std::size_t s) const {
        return columns_[s];
    }
    [[nodiscard]] std::size_t begin(std::size_t s) const { return cuts_[s]; }
    [[nodiscard]] std::size_t width(std::size_t s) const { return cuts_[s + 1] - cuts_[s]; }
    [[nodiscard]] std::size_t supernode_of(std::size_t row) const { return supernode_of_[row]; }
    [[nodiscard]] const std::vector<SupernodeSource>& sources(std::size_t s) const {
        return sources_[s];
    }

    /// Operations and time; the costs were measured with AVX-512 (bench/lu.cpp).
    void add_cost(SupernodePlanReport& report) const {
        constexpr double kSourceCycles = 200.0;
        constexpr double kElementCycles = 1.0;  // of bringing a product to its place
        constexpr double kFlopsPerCycle = 20.0;
        for (std::size_t t = 0; t < count(); ++t) {
            const auto w = static_cast<double>(width(t));
            const double around =
                static_cast<double>(rows_[t].size()) + static_cast<double>(columns_[t].size());
            const double own = w * w * (2.0 / 3.0 * w + around);
            double products = 0.0;
            for (const SupernodeSource& source : sources_[t]) {
                const std::size_t s = source.supernode;
                const double elements = static_cast<double>(
                    (rows_[s].size() - source.row_begin) *
                        (source.column_end - source.column_begin) +
                    (columns_[s].size() - source.column_end) * (source.row_end - source.row_begin));
                products += 2.0 * elements * static_cast<double>(width(s));
                report.estimated_cycles += kSourceCycles + kElementCycles * elements;
            }
            report.padded_flops += own + products;
            report.estimated_cycles += kSourceCycles + 3.0 * own / kFlopsPerCycle +
                                       products / kFlopsPerCycle + w * (w + around);
            report.source_count += sources_[t].size();
        }
        report.supernode_count = count();
    }

private:
    void find_sources() {
        sources_.resize(count());
        for (std::size_t s = 0; s < count(); ++s) {
            std::size_t row = 0;
            std::size_t column = 0;
            const std::vector<std::uint32_t>& rows = rows_[s];
            const std::vector<std::uint32_t>& columns = columns_[s];
            while (row < rows.size() && column < columns.size()) {
                const std::size_t t = supernode_of_[std::min(rows[row], columns[column])];
                SupernodeSource source;
                source.supernode = narrow(s);
                source.row_begin = narrow(row);
                source.column_begin = narrow(column);
                for (; row < rows.size() && rows[row] < cuts_[t + 1]; ++row) {
                }
                for (; column < columns.size() && columns[column] < cuts_[t + 1]; ++column) {
                }
                source.row_end = narrow(row);
                source.column_end = narrow(column);
                sources_[t].push_back(source);
            }
        }
    }

    Cuts cuts_;
    std::vector<std::vector<std::uint32_t>> rows_;
    std::vector<std::vector<std::uint32_t>> columns_;
    std::vector<std::uint32_t> supernode_of_;
    std::vector<std::vector<SupernodeSource>> sources_;
};

SupernodePlan::Tables tables_of(const SparsePattern& pattern, const Order& order,
                                const Layout& layout) {
    SupernodePlan::Tables tables;
    const std::size_t n = order.size();
    std::uint64_t next = 0;
    for (std::size_t s = 0; s < layout.count(); ++s) {
        Supernode node;
        node.begin = narrow(layout.begin(s));
        node.width = narrow(layout.width(s));
        node.row_count = narrow(layout.rows(s).size());
        node.column_count = narrow(layout.columns(s).size());
        node.rows = narrow(tables.lists.size());
        tables.lists.insert(tables.lists.end(), layout.rows(s).begin(), layout.rows(s).end());
        node.columns = narrow(tables.lists.size());
        tables.lists.insert(tables.lists.end(), layout.columns(s).begin(), layout.columns(s).end());
        node.source_begin = narrow(tables.sources.size());
        tables.sources.insert(tables.sources.end(), layout.sources(s).begin(),
                              layout.sources(s).end());
        node.source_end = narrow(tables.sources.size());
        node.lower = next;
        next += panel_stride(std::uint64_t{node.width} + node.row_count) * node.width;
        node.upper = next;
        next += panel_stride(node.column_count) * node.width;
        tables.supernodes.push_back(node);
    }
    tables.report.value_count = next;
    // A's entries, by the supernode that holds them.
    std::vector<std::size_t> position(n);
    for (std::size_t i = 0; i < n; ++i) {
        position[static_cast<std::size_t>(order[i])] = i;
    }
    std::vector<std::vector<SupernodeEntry>> entries(layout.count());
    const auto place_in = [](const std::vector<std::uint32_t>& list, std::size_t index) {
        const auto found = std::lower_bound(list.begin(), list.end(), narrow(index));
        ERBIUM_CHECK(found != list.end() && *found == index, "an entry outside the LU pattern");
        return static_cast<std::uint64_t>(found - list.begin());
    };
    for (std::size_t j = 0; j < n; ++j) {
        for (auto e = static_cast<std::size_t>(pattern.column_begins[j]);
             e < static_cast<std::size_t>(pattern.column_begins[j + 1]); ++e) {
            const std::size_t row = position[static_cast<std::size_t>(pattern.row_of_entry[e])];
            const std::size_t column = position[j];
            const std::size_t s = std::min(layout.supernode_of(row), layout.supernode_of(column));
            const Supernode& node = tables.supernodes[s];
            std::uint64_t value = 0;
            if (layout.supernode_of(column) == s) {
                const std::uint64_t at = layout.supernode_of(row) == s
                                             ? row - node.begin
                                             : node.width + place_in(layout.rows(s), row);
                value = node.lower + at +
                        (column - node.begin) *
                            panel_stride(std::uint64_t{node.width} + node.row_count);
            } else {
                value = node.upper + place_in(layout.columns(s), column) +
                        (row - node.begin) * panel_stride(node.column_count);
            }
            entries[s].push_back({narrow(e), value});
        }
    }
    for (std::size_t s = 0; s < layout.count(); ++s) {
        tables.supernodes[s].entry_begin = narrow(tables.entries.size());
        tables.entries.insert(tables.entries.end(), entries[s].begin(), entries[s].end());
        tables.supernodes[s].entry_end = narrow(tables.entries.size());
    }
    tables.order = order;
    tables.column_begins.assign(pattern.column_begins.begin(), pattern.column_begins.end());
    tables.row_of_entry.assign(pattern.row_of_entry.begin(), pattern.row_of_entry.end());
    return tables;
}

}  // namespace

SupernodePlan SupernodePlan::make(const SparsePattern& pattern,
                                  const SupernodePlanOptions& options) {
    ERBIUM_CHECK(options.most_width > 0 && options.most_width <= kMostSupernodeWidth,
                 "width of supernodes out of range");
    constexpr std::array kPaddings{0.1, 0.3, 0.6, 1.0};
    std::optional<Layout> best;
    Order best_order;
    SupernodePlanReport best_report;
    best_report.estimated_cycles = std::numeric_limits<double>::infinity();
    for (NamedOrder& candidate : orders_to_try(pattern, options.order)) {
        BitMatrix rows = permuted_rows(pattern, candidate.order);
        fill_in(rows);
        const BitMatrix columns = transposed(rows);
        const double flops = factor_flops(rows);
        std::size_t entries = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            entries += rows.count(i);
        }
        for (const double padding : kPaddings) {
            Layout layout{
                rows, cut(rows, columns, options.padding.value_or(padding), options.most_width)};
            SupernodePlanReport report;
            layout.add_cost(report);
            if (report.estimated_cycles < best_report.estimated_cycles) {
                report.ordering = candidate.name;
                report.flops = flops;
                report.entry_count = entries;
                best_report = report;
                best_order = candidate.order;
                best = std::move(layout);
            }
            if (options.padding) {
                break;
            }
        }
    }
    auto tables = std::make_shared<Tables>(tables_of(pattern, best_order, *best));
    best_report.value_count = tables->report.value_count;
    tables->report = std::move(best_report);
    // Blocks of both factors, a tile of a product (supernode_kernel.hpp), vectors of the solve.
    tables->work_count =
        std::max<std::uint64_t>(3 * std::uint64_t{kMostSupernodeWidth} * kMostSupernodeWidth + 1024,
                                3 * pattern.size() + 64);
    return SupernodePlan{std::move(tables)};
}

SupernodeProgram SupernodePlan::program() const noexcept {
    const Tables& t = *tables_;
    return {.size = narrow(t.order.size()),
            .entry_count = narrow(t.row_of_entry.size()),
            .supernode_count = narrow(t.supernodes.size()),
            .value_count = t.report.value_count,
            .work_count = t.work_count,
            .supernodes = t.supernodes.data(),
            .lists = t.lists.data(),
            .sources = t.sources.data(),
            .entries = t.entries.data(),
            .order = t.order.data(),
            .column_begins = t.column_begins.data(),
            .row_of_entry = t.row_of_entry.data()};
}

}  // namespace erbium::math
