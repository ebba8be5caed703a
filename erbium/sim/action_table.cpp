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

/// Actions that write a file of another format, or draw, and leave the simulation as it is.
const Names& refused_writers() {
    static const Names kNames{"writeModel",     "writeNetwork",  "writeNET",     "writeFile",
                              "writeXML",       "writeSBML",     "writeMfile",   "writeMexfile",
                              "writeSBMLMulti", "writeMDL",      "writeLatex",   "writeSSC",
                              "writeSSCcfg",    "writeCPYfile",  "writeCPPfile", "writeMEXfile",
                              "visualize",      "writeLaTeXfile"};
    return kNames;
}

const Names& refused_actions() {
    static const Names kNames = [] {
        Names names{"simulate_ssa",      "simulate_nf",
                    "simulate_pla",      "simulate_psa",
                    "simulate_protocol", "simulate_rm",
                    "readFile",          "readModel",
                    "readNetwork",       "readSBML",
                    "readNFspecies",     "setVolume",
                    "setOutputDir",      "generate_hybrid_model",
                    "writeBNGL",         "LinearParameterSensitivity"};
        names.insert(names.end(), refused_writers().begin(), refused_writers().end());
        return names;
    }();
    return kNames;
}

bool contains(std::span<const std::string> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// True for a name that stays inside a folder: relative, and not upwards.
bool stays_inside(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos) {
        return false;
    }
    const std::vector<std::string_view> parts = split(name, '/');
    return std::none_of(parts.begin(), parts.end(),
                        [](std::string_view part) { return part == ".." || part.empty(); });
}

bool is_off(const ActionArgument& argument) {
    return argument.values.size() == 1 && argument.values.front() == "0";
}

/// True, with a complaint, for the methods that sample at random.
bool refuses_method(const Action& action, Diagnostics& diagnostics) {
    static const Names kRefusedMethods{"ssa", "nf", "pla", "psa"};
    const std::optional<std::string> method = text_option(action, "method");
    if (action.name == "simulate_ode" || !method || !contains(kRefusedMethods, *method)) {
        return false;
    }
    diagnostics.unsupported("ERB-SIM-0003", action.span,
                            fmt::format("method \"{}\" of {}", *method, action.name),
                            "Erbium solves differential equations: method=>\"ode\"");
    return true;
}

/// A protocol cannot run itself: `has_protocol` is false inside one.
void check_protocol(const Action& action, bool has_protocol, Diagnostics& diagnostics) {
    if (runs_protocol(action) && !has_protocol) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("the model has no protocol for this {} to run",
                                      action.name == "simulate" ? "simulation" : "scan"),
                          "write its actions into a block 'protocol'");
    }
}

void check_simulate(const Action& action, bool is_scan, Diagnostics& diagnostics) {
    if (refuses_method(action, diagnostics)) {
        return;  // it has options of its own
    }
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
    if (action.name == "simulate_ode" || runs_protocol(action)) {
        return;
    }
    const std::optional<std::string> method = text_option(action, "method");
    if (!method) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("'{}' needs a method", action.name), "write method=>\"ode\"");
    } else if (*method != "ode" && *method != "cvode") {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("there is no method \"{}\"", *method),
                          did_you_mean(*method, Names{"ode", "cvode", "ssa", "nf", "pla"}));
    }
}

void check_scan(const Action& action, bool has_protocol, Diagnostics& diagnostics) {
    check_protocol(action, has_protocol, diagnostics);
    check_simulate(action, true, diagnostics);
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

/// Those from check_iso on change only what BioNetGen prints or how it tells species apart; they
/// are read over.
void check_generate(const Action& action, Diagnostics& diagnostics) {
    static const Names kNames{"max_iter",   "max_agg",     "max_stoich",  "overwrite", "prefix",
                              "suffix",     "write",       "check_iso",   "continue",  "verbose",
                              "print_iter", "TextSpecies", "TextReaction"};
    for (const ActionArgument& argument : action.arguments) {
        if (argument.name.empty()) {
            diagnostics.error("ERB-SIM-0002", argument.span,
                              "'generate_network' takes options {name=>value, ...}");
        } else if (!contains(kNames, argument.name)) {
            diagnostics.error("ERB-SIM-0002", argument.span,
                              fmt::format("'generate_network' has no option '{}'", argument.name),
                              did_you_mean(argument.name, kNames));
        }
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

void report_unknown(const Action& action, const ActionContext& context, Diagnostics& diagnostics) {
    Names known{"generate_network", "simulate", "simulate_ode", "parameter_scan", "bifurcate"};
    for (const Positional& rule : kPositional) {
        known.emplace_back(rule.name);
    }
    known.insert(known.end(), refused_actions().begin(), refused_actions().end());
    for (const ForeignAction& foreign : context.elsewhere) {
        known.push_back(foreign.name);
    }
    diagnostics.error("ERB-SIM-0001", action.span,
                      fmt::format("there is no action '{}'", action.name),
                      did_you_mean(action.name, known));
}

}  // namespace

bool runs_protocol(const Action& action) {
    return (action.name == "parameter_scan" || action.name == "simulate") &&
           text_option(action, "method") == "protocol";
}

bool is_reading(std::string_view action) noexcept {
    return action == "readFile" || action == "readModel" || action == "readNetwork";
}

bool is_simulation(std::string_view action) noexcept {
    return action == "simulate" || action == "simulate_ode";
}

bool is_refused_writer(std::string_view action) noexcept {
    return contains(refused_writers(), action);
}

void check_actions(std::span<const Action> actions, const ActionContext& context, bool has_protocol,
                   Diagnostics& diagnostics) {
    for (const Action& action : actions) {
        const auto* rule = std::find_if(kPositional.begin(), kPositional.end(),
                                        [&](const Positional& p) { return p.name == action.name; });
        const auto foreign =
            std::find_if(context.elsewhere.begin(), context.elsewhere.end(),
                         [&](const ForeignAction& f) { return f.name == action.name; });
        if (foreign != context.elsewhere.end()) {
            if (foreign->check) {
                foreign->check(action, diagnostics);
            }
        } else if (action.name == "generate_network") {
            check_generate(action, diagnostics);
        } else if (is_reading(action.name) && context.read) {
            if (!text_option(action, "file")) {
                diagnostics.error("ERB-SIM-0002", action.span,
                                  fmt::format("'{}' needs the option 'file'", action.name));
            }
        } else if (is_simulation(action.name)) {
            check_protocol(action, has_protocol, diagnostics);
            check_simulate(action, false, diagnostics);
        } else if (action.name == "parameter_scan" || action.name == "bifurcate") {
            check_scan(action, has_protocol, diagnostics);
        } else if (rule != kPositional.end()) {
            check_positional(action, *rule, diagnostics);
        } else if (is_refused_writer(action.name)) {
            if (context.skips_writers) {
                diagnostics.warning("ERB-SIM-0010", action.span,
                                    fmt::format("'{}' is left out", action.name));
            } else {
                diagnostics.unsupported("ERB-SIM-0003", action.span,
                                        fmt::format("action '{}'", action.name),
                                        "--skip-writers runs the other actions without it");
            }
        } else if (contains(refused_actions(), action.name)) {
            diagnostics.unsupported("ERB-SIM-0003", action.span,
                                    fmt::format("action '{}'", action.name));
        } else {
            report_unknown(action, context, diagnostics);
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

std::optional<std::string> output_stem(const Action& action, const std::string& otherwise,
                                       const std::string& default_suffix,
                                       Diagnostics& diagnostics) {
    std::string stem = text_option(action, "prefix").value_or(otherwise);
    const std::string suffix = text_option(action, "suffix").value_or(default_suffix);
    if (!suffix.empty()) {
        stem += "_" + suffix;
    }
    if (!stays_inside(stem)) {
        diagnostics.error("ERB-SIM-0009", action.span,
                          fmt::format("'{}' would put files outside the output folder", stem),
                          "use a plain name as prefix and suffix");
        return std::nullopt;
    }
    return stem;
}

}  // namespace erbium::sim
