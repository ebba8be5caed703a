// SPDX-License-Identifier: Apache-2.0
// tests/sbml/suite_main.cpp: the SBML test suite against the table that is kept of it.
//
//   sbml_suite FOLDER --check TABLE   fails when a case is wrong or fails, or a pass is lost
//   sbml_suite FOLDER --write TABLE   writes the table anew
//   sbml_suite FOLDER [CASE ...]      prints what became of these cases, or of all
//
// FOLDER is where the suite's archive is unpacked.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "erbium/base/text.hpp"
#include "suite.hpp"

namespace {

using namespace erbium::sbml::suite;
namespace fs = std::filesystem;

std::vector<fs::path> all_folders(const fs::path& root) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(root)) {
        if (entry.is_directory()) {
            folders.push_back(entry.path());
        }
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::map<Verdict, std::size_t> counts_of(const std::vector<CaseResult>& results) {
    std::map<Verdict, std::size_t> counts{
        {Verdict::pass, 0}, {Verdict::refused, 0}, {Verdict::failed, 0}, {Verdict::wrong, 0}};
    for (const CaseResult& result : results) {
        ++counts[result.verdict];
    }
    return counts;
}

/// Ids separated by blanks, `width` to a line.
std::string wrapped(const std::vector<std::string>& ids, std::size_t width) {
    std::string out;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        out += ids[i];
        out += (i + 1) % width == 0 || i + 1 == ids.size() ? "\n" : " ";
    }
    return out;
}

/// The construct without what differs from case to case: what stands in quotes or parentheses.
std::string construct_of(const std::string& detail) {
    std::string text = detail.substr(0, detail.find(" ("));
    for (std::size_t open = text.find('\''); open != std::string::npos; open = text.find('\'')) {
        const std::size_t close = text.find('\'', open + 1);
        text = text.substr(0, open) + "..." +
               (close == std::string::npos ? "" : text.substr(close + 1));
    }
    return text;
}

std::string table_of(const std::vector<CaseResult>& results) {
    const auto counts = counts_of(results);
    std::vector<std::string> passes;
    std::map<std::string, std::vector<std::string>> others;
    for (const CaseResult& result : results) {
        if (result.verdict == Verdict::pass) {
            passes.push_back(result.id);
        } else {
            others[fmt::format("{}: {}", word(result.verdict), construct_of(result.detail))]
                .push_back(result.id);
        }
    }
    std::string out = fmt::format(
        "# SBML test suite\n\n"
        "What becomes of the {} semantic cases in `../shared/conformance/sbml`, a subset of the\n"
        "{} of the [SBML Test Suite](https://github.com/sbmlteam/sbml-test-suite) 3.4.0. Each is "
        "the\n"
        "newest SBML level of its case, compared at the case's own times and tolerances. The "
        "solver's\n"
        "tolerances are rtol 1e-9, atol 1e-14. Written by `sbml_suite FOLDER --write`; the test\n"
        "`sbml_suite` fails when a case is WRONG or fails, or a pass is lost.\n\n"
        "| outcome | cases |\n|---|---|\n| pass | {} |\n| refused, with the construct's name | {} "
        "|\n"
        "| failed, with a reason instead of numbers | {} |\n| WRONG | {} |\n\n"
        "The stochastic cases of the suite ask for means and deviations of simulations by chance, "
        "which\n"
        "Erbium does not have: none of them is run.\n\n## Refused\n\n| construct | cases | which "
        "|\n"
        "|---|---|---|\n",
        results.size(), 1821, counts.at(Verdict::pass), counts.at(Verdict::refused),
        counts.at(Verdict::failed), counts.at(Verdict::wrong));
    for (const auto& [construct, ids] : others) {
        out += fmt::format("| {} | {} | {} |\n", construct, ids.size(), fmt::join(ids, " "));
    }
    return out + "\n## Pass\n\n```text\n" + wrapped(passes, 18) + "```\n";
}

/// Ids between the fences below "## Pass".
std::set<std::string> passes_in(const std::string& table) {
    std::set<std::string> ids;
    const std::size_t begin = table.find("```text\n", table.find("## Pass"));
    const std::size_t end = table.find("```", begin + 3);
    if (begin == std::string::npos || end == std::string::npos) {
        return ids;
    }
    std::string word;
    for (const char c : table.substr(begin + 8, end - begin - 8)) {
        if (c >= '0' && c <= '9') {
            word += c;
        } else if (!word.empty()) {
            ids.insert(word);
            word.clear();
        }
    }
    return ids;
}

int check(const std::vector<CaseResult>& results, const std::string& table) {
    const std::set<std::string> expected = passes_in(erbium::read_file(table));
    std::set<std::string> passed;
    int bad = expected.empty() ? 1 : 0;
    for (const CaseResult& result : results) {
        if (result.verdict == Verdict::pass) {
            passed.insert(result.id);
        }
        const bool is_lost = result.verdict != Verdict::pass && expected.contains(result.id);
        const bool is_bad = result.verdict == Verdict::wrong || result.verdict == Verdict::failed;
        if (is_bad || is_lost) {
            fmt::print("{}{}: {} {}\n", is_lost ? "lost: " : "", result.id, word(result.verdict),
                       result.detail);
            ++bad;
        }
    }
    for (const std::string& id : passed) {
        if (!expected.contains(id)) {
            fmt::print("new pass, write the table anew: {}\n", id);
        }
    }
    return bad == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    constexpr int kSkipped = 77;  // SKIP_RETURN_CODE of the test
    if (words.empty() || !fs::is_directory(words[0])) {
        fmt::print("skipped: the SBML test suite is not at {}\n",
                   words.empty() ? "(no folder given)" : words[0]);
        return kSkipped;
    }
    const fs::path root{words[0]};
    const bool is_table = words.size() == 3 && words[1].starts_with("--");
    std::vector<fs::path> folders = all_folders(root);
    if (!is_table && words.size() > 1) {
        folders.clear();
        for (std::size_t i = 1; i < words.size(); ++i) {
            folders.push_back(root / words[i]);
        }
    }
    const std::vector<CaseResult> results = run_cases(folders, 2);
    for (const auto& [verdict, count] : counts_of(results)) {
        fmt::print("{:8} {}\n", word(verdict), count);
    }
    if (is_table && words[1] == "--write") {
        erbium::write_file(words[2], table_of(results));
        return 0;
    }
    if (is_table && words[1] == "--check") {
        return check(results, words[2]);
    }
    for (const CaseResult& result : results) {
        if (result.verdict != Verdict::pass || words.size() > 1) {
            fmt::print("{} {} {}\n", result.id, word(result.verdict), result.detail);
        }
    }
    return 0;
}
