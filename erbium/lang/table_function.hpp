// SPDX-License-Identifier: Apache-2.0
// erbium/lang/table_function.hpp: functions given by their values at some points (BNGL's tfun).
// Makes: TableFunction   Used by: Expression, model::bind, net (text), eqn (values)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "erbium/base/diagnostic.hpp"

namespace erbium::lang {

/// y over x, x strictly ascending. Before the first point the value is the first y, from the last
/// point on the last y. At a point the value is that point's y.
struct TableFunction {
    enum class Method : std::uint8_t {
        linear,  ///< straight lines between the points
        step     ///< y of the last point that is not after x; jumps at the points
    };
    Method method{Method::linear};
    bool is_upper_case{};  ///< written TFUN(index, 'file'), not tfun('file', index)
    std::string file;      ///< as written; empty when the values stand in the text
    std::vector<double> x;
    std::vector<double> y;  ///< as many; none while the file has not been read

    [[nodiscard]] bool is_read() const noexcept { return !x.empty(); }
    bool operator==(const TableFunction&) const = default;
};

/// The value at `x`, NaN for NaN. Precondition: is_read(). Cost: O(log points).
[[nodiscard]] double value_at(const TableFunction& table, double x) noexcept;

/// Gives the text at a path, or nothing when it cannot be read. Libraries read no files by
/// themselves; whoever calls them hands this in.
using TextReader = std::function<std::shared_ptr<const SourceText>(const std::string& path)>;

/// Whether a table's file lies in the folder of the text that names it or below: a relative path
/// without `..`, without backslashes.
[[nodiscard]] bool stays_in_folder(const std::string& file) noexcept;

/// The path of a table that the text at `path` names.
[[nodiscard]] std::string beside(const std::string& path, const std::string& file);

/// Reads points, two numbers a line; lines that start with `#` (BioNetGen wants one as a heading)
/// and empty ones are skipped. Complains with ERB-EXPR-0012 and returns false when they are not
/// points of a function.
bool read_points(const std::shared_ptr<const SourceText>& source, TableFunction& table,
                 Diagnostics& diagnostics);

/// What is wrong with the points, as a sentence; empty when nothing is.
[[nodiscard]] std::string fault_of_points(const std::vector<double>& x,
                                          const std::vector<double>& y);

}  // namespace erbium::lang
