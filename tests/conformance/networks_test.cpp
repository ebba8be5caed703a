// SPDX-License-Identifier: Apache-2.0
// tests/conformance/networks_test.cpp: our networks against BioNetGen's, for published models.
// Prints the table model / verdict; "WRONG" must not occur.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "compare_networks.hpp"
#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"
#include "model_options.hpp"

namespace erbium::net::test {
namespace {

namespace fs = std::filesystem;

fs::path conformance_folder() {
    const char* set = std::getenv("ERBIUM_CONFORMANCE_DIR");
    return set != nullptr ? fs::path{set}
                          : fs::path{ERBIUM_SOURCE_DIR} / ".." / "shared" / "conformance";
}

struct Verdict {
    std::string model;
    std::string word;  // pass, no reference, refused, WRONG
    std::string detail;
};

/// Models whose reference BioNetGen wrote after the actions had set parameters: its reactions are
/// compared at the values of the model.
bool has_later_parameters(const std::string& model) {
    return model == "heise";
}

void use_parameters_of(const Network& network, Network& reference) {
    for (Parameter& parameter : reference.parameters) {
        const auto same =
            std::find_if(network.parameters.begin(), network.parameters.end(),
                         [&](const Parameter& p) { return p.name == parameter.name; });
        if (same != network.parameters.end()) {
            parameter.value = same->value;
        }
    }
}

/// A .net names the files of tables and does not hold their points: where it says the same as the
/// network does, they are the network's.
void take_tables_of(const Network& network, Network& reference) {
    for (Function& function : reference.functions) {
        for (const Function& own : network.functions) {
            if (own.name == function.name && own.value.text() == function.value.text()) {
                function.value = own.value;
            }
        }
    }
}

// The digits of a reference: BioNetGen writes factors that hold volumes with 8.
double tolerance(const model::Model& model) {
    return model.compartments.empty() ? 1e-12 : 1e-7;
}

Verdict check(const fs::path& file, const fs::path& reference) {
    Verdict out{file.stem().string(), "WRONG", {}};
    model::BindOptions with_tables;
    with_tables.read_text = [](const std::string& path) -> std::shared_ptr<const SourceText> {
        return fs::exists(path)
                   ? std::make_shared<const SourceText>(SourceText{path, read_file(path)})
                   : nullptr;
    };
    const auto bound = model::bind_text(read_file(file.string()), file.string(), with_tables);
    const auto first_line = [](const Diagnostics& diagnostics) {
        for (const Diagnostic& d : diagnostics.all()) {
            if (d.severity == Severity::error) {
                return d.code + ": " + d.message;
            }
        }
        return std::string{};
    };
    if (!bound) {
        out.word = "refused";
        out.detail = first_line(bound.error());
        return out;
    }
    const model::Model& model = bound.value().model;
    if (model.rules.empty()) {
        out.word = "refused";
        out.detail = "no rules in the file: its actions read another file";
        return out;
    }
    auto made = generate(model, options_of(model));
    if (!made) {
        out.word = "refused";
        out.detail = first_line(made.error());
        return out;
    }
    const Network& network = made.value().network;
    out.detail =
        fmt::format("{} species, {} reactions", network.species_count(), network.reaction_count());
    const std::string text = write_net(network);
    const auto again = parse_net(text);
    if (!again || write_net(again.value()) != text) {
        out.detail += "; what we write does not read back the same";
        return out;
    }
    if (!fs::exists(reference)) {
        out.word = "no reference";
        return out;
    }
    auto expected = parse_net(read_file(reference.string()), reference.string());
    if (!expected) {
        out.word = "refused";
        out.detail = "reference: " + first_line(expected.error());
        return out;
    }
    take_tables_of(network, expected.value());
    if (has_later_parameters(out.model)) {
        use_parameters_of(network, expected.value());
    }
    const Comparison comparison =
        compare_networks(expected.value(), network, model, tolerance(model));
    if (!comparison.difference.empty()) {
        out.detail += "; " + comparison.difference;
        return out;
    }
    out.word = "pass";
    if (comparison.is_merged_differently) {
        out.detail += " (reactions merged differently)";
    }
    return out;
}

int print_and_count_wrong(std::vector<Verdict> verdicts) {
    std::sort(verdicts.begin(), verdicts.end(),
              [](const Verdict& a, const Verdict& b) { return a.model < b.model; });
    int wrong = 0;
    for (const Verdict& v : verdicts) {
        fmt::print("{:<40} {:<13} {}\n", v.model, v.word, v.detail);
        wrong += v.word == "WRONG" ? 1 : 0;
    }
    for (const char* word : {"pass", "no reference", "refused", "WRONG"}) {
        fmt::print("{:>5} {}\n",
                   std::count_if(verdicts.begin(), verdicts.end(),
                                 [&](const Verdict& v) { return v.word == word; }),
                   word);
    }
    return wrong;
}

void check_folder(const fs::path& models, const fs::path& references) {
    if (!fs::exists(models)) {
        GTEST_SKIP() << "no models in " << models
                     << "; set ERBIUM_CONFORMANCE_DIR to the folder that holds bngl/";
    }
    std::vector<Verdict> verdicts;
    for (const fs::directory_entry& entry : fs::directory_iterator{models}) {
        if (entry.path().extension() == ".bngl") {
            verdicts.push_back(
                check(entry.path(), references / entry.path().stem().concat(".net")));
        }
    }
    EXPECT_EQ(print_and_count_wrong(std::move(verdicts)), 0);
}

TEST(Networks, AgreeWithBioNetGensValidationModels) {
    const fs::path bngl = conformance_folder() / "bngl";
    check_folder(bngl / "bng_validate", bngl / "bng_validate" / "DAT_validate");
}

// Networks that today's BioNetGen makes of all models at hand:
// tests/conformance/make_references.py.
TEST(Networks, AgreeWithFreshBioNetGenNetworks) {
    const char* set = std::getenv("ERBIUM_REFERENCE_NETWORKS");
    if (set == nullptr) {
        GTEST_SKIP() << "set ERBIUM_REFERENCE_NETWORKS to the folder that "
                        "tests/conformance/make_references filled";
    }
    std::vector<Verdict> verdicts;
    for (const fs::directory_entry& entry : fs::directory_iterator{set}) {
        if (fs::exists(entry.path() / "m.bngl")) {
            Verdict verdict = check(entry.path() / "m.bngl", entry.path() / "m.net");
            verdict.model = entry.path().filename().string();
            verdicts.push_back(std::move(verdict));
        }
    }
    EXPECT_EQ(print_and_count_wrong(std::move(verdicts)), 0);
}

TEST(Networks, AgreeWithBioNetGenForFceriModels) {
    const fs::path bngl = conformance_folder() / "bngl";
    check_folder(bngl / "fceri", bngl / "networks");
}

}  // namespace
}  // namespace erbium::net::test
