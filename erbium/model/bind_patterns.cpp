// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_patterns.cpp: molecules, sites, states and bonds of a pattern.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

/// The sites that name one bond.
struct BondEnds {
    std::string_view label;
    std::vector<std::uint32_t> sites;
    ast::Place place;  ///< of the last mention
};

class PatternBinder {
public:
    PatternBinder(Context& context, const ast::File& file, PatternUse use)
        : context_{context}, file_{file}, use_{use} {}

    std::optional<Pattern> bind(const ast::Pattern& pattern);

private:
    void bind_head(const ast::Pattern& pattern);
    void bind_count(const ast::CountTest& test);
    void bind_molecule(const ast::Molecule& molecule);
    void bind_site(const MoleculeType& type, const ast::Site& site,
                   std::vector<std::uint32_t>& used);
    void bind_state(const MoleculeType& type, const SiteType& site_type, const ast::Site& site,
                    SitePattern& bound);
    void bind_bonds(const ast::Site& site, SitePattern& bound);
    void join_bonds();
    std::optional<CompartmentId> compartment(const ast::Name& name);

    void error(int number, ast::Place place, std::string message, std::string hint = {}) {
        context_.error(number, file_.span(place), std::move(message), std::move(hint));
        is_right_ = false;
    }

    Context& context_;
    const ast::File& file_;
    PatternUse use_;
    Pattern bound_;
    std::vector<BondEnds> bonds_;  ///< in the order of their first mention
    std::unordered_map<std::string_view, std::size_t> bond_of_label_;
    bool is_right_{true};
};

std::vector<std::string> type_names(const Model& model) {
    std::vector<std::string> names;
    names.reserve(model.molecule_types.size());
    for (const MoleculeType& type : model.molecule_types) {
        names.push_back(type.name);
    }
    return names;
}

std::vector<std::string> compartment_names(const Model& model) {
    std::vector<std::string> names;
    names.reserve(model.compartments.size());
    for (const Compartment& compartment : model.compartments) {
        names.push_back(compartment.name);
    }
    return names;
}

std::vector<std::string> site_names(const MoleculeType& type) {
    std::vector<std::string> names;
    for (const SiteType& site : type.sites) {
        if (names.empty() || names.back() != site.name) {
            names.push_back(site.name);
        }
    }
    return names;
}

std::optional<CompartmentId> PatternBinder::compartment(const ast::Name& name) {
    const auto found = context_.compartments.find(name.text);
    if (found != context_.compartments.end()) {
        return found->second;
    }
    error(10, name.place, fmt::format("there is no compartment '{}'", name.text),
          context_.model.compartments.empty()
              ? std::string{"the model has no compartments"}
              : context_.suggestion(name.text, [&] { return compartment_names(context_.model); }));
    return std::nullopt;
}

void PatternBinder::bind_head(const ast::Pattern& pattern) {
    bound_.span = file_.span(pattern.place);
    bound_.is_match_once = pattern.is_match_once;
    bound_.is_fixed = pattern.is_fixed;
    if (pattern.label) {
        bound_.label = pattern.label->text;
    }
    if (pattern.compartment) {
        bound_.compartment = compartment(*pattern.compartment);
    }
    if (pattern.is_fixed && use_ != PatternUse::species) {
        error(50, pattern.place, "'$' belongs to seed species only",
              "the amount of a species is kept constant by '$' in the block 'seed species'");
    }
    if (pattern.is_match_once && use_ == PatternUse::species) {
        error(15, pattern.place, "a species cannot be {MatchOnce}");
    }
    if (pattern.count) {
        bind_count(*pattern.count);
    }
}

void PatternBinder::bind_count(const ast::CountTest& test) {
    if (use_ != PatternUse::species_observable) {
        error(19, test.count.place, "only an observable of type Species counts molecules",
              use_ == PatternUse::molecules_observable ? "write 'Species' instead of 'Molecules'"
                                                       : "");
        return;
    }
    CountTest bound;
    const std::string& digits = test.count.text;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bound.count);
    if (read.ec != std::errc{}) {
        error(20, test.count.place, fmt::format("the count {} is too large", digits));
        return;
    }
    switch (test.relation) {
        case lang::Op::not_equal:
            bound.relation = CountTest::Relation::not_equal;
            break;
        case lang::Op::less:
            bound.relation = CountTest::Relation::less;
            break;
        case lang::Op::less_equal:
            bound.relation = CountTest::Relation::less_equal;
            break;
        case lang::Op::greater:
            bound.relation = CountTest::Relation::greater;
            break;
        case lang::Op::greater_equal:
            bound.relation = CountTest::Relation::greater_equal;
            break;
        default:
            bound.relation = CountTest::Relation::equal;
    }
    bound_.count = bound;
}

void PatternBinder::bind_molecule(const ast::Molecule& molecule) {
    const auto found = context_.molecule_types.find(molecule.name.text);
    if (found == context_.molecule_types.end()) {
        const bool is_nothing = molecule.name.text == "Null" || molecule.name.text == "Trash" ||
                                molecule.name.text == "null";
        error(1, molecule.name.place,
              fmt::format("there is no molecule type '{}'", molecule.name.text),
              is_nothing ? std::string{"write 0 for nothing, or declare it"}
                         : context_.suggestion(molecule.name.text,
                                               [&] { return type_names(context_.model); }));
        return;
    }
    const MoleculeType& type = context_.model.molecule_types[found->second.value];
    MoleculePattern bound;
    bound.type = found->second;
    bound.first_site = static_cast<std::uint32_t>(bound_.sites.size());
    if (molecule.label) {
        bound.label = molecule.label->text;
    }
    if (molecule.compartment) {
        bound.compartment = compartment(*molecule.compartment);
    }
    std::vector<std::uint32_t> used(type.sites.size());
    for (const ast::Site& site : molecule.sites) {
        bind_site(type, site, used);
    }
    bound.site_count = static_cast<std::uint32_t>(bound_.sites.size()) - bound.first_site;
    bound_.molecules.push_back(std::move(bound));
}

void PatternBinder::bind_site(const MoleculeType& type, const ast::Site& site,
                              std::vector<std::uint32_t>& used) {
    const auto& groups = context_.site_groups[context_.molecule_types.at(type.name).value];
    const auto found = groups.find(site.name.text);
    if (found == groups.end()) {
        error(2, site.name.place, fmt::format("'{}' has no site '{}'", type.name, site.name.text),
              context_.suggestion(site.name.text, [&] { return site_names(type); }));
        return;
    }
    SitePattern bound;
    bound.site = found->second.first;
    const std::uint32_t present = found->second.count;
    if (++used[bound.site] > present) {
        error(3, site.name.place,
              present == 1
                  ? fmt::format("'{}' has only one site '{}'", type.name, site.name.text)
                  : fmt::format("'{}' has only {} sites '{}'", type.name, present, site.name.text));
        return;
    }
    if (site.label) {
        bound.label = site.label->text;
    }
    bind_state(type, type.sites[bound.site], site, bound);
    bind_bonds(site, bound);
    bound_.sites.push_back(std::move(bound));
}

void PatternBinder::bind_state(const MoleculeType& type, const SiteType& site_type,
                               const ast::Site& site, SitePattern& bound) {
    if (site.states.size() > 1) {
        error(6, site.states[1].place, "a site of a pattern has at most one state");
        return;
    }
    if (site.states.empty() || site.states.front().text == "?") {
        return;
    }
    const ast::Name& state = site.states.front();
    const auto found = std::find(site_type.states.begin(), site_type.states.end(), state.text);
    if (found != site_type.states.end()) {
        bound.state = static_cast<std::uint32_t>(found - site_type.states.begin());
    } else if (site_type.states.empty()) {
        error(5, state.place,
              fmt::format("the site '{}' of '{}' has no states", site_type.name, type.name));
    } else {
        error(4, state.place,
              fmt::format("the site '{}' of '{}' has no state '{}'", site_type.name, type.name,
                          state.text),
              fmt::format("its states are {}", fmt::join(site_type.states, ", ")));
    }
}

void PatternBinder::bind_bonds(const ast::Site& site, SitePattern& bound) {
    const auto index = static_cast<std::uint32_t>(bound_.sites.size());
    for (const ast::Bond& bond : site.bonds) {
        if (bond.kind != ast::Bond::Kind::labelled) {
            if (site.bonds.size() > 1) {
                error(9, bond.place, "'!+' and '!?' stand alone, without other bonds");
                return;
            }
            bound.bond = bond.kind == ast::Bond::Kind::any ? BondTest::any : BondTest::whatever;
            return;
        }
        bound.bond = BondTest::bound;
        const auto [where, is_new] = bond_of_label_.try_emplace(bond.label, bonds_.size());
        if (is_new) {
            bonds_.push_back({bond.label, {}, {}});
        }
        BondEnds& ends = bonds_[where->second];
        ends.sites.push_back(index);
        ends.place = bond.place;
    }
}

void PatternBinder::join_bonds() {
    for (const BondEnds& ends : bonds_) {
        if (ends.sites.size() == 1) {
            error(7, ends.place, fmt::format("the bond '{}' has only one end", ends.label),
                  "'!+' stands for a bond to anything");
        } else if (ends.sites.size() > 2) {
            error(8, ends.place,
                  fmt::format("the bond '{}' has {} ends", ends.label, ends.sites.size()),
                  "a bond joins two sites");
        } else if (ends.sites[0] == ends.sites[1]) {
            error(8, ends.place, fmt::format("the bond '{}' joins a site with itself", ends.label));
        } else {
            bound_.sites[ends.sites[0]].partners.push_back(ends.sites[1]);
            bound_.sites[ends.sites[1]].partners.push_back(ends.sites[0]);
        }
    }
}

std::optional<Pattern> PatternBinder::bind(const ast::Pattern& pattern) {
    bind_head(pattern);
    for (const ast::Molecule& molecule : pattern.molecules) {
        bind_molecule(molecule);
    }
    if (is_right_) {
        join_bonds();
    }
    return is_right_ ? std::optional<Pattern>{std::move(bound_)} : std::nullopt;
}

}  // namespace

std::optional<Pattern> bind_pattern(Context& context, const ast::File& file,
                                    const ast::Pattern& pattern, PatternUse use) {
    return PatternBinder{context, file, use}.bind(pattern);
}

}  // namespace erbium::model::binding
