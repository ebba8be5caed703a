// SPDX-License-Identifier: Apache-2.0
// erbium/sim/action_scan.cpp: parameter_scan and bifurcate.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "erbium/base/text.hpp"
#include "erbium/sim/action_runner.hpp"
#include "erbium/sim/action_table.hpp"
#include "erbium/sim/dat_files.hpp"

namespace erbium::sim {

using model::Action;

std::optional<std::vector<double>> ActionRunner::scan_values(const Action& action) {
    std::vector<double> values;
    if (option(action, "n_scan_pts") == nullptr || option(action, "par_min") == nullptr ||
        option(action, "par_max") == nullptr) {
        for (const std::string& text : option(action, "par_scan_vals")->values) {
            const auto value = value_of(action, text, "a value of par_scan_vals");
            if (!value) {
                return std::nullopt;
            }
            values.push_back(*value);
        }
        return values;
    }
    const auto least = number(action, "par_min", std::nullopt);
    const auto most = number(action, "par_max", std::nullopt);
    const auto count = number(action, "n_scan_pts", std::nullopt);
    if (!least || !most || !count) {
        return std::nullopt;
    }
    const bool is_log = flag_option(action, "log_scale", false);
    if (!(*count >= (*least == *most ? 1.0 : 2.0)) || !(*count <= 1e6) ||
        (is_log && !(*least > 0.0 && *most > 0.0))) {
        diagnostics_.error("ERB-SIM-0005", action.span,
                           fmt::format("'{}' needs two or more points, and a positive range on a "
                                       "logarithmic scale",
                                       action.name));
        return std::nullopt;
    }
    const double from = is_log ? std::log(*least) : *least;
    const double to = is_log ? std::log(*most) : *most;
    const auto points = static_cast<std::size_t>(*count);
    for (std::size_t k = 0; k < points; ++k) {
        const double at = points == 1 ? from
                                      : from + static_cast<double>(k) *
                                                   ((to - from) / static_cast<double>(points - 1));
        values.push_back(is_log ? std::exp(at) : at);
    }
    return values;
}

bool ActionRunner::check_parameter(const Action& action, const std::string& name) {
    if (system_->find_parameter(name)) {
        return true;
    }
    diagnostics_.error("ERB-SIM-0007", action.span,
                       fmt::format("the network has no parameter '{}'", name),
                       did_you_mean(name, system_->parameters().names()));
    return false;
}

/// Simulations of a scan put their files into a folder of its name, numbered from 1.
std::optional<ActionRunner::Scan> ActionRunner::run_scan(const Action& action,
                                                         const std::string& stem,
                                                         std::vector<double> values, bool resets) {
    const std::string parameter = *text_option(action, "parameter");
    if (!check_parameter(action, parameter)) {
        return std::nullopt;
    }
    const Amounts before = amounts_;
    const std::size_t slash = stem.find_last_of('/');
    const std::string file_stem = slash == std::string::npos ? stem : stem.substr(slash + 1);
    std::vector<Request> requests;
    std::vector<Run> runs;
    std::vector<Result> results;
    Scan scan;
    scan.names = system_->observables().names();
    if (flag_option(action, "print_functions", false)) {
        scan.names.insert(scan.names.end(), system_->functions().names().begin(),
                          system_->functions().names().end());
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        auto asked = request(action, fmt::format("{}/{}_{:05d}", stem, file_stem, k + 1));
        Parameters parameters = parameters_;
        parameters[parameter] = values[k];
        auto run = asked ? prepare(action, *asked, parameters, amounts_) : std::nullopt;
        if (!run) {
            return std::nullopt;
        }
        requests.push_back(std::move(*asked));
        runs.push_back(std::move(*run));
        if (!resets) {  // the next point starts where this one ends
            results.push_back(Solver{*system_, requests.back().options}.solve(runs.back()));
            if (!finish(action, requests.back(), runs.back(), results.back())) {
                return std::nullopt;
            }
        }
    }
    if (resets) {
        results = solve_many(*system_, runs, requests.front().options, context_.threads);
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (resets && !finish(action, requests[k], runs[k], results[k])) {
            return std::nullopt;
        }
        const std::span<const double> last = results[k].row(results[k].times.size() - 1);
        const std::size_t species = runs[k].recording.species.size();
        scan.ends.emplace_back(last.begin() + static_cast<std::ptrdiff_t>(species), last.end());
    }
    if (resets) {
        amounts_ = before;
    }
    parameters_[parameter] = values.back();  // as BioNetGen leaves it
    scan.values = std::move(values);
    return scan;
}

/// Runs the protocol; its simulations write to `stem`, whatever they say.
bool ActionRunner::run_protocol(const std::string& stem) {
    for (Action step : context_.protocol) {
        if (is_simulation(step.name)) {
            std::erase_if(step.arguments, [](const model::ActionArgument& argument) {
                return argument.name == "prefix" || argument.name == "suffix";
            });
            step.arguments.push_back({"prefix", {stem}, false, step.span});
        }
        if (!run(step)) {
            return false;
        }
    }
    return true;
}

bool ActionRunner::simulate_protocol(const Action& action) {
    const auto stem = stem_of(action, stem_, "");
    return stem && run_protocol(*stem);
}

std::optional<ActionRunner::Scan> ActionRunner::run_protocol_scan(const Action& action,
                                                                  const std::string& stem,
                                                                  std::vector<double> values,
                                                                  bool resets) {
    const std::string parameter = *text_option(action, "parameter");
    if (!check_parameter(action, parameter)) {
        return std::nullopt;
    }
    const Amounts before = amounts_;
    const std::size_t slash = stem.find_last_of('/');
    const std::string file_stem = slash == std::string::npos ? stem : stem.substr(slash + 1);
    Scan scan;
    for (std::size_t k = 0; k < values.size(); ++k) {
        parameters_[parameter] = values[k];
        if (resets) {
            amounts_ = before;
        }
        last_values_.clear();
        if (!run_protocol(fmt::format("{}/{}_{:05d}", stem, file_stem, k + 1))) {
            return std::nullopt;
        }
        if (last_values_.empty()) {
            diagnostics_.error("ERB-SIM-0002", action.span, "the protocol simulates nothing");
            return std::nullopt;
        }
        scan.names = last_names_;
        scan.ends.push_back(last_values_);
    }
    if (resets) {
        amounts_ = before;
    }
    scan.values = std::move(values);
    return scan;
}

bool ActionRunner::scan(const Action& action) {
    const auto stem = stem_of(action, stem_, *text_option(action, "parameter"));
    auto values = scan_values(action);
    if (!stem || !values || values->empty()) {
        return false;
    }
    const bool resets = flag_option(action, "reset_conc", true);
    const auto done = runs_protocol(action)
                          ? run_protocol_scan(action, *stem, std::move(*values), resets)
                          : run_scan(action, *stem, std::move(*values), resets);
    if (!done) {
        return false;
    }
    std::string text = scan_header(*text_option(action, "parameter"), done->names);
    for (std::size_t k = 0; k < done->values.size(); ++k) {
        append_scan_row(text, done->values[k], done->ends[k]);
    }
    write(context_.folder + "/" + *stem + ".scan", text);
    return true;
}

bool ActionRunner::bifurcate(const Action& action) {
    const auto base = stem_of(action, stem_, "");
    auto values = scan_values(action);
    if (!base || !values) {
        return false;
    }
    std::vector<double> backwards{values->rbegin(), values->rend()};
    const auto forward = run_scan(action, *base + "_forward", std::move(*values), false);
    const auto backward =
        forward ? run_scan(action, *base + "_backward", std::move(backwards), false) : std::nullopt;
    if (!backward) {
        return false;
    }
    const std::string parameter = *text_option(action, "parameter");
    const std::size_t points = forward->values.size();
    for (std::size_t column = 0; column < forward->names.size(); ++column) {
        const std::string& name = forward->names[column];
        std::string text = scan_header(parameter, std::vector{name + "_fwd", name + "_bwd"});
        for (std::size_t k = 0; k < points; ++k) {
            append_scan_row(
                text, forward->values[k],
                std::vector{forward->ends[k][column], backward->ends[points - 1 - k][column]});
        }
        write(fmt::format("{}/{}_bifurcation_{}.scan", context_.folder, *base, name), text);
    }
    return true;
}

}  // namespace erbium::sim
