// SPDX-License-Identifier: Apache-2.0
// erbium/sim/action_runner.cpp: the network, amounts and parameters that actions share.
#include "erbium/sim/action_runner.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/lang/expression_parser.hpp"
#include "erbium/sim/action_table.hpp"

namespace erbium::sim {
namespace {

using lang::Op;
using model::Action;

constexpr std::string_view kDefaultLabel = "DEFAULT";

}  // namespace

bool ActionRunner::run(const Action& action) {
    if (action.name == "generate_network") {
        return take_network(context_.generate(action));
    }
    if (is_reading(action.name)) {
        return read(action);
    }
    if (is_simulation(action.name)) {
        return needs_network(action) &&
               (runs_protocol(action) ? simulate_protocol(action) : simulate(action));
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
    const auto foreign =
        std::find_if(context_.elsewhere.begin(), context_.elsewhere.end(),
                     [&](const ForeignAction& f) { return f.name == action.name; });
    if (foreign != context_.elsewhere.end()) {
        return run_foreign(action, *foreign);
    }
    return true;  // setOption, version, substanceUnits: read with the model; writers left out
}

bool ActionRunner::take_network(Outcome<net::Network, Diagnostics> network) {
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

/// What was set by hand goes with the model that was there before, as in BioNetGen.
bool ActionRunner::read(const Action& action) {
    auto network = context_.read(action);
    if (!network) {
        diagnostics_.append(std::move(network).error());
        return false;
    }
    parameters_.clear();
    saved_amounts_.clear();
    saved_parameters_.clear();
    network_.reset();
    system_.reset();
    return !network.value() || take_network(std::move(*network.value()));
}

bool ActionRunner::run_foreign(const Action& action, const ForeignAction& foreign) {
    const auto stem = stem_of(action, stem_, "");
    if (!stem || (foreign.needs_network && !needs_network(action))) {
        return false;
    }
    std::optional<net::Network> present = network_;
    if (present) {
        for (net::Parameter& parameter : present->parameters) {
            const auto set = parameters_.find(parameter.name);
            if (set != parameters_.end()) {
                parameter.value = lang::Expression::constant(set->second);
            }
        }
        for (std::size_t s = 0; s < amounts_.size(); ++s) {
            present->set_initial_amount(id_at<SpeciesId>(s),
                                        amounts_[s].number
                                            ? lang::Expression::constant(*amounts_[s].number)
                                            : amounts_[s].expression);
        }
    }
    auto files = foreign.run(action, {present ? &*present : nullptr, parameters_, *stem});
    if (!files) {
        diagnostics_.append(std::move(files).error());
        return false;
    }
    report_.files.insert(report_.files.end(), files.value().begin(), files.value().end());
    return true;
}

bool ActionRunner::needs_network(const Action& action) {
    return network_.has_value() ||
           take_network(context_.generate(
               Action{.name = "generate_network", .arguments = {}, .span = action.span}));
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

}  // namespace erbium::sim
