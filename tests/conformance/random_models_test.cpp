// SPDX-License-Identifier: Apache-2.0
// tests/conformance/random_models_test.cpp: networks of random rule sets against BioNetGen's, model
// by model. Runs where ERBIUM_BIONETGEN names a BNG2.pl; ERBIUM_RANDOM_MODELS of them (100).
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "compare_networks.hpp"
#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "random_model.hpp"

namespace erbium::net::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRounds = 3;
constexpr std::size_t kMolecules = 4;
// BioNetGen writes factors with fewer digits than they have.
constexpr double kRtol = 1e-9;

std::uint64_t model_count() {
    const char* set = std::getenv("ERBIUM_RANDOM_MODELS");
    return set != nullptr ? std::strtoull(set, nullptr, 10) : 100;
}

/// What a molecule asks for, whatever the order of its sites; as `wildcard` says, `!+` is `!?`.
std::string asked(const RandomMolecule& molecule, const char* wildcard) {
    std::vector<std::string> sites;
    for (const RandomSite& site : molecule.sites) {
        sites.push_back(site.name + site.state + (site.bond == "!+" ? wildcard : site.bond));
    }
    std::sort(sites.begin(), sites.end());
    std::string text = std::to_string(molecule.type);
    for (const std::string& site : sites) {
        text += ' ' + site;
    }
    return text;
}

/// Two molecules of the left that are one but for their wildcards: BioNetGen takes such rules for
/// symmetric and halves their rates (docs/conformance/bngl.md).
bool is_halved_by_bionetgen(const RandomRule& rule) {
    std::map<std::string, std::string> seen;
    for (const RandomComplex& complex : rule.left) {
        for (const RandomMolecule& molecule : complex) {
            const std::string whole = asked(molecule, "!+");
            const auto [known, is_new] = seen.try_emplace(asked(molecule, "!?"), whole);
            if (!is_new && known->second != whole) {
                return true;
            }
        }
    }
    return false;
}

/// What BioNetGen makes of a model: a network, or the log where it makes none.
struct Reference {
    std::optional<Network> network;
    std::string log;
    bool is_out_of_time{};
};

Reference reference_of(const std::string& program, const fs::path& folder,
                       const std::string& text) {
    const fs::path model = folder / "m.bngl";
    const fs::path network = folder / "m.net";
    fs::remove(network);
    write_file(model.string(), text + "\ngenerate_network({overwrite=>1,max_iter=>" +
                                   std::to_string(kRounds) + ",max_agg=>" +
                                   std::to_string(kMolecules) + "});\n");
    const std::string log = (folder / "log").string();
    const std::string command =
        "cd '" + folder.string() + "' && timeout 120 perl '" + program + "' m.bngl > log 2>&1";
    if (std::system(command.c_str()) != 0 || !fs::exists(network)) {
        return {std::nullopt, read_file(log)};
    }
    auto read = parse_net(read_file(network.string()));
    return read ? Reference{std::move(read).value(), {}, false}
                : Reference{std::nullopt, read.error().text(), false};
}

TEST(RandomModelsOfBioNetGen, GiveTheSameNetworks) {
    const char* program = std::getenv("ERBIUM_BIONETGEN");
    if (program == nullptr) {
        GTEST_SKIP() << "set ERBIUM_BIONETGEN to BioNetGen's BNG2.pl";
    }
    const fs::path folder = fs::path{::testing::TempDir()} / "erbium_random_models";
    fs::create_directories(folder);
    std::size_t compared = 0;
    for (std::uint64_t seed = 1; seed <= model_count(); ++seed) {
        const RandomModel random{seed};
        if (std::any_of(random.rules.begin(), random.rules.end(), is_halved_by_bionetgen)) {
            continue;
        }
        const std::string text = random.text(0);
        const auto model = model::bind_text(text);
        ASSERT_TRUE(model) << text << model.error().text();
        GenerateOptions options;
        options.max_iterations = kRounds;
        options.max_molecules = kMolecules;
        options.guard_species = 150;  // BioNetGen takes minutes for more
        options.guard_reactions = 3'000;
        const auto found = generate(model.value().model, options);
        if (!found) {
            continue;
        }
        const Reference reference = reference_of(program, folder, text);
        if (reference.log.find("no reactions were found") != std::string::npos) {
            EXPECT_EQ(found.value().network.reaction_count(), 0U) << text;
            continue;
        }
        if (reference.is_out_of_time) {
            continue;
        }
        ASSERT_TRUE(reference.network) << "model " << seed << '\n' << reference.log;
        const Comparison comparison =
            compare_networks(*reference.network, found.value().network, model.value().model, kRtol);
        EXPECT_EQ(comparison.difference, "") << "model " << seed << '\n' << text;
        ++compared;
    }
    fs::remove_all(folder);
    EXPECT_GT(compared, model_count() / 2);
}

}  // namespace
}  // namespace erbium::net::test
