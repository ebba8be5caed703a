// SPDX-License-Identifier: Apache-2.0
// erbium/sim/action_runner.hpp: the state that BNGL actions share, and one function per action.
// Used by: sim::run_actions only
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "erbium/eqn/system.hpp"
#include "erbium/net/evaluate.hpp"
#include "erbium/sim/actions.hpp"
#include "erbium/sim/solver.hpp"

namespace erbium::sim {

class ActionRunner {
public:
    ActionRunner(const ActionContext& context, Diagnostics& diagnostics)
        : context_{context}, diagnostics_{diagnostics}, stem_{context.stem} {}

    /// False when no further action may run: see diagnostics, or the report's failure.
    bool run(const model::Action& action);
    [[nodiscard]] ActionReport take_report() { return std::move(report_); }
    [[nodiscard]] bool has_quit() const noexcept { return has_quit_; }

private:
    /// A species' amount between simulations: a number, or an expression of parameters that is
    /// looked up when a simulation starts.
    struct Amount {
        std::optional<double> number;
        lang::Expression expression;
    };
    using Amounts = std::vector<Amount>;
    using Parameters = std::map<std::string, double>;

    /// What `simulate` was asked for, in numbers.
    struct Request {
        std::string stem;
        double start_time{};
        std::vector<double> times;  ///< the first is start_time
        SolverOptions options;
        bool continues{};
        bool prints_all_cdat{true};
        bool prints_functions{};
        bool wants_steady_state{};
    };

    bool take_network(Outcome<net::Network, Diagnostics> network);
    bool needs_network(const model::Action& action);
    bool read(const model::Action& action);
    bool run_foreign(const model::Action& action, const ForeignAction& foreign);
    bool simulate(const model::Action& action);
    bool simulate_protocol(const model::Action& action);
    bool scan(const model::Action& action);
    bool bifurcate(const model::Action& action);
    bool set_concentration(const model::Action& action, bool adds);
    bool set_parameter(const model::Action& action);
    bool save_or_reset(const model::Action& action);

    /// One scan: the values of the parameter and, per value, the observables at the end.
    struct Scan {
        std::vector<double> values;
        std::vector<std::vector<double>> ends;
        std::vector<std::string> names;
    };
    std::optional<Scan> run_scan(const model::Action& action, const std::string& stem,
                                 std::vector<double> values, bool resets);

    /// The same where each point is a run of the protocol.
    std::optional<Scan> run_protocol_scan(const model::Action& action, const std::string& stem,
                                          std::vector<double> values, bool resets);
    bool run_protocol(const std::string& stem);

    bool check_parameter(const model::Action& action, const std::string& name);
    std::optional<Request> request(const model::Action& action, const std::string& stem);
    std::optional<std::vector<double>> output_times(const model::Action& action, double start_time);
    std::optional<std::vector<double>> scan_values(const model::Action& action);
    [[nodiscard]] std::optional<Run> prepare(const model::Action& action, const Request& request,
                                             const Parameters& parameters, const Amounts& amounts);
    bool finish(const model::Action& action, const Request& request, const Run& run,
                const Result& result);

    std::optional<double> number(const model::Action& action, std::string_view name,
                                 std::optional<double> otherwise);
    std::optional<double> value_of(const model::Action& action, const std::string& text,
                                   const std::string& owner);
    std::optional<double> evaluated(const model::Action& action, const lang::Expression& expression,
                                    const Parameters& parameters, const std::string& owner);
    std::optional<lang::Expression> parsed(const model::Action& action, const std::string& text);
    std::optional<SpeciesId> species(const model::Action& action, const std::string& text);
    std::optional<std::string> stem_of(const model::Action& action, const std::string& otherwise,
                                       const std::string& default_suffix);
    [[nodiscard]] net::NameValue parameter_values(const Parameters& parameters) const;
    [[nodiscard]] Amounts initial_amounts() const;
    std::optional<std::vector<double>> numbers(const model::Action& action, const Amounts& amounts,
                                               const Parameters& parameters);
    std::vector<ParameterValue> overrides(const Parameters& parameters) const;
    void write(const std::string& path, std::string_view text);

    const ActionContext& context_;
    Diagnostics& diagnostics_;
    std::string stem_;
    ActionReport report_;
    bool has_quit_{};

    std::optional<net::Network> network_;
    std::optional<eqn::System> system_;
    Parameters parameters_;  // those that were set
    Amounts amounts_;        // by species; filled with the network
    double time_{};
    std::map<std::string, Amounts> saved_amounts_;
    std::map<std::string, Parameters> saved_parameters_;
    std::vector<std::string> last_names_;  // of observables and functions in the last .gdat ...
    std::vector<double> last_values_;      // ... and its last row
    std::map<std::string, std::string> open_files_;  // text so far, for `continue`
};

}  // namespace erbium::sim
