// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_calibrate.cpp: an ensemble of parameter sets from a package's observations.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "calibration_report.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "erbium/assay/ensemble.hpp"
#include "erbium/base/text.hpp"
#include "erbium/calibrate/calibration.hpp"
#include "erbium/calibrate/cross_validation.hpp"
#include "erbium/report/table.hpp"
#include "inputs.hpp"
#include "manifest.hpp"
#include "package_experiment.hpp"

namespace erbium::app {
namespace {

using report::Align;

double mean_of(const std::vector<double>& values) {
    return values.empty() ? 0.0
                          : std::accumulate(values.begin(), values.end(), 0.0) /
                                static_cast<double>(values.size());
}

/// The command again, with every option that results depend on.
std::string command_text(const CalibrateCommand& command) {
    std::string text = fmt::format("erbium calibrate {}", command.package);
    if (!command.is_validation_only) {
        text += fmt::format(
            " --sets {} --generations {} --chains {} --draws {} --parameters {} --starts {}{} "
            "--seed {}",
            command.sets, command.generations, command.chains, command.draws, command.parameters,
            command.starts, command.has_claims ? " --with-claims" : "", command.seed);
    }
    if (command.folds > 0) {
        text += fmt::format(" --folds {}", command.folds);
        text += command.marker.empty() ? "" : " --marker " + command.marker;
    }
    return text + (command.is_validation_only ? " --validate-only" : "");
}

std::string ensemble_text(const package::Package& package, const CalibrateCommand& command,
                          const calibrate::Calibration& found) {
    const std::vector<double>& means = found.mean_values;
    const auto mean_at = [&](std::size_t quarter) {
        return rounded(means[(means.size() - 1) * quarter / 4], 4);
    };
    std::string text = fmt::format(
        "# Parameter sets of {} {}, by\n"
        "# `{}` ({}).\n"
        "# {} sets follow the posterior of {} constants given the observations that are not held "
        "out: priors from\n"
        "# parameters.tsv, Student's t with 4 degrees of freedom over the stated tolerances, a "
        "time course of n points\n"
        "# counting as sqrt(n). {} Mode by Gauss-Newton from {} starts, then\n"
        "# {} generations of {} differential evolution chains{}: {} points\n"
        "# evaluated, acceptance {}. Mean of -log p at the start {}, after each quarter {} {} {} "
        "{} (mode {}).\n",
        package.name, package.version, command_text(command), version_text(), found.sets.size(),
        found.parameters.size(),
        command.has_claims ? "Claims and their ablations count as known: sets that break one "
                             "are rejected, so that the shares\n# in which claims hold say only "
                             "that the data leave room for all of them together."
                           : "Claims were not looked at.",
        found.searches.size(), command.generations, found.chains,
        command.draws > 0 ? ", in the first two fifths of which a surrogate learnt" : "",
        found.points_evaluated, rounded(mean_of(found.acceptance), 2), mean_at(0), mean_at(1),
        mean_at(2), mean_at(3), mean_at(4), rounded(found.mode_value, 4));
    text += std::isnan(found.settling.r_hat)
                ? std::string{"# Settling: too few generations to tell.\n"}
                : fmt::format(
                      "# Settling over the second half: R-hat {} ({}), drift of log p {} "
                      "standard deviations; states of all chains\n"
                      "# together are worth at least {} independent ones.\n",
                      rounded(found.settling.r_hat, 4), found.settling.slowest,
                      rounded(found.settling.drift, 2), std::round(found.settling.effective_size));
    text += "set";
    for (const calibrate::FreeParameter& free : found.parameters) {
        text += "\t" + free.id;
    }
    text += "\n";
    for (std::size_t set = 0; set < found.sets.size(); ++set) {
        text += std::to_string(set + 1);
        for (std::size_t p = 0; p < found.parameters.size(); ++p) {
            const calibrate::FreeParameter& free = found.parameters[p];
            text += fmt::format(
                "\t{:.6g}", free.value(found.sets[set][p]) / package.parameter(free.id)->factor);
        }
        text += "\n";
    }
    return text;
}

/// What the observations say about each constant.
report::Table posterior_table(const package::Package& package,
                              const calibrate::Calibration& found) {
    report::Table table{.title = "Constants that calibration moved",
                        .columns = {{.name = "parameter"},
                                    {.name = "unit"},
                                    {.name = "value in parameters.tsv", .align = Align::end},
                                    {.name = "prior lower", .align = Align::end},
                                    {.name = "prior upper", .align = Align::end},
                                    {.name = "mode", .align = Align::end},
                                    {.name = "ensemble lower", .align = Align::end},
                                    {.name = "ensemble upper", .align = Align::end},
                                    {.name = "posterior over prior width", .align = Align::end},
                                    {.name = "Laplace", .align = Align::end},
                                    {.name = "slice", .align = Align::end},
                                    {.name = "identified"}}};
    for (std::size_t p = 0; p < found.parameters.size(); ++p) {
        const calibrate::FreeParameter& free = found.parameters[p];
        const package::Parameter& row = *package.parameter(free.id);
        const calibrate::Identifiability& known = found.identifiability[p];
        std::vector<double> values;
        for (const std::vector<double>& set : found.sets) {
            values.push_back(free.value(set[p]) / row.factor);
        }
        const assay::Spread spread = assay::spread_of(std::move(values));
        const char* verdict = known.posterior < 0.5   ? "yes"
                              : known.posterior < 0.8 ? "in part"
                              : known.alone < 0.5     ? "only in combination"
                                                      : "no";
        table.rows.push_back(
            {.cells = {free.id, row.unit, row.value / row.factor, *row.lower / row.factor,
                       *row.upper / row.factor, free.value(known.mode) / row.factor, spread.lower,
                       spread.upper, known.posterior, known.laplace, known.alone,
                       std::string{verdict}}});
    }
    return table;
}

const char* name_of(calibrate::Fold by) noexcept {
    return by == calibrate::Fold::cell_line ? "cell line" : "agents";
}

report::Table score_table(const calibrate::CrossValidation& found) {
    report::Table table{
        .title = fmt::format("Cross-validation by {}: root mean square of residuals over tolerance",
                             name_of(found.by)),
        .columns = {{.name = "rows of kind"},
                    {.name = "rows", .align = Align::end},
                    {.name = "model", .align = Align::end},
                    {.name = "mean of others", .align = Align::end},
                    {.name = "marker alone", .align = Align::end}}};
    for (const calibrate::Score& score : found.scores) {
        table.rows.push_back({.cells = {score.kind, static_cast<double>(score.rows), score.model,
                                        score.mean, score.marker}});
    }
    table.rows.push_back(
        {.cells = {std::string{kRowsThatHold}, static_cast<double>(found.predictions.size()),
                   static_cast<double>(found.holding[0]), static_cast<double>(found.holding[1]),
                   static_cast<double>(found.holding[2])}});
    return table;
}

report::Table prediction_table(const package::Package& package,
                               const calibrate::CrossValidation& found) {
    report::Table table{.columns = {{.name = "left out by"},
                                    {.name = "group"},
                                    {.name = "fold"},
                                    {.name = "observation"},
                                    {.name = "measured"},
                                    {.name = "lower"},
                                    {.name = "upper"},
                                    {.name = "model"},
                                    {.name = "mean of others"},
                                    {.name = "marker alone"}}};
    const auto cell = [](const std::optional<double>& value) {
        return value ? report::Cell{*value} : report::Cell{std::string{}};
    };
    for (const calibrate::Prediction& p : found.predictions) {
        const package::Observation& o = package.observations[p.observation];
        table.rows.push_back({.cells = {std::string{name_of(found.by)}, p.group,
                                        static_cast<double>(p.fold + 1), o.id, cell(o.value),
                                        cell(o.lower), cell(o.upper), p.model, p.mean, p.marker}});
    }
    return table;
}

}  // namespace

Exit run(const CalibrateCommand& command) {
    const Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    const package::Package& package = loaded.value();
    if (!command.marker.empty() && package.parameter(command.marker) == nullptr) {
        return fail(Exit::usage,
                    fmt::format("--marker {}: the package has no such parameter", command.marker));
    }
    if (calibrate::calibration_rows(package).empty() ||
        calibrate::free_parameters(package).empty()) {
        return fail(Exit::invalid_input,
                    fmt::format("{} has no observations to calibrate to, or no free constants",
                                package.name));
    }
    assay::ExperimentOptions options;
    options.threads = static_cast<unsigned>(command.threads);
    auto made = experiment_of(package, options);
    if (!made) {
        return show(made.error());
    }
    assay::Experiment& experiment = made.value();
    const auto progress = [](const std::string& line) { print_error(line + "\n"); };
    const std::filesystem::path folder{command.folder};
    const auto tell_written = [&](const std::string& name) {
        print(fmt::format("wrote {}\n", (folder / name).string()));
    };
    if (!command.is_validation_only) {
        calibrate::CalibrationOptions how;
        how.seed = command.seed;
        how.sets = command.sets;
        how.generations = command.generations;
        how.chains = command.chains;
        how.draws_per_set = command.draws;
        how.most_parameters = command.parameters;
        how.starts = command.starts;
        how.has_claims = command.has_claims;
        how.progress = progress;
        const calibrate::Calibration found = calibrate::calibrate(experiment, how);
        const report::Table table = posterior_table(package, found);
        write_file((folder / "ensemble.tsv").string(), ensemble_text(package, command, found));
        write_file((folder / "posterior.tsv").string(), report::tsv(table));
        print(report::plain_text(table) + "\n");
        print(
            fmt::format("{} free constants stay at their values, as the observations say nothing "
                        "about them: {}\n\n",
                        found.left_at_nominal.size(), fmt::join(found.left_at_nominal, ", ")));
        tell_written("ensemble.tsv");
    }
    for (const calibrate::Fold by : {calibrate::Fold::cell_line, calibrate::Fold::agents}) {
        if (command.folds == 0) {
            continue;
        }
        calibrate::CrossValidationOptions how;
        how.folds = command.folds;
        how.marker = command.marker;
        how.progress = progress;
        const calibrate::CrossValidation found = calibrate::cross_validate(experiment, by, how);
        const std::string name = by == calibrate::Fold::cell_line ? "by_line" : "by_agents";
        const report::Table scores = score_table(found);
        write_file((folder / ("cross_validation_" + name + ".tsv")).string(), report::tsv(scores));
        write_file((folder / ("predictions_" + name + ".tsv")).string(),
                   report::tsv(prediction_table(package, found)));
        print(report::plain_text(scores) + "\n");
        tell_written("cross_validation_" + name + ".tsv");
    }
    Manifest manifest = manifest_of(command_text(command), experiment, options);
    count_runs(manifest, experiment);
    write_manifest(folder.string(), manifest);
    return Exit::ok;
}

}  // namespace erbium::app
