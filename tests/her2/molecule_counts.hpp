// SPDX-License-Identifier: Apache-2.0
// tests/her2/molecule_counts.hpp: how many molecules of each type a species has, from its text.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace erbium::her2 {

using MoleculeCounts = std::map<std::string, int>;

/// "HER1(lig~E,d!1).HER1(lig~0,d!1)" has HER1 twice. Names stand before a parenthesis, after a dot
/// or at the start; sites hold neither.
inline MoleculeCounts molecule_counts(std::string_view species) {
    MoleculeCounts out;
    std::size_t at = 0;
    while (at < species.size()) {
        const std::size_t open = species.find('(', at);
        const std::size_t close = species.find(')', at);
        if (open == species.npos || close == species.npos) {
            break;
        }
        ++out[std::string{species.substr(at, open - at)}];
        at = close + 2;  // past ")."
    }
    return out;
}

inline void add(MoleculeCounts& counts, const MoleculeCounts& more, int sign = 1) {
    for (const auto& [type, count] : more) {
        counts[type] += sign * count;
    }
}

}  // namespace erbium::her2
