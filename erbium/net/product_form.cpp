// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/product_form.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "erbium/net/polynomial.hpp"

namespace erbium::net {
namespace {

constexpr double kMostCopies = 8.0;  ///< of one species on one side of a reaction

/// Whether anything is gained by writing it out.
bool has_species(const Polynomial& rate) {
    return std::any_of(rate.begin(), rate.end(),
                       [](const auto& term) { return !term.first.species.empty(); });
}

/// Writes the reactions of a network as mass action where their rates are polynomials.
class ProductForm {
public:
    explicit ProductForm(const Network& network) : in_{network}, polynomials_{network} {
        for (std::size_t f = 0; f < network.functions.size(); ++f) {
            function_of_name_.emplace(network.functions[f].name, f);
        }
    }

    Network build() {
        for (std::uint32_t s = 0; s < in_.species_count(); ++s) {
            const SpeciesId id{s};
            out_.add_species(in_.species_text(id), in_.initial_amount(id), in_.is_fixed(id));
        }
        out_.parameters = in_.parameters;
        out_.rule_names = in_.rule_names;
        out_.events = in_.events;
        for (std::size_t f = 0; f < in_.functions.size(); ++f) {
            out_.functions.push_back({in_.functions[f].name, polynomials_.rewritten(f)});
        }
        for (std::uint32_t r = 0; r < in_.reaction_count(); ++r) {
            const RateLaw& law = in_.rate_law(ReactionId{r});
            const auto function = law.names.size() == 1 ? function_of_name_.find(law.names.front())
                                                        : function_of_name_.end();
            if (law.kind == RateLawKind::function_product && function != function_of_name_.end() &&
                has_species(polynomials_.of_function(function->second))) {
                write(ReactionId{r}, polynomials_.of_function(function->second));
            } else {
                out_.add_reaction(in_.reactants(ReactionId{r}), in_.products(ReactionId{r}),
                                  law_id(law), in_.factor(ReactionId{r}), in_.rule(ReactionId{r}));
            }
        }
        out_.observables = polynomials_.observables();
        return std::move(out_);
    }

private:
    RateLawId law_id(const RateLaw& law) {
        const auto [at, is_new] = laws_.try_emplace(std::pair{law.kind, law.names},
                                                    id_at<RateLawId>(out_.rate_laws.size()));
        if (is_new) {
            out_.rate_laws.push_back(law);
        }
        return at->second;
    }

    /// The law whose constant or function is the product of a monomial's symbols.
    RateLawId law_of(const Monomial& monomial) {
        const bool is_constant = polynomials_.is_constant(monomial);
        const auto [at, is_new] = coefficients_.try_emplace(monomial.symbols);
        if (is_new) {
            Expression value = polynomials_.product_of(monomial);
            if (value.is_reference() && is_known(value.nodes().front().text, is_constant)) {
                at->second = value.nodes().front().text;
            } else if (is_constant) {
                at->second = polynomials_.new_name("coefficient");
                out_.parameters.push_back({at->second, std::move(value)});
            } else {
                at->second = polynomials_.new_name("coefficient");
                out_.functions.push_back({at->second, std::move(value)});
            }
        }
        return law_id(
            {is_constant ? RateLawKind::mass_action : RateLawKind::function, {at->second}});
    }

    /// Whether a rate law may name it.
    [[nodiscard]] bool is_known(const std::string& name, bool is_constant) const {
        return is_constant ? std::any_of(in_.parameters.begin(), in_.parameters.end(),
                                         [&](const Parameter& p) { return p.name == name; })
                           : function_of_name_.contains(name);
    }

    void write(ReactionId reaction, const Polynomial& rate) {
        std::map<std::uint32_t, double> change;
        for (const SpeciesId s : in_.reactants(reaction)) {
            change[s.value] -= 1.0;
        }
        for (const SpeciesId s : in_.products(reaction)) {
            change[s.value] += 1.0;
        }
        for (const auto& [monomial, coefficient] : rate) {
            write(reaction, monomial, in_.factor(reaction) * coefficient, change);
        }
    }

    /// One product of the rate: its species react, and make themselves and the change. What runs
    /// backwards is a reaction with the change reversed. Where neither is possible with whole
    /// numbers of species, each species that changes is made, or lost, by a reaction of its own.
    void write(ReactionId reaction, const Monomial& monomial, double factor,
               const std::map<std::uint32_t, double>& change) {
        std::vector<SpeciesId> reactants;
        std::map<std::uint32_t, double> count;
        for (const std::uint32_t s : monomial.species) {
            reactants.push_back(SpeciesId{s});
            count[s] += 1.0;
        }
        const RateLawId law = law_of(monomial);
        const double sign = factor < 0.0 ? -1.0 : 1.0;
        std::map<std::uint32_t, double> right = count;
        for (const auto& [s, amount] : change) {
            right[s] += sign * amount;
        }
        const bool is_reaction = std::all_of(right.begin(), right.end(), [](const auto& side) {
            return side.second >= 0.0 && side.second <= kMostCopies;
        });
        if (is_reaction) {
            std::vector<SpeciesId> products;
            for (const auto& [s, copies] : right) {
                products.insert(products.end(), static_cast<std::size_t>(copies), SpeciesId{s});
            }
            out_.add_reaction(reactants, products, law, sign * factor, in_.rule(reaction));
            return;
        }
        for (const auto& [s, amount] : change) {
            if (amount != 0.0) {
                std::vector<SpeciesId> products = reactants;
                products.push_back(SpeciesId{s});
                out_.add_reaction(reactants, products, law, factor * amount, in_.rule(reaction));
            }
        }
    }

    const Network& in_;
    Polynomials polynomials_;
    std::map<std::string, std::size_t, std::less<>> function_of_name_;
    std::map<std::pair<RateLawKind, std::vector<std::string>>, RateLawId> laws_;
    std::map<std::vector<std::pair<std::uint32_t, int>>, std::string> coefficients_;
    Network out_;
};

}  // namespace

bool has_whole_rates(const Network& network) noexcept {
    return std::any_of(network.rate_laws.begin(), network.rate_laws.end(), [](const RateLaw& law) {
        return law.kind == RateLawKind::function_product;
    });
}

Network product_form(const Network& network) {
    return ProductForm{network}.build();
}

}  // namespace erbium::net
