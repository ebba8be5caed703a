// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/build_events.cpp: the part of NetworkBuilder that writes events.
#include <fmt/core.h>

#include <algorithm>

#include "erbium/sbml/algebra.hpp"
#include "erbium/sbml/network_builder.hpp"

namespace erbium::sbml {

void NetworkBuilder::write_events() {
    if (!facts_.events.empty()) {
        diagnostics_.unsupported("ERB-SBML-0043", facts_.events.front().span, "an event");
    }
}

}  // namespace erbium::sbml
