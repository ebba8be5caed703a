// SPDX-License-Identifier: Apache-2.0
// tests/net/support/model_options.hpp: what a file's own generate_network asks for.
#pragma once

#include <cstdlib>
#include <string>

#include "erbium/model/model.hpp"
#include "erbium/net/generate.hpp"

namespace erbium::net::test {

/// Limits of the first generate_network action; BioNetGen's default of 100 rounds else.
inline GenerateOptions options_of(const model::Model& model) {
    GenerateOptions options;
    options.max_iterations = 100;
    options.guard_species = 20'000;
    for (const model::Action& action : model.actions) {
        if (action.name != "generate_network") {
            continue;
        }
        for (const model::ActionArgument& argument : action.arguments) {
            if (argument.values.empty()) {
                continue;
            }
            const std::string& first = argument.values.front();
            if (argument.name == "max_iter") {
                options.max_iterations = std::strtoul(first.c_str(), nullptr, 10);
            } else if (argument.name == "max_agg") {
                options.max_molecules = std::strtoul(first.c_str(), nullptr, 10);
            } else if (argument.name == "max_stoich") {
                for (const std::string& value : argument.values) {
                    const std::size_t arrow = value.find("=>");
                    if (arrow != std::string::npos) {
                        options.max_stoichiometry.emplace_back(
                            value.substr(0, arrow),
                            std::strtoul(value.c_str() + arrow + 2, nullptr, 10));
                    }
                }
            }
        }
        break;
    }
    return options;
}

}  // namespace erbium::net::test
