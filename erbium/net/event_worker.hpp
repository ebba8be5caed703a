// SPDX-License-Identifier: Apache-2.0
// erbium/net/event_worker.hpp: the part of network generation that several threads do side by side.
// Reads: species and matches so far   Makes: matches of new species, products of events
// Used by: generate
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "erbium/net/active_rule.hpp"
#include "erbium/net/apply.hpp"
#include "erbium/net/canonical.hpp"
#include "erbium/net/match.hpp"
#include "erbium/net/observables.hpp"
#include "erbium/net/species_table.hpp"

namespace erbium::net {

/// What workers read. Nothing of it changes while they work.
struct Ground {
    const TypeTable& types;
    const Compartments& compartments;
    const FeatureTable& features;
    const ObservableCounter& counter;
    const std::vector<ActiveRule>& rules;
    const SpeciesTable& species;
    const std::vector<std::uint16_t>& places;  ///< by species: compartment
    const std::vector<MaxCopies>& max_copies;
    std::optional<std::size_t> max_molecules;
};

/// A rule on one match per reactant pattern.
struct Event {
    std::uint32_t rule{};
    std::span<const std::uint32_t> chosen;  ///< by pattern: into its MatchList
};

/// One product of an event: a species that was known, or the words of one that was not.
struct Product {
    std::optional<SpeciesId> known;
    std::uint32_t words_begin{};
    std::uint32_t words_end{};
    std::uint16_t place{};
    std::uint16_t molecules{};
};

/// What became of an event.
struct Fired {
    enum class Kind : std::uint8_t {
        nothing,              ///< its reactants cannot meet, or its products are not wanted
        outside_compartment,  ///< likewise, and the rule is to be warned about
        too_many_sites,
        products
    };
    Kind kind{Kind::nothing};
    std::uint32_t first_product{};
    std::uint32_t product_count{};
};

/// Does a stretch of the work, with buffers of its own; results are kept until the next clear().
/// They depend on the ground and the event alone, so that who does what does not matter.
class EventWorker {
public:
    explicit EventWorker(const Ground& ground);

    /// Matches of one pattern on one species: `count` images of the pattern's stride.
    struct Found {
        std::uint32_t rule{};
        std::uint32_t pattern{};
        SpeciesId species;
        std::uint32_t first_image{};
        std::uint32_t count{};
    };
    struct Observed {
        std::uint32_t observable{};
        ObservableTerm term;
    };

    void clear() noexcept;

    /// Lays the reactant patterns of all rules onto a species, and weighs it in the observables.
    void match(SpeciesId s);
    /// Only weighs it in the observables.
    void observe(SpeciesId s);
    /// Applies a rule.
    void fire(const Event& event);

    [[nodiscard]] const std::vector<Found>& found() const noexcept { return found_; }
    [[nodiscard]] const std::vector<std::uint16_t>& images() const noexcept { return images_; }
    [[nodiscard]] const std::vector<Observed>& observed() const noexcept { return observed_; }
    /// By event, in the order of fire().
    [[nodiscard]] const std::vector<Fired>& fired() const noexcept { return fired_; }
    [[nodiscard]] std::span<const Product> products(const Fired& event) const noexcept {
        return {products_.data() + event.first_product, event.product_count};
    }
    [[nodiscard]] std::span<const std::uint16_t> words(const Product& product) const noexcept {
        return {words_.data() + product.words_begin, product.words_end - product.words_begin};
    }

private:
    [[nodiscard]] Fired result_of(const Event& event);
    void weigh(SpeciesId s);
    void add_matches(std::uint32_t r, std::uint32_t p, SpeciesId s);
    [[nodiscard]] bool passes(const RuleProgram& program, bool is_reactant, std::size_t position,
                              const Target& target);
    [[nodiscard]] bool exceeds_limits() const;
    [[nodiscard]] bool find_products(const RuleProgram& program);

    const Ground ground_;
    Target target_;
    Target product_target_;
    Matcher matcher_;
    Reactor reactor_;
    Canonicalizer canonicalizer_;
    std::vector<Reactant> reactants_;
    std::vector<std::uint16_t> meeting_;
    std::vector<std::uint16_t> encoded_;

    std::vector<Found> found_;
    std::vector<std::uint16_t> images_;
    std::vector<Observed> observed_;
    std::vector<Fired> fired_;
    std::vector<Product> products_;
    std::vector<std::uint16_t> words_;
};

}  // namespace erbium::net
