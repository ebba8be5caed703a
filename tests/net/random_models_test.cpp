// SPDX-License-Identifier: Apache-2.0
// tests/net/random_models_test.cpp: laws of network generation on random rule sets.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "brute_force.hpp"
#include "compare_networks.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"
#include "random_model.hpp"
#include "species_parser.hpp"

namespace erbium::net::test {
namespace {

// ERBIUM_RANDOM_MODELS raises the number for a long run.
std::uint64_t model_count(std::uint64_t usual) {
    const char* set = std::getenv("ERBIUM_RANDOM_MODELS");
    return set != nullptr ? std::strtoull(set, nullptr, 10) : usual;
}

std::optional<Network> network_of(const model::Model& model, std::size_t rounds) {
    GenerateOptions options;
    options.max_iterations = rounds;
    options.max_molecules = 4;
    options.guard_species = 400;
    options.guard_reactions = 20'000;
    auto made = generate(model, options);
    if (!made) {
        return std::nullopt;  // too large for this test
    }
    return std::move(made).value().network;
}

TEST(RandomModels, NetworksDoNotDependOnTheOrderOfAnything) {
    std::uint64_t compared = 0;
    for (std::uint64_t seed = 1; seed <= model_count(300); ++seed) {
        const RandomModel random{seed};
        const auto plain = model::bind_text(random.text(0));
        ASSERT_TRUE(plain) << random.text(0) << plain.error().text();
        const auto expected = network_of(plain.value().model, 4);
        const auto shuffled = model::bind_text(random.text(seed));
        ASSERT_TRUE(shuffled) << random.text(seed) << shuffled.error().text();
        const auto found = network_of(shuffled.value().model, 4);
        ASSERT_EQ(expected.has_value(), found.has_value()) << "model " << seed;
        if (!expected) {
            continue;
        }
        ++compared;
        const Comparison comparison =
            compare_networks(*expected, *found, plain.value().model, 1e-12);
        ASSERT_EQ(comparison.difference, "") << "model " << seed << "\n"
                                             << random.text(0) << "against\n"
                                             << random.text(seed);
        ASSERT_FALSE(comparison.is_merged_differently) << "model " << seed;
    }
    EXPECT_GT(compared, model_count(300) / 2);
}

// Names in another order of the alphabet, for the generator sorts by them.
std::string renamed(const std::string& text, bool back) {
    static const std::map<std::string, std::string> kNames{
        {"M0", "W2"}, {"M1", "W1"}, {"M2", "W0"}, {"a", "z"}, {"b", "y"}, {"u", "q"}, {"p", "o"}};
    std::map<std::string, std::string> names;
    for (const auto& [from, to] : kNames) {
        names[back ? to : from] = back ? from : to;
    }
    std::string out;
    std::string word;
    for (const char c : text + "\n") {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            word += c;
            continue;
        }
        const auto other = names.find(word);
        out += other == names.end() ? word : other->second;
        word.clear();
        out += c;
    }
    return out;
}

TEST(RandomModels, NetworksDoNotDependOnNames) {
    for (std::uint64_t seed = 1; seed <= model_count(200); ++seed) {
        const std::string text = RandomModel{seed}.text(0);
        const auto plain = model::bind_text(text);
        const auto other = model::bind_text(renamed(text, false));
        ASSERT_TRUE(plain && other) << renamed(text, false);
        const auto expected = network_of(plain.value().model, 4);
        const auto found = network_of(other.value().model, 4);
        ASSERT_EQ(expected.has_value(), found.has_value()) << "model " << seed;
        if (!expected) {
            continue;
        }
        const auto back = parse_net(renamed(write_net(*found), true));
        ASSERT_TRUE(back) << back.error().text();
        const Comparison comparison =
            compare_networks(*expected, back.value(), plain.value().model, 1e-12);
        ASSERT_EQ(comparison.difference, "") << "model " << seed << "\n" << text;
    }
}

TEST(RandomModels, FactorsAreTheNumbersOfDifferentEdits) {
    for (std::uint64_t seed = 1; seed <= model_count(200); ++seed) {
        const RandomModel random{seed};
        const auto bound = model::bind_text(random.text(0));
        ASSERT_TRUE(bound);
        const model::Model& model = bound.value().model;
        const auto first = network_of(model, 1);
        const auto network = network_of(model, 2);
        if (!first || !network || network->species_count() > 40) {
            continue;
        }
        const TypeTable types{model.molecule_types};
        std::vector<SpeciesGraph> species;
        for (std::uint32_t s = 0; s < network->species_count(); ++s) {
            auto graph = parse_species(network->species_text(SpeciesId{s}), model, types);
            ASSERT_TRUE(graph);
            species.push_back(std::move(*graph));
        }
        using Key = std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>;
        std::vector<std::map<Key, double>> found(model.rules.size());
        for (std::uint32_t r = 0; r < network->reaction_count(); ++r) {
            Key key;
            for (const SpeciesId s : network->reactants(ReactionId{r})) {
                key.first.push_back(s.value);
            }
            for (const SpeciesId s : network->products(ReactionId{r})) {
                key.second.push_back(s.value);
            }
            found[network->rule(ReactionId{r}).value][key] += network->factor(ReactionId{r});
        }
        // All species of the first round have met in the second.
        const auto met = static_cast<std::uint32_t>(first->species_count());
        for (std::size_t r = 0; r < model.rules.size(); ++r) {
            std::map<Key, double> expected;
            const auto try_reactants = [&](std::vector<std::uint32_t> reactants) {
                for (const auto& [products, factor] :
                     brute_factors(model.rules[r], reactants, species, types)) {
                    const bool is_known =
                        std::find(products.begin(), products.end(), kUnknown) == products.end();
                    // Products beyond the limit of the test are not in the network.
                    if (is_known && products != reactants) {
                        expected[{reactants, products}] = factor;
                    }
                }
            };
            if (model.rules[r].reactants.size() == 1) {
                for (std::uint32_t a = 0; a < met; ++a) {
                    try_reactants({a});
                }
            } else {
                for (std::uint32_t a = 0; a < met; ++a) {
                    for (std::uint32_t b = a; b < met; ++b) {
                        try_reactants({a, b});
                    }
                }
            }
            ASSERT_EQ(found[r].size(), expected.size())
                << "model " << seed << ", rule " << r << "\n"
                << random.text(0) << write_net(*network);
            for (const auto& [key, factor] : expected) {
                ASSERT_NEAR(found[r][key], factor, 1e-12 * factor)
                    << "model " << seed << ", rule " << r << "\n"
                    << random.text(0) << write_net(*network);
            }
        }
    }
}

TEST(RandomModels, WhatIsWrittenReadsBackTheSame) {
    for (std::uint64_t seed = 1; seed <= model_count(200); ++seed) {
        const auto bound = model::bind_text(RandomModel{seed}.text(0));
        ASSERT_TRUE(bound);
        const auto network = network_of(bound.value().model, 3);
        if (!network) {
            continue;
        }
        const std::string text = write_net(*network);
        const auto again = parse_net(text);
        ASSERT_TRUE(again) << again.error().text() << text;
        ASSERT_EQ(write_net(again.value()), text);
    }
}

}  // namespace
}  // namespace erbium::net::test
