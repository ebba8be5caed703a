// SPDX-License-Identifier: Apache-2.0
#include "action_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/model/print.hpp"
#include "erbium/net/evaluate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"
#include "erbium/sbml/export.hpp"
#include "erbium/sim/action_table.hpp"

namespace erbium::app {
namespace {

namespace fs = std::filesystem;
using model::Action;

/// What a writing action is asked for. BioNetGen's defaults differ from action to action.
struct WriteRequest {
    std::string format;  ///< "net", "bngl" or "sbml"
    bool with_model{};
    bool with_network{};
    bool with_numbers{};  ///< evaluate_expressions
};

WriteRequest request_of(const Action& action) {
    const bool is_model = action.name == "writeModel";
    WriteRequest request;
    const std::string usual = is_model ? "bngl" : action.name == "writeSBML" ? "sbml" : "net";
    request.format = sim::text_option(action, "format").value_or(usual);
    request.with_model = sim::flag_option(action, "include_model", action.name != "writeNetwork");
    request.with_network = sim::flag_option(action, "include_network", !is_model);
    request.with_numbers =
        sim::flag_option(action, "evaluate_expressions", action.name == "writeNET");
    return request;
}

void check_write(const Action& action, Diagnostics& diagnostics) {
    static const std::vector<std::string> kNames{
        "format", "include_model", "include_network",   "evaluate_expressions", "overwrite",
        "prefix", "suffix",        "pretty_formatting", "TextSpecies",          "TextReaction"};
    for (const model::ActionArgument& argument : action.arguments) {
        if (std::find(kNames.begin(), kNames.end(), argument.name) == kNames.end()) {
            diagnostics.error("ERB-SIM-0002", argument.span,
                              fmt::format("'{}' has no option '{}'", action.name, argument.name),
                              did_you_mean(argument.name, kNames));
        }
    }
    const WriteRequest request = request_of(action);
    static constexpr std::array kOtherFormats{"xml", "ssc", "mfile", "mexfile", "mdl"};
    if (request.format != "net" && request.format != "bngl" && request.format != "sbml") {
        const bool is_known = std::find(kOtherFormats.begin(), kOtherFormats.end(),
                                        request.format) != kOtherFormats.end();
        const std::string what = fmt::format("format '{}' of {}", request.format, action.name);
        if (is_known) {
            diagnostics.unsupported("ERB-SIM-0003", action.span, what);
        } else {
            diagnostics.error("ERB-SIM-0002", action.span, "there is no " + what,
                              "formats are net, bngl and sbml");
        }
    } else if (!request.with_model && !request.with_network) {
        diagnostics.error("ERB-SIM-0002", action.span,
                          fmt::format("'{}' is asked for neither model nor network", action.name));
    }
}

/// Parameters and amounts as numbers; what has no value stays as it is.
void evaluate_all(net::Network& network) {
    const auto values = net::evaluate_parameters(network.parameters);
    if (!values) {
        return;
    }
    const auto value_of = [&](std::string_view name) -> std::optional<double> {
        for (std::size_t p = 0; p < network.parameters.size(); ++p) {
            if (network.parameters[p].name == name) {
                return values.value()[p];
            }
        }
        return std::nullopt;
    };
    for (std::size_t s = 0; s < network.species_count(); ++s) {
        const auto id = id_at<SpeciesId>(s);
        if (const auto amount = net::evaluate(network.initial_amount(id), value_of)) {
            network.set_initial_amount(id, lang::Expression::constant(*amount));
        }
    }
    for (std::size_t p = 0; p < network.parameters.size(); ++p) {
        network.parameters[p].value = lang::Expression::constant(values.value()[p]);
    }
}

/// The model without its actions, at the parameters of the actions.
std::string model_text(model::Model model, const sim::ActionState& state, bool with_numbers) {
    model.actions.clear();
    model.protocol.clear();
    std::vector<net::Parameter> parameters;
    for (model::Parameter& parameter : model.parameters) {
        if (const auto set = state.parameters.find(parameter.name); set != state.parameters.end()) {
            parameter.value = lang::Expression::constant(set->second);
        }
        parameters.push_back({parameter.name, parameter.value});
    }
    if (const auto values = net::evaluate_parameters(parameters); with_numbers && values) {
        for (std::size_t p = 0; p < model.parameters.size(); ++p) {
            model.parameters[p].value = lang::Expression::constant(values.value()[p]);
        }
    }
    return model::print(model);
}

/// The blocks of a BNGL text that a .net may repeat.
std::string blocks_for_net(const std::string& bngl) {
    static constexpr std::array kBlocks{"compartments", "molecule types", "observables",
                                        "energy patterns", "reaction rules"};
    std::string kept;
    bool is_inside = false;
    for (const std::string_view line : split(bngl, '\n')) {
        const std::string_view code = trimmed(line);
        const auto is_edge = [&](std::string_view word) {
            return std::any_of(kBlocks.begin(), kBlocks.end(), [&](std::string_view block) {
                return code == fmt::format("{} {}", word, block);
            });
        };
        is_inside = is_inside || is_edge("begin");
        if (is_inside) {
            kept.append(line).append("\n");
        }
        is_inside = is_inside && !is_edge("end");
    }
    return kept;
}

}  // namespace

std::optional<TargetKind> kind_of_file(const std::string& file) {
    const std::string ending = fs::path{file}.extension().string();
    return ending == ".net"                        ? std::optional{TargetKind::net}
           : ending == ".bngl"                     ? std::optional{TargetKind::bngl}
           : ending == ".xml" || ending == ".sbml" ? std::optional{TargetKind::sbml}
                                                   : std::nullopt;
}

ActionFiles::ActionFiles(LoadedModel loaded, std::string path, std::string folder)
    : loaded_{std::move(loaded)},
      read_folder_{fs::path{path}.parent_path().string()},
      write_folder_{std::move(folder)} {}

Outcome<std::optional<net::Network>, Diagnostics> ActionFiles::read(const Action& action) {
    const std::string file = sim::text_option(action, "file").value_or("");
    const std::optional<TargetKind> kind = kind_of_file(file);
    Diagnostics diagnostics;
    if (!kind) {
        diagnostics.unsupported("ERB-SIM-0003", action.span,
                                fmt::format("{} of '{}'", action.name, file),
                                "Erbium reads .net, .bngl and SBML files here");
        return diagnostics;
    }
    if (sim::flag_option(action, "atomize", false)) {
        diagnostics.unsupported("ERB-SIM-0003", action.span,
                                fmt::format("option 'atomize' of {}", action.name),
                                "an SBML model is read as the network that it is");
        return diagnostics;
    }
    // A network that an earlier action wrote stands in the folder of the output.
    std::optional<std::string> path;
    for (const std::string& folder : {write_folder_, read_folder_}) {
        const fs::path candidate = fs::path{folder} / file;
        if (!path && is_inside(folder, candidate)) {
            path = candidate.string();
        }
    }
    if (!path) {
        diagnostics.error("ERB-APP-0011", action.span,
                          fmt::format("{}: there is no file '{}' beside the model or in the output "
                                      "folder",
                                      action.name, file),
                          "the name is relative to the model's folder and does not lead out of it");
        return diagnostics;
    }
    if (*kind == TargetKind::net) {
        const auto source = std::make_shared<const SourceText>(SourceText{*path, read_file(*path)});
        loaded_.texts.push_back(source);
        Outcome<net::Network, Diagnostics> network =
            net::parse_net(source, reader_beside(*path, loaded_.texts));
        if (!network) {
            return std::move(network).error();
        }
        loaded_.model = {};  // the rules of the file are not those of the network
        read_network_ = std::move(network).value();
        return read_network_;
    }
    if (*kind == TargetKind::sbml) {
        Outcome<LoadedSbml, Diagnostics> read = load_sbml({TargetKind::sbml, *path}, false);
        if (!read) {
            return std::move(read).error();
        }
        loaded_.texts.insert(loaded_.texts.end(), read.value().texts.begin(),
                             read.value().texts.end());
        loaded_.model = {};
        read_network_ = std::move(read.value().model.network);
        return read_network_;
    }
    read_network_.reset();
    Outcome<LoadedModel, Diagnostics> read = load_model({TargetKind::bngl, *path});
    if (!read) {
        return std::move(read).error();
    }
    loaded_.model = std::move(read.value().model);
    loaded_.texts.insert(loaded_.texts.end(), read.value().texts.begin(), read.value().texts.end());
    return std::optional<net::Network>{};
}

Outcome<std::vector<std::string>, Diagnostics> ActionFiles::write(
    const Action& action, const sim::ActionState& state) const {
    const WriteRequest request = request_of(action);
    const std::string stem = (fs::path{write_folder_} / state.stem).string();
    if (request.format == "sbml") {
        net::Network network = *state.network;
        if (request.with_numbers) {
            evaluate_all(network);
        }
        sbml::ExportOptions options;
        options.id = options.name = loaded_.model.name.empty() ? "model" : loaded_.model.name;
        options.compartments = loaded_.model.compartments;
        Outcome<std::string, Diagnostics> text = sbml::export_network(network, options);
        if (!text) {
            return std::move(text).error();
        }
        // BioNetGen calls the file of writeSBML <model>_sbml.xml unless it is told otherwise.
        const bool is_named =
            action.name != "writeSBML" || sim::option(action, "suffix") != nullptr;
        const std::string path = stem + (is_named ? ".xml" : "_sbml.xml");
        write_file(path, text.value());
        return std::vector{path};
    }
    std::string text;
    if (request.with_model) {
        const std::string model = model_text(loaded_.model, state, request.with_numbers);
        text = request.format == "bngl" ? model : blocks_for_net(model);
    }
    if (request.with_network) {
        net::Network network = *state.network;
        if (!network.events.empty()) {
            Diagnostics refused;
            refused.unsupported(
                "ERB-APP-0010", action.span,
                fmt::format("the event '{}' in a .net file", network.events.front().name));
            return refused;
        }
        if (request.with_numbers) {
            evaluate_all(network);
        }
        text += net::write_net(network);
    }
    const std::string path = stem + "." + request.format;
    write_file(path, text);
    return std::vector{path};
}

std::vector<sim::ForeignAction> ActionFiles::writers() {
    std::vector<sim::ForeignAction> actions;
    for (const char* name : {"writeNetwork", "writeNET", "writeModel", "writeFile", "writeSBML"}) {
        actions.push_back({name, std::string_view{name} != "writeModel", check_write,
                           [this](const Action& action, const sim::ActionState& state) {
                               return write(action, state);
                           }});
    }
    return actions;
}

}  // namespace erbium::app
