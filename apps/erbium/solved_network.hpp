// SPDX-License-Identifier: Apache-2.0
// apps/erbium/solved_network.hpp: the network that a simulation solves, lumped where that helps.
// Used by: the kinds of `erbium sim`
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "erbium/net/lumping.hpp"
#include "erbium/net/network.hpp"
#include "manifest.hpp"

namespace erbium::app {

/// A network, or the smaller one with the same outputs.
class SolvedNetwork {
public:
    /// @param written   must outlive this
    /// @param readouts  observables, functions and species to be recorded; empty: all observables
    /// and functions
    SolvedNetwork(const net::Network& written, Lumps wish,
                  const std::vector<std::string>& readouts);

    [[nodiscard]] const net::Network& network() const noexcept {
        return lumping_ ? lumping_->network : *written_;
    }
    /// The size before, where lumping was asked for or made it smaller.
    [[nodiscard]] std::optional<Manifest::Size> lumped_from() const noexcept;

private:
    const net::Network* written_;
    std::optional<net::Lumping> lumping_;
};

}  // namespace erbium::app
