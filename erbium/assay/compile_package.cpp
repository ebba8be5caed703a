// SPDX-License-Identifier: Apache-2.0
// erbium/assay/compile_package.cpp: the way from a package to equations in one call.
#include <utility>

#include "erbium/assay/experiment.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/package/assemble.hpp"

namespace erbium::assay {

Outcome<eqn::System, Diagnostics> compile_package(const Package& package, Diagnostics& warnings) {
    auto bound = package::assemble(package);
    if (!bound) {
        return std::move(bound).error();
    }
    warnings.append(std::move(bound.value().warnings));
    auto generated = net::generate(bound.value().model);
    if (!generated) {
        return std::move(generated).error();
    }
    warnings.append(std::move(generated.value().warnings));
    return eqn::compile(generated.value().network);
}

}  // namespace erbium::assay
