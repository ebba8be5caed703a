// SPDX-License-Identifier: Apache-2.0
// erbium/petab/model.cpp: models, reduced to what conditions and formulas name.
#include "erbium/petab/model.hpp"

#include <fmt/format.h>

#include "erbium/lang/bngl_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"

namespace erbium::petab {
namespace {

Outcome<net::Network, Diagnostics> read_network(const ModelFile& file) {
    if (file.location.ends_with(".net")) {
        return net::parse_net(file.text);
    }
    const auto parsed = lang::bngl::parse(file.text);
    if (!parsed) {
        return parsed.error();
    }
    const auto bound = model::bind(parsed.value());
    if (!bound) {
        return bound.error();
    }
    auto generated = net::generate(bound.value().model);
    if (!generated) {
        return std::move(generated).error();
    }
    return std::move(generated.value().network);
}

Outcome<Model, Diagnostics> read_bngl(const Problem& problem) {
    auto network = read_network(problem.model);
    if (!network) {
        return std::move(network).error();
    }
    Model model;
    model.network = std::move(network).value();
    const auto add = [&](const std::string& name, EntityKind kind) {
        model.entities.emplace(
            name, Entity{kind, name, kind == EntityKind::constant ? name : "", {}, {}});
    };
    for (const net::Parameter& parameter : model.network.parameters) {
        add(parameter.name, EntityKind::constant);
    }
    for (const net::Observable& observable : model.network.observables) {
        add(observable.name, EntityKind::algebraic);
    }
    for (const net::Function& function : model.network.functions) {
        add(function.name, EntityKind::algebraic);
    }
    return model;
}

/// A species as an entity: an observable that is its amount, a parameter that is the initial one.
Entity species_entity(net::Network& network, const std::string& id, SpeciesId species) {
    Entity entity{EntityKind::state, id, fmt::format("{}_initial", id), species, {}};
    network.observables.push_back({entity.value, {{species, 1.0}}});
    network.parameters.push_back({entity.initial, network.initial_amount(species)});
    network.set_initial_amount(species, lang::Expression::reference(entity.initial));
    return entity;
}

}  // namespace

std::optional<SpeciesId> species_named(const net::Network& network, std::string_view text) {
    for (std::uint32_t s = 0; s < network.species_count(); ++s) {
        if (network.species_text(SpeciesId{s}) == text) {
            return SpeciesId{s};
        }
    }
    return std::nullopt;
}

const Entity* Model::find(std::string_view id) const {
    const auto at = entities.find(id);
    return at == entities.end() ? nullptr : &at->second;
}

Outcome<Model, Diagnostics> read_model(const Problem& problem) {
    auto model =
        problem.model.language == ModelLanguage::sbml ? read_sbml(problem) : read_bngl(problem);
    if (!model) {
        return model;
    }
    Diagnostics diagnostics;
    for (const Mapping& mapping : problem.mappings) {
        if (mapping.entity.empty() || mapping.entity == mapping.id) {
            continue;
        }
        Model& m = model.value();
        if (const Entity* entity = m.find(mapping.entity)) {
            m.entities.emplace(mapping.id, Entity{*entity});
        } else if (const auto species = species_named(m.network, mapping.entity);
                   species && m.find(mapping.id) == nullptr) {
            m.entities.emplace(mapping.id, species_entity(m.network, mapping.id, *species));
        } else {
            diagnostics.error("ERB-PETAB-0009", mapping.span,
                              fmt::format("the model has no '{}'", mapping.entity),
                              "species are named by their exact text in the network");
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return model;
}

}  // namespace erbium::petab
