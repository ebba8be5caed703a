// SPDX-License-Identifier: Apache-2.0
// tests/conformance/bngl_table_test.cpp: published BNGL models against BioNetGen, and the table of
// them that is kept in docs/conformance/bngl.md. ERBIUM_UPDATE_TABLES=1 writes it anew.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "bngl_cases.hpp"
#include "erbium/base/text.hpp"

namespace erbium::conformance {
namespace {

namespace fs = std::filesystem;

const std::string kKeptTable = ERBIUM_SOURCE_DIR "/docs/conformance/bngl.md";
constexpr std::string_view kBeginTables =
    "<!-- made by tests/conformance/bngl_table_test.cpp -->\n";

std::string markdown(const Row& row) {
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.name, row.size, overall(row),
                       row.network, row.trajectories, row.run_network, row.run_trajectories);
}

/// The tables of a kept page, by "set/name".
std::map<std::string, Row> kept_rows(const std::string& page) {
    std::map<std::string, Row> rows;
    std::string set;
    for (const std::string_view line : split(page, '\n')) {
        if (line.starts_with("## ")) {
            set = std::string{trimmed(line.substr(3))};
        }
        const std::vector<std::string_view> cells = split(line, '|');
        if (cells.size() != 9 || trimmed(cells[1]) == "model" || cells[1].starts_with("---")) {
            continue;
        }
        const auto cell = [&](std::size_t i) { return std::string{trimmed(cells[i])}; };
        rows[set + "/" + cell(1)] = Row{set, cell(1), cell(2), cell(4), cell(5), cell(6), cell(7)};
    }
    return rows;
}

std::string tables(const std::vector<Row>& rows) {
    std::string text;
    std::string summary =
        "| set | models | pass | refused | invalid | no reference | wrong |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n";
    for (auto begin = rows.begin(); begin != rows.end();) {
        const auto end =
            std::find_if(begin, rows.end(), [&](const Row& r) { return r.set != begin->set; });
        std::map<std::string, int> counts;
        text += fmt::format(
            "\n## {}\n\n"
            "| model | species / reactions | verdict | network: reference | actions: reference | "
            "network: BioNetGen run | trajectories: BioNetGen run |\n"
            "| --- | --- | --- | --- | --- | --- | --- |\n",
            begin->set);
        for (auto row = begin; row != end; ++row) {
            ++counts[overall(*row)];
            text += markdown(*row);
        }
        summary += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", begin->set, end - begin,
                               counts["pass"], counts["refused"], counts["invalid"],
                               counts["no reference"], counts["WRONG"]);
        begin = end;
    }
    return summary + text;
}

TEST(PublishedBnglModels, AgreeWithBioNetGenAndTheKeptTableIsCurrent) {
    const fs::path bngl = bngl_folder();
    if (!fs::exists(bngl)) {
        GTEST_SKIP() << "no models in " << bngl
                     << "; set ERBIUM_CONFORMANCE_DIR to the folder that holds bngl/";
    }
    const std::string page = fs::exists(kKeptTable) ? read_file(kKeptTable) : std::string{};
    const std::map<std::string, Row> kept = kept_rows(page);
    const fs::path scratch = fs::temp_directory_path() / fmt::format("erbium_bngl_{}", ::getpid());
    fs::create_directories(scratch);
    const std::optional<fs::path> runs = runs_folder();
    const bool takes_time = std::getenv("ERBIUM_CONFORMANCE_ALL") != nullptr;
    std::vector<Row> rows;
    for (const Case& c : find_cases(bngl)) {
        const auto before = kept.find(c.set + "/" + c.name);
        if (is_slow(c) && !takes_time && before != kept.end()) {
            rows.push_back(before->second);
            continue;
        }
        Row row = check_references(c, bngl, scratch);
        if (runs) {
            check_run(c, *runs, scratch, row);
        } else if (before != kept.end()) {  // what only a BioNetGen run can tell stays as it was
            row.run_network = before->second.run_network;
            row.run_trajectories = before->second.run_trajectories;
        }
        EXPECT_NE(overall(row), "WRONG") << markdown(row);
        rows.push_back(std::move(row));
    }
    fs::remove_all(scratch);
    const auto passed = std::count_if(rows.begin(), rows.end(), [](const Row& row) {
        return row.set == "bng_validate" && overall(row) == "pass";
    });
    EXPECT_GE(passed, 66);
    const std::string made = tables(rows);
    fmt::print("{}", made);
    const std::size_t at = page.find(kBeginTables);
    const std::string head = page.substr(0, at == std::string::npos ? page.size() : at);
    const std::string whole = head + std::string{kBeginTables} + made;
    if (const char* update = std::getenv("ERBIUM_UPDATE_TABLES"); update != nullptr) {
        write_file(kKeptTable, whole);
    }
    EXPECT_EQ(read_file(kKeptTable), whole) << "write it anew with ERBIUM_UPDATE_TABLES=1";
}

}  // namespace
}  // namespace erbium::conformance
