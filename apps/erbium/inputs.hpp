// SPDX-License-Identifier: Apache-2.0
// apps/erbium/inputs.hpp: what a word on the command line names: a model file, a network, a
// package.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"
#include "erbium/package/package.hpp"
#include "erbium/sbml/import.hpp"

namespace erbium::app {

enum class TargetKind { bngl, net, sbml, package };

/// What `target` names and where it is. A package is a folder with a package.yaml, or the name of
/// one in models/ here or among the models installed with the program; `her2@full` names a tier.
struct Target {
    TargetKind kind{TargetKind::bngl};
    std::string path;
    std::string tier{};  ///< of a package; empty: its first
};

/// Errors: throws IoError for what is not there; ERB-APP-0001 for a package name that is unknown,
/// ERB-APP-0002 for a kind of file that Erbium does not read.
[[nodiscard]] Outcome<Target, Diagnostics> find_target(const std::string& target);
/// The same, but only a package will do (ERB-APP-0003).
[[nodiscard]] Outcome<package::Package, Diagnostics> load_package(const std::string& target);

/// Names of the packages that can be found without a path.
[[nodiscard]] std::vector<std::string> known_packages();

/// A model with the texts it was read from, and what was noticed on the way.
struct LoadedModel {
    model::Model model;
    std::vector<std::shared_ptr<const SourceText>> texts;
    Diagnostics warnings;
};

/// True when `path`, with all links followed, is a file in `folder` or below: a model may read the
/// files beside it, and nothing else.
[[nodiscard]] bool is_inside(const std::filesystem::path& folder,
                             const std::filesystem::path& path);

/// Reads the texts in the folder of `path` and keeps them in `texts`; gives nothing for one that is
/// not there.
[[nodiscard]] lang::TextReader reader_beside(const std::string& path,
                                             std::vector<std::shared_ptr<const SourceText>>& texts);

/// Reads and binds a BNGL file, or assembles a package.
[[nodiscard]] Outcome<LoadedModel, Diagnostics> load_model(const Target& target);

/// Bounds of a generation, from the command line.
struct NetworkLimits {
    std::optional<std::size_t> max_species;
    std::optional<std::size_t> max_reactions;
    std::optional<std::size_t> max_molecules;  ///< in one species
    std::optional<std::size_t> max_iterations;
    std::optional<std::size_t> max_megabytes;
    std::size_t threads{1};
};

/// A network with the texts it comes from, and what was noticed on the way.
struct LoadedNetwork {
    net::Network network;
    std::size_t rules{};
    std::vector<std::shared_ptr<const SourceText>> texts;
    Diagnostics warnings;
    std::vector<model::Compartment> compartments{};  ///< of the rule-based model
};

/// An SBML model with the texts it was read from: the document, and files beside it that it names.
struct LoadedSbml {
    sbml::ImportedModel model;
    std::vector<std::shared_ptr<const SourceText>> texts;
};

/// Reads an SBML document. Precondition: the target is of that kind.
[[nodiscard]] Outcome<LoadedSbml, Diagnostics> load_sbml(const Target& target,
                                                         bool treats_fast_as_ordinary);

/// Reads a .net file or an SBML document, or generates the network of a BNGL file or package.
[[nodiscard]] Outcome<LoadedNetwork, Diagnostics> load_network(const Target& target,
                                                               const NetworkLimits& limits = {});

}  // namespace erbium::app
