// SPDX-License-Identifier: Apache-2.0
#include "quasi_steady_run.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/eqn/fast_reactions.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "watched_run.hpp"

namespace erbium::app {
namespace {

std::vector<double> initial_state(const eqn::System& system,
                                  std::span<const sim::ParameterValue> parameters) {
    eqn::ReferenceKernel kernel{system};
    kernel.set_parameters(parameters);
    std::vector<double> y(system.state_count());
    kernel.initial_state(y);
    return y;
}

/// |a - b| / size, NaN where either is.
double relative(double a, double b, double size) {
    const double difference = std::fabs(a - b);
    return difference == 0.0 ? 0.0 : difference / size;
}

QuasiSteadyRecord::Difference difference_of(std::string output, const sim::Result& reduced,
                                            const sim::Result& whole, std::size_t column) {
    double size = 0.0;
    for (std::size_t row = 0; row < whole.times.size(); ++row) {
        size = std::max(size, std::fabs(whole.at(row, column)));
    }
    QuasiSteadyRecord::Difference difference{.output = std::move(output)};
    for (std::size_t row = 0; row < whole.times.size(); ++row) {
        const double here = relative(reduced.at(row, column), whole.at(row, column), size);
        if (row == 0) {
            difference.at_start = here;
        } else if (!(here <= difference.largest)) {
            difference.largest = here;
            difference.time = whole.times[row];
        }
    }
    return difference;
}

}  // namespace

Outcome<QuasiSteadyRun, Diagnostics> solve_quasi_steady(const net::Network& network,
                                                        const eqn::System& system,
                                                        const sim::Run& run,
                                                        const sim::SolverOptions& options,
                                                        double within, bool is_checked) {
    const std::vector<eqn::ReversibleReaction> reversible = eqn::reversible_reactions(
        network, system, run.parameters, initial_state(system, run.parameters));
    QuasiSteadyRun made;
    QuasiSteadyRecord& record = made.record;
    record.within = within;
    record.reversible = reversible.size();
    for (const eqn::ReversibleReaction& reaction : reversible) {
        if (reaction.relaxation_time < within) {
            ++record.fast;
            record.slowest = std::max(record.slowest, reaction.relaxation_time);
        }
    }
    if (record.fast == 0) {
        made.result = solve_watched(system, run, options);
        record.steps = made.result.statistics.steps;
        return made;
    }
    net::Network marked = network;
    marked.set_quasi_steady(eqn::faster_than(within, reversible));
    const Outcome<eqn::System, Diagnostics> reduced = eqn::compile(marked);
    if (!reduced) {
        return reduced.error();
    }
    made.result = solve_watched(reduced.value(), run, options);
    record.states = reduced.value().algebraic_states().size();
    record.steps = made.result.statistics.steps;
    if (!is_checked || made.result.status.failure == sim::Failure::interrupted) {
        return made;
    }
    const sim::Result whole = solve_watched(system, run, options);
    record.is_comparison_interrupted = whole.status.failure == sim::Failure::interrupted;
    if (record.is_comparison_interrupted) {
        return made;
    }
    record.whole_steps = whole.statistics.steps;
    const std::vector<std::string> names = run.recording.names(system);
    for (std::size_t column = 0; column < names.size(); ++column) {
        record.differences.push_back(difference_of(names[column], made.result, whole, column));
    }
    return made;
}

nlohmann::ordered_json quasi_steady_json(const QuasiSteadyRecord& record) {
    nlohmann::ordered_json json;
    json["within"] = record.within;
    json["reversible_reactions"] = record.reversible;
    json["fast_reactions"] = record.fast;
    json["slowest_relaxation"] = record.slowest;
    json["algebraic_states"] = record.states;
    json["steps"] = record.steps;
    if (record.is_comparison_interrupted) {
        json["comparison"] = "interrupted";
    }
    if (record.differences.empty()) {
        return json;
    }
    json["whole_steps"] = record.whole_steps;
    json["differences"] = nlohmann::ordered_json::array();
    for (const QuasiSteadyRecord::Difference& difference : record.differences) {
        json["differences"].push_back({{"output", difference.output},
                                       {"largest", difference.largest},
                                       {"time", difference.time},
                                       {"at_start", difference.at_start}});
    }
    return json;
}

std::string quasi_steady_text(const QuasiSteadyRecord& record) {
    constexpr std::size_t kShown = 5;
    if (record.fast == 0) {
        return fmt::format("quasi-steady: none of {} reversible reactions relaxes within {:g}\n",
                           record.reversible, record.within);
    }
    std::string text = fmt::format(
        "quasi-steady: {} of {} reversible reactions relax within {:g} (the slowest in {:.3g}); "
        "{} algebraic states; {} steps",
        record.fast, record.reversible, record.within, record.slowest, record.states, record.steps);
    if (record.differences.empty()) {
        return text + (record.is_comparison_interrupted
                           ? "; the comparison with the whole run was interrupted\n"
                           : "; not compared with the whole run\n");
    }
    text += fmt::format(", {} of the whole run\n", record.whole_steps);
    std::vector<QuasiSteadyRecord::Difference> worst = record.differences;
    const auto rank = [](const QuasiSteadyRecord::Difference& d) {
        return std::isnan(d.largest) ? std::numeric_limits<double>::infinity() : d.largest;
    };
    std::stable_sort(worst.begin(), worst.end(),
                     [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
    for (std::size_t i = 0; i < std::min(kShown, worst.size()); ++i) {
        text += fmt::format("  {}: differs by {:.2g} of its largest value at time {:g}\n",
                            worst[i].output, worst[i].largest, worst[i].time);
    }
    return text;
}

}  // namespace erbium::app
