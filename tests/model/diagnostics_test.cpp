// SPDX-License-Identifier: Apache-2.0
// tests/model/diagnostics_test.cpp: docs/reference/diagnostics.md shows what is really printed.
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"

namespace erbium::model {
namespace {

struct Entry {
    std::string code;
    std::optional<std::string> input;
    std::string output;
};

/// The lines of the fenced block of this language in `section`, without the last line end.
std::optional<std::string> fenced(std::string_view section, std::string_view language) {
    const std::string fence = "```" + std::string{language} + "\n";
    const std::size_t begin = section.find(fence);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t inside = begin + fence.size();
    return std::string{section.substr(inside, section.find("\n```", inside) - inside)};
}

std::vector<Entry> entries() {
    const std::string page =
        read_file(std::string{ERBIUM_SOURCE_DIR} + "/docs/reference/diagnostics.md");
    std::vector<Entry> found;
    std::size_t begin = page.find("\n### ");
    while (begin != std::string::npos) {
        const std::size_t next = page.find("\n### ", begin + 1);
        const std::string section = page.substr(begin + 5, next - begin - 5);
        found.push_back({section.substr(0, section.find('\n')), fenced(section, "bngl"),
                         fenced(section, "text").value_or("")});
        begin = next;
    }
    return found;
}

TEST(DiagnosticsPage, ShowsExactlyWhatIsPrinted) {
    const std::vector<Entry> all = entries();
    EXPECT_GT(all.size(), 80U);
    for (const Entry& entry : all) {
        EXPECT_NE(entry.output.find(entry.code), std::string::npos) << entry.code;
        if (!entry.input) {
            continue;  // too large for a page; see hostile_test.cpp
        }
        const Outcome<Bound, Diagnostics> bound = bind_text(*entry.input + "\n", "model.bngl");
        const std::string printed = bound ? bound.value().warnings.text() : bound.error().text();
        EXPECT_EQ(printed, entry.output + "\n") << entry.code;
    }
}

TEST(DiagnosticsPage, HasEveryCodeOfTheSources) {
    std::set<std::string> documented;
    for (const Entry& entry : entries()) {
        EXPECT_TRUE(documented.insert(entry.code).second) << entry.code << " has two entries";
    }
    std::set<std::string> used;
    const std::regex code{"ERB-(EXPR|BNGL|BIND)-[0-9]{4}"};
    const std::regex number{R"((?:error|warning|unsupported|report)\((?:context, |\s*)([0-9]+),)"};
    for (const char* module : {"lang", "model"}) {
        const std::string folder = std::string{ERBIUM_SOURCE_DIR} + "/erbium/" + module;
        for (const auto& file : std::filesystem::directory_iterator{folder}) {
            if (file.path().extension() != ".cpp") {
                continue;
            }
            const std::string text = read_file(file.path().string());
            for (auto it = std::sregex_iterator{text.begin(), text.end(), code};
                 it != std::sregex_iterator{}; ++it) {
                used.insert(it->str());
            }
            for (auto it = std::sregex_iterator{text.begin(), text.end(), number};
                 it != std::sregex_iterator{} && std::string_view{module} == "model"; ++it) {
                const std::string digits = (*it)[1];
                used.insert("ERB-BIND-" + std::string(4 - digits.size(), '0') + digits);
            }
        }
    }
    EXPECT_EQ(used, documented);
}

}  // namespace
}  // namespace erbium::model
