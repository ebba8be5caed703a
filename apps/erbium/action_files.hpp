// SPDX-License-Identifier: Apache-2.0
// apps/erbium/action_files.hpp: actions that read or write models and networks: readFile,
// readModel, readNetwork, writeNetwork, writeNET, writeModel, writeFile, writeSBML.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"
#include "erbium/sim/actions.hpp"
#include "inputs.hpp"

namespace erbium::app {

/// The model that the actions are about, and the folders they read from and write to.
class ActionFiles {
public:
    /// @param loaded  the file with the actions
    /// @param path    its path: files are read from its folder, or from `folder`
    /// @param folder  where files are written
    ActionFiles(LoadedModel loaded, std::string path, std::string folder);

    [[nodiscard]] const model::Model& model() const noexcept { return loaded_.model; }
    /// Everything read so far.
    [[nodiscard]] const std::vector<std::shared_ptr<const SourceText>>& texts() const noexcept {
        return loaded_.texts;
    }

    /// The network that was read last, when it was read and not made of a model: there is nothing
    /// else to generate.
    [[nodiscard]] const std::optional<net::Network>& read_network() const noexcept {
        return read_network_;
    }

    /// Carries out readFile({file=>"x.net"}) and its like: the network of a .net or SBML file, or
    /// nothing after a .bngl, which replaces the model (its own actions are not run).
    /// Errors: ERB-APP-0011 (not beside the model, or of a kind that is not read), those of the
    /// file; throws IoError when it cannot be read.
    Outcome<std::optional<net::Network>, Diagnostics> read(const model::Action& action);

    /// The actions that write.
    [[nodiscard]] std::vector<sim::ForeignAction> writers();

private:
    Outcome<std::vector<std::string>, Diagnostics> write(const model::Action& action,
                                                         const sim::ActionState& state) const;

    LoadedModel loaded_;
    std::optional<net::Network> read_network_;
    std::string read_folder_;
    std::string write_folder_;
};

/// Tells whether the file of a readFile is a .net, a .bngl, SBML or something else (nothing).
[[nodiscard]] std::optional<TargetKind> kind_of_file(const std::string& file);

}  // namespace erbium::app
