// SPDX-License-Identifier: Apache-2.0
// apps/erbium/claim_tables.hpp: the verdicts on a package's claims, as tables and as JSON.
// Reads: assay's ClaimCheck   Used by: cmd_claims, cmd_report
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "erbium/assay/claims.hpp"
#include "erbium/report/table.hpp"

namespace erbium::app {

/// "holds", or why not: "does not hold", "holds in 71 % of the sets", "ablation does not lose it".
[[nodiscard]] std::string verdict(const assay::ClaimCheck& check);

/// One row for each claim: effect and ablation side by side.
/// @param has_statements  with the sentence of the claim and its source; else only its id
[[nodiscard]] report::Table claim_table(const package::Package& package,
                                        const std::vector<assay::ClaimCheck>& checks,
                                        bool has_statements);

/// What no experiment of the package can test yet, and what it would need.
[[nodiscard]] report::Table waiting_table(const package::Package& package);

/// A list of objects, as docs/reference/claims.md describes it.
[[nodiscard]] nlohmann::ordered_json claims_json(const package::Package& package,
                                                 const std::vector<assay::ClaimCheck>& checks);

[[nodiscard]] std::size_t borne_out(const std::vector<assay::ClaimCheck>& checks);

}  // namespace erbium::app
