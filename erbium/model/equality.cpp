// SPDX-License-Identifier: Apache-2.0
// erbium/model/equality.cpp: member by member, spans left out.
#include "erbium/model/equality.hpp"

#include <tuple>

namespace erbium::model {
namespace {

// Each list must name every member of its struct but `span`; the structured binding stops
// compiling when a member is added.
auto members(const Compartment& x) {
    const auto& [name, dimension, size, outside, span] = x;
    return std::tie(name, dimension, size, outside);
}
auto members(const SiteType& x) {
    const auto& [name, states] = x;
    return std::tie(name, states);
}
auto members(const MoleculeType& x) {
    const auto& [name, sites, span] = x;
    return std::tie(name, sites);
}
auto members(const Parameter& x) {
    const auto& [name, value, span] = x;
    return std::tie(name, value);
}
auto members(const SitePattern& x) {
    const auto& [site, state, bond, partners, label] = x;
    return std::tie(site, state, bond, partners, label);
}
auto members(const MoleculePattern& x) {
    const auto& [type, first_site, site_count, compartment, label] = x;
    return std::tie(type, first_site, site_count, compartment, label);
}
auto members(const CountTest& x) {
    const auto& [relation, count] = x;
    return std::tie(relation, count);
}
auto members(const Pattern& x) {
    const auto& [molecules, sites, compartment, label, is_match_once, is_fixed, count, span] = x;
    return std::tie(molecules, sites, compartment, label, is_match_once, is_fixed, count);
}
auto members(const RateLaw& x) {
    const auto& [kind, args, is_total, span] = x;
    return std::tie(kind, args, is_total);
}
auto members(const MoleculePair& x) {
    const auto& [reactant, product] = x;
    return std::tie(reactant, product);
}
auto members(const SitePair& x) {
    const auto& [reactant, product] = x;
    return std::tie(reactant, product);
}
auto members(const SpeciesFilter& x) {
    const auto& [is_reactant, includes, position, patterns] = x;
    return std::tie(is_reactant, includes, position, patterns);
}
auto members(const Rule& x) {
    const auto& [name, reactants, products, molecules, sites, inherited, rate, deletes, moves,
                 filters, reverse, span] = x;
    return std::tie(name, reactants, products, molecules, sites, inherited, rate, deletes, moves,
                    filters, reverse);
}
auto members(const SeedSpecies& x) {
    const auto& [species, amount, is_fixed, span] = x;
    return std::tie(species, amount, is_fixed);
}
auto members(const Observable& x) {
    const auto& [name, kind, patterns, span] = x;
    return std::tie(name, kind, patterns);
}
auto members(const Function& x) {
    const auto& [name, arguments, value, span] = x;
    return std::tie(name, arguments, value);
}
auto members(const EnergyPattern& x) {
    const auto& [pattern, energy, span] = x;
    return std::tie(pattern, energy);
}
auto members(const ActionArgument& x) {
    const auto& [name, values, is_list, span] = x;
    return std::tie(name, values, is_list);
}
auto members(const Action& x) {
    const auto& [name, arguments, span] = x;
    return std::tie(name, arguments);
}
auto members(const Model& x) {
    const auto& [name, parameters, compartments, types, seeds, observables, functions, energies,
                 rules, actions, protocol, options] = x;
    return std::tie(name, parameters, compartments, types, seeds, observables, functions, energies,
                    rules, actions, protocol, options);
}

}  // namespace

bool operator==(const Compartment& a, const Compartment& b) {
    return members(a) == members(b);
}
bool operator==(const SiteType& a, const SiteType& b) {
    return members(a) == members(b);
}
bool operator==(const MoleculeType& a, const MoleculeType& b) {
    return members(a) == members(b);
}
bool operator==(const Parameter& a, const Parameter& b) {
    return members(a) == members(b);
}
bool operator==(const SitePattern& a, const SitePattern& b) {
    return members(a) == members(b);
}
bool operator==(const MoleculePattern& a, const MoleculePattern& b) {
    return members(a) == members(b);
}
bool operator==(const CountTest& a, const CountTest& b) {
    return members(a) == members(b);
}
bool operator==(const Pattern& a, const Pattern& b) {
    return members(a) == members(b);
}
bool operator==(const RateLaw& a, const RateLaw& b) {
    return members(a) == members(b);
}
bool operator==(const MoleculePair& a, const MoleculePair& b) {
    return members(a) == members(b);
}
bool operator==(const SitePair& a, const SitePair& b) {
    return members(a) == members(b);
}
bool operator==(const SpeciesFilter& a, const SpeciesFilter& b) {
    return members(a) == members(b);
}
bool operator==(const Rule& a, const Rule& b) {
    return members(a) == members(b);
}
bool operator==(const SeedSpecies& a, const SeedSpecies& b) {
    return members(a) == members(b);
}
bool operator==(const Observable& a, const Observable& b) {
    return members(a) == members(b);
}
bool operator==(const Function& a, const Function& b) {
    return members(a) == members(b);
}
bool operator==(const EnergyPattern& a, const EnergyPattern& b) {
    return members(a) == members(b);
}
bool operator==(const ActionArgument& a, const ActionArgument& b) {
    return members(a) == members(b);
}
bool operator==(const Action& a, const Action& b) {
    return members(a) == members(b);
}
bool operator==(const Model& a, const Model& b) {
    return members(a) == members(b);
}

}  // namespace erbium::model
