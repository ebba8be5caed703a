// SPDX-License-Identifier: Apache-2.0
// tests/package/package_copy.hpp: a copy of the teaching package that a test may spoil.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "erbium/base/text.hpp"
#include "erbium/package/package.hpp"

namespace erbium::package {

/// The folder of the teaching package.
inline std::string teaching_package() {
    return std::string{ERBIUM_SOURCE_DIR} + "/tests/package/data/blocker";
}

/// A copy in a temporary folder of its own, removed at the end of the test.
class PackageCopy {
public:
    PackageCopy() {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path{ERBIUM_BINARY_DIR} / "package_copies" /
                  (std::string{test->test_suite_name()} + "." + test->name());
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_.parent_path());
        std::filesystem::copy(teaching_package(), folder_,
                              std::filesystem::copy_options::recursive);
    }
    PackageCopy(const PackageCopy&) = delete;
    PackageCopy& operator=(const PackageCopy&) = delete;
    ~PackageCopy() { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return folder_.string(); }

    /// Replaces the one place where `from` stands in a file.
    void edit(const std::string& file, const std::string& from, const std::string& to) {
        std::string text = read_file(path() + "/" + file);
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << "'" << from << "' is not in " << file;
        text.replace(at, from.size(), to);
        write(file, text);
    }
    void write(const std::string& file, const std::string& text) {
        write_file(path() + "/" + file, text);
    }

    /// What loading prints, with the folder's name as PKG; "no problem" when there is none.
    [[nodiscard]] std::string problems() const {
        const auto package = load_package(path());
        std::string text = package ? "no problem" : package.error().text();
        for (std::size_t at = text.find(path()); at != std::string::npos; at = text.find(path())) {
            text.replace(at, path().size(), "PKG");
        }
        return text;
    }

private:
    std::filesystem::path folder_;
};

}  // namespace erbium::package
