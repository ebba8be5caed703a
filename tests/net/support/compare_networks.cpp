// SPDX-License-Identifier: Apache-2.0
#include "compare_networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "erbium/net/evaluate.hpp"
#include "erbium/net/mix.hpp"
#include "species_parser.hpp"

namespace erbium::net::test {
namespace {

// Values of all names of a network; observables have made-up values that depend on their names.
class Values {
public:
    explicit Values(const Network& network) {
        for (const Observable& observable : network.observables) {
            std::uint64_t h = 17;
            for (const char c : observable.name) {
                h = mix(h, static_cast<std::uint64_t>(c));
            }
            known_[observable.name] = 1.0 + static_cast<double>(h % 1000) / 100.0;
        }
        known_["time"] = 0.7;
        for (const Parameter& parameter : network.parameters) {
            expressions_[parameter.name] = &parameter.value;
        }
        for (const Function& function : network.functions) {
            expressions_[function.name] = &function.value;
        }
    }

    std::optional<double> operator()(std::string_view name, int depth = 0) {
        const std::string key{name};
        const auto known = known_.find(key);
        if (known != known_.end()) {
            return known->second;
        }
        const auto expression = expressions_.find(key);
        if (expression == expressions_.end() || depth > 200) {
            return std::nullopt;
        }
        const std::optional<double> value = evaluate(
            *expression->second, [&](std::string_view inner) { return (*this)(inner, depth + 1); });
        if (value) {
            known_[key] = *value;
        }
        return value;
    }

private:
    std::unordered_map<std::string, double> known_;
    std::unordered_map<std::string, const Expression*> expressions_;
};

struct Reaction {
    std::vector<std::uint32_t> members;  // reactants, a mark, products, a mark, kind
    double rate{};
};

std::string members_text(const Reaction& r, const Network& network) {
    std::string out;
    for (const std::uint32_t m : r.members) {
        if (m == 0xFFFFFFFFU) {
            out += " -> ";
        } else if (m < network.species_count()) {
            out += fmt::format("{} ", network.species_text(SpeciesId{m}));
        }
    }
    return out;
}

std::optional<std::vector<Reaction>> reactions_of(const Network& network,
                                                  const std::vector<std::uint32_t>& place,
                                                  std::string& problem) {
    Values values{network};
    std::vector<Reaction> out;
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        const RateLaw& law = network.rate_law(ReactionId{r});
        // How a total rate is told apart is no matter of the network's content; BioNetGen's text
        // does not say.
        const bool is_ordered = has_ordered_reactants(law.kind);
        Reaction reaction;
        const auto add = [&](std::span<const SpeciesId> members) {
            std::vector<std::uint32_t> ids;
            for (const SpeciesId s : members) {
                ids.push_back(place[s.value]);
            }
            if (!is_ordered) {
                std::sort(ids.begin(), ids.end());
            }
            reaction.members.insert(reaction.members.end(), ids.begin(), ids.end());
            reaction.members.push_back(0xFFFFFFFFU);
        };
        add(network.reactants(ReactionId{r}));
        add(network.products(ReactionId{r}));
        reaction.members.push_back(is_ordered ? 0xFFFFFF00U + static_cast<std::uint32_t>(law.kind)
                                              : 0xFFFFFF00U);
        // Laws with several arguments enter by a combination that tells their order apart.
        double weight = 1.0;
        for (const std::string& name : law.names) {
            const std::optional<double> value = values(name);
            if (!value) {
                problem = fmt::format("'{}' has no value", name);
                return std::nullopt;
            }
            reaction.rate += weight * *value;
            weight *= 0.61803398874989;
        }
        reaction.rate *= network.factor(ReactionId{r});
        out.push_back(std::move(reaction));
    }
    std::sort(out.begin(), out.end(), [](const Reaction& a, const Reaction& b) {
        return a.members != b.members ? a.members < b.members : a.rate < b.rate;
    });
    return out;
}

bool is_near(double a, double b, double rtol) {
    return a == b || std::fabs(a - b) <= rtol * std::fabs(b) || (std::isnan(a) && std::isnan(b));
}

std::string compare_reactions(const std::vector<Reaction>& expected,
                              const std::vector<Reaction>& found, const Network& names,
                              double rtol) {
    if (expected.size() != found.size()) {
        return fmt::format("{} reactions instead of {}", found.size(), expected.size());
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (expected[i].members != found[i].members) {
            return fmt::format("reaction {} expected, {} found", members_text(expected[i], names),
                               members_text(found[i], names));
        }
        if (!is_near(found[i].rate, expected[i].rate, rtol)) {
            return fmt::format("reaction {} has rate {} instead of {}",
                               members_text(expected[i], names), found[i].rate, expected[i].rate);
        }
    }
    return {};
}

std::vector<Reaction> merged(const std::vector<Reaction>& reactions) {
    std::vector<Reaction> out;
    for (const Reaction& reaction : reactions) {
        if (!out.empty() && out.back().members == reaction.members) {
            out.back().rate += reaction.rate;
        } else {
            out.push_back(reaction);
        }
    }
    return out;
}

}  // namespace

Comparison compare_networks(const Network& expected, const Network& found,
                            const model::Model& model, double rtol) {
    Comparison out;
    const TypeTable types{model.molecule_types};
    std::map<std::vector<std::uint16_t>, std::uint32_t> ours;
    std::vector<std::uint32_t> identity(found.species_count());
    for (std::uint32_t s = 0; s < found.species_count(); ++s) {
        identity[s] = s;
        const auto words = canonical_words(found.species_text(SpeciesId{s}), model, types);
        if (words.empty() || !ours.emplace(words, s).second) {
            out.difference = fmt::format("our species {} cannot be read or is there twice",
                                         found.species_text(SpeciesId{s}));
            return out;
        }
    }
    std::vector<std::uint32_t> place(expected.species_count());
    for (std::uint32_t s = 0; s < expected.species_count(); ++s) {
        const auto words = canonical_words(expected.species_text(SpeciesId{s}), model, types);
        const auto at = ours.find(words);
        if (at == ours.end()) {
            out.difference = fmt::format("species {} of {} is missing ({} found)",
                                         expected.species_text(SpeciesId{s}),
                                         expected.species_count(), found.species_count());
            return out;
        }
        place[s] = at->second;
    }
    if (expected.species_count() != found.species_count()) {
        out.difference = fmt::format("{} species instead of {}", found.species_count(),
                                     expected.species_count());
        return out;
    }
    const auto theirs = reactions_of(expected, place, out.difference);
    const auto mine = reactions_of(found, identity, out.difference);
    if (!theirs || !mine) {
        return out;
    }
    const std::string difference = compare_reactions(*theirs, *mine, found, rtol);
    if (!difference.empty()) {
        if (!compare_reactions(merged(*theirs), merged(*mine), found, rtol).empty()) {
            out.difference = difference;
            return out;
        }
        out.is_merged_differently = true;
    }
    const bool has_as_many = expected.observables.size() == found.observables.size();
    for (std::size_t i = 0; i < expected.observables.size(); ++i) {
        const Observable& observable = expected.observables[i];
        auto same = std::find_if(found.observables.begin(), found.observables.end(),
                                 [&](const Observable& o) { return o.name == observable.name; });
        // Some references are older than the names in their models: the order decides.
        if (same == found.observables.end() && has_as_many) {
            same = found.observables.begin() + static_cast<std::ptrdiff_t>(i);
        }
        if (same == found.observables.end()) {
            out.difference = fmt::format("observable '{}' is missing", observable.name);
            return out;
        }
        std::map<std::uint32_t, double> weights;
        for (const ObservableTerm& term : observable.terms) {
            weights[place[term.species.value]] += term.weight;
        }
        for (const ObservableTerm& term : same->terms) {
            weights[term.species.value] -= term.weight;
        }
        for (const auto& [s, rest] : weights) {
            if (std::fabs(rest) > 1e-9) {
                out.difference =
                    fmt::format("observable '{}' weighs {} {} too little", observable.name,
                                found.species_text(SpeciesId{s}), rest);
                return out;
            }
        }
    }
    return out;
}

}  // namespace erbium::net::test
