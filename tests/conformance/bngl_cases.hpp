// SPDX-License-Identifier: Apache-2.0
// tests/conformance/bngl_cases.hpp: published BNGL models, and how Erbium does on each.
// Used by: bngl_table_test.cpp, which keeps the verdicts in docs/conformance/bngl.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace erbium::conformance {

/// The folder `bngl` of the conformance data, which may be absent.
[[nodiscard]] std::filesystem::path bngl_folder();
/// The folder that make_references.py filled with BioNetGen's own runs, if one is named.
[[nodiscard]] std::optional<std::filesystem::path> runs_folder();

/// One model of a set. Names are unique within a set.
struct Case {
    std::string set;
    std::string name;
    std::filesystem::path file;
};

/// Models that take seconds to a minute: looked at when ERBIUM_CONFORMANCE_ALL is set; their rows
/// stay as they were otherwise.
[[nodiscard]] bool is_slow(const Case& c);

/// All models of bng_validate, bng_models2, fceri and nfsim_basic, by set and name.
[[nodiscard]] std::vector<Case> find_cases(const std::filesystem::path& bngl);

/// How Erbium does on one model. Words of a verdict: "pass", "-" (nothing to compare with),
/// "refused: <construct>", "invalid: <why>", "known: <why it differs>", "WRONG: <how>".
struct Row {
    std::string set;
    std::string name;
    std::string size;              ///< "356 / 3749", or "-"
    std::string network;           ///< against the reference .net
    std::string trajectories;      ///< of the file's own actions, against reference tables
    std::string run_network;       ///< against the network of a fresh BioNetGen run
    std::string run_trajectories;  ///< against its tables
};

/// Columns `size`, `network`, `trajectories`.
[[nodiscard]] Row check_references(const Case& c, const std::filesystem::path& bngl,
                                   const std::filesystem::path& scratch);
/// Fills the columns `run_*` from `runs`/<set>/<name>.
void check_run(const Case& c, const std::filesystem::path& runs,
               const std::filesystem::path& scratch, Row& row);

/// The verdict on the whole row: "pass", "refused", "invalid", "WRONG" or "no reference".
[[nodiscard]] std::string overall(const Row& row);

}  // namespace erbium::conformance
