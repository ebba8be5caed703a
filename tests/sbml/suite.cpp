// SPDX-License-Identifier: Apache-2.0
#include "suite.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "erbium/base/text.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/sbml/import.hpp"
#include "erbium/sim/solver.hpp"

namespace erbium::sbml::suite {
namespace {

namespace fs = std::filesystem;

struct Settings {
    double start{};
    double duration{};
    std::size_t steps{};
    double absolute{};
    double relative{};
    std::vector<std::string> variables;
    std::set<std::string> amounts;
    std::set<std::string> concentrations;
};

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> items;
    for (const std::string_view item : split(text, ',')) {
        if (!trimmed(item).empty()) {
            items.emplace_back(trimmed(item));
        }
    }
    return items;
}

Settings read_settings(const fs::path& file) {
    std::map<std::string, std::string> entries;
    const std::string text = read_file(file.string());
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) {
            entries[std::string{trimmed(line.substr(0, colon))}] =
                std::string{trimmed(line.substr(colon + 1))};
        }
    }
    const auto value = [&](const char* key) { return parse_double(entries[key]).value_or(0.0); };
    Settings settings{.start = value("start"),
                      .duration = value("duration"),
                      .steps = static_cast<std::size_t>(value("steps")),
                      .absolute = value("absolute"),
                      .relative = value("relative"),
                      .variables = list_of(entries["variables"]),
                      .amounts = {},
                      .concentrations = {}};
    for (const std::string& id : list_of(entries["amount"])) {
        settings.amounts.insert(id);
    }
    for (const std::string& id : list_of(entries["concentration"])) {
        settings.concentrations.insert(id);
    }
    return settings;
}

/// Columns by name. A column of the model may be called like that of the time, which is the first.
using Expected = std::map<std::string, std::vector<double>>;

Expected read_expected(const fs::path& file) {
    Expected expected;
    std::vector<std::string> names;
    const std::string text = read_file(file.string());
    for (const std::string_view line : split(text, '\n')) {
        const std::vector<std::string> cells = list_of(line);
        if (cells.empty()) {
            continue;
        }
        if (names.empty()) {
            names = cells;
            continue;
        }
        for (std::size_t i = 1; i < names.size() && i < cells.size(); ++i) {  // 0 is the time
            const bool is_infinite = cells[i].find("INF") != std::string::npos;
            const double value = is_infinite ? (cells[i][0] == '-' ? -INFINITY : INFINITY)
                                             : parse_double(cells[i]).value_or(NAN);
            expected[names[i]].push_back(value);
        }
    }
    return expected;
}

fs::path model_file(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().filename().string().find("-sbml-l") != std::string::npos) {
            return entry.path();
        }
    }
    return {};
}

/// The first complaint, as a construct for the table.
CaseResult refusal(std::string id, const Diagnostics& diagnostics) {
    const Diagnostic& first = diagnostics.all().front();
    return {std::move(id), diagnostics.is_only_unsupported() ? Verdict::refused : Verdict::wrong,
            fmt::format("{} {}", first.code, first.message)};
}

bool agrees(double found, double expected, const Settings& settings) {
    if (std::isnan(expected) || std::isinf(expected)) {
        return std::isnan(expected) ? std::isnan(found) : found == expected;
    }
    return std::fabs(found - expected) <=
           settings.absolute + settings.relative * std::fabs(expected);
}

CaseResult compare(std::string id, const Settings& settings, const Expected& expected,
                   const sim::Result& result) {
    for (std::size_t c = 0; c < settings.variables.size(); ++c) {
        const auto column = expected.find(settings.variables[c]);
        if (column == expected.end() || column->second.size() != result.times.size()) {
            return {std::move(id), Verdict::wrong, "the expected results have another shape"};
        }
        for (std::size_t row = 0; row < result.times.size(); ++row) {
            if (!agrees(result.at(row, c), column->second[row], settings)) {
                return {std::move(id), Verdict::wrong,
                        fmt::format("{} = {} at {}, expected {}", settings.variables[c],
                                    result.at(row, c), result.times[row], column->second[row])};
            }
        }
    }
    return {std::move(id), Verdict::pass, {}};
}

}  // namespace

std::string word(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return "pass";
        case Verdict::refused:
            return "refused";
        case Verdict::failed:
            return "failed";
        case Verdict::wrong:
            break;
    }
    return "WRONG";
}

CaseResult run_case(const fs::path& folder) {
    const std::string id = folder.filename().string();
    const Settings settings = read_settings(folder / (id + "-settings.txt"));
    const fs::path file = model_file(folder);
    const auto source = std::make_shared<const SourceText>(
        SourceText{file.filename().string(), read_file(file.string())});
    ImportOptions options;
    options.read_text = [&](const std::string& name) -> std::shared_ptr<const SourceText> {
        const fs::path other = folder / name;
        return fs::exists(other)
                   ? std::make_shared<const SourceText>(SourceText{name, read_file(other.string())})
                   : nullptr;
    };
    Outcome<ImportedModel, Diagnostics> imported = import_model(source, options);
    if (!imported) {
        return refusal(id, imported.error());
    }
    ImportedModel& model = imported.value();
    std::vector<std::string> columns;
    for (const std::string& variable : settings.variables) {
        const Quantity* quantity = model.find(variable);
        if (quantity == nullptr) {
            return {id, Verdict::wrong, fmt::format("'{}' is not in the model", variable)};
        }
        const SpeciesForm form = quantity->kind != QuantityKind::species ? SpeciesForm::as_in_model
                                 : settings.amounts.contains(variable)   ? SpeciesForm::amount
                                 : settings.concentrations.contains(variable)
                                     ? SpeciesForm::concentration
                                     : SpeciesForm::as_in_model;
        columns.push_back(column_of(model, *quantity, form));
    }
    const Outcome<eqn::System, Diagnostics> system = eqn::compile(model.network);
    if (!system) {
        return refusal(id, system.error());
    }
    sim::Run run;
    run.start_time = settings.start;
    for (std::size_t i = 0; i <= settings.steps; ++i) {
        run.output_times.push_back(settings.start + settings.duration * static_cast<double>(i) /
                                                        static_cast<double>(settings.steps));
    }
    // Recordings hold observables before functions: each column alone, then in the case's order.
    std::vector<std::size_t> places;
    for (const std::string& column : columns) {
        if (const auto observable = system.value().find_observable(column)) {
            places.push_back(run.recording.observables.size());
            run.recording.observables.push_back(*observable);
        } else {
            places.push_back(run.recording.functions.size());
            run.recording.functions.push_back(*system.value().find_function(column));
        }
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!system.value().find_observable(columns[i])) {
            places[i] += run.recording.observables.size();
        }
    }
    sim::SolverOptions solver;
    solver.tolerances = {1e-9, 1e-14};
    const sim::Result found = sim::solve(system.value(), run, solver);
    if (!found.status.ok()) {
        return {id, Verdict::failed, found.status.message};
    }
    sim::Result ordered = found;
    ordered.columns = places.size();
    ordered.values.clear();
    for (std::size_t row = 0; row < found.times.size(); ++row) {
        for (const std::size_t place : places) {
            ordered.values.push_back(found.at(row, place));
        }
    }
    return compare(id, settings, read_expected(folder / (id + "-results.csv")), ordered);
}

std::vector<CaseResult> run_cases(const std::vector<fs::path>& folders, unsigned threads) {
    std::vector<CaseResult> results(folders.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < folders.size(); i = next++) {
            results[i] = run_case(folders[i]);
        }
    };
    std::vector<std::jthread> pool;
    for (unsigned t = 1; t < threads; ++t) {
        pool.emplace_back(work);
    }
    work();
    pool.clear();
    return results;
}

}  // namespace erbium::sbml::suite
