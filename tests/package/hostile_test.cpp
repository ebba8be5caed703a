// SPDX-License-Identifier: Apache-2.0
// tests/package/hostile_test.cpp: files made to do harm are refused quickly.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include <sys/stat.h>

#include "erbium/package/yaml.hpp"
#include "package_copy.hpp"

namespace erbium::package {
namespace {

/// Seconds on any machine that is not stuck; a hang or a blow-up takes minutes.
constexpr std::chrono::seconds kSoon{5};

/// First message of what parsing says; checks that it came soon.
std::string refusal(const std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    const auto node = parse_yaml(std::make_shared<const SourceText>(SourceText{"h.yaml", text}));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kSoon);
    return node ? "no problem" : node.error().all().front().message;
}

TEST(HostileYaml, BillionLaughsAreRefused) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 0; k < 8; ++k) {
            text += ", " + before;
        }
        text += "]\n";
    }
    EXPECT_EQ(refusal(text),
              "the document has more than 50000 nodes when its aliases are written out");
}

TEST(HostileYaml, ManyCopiesOfALongTextAreRefused) {
    std::string text = "a: &a " + std::string(500'000, 'x') + "\nb: [*a";
    for (int i = 0; i < 20'000; ++i) {
        text += ", *a";
    }
    EXPECT_EQ(refusal(text + "]\n"),
              "the document has more than 50000 nodes when its aliases are written out");
}

TEST(HostileYaml, DeepNestingIsRefused) {
    EXPECT_NE(refusal(std::string(200'000, '[')), "no problem");
    EXPECT_NE(refusal(std::string(200'000, '{')), "no problem");
    EXPECT_EQ(refusal("a: " + std::string(40, '[') + "x" + std::string(40, ']')),
              "lists and maps are nested more than 32 deep");
    std::string blocks;
    for (int i = 0; i < 500; ++i) {
        blocks += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    }
    EXPECT_EQ(refusal(blocks + std::string(501, ' ') + "b\n"),
              "lists and maps are nested more than 32 deep");
    std::string dashes;
    for (int i = 0; i < 5000; ++i) {
        dashes += "- ";
    }
    EXPECT_NE(refusal(dashes + "x\n"), "no problem");
}

TEST(HostileYaml, LargeDocumentsAreRefused) {
    EXPECT_EQ(refusal(std::string(2U << 20U, 'x')),
              "a YAML file of 2048 KiB is too large; the limit is 1024 KiB");
    std::string many = "[";
    for (int i = 0; i < 200'000; ++i) {
        many += "1,";
    }
    EXPECT_EQ(refusal(many + "]"),
              "the document has more than 50000 nodes when its aliases are written out");
}

TEST(HostileYaml, AnAliasOfItsOwnParentIsRefused) {
    EXPECT_NE(refusal("&a [*a]\n"), "no problem");
    EXPECT_NE(refusal("*nothing\n"), "no problem");
}

TEST(HostileYaml, OddTextsEndSoon) {
    for (const std::string& piece :
         {std::string{"? "}, std::string{"- "}, std::string{": "}, std::string{"a: "},
          std::string{"\"\\x"}, std::string{"|\n"}, std::string{"&a "}, std::string{"!"},
          std::string{"%"}, std::string{"{a: ["}, std::string{"\n#"}, std::string{"'"}}) {
        std::string text;
        while (text.size() < 100'000) {
            text += piece;
        }
        (void)refusal(text);
    }
    EXPECT_EQ(refusal(std::string("a: \0b\n", 6)), "YAML holds no NUL bytes");
    EXPECT_EQ(refusal("a: \xFF\n"), "this byte is not UTF-8 text");
    EXPECT_EQ(refusal("a: \xFF\xFE\n"), "this byte is not UTF-8 text");
}

TEST(HostilePaths, LeadNowhereOutsideThePackage) {
    for (const char* name :
         {"../blocker/parameters.tsv", "/etc/passwd", "modules/../parameters.tsv",
          "./parameters.tsv", "modules//receptor.bngl", "modules\\\\x", "."}) {
        PackageCopy copy;
        copy.edit("package.yaml", "parameters: parameters.tsv",
                  std::string{"parameters: \""} + name + "\"");
        EXPECT_NE(copy.problems().find("ERB-PKG-0001"), std::string::npos) << name;
    }
    PackageCopy copy;
    copy.edit("package.yaml", "parameters: parameters.tsv", "parameters: ../secret.tsv");
    EXPECT_EQ(copy.problems(),
              "PKG/package.yaml:10:13: error ERB-PKG-0001: '../secret.tsv' leads out of the "
              "package\n"
              "    10 | parameters: ../secret.tsv\n"
              "       |             ^^^^^^^^^^^^^\n"
              "  hint: files of a package are named by paths inside its folder\n");
}

TEST(HostilePaths, SymbolicLinksAreNotFollowed) {
    PackageCopy copy;
    std::filesystem::remove(copy.path() + "/drugs.tsv");
    std::filesystem::create_symlink("/etc/passwd", copy.path() + "/drugs.tsv");
    EXPECT_NE(copy.problems().find("'drugs.tsv' is or lies behind a symbolic link"),
              std::string::npos);
    PackageCopy folder;
    std::filesystem::remove_all(folder.path() + "/modules");
    std::filesystem::create_directory_symlink(teaching_package() + "/modules",
                                              folder.path() + "/modules");
    EXPECT_NE(folder.problems().find("'modules/receptor.bngl' is or lies behind a symbolic link"),
              std::string::npos);
}

TEST(HostilePaths, PipesAndFoldersAreNoFiles) {
    PackageCopy copy;
    std::filesystem::remove(copy.path() + "/drugs.tsv");
    ASSERT_EQ(::mkfifo((copy.path() + "/drugs.tsv").c_str(), 0600), 0);
    EXPECT_NE(copy.problems().find("'drugs.tsv' is not a plain file"), std::string::npos);
    copy.edit("package.yaml", "drugs: drugs.tsv", "drugs: modules");
    EXPECT_NE(copy.problems().find("'modules' is not a plain file"), std::string::npos);
}

}  // namespace
}  // namespace erbium::package
