// SPDX-License-Identifier: Apache-2.0
// tests/package/profile_file_test.cpp: profiles that users write, and what is said about bad ones.
#include <gtest/gtest.h>

#include <cmath>

#include "erbium/base/error.hpp"
#include "erbium/base/text.hpp"
#include "erbium/package/package.hpp"
#include "package_copy.hpp"

namespace erbium::package {
namespace {

Package teaching() {
    auto loaded = load_package(teaching_package());
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text());
    return loaded ? std::move(loaded).value() : Package{};
}

/// A profile with this text in a file of its own.
class ProfileText {
public:
    explicit ProfileText(const std::string& text) {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path{ERBIUM_BINARY_DIR} / "profile_files" /
                  (std::string{test->test_suite_name()} + "." + test->name());
        std::filesystem::create_directories(folder_);
        write_file(path(), text);
    }
    ProfileText(const ProfileText&) = delete;
    ProfileText& operator=(const ProfileText&) = delete;
    ~ProfileText() { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path() const { return (folder_ / "mine.yaml").string(); }

    [[nodiscard]] std::string problems() const {
        Package package = teaching();
        const auto added = add_profile_file(package, path());
        std::string text = added ? "no problem" : added.error().text();
        for (std::size_t at = text.find(path()); at != std::string::npos; at = text.find(path())) {
            text.replace(at, path().size(), "mine.yaml");
        }
        return text;
    }

private:
    std::filesystem::path folder_;
};

double value_in(const Settings& settings, std::string_view parameter) {
    for (const Setting& setting : settings) {
        if (setting.parameter == parameter) {
            return setting.value;
        }
    }
    return std::nan("");
}

TEST(ProfileFiles, SetReceptorLevelsAndGenotypesByTheirPlainNames) {
    const ProfileText text{
        "title: Mine\nbase: amplified\nReceptor: 3e4\nbypass_gene: amplified\nK_D: 2000 pM\n"};
    Package package = teaching();
    const std::size_t before = package.texts.size();
    const auto id = add_profile_file(package, text.path());
    ASSERT_TRUE(id) << id.error().text();
    EXPECT_EQ(id.value(), "mine");
    EXPECT_EQ(package.profile("mine")->title, "Mine");
    EXPECT_EQ(package.texts.size(), before + 1) << "it belongs to the manifest of a run";
    const Settings settings = profile_settings(package, "mine");
    EXPECT_EQ(value_in(settings, "copies_R"), 3e4) << "on top of the base's own";
    EXPECT_EQ(value_in(settings, "bypass"), 1e4);
    EXPECT_DOUBLE_EQ(value_in(settings, "k_loss"), 0.2 / 3600.0) << "the state's second parameter";
    EXPECT_DOUBLE_EQ(value_in(settings, "K_D"), 2.0) << "a parameter, in a unit of its own";
}

TEST(ProfileFiles, AProfileOfThatNameKeepsIt) {
    Package package = teaching();
    const std::filesystem::path path = std::filesystem::path{ERBIUM_BINARY_DIR} / "amplified.yaml";
    write_file(path.string(), "receptor: 5\n# out of bounds\n");
    EXPECT_FALSE(add_profile_file(package, path.string()));
    write_file(path.string(), "receptor: 500\n");
    const auto id = add_profile_file(package, path.string());
    std::filesystem::remove(path);
    ASSERT_TRUE(id);
    EXPECT_EQ(id.value(), "amplified-file");
}

TEST(ProfileFiles, EveryMistakeIsShownInItsPlaceWithWhatWasExpected) {
    const ProfileText text{
        "base: amplifid\nrecptor: 3e4\nbypass_gene: gone\nK_D: 1e9\ncopies_R: many\n"};
    const std::string problems = text.problems();
    for (const char* expected :
         {"mine.yaml:1:7: error ERB-PKG-0020: unknown profile 'amplifid'",
          "did you mean 'amplified'",
          "mine.yaml:2:1: error ERB-PKG-0024: 'recptor' is neither a trait nor a parameter",
          "did you mean 'receptor'",
          "mine.yaml:3:14: error ERB-PKG-0025: 'gone' is no state of bypass_gene",
          "it is one of lost, amplified",
          "mine.yaml:4:6: error ERB-PKG-0007: K_D = 1e+09 lies outside its bounds",
          "from 0.1 to 100 nM", "mine.yaml:5:11: error ERB-PKG-0006"}) {
        EXPECT_NE(problems.find(expected), std::string::npos) << expected << "\n" << problems;
    }
}

TEST(ProfileFiles, ATraitAndItsParameterCannotBothBeSet) {
    EXPECT_NE(ProfileText{"receptor: 2e4\ncopies_R: 2e4\n"}.problems().find(
                  "ERB-PKG-0004: the profile sets 'copies_R' twice"),
              std::string::npos);
}

TEST(ProfileFiles, AListIsNoProfile) {
    EXPECT_NE(ProfileText{"[receptor, 3]\n"}.problems().find("ERB-YAML-0006"), std::string::npos);
}

TEST(ProfileFiles, AFileThatIsNotThereIsAFailureOfTheWorld) {
    Package package = teaching();
    EXPECT_THROW((void)add_profile_file(package, "/no/such/line.yaml"), IoError);
}

TEST(Traits, AreReadWithTheirStates) {
    const Package package = teaching();
    ASSERT_EQ(package.traits.size(), 2U);
    EXPECT_EQ(package.trait("receptor")->parameter, "copies_R");
    ASSERT_NE(package.trait("bypass_gene")->state("amplified"), nullptr);
    EXPECT_EQ(package.trait("bypass_gene")->state("amplified")->settings.size(), 2U);
}

TEST(Traits, NeedAHonestSourceAndAParameterThatIsThere) {
    PackageCopy copy;
    copy.edit("profiles/traits.tsv", "Dreamt2002\t\n", "\t\n");
    copy.edit("profiles/traits.tsv", "copies_R", "copies_RR");
    const std::string problems = copy.problems();
    EXPECT_NE(problems.find("ERB-PKG-0011"), std::string::npos) << problems;
    EXPECT_NE(problems.find("ERB-PKG-0012"), std::string::npos) << problems;
}

}  // namespace
}  // namespace erbium::package
