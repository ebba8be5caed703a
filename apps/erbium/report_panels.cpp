// SPDX-License-Identifier: Apache-2.0
// apps/erbium/report_panels.cpp: what the figures of a report show, and how they are labelled.
#include "report_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/report/heat_map.hpp"
#include "erbium/report/line_chart.hpp"
#include "erbium/report/pathway_map.hpp"
#include "report_evidence.hpp"

namespace erbium::app {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kWide_px = 1000.0;  ///< of a figure as wide as the page
constexpr double kMap_px = 545.0;    ///< of one of two maps side by side
constexpr double kKey_px = 760.0;    ///< of their key

const package::Profile& profile_of(const Package& package, const std::string& id) {
    return *package.profile(id);
}

/// The profile's title without that of its base in front: "PTEN lost" for "SK-BR-3, PTEN lost".
std::string short_title(const Package& package, const std::string& id) {
    const package::Profile& profile = profile_of(package, id);
    if (!profile.base.empty()) {
        const std::string prefix = profile_of(package, profile.base).title + ", ";
        if (profile.title.starts_with(prefix)) {
            return profile.title.substr(prefix.size());
        }
    }
    return profile.title;
}

bool is_misfit(const package::Observation& observation, double model) {
    return !assay::compare(observation, model).holds;
}

/// "Agents: pictilisib, PI3K inhibitor, 500 nM; ..." for the columns of a grid, each agent once.
std::string agents_text(const Package& package, const std::vector<package::Treatment>& treatments) {
    std::vector<std::size_t> seen;
    std::vector<std::string> words;
    for (const package::Treatment& treatment : treatments) {
        for (const package::Dose& dose : treatment.doses) {
            if (std::find(seen.begin(), seen.end(), dose.drug) == seen.end()) {
                seen.push_back(dose.drug);
                const package::Drug& drug = package.drugs[dose.drug];
                words.push_back(fmt::format("{}, {}, {}", drug.id, drug.drug_class, dose.text));
            }
        }
    }
    return fmt::format("Agents: {}.", fmt::join(words, "; "));
}

/// "90 % of 100 parameter sets: 0.47 to 0.61", and what was measured, for the hover text of a cell.
std::string cell_note(const Package& package, const assay::GridCell& cell) {
    std::vector<std::string> parts;
    if (cell.viability.has_spread()) {
        const assay::Spread& spread = cell.viability.spread;
        parts.push_back(fmt::format("{:.0f} % of {} parameter sets: {:.2f} to {:.2f}",
                                    100.0 * assay::kIntervalShare, spread.values.size(),
                                    spread.lower, spread.upper));
    }
    if (cell.observation) {
        const package::Observation& observation = package.observations[*cell.observation];
        parts.push_back(fmt::format("{}: measured {} ({})", observation.id,
                                    measured_text(observation), sources_text(observation.sources)));
    }
    return fmt::format("{}", fmt::join(parts, "; "));
}

bool has_bands(const std::vector<std::vector<assay::DoseResponse>>& panels) {
    return !panels.empty() && !panels.front().empty() && !panels.front().front().lower.empty();
}

/// What bands mean, for captions of figures that have them.
std::string band_text(const Package& package, bool has_bands) {
    return has_bands ? fmt::format(
                           " Lines: the values of parameters.tsv; bands: {:.0f} % of {} "
                           "parameter sets.",
                           100.0 * assay::kIntervalShare, package.ensemble.size())
                     : std::string{" Lines: the values of parameters.tsv."};
}

}  // namespace

report::Figure grid_figure(const Package& package, const assay::Grid& grid,
                           const package::GridPanel& panel, const std::string& id,
                           const std::string& title) {
    report::HeatMap map{
        .id = id,
        .title = title,
        .columns = grid.treatments,
        .scale = {report::Palette::depletion, 0.0, 1.2},
        .legend_title = fmt::format("cells after {} over untreated cells", time_text(grid.time_s)),
        .low_label = "growth stopped",
        .high_label = "no effect"};
    for (std::size_t p = 0; p < grid.profiles.size(); ++p) {
        report::HeatRow row{.label = short_title(package, grid.profiles[p])};
        for (std::size_t t = 0; t < grid.treatments.size(); ++t) {
            const assay::GridCell& cell = grid.at(p, t);
            const assay::Measurement& nominal = cell.viability.nominal;
            report::HeatCell shown{.value = nominal.value,
                                   .failure = nominal.reason,
                                   .note = cell_note(package, cell)};
            if (cell.observation) {
                const package::Observation& observation = package.observations[*cell.observation];
                shown.measured = observation.value.value_or(kNaN);  // an interval is no number
                shown.is_misfit = is_misfit(observation, nominal.value);
            }
            row.cells.push_back(std::move(shown));
        }
        map.rows.push_back(std::move(row));
    }
    return {
        .title = title,
        .caption = fmt::format(
            "Each number is the viability in the model: cells after {} of treatment over cells of "
            "the same dish left untreated (1 is no effect). Where a lower half is drawn it is the "
            "measured value; a framed cell misses what was measured, a value or an interval.{} {}",
            time_text(grid.time_s),
            grid.cells.front().viability.has_spread()
                ? " The text of a cell has the interval over the parameter sets."
                : "",
            agents_text(package, panel.treatments)),
        .panels = {report::both_widths(map, kWide_px)},
        .columns = 1};
}

report::Table grid_table(const Package& package, const assay::Grid& grid,
                         const std::string& title) {
    report::Table table{.title = title, .columns = {{.name = "profile"}}};
    for (const std::string& treatment : grid.treatments) {
        table.columns.push_back({.name = treatment, .align = report::Align::end, .digits = 2});
    }
    for (std::size_t p = 0; p < grid.profiles.size(); ++p) {
        report::Row row{.cells = {profile_of(package, grid.profiles[p]).title}};
        for (std::size_t t = 0; t < grid.treatments.size(); ++t) {
            row.cells.emplace_back(grid.at(p, t).viability.nominal.value);
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

report::Figure course_figure(const Package& package, const std::vector<assay::CoursePair>& courses,
                             const package::TimeCoursePanel& panel,
                             const assay::Experiment& experiment) {
    std::vector<report::LineChart> charts;
    for (const std::string& id : panel.readouts) {
        const package::Readout& readout = *package.readout(id);
        const std::size_t column = experiment.column(id);
        report::LineChart chart{
            .id = "course-" + id,
            .title = readout.title,
            .x = {.title = "time after treatment [h]", .low = 0.0},
            .y = {
                .title = "of the untreated state at t = 0", .low = 0.0, .marks = {{.value = 1.0}}}};
        for (const assay::CoursePair& course : courses) {
            report::Series series{.label = short_title(package, course.profile)};
            if (!course.bands.empty()) {
                series.lower = course.bands[charts.size()].lower;
                series.upper = course.bands[charts.size()].upper;
            }
            const double baseline = course.treated.baseline[column];
            for (std::size_t i = 0; i < course.treated.times_s.size(); ++i) {
                series.x.push_back(hours_from_s(course.treated.times_s[i]));
                series.y.push_back(course.treated.at(i, column) / baseline);
            }
            chart.series.push_back(std::move(series));
        }
        charts.push_back(std::move(chart));
    }
    report::share_axes(charts, report::Shared::x);
    report::Figure figure{
        .title = fmt::format("Time courses under {}", panel.treatment_text),
        .caption =
            "Each curve is relative to its own value just before the treatment; the thin line "
            "is that value. Equal kinetics in all curves: only what the name says differs." +
            band_text(package, !courses.empty() && !courses.front().bands.empty()),
        .columns = 3};
    for (const report::LineChart& chart : charts) {
        figure.panels.push_back({.svg = report::svg(chart)});
    }
    return figure;
}

report::Table course_table(const Package& package, const std::vector<assay::CoursePair>& courses,
                           const package::TimeCoursePanel& panel,
                           const assay::Experiment& experiment) {
    report::Table table{.title = fmt::format("Time courses under {}", panel.treatment_text),
                        .columns = {{.name = "profile"},
                                    {.name = "treatment"},
                                    {.name = "time", .unit = "h", .align = report::Align::end}}};
    for (const std::string& id : panel.readouts) {
        table.columns.push_back(
            {.name = id, .unit = package.readout(id)->unit, .align = report::Align::end});
    }
    for (const assay::CoursePair& pair : courses) {
        for (const bool is_treated : {true, false}) {
            const assay::TimeCourse& course = is_treated ? pair.treated : pair.control;
            for (std::size_t i = 0; i < course.times_s.size(); ++i) {
                report::Row row{.cells = {pair.profile, is_treated ? panel.treatment_text : "none",
                                          hours_from_s(course.times_s[i])}};
                for (const std::string& id : panel.readouts) {
                    row.cells.emplace_back(course.at(i, experiment.column(id)));
                }
                table.rows.push_back(std::move(row));
            }
        }
    }
    return table;
}

report::Figure dose_figure(const Package& package,
                           const std::vector<std::vector<assay::DoseResponse>>& panels) {
    report::Figure figure{
        .title = "Dose-response curves",
        .caption = fmt::format("Viability after {} against dose. Points: measured, "
                               "ringed where the line misses them by more than their "
                               "tolerance.{}",
                               time_text(package.protocol.duration_s),
                               band_text(package, has_bands(panels))),
        .columns = 2};
    for (std::size_t k = 0; k < panels.size(); ++k) {
        const std::vector<assay::DoseResponse>& curves = panels[k];
        if (curves.empty() || curves.front().doses_nM.empty()) {
            continue;
        }
        const package::Drug& drug = package.drugs[curves.front().drug];
        report::LineChart chart{
            .id = fmt::format("dose-{}", k),
            .title = drug.title,
            .x = {.title = "dose [nM]",
                  .kind = report::ScaleKind::log,
                  .low = curves.front().doses_nM.front() / 1.6,
                  .high = curves.front().doses_nM.back() * 1.6},
            .y = {.title = "viability", .low = 0.0, .high = 1.25, .marks = {{.value = 1.0}}}};
        for (const assay::DoseResponse& curve : curves) {
            report::Series series{.label = profile_of(package, curve.profile).title,
                                  .x = curve.doses_nM,
                                  .y = curve.values,
                                  .lower = curve.lower,
                                  .upper = curve.upper};
            for (const package::Observation& observation : package.observations) {
                const bool is_of_curve =
                    observation.quantity == package::MeasuredQuantity::viability &&
                    curve.readout == "viability" && observation.profile == curve.profile &&
                    observation.background.doses.empty() &&
                    observation.treatment.doses.size() == 1 &&
                    observation.treatment.doses.front().drug == curve.drug &&
                    std::fabs(observation.time_s - package.protocol.duration_s) < 1.0 &&
                    observation.value.has_value();
                if (!is_of_curve) {
                    continue;
                }
                const double dose_nM = observation.treatment.doses.front().dose_nM;
                double model = kNaN;
                for (std::size_t i = 0; i < curve.doses_nM.size(); ++i) {
                    if (std::fabs(curve.doses_nM[i] - dose_nM) <= 1e-9 * dose_nM) {
                        model = curve.values[i];
                    }
                }
                series.measured.push_back(
                    {.x = dose_nM,
                     .y = *observation.value,
                     .is_misfit = !std::isnan(model) && is_misfit(observation, model),
                     .note = observation.id + " " + sources_text(observation.sources)});
            }
            chart.series.push_back(std::move(series));
        }
        figure.panels.push_back(report::both_widths(chart, kPair_px));
    }
    return figure;
}

report::Table dose_table(const Package& package,
                         const std::vector<std::vector<assay::DoseResponse>>& panels) {
    report::Table table{
        .title = "Doses of half effect in the model",
        .columns = {{.name = "agent"},
                    {.name = "profile"},
                    {.name = "dose at viability 0.5", .unit = "nM", .align = report::Align::end},
                    {.name = "from"},
                    {.name = "least viability", .align = report::Align::end, .digits = 2}}};
    for (const std::vector<assay::DoseResponse>& curves : panels) {
        for (const assay::DoseResponse& curve : curves) {
            const char* from = curve.half.method == assay::HalfDoseMethod::logistic ? "fitted curve"
                               : curve.half.method == assay::HalfDoseMethod::interpolated
                                   ? "between two doses"
                                   : "not reached";
            double least = std::numeric_limits<double>::infinity();
            for (const double value : curve.values) {
                least = std::isnan(value) || value < least ? value : least;
            }
            table.rows.push_back({.cells = {package.drugs[curve.drug].title,
                                            profile_of(package, curve.profile).title,
                                            curve.half.dose_nM, std::string{from}, least}});
        }
    }
    return table;
}

report::Figure map_figure(const Package& package, const package::MapPanel& panel,
                          const std::vector<assay::NodeActivity>& activity) {
    report::PathwayMap map{.width = panel.width, .height = panel.height};
    for (const package::MapRegion& region : panel.regions) {
        map.regions.push_back({region.label, region.x, region.y, region.w, region.h});
    }
    for (const package::MapNode& node : panel.nodes) {
        map.nodes.push_back({.id = node.id,
                             .label = node.label,
                             .x = node.x,
                             .y = node.y,
                             .shape = *report::node_shape_named(node.shape)});
    }
    for (const package::MapEdge& edge : panel.edges) {
        map.edges.push_back({edge.from, edge.to, *report::edge_kind_named(edge.kind)});
    }
    report::PathwayMap before = map;
    before.id = "map-before";
    before.title = panel.reference.empty()
                       ? std::string{"Untreated"}
                       : fmt::format("Untreated, over untreated {}",
                                     profile_of(package, panel.reference).title);
    report::PathwayMap after = map;
    after.id = "map-after";
    after.title = fmt::format("After {} of {}, over untreated", time_text(panel.time_s),
                              panel.treatment_text);
    for (std::size_t i = 0; i < panel.nodes.size(); ++i) {
        const bool has_readout = !panel.nodes[i].readout.empty();
        before.nodes[i].value = has_readout ? std::log2(activity[i].over_reference) : kNaN;
        after.nodes[i].value = has_readout ? std::log2(activity[i].ratio) : kNaN;
        if (has_readout) {
            const std::string& unit = package.readout(panel.nodes[i].readout)->unit;
            before.nodes[i].note = fmt::format("{} {}", rounded(activity[i].control, 3), unit);
            after.nodes[i].note = fmt::format("{} {}", rounded(activity[i].treated, 3), unit);
        }
    }
    const report::MapKey key{.id = "map-key",
                             .map = after,
                             .title = "activity over that named above the map",
                             .low_label = "less",
                             .high_label = "more"};
    return {
        .title = fmt::format("The pathway in {}, before and after {}",
                             profile_of(package, panel.profile).title, panel.treatment_text),
        .caption =
            "Colour and number of a node: its activity over that of the cell named above the map. "
            "The first map shows what the untreated cell has too much of, the second what the "
            "treatment does to it. Dashed: no value.",
        .panels = {{.svg = report::svg(before, kMap_px)}, {.svg = report::svg(after, kMap_px)}},
        .columns = 2,
        .key = {report::both_widths(key, kKey_px)}};
}

}  // namespace erbium::app
