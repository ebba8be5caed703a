// SPDX-License-Identifier: Apache-2.0
// erbium/package/folder.cpp: reading confined to one folder.
#include "erbium/package/folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "erbium/base/text.hpp"

namespace erbium::package {
namespace {

constexpr std::size_t kLargestFile_bytes = std::size_t{64} << 20U;
constexpr std::size_t kLongestName = 255;

/// An open file or folder, closed at the end of its scope.
class Handle {
public:
    explicit Handle(int fd) noexcept : fd_{fd} {}
    Handle(Handle&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

/// Why a name may not be used, or nothing.
std::string objection(std::string_view name) {
    if (name.empty()) {
        return "the name of a file is missing";
    }
    if (name.size() > kLongestName) {
        return "the name of a file is too long";
    }
    if (name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos) {
        return "the name of a file holds no NUL and no backslash";
    }
    if (name.starts_with('/')) {
        return fmt::format("'{}' is an absolute path", name);
    }
    for (const std::string_view part : split(name, '/')) {
        if (part == "..") {
            return fmt::format("'{}' leads out of the package", name);
        }
        if (part.empty() || part == ".") {
            return fmt::format("'{}' is no plain path", name);
        }
    }
    return {};
}

}  // namespace

std::shared_ptr<const SourceText> Folder::read(std::string_view name, const Span& where,
                                               Diagnostics& diagnostics) {
    const auto complain = [&](std::string message) {
        diagnostics.error("ERB-PKG-0001", where, std::move(message),
                          "files of a package are named by paths inside its folder");
        return nullptr;
    };
    if (std::string reason = objection(name); !reason.empty()) {
        return complain(std::move(reason));
    }
    const auto complain_errno = [&](int error) {
        if (error == ELOOP || error == EMLINK) {
            return complain(fmt::format("'{}' is or lies behind a symbolic link", name));
        }
        diagnostics.error("ERB-PKG-0002", where,
                          fmt::format("cannot read '{}': {}", name, std::strerror(error)));
        return nullptr;
    };

    Handle folder{::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.is_open()) {
        return complain_errno(errno);
    }
    const std::vector<std::string_view> parts = split(name, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const std::string part{parts[i]};
        // The link itself is asked about first: with O_DIRECTORY a link gives ENOTDIR, not ELOOP.
        struct stat entry {};
        if (::fstatat(folder.fd(), part.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISLNK(entry.st_mode)) {
            return complain_errno(ELOOP);
        }
        Handle inner{
            ::openat(folder.fd(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!inner.is_open()) {
            return complain_errno(errno);
        }
        folder = std::move(inner);
    }
    const std::string last{parts.back()};
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    const Handle file{
        ::openat(folder.fd(), last.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!file.is_open()) {
        return complain_errno(errno);
    }
    struct stat status {};
    if (::fstat(file.fd(), &status) != 0) {
        return complain_errno(errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return complain(fmt::format("'{}' is not a plain file", name));
    }
    if (static_cast<std::size_t>(status.st_size) > kLargestFile_bytes) {
        return complain(fmt::format("'{}' is larger than {} MiB", name, kLargestFile_bytes >> 20U));
    }
    auto source = std::make_shared<SourceText>();
    source->path = fmt::format("{}/{}", path_, name);
    constexpr std::size_t kChunk = 65536;
    while (source->text.size() <= kLargestFile_bytes) {
        const std::size_t had = source->text.size();
        source->text.resize(had + kChunk);
        const ssize_t got = ::read(file.fd(), source->text.data() + had, kChunk);
        source->text.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0) {
            return complain_errno(errno);
        }
        if (got == 0) {
            break;
        }
    }
    texts_.push_back(source);
    return source;
}

}  // namespace erbium::package
