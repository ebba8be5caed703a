// SPDX-License-Identifier: Apache-2.0
// bench/load_network.hpp: a benchmark's model from a .bngl or .net file; ends the program on
// errors.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/lang/bngl_parser.hpp"
#include "erbium/lang/expression_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"

namespace erbium::bench {

template <class T>
T value_or_exit(Outcome<T, Diagnostics> outcome) {
    if (!outcome) {
        std::fputs(outcome.error().text().c_str(), stderr);
        std::exit(1);
    }
    return std::move(outcome).value();
}

inline net::Network load_network(const std::string& path) {
    const auto source = std::make_shared<const SourceText>(SourceText{path, read_file(path)});
    if (path.ends_with(".net")) {
        return value_or_exit(net::parse_net(source));
    }
    const auto file = value_or_exit(lang::bngl::parse(source));
    const auto bound = value_or_exit(model::bind(file));
    return value_or_exit(net::generate(bound.model)).network;
}

inline std::optional<SpeciesId> find_species(const net::Network& network, std::string_view text) {
    for (std::uint32_t s = 0; s < network.species_count(); ++s) {
        if (network.species_text(SpeciesId{s}) == text) {
            return SpeciesId{s};
        }
    }
    return std::nullopt;
}

/// First-order loss of a species, with a parameter of its own.
inline void add_loss(net::Network& network, SpeciesId species, double rate_per_s) {
    network.parameters.push_back(
        {"bench_loss", lang::parse_expression(shortest(rate_per_s)).value()});
    network.rate_laws.push_back({net::RateLawKind::mass_action, {"bench_loss"}});
    const std::vector<SpeciesId> reactants{species};
    network.add_reaction(reactants, {}, id_at<net::RateLawId>(network.rate_laws.size() - 1), 1.0,
                         net::Network::kNoRule);
}

inline eqn::System compiled(const net::Network& network) {
    return value_or_exit(eqn::compile(network));
}

/// Amount in the model's own initial state.
inline double initial_amount(const eqn::System& system, SpeciesId species) {
    eqn::ReferenceKernel kernel{system};
    std::vector<double> y(system.state_count());
    kernel.initial_state(y);
    return y[species.value];
}

}  // namespace erbium::bench
