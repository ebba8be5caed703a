// SPDX-License-Identifier: Apache-2.0
#include "sim_sbml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/eqn/system.hpp"
#include "sim_output.hpp"
#include "solved_network.hpp"
#include "watched_run.hpp"

namespace erbium::app {
namespace {

using sbml::ImportedModel;
using sbml::Quantity;
using sbml::QuantityKind;
using sbml::SpeciesForm;

std::vector<std::string> ids_of(const ImportedModel& model) {
    std::vector<std::string> ids;
    for (const Quantity& quantity : model.quantities) {
        ids.push_back(quantity.id);
    }
    return ids;
}

/// A column of the table: its title is the id, whatever form of it stands there.
struct Column {
    std::string id;
    std::string name;  ///< in the network
};

bool contains(const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
}

/// What was asked for; without a wish all species, and whatever else changes by itself.
Outcome<std::vector<Column>, Diagnostics> columns_of(ImportedModel& model,
                                                     const SimCommand& command) {
    std::vector<std::string> ids = command.readouts;
    if (ids.empty()) {
        for (const Quantity& q : model.quantities) {
            const bool is_constant = q.initial == q.value;
            if (q.kind == QuantityKind::species ||
                (!is_constant && q.kind != QuantityKind::reaction)) {
                ids.push_back(q.id);
            }
        }
    }
    Diagnostics diagnostics;
    std::vector<Column> columns;
    using Names = const std::vector<std::string>*;
    for (const Names wishes : {Names{&ids}, &command.amounts, &command.concentrations}) {
        for (const std::string& id : *wishes) {
            const Quantity* quantity = model.find(id);
            const bool is_form_wish = wishes != &ids;
            if (quantity == nullptr || (is_form_wish && quantity->kind != QuantityKind::species)) {
                diagnostics.error("ERB-APP-0005", {},
                                  fmt::format("'{}' is no {} of the model", id,
                                              is_form_wish ? "species" : "quantity"),
                                  did_you_mean(id, ids_of(model)));
            } else if (!is_form_wish) {
                const SpeciesForm form =
                    quantity->kind != QuantityKind::species ? SpeciesForm::as_in_model
                    : contains(command.amounts, id)         ? SpeciesForm::amount
                    : contains(command.concentrations, id)  ? SpeciesForm::concentration
                                                            : SpeciesForm::as_in_model;
                columns.push_back({id, sbml::column_of(model, *quantity, form)});
            }
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return columns;
}

/// NAME=VALUE by SBML id: the value of a constant, the initial value of what changes.
Outcome<std::vector<sim::ParameterValue>, Diagnostics> overrides_of(
    const ImportedModel& model, const eqn::System& system,
    const std::vector<std::string>& settings) {
    Diagnostics diagnostics;
    std::vector<sim::ParameterValue> values;
    for (const std::string& text : settings) {
        const std::size_t equals = text.find('=');
        const std::string id{trimmed(std::string_view{text}.substr(0, equals))};
        const std::optional<double> value =
            equals == std::string::npos
                ? std::nullopt
                : parse_double(trimmed(std::string_view{text}.substr(equals + 1)));
        const Quantity* quantity = model.find(id);
        if (!value) {
            diagnostics.error("ERB-APP-0006", {},
                              fmt::format("--set {}: expected ID=NUMBER", text));
        } else if (quantity == nullptr) {
            diagnostics.error("ERB-APP-0006", {},
                              fmt::format("--set {}: the model has no '{}'", text, id),
                              did_you_mean(id, ids_of(model)));
        } else if (quantity->initial.empty()) {
            diagnostics.error("ERB-APP-0006", {},
                              fmt::format("--set {}: a rule or rate law sets '{}'", text, id));
        } else {
            values.push_back({*system.find_parameter(quantity->initial), *value});
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return values;
}

/// Recordings hold observables before functions; where each column then stands in a row.
std::vector<std::size_t> record(const eqn::System& system, const std::vector<Column>& columns,
                                sim::Recording& recording) {
    for (const Column& column : columns) {
        if (const auto observable = system.find_observable(column.name)) {
            recording.observables.push_back(*observable);
        } else {
            recording.functions.push_back(*system.find_function(column.name));
        }
    }
    std::vector<std::size_t> places;
    std::size_t observable = 0;
    std::size_t function = recording.observables.size();
    for (const Column& column : columns) {
        places.push_back(system.find_observable(column.name) ? observable++ : function++);
    }
    return places;
}

}  // namespace

Exit simulate_sbml(const SimCommand& command, const Target& target) {
    if (command.until.empty()) {
        return fail(Exit::usage, "an SBML model does not say how long to run: give --until");
    }
    Outcome<LoadedSbml, Diagnostics> loaded = load_sbml(target, command.treats_fast_as_ordinary);
    if (!loaded) {
        return show(loaded.error());
    }
    ImportedModel& model = loaded.value().model;
    const std::optional<double> until = parse_double(command.until);
    if (!until || !(*until > 0.0)) {
        return fail(Exit::usage,
                    fmt::format("--until {}: expected a number above 0, in the model's unit of "
                                "time{}",
                                command.until,
                                model.time_unit.empty() ? "" : " (" + model.time_unit + ")"));
    }
    const Outcome<std::vector<Column>, Diagnostics> columns = columns_of(model, command);
    if (!columns) {
        return show(columns.error());
    }
    std::vector<std::string> recorded;
    for (const Column& column : columns.value()) {
        recorded.push_back(column.name);
    }
    // Reading the document takes longer than what lumping would save (bench/reduction.md).
    const SolvedNetwork solved{
        model.network, command.lumps == Lumps::always ? Lumps::always : Lumps::never, recorded};
    const Outcome<eqn::System, Diagnostics> system = eqn::compile(solved.network());
    if (!system) {
        return show(system.error());
    }
    const auto overrides = overrides_of(model, system.value(), command.treatment.settings);
    if (!overrides) {
        return show(overrides.error());
    }
    const std::size_t steps = command.steps.value_or(kStepsOfAFile);
    if (const Exit code = refuse_too_many(steps, columns.value().size()); code != Exit::ok) {
        return code;
    }
    sim::SolverOptions options;
    options.tolerances.rtol = command.rtol.value_or(options.tolerances.rtol);
    options.tolerances.atol = command.atol;
    options.method = command.solver;
    options.reducing = command.reduction;
    sim::Run run;
    run.parameters = overrides.value();
    run.output_times = equal_steps(*until, steps);
    const std::vector<std::size_t> places = record(system.value(), columns.value(), run.recording);
    const sim::Result result = solve_watched(system.value(), run, options);

    report::Table table{.title = command.target,
                        .columns = {{.name = "time", .align = report::Align::end}}};
    for (const Column& column : columns.value()) {
        table.columns.push_back({.name = column.id, .align = report::Align::end, .digits = 6});
    }
    for (std::size_t i = 0; i < rows_of(result); ++i) {
        report::Row row{.cells = {result.times[i]}};
        for (const std::size_t place : places) {
            row.cells.emplace_back(result.at(i, place));
        }
        table.rows.push_back(std::move(row));
    }
    for (const std::string& departure : model.departures) {
        print_error(fmt::format("erbium: note: {}\n", departure));
    }
    std::vector<std::string> fallbacks = model.departures;
    const std::vector<std::string> of_run = fallbacks_of(result);
    fallbacks.insert(fallbacks.end(), of_run.begin(), of_run.end());
    write_result(command, table,
                 {.inputs = loaded.value().texts,
                  .species = system.value().state_count(),
                  .reactions = system.value().reaction_count(),
                  .solver = options,
                  .reduction = result.reduction,
                  .before_lumping = solved.lumped_from(),
                  .runs = 1,
                  .failed_runs = result.status.ok() ? 0U : 1U,
                  .fallbacks = std::move(fallbacks)});
    return exit_of(result);
}

}  // namespace erbium::app
