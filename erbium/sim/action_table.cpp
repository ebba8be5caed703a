// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/action_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "erbium/base/text.hpp"

namespace erbium::sim {
namespace {

using model::Action;
using model::ActionArgument;
using Names = std::vector<std::string>;

/// Options of simulate that Erbium honours, or that change nothing for it: `sparse` (always),
/// `verbose`, `seed` and `get_final_state`.
const Names& simulate_options() {
    static const Names kNames{
        "method",       "t_start", "t_end",      "n_steps",         "n_output_steps",
        "sample_times", "atol",    "rtol",       "steady_state",    "continue",
        "suffix",       "prefix",  "print_CDAT", "print_functions", "max_sim_steps",
        "sparse",       "verbose", "seed",       "get_final_state"};
    return kNames;
}

/// Options of simulate that are understood and not supported. Writing them with the value 0, which
/// turns them off, is fine.
const Names& refused_options() {
    static const Names kNames{"argfile",
                              "netfile",
                              "stop_if",
                              "print_on_stop",
                              "print_end",
                              "print_net",
                              "save_progress",
                              "print_n_species_active",
                              "output_step_interval",
                              "expand",
                              "update_interval"};
    return kNames;
}

const Names& scan_options() {
    static const Names kNames{"parameter", "par_min",    "par_max",  "n_scan_pts", "par_scan_vals",
                              "log_scale", "reset_conc", "parallel", "num_cores"};
    return kNames;
}

/// Actions with positional arguments: their least and most number.
struct Positional {
    std::string_view name;
    std::size_t least;
    std::size_t most;
};
constexpr std::array kPositional{
    Positional{"setConcentration", 2, 2},   Positional{"addConcentration", 2, 2},
    Positional{"saveConcentrations", 0, 1}, Positional{"resetConcentrations", 0, 1},
    Positional{"setParameter", 2, 2},       Positional{"saveParameters", 0, 1},
    Positional{"resetParameters", 0, 1},    Positional{"setModelName", 1, 1},
    Positional{"setOption", 0, 64},         Positional{"version", 0, 2},
    Positional{"substanceUnits", 0, 1},     Positional{"quit", 0, 0}};

const Names& refused_actions() {
    static const Names kNames{"simulate_ssa",
                              "simulate_nf",
                              "simulate_pla",
                              "simulate_psa",
                              "simulate_protocol",
                              "simulate_rm",
                              "writeModel",
                              "writeNetwork",
                              "writeNET",
                              "writeFile",
                              "writeBNGL",
                              "writeXML",
                              "writeSBML",
                              "writeSBMLMulti",
                              "writeMfile",
                              "writeMexfile",
                              "writeMDL",
                              "writeLatex",
                              "writeSSC",
                              "writeSSCcfg",
                              "writeCPYfile",
                              "visualize",
                              "readFile",
                              "readModel",
                              "readNetwork",
                              "readSBML",
                              "readNFspecies",
                              "setVolume",
                              "setOutputDir",
                              "generate_hybrid_model",
                              "LinearParameterSensitivity"};
    return kNames;
}

bool contains(std::span<const std::string> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_off(const ActionArgument& argument) {
    return argument.values.size() == 1 && argument.values.front() == "0";
}

void check_simulate(const Action& action, bool is_scan, bool is_protocol,
                    Diagnostics& diagnostics) {
    Names known = simulate_options();
    if (is_scan) {
        known.insert(known.end(), scan_options().begin(), scan_options().end());
    }
    for (const ActionArgument& argument : action.arguments) {
        if (argument.name.empty()) {
            diagnostics.error("ERB-SIM-0002", argument.span,
                              fmt::format("'{}' takes options {{name=>value, ...}}", action.name));
        } else if (contains(known, argument.name)) {
            continue;
        } else if (contains(refused_options(), argument.name)) {
            if (!is_off(argument)) {
                diagnostics.unsupported(
                    "ERB-SIM-0003", argument.span,
                    fmt::format("option '{}' of {}", argument.name, action.name));
            }
        } else {
            diagnostics.error("ERB-SIM-0002", argument.span,
                              fmt::format("'{}' has no option '{}'", action.name, argument.name),
                              did_you_mean(argument.name, known));
        }
    }
    const std::optional<std::string> method = text_option(action, "method");
    if (action.name == "simulate_ode" || is_protocol) {
        return;
    }
    if (!method) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("'{}' needs a method", action.name), "write method=>\"ode\"");
    } else if (*method != "ode" && *method != "cvode") {
        static const Names kRefusedMethods{"ssa", "nf", "pla", "psa", "protocol"};
        if (contains(kRefusedMethods, *method)) {
            diagnostics.unsupported("ERB-SIM-0003", action.span,
                                    fmt::format("method \"{}\" of {}", *method, action.name),
                                    "Erbium solves differential equations: method=>\"ode\"");
        } else {
            diagnostics.error("ERB-SIM-0002", action.span,
                              fmt::format("there is no method \"{}\"", *method),
                              did_you_mean(*method, Names{"ode", "cvode", "ssa", "nf", "pla"}));
        }
    }
}

void check_scan(const Action& action, bool has_protocol, Diagnostics& diagnostics) {
    const bool is_protocol = is_protocol_scan(action);
    if (is_protocol && !has_protocol) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          "the model has no protocol for this scan to run",
                          "write the actions of one point into a block 'protocol'");
    }
    check_simulate(action, true, is_protocol, diagnostics);
    if (option(action, "parameter") == nullptr) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("'{}' needs the option 'parameter'", action.name));
    }
    const bool has_range = option(action, "par_min") != nullptr &&
                           option(action, "par_max") != nullptr &&
                           option(action, "n_scan_pts") != nullptr;
    if (!has_range && (option(action, "par_scan_vals") == nullptr || action.name == "bifurcate")) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("'{}' needs par_min, par_max and n_scan_pts{}", action.name,
                                      action.name == "bifurcate" ? "" : ", or par_scan_vals"));
    }
}

void check_positional(const Action& action, const Positional& rule, Diagnostics& diagnostics) {
    if (action.arguments.size() < rule.least || action.arguments.size() > rule.most) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          rule.least == rule.most
                              ? fmt::format("'{}' takes {} arguments, not {}", action.name,
                                            rule.least, action.arguments.size())
                              : fmt::format("'{}' takes {} to {} arguments, not {}", action.name,
                                            rule.least, rule.most, action.arguments.size()));
    }
}

void report_unknown(const Action& action, std::span<const std::string> elsewhere,
                    Diagnostics& diagnostics) {
    Names known{"generate_network", "simulate", "simulate_ode", "parameter_scan", "bifurcate"};
    for (const Positional& rule : kPositional) {
        known.emplace_back(rule.name);
    }
    known.insert(known.end(), refused_actions().begin(), refused_actions().end());
    known.insert(known.end(), elsewhere.begin(), elsewhere.end());
    diagnostics.error("ERB-SIM-0001", action.span,
                      fmt::format("there is no action '{}'", action.name),
                      did_you_mean(action.name, known));
}

}  // namespace

bool is_protocol_scan(const Action& action) {
    return action.name == "parameter_scan" && text_option(action, "method") == "protocol";
}

bool is_simulation(std::string_view action) noexcept {
    return action == "simulate" || action == "simulate_ode";
}

void check_actions(std::span<const Action> actions, std::span<const std::string> elsewhere,
                   bool has_protocol, Diagnostics& diagnostics) {
    for (const Action& action : actions) {
        const auto* rule = std::find_if(kPositional.begin(), kPositional.end(),
                                        [&](const Positional& p) { return p.name == action.name; });
        if (contains(elsewhere, action.name) || action.name == "generate_network") {
            continue;  // their options are the generator's and the writers' business
        }
        if (is_simulation(action.name)) {
            check_simulate(action, false, false, diagnostics);
        } else if (action.name == "parameter_scan" || action.name == "bifurcate") {
            check_scan(action, has_protocol, diagnostics);
        } else if (rule != kPositional.end()) {
            check_positional(action, *rule, diagnostics);
        } else if (contains(refused_actions(), action.name)) {
            diagnostics.unsupported("ERB-SIM-0003", action.span,
                                    fmt::format("action '{}'", action.name));
        } else {
            report_unknown(action, elsewhere, diagnostics);
        }
    }
}

const ActionArgument* option(const Action& action, std::string_view name) noexcept {
    const auto at = std::find_if(action.arguments.begin(), action.arguments.end(),
                                 [name](const ActionArgument& a) { return a.name == name; });
    return at == action.arguments.end() ? nullptr : &*at;
}

std::optional<std::string> text_option(const Action& action, std::string_view name) {
    const ActionArgument* argument = option(action, name);
    if (argument == nullptr || argument->values.empty()) {
        return std::nullopt;
    }
    return argument->values.front();
}

bool flag_option(const Action& action, std::string_view name, bool otherwise) {
    const std::optional<std::string> text = text_option(action, name);
    return text ? *text != "0" && !text->empty() : otherwise;
}

std::optional<std::string> positional(const Action& action, std::size_t i) {
    if (i >= action.arguments.size() || action.arguments[i].values.empty()) {
        return std::nullopt;
    }
    return action.arguments[i].values.front();
}

}  // namespace erbium::sim
