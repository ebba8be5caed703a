// SPDX-License-Identifier: Apache-2.0
// tests/base/text_test.cpp: numbers survive the way to text and back; files are whole or absent.
#include "erbium/base/text.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "erbium/base/error.hpp"
#include "erbium/base/hash.hpp"

namespace erbium {
namespace {

TEST(Shortest, ReadsBackAsTheSameDouble) {
    std::mt19937_64 random{7};
    for (int i = 0; i < 20000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) {
            continue;
        }
        const std::optional<double> back = parse_double(shortest(value));
        ASSERT_TRUE(back.has_value()) << shortest(value);
        EXPECT_EQ(std::bit_cast<std::uint64_t>(*back), std::bit_cast<std::uint64_t>(value));
    }
}

TEST(Shortest, UsesNoMoreDigitsThanNeeded) {
    EXPECT_EQ(shortest(0.1), "0.1");
    EXPECT_EQ(shortest(1e22), "1e+22");
    EXPECT_EQ(shortest(-0.0), "-0");
}

TEST(ParseDouble, TakesTheWholeTextOrNothing) {
    EXPECT_EQ(parse_double("1.5e3"), 1500.0);
    EXPECT_EQ(parse_double(".5"), 0.5);
    EXPECT_EQ(parse_double("1."), 1.0);
    EXPECT_EQ(parse_double("+2"), 2.0);
    for (const char* wrong :
         {"", "x", "1x", "--1", "+-1", "inf", "nan", "0x10", "1e", " 1", "1 "}) {
        EXPECT_FALSE(parse_double(wrong).has_value()) << wrong;
    }
}

TEST(ParseDouble, OverflowsToInfinityAndUnderflowsToZero) {
    EXPECT_EQ(parse_double("1e999"), std::numeric_limits<double>::infinity());
    EXPECT_EQ(parse_double("-1e999"), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(parse_double("1e-999"), 0.0);
    EXPECT_EQ(parse_double("0." + std::string(400, '0') + "1"), 0.0);
    EXPECT_EQ(parse_double("1" + std::string(400, '0')), std::numeric_limits<double>::infinity());
}

TEST(DidYouMean, FindsTheNearestNameWhateverItsCase) {
    const std::vector<std::string> names{"trastuzumab", "pertuzumab", "lapatinib"};
    EXPECT_EQ(did_you_mean("Trastuzumb", names), "did you mean 'trastuzumab'?");
    EXPECT_EQ(did_you_mean("lapatnib", names), "did you mean 'lapatinib'?");
}

TEST(DidYouMean, IsSilentWhenNothingIsNear) {
    const std::vector<std::string> names{"trastuzumab"};
    EXPECT_EQ(did_you_mean("aspirin", names), "");
    EXPECT_EQ(did_you_mean(std::string(100000, 'a'), names), "");
}

TEST(Split, KeepsEmptyPieces) {
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(XmlEscaped, LeavesNoMarkup) {
    EXPECT_EQ(xml_escaped("<a b=\"1\">&"), "&lt;a b=&quot;1&quot;&gt;&amp;");
}

class InTemporaryFolder : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("erbium_text_test_" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST_F(InTemporaryFolder, AWrittenFileReadsBackAndLeavesNothingBeside) {
    const std::string path = (folder_ / "a" / "b.txt").string();
    const std::string content = std::string("line\n\0binary", 12);
    write_file(path, content);
    EXPECT_EQ(read_file(path), content);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_ / "a")) {
        ++files;
    }
    EXPECT_EQ(files, 1U);
}

TEST_F(InTemporaryFolder, AFileThatIsNotThereIsAnErrorWithItsName) {
    try {
        static_cast<void>(read_file((folder_ / "none").string()));
        FAIL() << "no exception";
    } catch (const IoError& error) {
        EXPECT_NE(std::string{error.what()}.find("cannot read"), std::string::npos);
        EXPECT_NE(error.path().find("none"), std::string::npos);
        EXPECT_EQ(error.error_code(), ENOENT);
    }
}

TEST_F(InTemporaryFolder, AFolderIsNoFile) {
    EXPECT_THROW(static_cast<void>(read_file(folder_.string())), IoError);
}

TEST_F(InTemporaryFolder, AFailedWriteKeepsTheOldFile) {
    const std::string path = (folder_ / "kept").string();
    write_file(path, "old");
    EXPECT_THROW(write_file(path + "/below", "new"), IoError);  // `kept` is no folder
    EXPECT_EQ(read_file(path), "old");
}

TEST(ContentHash, ChangesWithTheContent) {
    EXPECT_EQ(content_hash("a"), content_hash("a"));
    EXPECT_NE(content_hash("a"), content_hash("b"));
    EXPECT_EQ(content_hash("").size(), 5U + 32U);
}

}  // namespace
}  // namespace erbium
