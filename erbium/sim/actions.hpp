// SPDX-License-Identifier: Apache-2.0
// erbium/sim/actions.hpp: runs the actions at the end of a BNGL file, as BioNetGen would.
// Reads: model::Action, net::Network   Makes: .gdat, .cdat, .scan   Used by: apps
#pragma once

#include <cstddef>
#include <functional>
#include <map>
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

/// Where the actions stand when one of the caller's own runs.
struct ActionState {
    /// The network with the amounts and parameters that earlier actions left, as numbers or as
    /// expressions of parameters; nothing for an action that needs none, before one is made.
    const net::Network* network{};
    /// Parameters that setParameter or a scan changed.
    std::map<std::string, double> parameters;
    std::string stem;  ///< of the action's files, with its prefix and suffix; stays in the folder
};

/// An action that the caller runs itself, as writeNetwork: sim knows no file formats but its own.
struct ForeignAction {
    std::string name;
    bool needs_network{true};  ///< one is generated first when there is none
    /// Complaints about options, before any action runs; may be empty.
    std::function<void(const model::Action&, Diagnostics&)> check;
    /// Returns the files it wrote.
    std::function<Outcome<std::vector<std::string>, Diagnostics>(const model::Action&,
                                                                 const ActionState&)>
        run;
};

/// What the actions need from their caller.
struct ActionContext {
    /// Stem of the output files: <stem>.gdat, or <stem>_<suffix>.gdat.
    std::string stem;
    /// Folder of the output files. Options that would lead out of it are refused.
    std::string folder{"."};
    /// Makes the network: called at generate_network, or before the first action that needs one
    /// (then with an action without options).
    std::function<Outcome<net::Network, Diagnostics>(const model::Action&)> generate;
    /// Carries out readFile, readModel and readNetwork; when empty, these are refused. Gives the
    /// network that was read, or nothing when a model was read, whose network `generate` makes.
    std::function<Outcome<std::optional<net::Network>, Diagnostics>(const model::Action&)> read;
    /// The species that a BNGL text names; when empty, the species of exactly this text.
    std::function<std::optional<SpeciesId>(const net::Network&, std::string_view)> find_species;
    std::vector<ForeignAction> elsewhere;
    /// Leaves out actions that only write a format Erbium does not have, each with a warning,
    /// instead of refusing them.
    bool skips_writers{};
    /// For parameter scans.
    unsigned threads{1};
    /// What integrates.
    Method method{Method::own};
    Reducing reducing{Reducing::where_it_pays};
    /// The model's protocol: what simulate({method=>"protocol"}) runs, and
    /// parameter_scan({method=>"protocol", ...}) at each point.
    std::vector<model::Action> protocol;
};

/// One simulation that an action ran.
struct SimulationReport {
    std::string stem;  ///< of its files, with folder
    Status status;
    Statistics statistics;
    std::vector<std::string> fallbacks;
    std::shared_ptr<const ReductionReport> reduction;  ///< null: all species were solved for
};

struct ActionReport {
    Diagnostics warnings;            ///< ERB-SIM-0010: what was left out
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
///   simulate with method=>"protocol" runs the protocol once
///   setConcentration         the amount may be an expression; parameters in it are looked up when
///                            a simulation starts, observables at once, as BioNetGen does
///   setParameter             an expression is evaluated at once
///
/// Errors: ERB-SIM-0001 ... 0009; warning ERB-SIM-0010. IoError when a file cannot be written.
[[nodiscard]] Outcome<ActionReport, Diagnostics> run_actions(std::span<const model::Action> actions,
                                                             const ActionContext& context);

}  // namespace erbium::sim
