// SPDX-License-Identifier: Apache-2.0
// tests/conformance/dat_tables.hpp: .gdat, .cdat and .scan files compared column by column.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace erbium::conformance {

/// The rows of a table; lines that begin with '#' are left out.
using Table = std::vector<std::vector<double>>;
[[nodiscard]] Table read_table(const std::filesystem::path& path);

struct TableTolerance {
    double rtol{1e-6};
    /// Absolute tolerance of the simulation that made the reference: it may be off by as much
    /// itself, and so may we.
    double atol{1e-8};
    /// A run that ended in a steady state may have ended one interval later.
    bool may_end_earlier{};
    std::vector<std::size_t> skipped_columns;
};

/// Empty when each value x of `found` has |x - y| <= rtol |y| + 1e-9 max|column| + atol; else the
/// first that has not.
/// @param order  by column of `reference` after the first: the column of `found`; empty: the same
[[nodiscard]] std::string compare_tables(const Table& found, const Table& reference,
                                         const TableTolerance& tolerance,
                                         const std::vector<std::size_t>& order = {});

/// The order for compare_tables when nothing says which column is which: each column of `reference`
/// gets the first one of `found` not yet taken that agrees with it. A column without a partner gets
/// the one at its own place, which compare_tables will then find to differ.
[[nodiscard]] std::vector<std::size_t> matching_order(const Table& found, const Table& reference,
                                                      const TableTolerance& tolerance);

}  // namespace erbium::conformance
