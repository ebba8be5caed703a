// SPDX-License-Identifier: Apache-2.0
// erbium/package/assemble.cpp: parse, bind, and check what the package says about the model.
#include "erbium/package/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/lang/bngl_parser.hpp"

namespace erbium::package {
namespace {

void collect_names(const lang::Expression& expression, std::set<std::string>& names) {
    for (const lang::ExpressionNode& node : expression.nodes()) {
        if (node.op == lang::Op::name || node.op == lang::Op::call) {
            names.insert(node.text);
        }
    }
}

/// All names that stand in expressions of the model.
std::set<std::string> used_names(const model::Model& model) {
    std::set<std::string> names;
    for (const model::Parameter& p : model.parameters) {
        collect_names(p.value, names);
    }
    for (const model::Compartment& c : model.compartments) {
        collect_names(c.size, names);
    }
    for (const model::SeedSpecies& s : model.seeds) {
        collect_names(s.amount, names);
    }
    for (const model::Function& f : model.functions) {
        collect_names(f.value, names);
    }
    for (const model::EnergyPattern& e : model.energy_patterns) {
        collect_names(e.energy, names);
    }
    for (const model::Rule& r : model.rules) {
        for (const lang::Expression& argument : r.rate.args) {
            collect_names(argument, names);
        }
    }
    return names;
}

/// True when a module of another tier holds the word `name`.
bool stands_in_another_tier(const Package& package, std::string_view name) {
    const auto is_part = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    };
    for (const Tier& tier : package.tiers) {
        for (const auto& source : tier.modules) {
            const std::string& text = source->text;
            for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
                const std::size_t end = at + name.size();
                if ((at == 0 || !is_part(text[at - 1])) &&
                    (end == text.size() || !is_part(text[end]))) {
                    return true;
                }
            }
        }
    }
    return false;
}

void check_readouts(const Package& package, const model::Model& model, Diagnostics& diagnostics) {
    std::vector<std::string> names;
    for (const model::Observable& o : model.observables) {
        names.push_back(o.name);
    }
    for (const model::Function& f : model.functions) {
        if (f.arguments.empty()) {
            names.push_back(f.name);
        }
    }
    for (const Readout& readout : package.readouts) {
        if (std::find(names.begin(), names.end(), readout.of) == names.end()) {
            diagnostics.error(
                "ERB-PKG-0040", readout.span,
                fmt::format("'{}' is no observable and no function of the model", readout.of),
                did_you_mean(readout.of, names));
        }
    }
}

}  // namespace

Outcome<model::Bound, Diagnostics> assemble(const Package& package) {
    std::vector<lang::bngl::File> files;
    for (const auto& source : package.modules) {
        files.push_back(lang::bngl::parse_leniently(source));
    }
    model::BindOptions options;
    options.name = package.name;
    for (const Parameter& parameter : package.parameters) {
        options.parameters.push_back(
            {parameter.id, lang::Expression::constant(parameter.value), parameter.span});
    }
    auto bound = model::bind(files, options);
    if (!bound) {
        return bound;
    }
    Diagnostics diagnostics;
    check_readouts(package, bound.value().model, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    const std::set<std::string> used = used_names(bound.value().model);
    for (const Parameter& parameter : package.parameters) {
        if (!used.contains(parameter.id) && !stands_in_another_tier(package, parameter.id)) {
            bound.value().warnings.warning(
                "ERB-PKG-0041", parameter.span,
                fmt::format("no module uses parameter '{}'", parameter.id));
        }
    }
    return bound;
}

}  // namespace erbium::package
