// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/guard.hpp: refuses XML that is made to do harm, before any XML parser sees it.
// Reads: SourceText   Makes: Diagnostics   Used by: sbml::read_facts
#pragma once

#include <cstddef>
#include <memory>

#include "erbium/base/diagnostic.hpp"

namespace erbium::sbml {

/// Bounds of what is read. SBML needs no document type, and no model comes near the others.
struct XmlLimits {
    std::size_t bytes{256U * 1024U * 1024U};
    std::size_t depth{256};             ///< elements open at once
    std::size_t math_nodes{1'000'000};  ///< elements inside `math`
    std::size_t attributes{4096};       ///< of one element
};

/// Looks at the text once, without recursion and without parsing it.
/// Errors: ERB-SBML-0001 (size), 0002 (a DOCTYPE or entity declaration, whatever it says),
/// 0003 (depth), 0004 (MathML nodes), 0005 (an encoding other than UTF-8 or ASCII, or NUL bytes).
/// Cost: O(bytes), one pass.
[[nodiscard]] Diagnostics refuse_hostile(const std::shared_ptr<const SourceText>& source,
                                         const XmlLimits& limits = {});

}  // namespace erbium::sbml
