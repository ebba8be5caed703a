// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_rule_map.cpp: which molecule of the products is which of the reactants.
//
// The correspondence is BioNetGen's: molecules with the same label `%x` are the same molecule; of
// the others, those are that have the same name and mention the same sites, in the order in which
// they stand. Within them sites correspond by label or else by name and order. What has no
// counterpart is deleted or created. States and bonds play no part in it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// One side of a rule with a key for each molecule and site.
class Side {
public:
    Side(const Model& model, const Patterns& patterns) : model_{model}, patterns_{patterns} {
        for (std::uint32_t p = 0; p < patterns.size(); ++p) {
            for (std::uint32_t m = 0; m < patterns[p].molecules.size(); ++m) {
                add({p, m});
            }
        }
    }

    [[nodiscard]] const std::vector<RuleMolecule>& molecules() const { return molecules_; }
    [[nodiscard]] const MoleculePattern& molecule(RuleMolecule at) const {
        return patterns_[at.pattern].molecules[at.molecule];
    }
    [[nodiscard]] const SitePattern& site(RuleSite at) const {
        return patterns_[at.pattern].sites[at.site];
    }
    [[nodiscard]] const Pattern& pattern(RuleMolecule at) const { return patterns_[at.pattern]; }
    [[nodiscard]] const std::string& key(std::size_t molecule) const { return keys_[molecule]; }
    /// Index into molecules() of the molecule with this key, or kNone.
    [[nodiscard]] std::uint32_t find(const std::string& key) const {
        const auto found = by_key_.find(key);
        return found == by_key_.end() ? kNone : found->second;
    }
    [[nodiscard]] const MoleculeType& type(RuleMolecule at) const {
        return model_.molecule_types[molecule(at).type.value];
    }
    [[nodiscard]] const std::string& site_name(RuleMolecule owner, RuleSite at) const {
        return type(owner).sites[site(at).site].name;
    }

    /// A key for each site of a molecule: its label, or its name and which of that name it is.
    [[nodiscard]] std::vector<std::string> site_keys(RuleMolecule at) const {
        const MoleculePattern& owner = molecule(at);
        std::unordered_map<std::string_view, std::uint32_t> seen;
        std::vector<std::string> keys;
        for (std::uint32_t s = 0; s < owner.site_count; ++s) {
            const RuleSite where{at.pattern, owner.first_site + s};
            const SitePattern& one = site(where);
            const std::string& name = site_name(at, where);
            keys.push_back(one.label.empty() ? fmt::format("{}_{}", name, ++seen[name])
                                             : "%" + one.label);
        }
        return keys;
    }

private:
    void add(RuleMolecule at) {
        const MoleculePattern& owner = molecule(at);
        std::string key;
        if (!owner.label.empty()) {
            key = "%" + owner.label;
        } else {
            std::vector<std::string> mentioned;
            for (std::uint32_t s = 0; s < owner.site_count; ++s) {
                const RuleSite where{at.pattern, owner.first_site + s};
                const std::string& label = site(where).label;
                mentioned.push_back(label.empty() ? site_name(at, where) : "%" + label);
            }
            std::sort(mentioned.begin(), mentioned.end());
            key = fmt::format("{}({})", type(at).name, fmt::join(mentioned, ","));
            key += fmt::format("{}", ++counts_[key]);
        }
        by_key_.try_emplace(key, static_cast<std::uint32_t>(molecules_.size()));
        molecules_.push_back(at);
        keys_.push_back(std::move(key));
    }

    const Model& model_;
    const Patterns& patterns_;
    std::vector<RuleMolecule> molecules_;
    std::vector<std::string> keys_;
    std::unordered_map<std::string, std::uint32_t> by_key_;
    std::unordered_map<std::string, std::uint32_t> counts_;
};

/// What a label `%x` is put on.
enum class Labelled : std::uint8_t { pattern, molecule, site };
using Labels = std::map<std::string, Labelled>;  // ordered: so are the complaints

class RuleMapper {
public:
    RuleMapper(Context& context, Rule& rule)
        : context_{context},
          rule_{rule},
          left_{context.model, rule.reactants},
          right_{context.model, rule.products} {}

    bool map() {
        left_labels_ = collect_labels(rule_.reactants);
        check_labels(collect_labels(rule_.products));
        if (is_right_) {
            pair_molecules();
            pair_patterns();
            check_created();
            check_compartments();
        }
        if (is_right_ && !changes_anything()) {
            context_.warning(42, rule_.span, "the rule changes nothing");
        }
        return is_right_;
    }

private:
    void error(int number, const Span& span, std::string message, std::string hint = {}) {
        context_.error(number, span, std::move(message), std::move(hint));
        is_right_ = false;
    }
    void add_label(Labels& labels, const std::string& label, Labelled what, const Span& span) {
        if (!label.empty() && !labels.try_emplace(label, what).second) {
            error(30, span, fmt::format("the label '%{}' is used twice on one side", label));
        }
    }
    Labels collect_labels(const Patterns& patterns) {
        Labels labels;
        for (const Pattern& pattern : patterns) {
            add_label(labels, pattern.label, Labelled::pattern, pattern.span);
            for (const MoleculePattern& molecule : pattern.molecules) {
                add_label(labels, molecule.label, Labelled::molecule, pattern.span);
            }
            for (const SitePattern& site : pattern.sites) {
                add_label(labels, site.label, Labelled::site, pattern.span);
            }
        }
        return labels;
    }
    void check_labels(const Labels& right) {
        for (const auto& [label, what] : left_labels_) {
            const auto other = right.find(label);
            if (other == right.end()) {
                warn_about_lone_label(label, what, "left", "right", "deleted");
            } else if (other->second != what) {
                error(31, rule_.span,
                      fmt::format("the label '%{}' stands on different things left and right",
                                  label));
            }
        }
        for (const auto& [label, what] : right) {
            if (left_labels_.count(label) == 0) {
                warn_about_lone_label(label, what, "right", "left", "created");
            }
        }
    }
    /// A label of a whole pattern is only for local functions and needs no counterpart.
    void warn_about_lone_label(const std::string& label, Labelled what, std::string_view here,
                               std::string_view missing, std::string_view fate) {
        if (what != Labelled::pattern) {
            context_.warning(44, rule_.span,
                             fmt::format("the label '%{}' is on the {} but not on the {} side",
                                         label, here, missing),
                             fmt::format("the molecule with it is {}", fate));
        }
    }

    void pair_molecules() {
        is_kept_.assign(right_.molecules().size(), false);
        for (std::size_t i = 0; i < left_.molecules().size(); ++i) {
            const std::uint32_t j = right_.find(left_.key(i));
            if (j == kNone) {
                const RuleMolecule at = left_.molecules()[i];
                deleted_.try_emplace(left_.molecule(at).type.value, at);
                continue;
            }
            is_kept_[j] = true;
            const MoleculePair pair{left_.molecules()[i], right_.molecules()[j]};
            if (left_.molecule(pair.reactant).type != right_.molecule(pair.product).type) {
                error(31, right_.pattern(pair.product).span,
                      fmt::format("the label '{}' makes '{}' into '{}'", left_.key(i),
                                  left_.type(pair.reactant).name, right_.type(pair.product).name),
                      "a molecule keeps its type; to replace it leave the label out");
                continue;
            }
            rule_.kept_molecules.push_back(pair);
            pair_sites(pair);
        }
    }

    void pair_sites(const MoleculePair& pair) {
        const std::vector<std::string> left = left_.site_keys(pair.reactant);
        const std::vector<std::string> right = right_.site_keys(pair.product);
        const std::uint32_t first_left = left_.molecule(pair.reactant).first_site;
        const std::uint32_t first_right = right_.molecule(pair.product).first_site;
        std::unordered_map<std::string_view, std::uint32_t> by_key;
        for (std::uint32_t s = 0; s < right.size(); ++s) {
            by_key.emplace(right[s], s);
        }
        std::size_t paired = 0;
        for (std::uint32_t s = 0; s < left.size(); ++s) {
            const auto found = by_key.find(left[s]);
            const RuleSite reactant{pair.reactant.pattern, first_left + s};
            if (found == by_key.end()) {
                complain_about_lone_site(left_, pair.reactant, reactant, "left");
                continue;
            }
            ++paired;
            const SitePair sites{reactant, {pair.product.pattern, first_right + found->second}};
            if (left_.site(sites.reactant).site != right_.site(sites.product).site) {
                error(31, right_.pattern(pair.product).span,
                      fmt::format("the label '{}' stands on sites of different names", left[s]));
                continue;
            }
            rule_.kept_sites.push_back(sites);
            check_site(pair, sites);
        }
        if (paired < right.size() && paired == left.size()) {
            for (std::uint32_t s = 0; s < right.size(); ++s) {
                if (std::find(left.begin(), left.end(), right[s]) == left.end()) {
                    complain_about_lone_site(right_, pair.product,
                                             {pair.product.pattern, first_right + s}, "right");
                }
            }
        }
    }

    void complain_about_lone_site(const Side& side, RuleMolecule owner, RuleSite site,
                                  std::string_view where) {
        error(32, side.pattern(owner).span,
              fmt::format("the site '{}' of '{}' is mentioned on the {} side only",
                          side.site_name(owner, site), side.type(owner).name, where),
              "a molecule that stays mentions the same sites on both sides");
    }

    /// A state or a bond of the product side must be one that the rule can bring about.
    void check_site(const MoleculePair& pair, const SitePair& sites) {
        const SitePattern& left = left_.site(sites.reactant);
        const SitePattern& right = right_.site(sites.product);
        const Span& span = right_.pattern(pair.product).span;
        const auto name = [&] {
            return fmt::format("'{}' of '{}'", right_.site_name(pair.product, sites.product),
                               right_.type(pair.product).name);
        };
        if (left.state && !right.state) {
            error(35, span, fmt::format("the state of {} is given on the left side only", name()),
                  "write the state that it has after the reaction");
        }
        const bool left_is_wild = left.bond == BondTest::any || left.bond == BondTest::whatever;
        const bool right_is_wild = right.bond == BondTest::any || right.bond == BondTest::whatever;
        if (right_is_wild && left.bond != right.bond) {
            error(36, span,
                  fmt::format("{} has the wildcard '{}' on the right but not on the left", name(),
                              right.bond == BondTest::any ? "!+" : "!?"));
        } else if (left_is_wild && left.bond != right.bond) {
            error(36, span,
                  fmt::format("{} has the wildcard '{}' on the left but not on the right", name(),
                              left.bond == BondTest::any ? "!+" : "!?"),
                  "a rule breaks only bonds whose two ends it names, as in A(b!1).B(a!1)");
        }
    }

    void check_created() {
        for (std::size_t j = 0; j < right_.molecules().size(); ++j) {
            if (is_kept_[j]) {
                continue;
            }
            const RuleMolecule at = right_.molecules()[j];
            const Pattern& pattern = right_.pattern(at);
            if (refuse_inheritance(at)) {
                continue;
            }
            const RuleMolecule* twin = deleted_of_type(right_.molecule(at).type);
            const std::string hint = twin == nullptr ? std::string{} : how_to_keep(*twin, at);
            if (!check_complete(context_, pattern, right_.molecule(at),
                                "a molecule that the rule creates", hint)) {
                is_right_ = false;
            } else if (twin != nullptr) {
                context_.warning(43, pattern.span,
                                 fmt::format("the rule deletes '{}' and creates a new one",
                                             right_.type(at).name),
                                 hint);
            }
        }
    }

    /// A label on a site of a created molecule and of a reactant: the new site would take over the
    /// state of the old one.
    bool refuse_inheritance(RuleMolecule created) {
        const MoleculePattern& owner = right_.molecule(created);
        for (std::uint32_t s = 0; s < owner.site_count; ++s) {
            const std::string& label = right_.site({created.pattern, owner.first_site + s}).label;
            const auto found = label.empty() ? left_labels_.end() : left_labels_.find(label);
            if (found != left_labels_.end() && found->second == Labelled::site) {
                context_.unsupported(45, right_.pattern(created).span,
                                     fmt::format("a created molecule that takes over the state of "
                                                 "another molecule's site (%{})",
                                                 label),
                                     "write one rule for each state");
                is_right_ = false;
                return true;
            }
        }
        return false;
    }

    /// A reactant of this type without a counterpart.
    [[nodiscard]] const RuleMolecule* deleted_of_type(MoleculeTypeId type) const {
        const auto found = deleted_.find(type.value);
        return found == deleted_.end() ? nullptr : &found->second;
    }

    static std::string how_to_keep_text(const std::string& left, const std::string& right) {
        return left == right ? std::string{"to keep it put the same label on both sides"}
                             : fmt::format(
                                   "to keep it mention the same sites on both sides: ({}) on the "
                                   "left, ({}) on the right",
                                   left, right);
    }
    [[nodiscard]] std::string how_to_keep(RuleMolecule deleted, RuleMolecule created) const {
        return how_to_keep_text(mentioned(left_, deleted), mentioned(right_, created));
    }

    static std::string mentioned(const Side& side, RuleMolecule at) {
        std::vector<std::string_view> names;
        const MoleculePattern& owner = side.molecule(at);
        for (std::uint32_t s = 0; s < owner.site_count; ++s) {
            names.push_back(side.site_name(at, {at.pattern, owner.first_site + s}));
        }
        return fmt::format("{}", fmt::join(names, ","));
    }

    void check_compartments() {
        for (const MoleculePair& pair : rule_.kept_molecules) {
            const MoleculePattern& left = left_.molecule(pair.reactant);
            const MoleculePattern& right = right_.molecule(pair.product);
            if (left.compartment.has_value() != right.compartment.has_value()) {
                error(37, right_.pattern(pair.product).span,
                      fmt::format("the compartment of '{}' is given on one side only",
                                  right_.type(pair.product).name));
            }
        }
        check_compartments_of(rule_.reactants);
        check_compartments_of(rule_.products);
        check_transport();
    }

    /// A molecule lies in the compartment of its species, or next to it when that is a surface.
    void check_compartments_of(const Patterns& patterns) {
        for (const Pattern& pattern : patterns) {
            for (const MoleculePattern& molecule : pattern.molecules) {
                if (pattern.compartment && molecule.compartment &&
                    *pattern.compartment != *molecule.compartment &&
                    !are_adjacent(context_.model, *pattern.compartment, *molecule.compartment)) {
                    error(17, pattern.span,
                          fmt::format("'{}' does not touch '{}'",
                                      compartment(*molecule.compartment).name,
                                      compartment(*pattern.compartment).name));
                }
            }
        }
    }

    /// A species moves as a whole from volume to volume, or between surfaces of one volume.
    void check_transport() {
        for (std::uint32_t p = 0; p < rule_.reactants.size(); ++p) {
            const std::uint32_t q = counterparts_[p];
            if (q == kNone) {
                continue;
            }
            const std::optional<CompartmentId> from = rule_.reactants[p].compartment;
            const std::optional<CompartmentId> to = rule_.products[q].compartment;
            if (!from || !to || *from == *to) {
                continue;
            }
            if (compartment(*from).dimension != compartment(*to).dimension) {
                error(52, rule_.products[q].span,
                      fmt::format("a species cannot move from '{}' with {} dimensions to '{}' "
                                  "with {}",
                                  compartment(*from).name, compartment(*from).dimension,
                                  compartment(*to).name, compartment(*to).dimension));
            } else if (compartment(*from).dimension == 2 && !share_volume(*from, *to)) {
                error(52, rule_.products[q].span,
                      fmt::format("no volume lies between the surfaces '{}' and '{}'",
                                  compartment(*from).name, compartment(*to).name));
            }
        }
    }

    /// For each reactant pattern the product pattern that has exactly its molecules, or kNone.
    void pair_patterns() {
        counterparts_.assign(rule_.reactants.size(), kNone);
        std::vector<std::size_t> kept(rule_.reactants.size());
        std::vector<bool> is_torn(rule_.reactants.size());
        for (const MoleculePair& pair : rule_.kept_molecules) {
            std::uint32_t& q = counterparts_[pair.reactant.pattern];
            is_torn[pair.reactant.pattern] =
                is_torn[pair.reactant.pattern] || (q != kNone && q != pair.product.pattern);
            q = pair.product.pattern;
            ++kept[pair.reactant.pattern];
        }
        for (std::uint32_t p = 0; p < counterparts_.size(); ++p) {
            std::uint32_t& q = counterparts_[p];
            if (q != kNone && (is_torn[p] || kept[p] != rule_.reactants[p].molecules.size() ||
                               kept[p] != rule_.products[q].molecules.size())) {
                q = kNone;
            }
        }
    }

    [[nodiscard]] bool share_volume(CompartmentId a, CompartmentId b) const {
        const std::optional<CompartmentId> around_a = compartment(a).outside;
        const std::optional<CompartmentId> around_b = compartment(b).outside;
        if (around_a && around_a == around_b) {
            return true;
        }
        return (around_a && compartment(*around_a).outside == b) ||
               (around_b && compartment(*around_b).outside == a);
    }
    [[nodiscard]] const Compartment& compartment(CompartmentId id) const {
        return context_.model.compartments[id.value];
    }

    [[nodiscard]] bool changes_anything() const {
        if (rule_.kept_molecules.size() != left_.molecules().size() ||
            rule_.kept_molecules.size() != right_.molecules().size()) {
            return true;
        }
        for (std::uint32_t p = 0; p < rule_.reactants.size(); ++p) {
            const std::uint32_t q = counterparts_[p];
            if (q != kNone && rule_.reactants[p].compartment && rule_.products[q].compartment &&
                rule_.reactants[p].compartment != rule_.products[q].compartment) {
                return true;
            }
        }
        for (const MoleculePair& pair : rule_.kept_molecules) {
            if (left_.molecule(pair.reactant).compartment !=
                right_.molecule(pair.product).compartment) {
                return true;
            }
        }
        return std::any_of(
            rule_.kept_sites.begin(), rule_.kept_sites.end(), [&](const SitePair& pair) {
                const SitePattern& left = left_.site(pair.reactant);
                const SitePattern& right = right_.site(pair.product);
                return left.state != right.state || !same_partners(pair, left, right);
            });
    }

    /// Whether the partners of a site on the right are the counterparts of those on the left.
    [[nodiscard]] bool same_partners(const SitePair& at, const SitePattern& left,
                                     const SitePattern& right) const {
        if (left.partners.size() != right.partners.size()) {
            return false;
        }
        return std::all_of(left.partners.begin(), left.partners.end(), [&](std::uint32_t partner) {
            const RuleSite wanted{at.reactant.pattern, partner};
            const auto found = std::lower_bound(
                rule_.kept_sites.begin(), rule_.kept_sites.end(), wanted,
                [](const SitePair& pair, const RuleSite& site) { return pair.reactant < site; });
            return found != rule_.kept_sites.end() && found->reactant == wanted &&
                   found->product.pattern == at.product.pattern &&
                   std::find(right.partners.begin(), right.partners.end(), found->product.site) !=
                       right.partners.end();
        });
    }

    Context& context_;
    Rule& rule_;
    Side left_;
    Side right_;
    Labels left_labels_;
    std::unordered_map<std::uint32_t, RuleMolecule> deleted_;  ///< the first of each type
    std::vector<std::uint32_t> counterparts_;                  ///< of reactant patterns
    std::vector<bool> is_kept_;                                ///< molecules of the right side
    bool is_right_{true};
};

}  // namespace

bool map_rule(Context& context, Rule& rule) {
    return RuleMapper{context, rule}.map();
}

}  // namespace erbium::model::binding
