// SPDX-License-Identifier: Apache-2.0
// erbium/assay/compile_package.cpp: the way from a package to its network and equations.
#include <string>
#include <utility>

#include "erbium/assay/experiment.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/package/assemble.hpp"

namespace erbium::assay {

Outcome<net::Network, Diagnostics> package_network(const Package& package, Diagnostics& warnings) {
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
    return std::move(generated.value().network);
}

net::Lumping lumped_package_network(const Package& package, const net::Network& network) {
    net::LumpOptions options;
    for (const package::Readout& readout : package.readouts) {
        options.outputs.push_back(readout.of);
    }
    return net::lump(network, options);
}

Outcome<eqn::System, Diagnostics> compile_package(const Package& package, Diagnostics& warnings) {
    const Outcome<net::Network, Diagnostics> network = package_network(package, warnings);
    if (!network) {
        return network.error();
    }
    return eqn::compile(network.value());
}

}  // namespace erbium::assay
