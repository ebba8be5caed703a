// SPDX-License-Identifier: Apache-2.0
// erbium/model/model.hpp: a rule-based model with every name resolved; the value all else is made
// from. Makes: Model   Used by: net (generation), package (assembly), apps (check)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/ids.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::model {

using lang::Expression;

/// A well-mixed volume (dimension 3) or a surface (dimension 2) inside `outside`.
struct Compartment {
    std::string name;
    int dimension{3};
    Expression size;  ///< volume; for a surface area times thickness, as BNGL has it
    std::optional<CompartmentId> outside;
    Span span;
};

struct SiteType {
    std::string name;
    std::vector<std::string> states;  ///< empty: a site that only binds
};

/// Sites of equal name are interchangeable; they stand next to each other in `sites`, whatever
/// their order in the text.
struct MoleculeType {
    std::string name;
    std::vector<SiteType> sites;
    Span span;
};

struct Parameter {
    std::string name;
    Expression value;  ///< refers to other parameters only
    Span span;
};

/// What a pattern asks of the bonds of one site.
enum class BondTest : std::uint8_t {
    free,     ///< not bound
    bound,    ///< bound to the partners named in the pattern, and to nothing else
    any,      ///< `!+`: bound to something
    whatever  ///< `!?`: bound or not
};

/// One site that a pattern mentions.
struct SitePattern {
    std::uint32_t site{};  ///< into MoleculeType::sites; of interchangeable sites the first
    std::optional<std::uint32_t> state;  ///< into SiteType::states; none: any state
    BondTest bond{BondTest::free};
    std::vector<std::uint32_t> partners;  ///< BondTest::bound: into Pattern::sites, one per bond
    std::string label;                    ///< `%x` on the site, else empty
};

struct MoleculePattern {
    MoleculeTypeId type;
    std::uint32_t
        first_site{};  ///< its sites are Pattern::sites[first_site, first_site + site_count)
    std::uint32_t site_count{};
    std::optional<CompartmentId> compartment;
    std::string label;  ///< `%x` on the molecule, else empty
};

/// How many molecules of the pattern a species has: `pattern == 2`, `pattern > 20`.
struct CountTest {
    enum class Relation : std::uint8_t {
        equal,
        not_equal,
        less,
        less_equal,
        greater,
        greater_equal
    };
    Relation relation{Relation::equal};
    std::uint32_t count{};
};

/// A graph of molecules, sites and bonds that species are matched against. With every site of every
/// molecule mentioned and decided it is itself a species.
struct Pattern {
    std::vector<MoleculePattern> molecules;
    std::vector<SitePattern> sites;
    std::optional<CompartmentId> compartment;  ///< of the whole species, `@C:`
    std::string label;                         ///< `%x:` on the whole pattern, for local functions
    bool is_match_once{};                      ///< `{MatchOnce}`: one match per species
    bool is_fixed{};                           ///< `$`: the amount does not change (seed species)
    std::optional<CountTest> count;            ///< observables of type Species only
    Span span;
};

/// `0` as reactant or product is an empty list of patterns, never an empty pattern.
using Patterns = std::vector<Pattern>;

enum class RateLawKind : std::uint8_t {
    elementary,  ///< args[0] (may be an expression of parameters, observables, functions) times
                 ///< reactants
    michaelis_menten,  ///< MM(kcat, Km)
    saturation,        ///< Sat(kcat, Km, ...)
    hill,              ///< Hill(Vmax, K, n)
    arrhenius          ///< Arrhenius(phi, Ea): rate from the free energies of the species
};

struct RateLaw {
    RateLawKind kind{RateLawKind::elementary};
    std::vector<Expression> args;
    bool is_total{};  ///< TotalRate: the expression is the whole rate of the reaction
    Span span;
};

/// One molecule of a rule's side: which pattern of the side, which molecule of the pattern.
struct RuleMolecule {
    std::uint32_t pattern{};
    std::uint32_t molecule{};
    auto operator<=>(const RuleMolecule&) const = default;
};

/// One site of a rule's side: which pattern of the side, which entry of Pattern::sites.
struct RuleSite {
    std::uint32_t pattern{};
    std::uint32_t site{};
    auto operator<=>(const RuleSite&) const = default;
};

/// What becomes of a reactant molecule or site; the list is complete: what is not here stays.
struct MoleculePair {
    RuleMolecule reactant;
    RuleMolecule product;
};
struct SitePair {
    RuleSite reactant;
    RuleSite product;
};

/// Test on the whole species at one reactant or product position.
struct SpeciesFilter {
    bool is_reactant{};        ///< else product
    bool includes{};           ///< else excludes
    std::uint32_t position{};  ///< 0-based reactant or product pattern
    Patterns patterns;         ///< include: one of these matches; exclude: none does
};

/// One direction of a reaction rule: left graph -> right graph, with the map between them.
struct Rule {
    std::string
        name;  ///< label in the text or R1, R2, ...; the backward half is `_reverse_` + name
    Patterns reactants;
    Patterns products;
    std::vector<MoleculePair>
        kept_molecules;                      ///< the others of the left vanish, of the right appear
    std::vector<SitePair> kept_sites;        ///< sites of kept molecules that both sides mention
    std::vector<SitePair> inherited_states;  ///< sites of molecules that appear and have the state
                                             ///< that the reactant's site had; the rule names none
    RateLaw rate;
    bool deletes_molecules{};  ///< DeleteMolecules: remove molecules, not the whole species
    bool moves_connected{};    ///< MoveConnected: a change of compartment takes the species along
    std::vector<SpeciesFilter> filters;
    std::optional<RuleId> reverse;  ///< the other half of a reversible rule
    Span span;
};

struct SeedSpecies {
    Pattern species;
    Expression amount;  ///< of parameters only
    bool is_fixed{};    ///< `$`
    Span span;
};

enum class ObservableKind : std::uint8_t {
    molecules,  ///< number of matches
    species     ///< number of species with at least one match
};

struct Observable {
    std::string name;
    ObservableKind kind{ObservableKind::molecules};
    Patterns patterns;  ///< summed
    Span span;
};

/// A named expression of parameters, observables, other functions and `time`. With arguments it is
/// a local function: its arguments name the species or molecules its observables are counted on.
struct Function {
    std::string name;
    std::vector<std::string> arguments;
    Expression value;
    Span span;
};

struct EnergyPattern {
    Pattern pattern;
    Expression energy;  ///< of formation, in RT
    Span span;
};

/// One value of an action's argument, as it stood in the text.
struct ActionArgument {
    std::string name;  ///< empty for a positional argument
    std::vector<std::string>
        values;  ///< one, or the elements of a list; strings without their quotes
    bool is_list{};
    Span span;
};

/// `simulate({method=>"ode",t_end=>10})` and its like, in the order of the text.
struct Action {
    std::string name;
    std::vector<ActionArgument> arguments;
    Span span;
};

/// A whole rule-based model. Never changes once bound: a mutation, a dose, a cell line is a vector
/// of parameter values or an event, not an edited model.
struct Model {
    std::string name;
    std::vector<Parameter> parameters;
    std::vector<Compartment> compartments;
    std::vector<MoleculeType> molecule_types;
    std::vector<SeedSpecies> seeds;
    std::vector<Observable> observables;
    std::vector<Function> functions;
    std::vector<EnergyPattern> energy_patterns;
    std::vector<Rule> rules;
    std::vector<Action> actions;
    std::vector<Action> protocol;  ///< actions that parameter_scan runs at each of its points
    std::vector<std::pair<std::string, std::string>> options;  ///< setOption, version, ...
};

}  // namespace erbium::model
