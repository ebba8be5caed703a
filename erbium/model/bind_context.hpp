// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_context.hpp: what the passes of the binder share; internal to bind.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/lang/bngl_ast.hpp"
#include "erbium/lang/complaints.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/model.hpp"

namespace erbium::model::binding {

namespace ast = lang::bngl;

/// What a name in an expression stands for.
struct Symbol {
    enum class Kind : std::uint8_t { parameter, observable, function };
    Kind kind{};
    std::uint32_t index{};
};

/// Interchangeable sites: MoleculeType::sites[first, first + count).
struct SiteGroup {
    std::uint32_t first{};
    std::uint32_t count{};
};

/// The model in the making and the tables of its names. The passes (bind_types, bind_patterns,
/// bind_rules, bind_expressions) are free functions over it, called in the order of bind.cpp.
struct Context {
    std::span<const ast::File> files;
    const BindOptions& options;
    Model model{};
    lang::Complaints complaints{};
    std::unordered_map<std::string, CompartmentId> compartments{};
    std::unordered_map<std::string, MoleculeTypeId> molecule_types{};
    /// For each molecule type its sites by name.
    std::vector<std::unordered_map<std::string, SiteGroup>> site_groups{};
    std::unordered_map<std::string, Symbol> symbols{};
    ast::Unread unread{};  ///< of all files: names of these kinds may be unknown through no fault

    void error(int number, Span span, std::string message, std::string hint = {});
    void unsupported(int number, Span span, std::string construct, std::string hint = {});
    void warning(int number, Span span, std::string message, std::string hint = {});
    /// "did you mean 'x'?" for one of the names that `names()` lists; empty once errors are only
    /// counted or too many names have been looked at, for in hostile texts both run to millions.
    template <class Names>
    [[nodiscard]] std::string suggestion(std::string_view name, const Names& names) {
        if (complaints.error_count() >= lang::Complaints::kMostErrors || names_to_look_at == 0) {
            return {};
        }
        const std::vector<std::string> candidates = names();
        if (candidates.size() > names_to_look_at) {
            names_to_look_at = 0;
            return {};
        }
        names_to_look_at -= candidates.size();
        return did_you_mean(name, candidates);
    }
    std::size_t names_to_look_at{200'000};
};

// bind_types.cpp
void bind_compartments(Context& context);
void bind_molecule_types(Context& context);
/// Whether one of the two lies directly around the other.
[[nodiscard]] bool are_adjacent(const Model& model, CompartmentId a, CompartmentId b);

// bind_patterns.cpp
enum class PatternUse : std::uint8_t { species, rule, molecules_observable, species_observable };
/// The pattern with its names looked up; nothing, after complaints, when it is wrong.
[[nodiscard]] std::optional<Pattern> bind_pattern(Context& context, const ast::File& file,
                                                  const ast::Pattern& pattern, PatternUse use);

// bind_tables.cpp
/// The files with the points of all table functions filled in; empty when none had to be read.
[[nodiscard]] std::vector<ast::File> read_tables(Context& context);

// bind_species.cpp
void bind_seeds(Context& context);
/// Complains about every site of the molecule that is missing, lacks its state or has a wildcard;
/// `what` names the molecule's role, as in "a seed species"; `hint` may be empty.
bool check_complete(Context& context, const Pattern& pattern, const MoleculePattern& molecule,
                    std::string_view what, const std::string& hint = {});

// bind_rules.cpp
void bind_rules(Context& context);
// bind_rule_map.cpp
/// Fills kept_molecules and kept_sites of a rule that has reactants, products and a name, and
/// checks that the change it describes is possible.
bool map_rule(Context& context, Rule& rule);
// bind_rates.cpp
[[nodiscard]] std::optional<RateLaw> bind_rate(Context& context, const Rule& rule,
                                               const Expression& rate, bool is_total);
/// Complains about unknown names in a rate of a rule whose patterns are wrong.
void check_rate_names(Context& context, const ast::Rule& rule, const Expression& rate);

// bind_expressions.cpp
void declare_symbols(Context& context);
void bind_observables(Context& context);
void bind_functions(Context& context);
/// Which names an expression may use.
struct Scope {
    std::string_view what;  ///< the expression's role in a message, as in "the value of 'k'"
    bool parameters_only{};
    const std::vector<std::string>* labels{};  ///< names of molecules and patterns, may be null
};
bool check_expression(Context& context, const Expression& expression, const Scope& scope);
/// Complains about parameters and functions that are defined by themselves.
void check_cycles(Context& context);
// bind_values.cpp
/// Complains about parameters whose value is infinite or no number.
void check_values(Context& context);

// bind_options.cpp
/// setOption("a",1,"b",2), version("2.2"), setModelName("x"), substanceUnits("Number").
void bind_option(Context& context, const ast::File& file, const ast::Action& action);

}  // namespace erbium::model::binding
