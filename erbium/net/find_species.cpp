// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/find_species.hpp"

#include <fmt/format.h>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "erbium/lang/bngl_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/print.hpp"
#include "erbium/net/canonical.hpp"
#include "erbium/net/compartments.hpp"
#include "erbium/net/seeds.hpp"
#include "erbium/net/species_text.hpp"

namespace erbium::net {
namespace {

std::optional<SpeciesId> find_text(const Network& network, std::string_view text) {
    for (std::size_t s = 0; s < network.species_count(); ++s) {
        if (network.species_text(id_at<SpeciesId>(s)) == text) {
            return id_at<SpeciesId>(s);
        }
    }
    return std::nullopt;
}

/// The model's types and compartments with this text as its only seed species.
std::optional<model::Model> model_of(const model::Model& model, std::string_view text) {
    namespace bngl = lang::bngl;
    if (text.find_first_of("\n\r#\\") != std::string_view::npos) {
        return std::nullopt;  // would be more than one line, or less
    }
    bngl::File file = bngl::parse_leniently(std::make_shared<const SourceText>(SourceText{
        "<species>", fmt::format("begin seed species\n{} 1\nend seed species\n", text)}));
    bngl::File typed = model::to_syntax(model);
    file.parameters = std::move(typed.parameters);
    file.compartments = std::move(typed.compartments);
    file.has_molecule_types = true;
    file.molecule_types = std::move(typed.molecule_types);
    Outcome<model::Bound, Diagnostics> bound = model::bind(file);
    if (!bound || bound.value().model.seeds.size() != 1) {
        return std::nullopt;
    }
    return std::move(bound.value().model);
}

}  // namespace

std::optional<SpeciesId> find_species(const Network& network, const model::Model& model,
                                      std::string_view text) {
    if (const auto exact = find_text(network, text)) {
        return exact;
    }
    const std::optional<model::Model> named = model_of(model, text);
    if (!named) {
        return std::nullopt;
    }
    const TypeTable types{named->molecule_types};
    SpeciesGraph graph;
    Diagnostics ignored;
    if (!append_species(named->seeds.front().species, *named, types, graph, ignored)) {
        return std::nullopt;
    }
    std::vector<std::uint16_t> members(graph.molecule_count());
    std::iota(members.begin(), members.end(), std::uint16_t{0});
    std::uint16_t place = kNone;
    if (const Compartments compartments{named->compartments}; !compartments.empty()) {
        place = compartments.place_of(graph, members).value_or(kNone);
    }
    std::vector<std::uint16_t> words;
    Canonicalizer{types}.encode(graph, members, words);
    std::string canonical;
    SpeciesWriter{*named, types}.write(SpeciesView{words.data()}, place, canonical);
    return find_text(network, canonical);
}

}  // namespace erbium::net
