// SPDX-License-Identifier: Apache-2.0
// apps/erbium/calibration_report.cpp: tables of a comparison, in the order in which they matter.
#include "calibration_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>

#include "claim_tables.hpp"
#include "erbium/assay/coverage.hpp"
#include "erbium/base/hash.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/table.hpp"
#include "report_evidence.hpp"

namespace erbium::app {
namespace {

using package::Package;
using report::Align;

/// What is aimed at; see the table that says whether it is reached.
constexpr double kMostLog2 = 0.5;      ///< root mean square of time courses
constexpr double kMostCurve = 0.15;    ///< root mean square of a dose series
constexpr double kMostHalfDose = 3.0;  ///< factor between doses of half effect

/// A table that calibrate wrote: numbers become numbers again.
report::Table read_table(const std::string& path, Diagnostics& diagnostics) {
    report::Table out;
    if (!std::filesystem::exists(path)) {
        return out;
    }
    const auto source = std::make_shared<const SourceText>(SourceText{path, read_file(path)});
    const package::Table table =
        package::parse_table(source, {}, diagnostics, package::OtherColumns::kept);
    for (const std::string& name : table.columns()) {
        out.columns.push_back({.name = name});
    }
    for (const package::TableRow& row : table.rows()) {
        report::Row cells;
        for (std::size_t c = 0; c < out.columns.size(); ++c) {
            const std::string_view text = row.text(out.columns[c].name);
            if (const std::optional<double> number = parse_double(text)) {
                cells.cells.emplace_back(*number);
                out.columns[c].align = Align::end;
            } else {
                cells.cells.emplace_back(std::string{text});
            }
        }
        out.rows.push_back(std::move(cells));
    }
    return out;
}

/// The model's prediction of a row: the median over the ensemble, or the nominal number.
double predicted(const assay::ComparisonRow& row) {
    return row.spread.values.empty() ? row.model : row.spread.median;
}

/// What people call a row's conditions.
std::string treatment_of(const package::Observation& o) {
    const std::string treatment = o.treatment_text.empty() ? "none" : o.treatment_text;
    return o.background_text.empty() ? treatment
                                     : fmt::format("{} in {}", treatment, o.background_text);
}

enum class Verdict { miss, hold };

report::Table observation_table(const Package& package, const assay::Comparison& comparison,
                                assay::Rows rows, Verdict wanted) {
    report::Table table{.columns = {{.name = "row"},
                                    {.name = "profile"},
                                    {.name = "treatment"},
                                    {.name = "what"},
                                    {.name = "time", .align = Align::end},
                                    {.name = "measured", .align = Align::end},
                                    {.name = "nominal", .align = Align::end},
                                    {.name = "median [90 %]", .align = Align::end},
                                    {.name = "sets that hold", .align = Align::end},
                                    {.name = "residual", .align = Align::end}}};
    std::vector<std::pair<double, report::Row>> found;  // by how far they miss
    for (const assay::ComparisonRow& row : comparison.rows) {
        const package::Observation& o = package.observations[row.observation];
        const double model = predicted(row);
        const assay::ComparisonRow verdict = assay::compare(o, model);
        if (o.is_held_out != (rows == assay::Rows::held_out) ||
            verdict.holds != (wanted == Verdict::hold)) {
            continue;
        }
        const std::string interval =
            row.spread.values.empty()
                ? rounded(model, 3)
                : fmt::format("{} [{}, {}]", rounded(model, 3), rounded(row.spread.lower, 3),
                              rounded(row.spread.upper, 3));
        const double size = std::isnan(verdict.residual) ? HUGE_VAL : std::fabs(verdict.residual);
        found.emplace_back(
            wanted == Verdict::miss ? size : 0.0,
            report::Row{.cells = {o.id, o.profile, treatment_of(o), quantity_text(o),
                                  time_text(o.time_s), measured_text(o), rounded(row.model, 3),
                                  interval, fmt::format("{:.0f} %", 100.0 * row.share_holding),
                                  rounded(verdict.residual, 2)}});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& [size, row] : found) {
        table.rows.push_back(std::move(row));
    }
    return table;
}

report::Table short_claims(const Package& package, const std::vector<assay::ClaimCheck>& claims,
                           Verdict wanted) {
    std::vector<assay::ClaimCheck> chosen;
    std::copy_if(claims.begin(), claims.end(), std::back_inserter(chosen), [&](const auto& check) {
        return check.is_borne_out() == (wanted == Verdict::hold);
    });
    report::Table table = claim_table(package, chosen, true);
    // Sources stand in claims.yaml and on the HTML page.
    table.columns.pop_back();
    for (report::Row& row : table.rows) {
        row.cells.pop_back();
    }
    return table;
}

report::Table coverage_table(const Package& package, const assay::Comparison& comparison) {
    report::Table table{.columns = {{.name = "rows"},
                                    {.name = "of kind"},
                                    {.name = "number", .align = Align::end}}};
    for (const double level : assay::kCoverageLevels) {
        table.columns.push_back(
            {.name = fmt::format("inside {:.0f} %", 100.0 * level), .align = Align::end});
    }
    table.columns.push_back(
        {.name = fmt::format("inside {:.0f} % of the sets alone", 100.0 * assay::kIntervalShare),
         .align = Align::end});
    const auto share = [](std::size_t count, std::size_t of) {
        return fmt::format("{:.0f} %",
                           100.0 * static_cast<double>(count) / static_cast<double>(of));
    };
    for (const assay::Rows rows : {assay::Rows::held_out, assay::Rows::calibration}) {
        for (const assay::Coverage& one : assay::coverage(package, comparison, rows)) {
            report::Row row{.cells = {rows == assay::Rows::held_out ? "held out" : "calibrated to",
                                      one.kind, static_cast<double>(one.rows)}};
            for (const std::size_t inside : one.inside) {
                row.cells.emplace_back(share(inside, one.rows));
            }
            row.cells.emplace_back(share(one.inside_sets, one.rows));
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

/// Held-out rows or those calibrated to: how many hold, by the nominal set and by the median.
struct Holding {
    std::size_t rows{};
    std::size_t nominal{};
    std::size_t median{};
};

Holding holding(const Package& package, const assay::Comparison& comparison, assay::Rows rows) {
    Holding out;
    for (const assay::ComparisonRow& row : comparison.rows) {
        const package::Observation& o = package.observations[row.observation];
        if (o.is_held_out == (rows == assay::Rows::held_out)) {
            ++out.rows;
            out.nominal += row.holds ? 1U : 0U;
            out.median += assay::compare(o, predicted(row)).holds ? 1U : 0U;
        }
    }
    return out;
}

/// "model better in all kinds", or where it is not.
std::string beaten(const report::Table& scores) {
    std::vector<std::string> worse;
    for (const report::Row& row : scores.rows) {
        std::array<double, 3> values{};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double* number = std::get_if<double>(&row.cells[2 + i]);
            values[i] = number == nullptr ? 0.0 : *number;
        }
        const std::string& kind = std::get<std::string>(row.cells[0]);
        const bool counts_rows = kind == kRowsThatHold;
        const double best =
            counts_rows ? std::max(values[1], values[2]) : std::min(values[1], values[2]);
        if (counts_rows ? values[0] <= best : values[0] >= best) {
            worse.push_back(kind);
        }
    }
    return worse.empty() ? "yes" : fmt::format("no: {}", fmt::join(worse, ", "));
}

report::Table aims_table(const Package& package, const assay::Comparison& comparison,
                         const std::vector<assay::ClaimCheck>& claims,
                         const CalibrationTables& tables) {
    report::Table table{.columns = {{.name = "aim"}, {.name = "found"}, {.name = "reached"}}};
    const auto add = [&](std::string aim, std::string found, bool is_reached) {
        table.rows.push_back(
            {.cells = {std::move(aim), std::move(found), is_reached ? "yes" : "no"}});
    };
    const std::size_t held = borne_out(claims);
    add(fmt::format(
            "claims and their ablations hold in the nominal set and in {:.0f} % of the sets",
            100.0 * assay::kLeastShare),
        fmt::format("{} of {}", held, claims.size()), held == claims.size());
    const assay::Agreement fit = assay::agreement(package, comparison, assay::Rows::calibration);
    add(fmt::format("time courses: root mean square of log2 fold at most {}", kMostLog2),
        fmt::format("{} over {} rows", rounded(fit.log2_rms, 2), fit.log2_rows),
        fit.log2_rms <= kMostLog2);
    std::size_t close = 0;
    std::size_t near = 0;
    for (const assay::CurveAgreement& curve : fit.curves) {
        const double ratio = curve.half_ratio();
        close += curve.rms <= kMostCurve ? 1U : 0U;
        near += ratio >= 1.0 / kMostHalfDose && ratio <= kMostHalfDose ? 1U : 0U;
    }
    add(fmt::format("dose series: root mean square of viability at most {}", kMostCurve),
        fmt::format("{} of {}", close, fit.curves.size()), close == fit.curves.size());
    add(fmt::format("dose series: dose of half effect within {}-fold", kMostHalfDose),
        fmt::format("{} of {}", near, fit.curves.size()), near == fit.curves.size());
    add("directions and intervals hold",
        fmt::format("{} of {}", fit.intervals_holding, fit.interval_rows),
        fit.intervals_holding == fit.interval_rows);
    for (const auto& [name, scores] :
         {std::pair{"cell lines", &tables.by_line}, std::pair{"agents", &tables.by_agents}}) {
        const std::string found = scores->rows.empty() ? "not computed" : beaten(*scores);
        add(fmt::format("left-out {} are predicted better than by naive predictors", name), found,
            found == "yes");
    }
    return table;
}

std::string section(const std::string& heading, const std::string& prose,
                    const report::Table& table) {
    if (table.rows.empty()) {
        return {};
    }
    return fmt::format("## {}\n\n{}{}{}\n", heading, prose, prose.empty() ? "" : "\n\n",
                       report::markdown(table));
}

}  // namespace

Outcome<CalibrationTables, Diagnostics> read_calibration(const Package& package) {
    Diagnostics diagnostics;
    CalibrationTables out;
    const std::filesystem::path folder = std::filesystem::path{package.folder} / kCalibrationFolder;
    const auto read = [&](const char* name) {
        return read_table((folder / name).string(), diagnostics);
    };
    out.posterior = read("posterior.tsv");
    out.by_line = read("cross_validation_by_line.tsv");
    out.by_agents = read("cross_validation_by_agents.tsv");
    for (const auto& text : package.texts) {
        if (std::filesystem::path{text->path}.filename() == "ensemble.tsv") {
            out.ensemble_hash = content_hash(text->text);
            for (const std::string_view line : split(text->text, '\n')) {
                if (line.starts_with('#')) {
                    out.ensemble_head += std::string{trimmed(line.substr(1))} + "\n";
                }
            }
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return out;
}

std::string calibration_report(const Package& package, const assay::Comparison& comparison,
                               const std::vector<assay::ClaimCheck>& claims,
                               const CalibrationTables& tables, const std::string& command) {
    const Holding held_out = holding(package, comparison, assay::Rows::held_out);
    const Holding used = holding(package, comparison, assay::Rows::calibration);
    std::string out = fmt::format(
        "# Calibration of {0}\n\nWritten by `{1}`; nothing here is edited by hand. "
        "[Calibration](../reference/calibration.md) says how it is made, [the model "
        "card](../models/{0}.md) what the model is for.\n\n",
        package.name, command);
    if (!tables.ensemble_hash.empty()) {
        out += fmt::format("The ensemble ({}) holds {} parameter sets. Its head says:\n\n",
                           tables.ensemble_hash, package.ensemble.size());
        for (const std::string_view line : split(trimmed(tables.ensemble_head), '\n')) {
            out += fmt::format("> {}\n", line);
        }
        out += "\n";
    }
    out += fmt::format(
        "Of {} rows held out {} hold by the median over the ensemble and {} by the values of "
        "parameters.tsv; of {} rows calibrated to {} and {}. A row holds when the model lies "
        "within "
        "its stated tolerance or interval.\n\n",
        held_out.rows, held_out.median, held_out.nominal, used.rows, used.median, used.nominal);
    out += section("Aims", "", aims_table(package, comparison, claims, tables));
    out += section("Claims that do not hold",
                   "In the nominal set and in at least 90 % of the sets, ablation included.",
                   short_claims(package, claims, Verdict::miss));
    out += section(
        "Rows held out that miss",
        "No calibration looks at them. Largest residuals first, on the scale of the row (log2 "
        "where its tolerance is on log2), by the median.",
        observation_table(package, comparison, assay::Rows::held_out, Verdict::miss));
    out += section("Rows calibrated to that miss", "",
                   observation_table(package, comparison, assay::Rows::calibration, Verdict::miss));
    for (const assay::Rows rows : {assay::Rows::calibration, assay::Rows::held_out}) {
        const assay::Agreement fit = assay::agreement(package, comparison, rows);
        if (!fit.curves.empty()) {
            out += section(rows == assay::Rows::held_out ? "Dose series held out" : "Dose series",
                           "Of the median over the ensemble.", curve_table(package, fit));
        }
    }
    out += section(
        "Coverage of the intervals",
        "Share of the measured numbers inside the model's predictive intervals: what the sets "
        "give, "
        "each with the error of the measurement, whose standard deviation is the row's tolerance. "
        "Intervals that are right hold as many as they say; the last column leaves the error of "
        "the "
        "measurement out and so is no test, but tells how much of the misfit the constants "
        "explain.",
        coverage_table(package, comparison));
    const std::string how =
        "Root mean square of residuals over tolerance, beside the mean of the same measurement in "
        "other groups and a line through those against the marker. Without claims.";
    out += section("Prediction of cell lines that were left out", how, tables.by_line);
    out += section("Prediction of agents that were left out", how, tables.by_agents);
    out += section("What the observations say about each constant",
                   "Widths are standard deviations over that of the prior: of the ensemble, by the "
                   "curvature at the mode (Laplace), and with all others held (slice).",
                   tables.posterior);
    out += section("Claims that hold", "", short_claims(package, claims, Verdict::hold));
    out += section("Rows held out that hold", "",
                   observation_table(package, comparison, assay::Rows::held_out, Verdict::hold));
    out += section("Rows calibrated to that hold", "",
                   observation_table(package, comparison, assay::Rows::calibration, Verdict::hold));
    while (out.ends_with("\n\n")) {
        out.pop_back();
    }
    return out;
}

}  // namespace erbium::app
