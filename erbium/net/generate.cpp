// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "erbium/lang/expression_parser.hpp"
#include "erbium/net/active_rule.hpp"
#include "erbium/net/canonical.hpp"
#include "erbium/net/event_worker.hpp"
#include "erbium/net/growth.hpp"
#include "erbium/net/observables.hpp"
#include "erbium/net/rate_book.hpp"
#include "erbium/net/reaction_table.hpp"
#include "erbium/net/seeds.hpp"
#include "erbium/net/species_table.hpp"
#include "erbium/net/species_text.hpp"
#include "erbium/net/symmetry.hpp"
#include "erbium/net/worker_pool.hpp"

namespace erbium::net {
namespace {

/// The value that was set last.
std::optional<std::string> option(const model::Model& model, std::string_view name) {
    const auto set = std::find_if(model.options.rbegin(), model.options.rend(),
                                  [&](const auto& one) { return one.first == name; });
    return set == model.options.rend() ? std::nullopt : std::optional{set->second};
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
          counter_{model.observables, types_, features_, counting_options(model)},
          reactions_{out_.network},
          pool_{std::max(1U, options.threads)} {}

    Outcome<Generated, Diagnostics> run() {
        prepare();
        if (!errors_.has_errors()) {
            add_seeds();
        }
        if (!errors_.has_errors()) {
            add_workers();
            expand();
        }
        if (errors_.has_errors()) {
            if (is_stopped_) {  // the cause may be this
                errors_.append(polymerisation_warnings(model_));
            }
            return std::move(errors_);
        }
        if (!out_.is_complete) {
            warn_of_the_end();
        }
        write_species();
        out_.warnings.append(std::move(errors_));
        if (is_bounded()) {  // else the network has shown that its complexes are
            out_.warnings.append(polymerisation_warnings(model_));
        }
        return std::move(out_);
    }

private:
    // --- preparation

    void prepare() {
        rules_.resize(model_.rules.size());
        for (std::size_t r = 0; r < rules_.size(); ++r) {
            rules_[r].program =
                compile_rule(model_.rules[r], model_, types_, compartments_, features_, errors_);
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
                errors_.error(
                    "ERB-NET-0014", compartment.span,
                    fmt::format("the size of compartment '{}' has no value", compartment.name));
            } else if (!(*size > 0.0)) {
                errors_.error("ERB-NET-0014", compartment.span,
                              fmt::format("the size of compartment '{}' is {}; sizes are above 0",
                                          compartment.name, *size));
            }
            sizes_.push_back(size.value_or(1.0));
        }
        if (const auto per_unit = option(model_, "NumberPerQuantityUnit")) {
            // A number or a parameter.
            const auto value = lang::parse_expression(*per_unit);
            copies_per_unit_ = (value ? book_.value_of(value.value()) : std::nullopt).value_or(0.0);
        }
        for (const auto& [name, count] : options_.max_stoichiometry) {
            for (std::size_t t = 0; t < model_.molecule_types.size(); ++t) {
                if (model_.molecule_types[t].name == name) {
                    max_copies_.push_back({static_cast<std::uint16_t>(t), count});
                }
            }
        }
    }

    void add_seeds() {
        Canonicalizer canonicalizer{types_};
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
                const std::optional<std::uint16_t> found = compartments_.place_of(graph_, members_);
                if (!found || !compartments_.bonds_fit(graph_, members_)) {
                    errors_.error("ERB-NET-0014", seed.span,
                                  "this seed species is in no possible compartment",
                                  "give every molecule a compartment; bonds join one compartment "
                                  "or a surface and a volume that touch");
                    continue;
                }
                place = *found;
            }
            canonicalizer.encode(graph_, members_, words_);
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
            if (rules_[r].rate.is_total && !rules_[r].matches.empty()) {
                out_.warnings.warning(
                    "ERB-NET-0021", model_.rules[r].span,
                    fmt::format("TotalRate of rule '{}' leaves out the number of matches; the rate "
                                "is still multiplied by the amounts of the reactants",
                                model_.rules[r].name),
                    "so do BioNetGen's own networks; only a network-free simulation takes the rate "
                    "as the whole of it");
            }
        }
        target_.emplace(types_, features_);
        if (uses_energy_) {
            for (std::uint32_t s = 0; s < table_.size(); ++s) {
                weigh_energies(SpeciesId{s});
            }
        }
    }

    // --- species

    SpeciesId add_species(std::span<const std::uint16_t> words, std::uint16_t place) {
        const SpeciesId s = table_.insert(words);
        places_.push_back(place);
        if (uses_energy_) {
            weigh_energies(s);
        }
        return s;
    }

    void weigh_energies(SpeciesId s) {
        target_->load(table_.view(s), places_[s.value]);
        for (std::size_t e = 0; e < energy_patterns_.size(); ++e) {
            energy_weights_[e].push_back(
                static_cast<double>(matcher_.count(energy_patterns_[e], *target_)) *
                energy_scales_[e]);
        }
    }

    // What was not matched in a round because the rounds ended before.
    void write_species() {
        match_new(observed_, table_.size(),
                  [](EventWorker& worker, SpeciesId s) { worker.observe(s); });
        SpeciesWriter writer{model_, types_};
        std::string text;
        for (std::size_t s = 0; s < table_.size(); ++s) {
            text.clear();
            writer.write(table_.view(id_at<SpeciesId>(s)), places_[s], text);
            const bool is_seed = s < seed_amounts_.size();
            out_.network.add_species(text,
                                     is_seed ? seed_amounts_[s] : lang::Expression::constant(0.0),
                                     is_seed && seed_is_fixed_[s] != 0);
        }
    }

    // --- rounds

    void add_workers() {
        const Ground ground{types_,   compartments_, features_,
                            counter_, rules_,        table_,
                            places_,  max_copies_,   options_.max_molecules};
        for (unsigned w = 0; w < pool_.size(); ++w) {
            workers_.push_back(std::make_unique<EventWorker>(ground));
        }
    }

    // Shares `count` items out; work(worker, begin, end). Few items are done by one thread.
    template <class Work>
    unsigned share(std::size_t count, Work&& work) {
        constexpr std::size_t kLeastPerWorker = 64;
        const auto used = static_cast<unsigned>(
            std::clamp<std::size_t>(count / kLeastPerWorker, 1, workers_.size()));
        pool_.run(used, [&](unsigned w) {
            workers_[w]->clear();
            work(*workers_[w], count * w / used, count * (w + 1) / used);
        });
        return used;
    }

    // Species that workers look at side by side; what they find is taken over in the order of the
    // species.
    template <class Look>
    void match_new(std::size_t begin, std::size_t end, Look&& look) {
        constexpr std::size_t kSpeciesPerBlock = 1024;
        for (; begin < end; begin += kSpeciesPerBlock) {
            const std::size_t count = std::min(kSpeciesPerBlock, end - begin);
            const unsigned used =
                share(count, [&](EventWorker& worker, std::size_t from, std::size_t to) {
                    for (std::size_t s = from; s < to; ++s) {
                        look(worker, id_at<SpeciesId>(begin + s));
                    }
                });
            for (unsigned w = 0; w < used; ++w) {
                take_matches(*workers_[w]);
            }
        }
    }

    void take_matches(const EventWorker& worker) {
        for (const EventWorker::Found& found : worker.found()) {
            MatchList& list = rules_[found.rule].matches[found.pattern];
            list.species.insert(list.species.end(), found.count, found.species);
            const auto first = worker.images().begin() + found.first_image;
            list.images.insert(list.images.end(), first,
                               first + static_cast<std::ptrdiff_t>(found.count * list.stride));
        }
        for (const EventWorker::Observed& observed : worker.observed()) {
            out_.network.observables[observed.observable].terms.push_back(observed.term);
        }
    }

    void expand() {
        std::size_t done = 0;
        for (;;) {
            const bool is_first = out_.iterations == 0;
            if (options_.max_iterations && out_.iterations >= *options_.max_iterations) {
                out_.is_complete = done == table_.size() && !is_first;
                return;
            }
            const std::size_t end = table_.size();
            match_new(done, end, [](EventWorker& worker, SpeciesId s) { worker.match(s); });
            done = observed_ = end;
            for (ActiveRule& rule : rules_) {
                rule.species_made_before = rule.species_made;
                rule.species_made = 0;
            }
            last_rule_.reset();
            for (std::uint32_t r = 0; r < rules_.size(); ++r) {
                if (!add_events(r, is_first)) {
                    return;
                }
            }
            if (!run_events()) {
                return;
            }
            ++out_.iterations;
            if (table_.size() == end) {
                return;
            }
        }
    }

    // All combinations of matches with at least one on a new species, in BioNetGen's order: new
    // matches of the last pattern first, then those of the one before with all later ones, ...
    bool add_events(std::uint32_t r, bool is_first_round) {
        ActiveRule& rule = rules_[r];
        const std::size_t count = rule.matches.size();
        chosen_.assign(count, 0);
        if (count == 0) {
            return !is_first_round || add_event(r);
        }
        for (std::size_t fresh = count; fresh-- > 0;) {
            begins_.assign(count, 0);
            ends_.resize(count);
            bool is_empty = false;
            for (std::size_t p = 0; p < count; ++p) {
                ends_[p] = p < fresh ? rule.matches[p].old_size : rule.matches[p].species.size();
                begins_[p] = p == fresh ? rule.matches[p].old_size : 0;
                is_empty = is_empty || begins_[p] == ends_[p];
            }
            if (!is_empty && !add_combinations(r, count, 0)) {
                return false;
            }
        }
        for (MatchList& list : rule.matches) {
            list.old_size = list.species.size();
        }
        return true;
    }

    bool add_combinations(std::uint32_t r, std::size_t count, std::size_t p) {
        if (p == count) {
            return add_event(r);
        }
        for (std::size_t i = begins_[p]; i < ends_[p]; ++i) {
            chosen_[p] = static_cast<std::uint32_t>(i);
            if (!add_combinations(r, count, p + 1)) {
                return false;
            }
        }
        return true;
    }

    bool add_event(std::uint32_t r) {
        constexpr std::size_t kEventsPerBlock = 4096;
        event_rules_.push_back(r);
        event_matches_.insert(event_matches_.end(), chosen_.begin(), chosen_.end());
        event_ends_.push_back(event_matches_.size());
        return event_rules_.size() < kEventsPerBlock || run_events();
    }

    [[nodiscard]] Event event(std::size_t i) const {
        const std::size_t begin = i == 0 ? 0 : event_ends_[i - 1];
        return {event_rules_[i], {event_matches_.data() + begin, event_ends_[i] - begin}};
    }

    // Workers find the products of the block's events side by side; species and reactions are then
    // numbered in the order of the events, so that they do not depend on the number of threads.
    bool run_events() {
        const std::size_t count = event_rules_.size();
        const unsigned used =
            share(count, [&](EventWorker& worker, std::size_t from, std::size_t to) {
                for (std::size_t i = from; i < to; ++i) {
                    worker.fire(event(i));
                }
            });
        std::size_t i = 0;
        for (unsigned w = 0; w < used; ++w) {
            for (const Fired& fired : workers_[w]->fired()) {
                if (!take_event(event(i++), fired, *workers_[w])) {
                    return false;
                }
            }
        }
        event_rules_.clear();
        event_matches_.clear();
        event_ends_.clear();
        return report();
    }

    // --- one event

    // False: a guard stopped the generation.
    bool take_event(const Event& event, const Fired& fired, const EventWorker& worker) {
        ActiveRule& rule = rules_[event.rule];
        if (last_rule_ != event.rule) {
            last_rule_ = event.rule;
            reactions_.start_round();
        }
        switch (fired.kind) {
            case Fired::Kind::nothing:
                return true;
            case Fired::Kind::outside_compartment:
                warn_of_place(rule, event.rule);
                return true;
            case Fired::Kind::too_many_sites:
                stop("ERB-NET-0012", fmt::format("reactants of more than {} sites", kMaxSites));
                return false;
            case Fired::Kind::products:
                break;
        }
        reactant_ids_.resize(rule.matches.size());
        for (std::size_t p = 0; p < reactant_ids_.size(); ++p) {
            reactant_ids_[p] = rule.matches[p].species[event.chosen[p]];
        }
        return take_products(rule, worker.products(fired), worker) && add_reaction(rule, event);
    }

    void warn_of_place(ActiveRule& rule, std::uint32_t r) {
        if (rule.has_warned_of_place) {
            return;
        }
        rule.has_warned_of_place = true;
        out_.warnings.warning(
            "ERB-NET-0018", model_.rules[r].span,
            fmt::format("rule '{}' would put molecules where they cannot be; those reactions are "
                        "left out",
                        model_.rules[r].name));
    }

    bool take_products(ActiveRule& rule, std::span<const Product> products,
                       const EventWorker& worker) {
        product_ids_.clear();
        for (const Product& product : products) {
            std::optional<SpeciesId> s = product.known;
            if (!s) {
                const std::span<const std::uint16_t> words = worker.words(product);
                s = table_.find(words);  // an event before may have made it
                if (!s) {
                    if (!may_grow(product.molecules)) {
                        return false;
                    }
                    s = add_species(words, product.place);
                    ++rule.species_made;
                }
            }
            product_ids_.push_back(*s);
        }
        for (std::size_t p = products.size(); p-- > 0;) {
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

    bool add_reaction(ActiveRule& rule, const Event& event) {
        Network& network = out_.network;
        const RateLawId law = rule.rate.law ? *rule.rate.law : local_law(rule, event);
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
        // Far from where sums of factors, and rates with them, lose their value.
        if (!(factor > 1e-200 && factor < 1e200)) {
            is_stopped_ = true;
            errors_.error("ERB-NET-0022", model_.rules[event.rule].span,
                          fmt::format("sizes of compartments and NumberPerQuantityUnit give a "
                                      "reaction of rule '{}' the factor {}",
                                      model_.rules[event.rule].name, factor),
                          "sizes are in the unit of volume that the rate constants are in");
            return false;
        }
        // A total rate counts once however many events there are.
        reactions_.add(sorted_reactants_, product_ids_, law, factor,
                       rule.rate.is_total ? 0.0 : factor, RuleId{event.rule});
        if (network.reaction_count() > options_.guard_reactions) {
            stop("ERB-NET-0011", fmt::format("more than {} reactions", options_.guard_reactions));
            return false;
        }
        return true;
    }

    [[nodiscard]] RateLawId local_law(ActiveRule& rule, const Event& event) {
        counts_.clear();
        for (const LocalTerm& term : rule.rate.terms) {
            const SpeciesId s = reactant_ids_[term.pattern];
            target_->load(table_.view(s), places_[s.value]);
            std::optional<std::uint16_t> root;
            if (term.molecule) {
                root = rule.matches[term.pattern].image(event.chosen[term.pattern])[*term.molecule];
            }
            counts_.push_back(counter_.weight(term.observable, *target_, matcher_, root));
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
        return book_.law_for(RuleId{event.rule}, rule.rate, counts_, energy_change_);
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
        }
        return !errors_.has_errors();
    }

    // The rule that made most of the species of this round and the one before.
    [[nodiscard]] std::size_t growing_rule() const {
        const auto growing = std::max_element(rules_.begin(), rules_.end(),
                                              [](const ActiveRule& a, const ActiveRule& b) {
                                                  return a.species_made + a.species_made_before <
                                                         b.species_made + b.species_made_before;
                                              });
        return static_cast<std::size_t>(growing - rules_.begin());
    }

    // Whether a limit, not the rules, may have ended the network.
    [[nodiscard]] bool is_bounded() const {
        return !out_.is_complete || options_.max_molecules || !max_copies_.empty();
    }

    void stop(const char* code, const std::string& what) {
        is_stopped_ = true;
        const std::size_t r = growing_rule();
        const std::size_t made = rules_[r].species_made + rules_[r].species_made_before;
        errors_.error(
            code, model_.rules[r].span,
            fmt::format("the network has {}; rule '{}' made {} of the newest species, the "
                        "largest of which has {} molecules",
                        what, model_.rules[r].name, made, largest_),
            "if the model means it, raise the guard; else bound the complexes (max_agg, "
            "max_stoich, or sites that polymers need)");
    }

    // The rounds that were asked for were too few.
    void warn_of_the_end() {
        const std::size_t r = growing_rule();
        if (rules_.empty() || rules_[r].species_made == 0) {
            return;
        }
        out_.warnings.warning(
            "ERB-NET-0020", model_.rules[r].span,
            fmt::format("the network is not complete after {} round{}: rule '{}' made {} of the "
                        "newest species",
                        out_.iterations, out_.iterations == 1 ? "" : "s", model_.rules[r].name,
                        rules_[r].species_made),
            "ask for more rounds (max_iter), if the limit was not meant");
    }

    [[nodiscard]] std::size_t memory() const {
        std::size_t bytes = table_.memory() + reactions_.memory() + out_.network.memory();
        for (const ActiveRule& rule : rules_) {
            for (const MatchList& list : rule.matches) {
                bytes += list.species.capacity() * sizeof(SpeciesId) +
                         list.images.capacity() * sizeof(std::uint16_t);
            }
        }
        return bytes;
    }

    // After each block of events. False: to be stopped.
    bool report() {
        const std::size_t bytes = memory();
        out_.peak_bytes = std::max(out_.peak_bytes, bytes);
        if (bytes > options_.guard_bytes) {
            stop("ERB-NET-0013",
                 fmt::format("more than {} MB of memory", options_.guard_bytes >> 20U));
            return false;
        }
        if (!options_.progress ||
            options_.progress({out_.iterations + 1, table_.size(), out_.network.reaction_count(),
                               last_rule_.value_or(0)})) {
            return true;
        }
        errors_.error("ERB-NET-0015", {}, "network generation was stopped on request");
        return false;
    }

    const model::Model& model_;
    const GenerateOptions& options_;
    Generated out_;
    Diagnostics errors_;
    TypeTable types_;
    Compartments compartments_;
    FeatureTable features_;
    RateBook book_;
    std::optional<Target> target_;  // once all patterns are compiled
    Matcher matcher_;
    ObservableCounter counter_;
    ReactionTable reactions_;
    std::vector<ActiveRule> rules_;
    std::optional<std::uint32_t> last_rule_;  // of the events of this round
    WorkerPool pool_;
    std::vector<std::unique_ptr<EventWorker>> workers_;

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
    std::vector<MaxCopies> max_copies_;
    std::size_t observed_{};
    std::size_t largest_{};
    bool is_stopped_{};  // by a guard

    SpeciesGraph graph_;
    std::vector<std::uint16_t> members_;
    std::vector<std::uint16_t> words_;
    std::vector<std::size_t> begins_;
    std::vector<std::size_t> ends_;
    std::vector<std::uint32_t> chosen_;
    std::vector<std::uint32_t> event_rules_;    // of the block: by event, its rule ...
    std::vector<std::uint32_t> event_matches_;  // ... and its matches, one after another
    std::vector<std::size_t> event_ends_;
    std::vector<SpeciesId> reactant_ids_;
    std::vector<SpeciesId> sorted_reactants_;
    std::vector<SpeciesId> product_ids_;
    std::vector<double> counts_;
    std::vector<double> energy_change_;
};

}  // namespace

Outcome<Generated, Diagnostics> generate(const model::Model& model,
                                         const GenerateOptions& options) {
    return std::make_unique<Generator>(model, options)->run();
}

}  // namespace erbium::net
