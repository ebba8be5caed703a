// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_ast.hpp: a BNGL text as it was written, before any name is looked up.
// Makes: bngl::File   Used by: the BNGL parser and printer, model::bind
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::lang::bngl {

/// A stretch of the text of the File that holds it; File::span makes a Span of it. Two places are
/// always equal, so that comparing trees compares what they say and not where.
struct Place {
    std::uint32_t begin{};
    std::uint32_t end{};
    friend bool operator==(Place, Place) noexcept { return true; }
};

struct Name {
    std::string text;
    Place place;
    bool operator==(const Name&) const = default;
};

/// `!1`, `!+` or `!?` after a site.
struct Bond {
    enum class Kind : std::uint8_t { labelled, any, whatever };
    Kind kind{Kind::labelled};
    std::string label;  ///< Kind::labelled only
    Place place;
    bool operator==(const Bond&) const = default;
};

/// A site of a molecule; in a molecule type `states` lists all that are possible, in a pattern it
/// holds at most one, which may be "?".
struct Site {
    Name name;
    std::vector<Name> states;
    std::vector<Bond> bonds;
    std::optional<Name> label;  ///< `%x`
    bool operator==(const Site&) const = default;
};

struct Molecule {
    Name name;
    std::vector<Site> sites;
    std::optional<Name> label;        ///< `%x`
    std::optional<Name> compartment;  ///< `@C`
    Place place;
    bool operator==(const Molecule&) const = default;
};

/// `== 2` and its like after a pattern.
struct CountTest {
    Op relation{Op::equal};
    Name count;
    bool operator==(const CountTest&) const = default;
};

/// Molecules joined by `.`; without molecules it is the `0` of a rule.
struct Pattern {
    std::vector<Molecule> molecules;
    std::optional<Name> compartment;  ///< `@C:`
    std::optional<Name> label;        ///< `%x:`
    bool is_fixed{};                  ///< `$`
    bool is_match_once{};             ///< `{MatchOnce}`
    std::optional<CountTest> count;
    Place place;
    bool operator==(const Pattern&) const = default;
};

struct Parameter {
    Name name;
    Expression value;
    bool operator==(const Parameter&) const = default;
};

struct Compartment {
    Name name;
    Name dimension;
    Expression size;
    std::optional<Name> outside;
    bool operator==(const Compartment&) const = default;
};

struct MoleculeType {
    Molecule molecule;
    bool is_population{};
    bool operator==(const MoleculeType&) const = default;
};

struct Seed {
    Pattern species;
    Expression amount;
    bool operator==(const Seed&) const = default;
};

struct Observable {
    Name kind;  ///< Molecules or Species
    Name name;
    std::vector<Pattern> patterns;
    bool operator==(const Observable&) const = default;
};

struct Function {
    Name name;
    std::vector<Name> arguments;
    Expression value;
    bool operator==(const Function&) const = default;
};

struct EnergyPattern {
    Pattern pattern;
    Expression energy;
    bool operator==(const EnergyPattern&) const = default;
};

/// `include_reactants(1, A(b), C)` and its three relatives.
struct Filter {
    Name keyword;
    Name position;
    std::vector<Pattern> patterns;
    bool operator==(const Filter&) const = default;
};

struct Rule {
    std::optional<Name> label;
    std::vector<Pattern> reactants;
    std::vector<Pattern> products;
    bool is_reversible{};
    std::vector<Expression> rates;  ///< one, or two of a reversible rule; MM(...) etc. are calls
    bool is_total_rate{};
    bool deletes_molecules{};
    bool moves_connected{};
    std::vector<Filter> filters;
    Place place;
    bool operator==(const Rule&) const = default;
};

struct ActionArgument {
    std::optional<Name> name;  ///< none: positional
    std::vector<Name> values;  ///< one, or those of a list; of `{R=>5}` the texts "R=>5"
    bool is_list{};
    Place place;
    bool operator==(const ActionArgument&) const = default;
};

/// `simulate({...})`, `setOption(...)` and every other call that stands on a line of its own.
struct Action {
    Name name;
    std::vector<ActionArgument> arguments;
    Place place;
    bool operator==(const Action&) const = default;
};

/// The kinds of names that text which could not be read may have declared: whoever looks a name of
/// such a kind up in vain has no reason to complain.
struct Unread {
    bool parameters{};
    bool compartments{};
    bool molecule_types{};
    bool observables{};
    bool functions{};
};

/// All blocks of one file; several blocks of one kind are joined in the order of the text.
struct File {
    std::shared_ptr<const SourceText> source;
    std::vector<Parameter> parameters;
    std::vector<Compartment> compartments;
    std::vector<MoleculeType> molecule_types;
    bool has_molecule_types{};  ///< there is such a block, be it empty
    std::vector<Seed> seeds;
    std::vector<Observable> observables;
    std::vector<Function> functions;
    std::vector<EnergyPattern> energy_patterns;
    std::vector<Rule> rules;
    std::vector<Action> actions;
    std::vector<Action> protocol;  ///< of the block `protocol`: what one scan point runs
    Diagnostics warnings;          ///< about what was read all the same

    // Only parse_leniently makes files with errors.
    Diagnostics errors;           ///< about what was not read, the first of them
    std::size_t hidden_errors{};  ///< how many more there are
    Unread unread;

    [[nodiscard]] Span span(Place place) const { return {source, place.begin, place.end}; }

    /// Same content; where it stands does not count.
    friend bool operator==(const File& a, const File& b) {
        return a.parameters == b.parameters && a.compartments == b.compartments &&
               a.molecule_types == b.molecule_types &&
               a.has_molecule_types == b.has_molecule_types && a.seeds == b.seeds &&
               a.observables == b.observables && a.functions == b.functions &&
               a.energy_patterns == b.energy_patterns && a.rules == b.rules &&
               a.actions == b.actions && a.protocol == b.protocol;
    }
};

}  // namespace erbium::lang::bngl
