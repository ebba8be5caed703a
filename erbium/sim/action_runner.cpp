// SPDX-License-Identifier: Apache-2.0
// erbium/sim/action_runner.cpp: actions that change the state, and simulate.
#include "erbium/sim/action_runner.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/lang/expression_parser.hpp"
#include "erbium/sim/action_table.hpp"
#include "erbium/sim/dat_files.hpp"

namespace erbium::sim {
namespace {

using lang::Op;
using model::Action;

constexpr std::string_view kDefaultLabel = "DEFAULT";

/// True for a name that stays inside a folder: relative, and not upwards.
bool stays_inside(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos) {
        return false;
    }
    const std::vector<std::string_view> parts = split(name, '/');
    return std::none_of(parts.begin(), parts.end(),
                        [](std::string_view part) { return part == ".." || part.empty(); });
}

}  // namespace

bool ActionRunner::run(const Action& action) {
    if (action.name == "generate_network") {
        return generate(action);
    }
    if (is_simulation(action.name)) {
        return needs_network(action) && simulate(action);
    }
    if (action.name == "parameter_scan") {
        return needs_network(action) && scan(action);
    }
    if (action.name == "bifurcate") {
        return needs_network(action) && bifurcate(action);
    }
    if (action.name == "setConcentration" || action.name == "addConcentration") {
        return needs_network(action) && set_concentration(action, action.name[0] == 'a');
    }
    if (action.name == "setParameter") {
        return set_parameter(action);
    }
    if (action.name == "saveConcentrations" || action.name == "resetConcentrations" ||
        action.name == "saveParameters" || action.name == "resetParameters") {
        return needs_network(action) && save_or_reset(action);
    }
    if (action.name == "setModelName") {
        stem_ = *positional(action, 0);
        return true;
    }
    if (action.name == "quit") {
        has_quit_ = true;
        return true;
    }
    if (std::find(context_.elsewhere.begin(), context_.elsewhere.end(), action.name) !=
        context_.elsewhere.end()) {
        if (!needs_network(action)) {
            return false;
        }
        auto files = context_.run_elsewhere(action, *network_);
        if (!files) {
            diagnostics_.append(std::move(files).error());
            return false;
        }
        report_.files.insert(report_.files.end(), files.value().begin(), files.value().end());
    }
    return true;  // setOption, version, substanceUnits: read with the model
}

bool ActionRunner::generate(const Action& action) {
    auto network = context_.generate(action);
    if (!network) {
        diagnostics_.append(std::move(network).error());
        return false;
    }
    auto system = eqn::compile(network.value());
    if (!system) {
        diagnostics_.append(std::move(system).error());
        return false;
    }
    network_ = std::move(network).value();
    system_ = std::move(system).value();
    amounts_ = initial_amounts();
    return true;
}

bool ActionRunner::needs_network(const Action& action) {
    return network_.has_value() ||
           generate(Action{.name = "generate_network", .arguments = {}, .span = action.span});
}

ActionRunner::Amounts ActionRunner::initial_amounts() const {
    Amounts amounts(network_->species_count());
    for (std::size_t s = 0; s < amounts.size(); ++s) {
        amounts[s].expression = network_->initial_amount(id_at<SpeciesId>(s));
    }
    return amounts;
}

std::vector<ParameterValue> ActionRunner::overrides(const Parameters& parameters) const {
    std::vector<ParameterValue> values;
    for (const auto& [name, value] : parameters) {
        if (const auto id = system_->find_parameter(name)) {
            values.push_back({*id, value});
        }
    }
    return values;
}

net::NameValue ActionRunner::parameter_values(const Parameters& parameters) const {
    if (!system_) {
        return [parameters](std::string_view name) -> std::optional<double> {
            const auto at = parameters.find(std::string{name});
            return at == parameters.end() ? std::nullopt : std::optional{at->second};
        };
    }
    const auto kernel = std::make_shared<eqn::ReferenceKernel>(*system_);
    kernel->set_parameters(overrides(parameters));
    return [kernel](std::string_view name) -> std::optional<double> {
        const auto id = kernel->system().find_parameter(name);
        return id ? std::optional{kernel->parameter(*id)} : std::nullopt;
    };
}

std::optional<double> ActionRunner::evaluated(const Action& action,
                                              const lang::Expression& expression,
                                              const Parameters& parameters,
                                              const std::string& owner) {
    const auto value = net::evaluate(expression, parameter_values(parameters));
    if (!value) {
        diagnostics_.error("ERB-SIM-0004", action.span,
                           fmt::format("{}: '{}' uses a name or function that has no value here",
                                       owner, expression.text()),
                           "numbers, parameters and built-in functions may stand here");
    }
    return value;
}

std::optional<std::vector<double>> ActionRunner::numbers(const Action& action,
                                                         const Amounts& amounts,
                                                         const Parameters& parameters) {
    const net::NameValue values = parameter_values(parameters);
    std::vector<double> result;
    result.reserve(amounts.size());
    for (std::size_t s = 0; s < amounts.size(); ++s) {
        const std::optional<double> amount =
            amounts[s].number ? amounts[s].number : net::evaluate(amounts[s].expression, values);
        if (!amount) {
            const std::string owner =
                fmt::format("the amount of '{}'", network_->species_text(id_at<SpeciesId>(s)));
            static_cast<void>(evaluated(action, amounts[s].expression, parameters, owner));
            return std::nullopt;
        }
        result.push_back(*amount);
    }
    return result;
}

std::optional<lang::Expression> ActionRunner::parsed(const Action& action,
                                                     const std::string& text) {
    auto expression = lang::parse_expression(text);
    if (!expression) {
        diagnostics_.error("ERB-SIM-0004", action.span,
                           fmt::format("'{}' in {} is not an expression: {}", text, action.name,
                                       expression.error().all().front().message));
        return std::nullopt;
    }
    return std::move(expression).value();
}

std::optional<double> ActionRunner::value_of(const Action& action, const std::string& text,
                                             const std::string& owner) {
    const auto expression = parsed(action, text);
    return expression ? evaluated(action, *expression, parameters_, owner) : std::nullopt;
}

std::optional<double> ActionRunner::number(const Action& action, std::string_view name,
                                           std::optional<double> otherwise) {
    const std::optional<std::string> text = text_option(action, name);
    if (text) {
        return value_of(action, *text, fmt::format("option '{}' of {}", name, action.name));
    }
    if (!otherwise) {
        diagnostics_.error("ERB-SIM-0005", action.span,
                           fmt::format("'{}' needs the option '{}'", action.name, name));
    }
    return otherwise;
}

std::optional<SpeciesId> ActionRunner::species(const Action& action, const std::string& text) {
    if (context_.find_species) {
        if (const auto found = context_.find_species(*network_, text)) {
            return found;
        }
    } else if (const auto found = system_->find_species(text)) {
        return found;
    }
    diagnostics_.error("ERB-SIM-0006", action.span,
                       fmt::format("the network has no species '{}'", text),
                       did_you_mean(text, system_->species().names()));
    return std::nullopt;
}

bool ActionRunner::set_concentration(const Action& action, bool adds) {
    const auto id = species(action, *positional(action, 0));
    const auto expression = parsed(action, *positional(action, 1));
    if (!id || !expression) {
        return false;
    }
    const std::string owner = fmt::format("the amount in {}", action.name);
    Amount& amount = amounts_[id->value];
    const auto present = numbers(action, amounts_, parameters_);
    if (!present) {
        return false;
    }
    if (adds) {
        const auto more = evaluated(action, *expression, parameters_, owner);
        if (more) {
            amount = {(*present)[id->value] + *more, {}};
        }
        return more.has_value();
    }
    // Observables and functions are taken now, parameters when a simulation starts.
    eqn::ReferenceKernel kernel{*system_};
    kernel.set_parameters(overrides(parameters_));
    kernel.observe(time_, *present);
    std::vector<lang::ExpressionNode> nodes = expression->nodes();
    for (lang::ExpressionNode& node : nodes) {
        const bool is_name = node.op == Op::name || (node.op == Op::call && node.arity == 0);
        const auto observable = is_name ? system_->find_observable(node.text) : std::nullopt;
        const auto function = is_name ? system_->find_function(node.text) : std::nullopt;
        if (observable || function) {
            node.number = observable ? kernel.observable(*observable) : kernel.function(*function);
            node.op = Op::number;
        }
    }
    amount = {std::nullopt, lang::Expression{std::move(nodes), nullptr}};
    return evaluated(action, amount.expression, parameters_, owner).has_value();
}

bool ActionRunner::set_parameter(const Action& action) {
    const std::string name = *positional(action, 0);
    if (system_ && !system_->find_parameter(name)) {
        diagnostics_.error("ERB-SIM-0007", action.span,
                           fmt::format("the network has no parameter '{}'", name),
                           did_you_mean(name, system_->parameters().names()));
        return false;
    }
    const auto value = value_of(action, *positional(action, 1), "the value in setParameter");
    if (!value) {
        return false;
    }
    parameters_[name] = *value;
    return true;
}

bool ActionRunner::save_or_reset(const Action& action) {
    const std::string label = positional(action, 0).value_or(std::string{kDefaultLabel});
    const auto not_saved = [&] {
        diagnostics_.error("ERB-SIM-0008", action.span,
                           fmt::format("{}: nothing was saved as '{}'", action.name, label));
        return false;
    };
    if (action.name == "saveConcentrations") {
        saved_amounts_[label] = amounts_;
    } else if (action.name == "saveParameters") {
        saved_parameters_[label] = parameters_;
    } else if (action.name == "resetConcentrations") {
        const auto at = saved_amounts_.find(label);
        if (at == saved_amounts_.end() && label != kDefaultLabel) {
            return not_saved();
        }
        amounts_ = at == saved_amounts_.end() ? initial_amounts() : at->second;
        amounts_.resize(network_->species_count(), Amount{0.0, {}});
    } else {
        const auto at = saved_parameters_.find(label);
        if (at == saved_parameters_.end()) {
            return not_saved();
        }
        parameters_ = at->second;
    }
    return true;
}

std::optional<std::string> ActionRunner::stem_of(const Action& action, const std::string& otherwise,
                                                 const std::string& default_suffix) {
    std::string stem = text_option(action, "prefix").value_or(otherwise);
    const std::string suffix = text_option(action, "suffix").value_or(default_suffix);
    if (!suffix.empty()) {
        stem += "_" + suffix;
    }
    if (!stays_inside(stem)) {
        diagnostics_.error("ERB-SIM-0009", action.span,
                           fmt::format("'{}' would put files outside the output folder", stem),
                           "use a plain name as prefix and suffix");
        return std::nullopt;
    }
    return stem;
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
        constexpr double kMostSteps = 1e8;  // memory, before anything else, ends there
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
        {request.stem, result.status, result.statistics, result.fallbacks});
    const std::size_t species = request.prints_all_cdat ? system_->state_count() : std::size_t{0};
    std::string& cdat = open_files_[request.stem + ".cdat"];
    std::string& gdat = open_files_[request.stem + ".gdat"];
    const bool appends = request.continues && !cdat.empty();
    if (!appends) {
        std::vector<std::string> names = system_->observables().names();
        if (request.prints_functions) {
            names.insert(names.end(), system_->functions().names().begin(),
                         system_->functions().names().end());
        }
        cdat = cdat_header(system_->state_count());
        gdat = dat_header(names);
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
