// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/lumping.hpp"

#include <algorithm>
#include <compare>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "erbium/net/product_form.hpp"

namespace erbium::net {
namespace {

using lang::ExpressionNode;
using lang::Op;

/// What outputs, rates and events read, however indirectly.
class Needed {
public:
    Needed(const Network& network, const LumpOptions& options)
        : network_{network},
          observables_(network.observables.size()),
          functions_(network.functions.size()) {
        for (std::size_t o = 0; o < network.observables.size(); ++o) {
            places_.emplace(network.observables[o].name, std::pair{false, o});
        }
        for (std::size_t f = 0; f < network.functions.size(); ++f) {
            places_.emplace(network.functions[f].name, std::pair{true, f});
        }
        for (const std::string& name : options.outputs) {
            open_.push_back(name);
        }
        for (const auto& [name, unused] : places_) {
            if (options.outputs.empty()) {
                open_.push_back(name);
            }
        }
        for (const RateLaw& law : network.rate_laws) {
            open_.insert(open_.end(), law.names.begin(), law.names.end());
        }
        for (const NetworkEvent& event : network.events) {
            for (const Expression* part : {&event.trigger, &event.delay, &event.priority}) {
                read(*part);
            }
            for (const NetworkEventAssignment& assignment : event.assignments) {
                read(assignment.value);
                read(assignment.factor);
            }
        }
        close();
    }

    [[nodiscard]] bool observable(std::size_t o) const noexcept { return observables_[o]; }
    [[nodiscard]] bool function(std::size_t f) const noexcept { return functions_[f]; }

private:
    void read(const Expression& expression) {
        for (const ExpressionNode& node : expression.nodes()) {
            if (node.op == Op::name || node.op == Op::call) {
                open_.push_back(node.text);
            }
        }
    }

    void close() {
        while (!open_.empty()) {
            const auto at = places_.find(open_.back());
            open_.pop_back();
            if (at == places_.end()) {
                continue;  // a parameter, a built-in function, `time`
            }
            const auto [is_function, i] = at->second;
            if (!is_function) {
                observables_[i] = true;
            } else if (!functions_[i]) {
                functions_[i] = true;
                read(network_.functions[i].value);
            }
        }
    }

    const Network& network_;
    std::vector<bool> observables_;
    std::vector<bool> functions_;
    std::map<std::string, std::pair<bool, std::size_t>, std::less<>> places_;
    std::vector<std::string> open_;
};

/// A law whose rate is a constant or function times the product of the reactants.
bool is_product(RateLawKind kind) noexcept {
    return kind == RateLawKind::mass_action || kind == RateLawKind::function;
}

struct Change {
    std::uint32_t species{};
    double amount{};
};

std::vector<Change> changes_of(const Network& network, ReactionId r) {
    std::vector<Change> changes;
    const auto add = [&](SpeciesId species, double amount) {
        if (network.is_fixed(species)) {
            return;
        }
        const auto at = std::lower_bound(
            changes.begin(), changes.end(), species.value,
            [](const Change& change, std::uint32_t s) { return change.species < s; });
        if (at != changes.end() && at->species == species.value) {
            at->amount += amount;
        } else {
            changes.insert(at, {species.value, amount});
        }
    };
    for (const SpeciesId s : network.reactants(r)) {
        add(s, -1.0);
    }
    for (const SpeciesId s : network.products(r)) {
        add(s, 1.0);
    }
    std::erase_if(changes, [](const Change& change) { return change.amount == 0.0; });
    return changes;
}

/// Splits species into blocks until all of a block change all blocks alike.
class Partition {
public:
    Partition(const Network& network, const LumpOptions& options, const Needed& needed)
        : network_{network}, block_(network.species_count()), terms_(network.species_count()) {
        separate(options, needed);
        find_terms();
        for (std::size_t before = 0; before != count_ && !is_finest();) {
            before = count_;
            split();
        }
    }

    /// Each species is a block by itself.
    [[nodiscard]] bool is_finest() const noexcept { return count_ == block_.size(); }
    /// By species; blocks are numbered by their first species.
    [[nodiscard]] const std::vector<std::uint32_t>& blocks() const noexcept { return block_; }

private:
    /// df/dX has, in the rate of reaction `reaction`, this coefficient of the product of `partner`
    /// and the law's symbol.
    struct Term {
        std::uint32_t partner{};  // interned (law, other reactants)
        std::uint32_t reaction{};
        double coefficient{};
    };
    struct Entry {
        std::uint32_t partner{};
        std::uint32_t block{};
        double coefficient{};
        auto operator<=>(const Entry&) const = default;
    };
    using Signature = std::vector<Entry>;

    /// The first partition: by weights in what is needed; some species alone.
    void separate(const LumpOptions& options, const Needed& needed) {
        std::vector<std::vector<std::pair<std::size_t, double>>> weights(block_.size());
        for (std::size_t o = 0; o < network_.observables.size(); ++o) {
            for (const ObservableTerm& term : network_.observables[o].terms) {
                if (needed.observable(o)) {
                    weights[term.species.value].emplace_back(o, term.weight);
                }
            }
        }
        constexpr std::size_t kAlone = std::numeric_limits<std::size_t>::max();
        const auto set_alone = [&](SpeciesId s) {
            weights[s.value] = {{kAlone, static_cast<double>(s.value)}};
        };
        std::for_each(options.alone.begin(), options.alone.end(), set_alone);
        for (const NetworkEvent& event : network_.events) {
            for (const NetworkEventAssignment& assignment : event.assignments) {
                if (const auto* species = std::get_if<SpeciesId>(&assignment.target)) {
                    set_alone(*species);
                }
            }
        }
        for (std::uint32_t r = 0; r < network_.reaction_count(); ++r) {
            if (has_ordered_reactants(network_.rate_law(ReactionId{r}).kind)) {
                const auto reactants = network_.reactants(ReactionId{r});
                std::for_each(reactants.begin(), reactants.end(), set_alone);
            }
        }
        for (const ReactionId r : network_.quasi_steady_reactions()) {
            for (const auto& side : {network_.reactants(r), network_.products(r)}) {
                std::for_each(side.begin(), side.end(), set_alone);
            }
        }
        for (std::uint32_t s = 0; s < block_.size(); ++s) {
            if (network_.is_fixed(SpeciesId{s}) || network_.is_algebraic(SpeciesId{s})) {
                set_alone(SpeciesId{s});
            }
        }
        number(weights);
    }

    void find_terms() {
        std::map<std::pair<RateLawKind, std::vector<std::string>>, std::uint32_t> laws;
        std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, std::uint32_t> partners;
        changes_.reserve(network_.reaction_count());
        for (std::uint32_t r = 0; r < network_.reaction_count(); ++r) {
            changes_.push_back(changes_of(network_, ReactionId{r}));
            const RateLaw& law = network_.rate_law(ReactionId{r});
            if (!is_product(law.kind) || changes_.back().empty()) {
                continue;
            }
            const std::uint32_t symbol =
                laws.emplace(std::pair{law.kind, law.names}, laws.size()).first->second;
            const auto reactants = network_.reactants(ReactionId{r});  // ascending
            for (std::size_t i = 0; i < reactants.size(); ++i) {
                if (i > 0 && reactants[i] == reactants[i - 1]) {
                    continue;
                }
                std::vector<std::uint32_t> others;
                double multiplicity = 1.0;
                for (std::size_t j = 0; j < reactants.size(); ++j) {
                    if (j != i) {
                        others.push_back(reactants[j].value);
                        multiplicity += reactants[j] == reactants[i] ? 1.0 : 0.0;
                    }
                }
                const std::uint32_t partner =
                    partners.emplace(std::pair{symbol, std::move(others)}, partners.size())
                        .first->second;
                terms_[reactants[i].value].push_back(
                    {partner, r, multiplicity * network_.factor(ReactionId{r})});
            }
        }
    }

    [[nodiscard]] Signature signature_of(std::uint32_t species) const {
        Signature all;
        for (const Term& term : terms_[species]) {
            for (const Change& change : changes_[term.reaction]) {
                all.push_back(
                    {term.partner, block_[change.species], term.coefficient * change.amount});
            }
        }
        // Summed in the order of their sizes, so that equal summands give equal sums.
        std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
            return std::tie(a.partner, a.block, a.coefficient) <
                   std::tie(b.partner, b.block, b.coefficient);
        });
        Signature sums;
        for (std::size_t i = 0; i < all.size();) {
            Entry sum = all[i];
            for (++i; i < all.size() && all[i].partner == sum.partner && all[i].block == sum.block;
                 ++i) {
                sum.coefficient += all[i].coefficient;
            }
            if (sum.coefficient != 0.0) {
                sums.push_back(sum);
            }
        }
        return sums;
    }

    void split() {
        std::vector<std::size_t> size(count_);
        for (const std::uint32_t block : block_) {
            ++size[block];
        }
        std::vector<std::pair<std::uint32_t, Signature>> keys(block_.size());
        for (std::uint32_t s = 0; s < block_.size(); ++s) {
            keys[s] = {block_[s], size[block_[s]] > 1 ? signature_of(s) : Signature{}};
        }
        number(keys);
    }

    /// Equal keys are one block.
    template <class Key>
    void number(const std::vector<Key>& keys) {
        std::vector<std::uint32_t> order(keys.size());
        std::iota(order.begin(), order.end(), 0U);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
        std::vector<std::uint32_t> first(keys.size());  // of the same key
        for (std::size_t i = 0; i < order.size(); ++i) {
            const bool is_same = i > 0 && keys[order[i]] == keys[order[i - 1]];
            first[order[i]] = is_same ? first[order[i - 1]] : order[i];
        }
        count_ = 0;
        for (std::uint32_t s = 0; s < keys.size(); ++s) {
            block_[s] = first[s] == s ? static_cast<std::uint32_t>(count_++) : block_[first[s]];
        }
    }

    const Network& network_;
    std::vector<std::uint32_t> block_;
    std::size_t count_{};
    std::vector<std::vector<Term>> terms_;      // by species
    std::vector<std::vector<Change>> changes_;  // by reaction
};

bool is_zero(const Expression& amount) {
    return amount.is_constant() && amount.nodes().front().number == 0.0;
}

Expression sum_of(const Expression& a, const Expression& b) {
    if (is_zero(a)) {
        return b;
    }
    if (is_zero(b)) {
        return a;
    }
    if (a.is_constant() && b.is_constant()) {
        return Expression::constant(a.nodes().front().number + b.nodes().front().number);
    }
    std::vector<ExpressionNode> nodes = a.nodes();
    nodes.insert(nodes.end(), b.nodes().begin(), b.nodes().end());
    nodes.push_back({.op = Op::add, .arity = 2});
    for (ExpressionNode& node : nodes) {
        node.begin = node.end = 0;  // it stands in no text
    }
    return Expression{std::move(nodes), nullptr};
}

/// The reactions among lumps, equal ones joined.
void write_reactions(const Network& network, const std::vector<SpeciesId>& lump_of,
                     const std::vector<SpeciesId>& first_of, Network& out) {
    std::map<std::tuple<std::vector<SpeciesId>, std::vector<SpeciesId>, std::uint32_t, bool>,
             ReactionId>
        known;
    const auto quick = network.quasi_steady_reactions();
    std::vector<ReactionId> quasi_steady;
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        const ReactionId reaction{r};
        std::vector<SpeciesId> sides[2];
        bool is_of_first = true;  // all of a lump's sum counts as its first species
        for (const SpeciesId s : network.reactants(reaction)) {
            sides[0].push_back(lump_of[s.value]);
            is_of_first = is_of_first && first_of[lump_of[s.value].value] == s;
        }
        for (const SpeciesId s : network.products(reaction)) {
            sides[1].push_back(lump_of[s.value]);
        }
        const RateLaw& law = network.rate_law(reaction);
        if (is_product(law.kind) && !is_of_first) {
            continue;
        }
        if (!has_ordered_reactants(law.kind)) {
            std::sort(sides[0].begin(), sides[0].end());
            std::sort(sides[1].begin(), sides[1].end());
            if (sides[0] == sides[1]) {
                continue;
            }
        }
        const bool is_quick = std::binary_search(quick.begin(), quick.end(), reaction);
        const auto [at, is_new] = known.try_emplace(
            std::tuple{sides[0], sides[1], network.rate_law_id(reaction).value, is_quick});
        if (is_new) {
            at->second = out.add_reaction(sides[0], sides[1], network.rate_law_id(reaction),
                                          network.factor(reaction), network.rule(reaction));
        } else {
            out.add_to_factor(at->second, network.factor(reaction));
        }
        if (is_quick) {
            quasi_steady.push_back(at->second);
        }
    }
    out.set_quasi_steady(std::move(quasi_steady));
}

/// Of a network as it stands; nothing where no two species are lumped and `only_smaller`.
std::optional<Lumping> lump_as_written(const Network& network, const LumpOptions& options,
                                       bool only_smaller) {
    const Needed needed{network, options};
    const Partition partition{network, options, needed};
    if (only_smaller && partition.is_finest()) {
        return std::nullopt;
    }
    Lumping result;
    Network& out = result.network;
    std::vector<Expression> amounts;
    std::vector<SpeciesId> first_of;
    for (std::uint32_t s = 0; s < network.species_count(); ++s) {
        const std::uint32_t block = partition.blocks()[s];
        if (block == amounts.size()) {
            amounts.push_back(network.initial_amount(SpeciesId{s}));
            first_of.push_back(SpeciesId{s});
        } else {
            amounts[block] = sum_of(amounts[block], network.initial_amount(SpeciesId{s}));
        }
        result.lump_of.push_back(SpeciesId{block});
    }
    for (std::size_t block = 0; block < amounts.size(); ++block) {
        out.add_species(network.species_text(first_of[block]), std::move(amounts[block]),
                        network.is_fixed(first_of[block]));
        if (network.is_algebraic(first_of[block])) {
            out.set_algebraic(id_at<SpeciesId>(block));
        }
    }
    out.parameters = network.parameters;
    out.rate_laws = network.rate_laws;
    out.rule_names = network.rule_names;
    for (std::size_t f = 0; f < network.functions.size(); ++f) {
        if (needed.function(f)) {
            out.functions.push_back(network.functions[f]);
        }
    }
    for (std::size_t o = 0; o < network.observables.size(); ++o) {
        if (!needed.observable(o)) {
            continue;
        }
        Observable& observable = out.observables.emplace_back();
        observable.name = network.observables[o].name;
        for (const ObservableTerm& term : network.observables[o].terms) {
            const SpeciesId lump = result.lump_of[term.species.value];
            if (first_of[lump.value] == term.species) {
                observable.terms.push_back({lump, term.weight});
            }
        }
    }
    out.events = network.events;
    for (NetworkEvent& event : out.events) {
        for (NetworkEventAssignment& assignment : event.assignments) {
            if (auto* species = std::get_if<SpeciesId>(&assignment.target)) {
                *species = result.lump_of[species->value];
            }
        }
    }
    write_reactions(network, result.lump_of, first_of, out);
    return result;
}

/// Of a network whose rates are given whole, as sums of products.
std::optional<Lumping> lump_of_products(const Network& network, const LumpOptions& options) {
    if (!has_whole_rates(network) || !network.algebraic_states().empty() ||
        !network.quasi_steady_reactions().empty()) {
        return std::nullopt;
    }
    return lump_as_written(product_form(network), options, true);
}

}  // namespace

Lumping lump(const Network& network, const LumpOptions& options) {
    std::optional<Lumping> smaller = lump_of_products(network, options);
    return smaller ? *std::move(smaller) : lump_as_written(network, options, false).value();
}

std::optional<Lumping> lump_where_smaller(const Network& network, const LumpOptions& options) {
    std::optional<Lumping> smaller = lump_of_products(network, options);
    return smaller ? std::move(smaller) : lump_as_written(network, options, true);
}

}  // namespace erbium::net
