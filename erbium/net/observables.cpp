// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/observables.hpp"

#include "erbium/net/symmetry.hpp"

namespace erbium::net {
namespace {

bool holds(const model::CountTest& test, std::uint64_t count) {
    using Relation = model::CountTest::Relation;
    switch (test.relation) {
        case Relation::equal:
            return count == test.count;
        case Relation::not_equal:
            return count != test.count;
        case Relation::less:
            return count < test.count;
        case Relation::less_equal:
            return count <= test.count;
        case Relation::greater:
            return count > test.count;
        case Relation::greater_equal:
            return count >= test.count;
    }
    return false;
}

}  // namespace

ObservableCounter::ObservableCounter(const std::vector<model::Observable>& observables,
                                     const TypeTable& types, FeatureTable& features,
                                     CountingOptions options)
    : options_{options} {
    for (const model::Observable& observable : observables) {
        Compiled compiled;
        compiled.counts_species = observable.kind == model::ObservableKind::species;
        for (const model::Pattern& pattern : observable.patterns) {
            Part part{compile_pattern(pattern, types, features), pattern.count, 1.0};
            if (!compiled.counts_species && options.counts_unique_matches) {
                part.scale = 1.0 / static_cast<double>(automorphism_count(pattern, types));
            }
            compiled.parts.push_back(std::move(part));
        }
        observables_.push_back(std::move(compiled));
    }
}

double ObservableCounter::weight(std::size_t o, const Target& target, Matcher& matcher,
                                 std::optional<std::uint16_t> root) const {
    const Compiled& observable = observables_[o];
    double weight = 0.0;
    for (const Part& part : observable.parts) {
        if (!observable.counts_species || part.test) {
            const std::uint64_t count = root ? matcher.count_rooted(part.pattern, target, *root)
                                             : matcher.count(part.pattern, target);
            if (!observable.counts_species) {
                weight += static_cast<double>(count) * part.scale;
                continue;
            }
            weight += holds(*part.test, count) ? 1.0 : 0.0;
        } else {
            const bool has_match = root ? matcher.count_rooted(part.pattern, target, *root) > 0
                                        : matcher.has_match(part.pattern, target);
            weight += has_match ? 1.0 : 0.0;
        }
        if (weight > 0.0 && options_.counts_species_once) {
            return 1.0;
        }
    }
    return weight;
}

}  // namespace erbium::net
