// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_report.cpp: a package's experiments as one page, with their numbers beside it.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "calibration_report.hpp"
#include "claim_tables.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "erbium/base/hash.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "inputs.hpp"
#include "manifest.hpp"
#include "package_experiment.hpp"
#include "report_evidence.hpp"
#include "report_panels.hpp"

namespace erbium::app {
namespace {

using report::Section;

constexpr const char* kCaution =
    "Research use only. Numbers come from a model under its assumptions; none of this is advice "
    "for "
    "a patient.";
constexpr int kReload_s = 5;  ///< how often a browser looks for the finished page

/// The page as it grows, and the tables that go beside it as files.
struct Report {
    report::Page page;
    std::vector<std::pair<std::string, report::Table>> files;  // name without ending, table
    std::vector<report::Table> printed;
    std::string summary;  ///< one line for the terminal
};

void add_grid(Report& out, const Package& package, assay::Experiment& experiment,
              const package::GridPanel& panel, assay::Sets sets, const std::string& id,
              const std::string& heading, const std::string& prose) {
    const assay::Grid grid = assay::viability_grid(experiment, panel, sets);
    const report::Table table = grid_table(package, grid, heading);
    out.page.sections.push_back(
        {.id = id,
         .heading = heading,
         .blocks = {report::Prose{prose},
                    grid_figure(package, grid, panel, id + "-map", heading)}});
    out.files.emplace_back(id, table);
    out.printed.push_back(table);
}

void add_experiments(Report& out, const Package& package, assay::Experiment& experiment,
                     assay::Sets sets) {
    const package::ReportPlan& plan = package.report;
    if (plan.growth) {
        add_grid(out, package, experiment, *plan.growth, sets, "growth",
                 "Cell lines under each agent",
                 "The same kinetic constants run in every cell line; only the expression of the "
                 "receptors and the genotype differ.");
    }
    if (plan.resistance) {
        add_grid(
            out, package, experiment, *plan.resistance, sets, "resistance",
            "How a sensitive cell escapes, and what still acts",
            "The first row is the sensitive cell. Each row below it changes only what its name "
            "says.");
    }
    if (plan.time_courses) {
        const auto courses = assay::time_courses(experiment, *plan.time_courses, sets);
        out.page.sections.push_back(
            {.id = "courses",
             .heading = "What happens inside the cell",
             .blocks = {course_figure(package, courses, *plan.time_courses, experiment)}});
        out.files.emplace_back("time_courses",
                               course_table(package, courses, *plan.time_courses, experiment));
    }
    if (!plan.dose_responses.empty()) {
        std::vector<std::vector<assay::DoseResponse>> panels;
        for (const package::DoseResponsePanel& panel : plan.dose_responses) {
            panels.push_back(assay::dose_response(experiment, panel, sets));
        }
        const report::Table halves = dose_table(package, panels);
        out.page.sections.push_back(
            {.id = "doses",
             .heading = "Dose and response",
             .blocks = {dose_figure(package, panels), report::TableBlock{.table = halves}}});
        out.files.emplace_back("dose_response", halves);
    }
    if (plan.map) {
        const auto activity = assay::map_activity(experiment, *plan.map);
        out.page.sections.push_back({.id = "pathway",
                                     .heading = "The pathway",
                                     .blocks = {map_figure(package, *plan.map, activity)}});
    }
}

/// The calibration in numbers: rows that it looks at, then those held out.
void add_agreement(Report& out, const Package& package, const assay::Comparison& comparison,
                   assay::Sets sets) {
    Section section{.id = "calibration", .heading = "The calibration in numbers"};
    section.blocks.emplace_back(report::Prose{
        package.ensemble.size() == 0 || sets == assay::Sets::nominal
            ? std::string{"Numbers are those of the nominal set, the values of parameters.tsv."}
            : fmt::format("Numbers are those of the median over {} parameter sets.",
                          package.ensemble.size())});
    for (const assay::Rows rows : {assay::Rows::calibration, assay::Rows::held_out}) {
        const assay::Agreement agreement = assay::agreement(package, comparison, rows);
        const bool is_held_out = rows == assay::Rows::held_out;
        const std::vector<std::string> lines = agreement_lines(agreement);
        if (lines.empty()) {
            continue;
        }
        section.blocks.emplace_back(report::Prose{fmt::format(
            "{}: {}.", is_held_out ? "Held out" : "Calibrated to", fmt::join(lines, "; "))});
        if (!agreement.curves.empty()) {
            const report::Table table = curve_table(package, agreement);
            section.blocks.emplace_back(report::TableBlock{.table = table});
            out.files.emplace_back(is_held_out ? "dose_series_held_out" : "dose_series", table);
        }
    }
    out.page.sections.push_back(std::move(section));
}

void add_evidence(Report& out, const Package& package, const assay::Comparison& comparison,
                  const std::vector<assay::ClaimCheck>& claims, assay::Sets sets) {
    if (!claims.empty()) {
        const report::Table table = claim_table(package, claims, true);
        Section section{
            .id = "claims",
            .heading = "Claims, each with its ablation",
            .blocks = {report::TableBlock{
                .table = table,
                .caption = "A claim counts only when its effect is there and is lost when its "
                           "mechanism is taken away."}}};
        if (!package.waiting_claims.empty()) {
            section.blocks.emplace_back(report::TableBlock{.table = waiting_table(package)});
        }
        out.page.sections.push_back(std::move(section));
        out.files.emplace_back("claims", table);
    }
    if (!comparison.rows.empty()) {
        const report::Table table = comparison_table(package, comparison);
        out.page.sections.push_back(
            {.id = "observations",
             .heading = "Model against measurement",
             .blocks = {report::Prose{fmt::format(
                            "{} of {} observations hold within their stated tolerance; {} do not. "
                            "Misfits are listed first.",
                            comparison.holding, comparison.rows.size(), comparison.misfits)},
                        comparison_figure(package, comparison),
                        report::TableBlock{.table = series_table(comparison)},
                        report::TableBlock{.table = table}}});
        out.files.emplace_back("observations", table);
        add_agreement(out, package, comparison, sets);
    }
}

/// Every treatment of the plan and of the observations, once: the ledger of what was given.
std::vector<std::pair<std::string, std::string>> doses_given(const Package& package) {
    std::vector<std::pair<std::string, std::string>> doses;
    const auto add = [&](const std::string& treatment, double until_s) {
        std::pair<std::string, std::string> dose{treatment.empty() ? "none" : treatment,
                                                 "from t = 0 to " + time_text(until_s)};
        if (std::find(doses.begin(), doses.end(), dose) == doses.end()) {
            doses.push_back(std::move(dose));
        }
    };
    const package::ReportPlan& plan = package.report;
    for (const auto& grid : {plan.growth, plan.resistance}) {
        for (const std::string& treatment :
             grid ? grid->treatment_texts : std::vector<std::string>{}) {
            add(treatment, package.protocol.duration_s);
        }
    }
    if (plan.time_courses) {
        add(plan.time_courses->treatment_text, plan.time_courses->until_s);
    }
    if (plan.map) {
        add(plan.map->treatment_text, plan.map->time_s);
    }
    for (const package::DoseResponsePanel& panel : plan.dose_responses) {
        for (const double dose_nM : panel.doses_nM) {
            add(fmt::format("{} {} nM", package.drugs[panel.drug].id, shortest(dose_nM)),
                package.protocol.duration_s);
        }
    }
    for (const package::Observation& observation : package.observations) {
        add(observation.treatment_text, observation.time_s);
    }
    return doses;
}

void add_provenance(Report& out, const Package& package, const Manifest& manifest) {
    const char* maturity = package.maturity == package::Maturity::sketch       ? "sketch"
                           : package.maturity == package::Maturity::calibrated ? "calibrated"
                                                                               : "validated";
    report::Facts ran{
        {{"program", version_text()},
         {"package", fmt::format("{} {} ({})", package.name, package.version, maturity)},
         {"network", fmt::format("{} species, {} reactions", manifest.species, manifest.reactions)},
         {"simulations",
          fmt::format("{}, of which {} failed", manifest.runs, manifest.failed_runs)},
         {"relative tolerance", shortest(manifest.solver.tolerances.rtol)}}};
    Section section{.id = "about", .heading = "What ran, and where the numbers come from"};
    section.blocks.emplace_back(std::move(ran));
    const auto list = [&](const char* title, const std::vector<std::string>& lines) {
        if (!lines.empty()) {
            section.blocks.emplace_back(
                report::Prose{fmt::format("{} {}.", title, fmt::join(lines, "; "))});
        }
    };
    list("The model is for:", package.scope);
    list("It must not be asked about:", package.non_scope);
    section.blocks.emplace_back(report::Note{kCaution});
    out.page.sections.push_back(std::move(section));
    out.page.sections.push_back(
        {.id = "sources", .heading = "Sources", .blocks = {sources_of(package)}});
}

/// The whole report, with the values of parameters.tsv or over the ensemble.
Report make_report(const Package& package, assay::Experiment& experiment, assay::Sets sets,
                   Manifest& manifest) {
    Report out{.page = {.title = package.title, .caution = kCaution, .foot = version_text()}};
    add_experiments(out, package, experiment, sets);
    const assay::Comparison comparison = assay::compare_observations(experiment, sets);
    const std::vector<assay::ClaimCheck> claims = assay::check_claims(experiment, sets);
    add_evidence(out, package, comparison, claims, sets);
    count_runs(manifest, experiment);
    add_provenance(out, package, manifest);
    out.page.lede = fmt::format(
        "A rule-based model of {} species and {} reactions, run in {} dishes: cell lines and "
        "resistance mechanisms under each agent, beside what was measured.",
        manifest.species, manifest.reactions, manifest.runs);
    out.page.keys = {{.value = fmt::format("{} of {}", borne_out(claims), claims.size()),
                      .words = "claims hold and are lost by their ablation",
                      .is_misfit = borne_out(claims) < claims.size()},
                     {.value = fmt::format("{} of {}", comparison.holding, comparison.rows.size()),
                      .words = "observations hold within their tolerance",
                      .is_misfit = comparison.misfits > 0},
                     {.value = std::to_string(manifest.failed_runs),
                      .words = fmt::format("of {} simulations failed", manifest.runs),
                      .is_misfit = manifest.failed_runs > 0}};
    out.summary = fmt::format(
        "{} of {} claims hold with their ablation; {} of {} observations hold, {} misfits.\n",
        borne_out(claims), claims.size(), comparison.holding, comparison.rows.size(),
        comparison.misfits);
    return out;
}

/// The calibration report instead of the page.
Exit write_calibration(const ReportCommand& command, const Package& package,
                       assay::Experiment& experiment) {
    const Outcome<CalibrationTables, Diagnostics> tables = read_calibration(package);
    if (!tables) {
        return show(tables.error());
    }
    const assay::Sets sets = command.is_nominal ? assay::Sets::nominal : assay::Sets::ensemble;
    const assay::Comparison comparison = assay::compare_observations(experiment, sets);
    const std::vector<assay::ClaimCheck> claims = assay::check_claims(experiment, sets);
    // Where it is written to is left out, so that the text does not depend on it.
    write_file(command.calibration,
               calibration_report(package, comparison, claims, tables.value(),
                                  fmt::format("erbium report {} --calibration FILE{}", package.name,
                                              command.is_nominal ? " --no-ensemble" : "")));
    print(fmt::format("wrote {}\n", command.calibration));
    return Exit::ok;
}

}  // namespace

Exit run(const ReportCommand& command) {
    const Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    const package::Package& package = loaded.value();
    assay::ExperimentOptions options;
    options.threads = static_cast<unsigned>(command.threads);
    auto made = experiment_of(package, options);
    if (!made) {
        return show(made.error());
    }
    assay::Experiment& experiment = made.value();
    if (!command.calibration.empty()) {
        return write_calibration(command, package, experiment);
    }
    Manifest manifest = manifest_of("erbium report " + command.package, experiment, options);
    manifest.doses = doses_given(package);
    const std::filesystem::path folder{command.folder.empty() ? package.name + "-report"
                                                              : command.folder};
    const std::string page_path = (folder / "report.html").string();

    // First what one parameter set gives, within a second; then the page is replaced by the one
    // with intervals, which takes a hundred times as many simulations.
    Report out = make_report(package, experiment, assay::Sets::nominal, manifest);
    if (!command.as_json) {
        for (const report::Table& table : out.printed) {
            print(report::plain_text(table) + "\n");
        }
    }
    if (!command.is_nominal && package.ensemble.size() > 0) {
        out.page.pending = fmt::format(
            "All numbers here are those of one parameter set, the values of parameters.tsv. "
            "Intervals over {} parameter sets are being computed; this page will be replaced.",
            package.ensemble.size());
        out.page.reload_s = kReload_s;
        write_file(page_path, report::html(out.page));
        print_error(fmt::format("first figures: {}; intervals over {} parameter sets follow\n",
                                page_path, package.ensemble.size()));
        out = make_report(package, experiment, assay::Sets::ensemble, manifest);
    }
    for (const auto& [name, table] : out.files) {
        write_file((folder / (name + ".tsv")).string(), report::tsv(table));
    }
    write_file(page_path, report::html(out.page));
    write_manifest(folder.string(), manifest);

    if (command.as_json) {
        std::string text = "{";
        for (const auto& [name, table] : out.files) {
            text += fmt::format("\"{}\": {},\n", name, report::json(table));
        }
        print(text + fmt::format("\"report\": \"{}\"}}\n", page_path));
    } else {
        print(out.summary);
        print(fmt::format("{}\nreport: {}\n", kCaution, page_path));
    }
    if (manifest.failed_runs > 0) {
        return fail(Exit::some_failed, fmt::format("{} of {} simulations failed",
                                                   manifest.failed_runs, manifest.runs));
    }
    return Exit::ok;
}

}  // namespace erbium::app
