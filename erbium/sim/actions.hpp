// SPDX-License-Identifier: Apache-2.0
// erbium/sim/actions.hpp: runs the actions at the end of a BNGL file, as BioNetGen would.
// Reads: model::Action, net::Network   Makes: .gdat, .cdat, .scan   Used by: apps
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::sim {

/// What the actions need from their caller.
struct ActionContext {
    /// Stem of the output files: <stem>.gdat, or <stem>_<suffix>.gdat.
    std::string stem;
    /// Folder of the output files. Options that would lead out of it are refused.
    std::string folder{"."};
    /// Makes the network: called at generate_network, or before the first action that needs one
    /// (then with an action without options).
    std::function<Outcome<net::Network, Diagnostics>(const model::Action&)> generate;
    /// Makes the network of a readFile or readNetwork; when empty, these are refused.
    std::function<Outcome<net::Network, Diagnostics>(const model::Action&)> read;
    /// The species that a BNGL text names; when empty, the species of exactly this text.
    std::function<std::optional<SpeciesId>(const net::Network&, std::string_view)> find_species;
    /// Actions that the caller runs itself, as writeNetwork, and the function that does it. It
    /// gets the network and returns the files it wrote.
    std::vector<std::string> elsewhere;
    std::function<Outcome<std::vector<std::string>, Diagnostics>(const model::Action&,
                                                                 const net::Network&)>
        run_elsewhere;
    /// For parameter scans.
    unsigned threads{1};
    /// What integrates.
    Method method{Method::own};
    /// The model's protocol: what parameter_scan({method=>"protocol", ...}) runs at each point.
    std::vector<model::Action> protocol;
};

/// One simulation that an action ran.
struct SimulationReport {
    std::string stem;  ///< of its files, with folder
    Status status;
    Statistics statistics;
    std::vector<std::string> fallbacks;
};

struct ActionReport {
    std::vector<std::string> files;  ///< written, in order, each once
    std::vector<SimulationReport> simulations;
    /// Why the actions ended before the last one: a simulation failed (its files hold NaN from
    /// there on), or steady_state was asked for and not reached. Empty when all ran.
    std::string failure;
    std::size_t actions_run{};
};

/// Runs the actions in order. Everything is checked before the first one runs: unknown actions and
/// options are errors, what is not supported (stochastic and network-free simulation, other
/// writers, ...) is refused by name.
///
///   simulate, simulate_ode   with tolerances 1e-8 where none are given, as BioNetGen; the Jacobian
///                            is always sparse
///   parameter_scan           scan points are independent with reset_conc (the default), and run on
///                            ActionContext::threads threads
///   parameter_scan with method=>"protocol" runs ActionContext::protocol at each point, one point
///                            after the other; its simulations all write to the point's files, and
///                            what the last of them ends with goes into the .scan
///   setConcentration         the amount may be an expression; parameters in it are looked up when
///                            a simulation starts, observables at once, as BioNetGen does
///   setParameter             an expression is evaluated at once
///
/// Errors: ERB-SIM-0001 ... 0009. IoError when a file cannot be written.
[[nodiscard]] Outcome<ActionReport, Diagnostics> run_actions(std::span<const model::Action> actions,
                                                             const ActionContext& context);

}  // namespace erbium::sim
