// SPDX-License-Identifier: Apache-2.0
// tests/sbml/suite_main.cpp: runs cases of the SBML test suite and prints or keeps the table.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suite.hpp"

namespace {
using namespace erbium::sbml::suite;
namespace fs = std::filesystem;
}  // namespace

int main(int argc, char** argv) {
    std::vector<fs::path> folders;
    const fs::path root{argv[1]};
    if (argc > 2) {
        for (int i = 2; i < argc; ++i)
            folders.push_back(root / argv[i]);
    } else {
        for (const auto& e : fs::directory_iterator(root))
            folders.push_back(e.path());
        std::sort(folders.begin(), folders.end());
    }
    std::map<std::string, int> counts;
    for (const CaseResult& r : run_cases(folders, 2)) {
        ++counts[word(r.verdict)];
        if (r.verdict != Verdict::pass)
            fmt::print("{} {} {}\n", r.id, word(r.verdict), r.detail);
    }
    for (const auto& [w, n] : counts)
        fmt::print("{} {}\n", w, n);
}
