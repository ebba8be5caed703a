// SPDX-License-Identifier: Apache-2.0
#include "solved_network.hpp"

#include <algorithm>
#include <cstdint>

namespace erbium::app {

SolvedNetwork::SolvedNetwork(const net::Network& written, Lumps wish,
                             const std::vector<std::string>& readouts)
    : written_{&written} {
    if (wish == Lumps::never) {
        return;
    }
    net::LumpOptions options;
    for (std::uint32_t s = 0; s < written.species_count() && !readouts.empty(); ++s) {
        if (std::find(readouts.begin(), readouts.end(), written.species_text(SpeciesId{s})) !=
            readouts.end()) {
            options.alone.push_back(SpeciesId{s});
        }
    }
    options.outputs = readouts;
    lumping_ = wish == Lumps::where_it_helps ? net::lump_where_smaller(written, options)
                                             : net::lump(written, options);
}

std::optional<Manifest::Size> SolvedNetwork::lumped_from() const noexcept {
    if (!lumping_) {
        return std::nullopt;
    }
    return Manifest::Size{written_->species_count(), written_->reaction_count()};
}

}  // namespace erbium::app
