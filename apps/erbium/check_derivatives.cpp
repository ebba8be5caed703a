// SPDX-License-Identifier: Apache-2.0
#include "check_derivatives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/report/table.hpp"
#include "erbium/sim/derivative_check.hpp"

namespace erbium::app {
namespace {

constexpr double kRtol = 1e-9;  // tight, for differences of runs are no better than the runs
constexpr std::size_t kOutputs = 4;

/// A number in the model's own unit, or a quantity of time in seconds.
std::optional<double> end_time(const std::string& text) {
    if (text.empty()) {
        return 1.0;
    }
    std::optional<double> time = parse_double(text);
    if (!time) {
        if (const Outcome<double, UnitProblem> seconds = parse_time_s(text)) {
            time = seconds.value();
        }
    }
    return time && *time > 0.0 && std::isfinite(*time) ? time : std::nullopt;
}

report::Table table_of(std::span<const sim::CheckedInput> checked, const sim::Run& run,
                       const std::vector<std::string>& columns, std::string title) {
    using report::Align;
    report::Table table{.title = std::move(title),
                        .columns = {{.name = "input"},
                                    {.name = "observable"},
                                    {.name = "time", .align = Align::end},
                                    {.name = "forward", .align = Align::end, .digits = 6},
                                    {.name = "difference", .align = Align::end, .digits = 6},
                                    {.name = "deviation", .align = Align::end, .digits = 2},
                                    {.name = "noise", .align = Align::end, .digits = 2},
                                    {.name = "adjoint_deviation", .align = Align::end, .digits = 2},
                                    {.name = "verdict"}}};
    for (const sim::CheckedInput& input : checked) {
        report::Row row;
        if (!input.refusal.empty()) {
            const double none = std::nan("");
            row = {.cells = {input.name, std::string{}, none, none, none, none, none, none,
                             "refused: " + input.refusal},
                   .mark = report::RowMark::failed};
        } else {
            row = {.cells = {input.name, columns.empty() ? std::string{} : columns[input.column],
                             run.output_times[input.row], input.forward, input.difference,
                             input.deviation, input.noise, input.adjoint_deviation,
                             verdict_of(input.agrees, input.is_decided)},
                   .mark = input.agrees ? report::RowMark::none : report::RowMark::misfit};
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

/// Those that disagree first, then by deviation beyond the noise.
void sort_worst_first(std::vector<sim::CheckedInput>& checked) {
    std::stable_sort(checked.begin(), checked.end(),
                     [](const sim::CheckedInput& a, const sim::CheckedInput& b) {
                         const auto key = [](const sim::CheckedInput& c) {
                             const int rank = rank_of(c.agrees, c.is_decided);
                             return std::pair{c.refusal.empty() ? rank : 3, -c.deviation};
                         };
                         return key(a) < key(b);
                     });
}

}  // namespace

std::string verdict_of(bool agrees, bool is_decided) {
    return !agrees ? "DISAGREES" : (is_decided ? "agrees" : "too noisy to tell");
}

int rank_of(bool agrees, bool is_decided) noexcept {
    return !agrees ? 0 : (is_decided ? 2 : 1);
}

Exit check_derivatives(const CheckCommand& command, const Target& target) {
    const std::optional<double> until = end_time(command.until);
    if (!until) {
        return fail(Exit::usage, fmt::format("--until {}: expected a time above 0", command.until));
    }
    const Outcome<LoadedNetwork, Diagnostics> loaded = load_network(target);
    if (!loaded) {
        return show(loaded.error());
    }
    print_error(loaded.value().warnings.text());
    const Outcome<eqn::System, Diagnostics> system = eqn::compile(loaded.value().network);
    if (!system) {
        return show(system.error());
    }
    sim::Run run;
    for (std::size_t i = 1; i <= kOutputs; ++i) {
        run.output_times.push_back(*until * static_cast<double>(i) / kOutputs);
    }
    run.recording = sim::Recording::all_observables(system.value());
    if (run.recording.size() == 0) {
        run.recording = sim::Recording::all(system.value());
    }
    sim::SensitivityOptions options;
    options.solver.tolerances.rtol = command.rtol.value_or(kRtol);
    options.threads = std::max(1U, std::thread::hardware_concurrency());
    sim::DerivativeCheck check = sim::check_derivatives(
        system.value(), run, sim::independent_parameters(system.value()), options);
    if (!check.status.ok()) {
        return fail(Exit::numerical, "the simulation failed: " + check.status.message);
    }
    std::size_t refused = 0;
    std::size_t wrong = 0;
    std::size_t undecided = 0;
    for (const sim::CheckedInput& input : check.inputs) {
        refused += input.refusal.empty() ? 0U : 1U;
        wrong += input.refusal.empty() && !input.agrees ? 1U : 0U;
        undecided += input.agrees && !input.is_decided ? 1U : 0U;
    }
    sort_worst_first(check.inputs);
    const std::vector<std::string> columns = run.recording.names(system.value());
    const std::span<const sim::CheckedInput> all{check.inputs};
    if (command.as_json) {
        print(report::json(table_of(all, run, columns, command.target)) + "\n");
    } else {
        const std::size_t shown =
            std::min(all.size(), std::max<std::size_t>(kRowsOfATerminal, wrong));
        print(report::plain_text(
            table_of(all.first(shown), run, columns,
                     fmt::format("{}: worst of {} parameters", command.target, all.size()))));
        print(fmt::format(
            "{} agree, {} disagree, {} too noisy to tell, {} without a derivative; "
            "{} runs\n",
            all.size() - refused - wrong - undecided, wrong, undecided, refused, check.runs));
        if (undecided > 0) {
            print(
                "Differences of runs at this --rtol are noisier than what they are held against: "
                "take a smaller one.\n");
        }
    }
    if (wrong > 0) {
        return fail(Exit::some_failed,
                    fmt::format("derivatives by {} of {} parameters disagree with central "
                                "differences or with the adjoint",
                                wrong, all.size()));
    }
    return refused == all.size() && refused > 0 ? Exit::unsupported : Exit::ok;
}

}  // namespace erbium::app
