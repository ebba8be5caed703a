// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/event_worker.hpp"

#include <algorithm>

namespace erbium::net {

EventWorker::EventWorker(const Ground& ground)
    : ground_{ground},
      target_{ground.types, ground.features},
      product_target_{ground.types, ground.features},
      reactor_{ground.types, ground.compartments},
      canonicalizer_{ground.types} {}

void EventWorker::clear() noexcept {
    found_.clear();
    images_.clear();
    observed_.clear();
    fired_.clear();
    products_.clear();
    words_.clear();
}

// --- matches

void EventWorker::observe(SpeciesId s) {
    target_.load(ground_.species.view(s), ground_.places[s.value]);
    weigh(s);
}

void EventWorker::weigh(SpeciesId s) {
    for (std::uint32_t o = 0; o < ground_.counter.size(); ++o) {
        const double weight = ground_.counter.weight(o, target_, matcher_);
        if (weight != 0.0) {
            observed_.push_back({o, {s, weight}});
        }
    }
}

void EventWorker::match(SpeciesId s) {
    observe(s);
    for (std::uint32_t r = 0; r < ground_.rules.size(); ++r) {
        const RuleProgram& program = ground_.rules[r].program;
        for (std::uint32_t p = 0; p < program.reactants.size(); ++p) {
            if (target_.may_match(program.reactants[p]) &&
                (program.filters.empty() || passes(program, true, p, target_))) {
                add_matches(r, p, s);
            }
        }
    }
}

// Keeps the first of the matches that agree on what the rule changes.
void EventWorker::add_matches(std::uint32_t r, std::uint32_t p, SpeciesId s) {
    const RuleProgram& program = ground_.rules[r].program;
    const std::vector<std::uint16_t>& centre = program.centre_images[p];
    const std::size_t stride = ground_.rules[r].matches[p].stride;
    const std::size_t first = images_.size();
    matcher_.for_each(program.reactants[p], target_, [&](const Embedding& embedding) {
        const auto image_of = [&](std::uint16_t node) {
            return node < embedding.molecules.size()
                       ? embedding.molecules[node]
                       : embedding.sites[node - embedding.molecules.size()];
        };
        for (std::size_t known = first; known < images_.size(); known += stride) {
            if (std::all_of(centre.begin(), centre.end(), [&](std::uint16_t node) {
                    return images_[known + node] == image_of(node);
                })) {
                return true;
            }
        }
        images_.insert(images_.end(), embedding.molecules.begin(), embedding.molecules.end());
        images_.insert(images_.end(), embedding.sites.begin(), embedding.sites.end());
        return !centre.empty();
    });
    if (images_.size() > first) {
        found_.push_back({r, p, s, static_cast<std::uint32_t>(first),
                          static_cast<std::uint32_t>((images_.size() - first) / stride)});
    }
}

bool EventWorker::passes(const RuleProgram& program, bool is_reactant, std::size_t position,
                         const Target& target) {
    bool has_include = false;
    bool is_included = false;
    for (const CompiledFilter& filter : program.filters) {
        if (filter.is_reactant != is_reactant || filter.position != position) {
            continue;
        }
        const bool matches =
            std::any_of(filter.patterns.begin(), filter.patterns.end(),
                        [&](const CompiledPattern& p) { return matcher_.has_match(p, target); });
        if (!filter.includes && matches) {
            return false;
        }
        has_include = has_include || filter.includes;
        is_included = is_included || (filter.includes && matches);
    }
    return is_included || !has_include;
}

// --- events

void EventWorker::fire(const Event& event) {
    fired_.push_back(result_of(event));
}

Fired EventWorker::result_of(const Event& event) {
    const ActiveRule& rule = ground_.rules[event.rule];
    const std::size_t count = rule.matches.size();
    reactants_.resize(count);
    std::size_t sites = 0;
    for (std::size_t p = 0; p < count; ++p) {
        const SpeciesId s = rule.matches[p].species[event.chosen[p]];
        reactants_[p] = Reactant{ground_.species.view(s), ground_.places[s.value],
                                 rule.matches[p].image(event.chosen[p])};
        sites += reactants_[p].species.site_count();
    }
    if (count > 1 && !ground_.compartments.empty()) {
        meeting_.clear();
        for (const Reactant& reactant : reactants_) {
            meeting_.push_back(reactant.compartment);
        }
        if (!ground_.compartments.can_meet(meeting_)) {
            return {};
        }
    }
    for (const CreatedMolecule& created : rule.program.created) {
        sites += created.states.size();
    }
    if (sites >= kMaxSites) {
        return {Fired::Kind::too_many_sites, 0, 0};
    }
    const Firing firing = reactor_.apply(rule.program, reactants_);
    if (firing != Firing::fires) {
        return {firing == Firing::outside_compartment ? Fired::Kind::outside_compartment
                                                      : Fired::Kind::nothing,
                0, 0};
    }
    const auto first = static_cast<std::uint32_t>(products_.size());
    if (exceeds_limits() || !find_products(rule.program)) {
        products_.resize(first);
        return {};
    }
    return {Fired::Kind::products, first, static_cast<std::uint32_t>(products_.size()) - first};
}

bool EventWorker::exceeds_limits() const {
    for (std::size_t p = 0; p < reactor_.product_count(); ++p) {
        const std::span<const std::uint16_t> members = reactor_.product(p);
        if (ground_.max_molecules && members.size() > *ground_.max_molecules) {
            return true;
        }
        for (const MaxCopies& limit : ground_.max_copies) {
            const auto copies = std::count_if(members.begin(), members.end(), [&](std::uint16_t m) {
                return reactor_.graph().molecule(m).type == limit.type;
            });
            if (static_cast<std::size_t>(copies) > limit.most) {
                return true;
            }
        }
    }
    return false;
}

// False: a product is filtered out.
bool EventWorker::find_products(const RuleProgram& program) {
    for (std::size_t p = 0; p < reactor_.product_count(); ++p) {
        const std::span<const std::uint16_t> members = reactor_.product(p);
        canonicalizer_.encode(reactor_.graph(), members, encoded_);
        Product product{ground_.species.find(encoded_), 0, 0, reactor_.product_compartment(p),
                        static_cast<std::uint16_t>(members.size())};
        if (!program.filters.empty()) {
            product_target_.load(SpeciesView{encoded_.data()}, product.place);
            if (!passes(program, false, p, product_target_)) {
                return false;
            }
        }
        if (!product.known) {
            product.words_begin = static_cast<std::uint32_t>(words_.size());
            words_.insert(words_.end(), encoded_.begin(), encoded_.end());
            product.words_end = static_cast<std::uint32_t>(words_.size());
        }
        products_.push_back(product);
    }
    return true;
}

}  // namespace erbium::net
