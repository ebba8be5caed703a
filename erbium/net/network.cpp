// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/network.hpp"

#include <algorithm>

#include "erbium/base/check.hpp"

namespace erbium::net {

SpeciesId Network::add_species(std::string_view text, Expression amount, bool is_fixed) {
    const auto s = id_at<SpeciesId>(amounts_.size());
    texts_.append(text);
    text_ends_.push_back(texts_.size());
    amounts_.push_back(std::move(amount));
    is_fixed_.push_back(is_fixed ? 1 : 0);
    return s;
}

void Network::set_algebraic(SpeciesId s) {
    ERBIUM_CHECK(s.value < species_count() && !is_fixed(s), "an algebraic state is not fixed");
    const auto at = std::lower_bound(algebraic_.begin(), algebraic_.end(), s);
    if (at == algebraic_.end() || *at != s) {
        algebraic_.insert(at, s);
    }
}

bool Network::is_algebraic(SpeciesId s) const noexcept {
    return std::binary_search(algebraic_.begin(), algebraic_.end(), s);
}

ReactionId Network::add_reaction(std::span<const SpeciesId> reactants,
                                 std::span<const SpeciesId> products, RateLawId law, double factor,
                                 RuleId rule) {
    ERBIUM_CHECK(law.value < rate_laws.size(), "a reaction's rate law is in the table");
    const auto r = id_at<ReactionId>(laws_.size());
    const auto begin = static_cast<std::ptrdiff_t>(members_.size());
    members_.insert(members_.end(), reactants.begin(), reactants.end());
    const auto middle = static_cast<std::ptrdiff_t>(members_.size());
    members_.insert(members_.end(), products.begin(), products.end());
    if (!has_ordered_reactants(rate_laws[law.value].kind)) {
        std::sort(members_.begin() + begin, members_.begin() + middle);
        std::sort(members_.begin() + middle, members_.end());
    }
    product_begins_.push_back(static_cast<std::uint32_t>(middle));
    ends_.push_back(static_cast<std::uint32_t>(members_.size()));
    laws_.push_back(law);
    factors_.push_back(factor);
    rules_.push_back(rule);
    return r;
}

std::string_view Network::species_text(SpeciesId s) const noexcept {
    const std::size_t begin = s.value == 0 ? 0 : text_ends_[s.value - 1];
    return std::string_view{texts_}.substr(begin, text_ends_[s.value] - begin);
}

std::span<const SpeciesId> Network::reactants(ReactionId r) const noexcept {
    const std::size_t begin = r.value == 0 ? 0 : ends_[r.value - 1];
    return {members_.data() + begin, product_begins_[r.value] - begin};
}

std::span<const SpeciesId> Network::products(ReactionId r) const noexcept {
    const std::size_t begin = product_begins_[r.value];
    return {members_.data() + begin, ends_[r.value] - begin};
}

void Network::set_quasi_steady(std::vector<ReactionId> reactions) {
    std::sort(reactions.begin(), reactions.end());
    reactions.erase(std::unique(reactions.begin(), reactions.end()), reactions.end());
    ERBIUM_CHECK(reactions.empty() || reactions.back().value < reaction_count(),
                 "a quasi-steady reaction is one of the network");
    quasi_steady_ = std::move(reactions);
}

std::size_t Network::memory() const noexcept {
    return texts_.capacity() + text_ends_.capacity() * sizeof(std::size_t) +
           amounts_.capacity() * sizeof(Expression) + is_fixed_.capacity() +
           members_.capacity() * sizeof(SpeciesId) +
           (product_begins_.capacity() + ends_.capacity()) * sizeof(std::uint32_t) +
           laws_.capacity() * sizeof(RateLawId) + factors_.capacity() * sizeof(double) +
           rules_.capacity() * sizeof(RuleId);
}

}  // namespace erbium::net
