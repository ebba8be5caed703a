// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_line_parser.hpp: reads one declaration of a BNGL block; internal to the parser.
// Reads: Line   Makes: the pieces of bngl::File   Used by: bngl_parser.cpp
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erbium/lang/bngl_ast.hpp"
#include "erbium/lang/bngl_lexer.hpp"
#include "erbium/lang/complaints.hpp"

namespace erbium::lang::bngl {

/// Recursive descent over one line. Every public function reads the whole line as one kind of
/// declaration and returns nothing, after one complaint, when it is none; the caller goes on with
/// the next line, so that all mistakes of a file are found in one pass.
class LineParser {
public:
    LineParser(const std::shared_ptr<const SourceText>& source, Line line, Complaints& complaints)
        : cursor_{source, line}, line_{line}, complaints_{complaints} {}

    std::optional<Parameter> parameter();
    std::optional<Compartment> compartment();
    std::optional<MoleculeType> molecule_type();
    std::optional<Seed> seed();
    std::optional<Observable> observable();
    std::optional<Function> function();
    std::optional<EnergyPattern> energy_pattern();
    std::optional<Rule> rule();
    std::optional<Action> action();

    /// Whether the line begins like `word(`, as an action does.
    [[nodiscard]] static bool looks_like_action(Cursor cursor);

private:
    // patterns (bngl_pattern_parser.cpp)
    std::optional<Pattern> pattern();
    bool pattern_header(Pattern& pattern);
    bool pattern_attributes(Pattern& pattern);
    bool count_test(Pattern& pattern);
    std::optional<Molecule> molecule();
    bool molecule_sites(Molecule& molecule);
    std::optional<Site> site();
    std::optional<Bond> bond();
    [[nodiscard]] bool joins_next_molecule() const;
    [[nodiscard]] bool is_at_null_pattern() const;

    // rules (bngl_rule_parser.cpp)
    bool rule_label(Rule& rule);
    bool rule_reactants(Rule& rule);
    bool rule_products(Rule& rule);
    bool rule_tail(Rule& rule);
    bool rate(Rule& rule);
    bool check_rates(const Rule& rule);
    bool filter(Rule& rule);
    std::optional<Expression> function_product();

    // actions (bngl_action_parser.cpp)
    bool action_hash(Action& action);
    bool action_value(ActionArgument& argument);
    bool action_inner_hash(ActionArgument& argument);
    std::optional<Name> action_scalar();

    // all
    void skip_index_and_label();
    std::optional<Expression> expression(const char* what);
    std::optional<Name> required_name(const char* what);
    /// A name that starts its declaration and has a blank after it: not `begin`, not `end`.
    std::optional<Name> name_before_blank(const char* what);
    bool expect_end(const char* after);
    std::nullopt_t fail(std::string code, Place place, std::string message, std::string hint = {});
    /// `expected <what>, found <what stands here>`
    std::nullopt_t expected(const char* what, std::string hint = {});
    [[nodiscard]] Place here() const;

    Cursor cursor_;
    Line line_;
    Complaints& complaints_;
};

}  // namespace erbium::lang::bngl
