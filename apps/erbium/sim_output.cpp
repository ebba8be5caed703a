// SPDX-License-Identifier: Apache-2.0
// apps/erbium/sim_output.cpp: a simulation's times and its table, to the terminal or to a file.
#include "sim_output.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"

namespace erbium::app {
namespace {

constexpr std::size_t kMostValues = 10'000'000;  ///< of a table kept in memory: 80 MB

}  // namespace

Outcome<double, Diagnostics> end_time(const std::string& text, std::string_view option) {
    Diagnostics diagnostics;
    if (const std::optional<double> plain = parse_double(text); plain && *plain > 0.0) {
        return *plain;
    }
    const Outcome<double, UnitProblem> time_s = parse_time_s(text);
    if (time_s && time_s.value() > 0.0) {
        return time_s.value();
    }
    diagnostics.error("ERB-APP-0004", {},
                      fmt::format("{} {}: expected a time above 0", option, text),
                      time_s ? "write it as 72h, 30min or 4500s" : time_s.error().hint);
    return diagnostics;
}

Exit refuse_too_many(std::size_t steps, std::size_t columns) {
    if (steps < kMostValues / (columns + 1)) {
        return Exit::ok;
    }
    return fail(Exit::usage,
                fmt::format("--steps {} with {} columns makes more than {} numbers; ask "
                            "for fewer steps or, with --readout, for fewer columns",
                            steps, columns, kMostValues));
}

std::vector<double> equal_steps(double until, std::size_t steps) {
    std::vector<double> times(steps + 1);
    for (std::size_t i = 0; i <= steps; ++i) {
        times[i] = until * static_cast<double>(i) / static_cast<double>(steps);
    }
    return times;
}

void write_result(const SimCommand& command, const report::Table& table, Manifest manifest,
                  const std::string& json) {
    const auto json_text = [&] { return (json.empty() ? report::json(table) : json) + "\n"; };
    manifest.command = "erbium sim " + command.target;
    if (command.output.empty()) {
        print(command.as_json ? json_text() : report::plain_text(table));
        return;
    }
    const std::filesystem::path path{command.output};
    std::string text = path.extension() == ".json" || command.as_json ? json_text()
                       : path.extension() == ".csv"                   ? report::csv(table)
                                                                      : report::tsv(table);
    write_file(command.output, text);
    write_manifest(path.parent_path().empty() ? "." : path.parent_path().string(), manifest);
    print(fmt::format("wrote {} ({} times, {} columns)\n", command.output, table.rows.size(),
                      table.columns.size()));
}

}  // namespace erbium::app
