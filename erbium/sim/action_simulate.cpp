// SPDX-License-Identifier: Apache-2.0
// erbium/sim/action_simulate.cpp: simulate: its options in numbers, the run, its files.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/sim/action_runner.hpp"
#include "erbium/sim/action_table.hpp"
#include "erbium/sim/dat_files.hpp"

namespace erbium::sim {
using model::Action;

std::optional<std::string> ActionRunner::stem_of(const Action& action, const std::string& otherwise,
                                                 const std::string& default_suffix) {
    return output_stem(action, otherwise, default_suffix, diagnostics_);
}

std::optional<std::vector<double>> ActionRunner::output_times(const Action& action,
                                                              double start_time) {
    const bool has_n_steps = option(action, "n_steps") != nullptr;
    const bool has_count = has_n_steps || option(action, "n_output_steps") != nullptr;
    const model::ActionArgument* samples = option(action, "sample_times");
    std::vector<double> times{start_time};
    if (samples == nullptr || has_count) {
        const auto end = number(action, "t_end", std::nullopt);
        const auto steps = number(action, has_n_steps ? "n_steps" : "n_output_steps", 1.0);
        if (!end || !steps) {
            return std::nullopt;
        }
        constexpr double kMostSteps = 1e7;  // memory, before anything else, ends there
        if (!(*end > start_time) || !(*steps >= 1.0) || !(*steps <= kMostSteps)) {
            diagnostics_.error("ERB-SIM-0005", action.span,
                               fmt::format("'{}' needs t_end after t_start and 1 to {:g} steps",
                                           action.name, kMostSteps));
            return std::nullopt;
        }
        const auto count = static_cast<std::size_t>(*steps);
        for (std::size_t i = 1; i <= count; ++i) {
            times.push_back(i == count ? *end
                                       : start_time + (*end - start_time) * static_cast<double>(i) /
                                                          static_cast<double>(count));
        }
        return times;
    }
    std::vector<double> wanted;
    for (const std::string& text : samples->values) {
        const auto value = value_of(action, text, "a sample time");
        if (!value) {
            return std::nullopt;
        }
        wanted.push_back(*value);
    }
    std::sort(wanted.begin(), wanted.end());
    if (wanted.size() < 3) {
        diagnostics_.error("ERB-SIM-0005", action.span, "sample_times needs 3 or more times");
        return std::nullopt;
    }
    const auto end = number(action, "t_end", wanted.back());
    if (!end) {
        return std::nullopt;
    }
    for (const double t : wanted) {
        if (t > times.back() && t < *end) {
            times.push_back(t);
        }
    }
    if (!(*end > times.back())) {
        diagnostics_.error("ERB-SIM-0005", action.span, "no sample time lies after t_start");
        return std::nullopt;
    }
    times.push_back(*end);
    return times;
}

std::optional<ActionRunner::Request> ActionRunner::request(const Action& action,
                                                           const std::string& stem) {
    Request request;
    request.stem = context_.folder + "/" + stem;
    request.continues = flag_option(action, "continue", false);
    request.prints_all_cdat = flag_option(action, "print_CDAT", true);
    request.prints_functions = flag_option(action, "print_functions", false);
    request.wants_steady_state = flag_option(action, "steady_state", false);
    const auto start = number(action, "t_start", request.continues ? time_ : 0.0);
    const Tolerances defaults = Tolerances::of_actions();
    const auto rtol = number(action, "rtol", defaults.rtol);
    const auto atol = number(action, "atol", defaults.atol);
    const auto max_steps = number(action, "max_sim_steps", 1e7);
    if (!start || !rtol || !atol || !max_steps) {
        return std::nullopt;
    }
    if (!(*rtol > 0.0) || !(*atol > 0.0) || !(*max_steps >= 1.0)) {
        diagnostics_.error("ERB-SIM-0005", action.span,
                           "rtol, atol and max_sim_steps must be positive");
        return std::nullopt;
    }
    if (request.continues && *start != time_) {
        diagnostics_.error("ERB-SIM-0005", action.span,
                           fmt::format("t_start is {}, but the simulation to continue ended at {}",
                                       shortest(*start), shortest(time_)));
        return std::nullopt;
    }
    auto times = output_times(action, *start);
    if (!times) {
        return std::nullopt;
    }
    request.start_time = *start;
    request.times = std::move(*times);
    request.options.tolerances = {*rtol, *atol};
    request.options.method = context_.method;
    request.options.reducing = context_.reducing;
    request.options.max_steps = static_cast<std::size_t>(std::min(*max_steps, 1e15));
    return request;
}

std::optional<Run> ActionRunner::prepare(const Action& action, const Request& request,
                                         const Parameters& parameters, const Amounts& amounts) {
    const auto state = numbers(action, amounts, parameters);
    if (!state) {
        return std::nullopt;
    }
    Run run;
    run.parameters = overrides(parameters);
    for (std::size_t s = 0; s < state->size(); ++s) {
        run.initial_state.push_back({id_at<SpeciesId>(s), StateChange::Kind::set, (*state)[s]});
    }
    run.start_time = request.start_time;
    run.output_times = request.times;
    run.recording = Recording::all(*system_);
    if (!request.prints_all_cdat) {
        run.recording.species.clear();
    }
    if (!request.prints_functions) {
        run.recording.functions.clear();
    }
    if (request.wants_steady_state) {
        run.stop_below_rate = request.options.tolerances.atol;
    }
    return run;
}

bool ActionRunner::simulate(const Action& action) {
    const auto stem = stem_of(action, stem_, "");
    if (!stem) {
        return false;
    }
    const auto asked = request(action, *stem);
    const auto run = asked ? prepare(action, *asked, parameters_, amounts_) : std::nullopt;
    return run && finish(action, *asked, *run, Solver{*system_, asked->options}.solve(*run));
}

void ActionRunner::write(const std::string& path, std::string_view text) {
    write_file(path, text);
    if (std::find(report_.files.begin(), report_.files.end(), path) == report_.files.end()) {
        report_.files.push_back(path);
    }
}

/// Writes the files and takes over the end of a simulation.
bool ActionRunner::finish(const Action& action, const Request& request, const Run& run,
                          const Result& result) {
    report_.simulations.push_back(
        {request.stem, result.status, result.statistics, result.fallbacks, result.reduction});
    const std::size_t species = request.prints_all_cdat ? system_->state_count() : std::size_t{0};
    std::string& cdat = open_files_[request.stem + ".cdat"];
    std::string& gdat = open_files_[request.stem + ".gdat"];
    const bool appends = request.continues && !cdat.empty();
    last_names_ = system_->observables().names();
    if (request.prints_functions) {
        last_names_.insert(last_names_.end(), system_->functions().names().begin(),
                           system_->functions().names().end());
    }
    const std::span<const double> last = result.row(result.times.size() - 1).subspan(species);
    last_values_.assign(last.begin(), last.end());
    if (!appends) {
        cdat = cdat_header(system_->state_count());
        gdat = dat_header(last_names_);
    }
    for (std::size_t row = appends ? 1 : 0; row < result.times.size(); ++row) {
        const std::span<const double> values = result.row(row);
        append_dat_row(gdat, result.times[row], values.subspan(species));
        if (request.prints_all_cdat) {
            append_cdat_row(cdat, result.times[row], values.first(species));
        }
    }
    if (!request.prints_all_cdat) {  // the first and the last state all the same, as BioNetGen
        if (!appends) {
            std::vector<double> first;
            for (const StateChange& change : run.initial_state) {
                first.push_back(change.value);
            }
            append_cdat_row(cdat, request.start_time, first);
        }
        append_cdat_row(cdat, result.times.back(), result.end_state);
    }
    write(request.stem + ".cdat", cdat);
    if (!system_->observables().names().empty() ||
        (request.prints_functions && system_->functions().size() > 0)) {
        write(request.stem + ".gdat", gdat);
    }
    if (!result.status.ok()) {
        report_.failure =
            fmt::format("{} ({}): {}", action.name, request.stem, result.status.message);
        return false;
    }
    for (std::size_t s = 0; s < amounts_.size(); ++s) {
        amounts_[s] = {result.end_state[s], {}};
    }
    time_ = request.times.back();
    if (request.wants_steady_state && !result.was_stopped) {
        report_.failure = fmt::format("{} ({}): no steady state by time {:g}", action.name,
                                      request.stem, request.times.back());
        return false;
    }
    return true;
}

}  // namespace erbium::sim
