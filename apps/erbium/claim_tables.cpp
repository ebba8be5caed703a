// SPDX-License-Identifier: Apache-2.0
// apps/erbium/claim_tables.cpp: verdicts on claims for people and for programs.
#include "claim_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "erbium/assay/ablation.hpp"
#include "erbium/base/text.hpp"
#include "json_number.hpp"

namespace erbium::app {
namespace {

nlohmann::ordered_json interval(const assay::EnsembleMeasurement& measurement) {
    if (!measurement.has_spread()) {
        return nullptr;
    }
    return nlohmann::ordered_json::array(
        {json_number(measurement.spread.lower), json_number(measurement.spread.upper)});
}

/// "0.48 [0.41, 0.55]", or the nominal number alone without an ensemble.
std::string with_interval(const assay::EnsembleMeasurement& measurement) {
    if (!measurement.has_spread()) {
        return rounded(measurement.nominal.value, 3);
    }
    return fmt::format("{} [{}, {}]", rounded(measurement.spread.median, 3),
                       rounded(measurement.spread.lower, 3), rounded(measurement.spread.upper, 3));
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", 100.0 * share);
}

}  // namespace

std::string verdict(const assay::ClaimCheck& check) {
    if (std::isnan(check.effect.nominal.value)) {
        return "failed: " + check.effect.nominal.reason;
    }
    if (!check.effect_holds) {
        return "does not hold";
    }
    if (!check.holds()) {
        return fmt::format("holds in {} of the sets", percent(check.effect_share));
    }
    if (check.ablation && std::isnan(check.ablation->nominal.value)) {
        return "ablation failed: " + check.ablation->nominal.reason;
    }
    if (!check.ablation_is_lost) {
        return "ablation does not lose it";
    }
    if (!check.ablation_holds()) {
        return fmt::format("ablation loses it in {} of the sets", percent(check.ablation_share));
    }
    return "holds";
}

std::size_t borne_out(const std::vector<assay::ClaimCheck>& checks) {
    return static_cast<std::size_t>(std::count_if(
        checks.begin(), checks.end(), [](const auto& check) { return check.is_borne_out(); }));
}

report::Table claim_table(const package::Package& package,
                          const std::vector<assay::ClaimCheck>& checks, bool has_statements) {
    report::Table table{.title = "Claims, each beside its ablation", .columns = {{.name = "id"}}};
    if (has_statements) {
        table.columns.push_back({.name = "statement"});
    }
    for (const char* name : {"effect", "expected", "ablated", "expected when ablated"}) {
        table.columns.push_back({.name = name});
    }
    table.columns.push_back({.name = "sets", .align = report::Align::end});
    table.columns.push_back({.name = "verdict"});
    if (has_statements) {
        table.columns.push_back({.name = "source"});
    }
    for (const assay::ClaimCheck& check : checks) {
        const package::Claim& claim = package.claims[check.claim];
        report::Row row{.cells = {claim.id}};
        if (has_statements) {
            row.cells.emplace_back(claim.statement);
        }
        row.cells.emplace_back(with_interval(check.effect));
        row.cells.emplace_back(claim.expect.text);
        row.cells.emplace_back(check.ablation ? with_interval(*check.ablation) : "none");
        row.cells.emplace_back(assay::ablation_expectation(claim));
        row.cells.emplace_back(check.effect.has_spread() ? percent(check.effect_share) : "nominal");
        row.cells.emplace_back(verdict(check));
        if (has_statements) {
            row.cells.emplace_back(fmt::format("{}", fmt::join(claim.sources, "; ")));
        }
        row.mark = check.is_borne_out()                     ? report::RowMark::none
                   : std::isnan(check.effect.nominal.value) ? report::RowMark::failed
                                                            : report::RowMark::misfit;
        table.rows.push_back(std::move(row));
    }
    return table;
}

report::Table waiting_table(const package::Package& package) {
    report::Table table{.title = "Statements that wait",
                        .columns = {{.name = "id"}, {.name = "statement"}, {.name = "needs"}}};
    for (const package::WaitingClaim& waiting : package.waiting_claims) {
        table.rows.push_back({.cells = {waiting.id, waiting.statement, waiting.needs}});
    }
    return table;
}

nlohmann::ordered_json claims_json(const package::Package& package,
                                   const std::vector<assay::ClaimCheck>& checks) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const assay::ClaimCheck& check : checks) {
        const package::Claim& claim = package.claims[check.claim];
        nlohmann::ordered_json json;
        json["id"] = claim.id;
        json["statement"] = claim.statement;
        json["effect"] = json_number(check.effect.best());
        json["interval"] = interval(check.effect);
        json["share_holding"] = check.effect_share;
        json["ablation_holds"] = check.ablation_holds();
        json["holds"] = check.is_borne_out();
        json["nominal"] = json_number(check.effect.nominal.value);
        json["expectation"] = claim.expect.text;
        json["sets"] = check.effect.spread.values.size();
        json["failed_sets"] = check.effect.spread.failed;
        if (check.ablation) {
            json["ablation_effect"] = json_number(check.ablation->best());
            json["ablation_interval"] = interval(*check.ablation);
            json["ablation_nominal"] = json_number(check.ablation->nominal.value);
            json["ablation_expectation"] = assay::ablation_expectation(claim);
            json["ablation_share"] = check.ablation_share;
        }
        json["verdict"] = verdict(check);
        json["source"] = claim.sources;
        json["note"] = claim.note;
        all.push_back(std::move(json));
    }
    return all;
}

}  // namespace erbium::app
