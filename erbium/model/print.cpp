// SPDX-License-Identifier: Apache-2.0
// erbium/model/print.cpp: ids back to names.
#include "erbium/model/print.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "erbium/lang/bngl_printer.hpp"

namespace erbium::model {
namespace {

namespace ast = lang::bngl;

ast::Name named(std::string text) {
    return {std::move(text), {}};
}
std::optional<ast::Name> named_if(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional{named(text)};
}

class Unbinder {
public:
    explicit Unbinder(const Model& model) : model_{model} {}

    ast::File file() const {
        ast::File file;
        for (const Parameter& parameter : model_.parameters) {
            file.parameters.push_back({named(parameter.name), parameter.value});
        }
        for (const Compartment& compartment : model_.compartments) {
            file.compartments.push_back({named(compartment.name),
                                         named(fmt::format("{}", compartment.dimension)),
                                         compartment.size, place(compartment.outside)});
        }
        file.has_molecule_types = true;
        for (const MoleculeType& type : model_.molecule_types) {
            file.molecule_types.push_back(molecule_type(type));
        }
        for (const SeedSpecies& seed : model_.seeds) {
            file.seeds.push_back({pattern(seed.species), seed.amount});
        }
        for (const Observable& observable : model_.observables) {
            file.observables.push_back(
                {named(observable.kind == ObservableKind::molecules ? "Molecules" : "Species"),
                 named(observable.name), patterns(observable.patterns)});
        }
        for (const Function& function : model_.functions) {
            ast::Function& printed = file.functions.emplace_back(
                ast::Function{named(function.name), {}, function.value});
            for (const std::string& argument : function.arguments) {
                printed.arguments.push_back(named(argument));
            }
        }
        for (const EnergyPattern& energy : model_.energy_patterns) {
            file.energy_patterns.push_back({pattern(energy.pattern), energy.energy});
        }
        add_rules(file);
        add_actions(file);
        return file;
    }

    ast::Pattern pattern(const Pattern& pattern) const {
        ast::Pattern printed;
        printed.compartment = place(pattern.compartment);
        printed.label = named_if(pattern.label);
        printed.is_fixed = pattern.is_fixed;
        printed.is_match_once = pattern.is_match_once;
        if (pattern.count) {
            printed.count = ast::CountTest{relation(pattern.count->relation),
                                           named(fmt::format("{}", pattern.count->count))};
        }
        // A bond gets its number at its first end, in the order of the text.
        std::vector<std::vector<std::uint32_t>> bonds(pattern.sites.size());
        std::uint32_t last_bond = 0;
        for (std::uint32_t s = 0; s < pattern.sites.size(); ++s) {
            for (const std::uint32_t partner : pattern.sites[s].partners) {
                if (s < partner) {
                    bonds[s].push_back(++last_bond);
                    bonds[partner].push_back(last_bond);
                }
            }
        }
        for (const MoleculePattern& molecule : pattern.molecules) {
            const MoleculeType& type = model_.molecule_types[molecule.type.value];
            ast::Molecule& one = printed.molecules.emplace_back();
            one.name = named(type.name);
            one.label = named_if(molecule.label);
            one.compartment = place(molecule.compartment);
            for (std::uint32_t s = molecule.first_site;
                 s < molecule.first_site + molecule.site_count; ++s) {
                one.sites.push_back(site(type, pattern.sites[s], bonds[s]));
            }
        }
        return printed;
    }

    ast::Rule rule(const Rule& forward, const Rule* backward) const {
        ast::Rule printed;
        printed.label = named(forward.name);
        printed.reactants = patterns(forward.reactants);
        printed.products = patterns(forward.products);
        printed.is_reversible = backward != nullptr;
        printed.rates.push_back(rate(forward.rate));
        if (backward != nullptr && forward.rate.kind != RateLawKind::arrhenius) {
            printed.rates.push_back(rate(backward->rate));
        }
        printed.is_total_rate = forward.rate.is_total;
        printed.deletes_molecules = forward.deletes_molecules;
        printed.moves_connected = forward.moves_connected;
        for (const SpeciesFilter& filter : forward.filters) {
            printed.filters.push_back(
                {named(fmt::format("{}_{}", filter.includes ? "include" : "exclude",
                                   filter.is_reactant ? "reactants" : "products")),
                 named(fmt::format("{}", filter.position + 1)), patterns(filter.patterns)});
        }
        return printed;
    }

private:
    static lang::Op relation(CountTest::Relation relation) {
        switch (relation) {
            case CountTest::Relation::not_equal:
                return lang::Op::not_equal;
            case CountTest::Relation::less:
                return lang::Op::less;
            case CountTest::Relation::less_equal:
                return lang::Op::less_equal;
            case CountTest::Relation::greater:
                return lang::Op::greater;
            case CountTest::Relation::greater_equal:
                return lang::Op::greater_equal;
            case CountTest::Relation::equal:
                break;
        }
        return lang::Op::equal;
    }

    std::optional<ast::Name> place(const std::optional<CompartmentId>& compartment) const {
        return compartment ? std::optional{named(model_.compartments[compartment->value].name)}
                           : std::nullopt;
    }

    static ast::MoleculeType molecule_type(const MoleculeType& type) {
        ast::MoleculeType printed;
        printed.molecule.name = named(type.name);
        for (const SiteType& site : type.sites) {
            ast::Site& one = printed.molecule.sites.emplace_back();
            one.name = named(site.name);
            for (const std::string& state : site.states) {
                one.states.push_back(named(state));
            }
        }
        return printed;
    }

    static ast::Site site(const MoleculeType& type, const SitePattern& site,
                          const std::vector<std::uint32_t>& bonds) {
        const SiteType& site_type = type.sites[site.site];
        ast::Site printed;
        printed.name = named(site_type.name);
        printed.label = named_if(site.label);
        if (site.state) {
            printed.states.push_back(named(site_type.states[*site.state]));
        }
        if (site.bond == BondTest::any) {
            printed.bonds.push_back({ast::Bond::Kind::any, {}, {}});
        } else if (site.bond == BondTest::whatever) {
            printed.bonds.push_back({ast::Bond::Kind::whatever, {}, {}});
        }
        for (const std::uint32_t bond : bonds) {
            printed.bonds.push_back({ast::Bond::Kind::labelled, fmt::format("{}", bond), {}});
        }
        return printed;
    }

    std::vector<ast::Pattern> patterns(const Patterns& patterns) const {
        std::vector<ast::Pattern> printed;
        for (const Pattern& one : patterns) {
            printed.push_back(pattern(one));
        }
        return printed;
    }

    static Expression rate(const RateLaw& law) {
        std::string name;
        switch (law.kind) {
            case RateLawKind::elementary:
                return law.args.front();
            case RateLawKind::michaelis_menten:
                name = "MM";
                break;
            case RateLawKind::saturation:
                name = "Sat";
                break;
            case RateLawKind::hill:
                name = "Hill";
                break;
            case RateLawKind::arrhenius:
                name = "Arrhenius";
                break;
        }
        std::vector<lang::ExpressionNode> nodes;
        for (const Expression& argument : law.args) {
            nodes.insert(nodes.end(), argument.nodes().begin(), argument.nodes().end());
        }
        nodes.push_back({lang::Op::call, static_cast<std::uint32_t>(law.args.size()), 0.0,
                         std::move(name), 0, 0});
        return Expression{std::move(nodes), nullptr};
    }

    void add_rules(ast::File& file) const {
        for (std::size_t i = 0; i < model_.rules.size(); ++i) {
            const Rule& forward = model_.rules[i];
            const bool is_pair = forward.reverse && forward.reverse->value == i + 1;
            file.rules.push_back(rule(forward, is_pair ? &model_.rules[i + 1] : nullptr));
            i += is_pair ? 1 : 0;
        }
    }

    static ast::ActionArgument plain(const std::string& value) {
        return {std::nullopt, {named(value)}, false, {}};
    }

    void add_actions(ast::File& file) const {
        if (!model_.name.empty()) {
            file.actions.push_back({named("setModelName"), {plain(model_.name)}, {}});
        }
        for (const auto& [name, value] : model_.options) {
            if (name == "version" || name == "substanceUnits") {
                file.actions.push_back({named(name), {plain(value)}, {}});
            } else {
                file.actions.push_back({named("setOption"), {plain(name), plain(value)}, {}});
            }
        }
        for (const Action& action : model_.actions) {
            file.actions.push_back(this->action(action));
        }
        for (const Action& action : model_.protocol) {
            file.protocol.push_back(this->action(action));
        }
    }

    static ast::Action action(const Action& action) {
        ast::Action printed{named(action.name), {}, {}};
        for (const ActionArgument& argument : action.arguments) {
            ast::ActionArgument& one = printed.arguments.emplace_back();
            one.name = named_if(argument.name);
            one.is_list = argument.is_list;
            for (const std::string& value : argument.values) {
                one.values.push_back(named(value));
            }
        }
        return printed;
    }

    const Model& model_;
};

}  // namespace

ast::File to_syntax(const Model& model) {
    return Unbinder{model}.file();
}

std::string print(const Model& model) {
    return ast::print(to_syntax(model));
}

std::string print(const Model& model, const Pattern& pattern) {
    return ast::print(Unbinder{model}.pattern(pattern));
}

std::string print(const Model& model, const Rule& rule) {
    return ast::print(Unbinder{model}.rule(rule, nullptr));
}

}  // namespace erbium::model
