// SPDX-License-Identifier: Apache-2.0
// tests/model/corpus_test.cpp: every published BNGL text of the conformance folder is bound, or
// refused by the name of what Erbium does not do.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance_folder.hpp"
#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/equality.hpp"
#include "erbium/model/print.hpp"

namespace erbium::model {
namespace {

namespace fs = std::filesystem;

/// Texts that are wrong, with the reason.
const std::map<std::string, std::string> kWrong{
    {"bng_models2/EnergyModels/Kiefhaber_emodel.bngl",
     "uses molecules A and S that its molecule types do not have; BioNetGen refuses it too"},
    {"nfsim_basic/basicModels/v19.bngl",
     "has half an action, whose first line is commented out; BioNetGen skips it with a warning"}};

fs::path corpus() {
    return conformance_folder(ERBIUM_SOURCE_DIR) / "bngl";
}

std::vector<fs::path> texts(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& file : fs::recursive_directory_iterator{folder}) {
        if (file.path().extension() == ".bngl") {
            found.push_back(file.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// Reads the tables that models name.
BindOptions with_tables() {
    BindOptions options;
    options.read_text = [](const std::string& path) -> std::shared_ptr<const SourceText> {
        const fs::path file = corpus() / path;
        return fs::exists(file)
                   ? std::make_shared<const SourceText>(SourceText{path, read_file(file.string())})
                   : nullptr;
    };
    return options;
}

TEST(Corpus, IsBoundOrRefusedByName) {
    if (!fs::exists(corpus())) {
        GTEST_SKIP() << corpus() << " is not there; set ERBIUM_CONFORMANCE_DIR";
    }
    std::size_t bound_count = 0;
    std::map<std::string, std::size_t> refused;
    for (const fs::path& path : texts(corpus())) {
        const std::string name = fs::relative(path, corpus()).generic_string();
        const Outcome<Bound, Diagnostics> bound =
            bind_text(read_file(path.string()), name, with_tables());
        if (bound) {
            EXPECT_EQ(kWrong.count(name), 0U) << name << " was expected to be refused";
            ++bound_count;
            const Outcome<Bound, Diagnostics> again =
                bind_text(print(bound.value().model), name, with_tables());
            ASSERT_TRUE(static_cast<bool>(again)) << name << again.error().text();
            EXPECT_TRUE(bound.value().model == again.value().model) << name;
            continue;
        }
        const Diagnostic& first = bound.error().all().front();
        if (bound.error().is_only_unsupported()) {
            ++refused[first.message];
        } else {
            EXPECT_EQ(kWrong.count(name), 1U) << bound.error().text();
        }
    }
    fmt::print("{:4} bound, printed and bound again\n", bound_count);
    for (const auto& [construct, count] : refused) {
        fmt::print("{:4} {}\n", count, construct);
    }
    for (const auto& [name, reason] : kWrong) {
        fmt::print("     {} {}\n", name, reason);
    }
    EXPECT_GE(bound_count, 137U);
}

}  // namespace
}  // namespace erbium::model
