// SPDX-License-Identifier: Apache-2.0
// erbium/net/rate_book.hpp: parameters, functions and rate laws of the network, and their names.
// Reads: model::Model   Makes: Network::parameters, functions, rate_laws   Used by: generate
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/model/model.hpp"
#include "erbium/net/network.hpp"

namespace erbium::net {

/// An observable counted on one reactant of a rule: on the whole species, or on matches that begin
/// at one molecule.
struct LocalTerm {
    std::uint32_t observable{};
    std::uint16_t pattern{};                ///< reactant position
    std::optional<std::uint16_t> molecule;  ///< of the reactant pattern
    auto operator<=>(const LocalTerm&) const = default;
};

/// The law of one rule. Rules without local functions and energies have one law for all their
/// reactions; the others have one for each combination of counts.
struct RuleRate {
    std::optional<RateLawId> law;  ///< the same for all reactions
    std::vector<LocalTerm> terms;  ///< else: what to count for a reaction ...
    bool uses_energy{};            ///< ... and whether the change of energy matters
    bool is_reverse{};             ///< backward half of a reversible Arrhenius rule
    bool is_total{};
    std::vector<lang::ExpressionNode> expression;  ///< with "#k" where term k goes
    std::vector<lang::ExpressionNode> phi;
    std::unordered_map<std::string, RateLawId> instances;
    std::uint32_t next_name{1};
};

/// Fills the non-graph half of a Network, with BioNetGen's names: `_rateLaw1` for the expressions
/// in rules, `_InitialConc1` for those in seed species, `_R_local1` for local functions of rule R.
class RateBook {
public:
    /// Both outlive the book. Adds parameters, global functions and rule names to the network.
    RateBook(const model::Model& model, Network& network, Diagnostics& diagnostics);

    /// The amount of a seed as the network keeps it: a number or a name.
    [[nodiscard]] lang::Expression seed_amount(const model::SeedSpecies& seed);

    /// Prepares the rate of one rule. To be called once per rule, in order.
    [[nodiscard]] RuleRate rule_rate(RuleId rule);

    /// The law for given counts of the rule's terms and given changes of the numbers of energy
    /// patterns.
    [[nodiscard]] RateLawId law_for(RuleId rule, RuleRate& rate, const std::vector<double>& counts,
                                    const std::vector<double>& energy_change);

    /// Value of an expression of the model's parameters (volumes, options).
    [[nodiscard]] std::optional<double> value_of(const lang::Expression& expression) const;

private:
    using Nodes = std::vector<lang::ExpressionNode>;
    using Bindings = std::map<std::string, Nodes>;

    Nodes expand(const Nodes& nodes, const Bindings& bindings, const model::Rule* rule,
                 std::vector<LocalTerm>* terms, int depth);
    Nodes expand_observable(std::uint32_t observable, const Nodes& argument,
                            const model::Rule& rule, std::vector<LocalTerm>& terms, const Span& at);
    [[nodiscard]] bool depends_on_state(const Nodes& nodes) const;
    [[nodiscard]] std::string unused_name(const std::string& base, std::uint32_t& next);
    /// A name for the value: itself when it is one already, else a new parameter or function.
    [[nodiscard]] std::string name_for(const Nodes& nodes, const std::string& base,
                                       std::uint32_t& next, bool force_function);
    [[nodiscard]] RateLawId intern(RateLaw law);
    [[nodiscard]] RateLawId elementary(const std::string& name);

    const model::Model& model_;
    Network& network_;
    Diagnostics& diagnostics_;
    std::unordered_map<std::string, std::uint32_t> observables_;
    std::unordered_map<std::string, std::uint32_t> functions_;  // of the model
    std::set<std::string> function_names_;                      // of the network
    std::set<std::string> names_;
    std::map<std::pair<RateLawKind, std::vector<std::string>>, RateLawId> laws_;
    std::vector<Nodes> energies_;
    std::uint32_t next_rate_law_{1};
    std::uint32_t next_amount_{1};
    std::unordered_map<std::string, double> values_;
};

}  // namespace erbium::net
