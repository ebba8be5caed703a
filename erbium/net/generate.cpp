// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "erbium/base/text.hpp"
#include "erbium/net/apply.hpp"
#include "erbium/net/canonical.hpp"
#include "erbium/net/growth.hpp"
#include "erbium/net/observables.hpp"
#include "erbium/net/rate_book.hpp"
#include "erbium/net/reaction_table.hpp"
#include "erbium/net/seeds.hpp"
#include "erbium/net/species_table.hpp"
#include "erbium/net/species_text.hpp"
#include "erbium/net/symmetry.hpp"

namespace erbium::net {
namespace {

// Matches of one reactant pattern, over all species so far.
struct MatchList {
    std::vector<SpeciesId> species;
    std::vector<std::uint16_t> images;
    std::size_t stride{};
    std::size_t old_size{};  // matches on species of earlier rounds

    [[nodiscard]] std::span<const std::uint16_t> image(std::size_t i) const noexcept {
        return {images.data() + i * stride, stride};
    }
};

struct Rule {
    RuleProgram program;
    RuleRate rate;
    std::vector<MatchList> matches;  // by reactant pattern
    std::size_t species_made{};      // in this round and the one before
    std::size_t species_made_before{};
    bool has_warned_of_place{};
};

std::optional<std::string> option(const model::Model& model, std::string_view name) {
    for (const auto& [key, value] : model.options) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

CountingOptions counting_options(const model::Model& model) {
    return {option(model, "MoleculesObservables") == "CountUnique",
            option(model, "SpeciesObservables") == "CountUnique"};
}

class Generator {
public:
    Generator(const model::Model& model, const GenerateOptions& options)
        : model_{model},
          options_{options},
          types_{model.molecule_types},
          compartments_{model.compartments},
          features_{types_},
          book_{model, out_.network, errors_},
          canonicalizer_{types_},
          reactor_{types_, compartments_},
          target_{types_, features_},
          product_target_{types_, features_},
          counter_{model.observables, types_, features_, counting_options(model)},
          reactions_{out_.network} {}

    Outcome<Generated, Diagnostics> run() {
        prepare();
        if (!errors_.has_errors()) {
            add_seeds();
        }
        if (!errors_.has_errors()) {
            expand();
        }
        if (errors_.has_errors()) {
            return std::move(errors_);
        }
        write_species();
        out_.warnings.append(std::move(errors_));
        out_.warnings.append(polymerisation_warnings(model_));
        return std::move(out_);
    }

private:
    // --- preparation

    void prepare() {
        rules_.resize(model_.rules.size());
        for (std::size_t r = 0; r < rules_.size(); ++r) {
            rules_[r].program = compile_rule(model_.rules[r], model_, types_, compartments_,
                                             features_, errors_);
            for (const CompiledPattern& pattern : rules_[r].program.reactants) {
                MatchList list;
                list.stride = std::size_t{pattern.molecule_count} + pattern.site_count;
                rules_[r].matches.push_back(std::move(list));
            }
        }
        for (const model::EnergyPattern& energy : model_.energy_patterns) {
            energy_patterns_.push_back(compile_pattern(energy.pattern, types_, features_));
            energy_scales_.push_back(
                1.0 / static_cast<double>(automorphism_count(energy.pattern, types_)));
        }
        energy_weights_.resize(energy_patterns_.size());
        for (std::size_t o = 0; o < model_.observables.size(); ++o) {
            out_.network.observables.push_back({model_.observables[o].name, {}});
        }
        for (const model::Compartment& compartment : model_.compartments) {
            const std::optional<double> size = book_.value_of(compartment.size);
            if (!size) {
                errors_.error("ERB-NET-0014", compartment.span,
                              fmt::format("the size of compartment '{}' has no value",
                                          compartment.name));
            }
            sizes_.push_back(size.value_or(1.0));
        }
        if (const auto per_unit = option(model_, "NumberPerQuantityUnit")) {
            copies_per_unit_ = parse_double(*per_unit).value_or(1.0);
        }
        for (const auto& [name, count] : options_.max_stoichiometry) {
            for (std::size_t t = 0; t < model_.molecule_types.size(); ++t) {
                if (model_.molecule_types[t].name == name) {
                    max_copies_.emplace_back(static_cast<std::uint16_t>(t), count);
                }
            }
        }
    }

    void add_seeds() {
        for (const model::SeedSpecies& seed : model_.seeds) {
            graph_.clear();
            if (!append_species(seed.species, model_, types_, graph_, errors_)) {
                continue;
            }
            members_.resize(graph_.molecule_count());
            for (std::size_t m = 0; m < members_.size(); ++m) {
                members_[m] = static_cast<std::uint16_t>(m);
            }
            std::uint16_t place = kNone;
            if (!compartments_.empty()) {
                const std::optional<std::uint16_t> found =
                    compartments_.place_of(graph_, members_);
                if (!found || !compartments_.bonds_fit(graph_, members_)) {
                    errors_.error("ERB-NET-0014", seed.span,
                                  "this seed species is in no possible compartment",
                                  "give every molecule a compartment; bonds join one compartment "
                                  "or a surface and a volume that touch");
                    continue;
                }
                place = *found;
            }
            canonicalizer_.encode(graph_, members_, words_);
            if (table_.find(words_)) {
                errors_.error("ERB-NET-0017", seed.span, "this seed species was given before",
                              "add the amounts up in one line");
                continue;
            }
            const SpeciesId s = add_species(words_, place);
            seed_amounts_.push_back(book_.seed_amount(seed));
            seed_is_fixed_.push_back(seed.is_fixed || seed.species.is_fixed ? 1 : 0);
            ERBIUM_CHECK(s.value + 1 == seed_amounts_.size(), "seeds come first");
        }
        // After the seeds: names of their amounts come before those of rates.
        for (std::size_t r = 0; r < rules_.size(); ++r) {
            rules_[r].rate = book_.rule_rate(id_at<RuleId>(r));
            uses_energy_ = uses_energy_ || rules_[r].rate.uses_energy;
        }
        if (uses_energy_) {
            for (std::uint32_t s = 0; s < table_.size(); ++s) {
                weigh_energies(SpeciesId{s});
            }
        }
    }

    // --- species

    SpeciesId add_species(const std::vector<std::uint16_t>& words, std::uint16_t place) {
        const SpeciesId s = table_.insert(words);
        places_.push_back(place);
        if (uses_energy_) {
            weigh_energies(s);
        }
        return s;
    }

    void weigh_energies(SpeciesId s) {
        product_target_.load(table_.view(s), places_[s.value]);
        for (std::size_t e = 0; e < energy_patterns_.size(); ++e) {
            energy_weights_[e].push_back(
                static_cast<double>(matcher_.count(energy_patterns_[e], product_target_)) *
                energy_scales_[e]);
        }
    }

    void observe(SpeciesId s) {
        for (std::size_t o = 0; o < counter_.size(); ++o) {
            const double weight = counter_.weight(o, target_, matcher_);
            if (weight != 0.0) {
                out_.network.observables[o].terms.push_back({s, weight});
            }
        }
    }

    void write_species() {
        for (; observed_ < table_.size(); ++observed_) {
            const auto s = id_at<SpeciesId>(observed_);
            target_.load(table_.view(s), places_[observed_]);
            observe(s);
        }
        SpeciesWriter writer{model_, types_};
        std::string text;
        for (std::size_t s = 0; s < table_.size(); ++s) {
            text.clear();
            writer.write(table_.view(id_at<SpeciesId>(s)), places_[s], text);
            const bool is_seed = s < seed_amounts_.size();
            out_.network.add_species(
                text, is_seed ? seed_amounts_[s] : lang::Expression::constant(0.0),
                is_seed && seed_is_fixed_[s] != 0);
        }
    }

    // --- rounds

    void expand() {
        std::size_t done = 0;
        for (;;) {
            const bool is_first = out_.iterations == 0;
            if (options_.max_iterations && out_.iterations >= *options_.max_iterations) {
                out_.is_complete = done == table_.size() && !is_first;
                return;
            }
            const std::size_t end = table_.size();
            for (; done < end; ++done) {
                match_all(id_at<SpeciesId>(done));
            }
            observed_ = done;
            for (std::size_t r = 0; r < rules_.size(); ++r) {
                rules_[r].species_made_before = rules_[r].species_made;
                rules_[r].species_made = 0;
            }
            for (std::size_t r = 0; r < rules_.size(); ++r) {
                current_rule_ = id_at<RuleId>(r);
                reactions_.start_round();
                if (!apply_rule(rules_[r], is_first)) {
                    return;
                }
                if (!report()) {
                    return;
                }
            }
            ++out_.iterations;
            if (table_.size() == end) {
                return;
            }
        }
    }

    void match_all(SpeciesId s) {
        target_.load(table_.view(s), places_[s.value]);
        observe(s);
        for (Rule& rule : rules_) {
            for (std::size_t p = 0; p < rule.matches.size(); ++p) {
                const CompiledPattern& pattern = rule.program.reactants[p];
                if (target_.may_match(pattern) &&
                    (rule.program.filters.empty() ||
                     passes(rule.program, true, p, target_))) {
                    add_matches(rule, p, s);
                }
            }
        }
    }

    // Keeps the first of the matches that agree on what the rule changes.
    void add_matches(Rule& rule, std::size_t p, SpeciesId s) {
        MatchList& list = rule.matches[p];
        const std::size_t first = list.species.size();
        const std::vector<std::uint16_t>& centre = rule.program.centre_images[p];
        matcher_.for_each(rule.program.reactants[p], target_, [&](const Embedding& embedding) {
            const auto image_of = [&](std::uint16_t node) {
                return node < embedding.molecules.size()
                           ? embedding.molecules[node]
                           : embedding.sites[node - embedding.molecules.size()];
            };
            for (std::size_t i = first; i < list.species.size(); ++i) {
                const std::span<const std::uint16_t> known = list.image(i);
                if (std::all_of(centre.begin(), centre.end(), [&](std::uint16_t node) {
                        return known[node] == image_of(node);
                    })) {
                    return true;
                }
            }
            list.species.push_back(s);
            list.images.insert(list.images.end(), embedding.molecules.begin(),
                               embedding.molecules.end());
            list.images.insert(list.images.end(), embedding.sites.begin(), embedding.sites.end());
            return !centre.empty();
        });
    }

    [[nodiscard]] bool passes(const RuleProgram& program, bool is_reactant, std::size_t position,
                              const Target& target) {
        bool has_include = false;
        bool is_included = false;
        for (const CompiledFilter& filter : program.filters) {
            if (filter.is_reactant != is_reactant || filter.position != position) {
                continue;
            }
            const bool matches = std::any_of(
                filter.patterns.begin(), filter.patterns.end(),
                [&](const CompiledPattern& p) { return matcher_.has_match(p, target); });
            if (!filter.includes && matches) {
                return false;
            }
            has_include = has_include || filter.includes;
            is_included = is_included || (filter.includes && matches);
        }
        return is_included || !has_include;
    }

    // All combinations of matches with at least one on a new species, in BioNetGen's order: new
    // matches of the last pattern first, then those of the one before with all later ones, ...
    bool apply_rule(Rule& rule, bool is_first_round) {
        const std::size_t count = rule.matches.size();
        reactants_.resize(count);
        reactant_ids_.resize(count);
        if (count == 0) {
            return !is_first_round || fire(rule);
        }
        chosen_.resize(count);
        for (std::size_t fresh = count; fresh-- > 0;) {
            begins_.assign(count, 0);
            ends_.resize(count);
            bool is_empty = false;
            for (std::size_t p = 0; p < count; ++p) {
                ends_[p] = p < fresh ? rule.matches[p].old_size : rule.matches[p].species.size();
                begins_[p] = p == fresh ? rule.matches[p].old_size : 0;
                is_empty = is_empty || begins_[p] == ends_[p];
            }
            if (is_empty) {
                continue;
            }
            if (!apply_combinations(rule, 0)) {
                return false;
            }
        }
        for (MatchList& list : rule.matches) {
            list.old_size = list.species.size();
        }
        return true;
    }

    bool apply_combinations(Rule& rule, std::size_t p) {
        if (p == rule.matches.size()) {
            return fire(rule);
        }
        const MatchList& list = rule.matches[p];
        for (std::size_t i = begins_[p]; i < ends_[p]; ++i) {
            chosen_[p] = i;
            reactant_ids_[p] = list.species[i];
            if (!apply_combinations(rule, p + 1)) {
                return false;
            }
        }
        return true;
    }

    // --- one event

    // False: a guard stopped the generation.
    bool fire(Rule& rule) {
        const std::size_t count = rule.matches.size();
        for (std::size_t p = 0; p < count; ++p) {
            const SpeciesId s = reactant_ids_[p];
            reactants_[p] = Reactant{table_.view(s), places_[s.value],
                                     rule.matches[p].image(chosen_[p])};
        }
        if (count > 1 && !compartments_.empty()) {
            meeting_.clear();
            for (const Reactant& reactant : reactants_) {
                meeting_.push_back(reactant.compartment);
            }
            if (!compartments_.can_meet(meeting_)) {
                return true;
            }
        }
        const Firing firing = reactor_.apply(rule.program, reactants_);
        if (firing == Firing::outside_compartment && !rule.has_warned_of_place) {
            rule.has_warned_of_place = true;
            const model::Rule& source = model_.rules[current_rule_.value];
            out_.warnings.warning(
                "ERB-NET-0018", source.span,
                fmt::format("rule '{}' would put molecules where they cannot be; those reactions "
                            "are left out",
                            source.name));
        }
        if (firing != Firing::fires || exceeds_limits()) {
            return true;
        }
        if (!find_products(rule)) {
            return errors_.has_errors() ? false : true;
        }
        return add_reaction(rule);
    }

    [[nodiscard]] bool exceeds_limits() const {
        for (std::size_t p = 0; p < reactor_.product_count(); ++p) {
            const std::span<const std::uint16_t> members = reactor_.product(p);
            if (options_.max_molecules && members.size() > *options_.max_molecules) {
                return true;
            }
            for (const auto& [type, most] : max_copies_) {
                const auto copies =
                    std::count_if(members.begin(), members.end(), [&](std::uint16_t m) {
                        return reactor_.graph().molecule(m).type == type;
                    });
                if (static_cast<std::size_t>(copies) > most) {
                    return true;
                }
            }
        }
        return false;
    }

    // False: a product is filtered out, or a guard stopped the generation. Species are added only
    // once all products are known to be wanted.
    bool find_products(Rule& rule) {
        const std::size_t count = reactor_.product_count();
        product_ids_.assign(count, SpeciesId{});
        if (product_words_.size() < count) {
            product_words_.resize(count);
        }
        bool has_new = false;
        for (std::size_t p = 0; p < count; ++p) {
            canonicalizer_.encode(reactor_.graph(), reactor_.product(p), product_words_[p]);
            const std::optional<SpeciesId> found = table_.find(product_words_[p]);
            product_ids_[p] = found.value_or(kNewSpecies);
            has_new = has_new || !found;
            if (!rule.program.filters.empty()) {
                product_target_.load(SpeciesView{product_words_[p].data()},
                                     reactor_.product_compartment(p));
                if (!passes(rule.program, false, p, product_target_)) {
                    return false;
                }
            }
        }
        for (std::size_t p = 0; p < count && has_new; ++p) {
            if (product_ids_[p] != kNewSpecies) {
                continue;
            }
            if (const std::optional<SpeciesId> found = table_.find(product_words_[p])) {
                product_ids_[p] = *found;  // the product before was the same
                continue;
            }
            if (!may_grow(reactor_.product(p).size())) {
                return false;
            }
            product_ids_[p] = add_species(product_words_[p], reactor_.product_compartment(p));
            ++rule.species_made;
        }
        for (std::size_t p = count; p-- > 0;) {
            if (p < rule.program.is_fixed_product.size() && rule.program.is_fixed_product[p] != 0) {
                product_ids_.erase(product_ids_.begin() + static_cast<std::ptrdiff_t>(p));
            }
        }
        for (std::size_t p = 0; p < reactant_ids_.size(); ++p) {
            if (rule.program.is_fixed_reactant[p] != 0) {
                product_ids_.push_back(reactant_ids_[p]);
            }
        }
        return true;
    }

    bool add_reaction(Rule& rule) {
        Network& network = out_.network;
        const RateLawId law = rule.rate.law ? *rule.rate.law : local_law(rule);
        sorted_reactants_ = reactant_ids_;
        if (!has_ordered_reactants(network.rate_laws[law.value].kind)) {
            std::sort(sorted_reactants_.begin(), sorted_reactants_.end());
            std::sort(product_ids_.begin(), product_ids_.end());
        }
        if (sorted_reactants_ == product_ids_) {
            return true;
        }
        double factor = 1.0;
        if (!rule.rate.is_total) {
            factor = rule.program.symmetry;
            if (!compartments_.empty()) {
                factor *= size_factor();
            }
        }
        // A total rate is one number however many events there are.
        reactions_.add(sorted_reactants_, product_ids_, law, factor,
                       rule.rate.is_total ? 0.0 : factor, current_rule_);
        if (network.reaction_count() > options_.guard_reactions) {
            stop("ERB-NET-0011", fmt::format("more than {} reactions", options_.guard_reactions));
            return false;
        }
        return true;
    }

    [[nodiscard]] RateLawId local_law(Rule& rule) {
        counts_.clear();
        for (const LocalTerm& term : rule.rate.terms) {
            const SpeciesId s = reactant_ids_[term.pattern];
            product_target_.load(table_.view(s), places_[s.value]);
            std::optional<std::uint16_t> root;
            if (term.molecule) {
                root = rule.matches[term.pattern].image(chosen_[term.pattern])[*term.molecule];
            }
            counts_.push_back(counter_.weight(term.observable, product_target_, matcher_, root));
        }
        energy_change_.assign(energy_weights_.size(), 0.0);
        if (rule.rate.uses_energy) {
            for (std::size_t e = 0; e < energy_weights_.size(); ++e) {
                for (const SpeciesId s : product_ids_) {
                    energy_change_[e] += energy_weights_[e][s.value];
                }
                for (const SpeciesId s : reactant_ids_) {
                    energy_change_[e] -= energy_weights_[e][s.value];
                }
            }
        }
        return book_.law_for(current_rule_, rule.rate, counts_, energy_change_);
    }

    // Rate constants are per volume (or area times thickness), amounts are copies: all reactants
    // but one are divided by their compartment's size; a synthesis is multiplied by it.
    [[nodiscard]] double size_factor() const {
        double factor = 1.0;
        bool has_anchor = false;
        for (const bool surface : {true, false}) {
            for (const SpeciesId s : reactant_ids_) {
                const std::uint16_t place = places_[s.value];
                if (place == kNone || compartments_.is_surface(place) != surface) {
                    continue;
                }
                if (!has_anchor) {
                    has_anchor = true;
                    continue;
                }
                factor /= copies_per_unit_ * sizes_[place];
            }
        }
        if (reactant_ids_.empty() && !product_ids_.empty()) {
            const std::uint16_t place = places_[product_ids_.front().value];
            const bool is_one_place =
                std::all_of(product_ids_.begin(), product_ids_.end(),
                            [&](SpeciesId s) { return places_[s.value] == place; });
            if (place != kNone && is_one_place) {
                factor *= sizes_[place];
            }
        }
        return factor;
    }

    // --- guards

    [[nodiscard]] bool may_grow(std::size_t molecules) {
        largest_ = std::max(largest_, molecules);
        if (molecules > options_.guard_molecules) {
            stop("ERB-NET-0012",
                 fmt::format("a species of more than {} molecules", options_.guard_molecules));
        } else if (table_.size() >= options_.guard_species) {
            stop("ERB-NET-0010", fmt::format("more than {} species", options_.guard_species));
        } else if ((table_.size() & 0x3FFU) == 0 && memory() > options_.guard_bytes) {
            stop("ERB-NET-0013", fmt::format("more than {} MB of memory", options_.guard_bytes >> 20U));
        }
        return !errors_.has_errors();
    }

    void stop(const char* code, const std::string& what) {
        const auto growing = std::max_element(
            rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) {
                return a.species_made + a.species_made_before <
                       b.species_made + b.species_made_before;
            });
        const auto r = static_cast<std::size_t>(growing - rules_.begin());
        const std::size_t made = growing->species_made + growing->species_made_before;
        errors_.error(
            code, model_.rules[r].span,
            fmt::format("the network has {}; rule '{}' made {} of the newest species, the "
                        "largest of which has {} molecules",
                        what, model_.rules[r].name, made, largest_),
            "if the model means it, raise the guard; else bound the complexes (max_agg, "
            "max_stoich, or sites that polymers need)");
    }

    [[nodiscard]] std::size_t memory() const {
        std::size_t bytes = table_.memory() + reactions_.memory() + out_.network.memory();
        for (const Rule& rule : rules_) {
            for (const MatchList& list : rule.matches) {
                bytes += list.species.capacity() * sizeof(SpeciesId) +
                         list.images.capacity() * sizeof(std::uint16_t);
            }
        }
        return bytes;
    }

    bool report() {
        out_.peak_bytes = std::max(out_.peak_bytes, memory());
        if (!options_.progress ||
            options_.progress({out_.iterations + 1, table_.size(), out_.network.reaction_count(),
                               current_rule_.value})) {
            return true;
        }
        errors_.error("ERB-NET-0015", {}, "network generation was stopped on request");
        return false;
    }

    static constexpr SpeciesId kNewSpecies{0xFFFFFFFFU};

    const model::Model& model_;
    const GenerateOptions& options_;
    Generated out_;
    Diagnostics errors_;
    TypeTable types_;
    Compartments compartments_;
    FeatureTable features_;
    RateBook book_;
    Canonicalizer canonicalizer_;
    Reactor reactor_;
    Target target_;
    Target product_target_;
    Matcher matcher_;
    ObservableCounter counter_;
    ReactionTable reactions_;
    std::vector<Rule> rules_;
    RuleId current_rule_;

    SpeciesTable table_;
    std::vector<std::uint16_t> places_;  // by species: compartment
    std::vector<lang::Expression> seed_amounts_;
    std::vector<std::uint8_t> seed_is_fixed_;
    std::vector<CompiledPattern> energy_patterns_;
    std::vector<double> energy_scales_;
    std::vector<std::vector<double>> energy_weights_;  // by energy pattern, species
    bool uses_energy_{};
    std::vector<double> sizes_;  // by compartment
    double copies_per_unit_{1.0};
    std::vector<std::pair<std::uint16_t, std::size_t>> max_copies_;
    std::size_t observed_{};
    std::size_t largest_{};

    SpeciesGraph graph_;
    std::vector<std::uint16_t> members_;
    std::vector<std::uint16_t> words_;
    std::vector<std::size_t> begins_;
    std::vector<std::size_t> ends_;
    std::vector<std::size_t> chosen_;
    std::vector<Reactant> reactants_;
    std::vector<std::uint16_t> meeting_;
    std::vector<SpeciesId> reactant_ids_;
    std::vector<SpeciesId> sorted_reactants_;
    std::vector<SpeciesId> product_ids_;
    std::vector<std::vector<std::uint16_t>> product_words_;
    std::vector<double> counts_;
    std::vector<double> energy_change_;
};

}  // namespace

Outcome<Generated, Diagnostics> generate(const model::Model& model,
                                         const GenerateOptions& options) {
    return std::make_unique<Generator>(model, options)->run();
}

}  // namespace erbium::net
